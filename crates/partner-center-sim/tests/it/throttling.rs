//! What happens to somebody who asks too often?

use std::time::Duration;

use partner_center_sim::{Fault, Simulator};
use serde_json::json;

use crate::wire::{AUTHORIZED, FIRST, example, exchange, get, request};

const RENEWAL: &str = "grant_type=refresh_token&client_id=an-app&refresh_token=simulated";

#[tokio::test]
async fn one_request_too_many_is_told_to_wait() {
    let simulator = Simulator::builder().rate_limit(2).start().await.unwrap();
    let target = format!("/v1/customers/{FIRST}/orders");
    assert_eq!(get(&simulator, &target).await.status, 200);
    // What is not found counts as well, and a fault does not take a request from the count.
    assert_eq!(get(&simulator, "/v1").await.status, 404);
    simulator.on_any().fault(Fault::status(500));
    simulator.clock().advance(Duration::from_secs(3));
    let reply = get(&simulator, &target).await;
    assert_eq!(
        (reply.status, reply.header("Retry-After")),
        (429, Some("57"))
    );
    let pointer =
        "/components/responses/TooManyRequests/content/application~1json/examples/throttled/value";
    assert_eq!(reply.json(), example(pointer));
    assert!(reply.header("MS-RequestId").is_some());
    simulator.clear_faults();
    simulator.clock().advance(Duration::from_secs(57));
    assert_eq!(get(&simulator, &target).await.status, 200);
    assert_eq!(simulator.requests()[2].status(), 429);
}

#[tokio::test]
async fn each_tenant_is_counted_alone_and_strangers_are_not() {
    let simulator = Simulator::builder().rate_limit(1).start().await.unwrap();
    let target = format!("/v1/customers/{FIRST}/orders");
    for _ in 0..3 {
        assert_eq!(request(&simulator, "GET", &target, &[]).await.status, 401);
    }
    let ask = format!(
        "POST /another/oauth2/v2.0/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: \
         application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{RENEWAL}",
        RENEWAL.len()
    );
    let token = exchange(&simulator, ask.as_bytes()).await.json();
    let token = format!("Bearer {}", token["access_token"].as_str().unwrap());
    for (authorization, status) in [
        (AUTHORIZED.1, 200),
        (AUTHORIZED.1, 429),
        (&token, 200),
        (&token, 429),
    ] {
        let headers = [("Authorization", authorization)];
        let reply = request(&simulator, "GET", &target, &headers).await;
        assert_eq!(reply.status, status);
    }
}

#[tokio::test]
async fn the_documented_limit_holds_while_the_clock_runs() {
    let simulator = Simulator::start().await.unwrap();
    let unlimited = Simulator::builder().no_rate_limit().start().await.unwrap();
    for simulator in [&simulator, &unlimited] {
        simulator.clock().set_speed(1);
        for _ in 0..500 {
            assert_eq!(get(simulator, "/v1").await.status, 404);
        }
    }
    assert_eq!(get(&unlimited, "/v1").await.status, 404);
    let reply = get(&simulator, "/v1").await;
    assert_eq!(
        (reply.status, &reply.json()["statusCode"]),
        (429, &json!(429))
    );
    let wait: u64 = reply.header("Retry-After").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait));
}
