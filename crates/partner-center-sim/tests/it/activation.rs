//! Which lines have an activation link, and by which three addresses is it found?

use std::collections::BTreeSet;

use partner_center_sim::Simulator;
use serde_json::{Value, json};

use crate::wire::{AUTHORIZED, BYTE_ORDER_MARK, FIRST, SECOND, all, get, request};

/// What only the marketplace sells.
const MARKETPLACE: &str = "DZH318Z0SB07:";

fn is_activated(order: &Value, line: &Value) -> bool {
    order["status"] == "completed" && line["offerId"].as_str().unwrap().starts_with(MARKETPLACE)
}

fn lines(order: &Value) -> &Vec<Value> {
    order["lineItems"].as_array().unwrap()
}

/// Every order, those of the system included: one has two marketplace lines, and one of the first customer is pending.
async fn orders(simulator: &Simulator, customer: &str) -> Vec<Value> {
    let list = format!("/v1/customers/{customer}/orders?include_system_purchases=true");
    all(simulator, &list).await
}

/// The first customer's order with two activation links.
async fn with_two_links(simulator: &Simulator) -> Value {
    let is_it = |order: &Value| {
        let activated = |line: &&Value| is_activated(order, line);
        lines(order).iter().filter(activated).count() == 2
    };
    let orders = orders(simulator, FIRST).await;
    orders.into_iter().find(is_it).unwrap()
}

#[tokio::test]
async fn completed_marketplace_lines_have_a_link_and_no_others() {
    let simulator = Simulator::start().await.unwrap();
    for customer in [FIRST, SECOND] {
        let mut counts = Vec::new();
        for order in orders(&simulator, customer).await {
            let id = order["id"].as_str().unwrap();
            let path = format!("/customers/{customer}/orders/{id}/activationlinks");
            let found = get(&simulator, &format!("/v1{path}")).await;
            assert_eq!(found.status, 200, "{id}");
            assert!(found.body.starts_with(BYTE_ORDER_MARK));
            let found = found.json();
            let own = json!({ "uri": path, "method": "GET", "headers": [] });
            assert_eq!(found["links"], json!({ "self": own }));
            assert_eq!(found["attributes"], json!({ "objectType": "Collection" }));
            let numbers: Vec<_> = found["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["lineItemNumber"].clone())
                .collect();
            assert_eq!(found["totalCount"], numbers.len());
            let expected: Vec<_> = lines(&order)
                .iter()
                .filter(|line| is_activated(&order, line))
                .map(|line| line["lineItemNumber"].clone())
                .collect();
            assert_eq!(numbers, expected, "{id}");
            counts.push(numbers.len());
        }
        counts.sort_unstable();
        assert_eq!(counts[counts.len() - 4..], [0, 1, 1, 2]);
    }
}

#[tokio::test]
async fn a_link_leads_to_the_publisher() {
    let simulator = Simulator::start().await.unwrap();
    let mut addresses = BTreeSet::new();
    for customer in [FIRST, SECOND] {
        for order in orders(&simulator, customer).await {
            let id = order["id"].as_str().unwrap();
            let path = format!("/v1/customers/{customer}/orders/{id}/activationlinks");
            for item in get(&simulator, &path).await.json()["items"]
                .as_array()
                .unwrap()
            {
                let members: Vec<_> = item.as_object().unwrap().keys().collect();
                assert_eq!(members, ["lineItemNumber", "link"]);
                assert_eq!(item["link"]["method"], "GET");
                assert_eq!(item["link"]["headers"], json!([]));
                let address = item["link"]["uri"].as_str().unwrap().to_owned();
                assert!(
                    address.starts_with("https://publisher.example.com/activate?token="),
                    "{address}"
                );
                assert!(address.ends_with("%3D"), "{address}");
                addresses.insert(address);
            }
        }
    }
    assert_eq!(addresses.len(), 8);
}

#[tokio::test]
async fn a_line_links_to_its_activation_links() {
    let simulator = Simulator::start().await.unwrap();
    for order in orders(&simulator, FIRST).await {
        let id = order["id"].as_str().unwrap();
        for line in lines(&order) {
            let number = &line["lineItemNumber"];
            let path = format!("/customers/{FIRST}/orders/{id}/lineitems/{number}/activationlinks");
            let found = get(&simulator, &format!("/v1{path}")).await.json();
            assert_eq!(found["links"]["self"]["uri"], path);
            let link = line.pointer("/links/activationLinks");
            if is_activated(&order, line) {
                let own = json!({ "uri": path, "method": "GET", "headers": [] });
                assert_eq!(link, Some(&own));
                assert_eq!(found["totalCount"], 1);
                assert_eq!(found["items"][0]["lineItemNumber"], *number);
            } else {
                assert_eq!(link, None);
                assert_eq!(
                    (&found["totalCount"], &found["items"]),
                    (&json!(0), &json!([]))
                );
            }
        }
    }
}

#[tokio::test]
async fn an_order_a_line_and_a_subscription_have_the_same_link() {
    let simulator = Simulator::start().await.unwrap();
    let order = with_two_links(&simulator).await;
    let customer = format!("/v1/customers/{FIRST}");
    let path = format!("{customer}/orders/{}", order["id"].as_str().unwrap());
    let of_order = get(&simulator, &format!("{path}/activationlinks"))
        .await
        .json();
    for (line, item) in lines(&order)
        .iter()
        .zip(of_order["items"].as_array().unwrap())
    {
        let number = &line["lineItemNumber"];
        let address = format!("{path}/lineitems/{number}/activationlinks");
        let of_line = get(&simulator, &address).await.json();
        assert_eq!(of_line["items"], json!([item]));

        let id = line["subscriptionId"].as_str().unwrap();
        for spelling in [id.to_owned(), id.to_uppercase()] {
            let address = format!("{customer}/subscriptions/{spelling}/activationlinks");
            let of_subscription = get(&simulator, &address).await.json();
            assert_eq!(of_subscription["items"], json!([item]));
            assert_eq!(
                of_subscription["links"]["self"]["uri"],
                format!("/customers/{FIRST}/subscriptions/{id}/activationlinks")
            );
        }
    }
}

#[tokio::test]
async fn a_subscription_without_a_publisher_has_no_link() {
    let simulator = Simulator::start().await.unwrap();
    let orders = orders(&simulator, SECOND).await;
    let mut count = 0;
    for order in &orders {
        for line in lines(order)
            .iter()
            .filter(|line| !is_activated(order, line))
        {
            if let Some(id) = line["subscriptionId"].as_str() {
                let path = format!("/v1/customers/{SECOND}/subscriptions/{id}/activationlinks");
                assert_eq!(get(&simulator, &path).await.json()["items"], json!([]));
                count += 1;
            }
        }
    }
    assert!(count > 10);
}

#[tokio::test]
async fn wrong_addresses_have_their_codes() {
    let simulator = Simulator::start().await.unwrap();
    let order = with_two_links(&simulator).await;
    let id = order["id"].as_str().unwrap();
    let subscription = lines(&order)[0]["subscriptionId"].as_str().unwrap();
    let first = format!("/v1/customers/{FIRST}");
    let second = format!("/v1/customers/{SECOND}");
    for (target, status, code) in [
        (
            format!("{first}/orders/{id}/lineitems/2/activationlinks"),
            404,
            "1000",
        ),
        (
            format!("{first}/orders/{id}/lineitems/-1/activationlinks"),
            404,
            "1000",
        ),
        (
            format!("{first}/orders/{id}/lineitems/00/activationlinks"),
            404,
            "1000",
        ),
        (
            format!("{first}/orders/{id}/lineitems/+0/activationlinks"),
            404,
            "1000",
        ),
        (
            format!("{first}/orders/{id}/lineitems/first/activationlinks"),
            404,
            "1000",
        ),
        (
            format!("{first}/orders/{id}/lineitems/18446744073709551616/activationlinks"),
            404,
            "1000",
        ),
        (
            format!("{first}/orders/{id}/lineitems/0%2Factivationlinks"),
            404,
            "1000",
        ),
        (
            format!("{first}/orders/{id}/lineitems//activationlinks"),
            404,
            "1000",
        ),
        (format!("{first}/orders/{id}/lineitems/0"), 404, "1000"),
        (
            format!("{first}/orders/{id}/lineitems/0/activationlinks/0"),
            404,
            "1000",
        ),
        (format!("{first}/orders/{id}/activationLinks"), 404, "1000"),
        (
            format!("{first}/orders/{id}%2Factivationlinks"),
            404,
            "20000",
        ),
        (format!("{first}/orders/none/activationlinks"), 404, "20000"),
        // The order is looked for before its line.
        (
            format!("{first}/orders/none/lineitems/first/activationlinks"),
            404,
            "20000",
        ),
        (
            format!("{second}/orders/{id}/activationlinks"),
            404,
            "20000",
        ),
        (
            format!("{first}/subscriptions/none/activationlinks"),
            404,
            "20003",
        ),
        (
            format!("{first}/subscriptions/{subscription}%2F/activationlinks"),
            404,
            "20003",
        ),
        (
            format!("{second}/subscriptions/{subscription}/activationlinks"),
            404,
            "20003",
        ),
        (
            format!("{first}/subscriptions/{id}/activationlinks"),
            404,
            "20003",
        ),
        (
            "/v1/customers/contoso/subscriptions/none/activationlinks".to_owned(),
            400,
            "900118",
        ),
    ] {
        let reply = get(&simulator, &target).await;
        assert_eq!(reply.status, status, "{target}");
        assert_eq!(reply.json()["code"], code, "{target}");
        assert!(!reply.body.starts_with(BYTE_ORDER_MARK), "{target}");
    }
    // %30 is the digit 0.
    let encoded = format!("{first}/orders/{id}/lineitems/%30/activationlinks");
    assert_eq!(get(&simulator, &encoded).await.json()["totalCount"], 1);
}

#[tokio::test]
async fn activation_links_are_for_reading() {
    let simulator = Simulator::start().await.unwrap();
    let customer = format!("/v1/customers/{FIRST}");
    for target in [
        format!("{customer}/orders/none/activationlinks"),
        format!("{customer}/orders/none/lineitems/0/activationlinks"),
        format!("{customer}/subscriptions/none/activationlinks"),
    ] {
        for method in ["POST", "PATCH", "DELETE", "HEAD"] {
            let reply = request(&simulator, method, &target, &[AUTHORIZED]).await;
            assert_eq!(reply.status, 405, "{method} {target}");
            assert_eq!(reply.header("Allow"), Some("GET"));
        }
        let reply = request(&simulator, "GET", &target, &[]).await;
        assert_eq!(reply.status, 401, "{target}");
    }
}
