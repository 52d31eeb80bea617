//! How does a sign-in with a device code end?

use partner_center_orders::{
    CredentialErrorKind as Kind, DeviceCode, ExposeSecret, RefreshTokenInMemory, RefreshTokenStore,
    SecretString, StoreFuture,
};
use partner_center_orders_tests::{Answer, Ending, Recorded, Reply, ScriptedServer, sign_in};

use super::{granted, granted_with, json, name, shown, token};

fn code(seconds: u64) -> String {
    format!(
        r#"{{"user_code":"GTHK-QPMN","device_code":"device-code-of-the-tests",
        "verification_uri":"https://login.example/device","expires_in":{seconds},"interval":0}}"#
    )
}

fn pending() -> Answer {
    json(
        400,
        r#"{"error":"authorization_pending","error_codes":[70016],"error_description":"AADSTS70016: not yet"}"#,
    )
}

async fn begun(mut answers: Vec<Answer>) -> (Recorded, DeviceCode) {
    answers.insert(0, json(200, code(900)));
    let server = Recorded::start(answers);
    let code = sign_in(server.base_url()).device_code().await.unwrap();
    (server, code)
}

#[tokio::test]
async fn it_is_asked_until_the_user_has_signed_in() {
    let (server, code) = begun(vec![
        pending(),
        pending(),
        granted_with("a", "refresh-1"),
        granted_with("b", "refresh-2"),
    ])
    .await;
    let store = std::sync::Arc::new(RefreshTokenInMemory::empty());
    let credential = code.wait(std::sync::Arc::clone(&store)).await.unwrap();
    assert_eq!(
        store.load().await.unwrap().unwrap().expose_secret(),
        "refresh-1-of-the-tests"
    );
    let first = token(&credential).await.unwrap();
    assert_eq!((name(&first), server.sent().len()), ("a", 4));
    // From then on it is a credential with a refresh token like any other.
    let wanted = partner_center_orders::TokenRequest::new(&[super::SCOPE]);
    let next = partner_center_orders::Credential::token(&credential, wanted.refused(&first))
        .await
        .unwrap();
    assert_eq!(name(&next), "b");
    assert_eq!(
        store.load().await.unwrap().unwrap().expose_secret(),
        "refresh-2-of-the-tests"
    );
}

#[tokio::test]
async fn it_ends_as_the_authority_says() {
    for (body, kind) in [
        (
            r#"{"error":"authorization_declined","error_description":"AADSTS65004: declined"}"#,
            Kind::Declined,
        ),
        (r#"{"error":"access_denied"}"#, Kind::Declined),
        (
            r#"{"error":"expired_token","error_codes":[70020]}"#,
            Kind::CodeExpired,
        ),
        (r#"{"error":"code_expired"}"#, Kind::CodeExpired),
        (
            r#"{"error":"bad_verification_code","error_codes":[70018]}"#,
            Kind::Refused,
        ),
        (
            r#"{"error":"invalid_client","error_description":"AADSTS7000218: a secret is missing"}"#,
            Kind::InvalidClient,
        ),
        (
            r#"{"error":"invalid_grant","error_description":"AADSTS53003: blocked device-code-of-the-tests"}"#,
            Kind::ConditionalAccess,
        ),
        (
            r#"{"error":"invalid_grant","error_description":"AADSTS65001: no consent"}"#,
            Kind::ConsentRequired,
        ),
    ] {
        let (server, code) = begun(vec![pending(), json(400, body)]).await;
        let error = code.wait(RefreshTokenInMemory::empty()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{body}: {error}");
        assert!(
            !shown(&error).contains("-of-the-tests"),
            "{}",
            shown(&error)
        );
        assert_eq!(server.sent().len(), 3);
    }
}

#[tokio::test]
async fn a_code_that_nobody_enters_ends_by_itself() {
    let server = Recorded::start(vec![json(200, code(0)), pending()]);
    let code = sign_in(server.base_url()).device_code().await.unwrap();
    let error = code.wait(RefreshTokenInMemory::empty()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::CodeExpired, "{error}");
}

/// Somebody is entering a code meanwhile: a lost connection must not cost that.
#[tokio::test]
async fn a_poll_that_gets_no_answer_is_made_again() {
    let body = String::from_utf8(granted_with("a", "refresh-1").2).unwrap();
    let server = ScriptedServer::start([
        Reply::json(code(900)),
        Reply::bytes("", Ending::Close),
        Reply::complete("503 Service Unavailable", "", ""),
        Reply::json(body),
    ]);
    let code = sign_in(server.base_url()).device_code().await.unwrap();
    let credential = code.wait(RefreshTokenInMemory::empty()).await.unwrap();
    assert_eq!(name(&token(&credential).await.unwrap()), "a");
}

#[tokio::test]
async fn what_does_not_pass_ends_it() {
    let elsewhere = ScriptedServer::start([Reply::json("{}")]);
    let location = vec![("location", elsewhere.base_url())];
    let html = vec![("content-type", "text/html".to_owned())];
    for (answer, kind) in [
        ((302, location, Vec::new()), Kind::Redirect),
        ((200, html.clone(), b"<html>".to_vec()), Kind::Unreadable),
        ((404, html, b"<html>".to_vec()), Kind::Unreadable),
        (json(200, ""), Kind::Unreadable),
        (json(200, "{}"), Kind::Unreadable),
        // Without a refresh token nothing would be left of the sign-in in an hour.
        (granted("a", 3599), Kind::Unreadable),
    ] {
        let (server, code) = begun(vec![pending(), answer]).await;
        let error = code.wait(RefreshTokenInMemory::empty()).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_eq!(server.sent().len(), 3);
    }
    assert!(elsewhere.heads().is_empty());
}

#[tokio::test]
async fn an_answer_that_is_no_code_is_typed() {
    for (answer, kind) in [
        (json(200, "{}"), Kind::Unreadable),
        (
            json(
                200,
                r#"{"user_code":"x","device_code":"y","verification_uri":"no uri","expires_in":9}"#,
            ),
            Kind::Unreadable,
        ),
        (
            json(
                400,
                r#"{"error":"unauthorized_client","error_codes":[700016]}"#,
            ),
            Kind::InvalidClient,
        ),
        (json(500, ""), Kind::Server),
    ] {
        let server = Recorded::start(vec![answer]);
        let error = sign_in(server.base_url()).device_code().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
    }
}

#[tokio::test]
async fn a_store_that_fails_ends_it() {
    #[derive(Debug)]
    struct Full;
    impl RefreshTokenStore for Full {
        fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
            Box::pin(async { Ok(None) })
        }
        fn save<'a>(&'a self, _: &'a SecretString) -> StoreFuture<'a, ()> {
            Box::pin(async { Err("the disk is full".into()) })
        }
    }
    let (_server, code) = begun(vec![granted_with("a", "refresh-1")]).await;
    let error = code.wait(Full).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Store);
    assert!(shown(&error).contains("the disk is full"));
}

/// Who fails all the time is named, and it is not the user.
#[tokio::test]
async fn an_authority_that_fails_until_the_end_is_the_reason() {
    let begun = ScriptedServer::start([
        Reply::json(code(1)),
        Reply::complete("503 Service Unavailable", "", ""),
    ]);
    let code = sign_in(begun.base_url()).device_code().await.unwrap();
    let error = code.wait(RefreshTokenInMemory::empty()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status().map(|status| status.as_u16())),
        (Kind::Server, Some(503))
    );
}

/// The time counts from when the code was handed out, not from when somebody begins to wait.
#[tokio::test]
async fn a_code_ages_before_anybody_waits() {
    let (server, code) = begun(vec![pending()]).await;
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(901)).await;
    tokio::time::resume();
    let error = code.wait(RefreshTokenInMemory::empty()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::CodeExpired, "{error}");
    assert!(server.sent().len() <= 2);
}

#[tokio::test]
async fn a_poll_waits_as_long_as_the_authority_asks() {
    let busy = (429, vec![("retry-after", "5".to_owned())], Vec::new());
    let (server, code) = begun(vec![busy, granted_with("a", "refresh-1")]).await;
    let begun = std::time::Instant::now();
    let waiting = tokio::spawn(code.wait(RefreshTokenInMemory::empty()));
    while server.sent().len() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    for _ in 0..300 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    assert_eq!(server.sent().len(), 2, "{:?}", begun.elapsed());
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(5)).await;
    tokio::time::resume();
    assert_eq!(
        name(&token(&waiting.await.unwrap().unwrap()).await.unwrap()),
        "a"
    );
}

#[tokio::test]
async fn a_refusal_keeps_what_support_asks_for() {
    let body = r#"{"error":"invalid_grant","error_codes":[53003],"suberror":"message_only","error_description":"AADSTS53003: no",
        "correlation_id":"7f3a7f7e-5b0e-4f2a-9d5f-0c8a2b7b1d11"}"#;
    let (_server, code) = begun(vec![json(400, body)]).await;
    let error = code.wait(RefreshTokenInMemory::empty()).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (Kind::ConditionalAccess, Some(53_003))
    );
    assert_eq!(
        error.correlation_id(),
        Some("7f3a7f7e-5b0e-4f2a-9d5f-0c8a2b7b1d11")
    );
    assert_eq!(error.status().map(|status| status.as_u16()), Some(400));
}

/// Whatever interval it is told, a client does not ask in a circle.
#[tokio::test]
async fn the_authority_is_not_asked_without_a_pause() {
    let (server, code) = begun(vec![
        pending(),
        pending(),
        pending(),
        granted_with("a", "refresh-1"),
    ])
    .await;
    let begun = std::time::Instant::now();
    code.wait(RefreshTokenInMemory::empty()).await.unwrap();
    assert!(
        begun.elapsed() >= std::time::Duration::from_millis(290),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(server.sent().len(), 5);
}

/// Another process may be renewing what the sign-in replaces.
#[tokio::test]
async fn a_store_is_locked_while_the_first_token_is_saved() {
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    static LOCKED: AtomicBool = AtomicBool::new(false);
    struct Locking;
    struct Unlocks;
    impl Drop for Unlocks {
        fn drop(&mut self) {
            LOCKED.store(false, SeqCst);
        }
    }
    impl RefreshTokenStore for Locking {
        fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
            Box::pin(async { Ok(None) })
        }
        fn save<'a>(&'a self, _: &'a SecretString) -> StoreFuture<'a, ()> {
            assert!(LOCKED.load(SeqCst));
            Box::pin(async { Ok(()) })
        }
        fn lock(&self) -> StoreFuture<'_, Box<dyn Send>> {
            LOCKED.store(true, SeqCst);
            Box::pin(async { Ok(Box::new(Unlocks) as Box<dyn Send>) })
        }
    }
    let (_server, code) = begun(vec![granted_with("a", "refresh-1")]).await;
    code.wait(Locking).await.unwrap();
    assert!(!LOCKED.load(SeqCst));
}

/// What a hostile authority says of times and codes is not taken at its word.
#[tokio::test]
async fn a_code_that_cannot_be_one_is_not_shown() {
    let code = |member: &str, value: serde_json::Value| {
        let mut code: serde_json::Value = serde_json::from_str(&code(900)).unwrap();
        code[member] = value;
        json(200, code.to_string())
    };
    for answer in [
        code("interval", u64::MAX.into()),
        code("interval", 1_000_000.into()),
        code("expires_in", (1_u64 << 53).into()),
        code("verification_uri", "javascript:alert(1)".into()),
        code(
            "verification_uri",
            format!("https://login.example/{}", "x".repeat(3_000)).into(),
        ),
        code("user_code", "X".repeat(200).into()),
    ] {
        let server = Recorded::start(vec![answer]);
        let error = sign_in(server.base_url()).device_code().await.unwrap_err();
        assert_eq!(error.kind(), Kind::Unreadable, "{error}");
    }
}

/// However long the waits are, it ends when the code does.
#[tokio::test]
async fn a_long_interval_does_not_outlast_the_code() {
    let code = code(2).replace("\"interval\":0", "\"interval\":80000");
    let server = Recorded::start(vec![json(200, code), pending()]);
    let code = sign_in(server.base_url()).device_code().await.unwrap();
    let waiting = tokio::time::timeout(
        std::time::Duration::from_secs(20),
        code.wait(RefreshTokenInMemory::empty()),
    );
    assert_eq!(
        waiting.await.unwrap().unwrap_err().kind(),
        Kind::CodeExpired
    );
}
