//! What can be changed about an order, and what cannot?

use partner_center_sim::Simulator;
use serde_json::{Value, json};

use crate::wire::{
    BYTE_ORDER_MARK, FIRST, LEGACY, MARKETPLACE, MINUTE, RESERVATION, Reply, SEATS, SECOND,
    SOFTWARE, all, get, order_of, place, send, send_json,
};

/// A legacy order of one line, paid monthly.
const MONTHLY: &str = "34828C05-C16C-4D6F-9CFC-4D2650EF19A1";
const ADD_ON: &str = "7a2c4e68-91d4-4f8a-8b3e-0e5d6c7b8a21";

fn path(customer: &str, id: &str) -> String {
    format!("/v1/customers/{customer}/orders/{id}")
}

async fn patch(simulator: &Simulator, path: &str, change: &Value) -> Reply {
    send_json(simulator, "PATCH", path, change).await
}

/// A change that must be possible; the order can be read as it was answered.
async fn changed(simulator: &Simulator, path: &str, change: &Value) -> Value {
    let reply = patch(simulator, path, change).await;
    assert_eq!(reply.status, 200, "{change}: {}", reply.text());
    assert!(reply.body.starts_with(BYTE_ORDER_MARK));
    let order = reply.json();
    assert_eq!(get(simulator, path).await.json(), order);
    order
}

/// A change that must be refused and change nothing.
async fn refused(simulator: &Simulator, path: &str, change: &Value, status: u16, code: Value) {
    let before = get(simulator, path).await.body;
    let reply = patch(simulator, path, change).await;
    assert_eq!(reply.status, status, "{change}: {}", reply.text());
    assert_eq!(reply.json()["code"], code, "{change}");
    assert!(get(simulator, path).await.body == before, "{change}");
}

fn version(order: &Value) -> String {
    use base64::prelude::{BASE64_STANDARD, Engine as _};
    let etag = order["attributes"]["etag"].as_str().unwrap();
    String::from_utf8(BASE64_STANDARD.decode(etag).unwrap()).unwrap()
}

/// One line as an add-on to the subscription of another.
fn add_on(parent: &Value, quantity: u32) -> Value {
    json!({ "ReferenceCustomerId": SECOND, "LineItems": [{ "LineItemNumber": 0, "OfferId": ADD_ON,
        "ParentSubscriptionId": parent, "FriendlyName": "Archive", "Quantity": quantity }] })
}

#[tokio::test]
async fn an_add_on_becomes_the_next_line() {
    let simulator = Simulator::start().await.unwrap();
    let path = path(SECOND, MONTHLY);
    let before = get(&simulator, &path).await.json();
    let parent = &before["lineItems"][0]["subscriptionId"];
    assert!(version(&before).ends_with(r#""version":1}"#));
    let after = changed(&simulator, &path, &add_on(parent, 2)).await;
    assert_eq!(after["lineItems"][0], before["lineItems"][0]);
    let line = &after["lineItems"][1];
    assert_eq!(line["lineItemNumber"], 1);
    assert_eq!(line["offerId"], ADD_ON);
    assert_eq!(line["friendlyName"], "Archive");
    assert_eq!(line["quantity"], 2);
    assert!(version(&after).ends_with(r#""version":2}"#));
    let list = format!("/v1/customers/{SECOND}/subscriptions?order_id={MONTHLY}");
    let subscriptions = get(&simulator, &list).await.json();
    assert_eq!(subscriptions["items"][1]["id"], line["subscriptionId"]);
    let status = async || {
        let page = get(&simulator, &format!("{path}/provisioningstatus")).await;
        let page = page.json();
        json!([page["items"][0]["status"], page["items"][1]["status"]])
    };
    assert_eq!(
        status().await,
        json!(["fulfilled", "prefulfillmentpending"])
    );
    simulator.clock().advance(10 * MINUTE);
    assert_eq!(status().await, json!(["fulfilled", "fulfilled"]));
    let third = changed(&simulator, &path, &add_on(parent, 1)).await;
    assert_eq!(third["lineItems"][2]["lineItemNumber"], 2);
    let priced = get(&simulator, &format!("{path}?include_price=true")).await;
    assert!(priced.json()["lineItems"][2]["pricing"].is_object());
}

#[tokio::test]
async fn a_wrong_add_on_has_its_code() {
    let simulator = Simulator::start().await.unwrap();
    let path = path(SECOND, MONTHLY);
    let order = get(&simulator, &path).await.json();
    let good = add_on(&order["lineItems"][0]["subscriptionId"], 1);
    let with = |pointer: &str, value: Value| {
        let mut change = good.clone();
        *change.pointer_mut(pointer).unwrap() = value;
        change
    };
    let list = format!("/v1/customers/{SECOND}/orders");
    let orders = all(&simulator, &list).await;
    let ids = orders
        .iter()
        .flat_map(|order| order["lineItems"].as_array().unwrap());
    let of_others = ids
        .map(|line| &line["subscriptionId"])
        .find(|id| id.is_string());
    let of_others = of_others.unwrap().clone();
    let line = "/LineItems/0";
    for (change, status, code) in [
        (with("/ReferenceCustomerId", json!(null)), 400, "800002"),
        (with("/ReferenceCustomerId", json!(FIRST)), 400, "800002"),
        (
            with(&format!("{line}/LineItemNumber"), json!(1)),
            400,
            "800071",
        ),
        (with(&format!("{line}/OfferId"), json!("x")), 400, "800004"),
        (
            with(&format!("{line}/OfferId"), json!(SEATS)),
            400,
            "800029",
        ),
        (with(&format!("{line}/Quantity"), json!(0)), 400, "900275"),
        (
            with(&format!("{line}/ParentSubscriptionId"), json!(LEGACY)),
            404,
            "20003",
        ),
        (
            with(&format!("{line}/ParentSubscriptionId"), of_others),
            400,
            "800029",
        ),
    ] {
        refused(&simulator, &path, &change, status, json!(code)).await;
    }
    let seats = place(&simulator, SECOND, &order_of(SEATS, 1)).await;
    let id = seats["id"].as_str().unwrap();
    refused(
        &simulator,
        &self::path(SECOND, id),
        &good,
        400,
        json!("900141"),
    )
    .await;
}

fn cycle(order: &Value, cycle: Value) -> Value {
    let line = &order["lineItems"][0];
    json!({ "referenceCustomerId": SECOND, "billingCycle": cycle, "lineItems": [{
        "lineItemNumber": 0, "offerId": line["offerId"], "subscriptionId": line["subscriptionId"],
        "quantity": line["quantity"] }] })
}

#[tokio::test]
async fn the_billing_cycle_of_a_legacy_order_changes_back_and_forth() {
    let simulator = Simulator::start().await.unwrap();
    let path = path(SECOND, MONTHLY);
    let before = get(&simulator, &path).await.json();
    let annual = changed(&simulator, &path, &cycle(&before, json!("Annual"))).await;
    assert_eq!(annual["billingCycle"], "annual");
    assert_eq!(annual["lineItems"], before["lineItems"]);
    let list = format!("/v1/customers/{SECOND}/subscriptions?order_id={MONTHLY}");
    let subscriptions = get(&simulator, &list).await.json();
    assert_eq!(subscriptions["items"][0]["billingCycle"], "annual");
    let monthly = changed(&simulator, &path, &cycle(&before, json!("monthly"))).await;
    assert_eq!(monthly["billingCycle"], before["billingCycle"]);
}

#[tokio::test]
async fn a_billing_cycle_that_cannot_be_has_its_code() {
    let simulator = Simulator::start().await.unwrap();
    let legacy = path(SECOND, MONTHLY);
    let order = get(&simulator, &legacy).await.json();
    let good = cycle(&order, json!("annual"));
    let with = |pointer: &str, value: Value| {
        let mut change = good.clone();
        *change.pointer_mut(pointer).unwrap() = value;
        change
    };
    let line = "/lineItems/0";
    for (change, status, code) in [
        (with("/billingCycle", json!("weekly")), 400, "900126"),
        (with("/billingCycle", json!("one_time")), 400, "6001"),
        (with("/referenceCustomerId", json!(null)), 400, "800002"),
        (with("/lineItems", json!([])), 400, "800002"),
        (
            with(&format!("{line}/lineItemNumber"), json!(1)),
            400,
            "800071",
        ),
        (
            with(&format!("{line}/offerId"), json!(LEGACY)),
            400,
            "800004",
        ),
        (
            with(&format!("{line}/subscriptionId"), json!(null)),
            400,
            "800002",
        ),
        (
            with(&format!("{line}/subscriptionId"), json!(LEGACY)),
            404,
            "20003",
        ),
        (
            with(&format!("{line}/quantity"), json!(null)),
            400,
            "800002",
        ),
    ] {
        refused(&simulator, &legacy, &change, status, json!(code)).await;
    }
    let orders = all(&simulator, &format!("/v1/customers/{SECOND}/orders")).await;
    let find = |status: &str, billing: &str| {
        let order = orders.iter().find(|order| {
            order["status"] == status
                && order["billingCycle"] == billing
                && order["lineItems"][0]["offerId"].as_str().unwrap().len() == 36
        });
        order.unwrap()
    };
    let trial = find("suspended", "none");
    let seats = place(&simulator, SECOND, &order_of(SEATS, 1)).await;
    let fresh = place(&simulator, SECOND, &order_of(LEGACY, 1)).await;
    for (order, code) in [(trial, "6001"), (&seats, "6001"), (&fresh, "800072")] {
        let path = path(SECOND, order["id"].as_str().unwrap());
        refused(
            &simulator,
            &path,
            &cycle(order, json!("annual")),
            400,
            json!(code),
        )
        .await;
    }
}

#[tokio::test]
async fn an_order_that_was_read_can_be_sent_back() {
    let simulator = Simulator::start().await.unwrap();
    for customer in [FIRST, SECOND] {
        let list = format!("/v1/customers/{customer}/orders");
        for order in all(&simulator, &list).await {
            let path = path(customer, order["id"].as_str().unwrap());
            if order["status"] == "cancelled" {
                continue;
            }
            let mut after = changed(&simulator, &path, &order).await;
            if order["attributes"].get("etag").is_some() {
                after["attributes"]["etag"] = order["attributes"]["etag"].clone();
            }
            assert_eq!(after, order);
        }
    }
    let path = path(SECOND, MONTHLY);
    let mut order = get(&simulator, &path).await.json();
    order["lineItems"][0]["quantity"] = json!(7);
    order["lineItems"][0]["friendlyName"] = json!("Sales");
    let after = changed(&simulator, &path, &order).await;
    assert_eq!(after["lineItems"], order["lineItems"]);
}

#[tokio::test]
async fn an_order_that_is_still_pending_when_it_was_read_can_be_sent_back_later() {
    let simulator = Simulator::start().await.unwrap();
    let placed = place(&simulator, FIRST, &order_of(SEATS, 1)).await;
    simulator.clock().advance(7 * MINUTE);
    let path = path(FIRST, placed["id"].as_str().unwrap());
    let after = changed(&simulator, &path, &placed).await;
    assert_eq!(after["status"], "completed");
    simulator.clock().advance(3 * MINUTE);
    let later = get(&simulator, &path).await.json();
    assert!(later["lineItems"][0]["subscriptionId"].is_string());
}

#[tokio::test]
async fn another_quantity_is_for_legacy_orders() {
    let simulator = Simulator::start().await.unwrap();
    for (offer, status, code) in [
        (SEATS, 403, "800027"),
        (RESERVATION, 403, "800027"),
        (LEGACY, 409, "800014"),
    ] {
        let mut order = place(&simulator, FIRST, &order_of(offer, 1)).await;
        let path = path(FIRST, order["id"].as_str().unwrap());
        order["lineItems"][0]["quantity"] = json!(2);
        refused(&simulator, &path, &order, status, json!(code)).await;
        simulator.clock().advance(10 * MINUTE);
        if offer == LEGACY {
            changed(&simulator, &path, &order).await;
            order["lineItems"][0]["quantity"] = json!(0);
            refused(&simulator, &path, &order, 400, json!("900275")).await;
        }
    }
}

#[tokio::test]
async fn reservations_and_software_are_cancelled_whole() {
    let simulator = Simulator::start().await.unwrap();
    for offer in [RESERVATION, SOFTWARE] {
        for wait in [0, 5, 10] {
            let placed = place(&simulator, FIRST, &order_of(offer, 4)).await;
            let id = placed["id"].as_str().unwrap();
            let path = path(FIRST, id);
            simulator.clock().advance(wait * MINUTE);
            let cancel = json!({ "id": id, "status": "Cancelled" });
            let order = changed(&simulator, &path, &cancel).await;
            assert_eq!(order["status"], "cancelled");
            assert_eq!(order["lineItems"][0]["quantity"], 0);
            simulator.clock().advance(60 * MINUTE);
            assert_eq!(get(&simulator, &path).await.json(), order);
            let provisioning = get(&simulator, &format!("{path}/provisioningstatus")).await;
            assert_eq!(provisioning.json()["items"][0]["status"], "unfulfilled");
            let priced = get(&simulator, &format!("{path}?include_price=true")).await;
            assert!(priced.text().contains(r#""totalPrice":0.00"#));
            refused(&simulator, &path, &cancel, 400, json!("800061")).await;
        }
    }
}

#[tokio::test]
async fn software_is_cancelled_line_by_line() {
    let simulator = Simulator::start().await.unwrap();
    let access = "DG7GMGF0SB10:0007:DG7GMGF0RV2J";
    let line = |number, offer| json!({ "lineItemNumber": number, "offerId": offer });
    let mut lines = [line(0, SOFTWARE), line(1, access)];
    for line in &mut lines {
        line["quantity"] = json!(3);
    }
    let placed = place(&simulator, FIRST, &json!({ "lineItems": lines })).await;
    let path = path(FIRST, placed["id"].as_str().unwrap());
    simulator.clock().advance(10 * MINUTE);
    let cancel = |lines: &[Value]| json!({ "status": "cancelled", "lineItems": lines });
    let one = changed(&simulator, &path, &cancel(&[line(1, access)])).await;
    assert_eq!(one["status"], "completed");
    assert_eq!(one["lineItems"][0]["quantity"], 3);
    assert_eq!(one["lineItems"][1]["quantity"], 0);
    for (lines, code) in [
        (vec![line(1, access)], "800061"),
        (vec![line(2, access)], "800071"),
        (vec![line(0, SOFTWARE), line(0, SOFTWARE)], "800071"),
        (vec![line(0, access)], "800004"),
    ] {
        refused(&simulator, &path, &cancel(&lines), 400, json!(code)).await;
    }
    let both = [line(0, SOFTWARE), line(1, access)];
    let all = changed(&simulator, &path, &cancel(&both)).await;
    assert_eq!(all["status"], "cancelled");
}

#[tokio::test]
async fn what_cannot_be_cancelled_has_its_code() {
    let simulator = Simulator::start().await.unwrap();
    let cancel = json!({ "status": "cancelled" });
    let mut plan = order_of("DZH318Z0SB11:000B:DZH318Z0RW8M", 1);
    plan["lineItems"][0]["purchaseCommitment"] =
        json!({ "amount": 0.05, "currency": "usd", "grain": "hourly" });
    for (order, status, code) in [
        (order_of(SEATS, 1), 400, "800061"),
        (order_of(LEGACY, 1), 400, "800063"),
        (order_of(MARKETPLACE, 1), 403, "800077"),
        (plan, 403, "900321"),
    ] {
        let placed = place(&simulator, FIRST, &order).await;
        let path = path(FIRST, placed["id"].as_str().unwrap());
        refused(&simulator, &path, &cancel, status, json!(code)).await;
        simulator.clock().advance(10 * MINUTE);
        refused(&simulator, &path, &cancel, status, json!(code)).await;
    }
    let placed = place(&simulator, FIRST, &order_of(RESERVATION, 1)).await;
    let other = place(&simulator, FIRST, &order_of(RESERVATION, 1)).await;
    simulator.clock().advance(60 * 24 * 60 * MINUTE);
    changed(
        &simulator,
        &path(FIRST, placed["id"].as_str().unwrap()),
        &cancel,
    )
    .await;
    simulator.clock().advance(MINUTE);
    let path = path(FIRST, other["id"].as_str().unwrap());
    refused(&simulator, &path, &cancel, 400, json!("900117")).await;
}

#[tokio::test]
async fn a_change_that_asks_for_nothing_or_for_another_order_is_refused() {
    let simulator = Simulator::start().await.unwrap();
    let path = path(SECOND, MONTHLY);
    for (change, code) in [
        (json!({}), json!("800002")),
        (json!({ "lineItems": null }), json!("800002")),
        (json!({ "id": "x", "status": "cancelled" }), json!("800002")),
        (json!({ "status": "none" }), json!(0)),
        (json!({ "status": "cancel" }), json!(0)),
    ] {
        refused(&simulator, &path, &change, 400, code).await;
    }
    let unknown = self::path(SECOND, "none");
    let reply = patch(&simulator, &unknown, &json!({})).await;
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (404, &json!("20000"))
    );
}

#[tokio::test]
async fn an_etag_counts_when_it_is_sent() {
    let simulator = Simulator::start().await.unwrap();
    let path = path(SECOND, MONTHLY);
    let order = get(&simulator, &path).await.json();
    let etag = order["attributes"]["etag"].as_str().unwrap();
    let quoted = format!("\"{etag}\"");
    let body = order.to_string();
    for (if_match, status) in [("\"x\"", 400), (&quoted, 200), (&quoted, 400), ("*", 200)] {
        let headers = [("If-Match", if_match)];
        let call = ("PATCH", path.as_str());
        let reply = send(&simulator, call, &headers, "text/json", body.as_bytes()).await;
        assert_eq!(reply.status, status, "{if_match}");
        if status == 400 {
            assert_eq!(reply.json()["code"], "2055");
        }
    }
}

#[tokio::test]
async fn a_change_with_the_same_id_is_made_once() {
    let simulator = Simulator::start().await.unwrap();
    let path = path(SECOND, MONTHLY);
    let order = get(&simulator, &path).await.json();
    let body = add_on(&order["lineItems"][0]["subscriptionId"], 1).to_string();
    let headers = [("MS-RequestId", "0e5fc923-8e3c-4560-9100-ce7283c3e081")];
    for _ in 0..3 {
        let call = ("PATCH", path.as_str());
        let reply = send(
            &simulator,
            call,
            &headers,
            "application/json",
            body.as_bytes(),
        )
        .await;
        assert_eq!(reply.json()["lineItems"].as_array().unwrap().len(), 2);
    }
}
