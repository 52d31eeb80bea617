//! Which files does an order have, and do they come whole?

use std::collections::BTreeSet;

use partner_center_sim::Simulator;
use serde_json::{Value, json};

use crate::wire::{AUTHORIZED, BYTE_ORDER_MARK, FIRST, SECOND, all, get, request};

/// The path of a customer's order with this status.
async fn path_of(simulator: &Simulator, customer: &str, status: &str) -> String {
    let list = format!("/v1/customers/{customer}/orders");
    let orders = all(simulator, &list).await;
    let order = orders.iter().find(|order| order["status"] == status);
    format!("{list}/{}", order.unwrap()["id"].as_str().unwrap())
}

async fn files(simulator: &Simulator, order: &str) -> Vec<Value> {
    let list = get(simulator, &format!("{order}/attachments")).await.json();
    list["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn orders_with_an_uploaded_purchase_order_have_files() {
    let simulator = Simulator::start().await.unwrap();
    let purchase_order = "POAttachment";
    let tender = "TenderAttachment";
    for customer in [FIRST, SECOND] {
        for (status, expected) in [
            (
                "po_upload_complete",
                vec![
                    ("purchase-order.pdf", 48, purchase_order),
                    ("tender.pdf", 3072, tender),
                ],
            ),
            (
                "po_review_rejected",
                vec![
                    ("purchase-order.pdf", 1, purchase_order),
                    ("Bestellung für Köln.pdf", 2, purchase_order),
                    ("tender.pdf", 245, tender),
                ],
            ),
        ] {
            let order = path_of(&simulator, customer, status).await;
            let found: Vec<_> = files(&simulator, &order)
                .await
                .into_iter()
                .map(|mut file| {
                    let id = file.as_object_mut().unwrap().remove("attachmentId");
                    assert!(id.is_some_and(|id| id.is_string()));
                    file
                })
                .collect();
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(name, size, kind)| {
                    json!({ "fileName": name, "sizeInKB": size, "attachmentType": kind })
                })
                .collect();
            assert_eq!(found, expected, "{status}");
        }
    }
}

#[tokio::test]
async fn other_orders_have_none() {
    let simulator = Simulator::start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders");
    let mut statuses = BTreeSet::new();
    for order in all(&simulator, &list).await {
        let status = order["status"].as_str().unwrap_or("none").to_owned();
        let id = order["id"].as_str().unwrap();
        let reply = get(&simulator, &format!("{list}/{id}/attachments")).await;
        assert!(reply.body.starts_with(BYTE_ORDER_MARK));
        let found = reply.json();
        let count = found["items"].as_array().unwrap().len();
        assert_eq!(found["totalCount"], count);
        assert_eq!(found["attributes"], json!({ "objectType": "Collection" }));
        assert_eq!(found.get("links"), None);
        let has_files = ["po_upload_complete", "po_review_rejected"].contains(&status.as_str());
        assert_eq!(count > 0, has_files, "{status}");
        statuses.insert(status);
    }
    assert!(statuses.contains("pending_po_upload") && statuses.contains("none"));
}

#[tokio::test]
async fn a_file_comes_whole_and_raw() {
    let simulator = Simulator::start().await.unwrap();
    let mut contents = BTreeSet::new();
    for customer in [FIRST, SECOND] {
        for status in ["po_upload_complete", "po_review_rejected"] {
            let order = path_of(&simulator, customer, status).await;
            for file in files(&simulator, &order).await {
                let id = file["attachmentId"].as_str().unwrap();
                let reply = get(&simulator, &format!("{order}/attachment/{id}")).await;
                assert_eq!(reply.status, 200);
                assert_eq!(
                    reply.header("Content-Type"),
                    Some("application/octet-stream")
                );
                let length = reply.body.len();
                assert_eq!(
                    reply.header("Content-Length"),
                    Some(length.to_string().as_str())
                );
                assert_eq!(file["sizeInKB"], length.div_ceil(1024));
                assert!(reply.body.starts_with(b"%PDF-1.7\n"));
                assert!(reply.body.ends_with(b"%%EOF\n"));
                assert!(reply.text().contains(id));
                assert!(reply.header("MS-RequestId").is_some());
                contents.insert(reply.body);
            }
        }
    }
    assert_eq!(contents.len(), 10);
    let longest = contents.iter().map(Vec::len).max();
    assert_eq!(longest, Some(3 * 1024 * 1024));
}

#[tokio::test]
async fn a_file_is_the_same_every_time() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let simulator = Simulator::start().await.unwrap();
        let order = path_of(&simulator, FIRST, "po_upload_complete").await;
        for file in files(&simulator, &order).await {
            let id = file["attachmentId"].as_str().unwrap();
            let target = format!("{order}/attachment/{id}");
            runs.push((target.clone(), get(&simulator, &target).await.body));
        }
    }
    assert_eq!(runs[..2], runs[2..]);
}

#[tokio::test]
async fn wrong_addresses_have_their_codes() {
    let simulator = Simulator::start().await.unwrap();
    let order = path_of(&simulator, FIRST, "po_upload_complete").await;
    let other = path_of(&simulator, FIRST, "po_review_rejected").await;
    let list = files(&simulator, &order).await;
    let id = list[0]["attachmentId"].as_str().unwrap();
    let stranger = order.replace(FIRST, SECOND);
    for (target, code) in [
        (format!("{order}/attachment/none"), "1000"),
        (format!("{order}/attachment/{id}%2F"), "1000"),
        (format!("{order}/attachment/..%2F{id}"), "1000"),
        (format!("{order}/attachment/{}", id.to_uppercase()), "1000"),
        (format!("{other}/attachment/{id}"), "1000"),
        // One spelling is for the list, the other one for a file.
        (format!("{order}/attachment/"), "1000"),
        (format!("{order}/attachments/{id}"), "1000"),
        (format!("{order}/attachments/"), "1000"),
        (format!("{order}%2Fattachments"), "20000"),
        (format!("{stranger}/attachments"), "20000"),
        (format!("{stranger}/attachment/{id}"), "20000"),
    ] {
        let reply = get(&simulator, &target).await;
        assert_eq!(reply.status, 404, "{target}");
        assert_eq!(reply.json()["code"], code, "{target}");
        assert_eq!(
            reply.header("Content-Type"),
            Some("application/json; charset=utf-8")
        );
    }
}

#[tokio::test]
async fn files_are_for_reading() {
    let simulator = Simulator::start().await.unwrap();
    let order = path_of(&simulator, FIRST, "po_upload_complete").await;
    let list = files(&simulator, &order).await;
    let id = list[0]["attachmentId"].as_str().unwrap();
    let reply = get(&simulator, &format!("{order}/attachment")).await;
    assert_eq!(reply.status, 405);
    assert_eq!(reply.header("Allow"), Some("POST"));
    for target in [
        format!("{order}/attachments"),
        format!("{order}/attachment/{id}"),
    ] {
        for method in ["POST", "PUT", "DELETE", "HEAD"] {
            let reply = request(&simulator, method, &target, &[AUTHORIZED]).await;
            assert_eq!(reply.status, 405, "{method} {target}");
            assert_eq!(reply.header("Allow"), Some("GET"));
        }
        let reply = request(&simulator, "GET", &target, &[]).await;
        assert_eq!(reply.status, 401, "{target}");
    }
}
