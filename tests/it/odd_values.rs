//! What does an odd value in one order cost? Not the order, and not the page.

use partner_center_orders::{BillingCycle, Order, OrderStatus};
use partner_center_orders_tests::{Recorded, client, orders};

/// The orders of a page that has this one between two plain ones.
async fn page_with(order: &str) -> Vec<Order> {
    let body = format!(r#"{{"totalCount":3,"items":[{{"id":"a"}},{order},{{"id":"z"}}]}}"#);
    let server = Recorded::json([body]);
    let partner = client(server.base_url());
    let read = orders(&partner).list().send().try_collect().await.unwrap();
    assert_eq!(
        (read.len(), read[0].id.as_str(), read[2].id.as_str()),
        (3, "a", "z"),
        "{order}"
    );
    read
}

async fn order_with(members: &str) -> Order {
    page_with(&format!(r#"{{"id":"odd",{members}}}"#))
        .await
        .swap_remove(1)
}

fn json(order: &Order) -> String {
    serde_json::to_string(order).unwrap()
}

#[tokio::test]
async fn an_unknown_word_is_kept_byte_for_byte() {
    let order =
        order_with(r#""status":"On_Hold","billingCycle":"Fort_Nightly","transactionType":"x\ty""#)
            .await;
    assert!(matches!(order.status, Some(OrderStatus::Unrecognized(_))));
    assert_eq!(
        json(&order),
        r#"{"billingCycle":"Fort_Nightly","id":"odd","status":"On_Hold","transactionType":"x\ty"}"#
    );
}

#[tokio::test]
async fn a_known_word_is_recognised_however_it_is_spelled() {
    let order = order_with(r#""status":"PendingReview","billingCycle":"Annual""#).await;
    assert_eq!(order.status, Some(OrderStatus::PendingReview));
    assert_eq!(order.billing_cycle, Some(BillingCycle::Annual));
}

#[tokio::test]
async fn the_services_own_word_unknown_is_a_known_one() {
    assert_eq!(
        order_with(r#""status":"unknown""#).await.status,
        Some(OrderStatus::Unknown)
    );
}

#[tokio::test]
async fn a_word_that_is_no_text_is_kept_as_text() {
    let order = order_with(r#""status":4,"billingCycle":true"#).await;
    assert_eq!(order.status.unwrap().as_str(), "4");
    assert_eq!(order.billing_cycle.unwrap().as_str(), "true");
}

#[tokio::test]
async fn a_time_that_is_none_is_kept() {
    let order = order_with(r#""creationDate":"2023-05-18TT21:22:26.1234567Z""#).await;
    let date = order.creation_date.clone().unwrap();
    assert_eq!(
        (date.as_str(), date.to_utc()),
        ("2023-05-18TT21:22:26.1234567Z", None)
    );
}

#[tokio::test]
async fn a_time_without_zone_and_one_with_an_offset_are_read() {
    let order = order_with(r#""creationDate":"2018-03-06T17:37:05.253-08:00","lineItems":[{"customTermEndDate":"2023-07-31T00:00:00"}]"#).await;
    let millis = |date: &Option<partner_center_orders::Timestamp>| {
        date.as_ref()
            .and_then(|date| date.to_utc())
            .map(|instant| instant.timestamp_millis())
    };
    assert_eq!(millis(&order.creation_date), Some(1_520_386_625_253));
    assert_eq!(
        millis(&order.line_items()[0].custom_term_end_date),
        Some(1_690_761_600_000)
    );
}

#[tokio::test]
async fn null_is_absence() {
    let members = [
        "lineItems",
        "status",
        "creationDate",
        "totalPrice",
        "links",
        "client",
        "attributes",
        "currencyCode",
    ];
    let nulls: Vec<_> = members
        .iter()
        .map(|member| format!("\"{member}\":null"))
        .collect();
    let order = order_with(&nulls.join(",")).await;
    assert!(order.line_items().is_empty());
    assert_eq!(json(&order), r#"{"id":"odd"}"#);
    let lines = r#""lineItems":[{"renewsTo":null,"provisioningContext":null,"additionalPartnerIdsOnRecord":null,"pricing":null}]"#;
    assert_eq!(
        json(&order_with(lines).await),
        r#"{"id":"odd","lineItems":[{}]}"#
    );
}

#[tokio::test]
async fn a_missing_member_is_missing_and_an_undescribed_one_is_skipped() {
    let order = order_with(r#""lineItems":[{"quantity":0}],"brandNew":{"deep":[1,2]}"#).await;
    assert!(order.line_items()[0].is_cancelled());
    assert_eq!(json(&order), r#"{"id":"odd","lineItems":[{"quantity":0}]}"#);
}

#[tokio::test]
async fn what_a_line_renews_to_may_be_one_or_many_or_odd() {
    for (renews_to, terms) in [
        (r#"{"termDuration":"P1Y"}"#, 1),
        (r#"[{"termDuration":"P1Y"},{"termDuration":"P1M"}]"#, 2),
        (r#""P1Y""#, 0),
        (r#"["P1Y"]"#, 0),
        ("[]", 0),
    ] {
        let order = order_with(&format!(r#""lineItems":[{{"renewsTo":{renews_to}}}]"#)).await;
        let read = order.line_items()[0].renews_to.clone().unwrap();
        assert_eq!((read.as_str(), read.terms().len()), (renews_to, terms));
    }
}

#[tokio::test]
async fn amounts_keep_their_digits() {
    for digits in [
        "12.10",
        "90071992547409.93",
        "0.1000",
        "-0",
        "1e-7",
        "123456789012345678901234567890.123",
    ] {
        let order = order_with(&format!(
            r#""totalPrice":{digits},"lineItems":[{{"pricing":{{"price":{digits}}}}}]"#
        ))
        .await;
        assert_eq!(order.total_price.as_ref().unwrap().as_str(), digits);
        let written = json(&order);
        assert_eq!(written.matches(digits).count(), 2, "{written}");
    }
}

#[tokio::test]
async fn an_amount_that_is_no_number_is_kept_and_has_no_value() {
    let order = order_with(r#""totalPrice":"12.10""#).await;
    let price = order.total_price.clone().unwrap();
    assert_eq!((price.as_str(), price.parse::<f64>()), (r#""12.10""#, None));
    assert_eq!(json(&order), r#"{"id":"odd","totalPrice":"12.10"}"#);
}

#[tokio::test]
async fn a_free_form_member_is_kept_as_it_came() {
    let order = order_with(r#""client":{"price": 12.10, "list": [ ]}"#).await;
    assert_eq!(
        order.client.unwrap().as_str(),
        r#"{"price": 12.10, "list": [ ]}"#
    );
}

#[tokio::test]
async fn a_link_without_uri_costs_nothing() {
    let order =
        order_with(r#""links":{"self":{"method":"GET"},"provisioningStatus":{"uri":null}}"#).await;
    let links = order.links.unwrap();
    assert_eq!(links.self_.unwrap().method.as_deref(), Some("GET"));
    assert_eq!(links.provisioning_status.unwrap().uri, None);
}
