//! What is wrong with something before it is sent?
//!
//! Only what the documentation says is refused, or what cannot mean anything. Everything is named as it is called on the
//! wire. What an offer allows is the service's to say.

use std::collections::BTreeSet;

use http::HeaderValue;
use partner_center_orders_api::{
    BillingCycle, Decimal, NewOrder, NewOrderLineItem, OrderPatch, OrderPatchLineItem, OrderStatus,
    PurchaseCommitment,
};

use crate::customer::CustomerId;
use crate::error::Error;
use crate::order_patch::Purpose;

const MOST_ADDITIONAL_PARTNERS: usize = 5;

type Checked = Result<(), Error>;

/// An order to be placed.
pub(crate) fn new_order(order: &NewOrder) -> Checked {
    if order.line_items.is_empty() {
        return wrong("lineItems is empty: an order has at least one line item");
    }
    if order.billing_cycle == Some(BillingCycle::Unknown) {
        return wrong("billingCycle must not be unknown: leave it out, or say none for a trial");
    }
    billing_cycle(order.billing_cycle.as_ref())?;
    if let Some(code) = &order.currency_code {
        currency("currencyCode", code)?;
    }
    numbers_count_from_0(order.line_items.iter().map(|line| line.line_item_number))?;
    for (index, line) in order.line_items.iter().enumerate() {
        new_line_item(&format!("lineItems[{index}]"), line)?;
    }
    Ok(())
}

fn new_line_item(place: &str, line: &NewOrderLineItem) -> Checked {
    filled(place, "offerId", Some(&line.offer_id))?;
    if line.quantity < 1 {
        return wrong(format!(
            "{place}.quantity must be at least 1, not {}",
            line.quantity
        ));
    }
    filled(place, "friendlyName", line.friendly_name.as_deref())?;
    filled(place, "termDuration", line.term_duration.as_deref())?;
    filled(place, "promotionId", line.promotion_id.as_deref())?;
    let partner = line.partner_id_on_record.as_deref();
    filled(place, "partnerIdOnRecord", partner)?;
    let additional = &line.additional_partner_ids_on_record;
    if additional.len() > MOST_ADDITIONAL_PARTNERS {
        return wrong(format!(
            "{place}.additionalPartnerIdsOnRecord has {} entries; there may be {MOST_ADDITIONAL_PARTNERS}",
            additional.len()
        ));
    }
    for id in additional {
        filled(place, "additionalPartnerIdsOnRecord", Some(id))?;
    }
    for (name, value) in &line.provisioning_context {
        filled(place, "provisioningContext", Some(name))?;
        // A name can be anything, and an error is one line.
        let name = name.escape_debug().to_string();
        filled(&format!("{place}.provisioningContext"), &name, Some(value))?;
    }
    if let Some(term) = &line.renews_to {
        let place = format!("{place}.renewsTo");
        let term = term.term_duration.as_deref().unwrap_or_default();
        filled(&place, "termDuration", Some(term))?;
    }
    if let Some(end) = &line.custom_term_end_date
        && end.to_utc().is_none()
    {
        return wrong(format!(
            "{place}.customTermEndDate is no time: write it as 2026-11-30T00:00:00Z"
        ));
    }
    match &line.purchase_commitment {
        Some(commitment) => purchase_commitment(&format!("{place}.purchaseCommitment"), commitment),
        None => Ok(()),
    }
}

fn purchase_commitment(place: &str, commitment: &PurchaseCommitment) -> Checked {
    let amount = commitment.amount.as_ref();
    let amount = amount.and_then(Decimal::parse::<f64>);
    if !amount.is_some_and(|amount| amount > 0.0 && amount.is_finite()) {
        return wrong(format!("{place}.amount must be a number above 0"));
    }
    let (currency, grain) = (&commitment.currency, &commitment.grain);
    self::currency(
        &format!("{place}.currency"),
        currency.as_deref().unwrap_or_default(),
    )?;
    let grain = grain.as_deref().unwrap_or_default();
    filled(place, "grain", Some(grain))
}

/// The part of an order that is to change.
pub(crate) fn order_patch(patch: &OrderPatch, purpose: Purpose) -> Checked {
    let has_lines = !patch.line_items.is_empty();
    match purpose {
        Purpose::AddOn if !has_lines => {
            return wrong("lineItems is empty: say which add-on to buy");
        }
        Purpose::BillingCycle if !has_lines => {
            return wrong("lineItems is empty: say for which line items the billing cycle changes");
        }
        Purpose::LineCancellation if !has_lines => {
            return wrong(
                "lineItems is empty: say which line items to cancel, or cancel the order",
            );
        }
        _ => {}
    }
    if patch.billing_cycle.is_none() && patch.status.is_none() && !has_lines {
        return wrong("the change is empty");
    }
    if let Some(status) = &patch.status
        && *status != OrderStatus::Cancelled
    {
        return wrong(format!(
            "status can be changed to cancelled only, not to {:?}",
            status.as_str()
        ));
    }
    if patch.billing_cycle == Some(BillingCycle::Unknown) {
        return wrong("billingCycle must not be unknown");
    }
    billing_cycle(patch.billing_cycle.as_ref())?;
    let mut numbers = BTreeSet::new();
    for (index, line) in patch.line_items.iter().enumerate() {
        let place = format!("lineItems[{index}]");
        if line.line_item_number < 0 || !numbers.insert(line.line_item_number) {
            let number = line.line_item_number;
            return wrong(format!(
                "{place}.lineItemNumber must be a number from 0 on that no other line has, not {number}"
            ));
        }
        patch_line_item(&place, line, purpose)?;
    }
    Ok(())
}

fn patch_line_item(place: &str, line: &OrderPatchLineItem, purpose: Purpose) -> Checked {
    filled(place, "offerId", Some(&line.offer_id))?;
    let least = if line.parent_subscription_id.is_some() {
        1
    } else {
        0
    };
    if let Some(quantity) = line.quantity.filter(|quantity| *quantity < least) {
        return wrong(format!(
            "{place}.quantity must be at least {least}, not {quantity}"
        ));
    }
    let subscription = line.subscription_id.as_ref().map(|id| id.as_str());
    let parent = line.parent_subscription_id.as_ref().map(|id| id.as_str());
    filled(place, "subscriptionId", subscription)?;
    filled(place, "parentSubscriptionId", parent)?;
    filled(place, "friendlyName", line.friendly_name.as_deref())?;
    let partner = line.partner_id_on_record.as_deref();
    filled(place, "partnerIdOnRecord", partner)?;
    let missing = match purpose {
        Purpose::AddOn if parent.is_none() => Some("parentSubscriptionId"),
        Purpose::BillingCycle if subscription.is_none() => Some("subscriptionId"),
        _ => None,
    };
    // A line with a parent subscription is an add-on, however it came here.
    let needs_quantity = purpose == Purpose::BillingCycle || parent.is_some();
    let missing = missing.or((needs_quantity && line.quantity.is_none()).then_some("quantity"));
    match missing {
        Some(name) => wrong(format!("{place}.{name} is missing")),
        None => Ok(()),
    }
}

/// A text that goes into a header.
pub(crate) fn header(name: &str, text: &str) -> Checked {
    if text.trim().is_empty() {
        return wrong(format!("{name} is blank"));
    }
    let is_visible = HeaderValue::from_str(text).is_ok() && text.is_ascii();
    if is_visible {
        Ok(())
    } else {
        wrong(format!(
            "{name} has characters that cannot be sent in a header"
        ))
    }
}

/// Any word may be a billing cycle that the service has learnt since.
fn billing_cycle(cycle: Option<&BillingCycle>) -> Checked {
    match cycle {
        Some(cycle) if cycle.as_str().trim().is_empty() => wrong("billingCycle is blank"),
        _ => Ok(()),
    }
}

/// A code of ISO 4217, in either letter case; whether there is such a currency is the service's to say.
pub(crate) fn currency(place: &str, code: &str) -> Checked {
    if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        Ok(())
    } else {
        wrong(format!(
            "{place} must be a code of three letters, such as USD"
        ))
    }
}

/// Refuses what names another customer than the path.
pub(crate) fn is_of(customer: CustomerId, named: Option<&str>) -> Checked {
    match named.map(str::parse::<CustomerId>) {
        None => Ok(()),
        Some(Ok(named)) if named == customer => Ok(()),
        Some(_) => Err(Error::input(format!(
            "referenceCustomerId must be {customer}, the customer that the request is for"
        ))),
    }
}

fn numbers_count_from_0(numbers: impl Iterator<Item = i32> + Clone) -> Checked {
    let count = numbers.clone().count();
    let wanted: BTreeSet<i32> = (0..).take(count).collect();
    if numbers.collect::<BTreeSet<i32>>() == wanted {
        return Ok(());
    }
    let last = count.saturating_sub(1);
    wrong(format!(
        "lineItems: the members lineItemNumber must be 0 to {last}, each once"
    ))
}

/// Refuses a text that is there and says nothing.
fn filled(place: &str, name: &str, text: Option<&str>) -> Checked {
    match text {
        Some(text) if text.trim().is_empty() => wrong(format!("{place}.{name} is blank")),
        _ => Ok(()),
    }
}

fn wrong(message: impl Into<String>) -> Checked {
    Err(Error::input(message))
}
