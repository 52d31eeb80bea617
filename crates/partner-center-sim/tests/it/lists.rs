//! What does a list of orders look like, page by page?

use std::collections::{BTreeMap, BTreeSet};

use partner_center_sim::Simulator;
use serde_json::{Value, json};

use crate::wire::{AUTHORIZED, BYTE_ORDER_MARK, FIRST, SECOND, all, example, get, pages, request};

fn ids(orders: &[Value]) -> BTreeSet<&str> {
    orders
        .iter()
        .filter_map(|order| order["id"].as_str())
        .collect()
}

#[tokio::test]
async fn paging_to_the_end_gives_each_order_once() {
    let simulator = Simulator::start().await.unwrap();
    for (customer, count) in [(FIRST, 43), (SECOND, 41)] {
        let pages = pages(&simulator, &format!("/v1/customers/{customer}/orders")).await;
        let sizes: Vec<_> = pages
            .iter()
            .map(|page| page["items"].as_array().unwrap().len())
            .collect();
        assert_eq!(sizes, [10, 10, 10, 10, count - 40]);
        assert!(pages.iter().all(|page| page["totalCount"] == count));
        let orders: Vec<_> = pages
            .iter()
            .flat_map(|page| page["items"].as_array().unwrap())
            .cloned()
            .collect();
        assert_eq!(ids(&orders).len(), count);
        assert!(
            orders
                .iter()
                .all(|order| order["referenceCustomerId"] == customer)
        );
    }
}

#[tokio::test]
async fn a_page_links_to_the_next_one_by_a_header() {
    let simulator = Simulator::start().await.unwrap();
    let list =
        format!("/v1/customers/{FIRST}/orders?billingType=OneTime&size=3&include_price=True");
    let pages = pages(&simulator, &list).await;
    assert_eq!(pages.len(), 2);
    let page = &pages[0];
    assert_eq!(page["attributes"], json!({ "objectType": "Collection" }));
    let path = format!("/customers/{FIRST}/orders");
    assert_eq!(
        page["links"]["self"],
        json!({ "uri": path, "method": "GET", "headers": [] })
    );
    let next = &page["links"]["next"];
    let uri = format!("{path}?seekOperation=Next&billingType=OneTime&include_price=True");
    assert_eq!(next["uri"], uri);
    assert_eq!(next["method"], "GET");
    assert_eq!(next["headers"].as_array().unwrap().len(), 1);
    assert_eq!(next["headers"][0]["key"], "MS-ContinuationToken");
    let last = pages[1]["links"].as_object().unwrap();
    assert_eq!(last.keys().collect::<Vec<_>>(), ["self"]);
}

#[tokio::test]
async fn the_token_alone_tells_pages_apart() {
    let simulator = Simulator::start().await.unwrap();
    let pages = pages(&simulator, &format!("/v1/customers/{FIRST}/orders")).await;
    let links = || pages.iter().filter_map(|page| page.pointer("/links/next"));
    let uris: BTreeSet<_> = links().map(|link| link["uri"].as_str().unwrap()).collect();
    let tokens: BTreeSet<_> = links()
        .map(|link| link["headers"][0]["value"].as_str().unwrap())
        .collect();
    assert_eq!((uris.len(), tokens.len()), (1, 4));
}

#[tokio::test]
async fn a_token_that_does_not_fit_is_refused() {
    let simulator = Simulator::start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders");
    let page = get(&simulator, &list).await.json();
    let token = page["links"]["next"]["headers"][0]["value"]
        .as_str()
        .unwrap();
    let next = format!("{list}?seekOperation=Next");
    let other = format!("/v1/customers/{SECOND}/orders?seekOperation=Next");
    for (target, token) in [
        (next.clone(), None),
        (next.clone(), Some("")),
        (next.clone(), Some("bogus")),
        (other, Some(token)),
        (format!("{next}&billingType=onetime"), Some(token)),
        (format!("{next}&include_price=true"), Some(token)),
    ] {
        let mut headers = vec![AUTHORIZED];
        headers.extend(token.map(|token| ("MS-ContinuationToken", token)));
        let reply = request(&simulator, "GET", &target, &headers).await;
        assert_eq!(reply.status, 400, "{target} {token:?}");
        assert_eq!(reply.json()["code"], "800002");
        assert_eq!(reply.json()["source"], "PartnerFD");
    }
    let headers = [AUTHORIZED, ("ms-continuationtoken", token)];
    assert_eq!(
        request(&simulator, "GET", &next, &headers).await.status,
        200
    );
}

#[tokio::test]
async fn a_billing_type_is_read_in_every_spelling() {
    let simulator = Simulator::start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders");
    let mut counts = BTreeMap::new();
    for order in all(&simulator, &list).await {
        let cycle = order["billingCycle"].as_str().unwrap().to_lowercase();
        *counts.entry(cycle).or_insert(0) += 1;
    }
    for (cycle, spellings) in [
        ("unknown", vec!["unknown", "0"]),
        ("monthly", vec!["monthly", "Monthly", "1"]),
        ("annual", vec!["annual", "ANNUAL", "2"]),
        ("none", vec!["none", "3"]),
        (
            "one_time",
            vec!["onetime", "OneTime", "one_time", "one%5Ftime", "4"],
        ),
        ("triennial", vec!["triennial", "5"]),
        ("biennial", vec!["biennial", "6"]),
    ] {
        for spelling in spellings {
            let page = get(&simulator, &format!("{list}?billingType={spelling}"))
                .await
                .json();
            assert_eq!(page["totalCount"], counts[cycle], "{spelling}");
        }
    }
    let orders = all(&simulator, &format!("{list}?billingType=onetime")).await;
    assert!(
        orders.len() > 10
            && orders
                .iter()
                .all(|order| order["billingCycle"] == "one_time")
    );
}

#[tokio::test]
async fn every_status_and_every_billing_cycle_occurs() {
    let simulator = Simulator::start().await.unwrap();
    for customer in Simulator::CUSTOMERS {
        let orders = all(&simulator, &format!("/v1/customers/{customer}/orders")).await;
        let words = |member| -> BTreeSet<_> {
            orders
                .iter()
                .filter_map(|order| order[member].as_str())
                .collect()
        };
        for (member, schema) in [("status", "OrderStatus"), ("billingCycle", "BillingCycle")] {
            let known = example(&format!("/components/schemas/{schema}/x-extensible-enum"));
            for word in known.as_array().unwrap() {
                assert!(
                    words(member).contains(word.as_str().unwrap()),
                    "{word} for {customer}"
                );
            }
        }
        assert!(words("billingCycle").contains("Annual"));
        assert!(orders.iter().any(|order| order.get("status").is_none()));
        assert!(
            orders
                .iter()
                .any(|order| order.get("currencyCode").is_none())
        );
    }
}

#[tokio::test]
async fn an_order_in_a_list_is_the_order_by_its_id() {
    let simulator = Simulator::start().await.unwrap();
    for customer in Simulator::CUSTOMERS {
        let list = format!("/v1/customers/{customer}/orders");
        for order in all(&simulator, &format!("{list}?include_price=true")).await {
            let id = order["id"].as_str().unwrap();
            let one = get(&simulator, &format!("{list}/{id}?include_price=true")).await;
            assert_eq!(one.json(), order);
        }
    }
}

#[tokio::test]
async fn a_good_body_starts_with_a_byte_order_mark() {
    let simulator = Simulator::start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders");
    let id = "YxH1q4KScfvfkJQjgRI8QY1DznnUWZTH1";
    for target in [
        list.clone(),
        format!("{list}/{id}"),
        format!("{list}/{id}/provisioningstatus"),
    ] {
        let reply = get(&simulator, &target).await;
        assert_eq!(reply.status, 200);
        assert!(reply.body.starts_with(BYTE_ORDER_MARK), "{target}");
        assert!(!reply.text().contains("null"), "{target}");
        assert_eq!(
            reply.header("Content-Type"),
            Some("application/json; charset=utf-8")
        );
        assert_eq!(
            reply.header("Content-Length"),
            Some(reply.body.len().to_string().as_str())
        );
    }
}

#[tokio::test]
async fn two_simulators_give_the_same_bytes() {
    let (one, other) = (
        Simulator::start().await.unwrap(),
        Simulator::start().await.unwrap(),
    );
    let mut runs = Vec::new();
    for simulator in [one, other] {
        let mut run = Vec::new();
        for customer in Simulator::CUSTOMERS {
            let customer = format!("/v1/customers/{customer}");
            let list = format!("{customer}/orders?include_system_purchases=true");
            let mut targets = vec![
                format!("{list}&include_price=true"),
                format!("{list}&billingType=onetime"),
                format!("{list}&billingType=x"),
            ];
            for order in all(&simulator, &list).await {
                let id = order["id"].as_str().unwrap();
                targets.push(format!("{customer}/orders/{id}/activationlinks"));
                targets.push(format!("{customer}/orders/{id}/attachments"));
                targets.push(format!("{customer}/subscriptions?order_id={id}"));
            }
            for target in targets {
                let reply = get(&simulator, &target).await;
                let dated = |line: &&str| !line.to_ascii_lowercase().starts_with("date:");
                let head = reply.head.lines().filter(dated).map(str::to_owned);
                run.push((target, head.collect::<Vec<_>>(), reply.body));
            }
        }
        runs.push(run);
    }
    assert_eq!(runs[0], runs[1]);
}
