//! What is sent again, and what is not?

use std::collections::BTreeSet;
use std::error::Error as _;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use partner_center_orders::{
    AccessToken, Bytes, Credential, CredentialError, Delivery, Error, ErrorKind, ExposeSecret,
    Method, NewLineItem, NewOrder, PartnerCenter, Response, TokenFuture, TokenRequest,
};
use partner_center_orders_tests::{
    Ending, ORDERS, Recorded, Reply, ScriptedServer, orders, persistent,
};

const ORDER: &str = r#"{"id":"o"}"#;

/// An answer with this status, and a number as the service's code.
fn answer(status: u16) -> Reply {
    let body = r#"{"code":"7","description":"no","data":[],"source":"x"}"#;
    Reply::complete(&format!("{status} Status"), "", body)
}

/// Not even a status line.
fn hang_up() -> Reply {
    Reply::bytes("", Ending::Close)
}

/// A 200 whose body breaks off.
fn cut() -> Reply {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n";
    Reply::bytes(format!("{head}{{\"id\":\"o\",\"st"), Ending::Close)
}

/// Sends a read or a write to a server that gives this reply and then a good one.
async fn after(reply: Reply, method: Method) -> (Result<Response<Bytes>, Error>, ScriptedServer) {
    let server = ScriptedServer::start([reply, Reply::json(ORDER)]);
    let partner = persistent(server.base_url()).build().unwrap();
    let sent = partner.request(method, ORDERS).send().await;
    (sent, server)
}

fn request_ids(server: &ScriptedServer) -> BTreeSet<String> {
    let id = |head: &String| {
        let mut lines = head.lines();
        lines
            .find_map(|line| line.strip_prefix("ms-requestid: "))
            .unwrap()
            .to_owned()
    };
    server.heads().iter().map(id).collect()
}

#[tokio::test]
async fn a_repeat_that_is_safe_brings_the_answer_under_the_same_id() {
    let mut replies = vec![("hang up", hang_up())];
    for status in [408, 429, 502, 503, 504] {
        replies.push(("status", answer(status)));
    }
    for (what, reply) in replies {
        for method in [Method::GET, Method::POST, Method::PATCH, Method::DELETE] {
            let (sent, server) = after(reply.clone(), method).await;
            let sent = sent.unwrap_or_else(|error| panic!("{what}: {error}"));
            assert_eq!(sent.attempts(), 2, "{what}");
            assert_eq!(server.heads().len(), 2, "{what}");
            assert_eq!(request_ids(&server).len(), 1, "{what}");
            assert!(request_ids(&server).contains(&sent.request_id().to_string()));
        }
    }
}

#[tokio::test]
async fn reads_are_repeated_where_writes_are_not() {
    for (reply, delivery) in [
        (answer(500), Delivery::Unknown),
        (cut(), Delivery::Accepted),
    ] {
        let (read, server) = after(reply.clone(), Method::GET).await;
        assert_eq!(read.unwrap().attempts(), 2);
        assert_eq!(server.heads().len(), 2);
        for method in [Method::POST, Method::PUT, Method::PATCH, Method::DELETE] {
            let (written, server) = after(reply.clone(), method).await;
            let error = written.unwrap_err();
            assert_eq!((error.delivery(), error.attempts()), (delivery, 1));
            assert_eq!(server.heads().len(), 1);
        }
    }
}

#[tokio::test]
async fn what_was_decided_is_not_asked_again() {
    let in_progress = r#"{"code":"800060","description":"wait","data":[],"source":"x"}"#;
    let mut replies = vec![
        Reply::complete("409 Conflict", "", in_progress),
        Reply::complete("307 Temporary Redirect", "location: /v1/x\r\n", ""),
        Reply::json("not JSON at all"),
    ];
    replies.extend([400, 403, 404, 405, 409, 412, 501, 505].map(answer));
    for reply in replies {
        for method in [Method::GET, Method::POST] {
            let (_, server) = after(reply.clone(), method).await;
            assert_eq!(server.heads().len(), 1);
        }
    }
}

#[tokio::test]
async fn attempts_come_to_an_end() {
    for (allowed, made) in [(0, 1), (1, 1), (3, 3)] {
        let server = ScriptedServer::start([answer(503)]);
        let partner = persistent(server.base_url()).attempts(allowed);
        let partner = partner.build().unwrap();
        let error = orders(&partner).order("o").get().send().await.unwrap_err();
        assert_eq!(error.attempts(), made);
        assert_eq!(server.heads().len(), made as usize);
        let said = error.to_string();
        let wanted = format!("(after {made} attempts)");
        assert_eq!(said.contains(&wanted), made > 1, "{said}");
    }
}

#[tokio::test]
async fn a_refusal_takes_nothing_from_an_attempt_that_may_have_counted() {
    let server = ScriptedServer::start([answer(503), answer(429), answer(400)]);
    let partner = persistent(server.base_url()).build().unwrap();
    let sent = partner.request(Method::POST, ORDERS).send().await;
    let error = sent.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 400);
    assert_eq!((error.delivery(), error.attempts()), (Delivery::Unknown, 3));
}

#[tokio::test]
async fn nothing_was_sent_when_no_connection_could_be_made() {
    // Taken, and nobody listens there.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = socket.local_addr().unwrap();
    let partner = persistent(format!("http://{address}")).build().unwrap();
    let sent = partner.request(Method::POST, ORDERS).send().await;
    let error = sent.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::Connect, Delivery::NotSent, 5)
    );
}

#[tokio::test]
async fn an_attempt_that_gets_no_answer_in_time_is_repeated() {
    let silence = Reply::bytes("", Ending::Silence);
    let server = ScriptedServer::start([silence, Reply::json(ORDER)]);
    let partner = persistent(server.base_url())
        .answer_timeout(Duration::from_secs(1))
        .build()
        .unwrap();
    let sent = partner.request(Method::POST, ORDERS).send().await.unwrap();
    assert_eq!(sent.attempts(), 2);
    assert_eq!(request_ids(&server).len(), 1);
}

#[tokio::test]
async fn every_attempt_has_the_same_body() {
    let json = || vec![("content-type", "application/json".to_owned())];
    let server = Recorded::start(vec![
        (503, json(), b"{}".to_vec()),
        (502, json(), b"{}".to_vec()),
        (200, json(), ORDER.into()),
    ]);
    let partner = persistent(server.base_url()).build().unwrap();
    let body = Bytes::from(vec![b'x'; 1_000_000]);
    let request = partner
        .request(Method::POST, ORDERS)
        .body("text/plain", body.clone());
    request.send().await.unwrap();
    let sent = server.sent();
    assert_eq!(sent.len(), 3);
    assert!(sent.iter().all(|sent| sent.body == body));
    let length = Some("1000000");
    assert!(
        sent.iter()
            .all(|sent| sent.header("content-length") == length)
    );
}

#[tokio::test]
async fn the_wait_is_as_long_as_the_service_asks_for() {
    let asked = Reply::complete("429 Too Many Requests", "retry-after: 1\r\n", "");
    let begun = Instant::now();
    let (sent, _server) = after(asked, Method::GET).await;
    assert_eq!(sent.unwrap().attempts(), 2);
    let waited = begun.elapsed();
    assert!(waited >= Duration::from_secs(1), "{waited:?}");
}

#[tokio::test]
async fn a_wait_that_does_not_fit_into_the_deadline_ends_the_call_at_once() {
    for (status, delivery) in [
        ("429 Too Many Requests", Delivery::Refused),
        ("503 Service Unavailable", Delivery::Unknown),
    ] {
        let asked = Reply::complete(status, "retry-after: 86400\r\n", "");
        let server = ScriptedServer::start([asked, Reply::json(ORDER)]);
        let partner = persistent(server.base_url()).build().unwrap();
        let begun = Instant::now();
        let error = orders(&partner).order("o").get().send().await.unwrap_err();
        assert!(begun.elapsed() < Duration::from_secs(60));
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (ErrorKind::Throttled, delivery, 1)
        );
        assert_eq!(error.retry_after(), Some(Duration::from_secs(86_400)));
        assert!(error.to_string().contains("does not fit into the deadline"));
        assert_eq!(server.heads().len(), 1);
    }
}

#[tokio::test]
async fn an_outage_is_not_multiplied() {
    let server = ScriptedServer::start([answer(503)]);
    let partner = persistent(server.base_url()).retry_budget(true);
    let partner = partner.build().unwrap();
    for _ in 0..60 {
        let sent = partner.request(Method::GET, ORDERS).send().await;
        assert_eq!(sent.unwrap_err().status().unwrap().as_u16(), 503);
    }
    // Sixty calls, ten repeats for a start, one for each fifth call, and some more should the machine be slow.
    let asked = server.heads().len();
    assert!((70..=120).contains(&asked), "{asked}");
}

/// Hands out tokens with numbers; the same one for good when it is stubborn.
#[derive(Debug)]
struct Numbered {
    stubborn: bool,
    refused: Mutex<Vec<Option<String>>>,
}

impl Credential for &'static Numbered {
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> TokenFuture<'a> {
        let refused = request
            .refused
            .map(|token| token.secret().expose_secret().to_owned());
        let number = {
            let mut asked = self.refused.lock().unwrap();
            asked.push(refused);
            if self.stubborn { 1 } else { asked.len() }
        };
        Box::pin(async move {
            if number > 2 {
                return Err(CredentialError::new("no third token"));
            }
            Ok(AccessToken::new(format!("token-{number}")))
        })
    }
}

fn signed_in_by(stubborn: bool, server: &ScriptedServer) -> (PartnerCenter, &'static Numbered) {
    let credential: &'static Numbered = Box::leak(Box::new(Numbered {
        stubborn,
        refused: Mutex::default(),
    }));
    let partner = PartnerCenter::builder(credential)
        .endpoint(server.base_url())
        .attempts(1)
        .build()
        .unwrap();
    (partner, credential)
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    for method in [Method::GET, Method::POST] {
        let server = ScriptedServer::start([answer(401), Reply::json(ORDER)]);
        let (partner, credential) = signed_in_by(false, &server);
        let sent = partner.request(method, ORDERS).send().await.unwrap();
        assert_eq!(sent.attempts(), 2);
        let heads = server.heads();
        assert!(heads[0].contains("authorization: Bearer token-1\r\n"));
        assert!(heads[1].contains("authorization: Bearer token-2\r\n"));
        assert_eq!(request_ids(&server).len(), 1);
        let asked = credential.refused.lock().unwrap();
        assert_eq!(*asked, [None, Some("token-1".to_owned())]);
    }
}

#[tokio::test]
async fn a_second_401_ends_the_call_and_so_does_the_same_token() {
    let server = ScriptedServer::start([answer(401)]);
    let (partner, credential) = signed_in_by(false, &server);
    let error = orders(&partner).order("o").get().send().await.unwrap_err();
    assert_eq!(error.status().unwrap().as_u16(), 401);
    assert_eq!((error.delivery(), error.attempts()), (Delivery::Refused, 2));
    assert_eq!(credential.refused.lock().unwrap().len(), 2);

    let server = ScriptedServer::start([answer(401), Reply::json(ORDER)]);
    let (partner, credential) = signed_in_by(true, &server);
    let error = orders(&partner).order("o").get().send().await.unwrap_err();
    assert_eq!(
        (error.status().unwrap().as_u16(), error.attempts()),
        (401, 1)
    );
    assert_eq!(server.heads().len(), 1);
    assert_eq!(credential.refused.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_token_that_cannot_be_renewed_says_so_and_what_was_sent_stays_said() {
    let server = ScriptedServer::start([hang_up(), answer(401), answer(401)]);
    let credential: &'static Numbered = Box::leak(Box::new(Numbered {
        stubborn: false,
        refused: Mutex::new(vec![None]),
    }));
    let moment = Duration::from_millis(1);
    let partner = PartnerCenter::builder(credential)
        .endpoint(server.base_url())
        .backoff(moment, moment)
        .build()
        .unwrap();
    let sent = partner.request(Method::POST, ORDERS).send().await;
    let error = sent.unwrap_err();
    // What the service said of the token stays, and why there is no other one.
    assert_eq!(error.status().unwrap().as_u16(), 401);
    assert_eq!(
        (error.kind(), error.delivery(), error.attempts()),
        (ErrorKind::Service, Delivery::Unknown, 2)
    );
    let none = error.source().unwrap();
    assert_eq!(none.source().unwrap().to_string(), "no third token");
}

#[tokio::test]
async fn what_is_no_http_may_have_been_an_answer() {
    let head = "HTTP/1.1 201 Created\r\ncontent-length: many\r\n\r\n";
    for garbled in [head, "oops, this is no HTTP at all\r\n\r\n"] {
        let reply = Reply::bytes(garbled, Ending::Close);
        let (read, server) = after(reply.clone(), Method::GET).await;
        assert_eq!(read.unwrap().attempts(), 2);
        assert_eq!(server.heads().len(), 2);
        let (written, server) = after(reply, Method::POST).await;
        let error = written.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (ErrorKind::Decode, Delivery::Unknown, 1)
        );
        assert_eq!(server.heads().len(), 1);
    }
}

#[tokio::test]
async fn a_request_value_is_one_purchase_however_often_it_is_sent() {
    let server = Recorded::json([ORDER]);
    let partner = persistent(server.base_url()).build().unwrap();
    let order = || NewOrder::new([NewLineItem::new("a:b:c", 1)]);
    let purchase = orders(&partner).create(order());
    let first = purchase.clone().send().await.unwrap();
    let second = purchase.clone().send().await.unwrap();
    assert_eq!(first.request_id(), second.request_id());
    assert_eq!(first.request_id(), purchase.sent_as());
    let other = orders(&partner).create(order());
    assert_ne!(other.sent_as(), purchase.sent_as());
    let given = partner_center_orders::Uuid::new_v4();
    let named = orders(&partner).create(order()).request_id(given);
    assert_eq!(named.sent_as(), given);
    let order = orders(&partner).order("o");
    let change = order.cancel();
    let id = Some(change.sent_as().to_string());
    change.clone().send().await.unwrap();
    change.send().await.unwrap();
    let sent = server.sent();
    assert_eq!(sent[2].header("ms-requestid"), id.as_deref());
    assert_eq!(sent[3].header("ms-requestid"), id.as_deref());
}

#[tokio::test]
async fn a_refusal_that_comes_with_a_200_says_its_code() {
    let body = r#"{"code":"400072","description":"not available","data":[],"source":"x"}"#;
    let server = ScriptedServer::start([Reply::json(body)]);
    let partner = persistent(server.base_url()).build().unwrap();
    let error = orders(&partner).order("o").get().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.code(), Some("400072"));
    assert!(error.documented().is_some());
}

#[tokio::test]
async fn a_list_repeats_the_page_that_failed_and_no_other() {
    let page = |next: &str| format!(r#"{{"totalCount":2,"items":[{ORDER}],"links":{{{next}}}}}"#);
    let first = page(&format!(
        r#""next":{{"uri":"{ORDERS}?page=2","method":"GET","headers":[]}}"#
    ));
    let server = ScriptedServer::start([
        answer(503),
        Reply::json(first),
        cut(),
        hang_up(),
        Reply::json(page("")),
    ]);
    let partner = persistent(server.base_url()).build().unwrap();
    let listed = orders(&partner).list().send().try_collect().await.unwrap();
    assert_eq!(listed.len(), 2);
    let second = &*format!("GET {ORDERS}?page=2 HTTP/1.1");
    let first = &*format!("GET {ORDERS} HTTP/1.1");
    assert_eq!(server.lines(), [first, first, second, second, second]);
    assert_eq!(request_ids(&server).len(), 2);
}

#[tokio::test]
async fn a_purchase_that_cannot_be_read_is_not_sent_again_and_says_its_id() {
    let created = "HTTP/1.1 201 Created\r\ncontent-type: application/json\r\n";
    let body = r#"{"id":"5cf72f146967","status":"pending"}"#;
    for reply in [
        format!("{created}content-length: 99\r\n\r\n{body}"),
        format!("{created}content-length: 35\r\n\r\n{}", &body[..35]),
        format!("{created}content-length: 40\r\n\r\n\u{feff}{}", &body[..37]),
        format!("{created}connection: close\r\n\r\n{}", &body[..30]),
        format!(
            "{created}content-length: 44\r\n\r\n{{\"id\":\"5cf72f146967\",\"lineItems\":\"a number\"}}"
        ),
    ] {
        let server = ScriptedServer::start([
            Reply::bytes(reply.clone(), Ending::Close),
            Reply::json(ORDER),
        ]);
        let partner = persistent(server.base_url()).build().unwrap();
        let order = NewOrder::new([NewLineItem::new("a:b:c", 1)]);
        let error = orders(&partner).create(order).send().await.unwrap_err();
        assert_eq!(
            (error.delivery(), error.attempts()),
            (Delivery::Accepted, 1),
            "{reply}"
        );
        assert_eq!(error.answered_id(), Some("5cf72f146967"), "{reply}");
        assert_eq!(server.heads().len(), 1);
    }
}

/// Reads that fail do not take the repeat away that settles whether something was bought.
#[tokio::test]
async fn a_spent_budget_does_not_leave_a_purchase_open() {
    let server = ScriptedServer::start([hang_up()]);
    let partner = persistent(server.base_url()).retry_budget(true);
    let partner = partner.build().unwrap();
    let mut last = 0;
    for _ in 0..40 {
        let read = partner.request(Method::GET, ORDERS).send().await;
        last = read.unwrap_err().attempts();
    }
    assert!(last < 5, "{last}");
    let written = partner.request(Method::POST, ORDERS).send().await;
    let error = written.unwrap_err();
    assert_eq!((error.delivery(), error.attempts()), (Delivery::Unknown, 5));
}

/// The service may have forgotten the id by then, and would take the repeat for another purchase.
#[tokio::test]
async fn an_open_write_is_not_sent_again_after_minutes() {
    for (method, requests) in [(Method::POST, 1), (Method::GET, 2)] {
        let wait = Reply::complete("503 Service Unavailable", "retry-after: 400\r\n", "");
        let server = ScriptedServer::start([wait, Reply::json(ORDER)]);
        let hours = Duration::from_secs(10_000);
        let partner = persistent(server.base_url())
            .deadline(hours)
            .answer_timeout(hours);
        let partner = partner.build().unwrap();
        let send = partner.request(method, ORDERS).send();
        let later = async {
            while server.heads().is_empty() {
                tokio::task::yield_now().await;
            }
            // Time for the answer to arrive, and then minutes that pass at once.
            tokio::time::sleep(Duration::from_millis(200)).await;
            tokio::time::pause();
            tokio::time::advance(Duration::from_secs(500)).await;
            tokio::time::resume();
        };
        let (sent, ()) = tokio::join!(send, later);
        assert_eq!(server.heads().len(), requests);
        if let Err(error) = sent {
            assert_eq!(error.delivery(), Delivery::Unknown);
            assert!(error.to_string().contains("too late"), "{error}");
        }
    }
}
