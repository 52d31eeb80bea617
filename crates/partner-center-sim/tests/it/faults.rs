//! What goes wrong on request, and is it what was asked for?

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use partner_center_sim::{Fault, Operation, Simulator};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wire::{
    AUTHORIZED, BYTE_ORDER_MARK, FIRST, Reply, SECOND, example, get, pages, request,
};

fn orders(customer: &str) -> String {
    format!("/v1/customers/{customer}/orders")
}

/// All bytes that come, and how the connection ended.
async fn bytes(simulator: &Simulator, method: &str, target: &str) -> (Vec<u8>, Option<ErrorKind>) {
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request =
        format!("{method} {target} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer simulated\r\n\r\n");
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let end = connection.read_to_end(&mut answer).await;
    (answer, end.err().map(|error| error.kind()))
}

fn body(answer: &[u8]) -> &[u8] {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    &answer[end.expect("a head") + 4..]
}

#[tokio::test]
async fn the_nth_call_gets_the_documented_body() {
    let simulator = Simulator::start().await.unwrap();
    simulator
        .on(Operation::ListOrders)
        .nth(2)
        .fault(Fault::status(503));
    let target = orders(FIRST);
    let order = format!("{target}/none");
    assert_eq!(get(&simulator, &target).await.status, 200);
    assert_eq!(get(&simulator, &order).await.status, 404);
    let reply = get(&simulator, &target).await;
    assert_eq!(reply.status, 503);
    let pointer =
        "/components/responses/ServerError/content/application~1json/examples/unexpected/value";
    assert_eq!(reply.json(), example(pointer));
    assert!(reply.header("MS-RequestId").is_some());
    assert_eq!(get(&simulator, &target).await.status, 200);
    assert_eq!(simulator.requests()[2].status(), 503);
}

#[tokio::test]
async fn a_code_and_a_wait_can_be_asked_for() {
    let simulator = Simulator::start().await.unwrap();
    simulator
        .on(Operation::CreateOrder)
        .first(1)
        .fault(Fault::code(409, "800060").after_change());
    let wait = Duration::from_secs(5);
    simulator
        .on(Operation::GetOrder)
        .first(1)
        .fault(Fault::status(429).retry_after(wait));
    simulator
        .on(Operation::GetOrder)
        .nth(2)
        .fault(Fault::status(503).retry_after(wait));
    simulator
        .on(Operation::GetOrder)
        .nth(3)
        .fault(Fault::code(400, "123456"));
    let reply = request(&simulator, "POST", &orders(FIRST), &[AUTHORIZED]).await;
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (409, &json!("800060"))
    );

    let order = format!("{}/none", orders(FIRST));
    let reply = get(&simulator, &order).await;
    assert_eq!(
        (reply.status, reply.header("Retry-After")),
        (429, Some("5"))
    );
    let message = "Rate limit is exceeded. Try again in 5 seconds.";
    assert_eq!(reply.json(), json!({"statusCode": 429, "message": message}));
    let reply = get(&simulator, &order).await;
    assert_eq!(
        (reply.status, reply.header("Retry-After")),
        (503, Some("5"))
    );
    let reply = get(&simulator, &order).await;
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (400, &json!("123456"))
    );
}

#[tokio::test]
async fn a_rule_is_about_a_customer_until_it_is_taken_back() {
    let simulator = Simulator::start().await.unwrap();
    simulator
        .on_any()
        .customer(FIRST.to_uppercase())
        .fault(Fault::token_refused());
    let reply = get(&simulator, &orders(FIRST)).await;
    assert_eq!((reply.status, &reply.json()["code"]), (401, &json!("400")));
    assert!(reply.header("WWW-Authenticate").is_some());
    assert_eq!(get(&simulator, &orders(SECOND)).await.status, 200);
    simulator.clear_faults();
    assert_eq!(get(&simulator, &orders(FIRST)).await.status, 200);
}

#[tokio::test]
async fn chance_strikes_the_same_calls_every_time() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let simulator = Simulator::start().await.unwrap();
        simulator
            .on_any()
            .probability(0.5, 42)
            .fault(Fault::status(500));
        let mut statuses = Vec::new();
        for _ in 0..20 {
            statuses.push(get(&simulator, "/v1").await.status);
        }
        assert!(statuses.contains(&500) && statuses.contains(&404));
        runs.push(statuses);
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn a_gateway_speaks_html_and_has_no_headers_of_the_service() {
    let simulator = Simulator::start().await.unwrap();
    simulator.on_any().fault(Fault::html(502));
    let reply = get(&simulator, &orders(FIRST)).await;
    assert_eq!(reply.status, 502);
    assert_eq!(
        reply.header("Content-Type"),
        Some("text/html; charset=utf-8")
    );
    assert_eq!(reply.header("MS-RequestId"), None);
    assert!(reply.text().starts_with("<!DOCTYPE html>"));
    assert_eq!(simulator.requests()[0].status(), 502);
}

#[tokio::test]
async fn a_reset_leaves_no_byte() {
    let simulator = Simulator::start().await.unwrap();
    for fault in [Fault::reset(), Fault::reset().after_change()] {
        simulator.on_any().fault(fault);
        let (answer, end) = bytes(&simulator, "GET", &orders(FIRST)).await;
        assert_eq!(answer, b"");
        assert_eq!(end, Some(ErrorKind::ConnectionReset));
        simulator.clear_faults();
    }
    assert_eq!(get(&simulator, &orders(FIRST)).await.status, 200);
    let statuses: Vec<u16> = simulator.requests().iter().map(|r| r.status()).collect();
    assert_eq!(statuses, [0, 0, 200]);
}

#[tokio::test]
async fn a_reset_strikes_a_connection_that_served_before() {
    let simulator = Simulator::start().await.unwrap();
    simulator.on_any().nth(2).fault(Fault::reset());
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let ask = b"GET /v1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer simulated\r\n\r\n";
    connection.write_all(ask).await.unwrap();
    let mut start = [0; 12];
    connection.read_exact(&mut start).await.unwrap();
    assert_eq!(&start, b"HTTP/1.1 404");
    connection.write_all(ask).await.unwrap();
    let mut rest = Vec::new();
    let end = connection.read_to_end(&mut rest).await;
    assert_eq!(end.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_cut_body_is_announced_whole() {
    let simulator = Simulator::start().await.unwrap();
    let target = orders(FIRST);
    let whole = get(&simulator, &target).await;
    let announced = format!("content-length: {}\r\n", whole.body.len());
    for count in [0, 1, 100, whole.body.len() - 1] {
        simulator
            .on_any()
            .fault(Fault::cut_body(count.try_into().unwrap()));
        let (answer, end) = bytes(&simulator, "GET", &target).await;
        assert_eq!(end, None, "no reset: what was sent arrives");
        assert_eq!(body(&answer), &whole.body[..count]);
        let head = String::from_utf8_lossy(&answer[..answer.len() - count]).into_owned();
        assert!(
            head.starts_with("HTTP/1.1 200") && head.contains(&announced),
            "{head}"
        );
        simulator.clear_faults();
    }
    simulator.on_any().fault(Fault::cut_body(u64::MAX));
    assert_eq!(get(&simulator, &target).await.body, whole.body);
}

#[tokio::test]
async fn a_long_body_is_cut_where_it_was_asked_for() {
    let simulator = Simulator::start().await.unwrap();
    let target = long_file(&simulator).await;
    let count = 2_500_001;
    simulator
        .on(Operation::DownloadOrderAttachment)
        .fault(Fault::cut_body(count));
    let (answer, end) = bytes(&simulator, "GET", &target).await;
    assert_eq!(end, None);
    assert_eq!(body(&answer).len(), usize::try_from(count).unwrap());
}

/// The path of the file of 3 MiB.
async fn long_file(simulator: &Simulator) -> String {
    for customer in [FIRST, SECOND] {
        for page in pages(simulator, &orders(customer)).await {
            for order in page["items"].as_array().unwrap() {
                let order = format!("{}/{}", orders(customer), order["id"].as_str().unwrap());
                let files = get(simulator, &format!("{order}/attachments")).await.json();
                for file in files["items"].as_array().unwrap() {
                    let id = file["attachmentId"].as_str().unwrap();
                    if file["sizeInKB"] == 3072 {
                        return format!("{order}/attachment/{id}");
                    }
                }
            }
        }
    }
    unreachable!("a file of 3 MiB")
}

#[tokio::test]
async fn a_delay_comes_before_and_after() {
    let simulator = Simulator::start().await.unwrap();
    let wait = Duration::from_millis(30);
    simulator.on_any().fault(Fault::delay(wait));
    simulator.on_any().fault(Fault::delay(wait).after_change());
    let begun = Instant::now();
    assert_eq!(get(&simulator, &orders(FIRST)).await.status, 200);
    assert!(begun.elapsed() >= 2 * wait);
}

#[tokio::test]
async fn a_slow_body_comes_in_pieces() {
    let simulator = Simulator::start().await.unwrap();
    let whole = get(&simulator, &orders(FIRST)).await;
    let pause = Duration::from_millis(10);
    let piece = whole.body.len().div_ceil(4);
    simulator.on_any().fault(Fault::slow_body(piece, pause));
    let begun = Instant::now();
    let slow = get(&simulator, &orders(FIRST)).await;
    assert!(begun.elapsed() >= 3 * pause);
    assert_eq!(slow.body, whole.body);
    assert_eq!(
        slow.header("Content-Length"),
        whole.header("Content-Length")
    );
}

#[tokio::test]
async fn a_huge_body_is_still_json() {
    let simulator = Simulator::start().await.unwrap();
    let whole = get(&simulator, &orders(FIRST)).await;
    simulator.on_any().fault(Fault::huge_body(5_000_003));
    let huge = get(&simulator, &orders(FIRST)).await;
    assert_eq!(huge.body.len(), 5_000_003);
    assert_eq!(huge.header("Content-Length"), Some("5000003"));
    assert_eq!(huge.json(), whole.json());
    simulator.clear_faults();
    simulator.on_any().fault(Fault::huge_body(1));
    assert_eq!(get(&simulator, &orders(FIRST)).await.body, whole.body);
}

#[tokio::test]
async fn a_word_is_unknown_and_the_digits_of_amounts_stay() {
    let simulator = Simulator::start().await.unwrap();
    let target = format!("{}?include_price=true", orders(FIRST));
    let whole = get(&simulator, &target).await;
    simulator
        .on(Operation::ListOrders)
        .fault(Fault::unknown_word("status", "quantum"));
    let spoilt = get(&simulator, &target).await;
    assert!(spoilt.body.starts_with(BYTE_ORDER_MARK));
    // The word after each `"status":"` is another one, and nothing else is.
    let mut parts = whole.text().split(r#""status":""#);
    let mut wanted = parts.next().unwrap().to_owned();
    for part in parts {
        let (_, rest) = part.split_once('"').unwrap();
        wanted += &format!(r#""status":"quantum"{rest}"#);
    }
    assert!(spoilt.text() != whole.text() && spoilt.text() == wanted);
}

/// Follows the link of a page.
async fn follow(simulator: &Simulator, page: &Value) -> Reply {
    let next = &page["links"]["next"];
    let target = format!("/v1{}", next["uri"].as_str().unwrap());
    let header = &next["headers"][0];
    let token = (
        header["key"].as_str().unwrap(),
        header["value"].as_str().unwrap(),
    );
    request(simulator, "GET", &target, &[AUTHORIZED, token]).await
}

#[tokio::test]
async fn a_list_goes_round_in_a_circle() {
    let simulator = Simulator::start().await.unwrap();
    simulator
        .on(Operation::ListOrders)
        .fault(Fault::repeated_next());
    let target = format!("{}?billingType=monthly", orders(FIRST));
    let first = get(&simulator, &target).await.json();
    let uri = first["links"]["next"]["uri"].as_str().unwrap();
    assert_eq!(format!("/v1{uri}"), format!("{target}&seekOperation=Next"));
    let second = follow(&simulator, &first).await.json();
    let third = follow(&simulator, &second).await.json();
    assert_eq!((&second, &third), (&first, &first));
}

#[tokio::test]
async fn a_list_has_no_end() {
    let simulator = Simulator::start().await.unwrap();
    simulator.on_any().fault(Fault::endless_next());
    let first = get(&simulator, &orders(FIRST)).await.json();
    let second = follow(&simulator, &first).await.json();
    let third = follow(&simulator, &second).await.json();
    assert_eq!(second["items"], first["items"]);
    assert_eq!(third["items"], first["items"]);
    let links = [&first, &second, &third].map(|page| page["links"]["next"].clone());
    assert_eq!(links[0]["uri"], links[2]["uri"]);
    assert!(links[0] != links[1] && links[1] != links[2]);
}

#[tokio::test]
async fn a_link_leads_elsewhere_where_there_is_a_link() {
    let simulator = Simulator::start().await.unwrap();
    let elsewhere = "https://elsewhere.example/v1/customers";
    let order = format!("{}/none", orders(FIRST));
    let error = get(&simulator, &order).await.json();
    simulator.on_any().fault(Fault::foreign_next(elsewhere));
    let page = get(&simulator, &orders(FIRST)).await.json();
    assert_eq!(page["links"]["next"]["uri"], elsewhere);
    assert_eq!(page["links"]["self"]["method"], "GET");
    // An error is no collection.
    assert_eq!(get(&simulator, &order).await.json(), error);
}

#[tokio::test]
async fn what_nobody_waits_for_is_not_carried_out_before_its_time() {
    let simulator = Simulator::start().await.unwrap();
    let wait = Duration::from_millis(100);
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    for (number, span) in [(1, wait), (2, Duration::ZERO)] {
        simulator.on_any().fault(Fault::delay(span));
        let mut connection = TcpStream::connect(address).await.unwrap();
        let ask = b"GET /v1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer simulated\r\n\r\n";
        connection.write_all(ask).await.unwrap();
        while simulator.requests().len() < number {
            tokio::task::yield_now().await;
        }
        drop(connection);
        tokio::time::sleep(2 * wait).await;
        simulator.clear_faults();
    }
    // The second one did not have to wait.
    let statuses: Vec<u16> = simulator.requests().iter().map(|r| r.status()).collect();
    assert_eq!(statuses, [0, 404]);
}
