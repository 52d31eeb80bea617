//! What does the client read from published bodies, and what does it send for them?

use partner_center_orders::{BillingCycle, Order, PartnerCenter};
use partner_center_orders_tests::{Recorded, client, fixture, orders};
use serde_json::Value;

const ORDER: &str = "YxH1q4KScfvfkJQjgRI8QY1DznnUWZTH1";

fn snapshot(name: &str, value: impl std::fmt::Display) {
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, value);
    });
}

/// What was read, in full, and what of the published body was not.
fn reading<T: serde::Serialize + std::fmt::Debug>(read: &T, published: &[u8]) -> String {
    let written: Value = serde_json::to_value(read).unwrap();
    let published: Value = serde_json::from_slice(published).unwrap();
    let mut lost = Vec::new();
    compare(&published, &written, "", &mut lost);
    let lost = if lost.is_empty() {
        "nothing".to_owned()
    } else {
        lost.join("\n")
    };
    format!("{read:#?}\n\nin the published body and not read: {lost}")
}

fn compare(published: &Value, written: &Value, place: &str, lost: &mut Vec<String>) {
    match (published, written) {
        (Value::Object(published), Value::Object(written)) => {
            for (key, value) in published {
                compare(
                    value,
                    written.get(key).unwrap_or(&Value::Null),
                    &format!("{place}/{key}"),
                    lost,
                );
            }
        }
        (Value::Array(published), Value::Array(written)) if published.len() == written.len() => {
            for (index, value) in published.iter().enumerate() {
                compare(value, &written[index], &format!("{place}/{index}"), lost);
            }
        }
        _ if published == written => {}
        _ => lost.push(format!("{place}: {published} became {written}")),
    }
}

#[tokio::test]
async fn a_list_by_billing_type_is_read() {
    let body = fixture("list_orders/by_billing_type.json");
    let server = Recorded::json([body.clone()]);
    let partner = client(server.base_url());
    let mut pages = orders(&partner)
        .list()
        .billing_type(BillingCycle::OneTime)
        .send()
        .pages();
    let page = pages.try_next().await.unwrap().unwrap();
    assert!(pages.try_next().await.unwrap().is_none());
    assert_eq!(
        (
            page.body().total_count,
            page.attempts(),
            page.status().as_u16()
        ),
        (Some(2), 1, 200)
    );
    let published: Value = serde_json::from_slice(&body).unwrap();
    let items = serde_json::to_vec(&published["items"]).unwrap();
    snapshot("list_orders.read", reading(&page.body().items, &items));
    snapshot("list_orders.sent", &server.sent()[0]);
    assert_eq!(server.sent().len(), 1);
}

#[tokio::test]
async fn an_order_is_read() {
    let body = fixture("get_order/reserved_instance.json");
    let server = Recorded::json([body.clone()]);
    let partner = client(server.base_url());
    let order = orders(&partner)
        .order(ORDER)
        .get()
        .include_price(true)
        .send()
        .await
        .unwrap();
    snapshot("get_order.read", reading(order.body(), &body));
    snapshot("get_order.sent", &server.sent()[0]);
}

#[tokio::test]
async fn a_provisioning_status_is_read() {
    for name in ["page_in_english", "page_in_polish"] {
        let body = fixture(&format!("get_order_provisioning_status/{name}.json"));
        let server = Recorded::json([body.clone()]);
        let partner = client(server.base_url());
        let lines = orders(&partner)
            .order(ORDER)
            .provisioning_status()
            .send()
            .try_collect()
            .await
            .unwrap();
        let published: Value = serde_json::from_slice(&body).unwrap();
        let items = serde_json::to_vec(&published["items"]).unwrap();
        snapshot(
            "get_order_provisioning_status.read",
            reading(&lines, &items),
        );
        snapshot("get_order_provisioning_status.sent", &server.sent()[0]);
    }
}

#[tokio::test]
async fn a_byte_order_mark_is_no_part_of_the_json() {
    let body = [
        b"\xef\xbb\xbf",
        fixture("get_order/reserved_instance.json").as_slice(),
    ]
    .concat();
    let server = Recorded::json([body]);
    let order = get(&client(server.base_url())).await;
    assert_eq!(order.id.as_str(), ORDER);
}

#[tokio::test]
async fn the_ids_are_those_that_were_given_and_the_headers_are_the_services() {
    let (request, correlation) = (uuid::Uuid::from_u128(1), uuid::Uuid::from_u128(2));
    let headers = vec![
        ("MS-ServerId", "030020344".to_owned()),
        ("MS-CV", "InswEQre402koceL.0".to_owned()),
    ];
    let server = Recorded::start(vec![(
        200,
        headers,
        fixture("get_order/reserved_instance.json"),
    )]);
    let partner = client(server.base_url());
    let call = orders(&partner)
        .order(ORDER)
        .get()
        .request_id(request)
        .correlation_id(correlation);
    let order = call.send().await.unwrap();
    assert_eq!(
        (order.request_id(), order.correlation_id()),
        (request, correlation)
    );
    assert_eq!(order.server_id(), Some("030020344"));
    assert_eq!(order.headers()["ms-cv"], "InswEQre402koceL.0");
    let sent = &server.sent()[0];
    assert_eq!(
        sent.header("ms-requestid"),
        Some(request.to_string().as_str())
    );
    assert_eq!(
        sent.header("ms-correlationid"),
        Some(correlation.to_string().as_str())
    );
}

#[tokio::test]
async fn each_call_has_ids_of_its_own() {
    let server = Recorded::json([fixture("get_order/reserved_instance.json")]);
    let partner = client(server.base_url());
    get(&partner).await;
    get(&partner).await;
    let sent = server.sent();
    for id in ["ms-requestid", "ms-correlationid"] {
        assert_ne!(sent[0].header(id), sent[1].header(id));
    }
}

async fn get(partner: &PartnerCenter) -> Order {
    orders(partner)
        .order(ORDER)
        .get()
        .send()
        .await
        .unwrap()
        .into_body()
}
