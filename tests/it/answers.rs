//! What is made of an answer that is not what it should be?

use std::time::Duration;

use partner_center_orders::{Delivery, Error, ErrorKind, Order, Response};
use partner_center_orders_tests::{Ending, Reply, ScriptedServer, builder, fixture, orders};

async fn get_from(server: &ScriptedServer) -> Result<Response<Order>, Error> {
    let partner = builder(server.base_url())
        .body_limit(5_000)
        .deadline(Duration::from_secs(60))
        .build()
        .unwrap();
    orders(&partner).order("o").get().send().await
}

/// The error for one reply. It must say which call it was.
async fn error_for(reply: Reply) -> Error {
    let server = ScriptedServer::start([reply]);
    let error = get_from(&server).await.unwrap_err();
    assert_eq!(server.heads().len(), 1, "sent once");
    assert!(error.request_id().is_some() && error.correlation_id().is_some());
    assert_eq!(error.attempts(), 1);
    error
}

fn says(error: &Error, kind: ErrorKind, delivery: Delivery, status: Option<u16>) {
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(error.delivery(), delivery, "{error}");
    assert_eq!(
        error.status().map(|status| status.as_u16()),
        status,
        "{error}"
    );
}

#[tokio::test]
async fn what_is_not_json_cannot_be_read() {
    for body in [
        "",
        " ",
        "oops",
        "<html><body>maintenance</body></html>",
        "{\"id\":\"o\"} trailing",
        "[]",
        "null",
        "\"o\"",
        "\u{0}",
    ] {
        let error = error_for(Reply::json(body)).await;
        says(&error, ErrorKind::Decode, Delivery::Accepted, Some(200));
        assert_eq!(error.body(), Some(body.as_bytes()));
        assert!(
            body.trim().is_empty() || !format!("{error} {error:?}").contains("maintenance"),
            "{error:?}"
        );
    }
    let error = error_for(Reply::json(b"{\"id\":\"\xff\xfe\"}")).await;
    says(&error, ErrorKind::Decode, Delivery::Accepted, Some(200));
}

#[tokio::test]
async fn the_member_that_cannot_be_read_is_named() {
    let error = error_for(Reply::json(
        r#"{"id":"o","lineItems":[{"quantity":1},{"quantity":"two"}]}"#,
    ))
    .await;
    says(&error, ErrorKind::Decode, Delivery::Accepted, Some(200));
    assert_eq!(
        error.to_string(),
        format!(
            "answer from {}/o: the answer cannot be read at lineItems[1].quantity",
            partner_center_orders_tests::ORDERS
        )
    );
    let error = error_for(Reply::json(r#"{"status":"pending","totalPrice":1.0}"#)).await;
    says(&error, ErrorKind::Decode, Delivery::Accepted, Some(200));
}

#[tokio::test]
async fn a_list_without_items_is_no_empty_list() {
    for body in [r#"{"totalCount":0}"#, r#"{"totalCount":0,"items":null}"#] {
        let server = ScriptedServer::start([Reply::json(body)]);
        let partner = builder(server.base_url()).build().unwrap();
        let error = orders(&partner)
            .list()
            .send()
            .try_collect()
            .await
            .unwrap_err();
        says(&error, ErrorKind::Decode, Delivery::Accepted, Some(200));
    }
}

#[tokio::test]
async fn a_body_that_is_cut_is_interrupted() {
    let body = fixture("get_order/reserved_instance.json");
    let cut = &body[..body.len() / 2];
    let head = |framing: &str| {
        format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{framing}\r\n")
    };
    let replies = [
        // Shorter than announced.
        Reply::bytes(
            [
                head(&format!("content-length: {}\r\n", body.len())).as_bytes(),
                cut,
            ]
            .concat(),
            Ending::Close,
        ),
        // A chunk that never ends.
        Reply::bytes(
            [
                head("transfer-encoding: chunked\r\n").as_bytes(),
                b"fff\r\n",
                cut,
            ]
            .concat(),
            Ending::Close,
        ),
        // Nobody says how long it is: the JSON's end is missing.
        Reply::bytes(
            [head("connection: close\r\n").as_bytes(), cut].concat(),
            Ending::Close,
        ),
        // Complete by its length, but the JSON is not.
        Reply::json(cut),
    ];
    for reply in replies {
        says(
            &error_for(reply).await,
            ErrorKind::Interrupted,
            Delivery::Accepted,
            Some(200),
        );
    }
}

#[tokio::test]
async fn a_cut_within_a_character_is_a_cut() {
    says(
        &error_for(Reply::json(b"{\"id\":\"\xc3")).await,
        ErrorKind::Interrupted,
        Delivery::Accepted,
        Some(200),
    );
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_read() {
    let huge = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{";
    let error = error_for(Reply::bytes(huge, Ending::Silence)).await;
    says(&error, ErrorKind::Decode, Delivery::Accepted, Some(200));
    assert!(
        error
            .to_string()
            .contains("longer than the limit of 5000 bytes"),
        "{error}"
    );
}

#[tokio::test]
async fn a_body_without_end_is_stopped_at_the_limit() {
    let chunk = format!("400\r\n{}\r\n", " ".repeat(0x400));
    let endless = format!(
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}",
        chunk.repeat(6)
    );
    let error = error_for(Reply::bytes(endless, Ending::Silence)).await;
    says(&error, ErrorKind::Decode, Delivery::Accepted, Some(200));
    // Just below the limit it is read.
    let padded = format!("{}{}", r#"{"id":"o"}"#, " ".repeat(4_990));
    assert!(
        get_from(&ScriptedServer::start([Reply::json(padded)]))
            .await
            .is_ok()
    );
}

/// What should end by itself, and in less than the five minutes that a call has when nobody says otherwise.
async fn soon<T>(call: impl Future<Output = T>) -> T {
    let ended = tokio::time::timeout(Duration::from_secs(30), call).await;
    ended.expect("the call should have ended long ago")
}

#[tokio::test]
async fn an_answer_that_does_not_come_ends_with_the_deadline() {
    let short = Duration::from_millis(500);
    for (reply, delivery, status) in [
        (Reply::bytes("", Ending::Silence), Delivery::Unknown, None),
        (
            Reply::bytes(
                "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{",
                Ending::Silence,
            ),
            Delivery::Accepted,
            Some(200),
        ),
    ] {
        let server = ScriptedServer::start([reply]);
        for partner in [
            builder(server.base_url()).deadline(short).build().unwrap(),
            builder(server.base_url())
                .answer_timeout(short)
                .build()
                .unwrap(),
        ] {
            let call = orders(&partner).order("o").get().send();
            let error = soon(call).await.unwrap_err();
            says(&error, ErrorKind::Timeout, delivery, status);
        }
        let partner = builder(server.base_url()).build().unwrap();
        let call = orders(&partner).order("o").get().deadline(short).send();
        let error = soon(call).await.unwrap_err();
        says(&error, ErrorKind::Timeout, delivery, status);
    }
}

#[tokio::test]
async fn a_span_without_end_is_no_deadline() {
    let server = ScriptedServer::start([Reply::json(r#"{"id":"o"}"#)]);
    let partner = builder(server.base_url())
        .deadline(Duration::MAX)
        .answer_timeout(Duration::MAX)
        .build()
        .unwrap();
    assert!(orders(&partner).order("o").get().send().await.is_ok());
}

#[tokio::test]
async fn a_connection_that_breaks_before_the_answer_leaves_it_unknown() {
    says(
        &error_for(Reply::bytes("", Ending::Close)).await,
        ErrorKind::Interrupted,
        Delivery::Unknown,
        None,
    );
    says(
        &error_for(Reply::bytes("SSH-2.0-x\r\n", Ending::Close)).await,
        ErrorKind::Decode,
        Delivery::Unknown,
        None,
    );
}

#[tokio::test]
async fn without_a_server_nothing_is_sent() {
    let partner = builder("http://127.0.0.1:1").build().unwrap();
    let error = orders(&partner).order("o").get().send().await.unwrap_err();
    says(&error, ErrorKind::Connect, Delivery::NotSent, None);
}

#[tokio::test]
async fn a_cut_within_a_number_is_a_cut() {
    for cut in [
        r#"{"id":"o","totalPrice":-"#,
        r#"{"id":"o","totalPrice":12."#,
        r#"{"id":"o","odd":1e+"#,
    ] {
        let error = error_for(Reply::json(cut)).await;
        says(
            &error,
            ErrorKind::Interrupted,
            Delivery::Accepted,
            Some(200),
        );
    }
    says(
        &error_for(Reply::json("well-")).await,
        ErrorKind::Decode,
        Delivery::Accepted,
        Some(200),
    );
}

#[tokio::test]
async fn an_array_is_no_object() {
    for body in ["[]", r#"[null,[],null,null]"#, " [1]"] {
        says(
            &error_for(Reply::json(body)).await,
            ErrorKind::Decode,
            Delivery::Accepted,
            Some(200),
        );
    }
}

#[tokio::test]
async fn without_time_nothing_is_sent() {
    let server = ScriptedServer::start([Reply::json(r#"{"id":"o"}"#)]);
    let partner = builder(server.base_url()).build().unwrap();
    let error = orders(&partner)
        .order("o")
        .get()
        .deadline(Duration::ZERO)
        .send()
        .await
        .unwrap_err();
    says(&error, ErrorKind::Timeout, Delivery::NotSent, None);
    assert!(server.heads().is_empty());
}

#[tokio::test]
async fn a_part_of_an_answer_is_not_the_answer() {
    let part = Reply::complete(
        "206 Partial Content",
        "content-range: bytes 0-9/5000\r\n",
        r#"{"id":"o"}"#,
    );
    says(
        &error_for(part).await,
        ErrorKind::Interrupted,
        Delivery::Accepted,
        Some(206),
    );
}
