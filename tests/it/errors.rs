//! What does an error answer become?

use std::error::Error as _;
use std::time::Duration;

use partner_center_orders::{Delivery, Error, ErrorKind};
use partner_center_orders_tests::{Ending, ORDERS, Reply, ScriptedServer, TOKEN, client, orders};

async fn error_for(status: &str, headers: &str, body: &str) -> Error {
    let server = ScriptedServer::start([Reply::complete(status, headers, body)]);
    let partner = client(server.base_url());
    let error = orders(&partner).order("o").get().send().await.unwrap_err();
    assert_eq!(server.heads().len(), 1);
    error
}

#[tokio::test]
async fn every_status_says_whether_the_request_was_carried_out() {
    let (refused, unknown) = (Delivery::Refused, Delivery::Unknown);
    for (status, kind, delivery) in [
        ("400 Bad Request", ErrorKind::Service, refused),
        ("401 Unauthorized", ErrorKind::Service, refused),
        ("403 Forbidden", ErrorKind::Service, refused),
        ("404 Not Found", ErrorKind::Service, refused),
        ("408 Request Timeout", ErrorKind::Service, unknown),
        ("409 Conflict", ErrorKind::Service, refused),
        ("412 Precondition Failed", ErrorKind::Service, refused),
        ("429 Too Many Requests", ErrorKind::Throttled, refused),
        ("500 Internal Server Error", ErrorKind::Service, unknown),
        ("503 Service Unavailable", ErrorKind::Service, unknown),
    ] {
        for body in [
            r#"{"code":"1","description":"no","data":[],"source":"x"}"#,
            "<html>gateway</html>",
            "",
        ] {
            let error = error_for(status, "", body).await;
            // A 409 that does not say why may be the one that is no refusal.
            let is_told = !status.starts_with("409") || body.starts_with('{');
            let delivery = if is_told { delivery } else { unknown };
            assert_eq!(
                (error.kind(), error.delivery()),
                (kind, delivery),
                "{status} {body}"
            );
            assert_eq!(error.status().unwrap().as_str(), &status[..3]);
            assert_eq!(error.code().is_some(), body.starts_with('{'));
            assert_eq!(error.body(), Some(body.as_bytes()));
        }
    }
}

#[tokio::test]
async fn code_and_description_are_the_services() {
    let body = "\u{feff}{\"code\":20000,\"description\":\"No such order\",\"data\":[{\"x\":1}],\"source\":\"PartnerFD\"}";
    let error = error_for("404 Not Found", "", body).await;
    assert_eq!(
        (error.code(), error.description()),
        (Some("20000"), Some("No such order"))
    );
    assert_eq!(
        error.to_string(),
        format!("GET {ORDERS}/o: the service answered 404 Not Found, code 20000")
    );
    assert!(error.source().is_none());
}

#[tokio::test]
async fn the_wait_that_the_service_asks_for_is_told() {
    let body = r#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 57 seconds."}"#;
    let error = error_for("429 Too Many Requests", "retry-after: 57\r\n", body).await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(57)));
    assert_eq!(
        error.description(),
        Some("Rate limit is exceeded. Try again in 57 seconds.")
    );
    assert_eq!(error.code(), None);
    let headers =
        "retry-after: Thu, 15 Mar 2018 20:45:40 GMT\r\ndate: Thu, 15 Mar 2018 20:44:40 GMT\r\n";
    let error = error_for("503 Service Unavailable", headers, "").await;
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
}

#[tokio::test]
async fn an_order_in_progress_is_not_a_refusal() {
    let error = error_for(
        "409 Conflict",
        "",
        r#"{"code":"800060","description":"in progress"}"#,
    )
    .await;
    assert_eq!(error.delivery(), Delivery::Unknown);
}

#[tokio::test]
async fn no_redirect_is_followed() {
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        let elsewhere = ScriptedServer::start([Reply::json(r#"{"id":"o"}"#)]);
        for location in [format!("{}/v1/x", elsewhere.base_url()), "/v1/x".to_owned()] {
            let server = ScriptedServer::start([Reply::complete(
                status,
                &format!("location: {location}\r\n"),
                "",
            )]);
            let partner = client(server.base_url());
            let error = orders(&partner).order("o").get().send().await.unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery()),
                (ErrorKind::Link, Delivery::Unknown),
                "{status}"
            );
            assert_eq!(error.status().unwrap().as_str(), &status[..3]);
            assert_eq!(server.heads().len(), 1, "{status}");
        }
        assert!(elsewhere.heads().is_empty());
    }
}

#[tokio::test]
async fn an_error_shows_no_token_header_or_body() {
    let body = format!(r#"{{"code":"1","description":"secret-in-body {TOKEN}"}}"#);
    let error = error_for("400 Bad Request", "x-header: secret-in-header\r\n", &body).await;
    let shown = format!("{error} {error:?} {error:#?}");
    for secret in [TOKEN, "secret-in-body", "secret-in-header", "Bearer"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn a_refusal_that_was_cut_is_none() {
    for status in ["400 Bad Request", "404 Not Found", "409 Conflict"] {
        let cut = format!("HTTP/1.1 {status}\r\ncontent-length: 100\r\n\r\n{{\"code\":\"2\"");
        let server = ScriptedServer::start([Reply::bytes(cut, Ending::Close)]);
        let partner = client(server.base_url());
        let error = orders(&partner).order("o").get().send().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Service, Delivery::Unknown)
        );
        assert_eq!(
            (error.status().unwrap().as_str(), error.body()),
            (&status[..3], None)
        );
    }
}

#[tokio::test]
async fn a_message_is_one_line_whatever_the_code_is() {
    for code in ["x\\nerror: forged", "a b", "", &"9".repeat(33)] {
        let error = error_for("400 Bad Request", "", &format!(r#"{{"code":"{code}"}}"#)).await;
        assert_eq!(
            error.to_string(),
            format!("GET {ORDERS}/o: the service answered 400 Bad Request")
        );
        assert!(error.code().is_some(), "it is there for programs");
    }
}
