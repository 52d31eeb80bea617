//! What has become of a write that got no answer, or was refused before the service saw it?

use std::time::Duration;

use partner_center_sim::{Fault, Operation, RequestIds, Simulator};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wire::{
    BYTE_ORDER_MARK, FIRST, MINUTE, Reply, SEATS, all, exchange, get, order_of, place, request,
    send,
};

const ID: &str = "0e5fc923-8e3c-4560-9100-ce7283c3e081";

fn orders() -> String {
    format!("/v1/customers/{FIRST}/orders")
}

fn text(token: &str) -> String {
    text_of(token, &order_of(SEATS, 1).to_string())
}

fn text_of(token: &str, order: &str) -> String {
    format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/json\r\nMS-RequestId: {ID}\r\nContent-Length: {}\r\n\r\n{order}",
        orders(),
        order.len()
    )
}

async fn post(simulator: &Simulator) -> Reply {
    exchange(simulator, text("simulated").as_bytes()).await
}

/// The bytes that come before the connection breaks.
async fn post_in_vain(simulator: &Simulator) -> Vec<u8> {
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = text("simulated");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // The reset itself is an error of reading.
    let _ = connection.read_to_end(&mut answer).await;
    answer
}

async fn control(simulator: &Simulator, target: &str) -> u16 {
    let target = format!("/_simulator/{target}");
    let headers = [("Content-Length", "0")];
    request(simulator, "POST", &target, &headers).await.status
}

#[tokio::test]
async fn an_order_whose_answer_was_lost_is_there_and_placed_once() {
    for fault in [
        Fault::reset(),
        Fault::status(504),
        Fault::html(502),
        Fault::code(409, "800060"),
    ] {
        let simulator = Simulator::start().await.unwrap();
        let before = simulator.order_ids(FIRST);
        let listed = all(&simulator, &orders()).await.len();
        let rule = simulator.on(Operation::CreateOrder).nth(1);
        let is_reset = fault == Fault::reset();
        rule.fault(fault.after_change());
        let answer = post_in_vain(&simulator).await;
        assert_eq!(answer.is_empty(), is_reset);
        assert!(!answer.windows(5).any(|five| five == b" 201 "));
        let placed = simulator.order_ids(FIRST);
        assert_eq!(placed[1..], before);

        let again = post(&simulator).await;
        assert_eq!(again.status, 201);
        assert_eq!(again.json()["id"], placed[0]);
        assert_eq!(simulator.order_ids(FIRST), placed);
        simulator.clock().advance(15 * MINUTE);
        assert_eq!(all(&simulator, &orders()).await.len(), listed + 1);
    }
}

#[tokio::test]
async fn a_fault_before_the_change_places_nothing_and_leaves_the_id_free() {
    for fault in [
        Fault::reset(),
        Fault::status(503),
        Fault::html(502),
        Fault::token_refused(),
    ] {
        let simulator = Simulator::start().await.unwrap();
        let before = simulator.order_ids(FIRST);
        let rule = simulator.on(Operation::CreateOrder).nth(1);
        rule.fault(fault);
        post_in_vain(&simulator).await;
        assert_eq!(simulator.order_ids(FIRST), before);
        assert_eq!(post(&simulator).await.status, 201);
        assert_eq!(simulator.order_ids(FIRST).len(), before.len() + 1);
    }
}

#[tokio::test]
async fn a_spoilt_answer_is_remembered_whole() {
    let simulator = Simulator::start().await.unwrap();
    let before = simulator.order_ids(FIRST).len();
    for (nth, fault) in [
        (1, Fault::cut_body(20)),
        (2, Fault::unknown_word("status", "quantum")),
    ] {
        let rule = simulator.on(Operation::CreateOrder).nth(nth);
        rule.fault(fault);
    }
    let cut = post_in_vain(&simulator).await;
    let spoilt = post(&simulator).await;
    let whole = post(&simulator).await;
    assert!(cut.ends_with(&whole.body[..20]));
    assert!(whole.body.starts_with(BYTE_ORDER_MARK));
    assert_eq!(spoilt.json()["status"], "quantum");
    assert_eq!(whole.json()["status"], "pending");
    assert_eq!(spoilt.json()["id"], whole.json()["id"]);
    assert_eq!(simulator.order_ids(FIRST).len(), before + 1);
}

#[tokio::test]
async fn a_delayed_order_that_nobody_waits_for_is_not_placed() {
    let simulator = Simulator::start().await.unwrap();
    let before = simulator.order_ids(FIRST).len();
    let rule = simulator.on(Operation::CreateOrder).nth(1);
    // Long enough for a busy machine to notice that nobody waits any more.
    rule.fault(Fault::delay(Duration::from_millis(1_500)));
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    // Too long to come in one piece.
    let request = text_of(
        "simulated",
        &(order_of(SEATS, 1).to_string() + &" ".repeat(1024 * 1024)),
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    while simulator.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(connection);
    tokio::time::sleep(Duration::from_millis(2_000)).await;
    assert_eq!(simulator.order_ids(FIRST).len(), before);
    // Who waits gets it.
    assert_eq!(post(&simulator).await.status, 201);
    assert_eq!(simulator.order_ids(FIRST).len(), before + 1);
}

#[tokio::test]
async fn a_delay_changes_nothing_about_a_body() {
    let simulator = Simulator::start().await.unwrap();
    let delay = Fault::delay(Duration::from_millis(10));
    simulator.on_any().fault(delay);
    let target = orders();
    for (media_type, body, status) in [
        ("application/json", order_of(SEATS, 1).to_string(), 201),
        ("application/json", "{".to_owned(), 400),
        ("text/plain", "{}".to_owned(), 415),
        ("application/json", " ".repeat(16 * 1024 * 1024 + 1), 413),
    ] {
        let call = ("POST", target.as_str());
        let reply = send(&simulator, call, &[], media_type, body.as_bytes()).await;
        assert_eq!(reply.status, status);
    }
}

#[tokio::test]
async fn who_is_throttled_or_has_no_good_token_places_nothing() {
    let simulator = Simulator::builder().rate_limit(1).start().await.unwrap();
    let before = simulator.order_ids(FIRST);
    let refused = exchange(&simulator, text("another").as_bytes()).await;
    assert_eq!(refused.status, 401);
    assert_eq!(simulator.order_ids(FIRST), before);

    assert_eq!(get(&simulator, &orders()).await.status, 200);
    let throttled = post(&simulator).await;
    assert_eq!(throttled.status, 429);
    assert_eq!(simulator.order_ids(FIRST), before);

    // Neither of them took the id.
    simulator.clock().advance(MINUTE);
    assert_eq!(post(&simulator).await.status, 201);
    assert_eq!(simulator.order_ids(FIRST).len(), before.len() + 1);
}

#[tokio::test]
async fn a_long_body_is_read_before_a_refusal() {
    let simulator = Simulator::start().await.unwrap();
    let body = " ".repeat(4 * 1024 * 1024);
    let text = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        orders(),
        body.len()
    );
    assert_eq!(exchange(&simulator, text.as_bytes()).await.status, 401);
    let rule = simulator.on(Operation::CreateOrder);
    rule.fault(Fault::status(503));
    let target = orders();
    let call = ("POST", target.as_str());
    let reply = send(&simulator, call, &[], "application/json", body.as_bytes()).await;
    assert_eq!(reply.status, 503);
}

#[tokio::test]
async fn a_reset_takes_orders_and_remembered_answers_with_it() {
    let simulator = Simulator::start().await.unwrap();
    let before = simulator.order_ids(FIRST);
    let listed = all(&simulator, &orders()).await.len();
    let first = post(&simulator).await.json();
    place(&simulator, FIRST, &order_of(SEATS, 2)).await;
    assert_eq!(simulator.order_ids(FIRST).len(), before.len() + 2);

    assert_eq!(control(&simulator, "reset").await, 200);
    assert_eq!(simulator.order_ids(FIRST), before);
    simulator.clock().advance(15 * MINUTE);
    assert_eq!(all(&simulator, &orders()).await.len(), listed);
    assert_eq!(control(&simulator, "reset").await, 200);

    // It is placed anew, not remembered.
    let again = post(&simulator).await.json();
    assert_eq!(again, first);
    assert_eq!(simulator.order_ids(FIRST).len(), before.len() + 1);
}

#[tokio::test]
async fn what_becomes_of_request_ids_is_set_at_the_start_and_outlives_a_reset() {
    let builder = Simulator::builder().request_ids(RequestIds::Ignored);
    let simulator = builder.start().await.unwrap();
    for _ in 0..2 {
        let before = simulator.order_ids(FIRST).len();
        for _ in 0..2 {
            assert_eq!(post(&simulator).await.status, 201);
        }
        assert_eq!(simulator.order_ids(FIRST).len(), before + 2);
        simulator.reset().unwrap();
    }
    simulator.set_request_ids(RequestIds::default());
    simulator.reset().unwrap();
    let before = simulator.order_ids(FIRST).len();
    for _ in 0..2 {
        post(&simulator).await;
    }
    assert_eq!(simulator.order_ids(FIRST).len(), before + 1);
}

#[tokio::test]
async fn another_partner_has_other_request_ids() {
    let simulator = Simulator::start().await.unwrap();
    let form = "grant_type=refresh_token&client_id=an-app&refresh_token=simulated";
    let mut placed = Vec::new();
    for tenant in ["one.example", "two.example", "one.example"] {
        let asked = format!(
            "POST /{tenant}/oauth2/v2.0/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            form.len()
        );
        let token: Value = exchange(&simulator, asked.as_bytes()).await.json();
        let token = token["access_token"].as_str().unwrap();
        let reply = exchange(&simulator, text(token).as_bytes()).await;
        assert_eq!(reply.status, 201);
        placed.push(reply.json()["id"].clone());
    }
    assert_ne!(placed[0], placed[1]);
    assert_eq!(placed[0], placed[2]);
    assert_eq!(json!(simulator.order_ids(FIRST)[0]), placed[1]);
}
