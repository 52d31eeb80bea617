//! How long is the rest of a body waited for?

use std::time::Duration;

use partner_center_sim::{Builder, Fault, Simulator};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout};

use crate::wire::{FIRST, order_of, send};

/// Longer than anything here should last, so that a rule that is broken fails and does not hang.
const TOO_LONG: Duration = Duration::from_secs(20);

fn impatient() -> Builder {
    Simulator::builder().body_timeout(Duration::from_millis(50))
}

/// Sends these bytes, leaves the connection open, and reads until the simulator closes it.
async fn unfinished(simulator: &Simulator, bytes: &[u8]) -> String {
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(bytes).await.unwrap();
    let mut answer = String::new();
    let read = connection.read_to_string(&mut answer);
    timeout(TOO_LONG, read)
        .await
        .expect("an end of the connection")
        .unwrap();
    answer
}

fn assert_late(answer: &str) {
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 408 "), "{answer}");
    assert!(head.to_lowercase().contains("connection: close"), "{head}");
    let expected = r#"{"code":"408","description":"The rest of the body did not come.","data":[],"source":"PartnerFD"}"#;
    assert_eq!(body, expected);
}

#[tokio::test]
async fn a_body_that_does_not_come_on_is_answered_and_its_connection_ends() {
    let simulator = impatient().start().await.unwrap();
    let orders = format!("/v1/customers/{FIRST}/orders");
    let order = simulator.order_ids(FIRST)[0].clone();
    let before = simulator.order_ids(FIRST);
    for (call, authorization) in [
        (format!("POST {orders}"), "Bearer simulated"),
        (format!("PATCH {orders}/{order}"), "Bearer simulated"),
        (
            format!("POST {orders}/{order}/attachment"),
            "Bearer simulated",
        ),
        (format!("GET {orders}"), "Bearer simulated"),
        ("PUT /elsewhere".to_owned(), "Bearer simulated"),
        (format!("POST {orders}"), "Bearer another"),
    ] {
        for framing in [
            "Content-Length: 100\r\n\r\n{\"lineItems\":[",
            "Content-Length: 1\r\n\r\n",
            "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"lin",
            "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
        ] {
            let request = format!(
                "{call} HTTP/1.1\r\nHost: x\r\nAuthorization: {authorization}\r\n\
                 Content-Type: application/json\r\n{framing}"
            );
            let answer = unfinished(&simulator, request.as_bytes()).await;
            assert_late(&answer);
            assert!(answer.to_lowercase().contains("ms-requestid: "), "{answer}");
            let requests = simulator.requests();
            assert_eq!(requests.last().unwrap().status(), 408);
        }
    }
    assert_eq!(simulator.order_ids(FIRST), before);
}

#[tokio::test]
async fn a_request_that_did_not_come_whole_leaves_its_id_free() {
    let simulator = impatient().start().await.unwrap();
    let target = format!("/v1/customers/{FIRST}/orders");
    let id = "0e5fc923-8e3c-4560-9100-ce7283c3e081";
    let order = order_of("CFQ7TTC0SB01:0002:CFQ7TTC0RK4D", 1).to_string();
    let request = format!(
        "POST {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer simulated\r\nMS-RequestId: {id}\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{order}",
        order.len() + 1
    );
    assert_late(&unfinished(&simulator, request.as_bytes()).await);
    let headers = [("MS-RequestId", id)];
    let call = ("POST", target.as_str());
    let json = "application/json";
    let reply = send(&simulator, call, &headers, json, order.as_bytes()).await;
    assert_eq!(reply.status, 201);
}

#[tokio::test]
async fn neither_tokens_nor_control_wait_for_ever() {
    let simulator = impatient().start().await.unwrap();
    crate::wire::get(&simulator, "/v1").await;
    for (target, rest) in [
        ("/contoso.example/oauth2/v2.0/token", "grant_type=refresh"),
        ("/_simulator/reset", ""),
        ("/_simulator/faults", "{"),
    ] {
        let request = format!(
            "POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\
             Content-Type: application/x-www-form-urlencoded\r\n\r\n{rest}"
        );
        assert_late(&unfinished(&simulator, request.as_bytes()).await);
    }
    let statuses: Vec<_> = simulator.requests().iter().map(|r| r.status()).collect();
    assert_eq!(statuses, [404, 408], "nothing was reset");
}

#[tokio::test]
async fn a_fault_strikes_whether_or_not_the_rest_comes() {
    let simulator = impatient().start().await.unwrap();
    simulator.on_any().fault(Fault::status(503));
    let request = format!(
        "POST /v1/customers/{FIRST}/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer simulated\r\n\
         Content-Length: 1\r\n\r\n"
    );
    let answer = unfinished(&simulator, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn half_a_minute_is_waited_unless_it_is_said() {
    let simulator = Simulator::start().await.unwrap();
    let request = format!(
        "POST /v1/customers/{FIRST}/orders HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer simulated\r\n\
         Content-Length: 1\r\n\r\n"
    );
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let begun = Instant::now();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert_late(&answer);
    // The clock of the runtime jumps to whatever is waited for; nothing else is.
    assert_eq!(begun.elapsed().as_secs(), 30);
}
