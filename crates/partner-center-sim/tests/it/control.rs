//! Can another process steer a simulator, and see what it did?

use partner_center_sim::{Fault, Operation, Simulator};
use serde_json::{Value, json};

use crate::wire::{FIRST, Reply, exchange, get, request};

async fn send(simulator: &Simulator, method: &str, target: &str, body: &str) -> Reply {
    let request = format!(
        "{method} /_simulator/{target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange(simulator, request.as_bytes()).await
}

#[tokio::test]
async fn faults_come_and_go_as_json() {
    let simulator = Simulator::start().await.unwrap();
    let rule = json!({
        "when": {"operation": "list_orders", "customer": FIRST, "nth": 2},
        "fault": {"kind": "status", "status": 409, "code": "800060"},
    });
    let reply = send(&simulator, "POST", "faults", &rule.to_string()).await;
    assert_eq!(
        (reply.status, reply.json()[0]["calls"].clone()),
        (200, json!(0))
    );
    let target = format!("/v1/customers/{FIRST}/orders");
    assert_eq!(get(&simulator, &target).await.status, 200);
    let struck = get(&simulator, &target).await;
    assert_eq!(
        (struck.status, &struck.json()["code"]),
        (409, &json!("800060"))
    );

    let rules = send(&simulator, "GET", "faults", "").await.json();
    assert_eq!(rules.as_array().unwrap().len(), 1);
    assert_eq!(
        (&rules[0]["calls"], &rules[0]["when"]["nth"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(
        send(&simulator, "DELETE", "faults", "").await.json(),
        json!([])
    );

    // Whatever can be said by method can be said in JSON, and the other way round.
    simulator
        .on(Operation::GetOrder)
        .first(3)
        .probability(0.5, 9)
        .fault(Fault::cut_body(7));
    let rules = send(&simulator, "GET", "faults", "").await.json();
    let wanted = json!([{
        "when": {"operation": "get_order", "first": 3, "probability": 0.5, "seed": 9},
        "fault": {"kind": "cut_body", "bytes": 7},
        "calls": 0,
    }]);
    assert_eq!(rules, wanted);
    // A rule without `when` is about every call.
    let any = json!({"fault": {"kind": "html", "status": 502}}).to_string();
    assert_eq!(send(&simulator, "POST", "faults", &any).await.status, 200);
    assert_eq!(get(&simulator, "/v1").await.status, 502);
}

#[tokio::test]
async fn the_clock_can_be_moved_and_set_to_run() {
    let simulator = Simulator::start().await.unwrap();
    let begun = json!({"now": "2024-07-01T08:00:00.0000000Z", "speed": 0});
    assert_eq!(send(&simulator, "GET", "clock", "").await.json(), begun);
    let moved = send(&simulator, "POST", "clock", r#"{"advance_seconds":90}"#).await;
    assert_eq!(moved.json()["now"], "2024-07-01T08:01:30.0000000Z");
    let running = send(&simulator, "POST", "clock", r#"{"speed":60}"#).await;
    assert_eq!(running.json()["speed"], 60);
    let end = format!(r#"{{"advance_seconds":{}}}"#, u64::MAX);
    assert_eq!(send(&simulator, "POST", "clock", &end).await.status, 200);
    assert_eq!(send(&simulator, "POST", "clock", "{}").await.status, 200);
}

#[tokio::test]
async fn a_reset_begins_again() {
    let simulator = Simulator::builder().rate_limit(1).start().await.unwrap();
    let ask = "grant_type=refresh_token&client_id=an-app&refresh_token=simulated";
    let ask = format!(
        "POST /t/oauth2/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{ask}",
        ask.len()
    );
    let token = exchange(&simulator, ask.as_bytes()).await.json()["access_token"].clone();
    let token = format!("Bearer {}", token.as_str().unwrap());
    let headers = [("Authorization", token.as_str())];
    assert_eq!(
        request(&simulator, "GET", "/v1", &headers).await.status,
        404
    );
    simulator.on_any().fault(Fault::status(500));
    simulator
        .clock()
        .advance(std::time::Duration::from_secs(30));
    assert_eq!(get(&simulator, "/v1").await.status, 500);
    assert_eq!(get(&simulator, "/v1").await.status, 429);

    let reply = send(&simulator, "POST", "reset", "").await;
    assert_eq!(
        (reply.status, &reply.json()["now"]),
        (200, &json!("2024-07-01T08:00:00.0000000Z"))
    );
    assert_eq!(simulator.requests(), []);
    assert_eq!(get(&simulator, "/v1").await.status, 404);
    assert_eq!(get(&simulator, "/v1").await.status, 429, "settings stay");
    assert_eq!(
        request(&simulator, "GET", "/v1", &headers).await.status,
        401
    );
    simulator.reset().unwrap();
    assert_eq!(simulator.requests(), []);
    let orders = get(&simulator, &format!("/v1/customers/{FIRST}/orders")).await;
    assert_eq!(orders.json()["totalCount"], 43);
}

#[tokio::test]
async fn the_log_can_be_read_and_is_not_in_itself() {
    let simulator = Simulator::start().await.unwrap();
    get(&simulator, "/v1/x?a=b").await;
    for _ in 0..2 {
        let log = send(&simulator, "GET", "requests", "").await.json();
        let mut entry = log[0].clone();
        let headers = entry["headers"].take();
        let wanted = json!({
            "method": "GET", "path": "/v1/x", "query": "a=b", "headers": Value::Null, "is_authorized": true, "status": 404,
            "problems": [],
        });
        assert_eq!((log.as_array().unwrap().len(), entry), (1, wanted));
        assert_eq!(headers[0], json!(["host", "localhost"]));
        assert!(!log.to_string().contains("simulated"));
    }
    assert_eq!(simulator.requests().len(), 1);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let simulator = Simulator::start().await.unwrap();
    for (method, target, body, status) in [
        ("POST", "faults", "", 400),
        ("POST", "faults", "\u{0}", 400),
        ("POST", "faults", r#"{"fault":{"kind":"fire"}}"#, 400),
        (
            "POST",
            "faults",
            r#"{"when":{"operation":"fly"},"fault":{"kind":"reset"}}"#,
            400,
        ),
        (
            "POST",
            "faults",
            r#"{"when":{"ntth":1},"fault":{"kind":"reset"}}"#,
            400,
        ),
        (
            "POST",
            "faults",
            r#"{"wen":{},"fault":{"kind":"reset"}}"#,
            400,
        ),
        ("POST", "clock", r#"{"advance_seconds":-1}"#, 400),
        ("POST", "clock", r#"{"hours":1}"#, 400),
        ("GET", "", "", 404),
        ("GET", "clock/", "", 404),
        ("GET", "../v1", "", 404),
        ("PUT", "clock", "", 405),
        ("GET", "reset", "", 405),
        ("POST", "requests", "", 405),
        ("PATCH", "faults", "", 405),
    ] {
        let reply = send(&simulator, method, target, body).await;
        assert_eq!(reply.status, status, "{method} {target} {body}");
        assert!(reply.json()["error"].is_string());
        assert_eq!(reply.header("Allow").is_some(), status == 405);
    }
    assert_eq!(
        send(&simulator, "GET", "faults", "").await.json(),
        json!([])
    );
    // Without the slash it is a path like any other.
    assert_eq!(get(&simulator, "/_simulator").await.status, 404);
    assert_eq!(simulator.requests().len(), 1);
}

#[tokio::test]
async fn any_bytes_get_an_answer_here_too() {
    let simulator = Simulator::start().await.unwrap();
    let bodies: [&[u8]; 5] = [
        b"",
        b"\xFF\xFE\0",
        b"%&=&&%%zz=%F",
        b"[[[[[[",
        b"{\"fault\":\"\\ud800\"}",
    ];
    for path in [
        "/_simulator/faults",
        "/_simulator/clock",
        "/_simulator/%FF",
        "/_simulator/",
        "/%00/oauth2/token",
        "/%FF/oauth2/v2.0/token?%",
        "/v1/oauth2/token",
    ] {
        for method in ["GET", "POST", "PATCH", "PURGE"] {
            for body in bodies {
                let head = format!(
                    "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: \
                     application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n",
                    body.len()
                );
                let reply = exchange(&simulator, &[head.as_bytes(), body].concat()).await;
                let is_answer = reply.status == 200 || (400..500).contains(&reply.status);
                assert!(is_answer, "{method} {path}: {}", reply.head);
                assert!(reply.json().is_object() || reply.json().is_array());
            }
        }
    }
}
