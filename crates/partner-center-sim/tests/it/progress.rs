//! What does an order look like as time passes?

use partner_center_sim::Simulator;
use serde_json::{Value, json};

use crate::wire::{FIRST, LEGACY, MARKETPLACE, MINUTE, SEATS, SOFTWARE, all, get, order_of, place};

async fn read(simulator: &Simulator, order: &Value, rest: &str) -> Value {
    let id = order["id"].as_str().unwrap();
    let target = format!("/v1/customers/{FIRST}/orders/{id}{rest}");
    get(simulator, &target).await.json()
}

async fn subscriptions(simulator: &Simulator, order: &Value) -> Vec<Value> {
    let id = order["id"].as_str().unwrap();
    let target = format!("/v1/customers/{FIRST}/subscriptions?order_id={id}");
    let page = get(simulator, &target).await.json();
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_list_has_an_order_fifteen_minutes_after_it_was_placed() {
    let simulator = Simulator::start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders");
    let placed = place(&simulator, FIRST, &order_of(SEATS, 1)).await;
    assert_eq!(all(&simulator, &list).await.len(), 43);
    simulator.clock().advance(15 * MINUTE - MINUTE / 60);
    assert_eq!(all(&simulator, &list).await.len(), 43);
    simulator.clock().advance(MINUTE / 60);
    let orders = all(&simulator, &list).await;
    assert_eq!(orders.len(), 44);
    assert_eq!(orders[0], read(&simulator, &placed, "").await);
    let monthly = all(&simulator, &format!("{list}?billingType=monthly")).await;
    assert_eq!(monthly[0]["id"], placed["id"]);
}

#[tokio::test]
async fn an_order_completes_and_its_lines_are_provisioned() {
    let simulator = Simulator::start().await.unwrap();
    let placed = place(&simulator, FIRST, &order_of(SEATS, 3)).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        let order = read(&simulator, &placed, "").await;
        let provisioning = read(&simulator, &placed, "/provisioningstatus").await;
        let line = &provisioning["items"][0];
        assert_eq!(
            line["quantityProvisioningInformation"],
            json!([{ "quantity": 3, "status": line["status"] }])
        );
        let subscriptions = subscriptions(&simulator, &placed).await;
        let ids: Vec<_> = subscriptions.iter().map(|one| &one["id"]).collect();
        let own = order["lineItems"][0].get("subscriptionId");
        assert_eq!(ids, own.into_iter().collect::<Vec<_>>());
        seen.push(json!([order["status"], line["status"], ids.len()]));
        simulator.clock().advance(5 * MINUTE);
    }
    assert_eq!(
        json!(seen),
        json!([
            ["pending", "prefulfillmentpending", 0],
            ["completed", "prefulfillmentpending", 0],
            ["completed", "fulfilled", 1],
        ])
    );
    let subscription = &subscriptions(&simulator, &placed).await[0];
    assert_eq!(subscription["status"], "active");
    assert_eq!(subscription["quantity"], 3);
    assert_eq!(subscription["commitmentEndDate"], "2025-06-30T00:00:00Z");
}

#[tokio::test]
async fn looking_changes_nothing() {
    let mut ends = Vec::new();
    for looks in [0, 7] {
        let simulator = Simulator::start().await.unwrap();
        let placed = place(&simulator, FIRST, &order_of(MARKETPLACE, 1)).await;
        for _ in 0..looks {
            read(&simulator, &placed, "/provisioningstatus").await;
            simulator.clock().advance(MINUTE);
        }
        simulator.clock().advance((20 - looks) * MINUTE);
        ends.push((
            read(&simulator, &placed, "").await,
            subscriptions(&simulator, &placed).await,
        ));
    }
    assert_eq!(ends[0], ends[1]);
}

#[tokio::test]
async fn a_marketplace_line_is_activated_once_the_order_is_completed() {
    let simulator = Simulator::start().await.unwrap();
    let placed = place(&simulator, FIRST, &order_of(MARKETPLACE, 1)).await;
    let links = read(&simulator, &placed, "/activationlinks").await;
    assert_eq!(links["totalCount"], 0);
    simulator.clock().advance(5 * MINUTE);
    let links = read(&simulator, &placed, "/activationlinks").await;
    assert_eq!(links["totalCount"], 1);
    let order = read(&simulator, &placed, "").await;
    let link = &order["lineItems"][0]["links"]["activationLinks"];
    let uri = link["uri"].as_str().unwrap();
    let of_line = get(&simulator, &format!("/v1{uri}")).await.json();
    assert_eq!(of_line["items"], links["items"]);
    simulator.clock().advance(5 * MINUTE);
    let subscription = &subscriptions(&simulator, &placed).await[0];
    let uri = subscription["links"]["activationLinks"]["uri"]
        .as_str()
        .unwrap();
    let of_subscription = get(&simulator, &format!("/v1{uri}")).await.json();
    assert_eq!(of_subscription["items"], links["items"]);
}

#[tokio::test]
async fn software_is_delivered_without_a_subscription() {
    let simulator = Simulator::start().await.unwrap();
    let placed = place(&simulator, FIRST, &order_of(SOFTWARE, 1)).await;
    simulator.clock().advance(10 * MINUTE);
    let provisioning = read(&simulator, &placed, "/provisioningstatus").await;
    assert_eq!(provisioning["items"][0]["status"], "fulfilled");
    assert!(subscriptions(&simulator, &placed).await.is_empty());
}

#[tokio::test]
async fn a_legacy_line_links_to_its_subscription() {
    let simulator = Simulator::start().await.unwrap();
    let placed = place(&simulator, FIRST, &order_of(LEGACY, 1)).await;
    assert!(placed["lineItems"][0].get("links").is_none());
    simulator.clock().advance(10 * MINUTE);
    let order = read(&simulator, &placed, "").await;
    let line = &order["lineItems"][0];
    let id = line["subscriptionId"].as_str().unwrap();
    assert_eq!(
        line["links"]["subscription"]["uri"],
        format!("/customers/{FIRST}/subscriptions/{id}")
    );
    assert_eq!(subscriptions(&simulator, &placed).await[0]["id"], id);
}

#[tokio::test]
async fn orders_of_the_start_stand_still() {
    let simulator = Simulator::start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders?include_system_purchases=true");
    let before = all(&simulator, &list).await;
    simulator.clock().advance(60 * 24 * MINUTE);
    assert_eq!(all(&simulator, &list).await, before);
}
