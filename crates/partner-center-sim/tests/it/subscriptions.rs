//! Which subscriptions came of an order, and do they agree with its lines?

use std::collections::BTreeSet;

use partner_center_sim::Simulator;
use serde_json::{Value, json};

use crate::wire::{AUTHORIZED, BYTE_ORDER_MARK, FIRST, SECOND, all, get, request};

async fn orders(simulator: &Simulator, customer: &str) -> Vec<Value> {
    let list = format!("/v1/customers/{customer}/orders?include_system_purchases=true");
    all(simulator, &list).await
}

async fn of_order(simulator: &Simulator, customer: &str, order_id: &str) -> Value {
    let target = format!("/v1/customers/{customer}/subscriptions?order_id={order_id}");
    let reply = get(simulator, &target).await;
    assert_eq!(reply.status, 200, "{target}");
    assert!(reply.body.starts_with(BYTE_ORDER_MARK));
    assert!(!reply.text().contains("null"), "{target}");
    reply.json()
}

/// Every order of a customer with the subscriptions that came of it.
async fn everything(simulator: &Simulator, customer: &str) -> Vec<(Value, Vec<Value>)> {
    let mut found = Vec::new();
    for order in orders(simulator, customer).await {
        let id = order["id"].as_str().unwrap();
        let list = of_order(simulator, customer, id).await;
        found.push((order, list["items"].as_array().unwrap().clone()));
    }
    found
}

/// The lines that became subscriptions.
fn lines(order: &Value) -> Vec<&Value> {
    let lines = order["lineItems"].as_array().unwrap().iter();
    lines
        .filter(|line| line.get("subscriptionId").is_some())
        .collect()
}

fn is_legacy(line: &Value) -> bool {
    !line["offerId"].as_str().unwrap().contains(':')
}

#[tokio::test]
async fn each_line_with_a_subscription_id_is_one() {
    let simulator = Simulator::start().await.unwrap();
    for customer in [FIRST, SECOND] {
        let mut ids = BTreeSet::new();
        let mut counts = BTreeSet::new();
        for order in orders(&simulator, customer).await {
            let id = order["id"].as_str().unwrap();
            let list = of_order(&simulator, customer, id).await;
            let items = list["items"].as_array().unwrap();
            assert_eq!(list["totalCount"], items.len());
            assert_eq!(list["attributes"], json!({ "objectType": "Collection" }));
            let uri = format!("/customers/{customer}/subscriptions?order_id={id}");
            let own = json!({ "uri": uri, "method": "GET", "headers": [] });
            assert_eq!(list["links"], json!({ "self": own }));
            assert_eq!(items.len(), lines(&order).len(), "{id}");
            for (item, line) in items.iter().zip(lines(&order)) {
                assert_eq!(item["id"], line["subscriptionId"]);
                assert_eq!(item["orderId"], *id);
                for member in ["offerId", "quantity", "friendlyName"] {
                    assert_eq!(item[member], line[member], "{member}");
                }
                assert_eq!(item["offerName"], line["friendlyName"]);
                assert_eq!(item.get("termDuration"), line.get("termDuration"));
                assert_eq!(item["billingCycle"], order["billingCycle"]);
                assert_eq!(item["creationDate"], order["creationDate"]);
                assert!(ids.insert(item["id"].as_str().unwrap().to_lowercase()));
            }
            counts.insert(items.len());
        }
        assert_eq!(counts, BTreeSet::from([0, 1, 2]));
    }
}

#[tokio::test]
async fn seats_of_completed_orders_have_subscriptions() {
    let simulator = Simulator::start().await.unwrap();
    for (order, items) in everything(&simulator, FIRST).await {
        let line = &order["lineItems"][0];
        let is_reserved = order["id"].as_str().unwrap().len() == 33;
        let is_perpetual = line["termDuration"] == "";
        let has_seats = !is_reserved && !is_perpetual;
        match order["status"].as_str() {
            Some("completed") if has_seats => {
                assert_eq!(items.len(), order["lineItems"].as_array().unwrap().len());
            }
            Some("partial_success") => assert_eq!(items.len(), 1),
            Some("pending" | "pending_review" | "pending_po_upload" | "error") => {
                assert_eq!(items.len(), 0, "{order}");
            }
            _ if is_reserved || is_perpetual => assert_eq!(items.len(), 0, "{order}"),
            _ => {}
        }
    }
}

#[tokio::test]
async fn a_subscription_of_the_new_commerce_has_its_members() {
    let simulator = Simulator::start().await.unwrap();
    let everything = everything(&simulator, FIRST).await;
    let is_it = |(order, items): &&(Value, Vec<Value>)| {
        items.len() == 2 && order["alternateId"].is_string()
    };
    let (order, items) = everything.iter().find(is_it).unwrap();
    let line = &order["lineItems"][0];
    let id = line["subscriptionId"].as_str().unwrap();
    let own = format!("/customers/{FIRST}/subscriptions/{id}");
    let link = |uri: &str| json!({ "uri": uri, "method": "GET", "headers": [] });
    let start = order["creationDate"].as_str().unwrap();
    let (month, day) = (&start[..7], &start[8..10]);
    assert_eq!(month, "2022-03");
    // The last day of the term belongs to it.
    let last = day.parse::<u32>().unwrap() - 1;
    assert_eq!(
        items[0],
        json!({
            "id": id,
            "offerId": line["offerId"],
            "offerName": line["friendlyName"],
            "friendlyName": line["friendlyName"],
            "quantity": 3,
            "unitType": "Licenses",
            "hasPurchasableAddons": false,
            "creationDate": start,
            "effectiveStartDate": format!("2022-03-{day}T00:00:00Z"),
            "commitmentEndDate": format!("2022-04-{last:02}T00:00:00Z"),
            "status": "active",
            "autoRenewEnabled": true,
            "isTrial": false,
            "isMicrosoftProduct": false,
            "publisherName": "Fabrikam Software",
            "billingType": "license",
            "billingCycle": "monthly",
            "termDuration": "P1M",
            "contractType": "subscription",
            "orderId": order["id"],
            "links": {
                "product": line["links"]["product"],
                "sku": line["links"]["sku"],
                "availability": line["links"]["availability"],
                "activationLinks": link(&format!("{own}/activationlinks")),
                "self": link(&own),
            },
            "attributes": {
                "objectType": "Subscription",
                "etag": items[0]["attributes"]["etag"],
            },
        })
    );
    assert_ne!(items[0]["id"], items[1]["id"]);
    assert_ne!(
        items[0]["attributes"]["etag"],
        items[1]["attributes"]["etag"]
    );
    let activation = get(&simulator, &format!("/v1{own}/activationlinks")).await;
    assert_eq!(activation.json()["totalCount"], 1);
}

#[tokio::test]
async fn legacy_and_new_subscriptions_link_to_their_offers_in_two_styles() {
    let simulator = Simulator::start().await.unwrap();
    for customer in [FIRST, SECOND] {
        let (mut legacy, mut new) = (0, 0);
        for (order, items) in everything(&simulator, customer).await {
            for (item, line) in items.iter().zip(lines(&order)) {
                let links = &item["links"];
                let offer = format!("/v1/offers/{}", line["offerId"].as_str().unwrap());
                if is_legacy(line) {
                    assert_eq!(links["offer"]["uri"], offer);
                    assert_eq!(links.get("product"), None);
                    legacy += 1;
                } else {
                    assert_eq!(links.get("offer"), None);
                    for (name, start) in [
                        ("product", "/products/"),
                        ("sku", "/products/"),
                        ("availability", "/products/"),
                    ] {
                        assert!(links[name]["uri"].as_str().unwrap().starts_with(start));
                    }
                    new += 1;
                }
                assert_eq!(
                    links.get("activationLinks").is_some(),
                    line.pointer("/links/activationLinks").is_some()
                );
            }
        }
        assert!(legacy >= 9 && new >= 10, "{legacy} {new}");
    }
}

#[tokio::test]
async fn a_subscription_follows_the_state_of_its_line() {
    let simulator = Simulator::start().await.unwrap();
    let mut statuses = BTreeSet::new();
    let mut trials = 0;
    for (order, items) in everything(&simulator, FIRST).await {
        for (item, line) in items.iter().zip(lines(&order)) {
            let status = match order["status"].as_str() {
                _ if line["quantity"] == 0 => "deleted",
                Some("suspended") => "suspended",
                _ => "active",
            };
            assert_eq!(item["status"], status);
            statuses.insert(status);
            let is_trial = order["billingCycle"] == "none";
            trials += usize::from(is_trial);
            assert_eq!(item["isTrial"], is_trial);
            assert_eq!(item["autoRenewEnabled"], status != "deleted" && !is_trial);
            // Azure of old and savings plans are billed by use.
            let is_used =
                order["billingCycle"] == "unknown" || line.get("purchaseCommitment").is_some();
            assert_eq!(item.get("unitType").is_none(), is_used);
            assert_eq!(item.get("billingType").is_none(), is_used);
            let is_parent = is_legacy(line) && line["lineItemNumber"] == 0 && !is_trial;
            assert_eq!(item["hasPurchasableAddons"], is_parent);
            if let Some(chosen) = line["customTermEndDate"].as_str() {
                assert_eq!(item["commitmentEndDate"], format!("{chosen}Z"));
            }
        }
    }
    assert_eq!(statuses, BTreeSet::from(["active", "deleted", "suspended"]));
    assert!(trials >= 2);
}

#[tokio::test]
async fn the_order_must_be_named() {
    let simulator = Simulator::start().await.unwrap();
    let path = format!("/v1/customers/{FIRST}/subscriptions");
    for query in [
        "",
        "?",
        "?order_id",
        "?order_id=",
        "?order_id=%20",
        "?order_id=+",
        "?orderId=none",
        "?Order_Id=none",
        "?order_id=&order_id=none",
    ] {
        let reply = get(&simulator, &format!("{path}{query}")).await;
        assert_eq!(reply.status, 400, "{query}");
        assert_eq!(reply.json()["code"], "800002", "{query}");
        assert!(!reply.body.starts_with(BYTE_ORDER_MARK), "{query}");
    }
}

#[tokio::test]
async fn the_order_is_found_as_by_its_own_address() {
    let simulator = Simulator::start().await.unwrap();
    let documented = "34828C05-C16C-4D6F-9CFC-4D2650EF19A1";
    for spelling in [
        documented,
        &documented.to_lowercase(),
        "34828C05%2DC16C-4D6F-9CFC-4D2650EF19A1",
    ] {
        let list = of_order(&simulator, SECOND, spelling).await;
        assert_eq!(list["totalCount"], 1, "{spelling}");
        assert_eq!(list["items"][0]["orderId"], documented);
    }
    // A reservation has no subscription, and its id is compared letter by letter.
    let reserved = "9qg-ErcO-4MPbPqq_3MIQaS7bn8W6HfG1";
    assert_eq!(
        of_order(&simulator, FIRST, reserved).await["items"],
        json!([])
    );
    for (customer, order_id) in [
        (FIRST, "none"),
        (FIRST, "%2F"),
        (FIRST, documented),
        (SECOND, reserved),
        (FIRST, &reserved.to_uppercase()),
    ] {
        let target = format!("/v1/customers/{customer}/subscriptions?order_id={order_id}");
        let reply = get(&simulator, &target).await;
        assert_eq!(reply.status, 404, "{target}");
        assert_eq!(reply.json()["code"], "20000", "{target}");
    }
}

#[tokio::test]
async fn wrong_addresses_and_methods_have_their_codes() {
    let simulator = Simulator::start().await.unwrap();
    let stranger = "11111111-2222-4333-8444-555555555555";
    for (target, status, code) in [
        (format!("/v1/customers/{FIRST}/subscriptions/"), 404, "1000"),
        (
            format!("/v1/customers/{FIRST}/subscriptions/none"),
            404,
            "1000",
        ),
        (
            format!("/v1/customers/{FIRST}/subscriptions%2F"),
            404,
            "1000",
        ),
        // The customer is looked for before the query is read.
        (
            "/v1/customers/contoso/subscriptions".to_owned(),
            400,
            "900118",
        ),
        (
            format!("/v1/customers/{stranger}/subscriptions"),
            403,
            "20002",
        ),
    ] {
        let reply = get(&simulator, &target).await;
        assert_eq!(reply.status, status, "{target}");
        assert_eq!(reply.json()["code"], code, "{target}");
    }
    let target = format!("/v1/customers/{FIRST}/subscriptions");
    for method in ["POST", "PATCH", "DELETE", "HEAD"] {
        let reply = request(&simulator, method, &target, &[AUTHORIZED]).await;
        assert_eq!(reply.status, 405, "{method}");
        assert_eq!(reply.header("Allow"), Some("GET"));
    }
    assert_eq!(request(&simulator, "GET", &target, &[]).await.status, 401);
}
