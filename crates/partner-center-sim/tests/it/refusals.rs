//! What does a request get that is wrong, and which of several faults is named?

use partner_center_sim::Simulator;
use serde_json::Value;

use crate::wire::{AUTHORIZED, BYTE_ORDER_MARK, FIRST, Reply, example, exchange, get, request};

const STRANGER: &str = "11111111-2222-4333-8444-555555555555";

fn assert_refused(reply: &Reply, status: u16, code: &str) {
    assert_eq!(reply.status, status, "{}", reply.head);
    assert!(!reply.body.starts_with(BYTE_ORDER_MARK));
    let body = reply.json();
    assert_eq!(body["code"], code);
    assert_eq!(body["source"], "PartnerFD");
    assert_eq!(body["data"], Value::Array(Vec::new()));
    assert!(body["description"].is_string());
    assert_eq!(body.as_object().unwrap().len(), 4);
    assert_eq!(
        reply.header("Content-Type"),
        Some("application/json; charset=utf-8")
    );
    for name in ["MS-RequestId", "MS-CorrelationId", "MS-CV", "MS-ServerId"] {
        assert!(reply.header(name).is_some(), "{name}");
    }
}

#[tokio::test]
async fn a_request_without_the_token_is_challenged() {
    let simulator = Simulator::start().await.unwrap();
    let target = format!("/v1/customers/{FIRST}/orders");
    for headers in [
        &[][..],
        &[("Authorization", "Basic c2ltOnNpbQ==")],
        &[("Authorization", "Bearer ")],
    ] {
        let reply = request(&simulator, "GET", &target, headers).await;
        assert_refused(&reply, 401, "800001");
        assert!(reply.header("WWW-Authenticate").is_some());
    }
    let reply = request(
        &simulator,
        "GET",
        &target,
        &[("Authorization", "Bearer other")],
    )
    .await;
    assert_refused(&reply, 401, "400");
    assert!(reply.header("WWW-Authenticate").is_some());
    let reply = request(
        &simulator,
        "GET",
        &target,
        &[("authorization", "bearer simulated")],
    )
    .await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("WWW-Authenticate"), None);
}

#[tokio::test]
async fn each_wrong_address_has_its_code() {
    let simulator = Simulator::start().await.unwrap();
    let order = "YxH1q4KScfvfkJQjgRI8QY1DznnUWZTH1";
    for (target, status, code) in [
        (format!("/customers/{FIRST}/orders"), 404, "1000"),
        (format!("/v1/customers/{FIRST}"), 404, "1000"),
        (format!("/v1/customers/{FIRST}/orders/"), 404, "1000"),
        (
            format!("/v1/customers/{FIRST}/orders/{order}/lineitems"),
            404,
            "1000",
        ),
        ("/".to_owned(), 404, "1000"),
        ("*".to_owned(), 404, "1000"),
        ("/v1/customers/contoso/orders".to_owned(), 400, "900118"),
        (
            format!("/v1/customers/{}/orders", FIRST.replace('-', "")),
            400,
            "900118",
        ),
        (format!("/v1/customers/{STRANGER}/orders"), 403, "20002"),
        (
            format!("/v1/customers/{STRANGER}/orders/{order}"),
            403,
            "20002",
        ),
        (
            format!("/v1/customers/{FIRST}/orders?billingType=weekly"),
            400,
            "900126",
        ),
        (
            format!("/v1/customers/{FIRST}/orders?billingType=7"),
            400,
            "900126",
        ),
        (format!("/v1/customers/{FIRST}/orders/none"), 404, "20000"),
        (
            format!("/v1/customers/{FIRST}/orders/none/provisioningstatus"),
            404,
            "20000",
        ),
    ] {
        let method = if target == "*" { "OPTIONS" } else { "GET" };
        let reply = request(&simulator, method, &target, &[AUTHORIZED]).await;
        assert_refused(&reply, status, code);
    }
}

#[tokio::test]
async fn another_method_is_not_allowed() {
    let simulator = Simulator::start().await.unwrap();
    let list = format!("/v1/customers/{FIRST}/orders");
    for method in ["PUT", "DELETE", "OPTIONS", "PURGE", "post", "patch"] {
        for (target, allowed) in [
            (list.clone(), "GET, POST"),
            (format!("{list}/none/provisioningstatus"), "GET"),
        ] {
            let reply = request(&simulator, method, &target, &[AUTHORIZED]).await;
            assert_refused(&reply, 405, "405");
            assert_eq!(reply.header("Allow"), Some(allowed));
        }
    }
    let reply = request(&simulator, "HEAD", &list, &[AUTHORIZED]).await;
    assert_eq!((reply.status, reply.body.len()), (405, 0));
}

#[tokio::test]
async fn a_body_does_not_cost_the_answer() {
    let simulator = Simulator::start().await.unwrap();
    let body = "x".repeat(300_000);
    let request = format!(
        "PUT /v1/customers/{FIRST}/orders HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Authorization: Bearer simulated\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    assert_refused(&exchange(&simulator, request.as_bytes()).await, 405, "405");
}

#[tokio::test]
async fn the_first_of_several_faults_is_named() {
    let simulator = Simulator::start().await.unwrap();
    let code = async |method: &str, target: &str| {
        request(&simulator, method, target, &[AUTHORIZED])
            .await
            .json()["code"]
            .clone()
    };
    let wrong_token = [("Authorization", "Bearer other")];
    assert_refused(
        &request(&simulator, "POST", "/nowhere", &wrong_token).await,
        401,
        "400",
    );
    assert_eq!(code("POST", "/nowhere").await, "1000");
    assert_eq!(code("PUT", "/v1/customers/contoso/orders").await, "405");
    assert_eq!(code("POST", "/v1/customers/contoso/orders").await, "900118");
    let stranger = format!("/v1/customers/{STRANGER}/orders");
    assert_eq!(code("POST", &stranger).await, "20002");
    assert_eq!(
        code("GET", "/v1/customers/contoso/orders?billingType=x").await,
        "900118"
    );
    let stranger = format!("/v1/customers/{STRANGER}/orders?billingType=x");
    assert_eq!(code("GET", &stranger).await, "20002");
}

#[tokio::test]
async fn error_bodies_are_those_of_the_spec() {
    let simulator = Simulator::start().await.unwrap();
    for (target, response, name) in [
        (
            "/v1/customers/contoso/orders".to_owned(),
            "BadRequest",
            "invalid_customer_id",
        ),
        (
            format!("/v1/customers/{FIRST}/orders?billingType=x"),
            "BadRequest",
            "unparsable_enum",
        ),
        (
            format!("/v1/customers/{STRANGER}/orders"),
            "Forbidden",
            "no_relationship",
        ),
        (
            format!("/v1/customers/{FIRST}/orders/none"),
            "NotFound",
            "order_not_found",
        ),
        ("/v1".to_owned(), "NotFound", "not_found"),
    ] {
        let pointer = format!(
            "/components/responses/{response}/content/application~1json/examples/{name}/value"
        );
        assert_eq!(
            get(&simulator, &target).await.json(),
            example(&pointer),
            "{name}"
        );
    }
}

#[tokio::test]
async fn ids_of_the_request_come_back() {
    let simulator = Simulator::start().await.unwrap();
    let target = format!("/v1/customers/{FIRST}/orders");
    let (own, tracing) = (
        "0E5FC923-8e3c-4560-9100-ce7283c3e081",
        "3c6a034c-82ee-4095-d50f-9b530a415f1f",
    );
    let headers = [
        AUTHORIZED,
        ("MS-RequestId", own),
        ("MS-CorrelationId", tracing),
        ("MS-CV", "abc.1"),
    ];
    let reply = request(&simulator, "GET", &target, &headers).await;
    assert_eq!(reply.header("MS-RequestId"), Some(own));
    assert_eq!(reply.header("MS-CorrelationId"), Some(tracing));
    assert_eq!(reply.header("MS-CV"), Some("abc.1"));

    let headers = [AUTHORIZED, ("MS-RequestId", "mine")];
    let made_up = [
        request(&simulator, "GET", &target, &headers).await,
        get(&simulator, "/nowhere").await,
    ];
    for name in ["MS-RequestId", "MS-CorrelationId"] {
        let ids = made_up.each_ref().map(|reply| reply.header(name).unwrap());
        assert!(
            ids.iter()
                .all(|id| id.len() == 36 && id.bytes().filter(|byte| *byte == b'-').count() == 4)
        );
        assert_ne!(ids[0], ids[1]);
    }
}

#[tokio::test]
async fn any_bytes_get_an_answer() {
    let simulator = Simulator::start().await.unwrap();
    let tail =
        "HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer simulated\r\n\r\n";
    for target in [
        &b"/%"[..],
        b"/%00%FF%zz",
        b"//////",
        b"/v1/customers/%FF%FE/orders",
        b"/v1/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/orders/%00",
        b"/v1/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/orders/%F0%9F%92%A9",
        b"/v1/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/orders/\xC3\xA9",
        b"/v1/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/orders/\xFF",
        b"/v1/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/orders/a?&&=&%=%&?",
        b"/v1/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/orders/\xFF/lineitems/%FF/activationlinks",
        b"/v1/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/orders/%00/attachment/%00",
        b"/v1/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/subscriptions?order_id=%FF",
        b"/v1/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/subscriptions?order_id=\xFF%",
        b"/v1/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/subscriptions/%F0%9F%92%A9/activationlinks",
        b"/v1/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/orders?indirect_reseller_id=\xFF",
        b"http://elsewhere.example/v1/customers",
        b"/../../etc",
        b"/a b",
        b"",
    ] {
        let request = [b"GET ", target, b" ", tail.as_bytes()].concat();
        let reply = exchange(&simulator, &request).await;
        assert!(
            (400..500).contains(&reply.status),
            "{target:?}: {}",
            reply.head
        );
    }
    let connect = format!("CONNECT elsewhere.example:443 {tail}");
    assert_eq!(exchange(&simulator, connect.as_bytes()).await.status, 404);
}
