//! What does a write get that has the request id of another?

use std::time::Duration;

use partner_center_sim::{RequestIds, Simulator};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wire::{FIRST, MINUTE, Reply, SEATS, SECOND, all, order_of, send};

const ID: &str = "0e5fc923-8e3c-4560-9100-ce7283c3e081";

async fn post(simulator: &Simulator, customer: &str, id: &str, order: &Value) -> Reply {
    let target = format!("/v1/customers/{customer}/orders");
    let body = order.to_string();
    let headers = [("MS-RequestId", id)];
    let json = "application/json";
    send(
        simulator,
        ("POST", &target),
        &headers,
        json,
        body.as_bytes(),
    )
    .await
}

async fn count(simulator: &Simulator, customer: &str) -> usize {
    simulator.clock().advance(15 * MINUTE);
    let list = format!("/v1/customers/{customer}/orders");
    all(simulator, &list).await.len()
}

#[tokio::test]
async fn the_same_id_gets_the_same_answer_and_one_order() {
    let simulator = Simulator::start().await.unwrap();
    let before = simulator.order_ids(FIRST);
    let first = post(&simulator, FIRST, ID, &order_of(SEATS, 1)).await;
    assert_eq!(first.status, 201);
    simulator.clock().advance(10 * MINUTE - MINUTE / 60);
    // In another letter case, and with another body: the id alone counts.
    for (id, quantity) in [(ID.to_owned(), 1), (ID.to_uppercase(), 2)] {
        let again = post(&simulator, FIRST, &id, &order_of(SEATS, quantity)).await;
        assert_eq!((again.status, &again.body), (201, &first.body));
        assert_eq!(again.header("MS-RequestId"), Some(id.as_str()));
    }
    let ids = simulator.order_ids(FIRST);
    assert_eq!(Value::from(ids[0].as_str()), first.json()["id"]);
    assert_eq!(ids[1..], before);
    assert!(simulator.order_ids("nobody").is_empty());
    assert_eq!(count(&simulator, FIRST).await, 44);
}

#[tokio::test]
async fn another_customer_or_another_id_is_another_order() {
    let simulator = Simulator::start().await.unwrap();
    let other = "0e5fc923-8e3c-4560-9100-ce7283c3e082";
    for (customer, id) in [(FIRST, ID), (SECOND, ID), (FIRST, other)] {
        let reply = post(&simulator, customer, id, &order_of(SEATS, 1)).await;
        assert_eq!(reply.status, 201);
    }
    // What is no GUID identifies nothing.
    for _ in 0..2 {
        post(&simulator, SECOND, "mine", &order_of(SEATS, 1)).await;
    }
    assert_eq!(count(&simulator, FIRST).await, 45);
    assert_eq!(count(&simulator, SECOND).await, 44);
}

#[tokio::test]
async fn the_id_of_another_operation_is_another() {
    let simulator = Simulator::start().await.unwrap();
    let waiting = order_of("DG7GMGF0D7FV:0003:DG7GMGF0D2G1", 1);
    let placed = post(&simulator, FIRST, ID, &waiting).await.json();
    let order = format!(
        "/v1/customers/{FIRST}/orders/{}",
        placed["id"].as_str().unwrap()
    );
    let headers = [("MS-RequestId", ID)];
    let form = "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n\
        {\"customerPrice\":\"1\",\"currency\":\"USD\"}\r\n\
        --b\r\nContent-Disposition: form-data; name=\"POFiles\"; filename=\"a.pdf\"\r\n\r\n%PDF\r\n--b--\r\n";
    let target = format!("{order}/attachment");
    let multipart = "multipart/form-data; boundary=b";
    let call = ("POST", target.as_str());
    let reply = send(&simulator, call, &headers, multipart, form.as_bytes()).await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.json()["items"][0]["fileName"], "a.pdf");
    let (json, cancel) = ("application/json", json!({ "status": "cancelled" }));
    let call = ("PATCH", order.as_str());
    let cancel = cancel.to_string();
    let reply = send(&simulator, call, &headers, json, cancel.as_bytes()).await;
    assert_eq!(reply.json()["status"], "cancelled", "{}", reply.text());
}

#[tokio::test]
async fn an_id_is_forgotten_after_ten_minutes_or_as_soon_as_it_is_said() {
    for (ids, span) in [
        (RequestIds::default(), 10 * MINUTE),
        (RequestIds::Remembered(MINUTE), MINUTE),
        (RequestIds::Remembered(Duration::ZERO), Duration::ZERO),
        (RequestIds::Ignored, Duration::ZERO),
    ] {
        let simulator = Simulator::start().await.unwrap();
        simulator.set_request_ids(ids);
        let first = post(&simulator, FIRST, ID, &order_of(SEATS, 1))
            .await
            .json();
        simulator.clock().advance(span);
        let second = post(&simulator, FIRST, ID, &order_of(SEATS, 1))
            .await
            .json();
        assert_ne!(first["id"], second["id"], "{ids:?}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_operation_is_remembered() {
    let simulator = Simulator::start().await.unwrap();
    let wrong = post(&simulator, FIRST, ID, &order_of(SEATS, 0)).await;
    assert_eq!(wrong.json()["code"], "900275");
    let again = post(&simulator, FIRST, ID, &order_of(SEATS, 1)).await;
    assert_eq!((again.status, again.body), (400, wrong.body));
    assert_eq!(count(&simulator, FIRST).await, 43);
}

#[tokio::test]
async fn a_request_that_cannot_be_read_leaves_its_id_free() {
    let simulator = Simulator::start().await.unwrap();
    let target = format!("/v1/customers/{FIRST}/orders");
    let headers = [("MS-RequestId", ID)];
    for (media_type, body, status) in [("text/plain", "{}", 415), ("application/json", "{", 400)] {
        let call = ("POST", target.as_str());
        let reply = send(&simulator, call, &headers, media_type, body.as_bytes()).await;
        assert_eq!(reply.status, status);
    }
    let reply = post(&simulator, FIRST, ID, &order_of(SEATS, 1)).await;
    assert_eq!(reply.status, 201);
}

/// A request of which a part of the body is still to come.
async fn begin(simulator: &Simulator, order: &str) -> TcpStream {
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let begun = format!(
        "POST /v1/customers/{FIRST}/orders HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Authorization: Bearer simulated\r\nContent-Type: application/json\r\nMS-RequestId: {ID}\r\n\
         Content-Length: {}\r\n\r\n{}",
        order.len(),
        &order[..10]
    );
    connection.write_all(begun.as_bytes()).await.unwrap();
    while simulator.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    connection
}

#[tokio::test]
async fn the_same_id_is_told_to_wait_while_the_first_is_at_work() {
    let simulator = Simulator::start().await.unwrap();
    let order = order_of(SEATS, 1).to_string();
    let mut first = begin(&simulator, &order).await;
    let second = post(&simulator, FIRST, ID, &order_of(SEATS, 1)).await;
    assert_eq!(second.status, 409);
    assert_eq!(second.json()["code"], json!("800060"));
    first.write_all(&order.as_bytes()[10..]).await.unwrap();
    let mut answer = String::new();
    first.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let third = post(&simulator, FIRST, ID, &order_of(SEATS, 1)).await;
    assert!(answer.ends_with(third.text()));
    assert_eq!(count(&simulator, FIRST).await, 44);
}

#[tokio::test]
async fn a_client_that_goes_away_leaves_its_id_free() {
    let simulator = Simulator::start().await.unwrap();
    let order = order_of(SEATS, 1);
    drop(begin(&simulator, &order.to_string()).await);
    let mut reply = post(&simulator, FIRST, ID, &order).await;
    while reply.status == 409 {
        reply = post(&simulator, FIRST, ID, &order).await;
    }
    assert_eq!(reply.status, 201);
    assert_eq!(count(&simulator, FIRST).await, 44);
}
