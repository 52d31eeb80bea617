//! What may a request of the caller's own do, and what not?

use std::io::ErrorKind::WouldBlock;
use std::net::TcpListener;

use partner_center_orders::{Bytes, Delivery, Error, ErrorKind, Method, Uuid};
use partner_center_orders_tests::{
    CUSTOMER, Ending, ORDERS, Recorded, Reply, ScriptedServer, TOKEN, client, client_of, orders,
};
use partner_center_sim::Simulator;

const ID: &str = "0e5fc923-8e3c-4560-9100-ce7283c3e081";

#[tokio::test]
async fn a_request_goes_through_the_same_transport() {
    let server = Recorded::start(vec![(200, vec![], b"\xef\xbb\xbf{\"a\":1.50}".to_vec())]);
    let partner = client(server.base_url());
    let id: Uuid = ID.parse().unwrap();
    let answer = partner
        .request(Method::PATCH, "/customers/c/subscriptions/s?x=%2F+a")
        .json(&serde_json::json!({ "quantity": 3 }))
        .header("If-Match", "\"e\"")
        .request_id(id)
        .correlation_id(id)
        .send()
        .await
        .unwrap();
    assert_eq!(answer.body(), &Bytes::from_static(b"{\"a\":1.50}"));
    assert_eq!(answer.raw_body(), Some(&b"{\"a\":1.50}"[..]));
    assert_eq!(answer.request_id(), id);
    let sent = &server.sent()[0];
    assert_eq!(sent.line, "PATCH /v1/customers/c/subscriptions/s?x=%2F+a");
    assert_eq!(sent.body, b"{\"quantity\":3}");
    let authorization = format!("Bearer {TOKEN}");
    for (name, value) in [
        ("authorization", authorization.as_str()),
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("content-length", "14"),
        ("if-match", "\"e\""),
        ("ms-requestid", ID),
        ("ms-correlationid", ID),
    ] {
        assert_eq!(sent.header(name), Some(value), "{name}");
    }
    assert_eq!(server.sent().len(), 1);
}

#[tokio::test]
async fn a_path_is_taken_with_or_without_version() {
    let server = Recorded::json(["{}"]);
    let partner = client(server.base_url());
    let absolute = format!("{}/v1/customers", server.base_url());
    for path in [
        "/customers",
        "customers",
        "/v1/customers",
        "v1/customers",
        absolute.as_str(),
    ] {
        partner.request(Method::GET, path).send().await.unwrap();
    }
    assert!(
        server
            .sent()
            .iter()
            .all(|sent| sent.line == "GET /v1/customers")
    );
}

/// What is wrong with a request is said before anything is sent, here or elsewhere.
#[tokio::test]
async fn a_path_that_is_none_or_leads_elsewhere_is_refused() {
    let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
    elsewhere.set_nonblocking(true).unwrap();
    let foreign = elsewhere.local_addr().unwrap();
    let server = Recorded::json(["{}"]);
    let partner = client(server.base_url());
    let paths = [
        String::new(),
        format!("http://{foreign}/v1/customers"),
        format!("//{foreign}/v1/customers"),
        format!("http://user@{foreign}/"),
        "/a b".to_owned(),
        "/a\\..\\b".to_owned(),
        "/".to_owned(),
        "?x=1".to_owned(),
        "/customers//orders".to_owned(),
        "/customers/../orders".to_owned(),
        "/customers/%2e%2E/orders".to_owned(),
        "/customers/.".to_owned(),
        "/customers#part".to_owned(),
        "\n/customers".to_owned(),
        "ftp://host/x".to_owned(),
    ];
    for path in &paths {
        for method in [Method::GET, Method::POST] {
            let error = partner.request(method, path).send().await.unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery(), error.attempts()),
                (ErrorKind::Input, Delivery::NotSent, 0),
                "{path}"
            );
        }
        let error = partner.list(path).send().try_next().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{path}");
    }
    // Dots within a segment or in the query mean nothing.
    for path in ["/a..b/c.d", "/customers?path=../x"] {
        partner.request(Method::GET, path).send().await.unwrap();
    }
    assert_eq!(server.sent().len(), 2);
    assert_eq!(elsewhere.accept().unwrap_err().kind(), WouldBlock);
}

#[tokio::test]
async fn headers_of_the_transport_cannot_be_set() {
    let server = Recorded::json(["{}"]);
    let partner = client(server.base_url());
    for (name, value) in [
        ("Authorization", "Bearer other"),
        ("host", "evil"),
        ("Content-Length", "0"),
        ("transfer-encoding", "chunked"),
        ("Range", "bytes=0-9"),
        ("MS-RequestId", ID),
        ("ms-correlationid", ID),
        ("a b", "c"),
        ("x-y", "a\nb"),
    ] {
        let request = partner
            .request(Method::GET, "/customers")
            .header(name, value);
        let error = request.send().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Input, Delivery::NotSent)
        );
    }
    assert_eq!(server.sent().len(), 0);
}

#[tokio::test]
async fn odd_methods_and_too_many_headers_are_refused() {
    let server = Recorded::json(["{}"]);
    let partner = client(server.base_url());
    for method in [
        Method::CONNECT,
        Method::TRACE,
        Method::from_bytes(b"BUY").unwrap(),
    ] {
        let error = partner.request(method, "/x").send().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Input, Delivery::NotSent)
        );
    }
    let mut request = partner.request(Method::GET, "/x");
    for number in 0..40_000 {
        request = request.header(format!("x-{number}"), "y");
    }
    assert_eq!(request.checked().unwrap_err().kind(), ErrorKind::Input);
    assert_eq!(server.sent().len(), 0);
}

/// The checkout of a cart is documented with an empty body and its length.
#[tokio::test]
async fn a_write_without_body_says_so() {
    let server = Recorded::json(["{}"]);
    let partner = client(server.base_url());
    for method in [Method::POST, Method::PUT, Method::PATCH] {
        partner.request(method.clone(), "/x").send().await.unwrap();
        partner
            .request(method, "/x")
            .body("text/plain", "")
            .send()
            .await
            .unwrap();
    }
    for method in [Method::GET, Method::DELETE] {
        partner.request(method, "/x").send().await.unwrap();
    }
    partner
        .request(Method::GET, "/x")
        .json(&1)
        .send()
        .await
        .unwrap();
    let lengths: Vec<_> = server
        .sent()
        .iter()
        .map(|sent| sent.header("content-length").map(str::to_owned))
        .collect();
    let zero = || Some("0".to_owned());
    let expected = [
        zero(),
        zero(),
        zero(),
        zero(),
        zero(),
        zero(),
        None,
        None,
        Some("1".to_owned()),
    ];
    assert_eq!(lengths, expected);
}

#[tokio::test]
async fn answers_without_a_body_are_answers() {
    let server = ScriptedServer::start([Reply::complete("204 No Content", "", "")]);
    let partner = client(server.base_url());
    let answer = partner.request(Method::DELETE, "/x").send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.body().len()), (204, 0));
    let head = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\nconnection: close\r\n\r\n";
    let server = ScriptedServer::start([Reply::bytes(head, Ending::Close)]);
    let partner = client(server.base_url());
    let answer = partner.request(Method::HEAD, "/x").send().await.unwrap();
    assert_eq!(answer.body().len(), 0);
    // What was asked for on a condition, and is not needed, is no redirect.
    let server = ScriptedServer::start([Reply::bytes(
        "HTTP/1.1 304 Not Modified\r\nconnection: close\r\n\r\n",
        Ending::Close,
    )]);
    let partner = client(server.base_url());
    let request = partner
        .request(Method::GET, "/x")
        .header("If-None-Match", "\"e\"");
    let error = request.send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status().map(|status| status.as_u16())),
        (ErrorKind::Service, Some(304))
    );
}

#[tokio::test]
async fn only_json_loses_its_mark() {
    let marked = b"\xef\xbb\xbfa;b\n".to_vec();
    let of = |kind: &str| vec![("content-type", kind.to_owned())];
    let server = Recorded::start(vec![
        (200, of("text/csv"), marked.clone()),
        (200, of("application/json; charset=utf-8"), marked.clone()),
        (200, vec![], marked.clone()),
    ]);
    let partner = client(server.base_url());
    for expected in [&marked[..], &marked[3..], &marked[3..]] {
        let answer = partner.request(Method::GET, "/x").send().await.unwrap();
        assert_eq!(&answer.body()[..], expected);
    }
    // What is to be read as JSON is read as JSON, whatever it is called.
    let order = b"\xef\xbb\xbf{\"id\":\"o\"}".to_vec();
    let server = Recorded::start(vec![(200, of("text/plain"), order)]);
    let partner = client(server.base_url());
    assert!(orders(&partner).order("o").get().send().await.is_ok());
}

/// A list that goes on in a way that is not followed is not complete.
#[tokio::test]
async fn a_list_that_goes_on_by_a_token_is_an_error() {
    let body = br#"{"items":[1,2],"continuationToken":"t"}"#.to_vec();
    let header = vec![("ms-continuationtoken", "t".to_owned())];
    for answer in [
        (200, vec![], body),
        (200, header.clone(), br#"{"items":[1,2]}"#.to_vec()),
    ] {
        let server = Recorded::start(vec![answer]);
        let partner = client(server.base_url());
        let mut pager = partner.list("/customers").send();
        for _ in 0..2 {
            assert!(pager.try_next().await.unwrap().is_some());
        }
        let error = pager.try_next().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Link);
        assert_eq!(server.sent().len(), 1);
    }
    // With a link there is a way, and without a token an end.
    let linked = r#"{"items":[1],"continuationToken":"t","links":{"next":{"uri":"/x"}}}"#;
    let server = Recorded::json([linked, r#"{"items":[2],"continuationToken":""}"#]);
    let items = client(server.base_url())
        .list("/customers")
        .send()
        .try_collect()
        .await;
    assert_eq!(items.unwrap().len(), 2);
}

#[test]
fn headers_and_bodies_are_not_shown() {
    let partner = client("http://127.0.0.1:1");
    let request = partner
        .request(Method::POST, "/customers?key=of-the-query")
        .header("ocp-apim-subscription-key", "of-the-header")
        .body("text/plain", "of-the-body");
    let shown = format!("{request:?}");
    assert!(shown.contains("/v1/customers"));
    assert!(!shown.contains("of-the"), "{shown}");
}

#[tokio::test]
async fn an_error_says_what_became_of_a_write() {
    async fn post(reply: Reply) -> Error {
        let server = ScriptedServer::start([reply]);
        let partner = client(server.base_url());
        let request = partner.request(Method::POST, "/customers").json("{}");
        let error = request.send().await.unwrap_err();
        // Sent once, whatever happened.
        assert_eq!(server.heads().len(), 1);
        assert!(error.request_id().is_some());
        error
    }
    let cut = "HTTP/1.1 201 Created\r\ncontent-length: 10\r\n\r\n{";
    for (reply, kind, delivery) in [
        (
            Reply::complete("400 Bad Request", "", r#"{"code":"800002"}"#),
            ErrorKind::Service,
            Delivery::Refused,
        ),
        (
            Reply::complete("500 Oops", "", ""),
            ErrorKind::Service,
            Delivery::Unknown,
        ),
        (
            Reply::complete("409 Conflict", "", r#"{"code":"800060"}"#),
            ErrorKind::Service,
            Delivery::Unknown,
        ),
        (
            Reply::complete("307 Temporary Redirect", "location: /x\r\n", ""),
            ErrorKind::Link,
            Delivery::Unknown,
        ),
        (
            Reply::bytes("", Ending::Close),
            ErrorKind::Interrupted,
            Delivery::Unknown,
        ),
        (
            Reply::bytes(cut, Ending::Close),
            ErrorKind::Interrupted,
            Delivery::Accepted,
        ),
    ] {
        let error = post(reply).await;
        assert_eq!((error.kind(), error.delivery()), (kind, delivery));
    }
}

#[tokio::test]
async fn any_list_is_read_to_its_end() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let typed = orders(&partner).list().send().try_collect().await.unwrap();
    let path = format!("/customers/{CUSTOMER}/orders");
    let mut pager = partner.list(&path).send();
    let mut raw = Vec::new();
    for _ in 0..12 {
        raw.push(pager.try_next().await.unwrap().unwrap());
    }
    // Stored in the middle of a page, and taken up again.
    let stored = serde_json::to_string(&pager.continuation().unwrap()).unwrap();
    let rest = partner
        .list(&path)
        .resume(Some(serde_json::from_str(&stored).unwrap()));
    raw.extend(rest.send().try_collect().await.unwrap());
    let ids: Vec<String> = raw
        .iter()
        .map(|item| {
            let item: serde_json::Value = serde_json::from_str(item.as_str()).unwrap();
            item["id"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(ids.len(), 43);
    assert!(typed.iter().map(|order| order.id.as_str()).eq(&ids));
    // A continuation of another list is refused.
    let other = partner
        .list("/customers")
        .resume(Some(serde_json::from_str(&stored).unwrap()));
    assert_eq!(
        other.send().try_next().await.unwrap_err().kind(),
        ErrorKind::Input
    );
}

#[tokio::test]
async fn items_of_a_list_keep_their_text() {
    let body = r#"{"totalCount":2,"items":[{"price": 12.10, "big":90071992547409.93},"two"]}"#;
    let server = Recorded::json([body]);
    let partner = client(server.base_url());
    let items = partner.list("/x").send().try_collect().await.unwrap();
    assert_eq!(
        items[0].as_str(),
        r#"{"price": 12.10, "big":90071992547409.93}"#
    );
    assert_eq!(items[1].as_str(), "\"two\"");
    // Nothing but the items and the link to the next page is needed.
    let odd = r#"{"items":[1],"totalCount":99999999999.5,"links":{"self":7,"previous":[]}}"#;
    let server = Recorded::json([odd]);
    let partner = client(server.base_url());
    let mut pages = partner.list("/x").send().pages();
    let page = pages.try_next().await.unwrap().unwrap().into_body();
    assert_eq!((page.items.len(), page.total_count), (1, None));
    for body in ["{}", "[]", r#"{"items":null}"#] {
        let server = Recorded::json([body]);
        let error = client(server.base_url())
            .list("/x")
            .send()
            .try_next()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{body}");
    }
}

#[tokio::test]
async fn a_list_in_circles_is_an_error() {
    let body = format!(
        r#"{{"items":[1],"links":{{"next":{{"uri":"{}"}}}}}}"#,
        &ORDERS[3..]
    );
    let server = Recorded::json([body]);
    let partner = client(server.base_url());
    let error = partner
        .list(&ORDERS[3..])
        .send()
        .try_collect()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Link);
    assert_eq!(server.sent().len(), 1);
}
