//! How often is a token asked for, and when?

use std::sync::Mutex;
use std::sync::mpsc;
use std::time::{Duration, SystemTime};

use futures_util::future::join_all;
use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};
use partner_center_orders::{Credential, CredentialErrorKind, EntraCredential, TokenRequest};
use partner_center_orders_tests::{Answer, Recorded, sign_in};

use super::{SCOPE, granted, json, name, token};

/// The time of the client goes on by itself only where nothing is on its way.
async fn passes(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

fn credential(answers: Vec<Answer>) -> (Recorded, EntraCredential) {
    let server = Recorded::start(answers);
    let credential = sign_in(server.base_url()).client_credentials().unwrap();
    (server, credential)
}

async fn next(credential: &EntraCredential) -> String {
    name(&token(credential).await.unwrap()).to_owned()
}

/// As long as some other requests take: one that was sent before them has arrived.
async fn a_while() {
    let (server, other) = credential(vec![granted("other", 0)]);
    for _ in 0..10 {
        next(&other).await;
    }
    assert_eq!(server.sent().len(), 10);
}

/// Until the server got so many requests; what is asked for in the background comes when it comes.
async fn until_sent(server: &Recorded, count: usize) {
    for _ in 0..10_000 {
        if server.sent().len() >= count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("{} of {count} requests", server.sent().len());
}

/// Until the answer of the background is there.
async fn until_next(credential: &EntraCredential, wanted: &str) {
    for _ in 0..10_000 {
        if next(credential).await == wanted {
            return;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    panic!("the token is still not {wanted}");
}

fn failure() -> Answer {
    (500, Vec::new(), Vec::new())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_calls_at_once_make_one_request_for_a_token() {
    let (server, credential) = credential(vec![granted("a", 3599), granted("b", 3599)]);
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let credential = credential.clone();
            tokio::spawn(async move { next(&credential).await })
        })
        .collect();
    for got in join_all(tasks).await {
        assert_eq!(got.unwrap(), "a");
    }
    assert_eq!(server.sent().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn fifty_calls_with_the_same_refused_token_make_one_request() {
    let (server, credential) = credential(vec![
        granted("a", 3599),
        granted("b", 3599),
        granted("c", 3599),
    ]);
    let refused = token(&credential).await.unwrap();
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let (credential, refused) = (credential.clone(), refused.clone());
            tokio::spawn(async move {
                let wanted = TokenRequest::new(&[SCOPE]);
                let token = credential.token(wanted.refused(&refused)).await.unwrap();
                name(&token).to_owned()
            })
        })
        .collect();
    for got in join_all(tasks).await {
        assert_eq!(got.unwrap(), "b");
    }
    // One whose 401 comes late has the new token at once.
    let late = TokenRequest::new(&[SCOPE]);
    let late = credential.token(late.refused(&refused)).await.unwrap();
    assert_eq!(name(&late), "b");
    assert_eq!(server.sent().len(), 2);
}

#[tokio::test]
async fn a_token_is_renewed_ahead_of_its_end_and_nobody_waits_for_it() {
    let (server, credential) = credential(vec![granted("a", 3600), granted("b", 3600)]);
    assert_eq!(next(&credential).await, "a");
    passes(3600 - 300 - 2).await;
    assert_eq!(next(&credential).await, "a");
    a_while().await;
    assert_eq!(server.sent().len(), 1);
    passes(3).await;
    // Still the old one, while the next is on its way.
    assert_eq!(next(&credential).await, "a");
    until_sent(&server, 2).await;
    until_next(&credential, "b").await;
    assert_eq!(server.sent().len(), 2);
}

#[tokio::test]
async fn a_short_token_is_renewed_after_half_its_life() {
    let (server, credential) = credential(vec![granted("a", 60), granted("b", 60)]);
    assert_eq!(next(&credential).await, "a");
    passes(28).await;
    assert_eq!(next(&credential).await, "a");
    a_while().await;
    assert_eq!(server.sent().len(), 1);
    passes(3).await;
    assert_eq!(next(&credential).await, "a");
    until_next(&credential, "b").await;
    assert_eq!(server.sent().len(), 2);
}

/// A request takes a while: a token is not used to its last second.
#[tokio::test]
async fn a_token_is_not_used_close_to_its_end() {
    for (life, passed) in [(3600, 3600 - 29), (100, 91)] {
        let (server, credential) = credential(vec![granted("a", life), granted("b", life)]);
        assert_eq!(next(&credential).await, "a");
        passes(passed).await;
        assert_eq!(next(&credential).await, "b");
        assert_eq!(server.sent().len(), 2);
    }
}

#[tokio::test]
async fn a_renewal_that_fails_costs_nobody_the_call_while_the_old_token_is_good() {
    let (server, credential) = credential(vec![
        granted("a", 3600),
        failure(),
        failure(),
        granted("b", 3600),
    ]);
    assert_eq!(next(&credential).await, "a");
    passes(3400).await;
    assert_eq!(next(&credential).await, "a");
    until_sent(&server, 2).await;
    // The authority is not asked at every call now, but after a pause.
    for _ in 0..50 {
        assert_eq!(next(&credential).await, "a");
    }
    a_while().await;
    passes(20).await;
    assert_eq!(next(&credential).await, "a");
    a_while().await;
    assert_eq!(server.sent().len(), 2);
    passes(20).await;
    assert_eq!(next(&credential).await, "a");
    until_sent(&server, 3).await;
    // The old token has ended: now the call waits for the next.
    passes(200).await;
    assert_eq!(next(&credential).await, "b");
}

/// In the background as well, an authority that wants to be left alone is.
#[tokio::test]
async fn a_renewal_ahead_waits_as_long_as_the_authority_asks() {
    let busy = (429, vec![("retry-after", "120".to_owned())], Vec::new());
    let (server, credential) = credential(vec![granted("a", 3600), busy, granted("b", 3600)]);
    assert_eq!(next(&credential).await, "a");
    passes(3400).await;
    assert_eq!(next(&credential).await, "a");
    until_sent(&server, 2).await;
    a_while().await;
    passes(60).await;
    assert_eq!(next(&credential).await, "a");
    a_while().await;
    assert_eq!(server.sent().len(), 2);
    passes(61).await;
    assert_eq!(next(&credential).await, "a");
    until_next(&credential, "b").await;
}

/// Too close to its end to be used by choice, a token is still better than none.
#[tokio::test]
async fn to_its_last_second_a_token_is_used_when_there_is_no_other() {
    let (server, credential) = credential(vec![granted("a", 3600), failure()]);
    assert_eq!(next(&credential).await, "a");
    passes(3600 - 10).await;
    assert_eq!(next(&credential).await, "a");
    assert_eq!(server.sent().len(), 2);
    // But not when the service does not take it.
    let refused = token(&credential).await.unwrap();
    let wanted = TokenRequest::new(&[SCOPE]);
    credential
        .token(wanted.refused(&refused))
        .await
        .unwrap_err();
    passes(11).await;
    token(&credential).await.unwrap_err();
}

/// Whoever asked to be left alone is left alone by all calls.
#[tokio::test]
async fn the_wait_that_the_authority_asks_for_is_kept_by_all_calls() {
    let busy = (429, vec![("retry-after", "600".to_owned())], Vec::new());
    let (server, credential) = credential(vec![busy, granted("a", 3600)]);
    for _ in 0..20 {
        let error = token(&credential).await.unwrap_err();
        assert_eq!(error.kind(), CredentialErrorKind::Throttled);
        let left = error.retry_after().unwrap().as_secs();
        assert!((590..=600).contains(&left), "{left}");
    }
    passes(300).await;
    let left = token(&credential)
        .await
        .unwrap_err()
        .retry_after()
        .unwrap()
        .as_secs();
    assert!((290..=300).contains(&left), "{left}");
    assert_eq!(server.sent().len(), 1);
    passes(300).await;
    assert_eq!(next(&credential).await, "a");
}

#[tokio::test]
async fn without_a_good_token_the_failure_is_the_calls() {
    let (server, credential) = credential(vec![granted("a", 600), failure()]);
    assert_eq!(next(&credential).await, "a");
    passes(600).await;
    let error = token(&credential).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (CredentialErrorKind::Server, 1)
    );
    assert_eq!(server.sent().len(), 2);
}

#[tokio::test]
async fn a_failure_is_shared_by_those_who_waited_and_tried_again_by_the_next() {
    let (server, credential) = credential(vec![failure(), granted("a", 3600)]);
    let failed = join_all((0..50).map(|_| token(&credential))).await;
    assert!(
        failed
            .iter()
            .all(|token| token.as_ref().unwrap_err().kind() == CredentialErrorKind::Server)
    );
    assert_eq!(server.sent().len(), 1);
    assert_eq!(next(&credential).await, "a");
    assert_eq!(server.sent().len(), 2);
}

/// A token without any life is good for those who asked before it came, and for nobody later.
#[tokio::test]
async fn a_token_without_a_life_is_used_by_those_who_waited_for_it() {
    let (server, credential) = credential(vec![granted("a", 0), granted("b", 0)]);
    let got = join_all((0..50).map(|_| next(&credential))).await;
    assert!(got.iter().all(|name| name == "a"), "{got:?}");
    assert_eq!(server.sent().len(), 1);
    assert_eq!(next(&credential).await, "b");
}

#[tokio::test]
async fn numbers_may_be_text() {
    let older = r#"{"token_type":"Bearer","expires_in":"3599","ext_expires_in":"3599","expires_on":"1","not_before":"0",
        "resource":"https://api.partnercenter.microsoft.com","access_token":"a-of-the-tests"}"#;
    let (_server, credential) = credential(vec![json(200, older), granted("b", 3599)]);
    let first = token(&credential).await.unwrap();
    assert_eq!(name(&first), "a");
    let left = first
        .expires_at()
        .unwrap()
        .duration_since(SystemTime::now())
        .unwrap();
    assert!((3_500..3_600).contains(&left.as_secs()), "{left:?}");
    assert_eq!(next(&credential).await, "a");
}

/// Where only a point in time is said, that has to do.
#[tokio::test]
async fn the_end_may_be_said_as_a_time() {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    for end in [format!("{}", now + 3_600), format!("\"{}\"", now + 3_600)] {
        let body = format!(
            r#"{{"token_type":"Bearer","expires_on":{end},"access_token":"a-of-the-tests"}}"#
        );
        let (server, credential) = credential(vec![json(200, body)]);
        assert_eq!(next(&credential).await, "a");
        assert_eq!(next(&credential).await, "a");
        assert_eq!(server.sent().len(), 1);
    }
}

/// A server that says when a request is there, and answers with a token when it is told to.
struct Held {
    server: MockServer,
    arrived: tokio::sync::mpsc::UnboundedReceiver<()>,
    answer: mpsc::Sender<()>,
}

impl Held {
    fn start(seconds: u64) -> Self {
        let (answer, answered) = mpsc::channel::<()>();
        let (arrive, arrived) = tokio::sync::mpsc::unbounded_channel();
        let answered = Mutex::new(answered);
        let server = MockServer::start();
        server.mock(|when, then| {
            when.any_request();
            then.respond_with(move |_: &HttpMockRequest| {
                arrive.send(()).unwrap();
                answered.lock().unwrap().recv().unwrap();
                let (status, headers, body) = granted("a", seconds);
                HttpMockResponse::builder()
                    .status(status)
                    .headers(headers)
                    .body(body)
                    .build()
            });
        });
        Self {
            server,
            arrived,
            answer,
        }
    }

    fn credential(&self) -> EntraCredential {
        sign_in(self.server.base_url())
            .client_credentials()
            .unwrap()
    }
}

fn asking(credential: &EntraCredential) -> tokio::task::JoinHandle<String> {
    let credential = credential.clone();
    tokio::spawn(async move { next(&credential).await })
}

/// The call that asks may be given up by its caller; what it asked for still comes, and is for the next.
#[tokio::test]
async fn a_call_that_is_given_up_loses_nothing() {
    let mut held = Held::start(3600);
    let credential = held.credential();
    let given_up = asking(&credential);
    held.arrived.recv().await.unwrap();
    given_up.abort();
    assert!(given_up.await.unwrap_err().is_cancelled());
    let waiting = asking(&credential);
    held.answer.send(()).unwrap();
    assert_eq!(waiting.await.unwrap(), "a");
    // Nothing else was asked: another request would wait for ever.
    assert!(held.arrived.try_recv().is_err());
}

/// Before a process ends, what was asked for can be waited for.
#[tokio::test]
async fn a_renewal_under_way_can_be_waited_for() {
    let mut held = Held::start(3600);
    let credential = held.credential();
    credential.finish_renewal().await; // none is
    let given_up = asking(&credential);
    held.arrived.recv().await.unwrap();
    given_up.abort();
    let finished = tokio::spawn({
        let credential = credential.clone();
        async move { credential.finish_renewal().await }
    });
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert!(!finished.is_finished());
    held.answer.send(()).unwrap();
    finished.await.unwrap();
    assert_eq!(next(&credential).await, "a");
    assert!(held.arrived.try_recv().is_err());
}

/// An answer takes a while, and a token ages meanwhile.
#[tokio::test]
async fn the_life_of_a_token_counts_from_when_it_was_asked_for() {
    let mut held = Held::start(40);
    let credential = held.credential();
    let waiting = asking(&credential);
    held.arrived.recv().await.unwrap();
    passes(25).await;
    held.answer.send(()).unwrap();
    assert_eq!(waiting.await.unwrap(), "a");
    passes(12).await;
    let waiting = asking(&credential);
    held.arrived.recv().await.unwrap();
    held.answer.send(()).unwrap();
    waiting.await.unwrap();
}

#[tokio::test]
async fn an_attempt_is_given_up_after_half_a_minute() {
    let mut held = Held::start(3600);
    let credential = held.credential();
    let waiting = tokio::spawn(async move { token(&credential).await });
    held.arrived.recv().await.unwrap();
    passes(31).await;
    // The other half of the minute that all attempts have would have to pass for real.
    let waiting = tokio::time::timeout(Duration::from_secs(15), waiting);
    let error = waiting.await.unwrap().unwrap().unwrap_err();
    assert_eq!(
        (error.kind(), error.attempts()),
        (CredentialErrorKind::Timeout, 1)
    );
    held.answer.send(()).unwrap();
}

#[test]
fn without_a_runtime_it_is_an_error_that_says_so() {
    let credential = sign_in("http://127.0.0.1:1").client_credentials().unwrap();
    let error = futures_util::FutureExt::now_or_never(token(&credential))
        .unwrap()
        .unwrap_err();
    assert_eq!(error.kind(), CredentialErrorKind::Configuration);
}
