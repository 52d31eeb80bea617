//! What is somebody asked before something is bought or changed?
//!
//! One line that says what, and for whom. It is made from the body that would be sent, so that a mistake can be seen
//! wherever the body came from.

use partner_center_orders::{CustomerId, OrderId};
use serde::Deserialize;

/// What a body buys or changes, as far as the question says it.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Body {
    billing_cycle: Option<String>,
    currency_code: Option<String>,
    line_items: Vec<Line>,
    status: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Line {
    line_item_number: i32,
    offer_id: String,
    parent_subscription_id: Option<String>,
    quantity: Option<i32>,
    term_duration: Option<String>,
}

/// What an order buys.
pub(crate) fn purchase(body: &[u8], customer: CustomerId) -> String {
    let body = Body::read(body);
    let paid = body.currency_code.iter();
    let paid = paid.map(|code| format!("paid in {code}"));
    let words: Vec<String> = body.billed().into_iter().chain(paid).collect();
    let goods = body.goods();
    format!(
        "buy {goods} for the customer {customer}{}",
        bracketed(&words)
    )
}

/// What a change does to an order.
pub(crate) fn change(body: &[u8], order: &OrderId, customer: CustomerId) -> String {
    let body = Body::read(body);
    let place = format!("the order {order} of the customer {customer}");
    let mut lines = body.line_items.iter();
    if lines.any(|line| line.parent_subscription_id.is_some()) {
        return format!("buy {} in {place}", body.goods());
    }
    let verb = match body.status {
        Some(_) => "cancel",
        None => "change",
    };
    let lines = body.line_items.iter();
    let lines = lines.map(|line| format!("line {}: {}", line.line_item_number, line.goods()));
    let words: Vec<String> = body.billed().into_iter().chain(lines).collect();
    format!("{verb} {place}{}", bracketed(&words))
}

fn bracketed(words: &[String]) -> String {
    if words.is_empty() {
        return String::new();
    }
    format!(" ({})", words.join(", "))
}

impl Body {
    /// What was checked before has this shape.
    fn read(body: &[u8]) -> Self {
        serde_json::from_slice(body).unwrap_or_default()
    }

    fn goods(&self) -> String {
        let goods: Vec<String> = self.line_items.iter().map(Line::goods).collect();
        goods.join(" and ")
    }

    fn billed(&self) -> Option<String> {
        let cycle = self.billing_cycle.as_ref();
        cycle.map(|cycle| format!("billed {cycle}"))
    }
}

impl Line {
    /// Such as `5 x OFFER for P1Y`.
    fn goods(&self) -> String {
        let offer = &self.offer_id;
        let mut goods = match self.quantity {
            Some(quantity) => format!("{quantity} x {offer}"),
            None => offer.clone(),
        };
        if let Some(term) = &self.term_duration {
            goods.push_str(&format!(" for {term}"));
        }
        if let Some(parent) = &self.parent_subscription_id {
            goods.push_str(&format!(" to the subscription {parent}"));
        }
        goods
    }
}

#[cfg(test)]
mod tests {
    use partner_center_orders::CustomerId;

    use super::{change, purchase};

    const CUSTOMER: &str = "b0d70a69-4c42-4b27-b17b-91a835d8686a";

    fn customer() -> CustomerId {
        CUSTOMER.parse().unwrap()
    }

    #[test]
    fn a_purchase_says_what_how_many_and_for_whom() {
        let body = br#"{"billingCycle":"monthly","currencyCode":"EUR","lineItems":[
            {"lineItemNumber":0,"offerId":"A:B:C","quantity":5,"termDuration":"P1Y"},
            {"lineItemNumber":1,"offerId":"D","quantity":1}]}"#;
        assert_eq!(
            purchase(body, customer()),
            format!(
                "buy 5 x A:B:C for P1Y and 1 x D for the customer {CUSTOMER} (billed monthly, paid in EUR)"
            )
        );
    }

    #[test]
    fn a_change_says_what_it_is() {
        let of = |body: &str| change(body.as_bytes(), &"o".into(), customer());
        let place = format!("the order o of the customer {CUSTOMER}");
        assert_eq!(
            of(r#"{"id":"o","status":"cancelled"}"#),
            format!("cancel {place}")
        );
        assert_eq!(
            of(r#"{"status":"cancelled","lineItems":[{"lineItemNumber":1,"offerId":"D"}]}"#),
            format!("cancel {place} (line 1: D)")
        );
        assert_eq!(
            of(
                r#"{"billingCycle":"annual","lineItems":[{"lineItemNumber":0,"offerId":"D","quantity":9}]}"#
            ),
            format!("change {place} (billed annual, line 0: 9 x D)")
        );
        assert_eq!(
            of(
                r#"{"lineItems":[{"lineItemNumber":0,"offerId":"D","quantity":2,"parentSubscriptionId":"s"}]}"#
            ),
            format!("buy 2 x D to the subscription s in {place}")
        );
    }
}
