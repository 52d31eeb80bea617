//! Are the orders those of the documents, and do they have all the shapes that a client must take?

use partner_center_sim::Simulator;
use serde_json::{Value, json};

use crate::wire::{FIRST, SECOND, all, example, get};

const ANSWERS: &str = "/responses/200/content/application~1json/examples";

fn order_paths() -> [String; 2] {
    Simulator::CUSTOMERS.map(|customer| format!("/v1/customers/{customer}/orders"))
}

async fn everything(simulator: &Simulator, query: &str) -> Vec<Value> {
    let mut orders = Vec::new();
    for path in order_paths() {
        orders.extend(all(simulator, &format!("{path}{query}")).await);
    }
    orders
}

fn lines(orders: &[Value]) -> impl Iterator<Item = &Value> {
    orders
        .iter()
        .flat_map(|order| order["lineItems"].as_array().unwrap())
}

#[tokio::test]
async fn the_documented_orders_are_there_member_by_member() {
    let simulator = Simulator::start().await.unwrap();
    let list = "/paths/~1customers~1{customer_id}~1orders/get";
    let one = "/paths/~1customers~1{customer_id}~1orders~1{order_id}/get";
    let mut documented = vec![example(&format!("{one}{ANSWERS}/reserved_instance/value"))];
    let collection = example(&format!("{list}{ANSWERS}/by_billing_type/value"));
    documented.extend(collection["items"].as_array().unwrap().iter().cloned());
    assert_eq!(documented.len(), 3);
    let orders = all(&simulator, &order_paths()[0]).await;
    for order in documented {
        let id = order["id"].as_str().unwrap();
        assert_eq!(
            get(&simulator, &format!("{}/{id}", order_paths()[0]))
                .await
                .json(),
            order
        );
        assert!(orders.contains(&order), "{id}");
    }
    let page = get(&simulator, &order_paths()[0]).await.json();
    assert_eq!(page["links"]["self"], collection["links"]["self"]);
    assert_eq!(page["attributes"], collection["attributes"]);
}

#[tokio::test]
async fn the_documented_provisioning_status_is_answered() {
    let simulator = Simulator::start().await.unwrap();
    let path = "/paths/~1customers~1{customer_id}~1orders~1{order_id}~1provisioningstatus/get";
    let documented = example(&format!("{path}{ANSWERS}/fulfilled/value"));
    for id in [
        "34828C05-C16C-4D6F-9CFC-4D2650EF19A1",
        "34828c05-c16c-4d6f-9cfc-4d2650ef19a1",
    ] {
        let path = format!("/v1/customers/{SECOND}/orders/{id}/provisioningstatus");
        assert_eq!(get(&simulator, &path).await.json(), documented);
    }
}

#[tokio::test]
async fn provisioning_follows_the_status_of_the_order() {
    let simulator = Simulator::start().await.unwrap();
    let path = &order_paths()[0];
    for order in all(&simulator, path).await {
        let id = order["id"].as_str().unwrap();
        let status = get(&simulator, &format!("{path}/{id}/provisioningstatus"))
            .await
            .json();
        let words = match order["status"].as_str() {
            Some("completed" | "suspended") | None => ["fulfilled"; 2],
            Some("partial_success") => ["fulfilled", "unfulfilled"],
            Some("cancelled" | "error" | "po_review_rejected") => ["unfulfilled"; 2],
            Some(_) => ["prefulfillmentpending"; 2],
        };
        let lines = order["lineItems"].as_array().unwrap();
        let entries: Vec<_> = lines
            .iter()
            .zip(words)
            .enumerate()
            .map(|(number, (line, word))| {
                // A line that was cancelled while the others stayed.
                let word = if line["quantity"] == 0 { "unfulfilled" } else { word };
                json!({
                    "orderLineItemId": number,
                    "lineItemNumber": line["lineItemNumber"],
                    "status": word,
                    "quantityProvisioningInformation": [{ "quantity": line["quantity"], "status": word }],
                })
            })
            .collect();
        assert_eq!(
            status,
            json!({ "totalCount": lines.len(), "items": entries, "attributes": { "objectType": "Collection" } })
        );
    }
}

#[tokio::test]
async fn all_generations_of_orders_are_there() {
    let simulator = Simulator::start().await.unwrap();
    let orders = everything(&simulator, "").await;
    let id = |order: &Value| order["id"].as_str().unwrap().to_owned();

    let legacy: Vec<_> = orders
        .iter()
        .filter(|order| id(order).len() == 36)
        .collect();
    assert_eq!(legacy.len(), 17);
    for order in &legacy {
        let etag = format!(r#"{{"id":"{}","version":1}}"#, id(order));
        assert_eq!(decoded(order["attributes"]["etag"].as_str().unwrap()), etag);
        let date = order["creationDate"].as_str().unwrap();
        assert!(
            date.ends_with("-08:00") || date.ends_with("-07:00"),
            "{date}"
        );
        assert!(order.get("client").is_none() && order.get("alternateId").is_none());
    }

    let reserved: Vec<_> = orders.iter().map(id).filter(|id| id.len() == 33).collect();
    assert_eq!(reserved.len(), 19);
    assert!(reserved.iter().all(|id| id.ends_with('1')));
    for mark in ['-', '_'] {
        assert!(reserved.iter().any(|id| id.contains(mark)));
    }

    let new: Vec<_> = orders
        .iter()
        .filter(|order| id(order).len() == 12)
        .collect();
    assert_eq!(new.len(), 48);
    for order in new {
        assert!(id(order).bytes().all(|digit| digit.is_ascii_hexdigit()));
        assert_eq!(order["alternateId"], order["id"]);
        assert_eq!(order["client"], json!({}));
        assert_eq!(order["links"]["patchOperation"]["method"], "PATCH");
        assert_eq!(order["lineItems"][0]["transactionType"], "New");
        assert!(order["lineItems"][0]["termDuration"].is_string());
    }
}

/// Base64, slowly.
fn decoded(text: &str) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits: Vec<_> = text
        .trim_end_matches('=')
        .chars()
        .map(|digit| alphabet.find(digit).unwrap())
        .collect();
    let bits: String = digits.iter().map(|digit| format!("{digit:06b}")).collect();
    let bytes = bits
        .as_bytes()
        .chunks_exact(8)
        .map(|byte| std::str::from_utf8(byte).unwrap());
    bytes
        .map(|byte| char::from(u8::from_str_radix(byte, 2).unwrap()))
        .collect()
}

#[tokio::test]
async fn odd_but_documented_lines_are_there() {
    let simulator = Simulator::start().await.unwrap();
    let orders = everything(&simulator, "").await;
    let some = |is: &dyn Fn(&Value) -> bool| lines(&orders).any(is);
    assert!(some(&|line| line["termDuration"] == ""));
    assert!(some(&|line| line["quantity"] == 0));
    assert!(some(&|line| line["renewsTo"]["termDuration"].is_string()));
    assert!(some(&|line| line["promotionId"].is_string()));
    assert!(some(&|line| line["additionalPartnerIdsOnRecord"].is_array()));
    assert!(some(&|line| line["customTermEndDate"]
        .as_str()
        .is_some_and(|date| date.ends_with("T00:00:00"))));
    let half_cancelled = |order: &Value| {
        order["status"] == "completed"
            && order["lineItems"]
                .as_array()
                .unwrap()
                .iter()
                .any(|line| line["quantity"] == 0)
    };
    assert!(orders.iter().any(half_cancelled));
    let plan = lines(&orders)
        .find(|line| line.get("purchaseCommitment").is_some())
        .unwrap();
    assert_eq!(
        plan["purchaseCommitment"],
        json!({ "amount": 0.05, "currency": "usd", "grain": "hourly" })
    );
    assert!(
        plan["pricing"].is_object() && plan["provisioningContext"]["entitlementId"].is_string()
    );
}

#[tokio::test]
async fn prices_are_shown_on_request_only() {
    let simulator = Simulator::start().await.unwrap();
    for query in [
        "",
        "?include_price=false",
        "?include_price=False",
        "?includePrice=true",
    ] {
        for order in everything(&simulator, query).await {
            assert!(order.get("totalPrice").is_none(), "{query}");
            for line in order["lineItems"].as_array().unwrap() {
                let is_plan = line.get("purchaseCommitment").is_some();
                assert_eq!(line.get("pricing").is_some(), is_plan, "{query}");
            }
        }
    }
    for query in ["?include_price=true", "?include_price=True"] {
        for order in everything(&simulator, query).await {
            let has_currency = order.get("currencyCode").is_some();
            assert_eq!(order.get("totalPrice").is_some(), has_currency);
            let lines = order["lineItems"].as_array().unwrap();
            assert!(
                lines
                    .iter()
                    .all(|line| line.get("pricing").is_some() == has_currency)
            );
        }
    }
}

#[tokio::test]
async fn amounts_go_out_with_exact_digits() {
    let simulator = Simulator::start().await.unwrap();
    let mut text = String::new();
    for path in order_paths() {
        for order in all(&simulator, &path).await {
            let id = order["id"].as_str().unwrap();
            text += get(&simulator, &format!("{path}/{id}?include_price=true"))
                .await
                .text();
        }
    }
    assert!(text.contains(r#""listPrice":12.10,"#));
    assert!(text.contains(r#""totalPrice":90071992547409.93,"#));
    assert!(text.contains(r#""amount":0.05,"#));
    // A currency without cents.
    assert!(text.contains(r#""listPrice":4800,"#));
    assert_ne!("90071992547409.93", 90071992547409.93_f64.to_string());
}

#[tokio::test]
async fn an_id_is_decoded_and_compared_as_its_kind_demands() {
    let simulator = Simulator::start().await.unwrap();
    let first = |id: &str| format!("/v1/customers/{FIRST}/orders/{id}");
    for (target, status) in [
        (first("9qg-ErcO-4MPbPqq_3MIQaS7bn8W6HfG1"), 200),
        (first("9qg%2DErcO-4MPbPqq%5f3MIQaS7bn8W6HfG1"), 200),
        (first("9QG-ERCO-4MPBPQQ_3MIQAS7BN8W6HFG1"), 404),
        (
            first("9qg-ErcO-4MPbPqq_3MIQaS7bn8W6HfG1%2Fprovisioningstatus"),
            404,
        ),
        (
            format!("/v1/customers/{}/orders", FIRST.to_uppercase()),
            200,
        ),
        (
            format!("/v1/customers/{SECOND}/orders/34828c05-C16C-4d6f-9cfc-4d2650ef19a1"),
            200,
        ),
        (first("34828C05-C16C-4D6F-9CFC-4D2650EF19A1"), 404),
    ] {
        let reply = get(&simulator, &target).await;
        assert_eq!(reply.status, status, "{target}");
        if status == 404 {
            assert_eq!(reply.json()["code"], "20000", "{target}");
        }
    }
}
