//! Is a new refresh token ever lost?

use std::sync::{Arc, Mutex};

use partner_center_orders::{
    CredentialErrorKind, Delivery, ErrorKind, ExposeSecret, PartnerCenter, RefreshTokenStore,
    SecretString, StoreFuture,
};
use partner_center_orders_tests::{Recorded, orders, sign_in};

use super::{granted, granted_with, json, name, token};

/// A store whose events are told, and that fails when it is told to.
#[derive(Clone)]
struct Store(Arc<Mutex<Kept>>);

struct Kept {
    token: String,
    /// How many requests the server had got when a token was saved, and which token it was.
    saved: Vec<(usize, String)>,
    fails: bool,
    server: Option<Arc<Recorded>>,
    /// What another process saves after the next look.
    afterwards: Option<String>,
    /// What it was told.
    events: Vec<&'static str>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

impl Store {
    fn new(token: &str) -> Self {
        Self(Arc::new(Mutex::new(Kept {
            token: token.to_owned(),
            saved: Vec::new(),
            fails: false,
            server: None,
            afterwards: None,
            events: Vec::new(),
        })))
    }

    fn watching(self, server: &Arc<Recorded>) -> Self {
        self.0.lock().unwrap().server = Some(Arc::clone(server));
        self
    }

    fn fails(&self, fails: bool) {
        self.0.lock().unwrap().fails = fails;
    }

    fn saved(&self) -> Vec<(usize, String)> {
        self.0.lock().unwrap().saved.clone()
    }
}

impl RefreshTokenStore for Store {
    fn load(&self) -> StoreFuture<'_, SecretString> {
        let mut kept = self.0.lock().unwrap();
        kept.events.push("load");
        let token = kept.token.clone();
        if let Some(next) = kept.afterwards.take() {
            kept.token = next;
        }
        Box::pin(async move { Ok(format!("{token}-of-the-tests").into()) })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        let mut kept = self.0.lock().unwrap();
        kept.events.push("save");
        if kept.fails {
            return Box::pin(async { Err("the disk is full".into()) });
        }
        let name = token
            .expose_secret()
            .strip_suffix("-of-the-tests")
            .unwrap()
            .to_owned();
        let sent = kept.server.as_ref().map_or(0, |server| server.sent().len());
        kept.saved.push((sent, name.clone()));
        kept.token = name;
        Box::pin(async { Ok(()) })
    }

    fn release(&self) {
        self.0.lock().unwrap().events.push("release");
    }
}

impl Store {
    /// What it was told since the last time.
    fn events(&self) -> String {
        std::mem::take(&mut self.0.lock().unwrap().events).join(" ")
    }
}

fn used(server: &Recorded, number: usize) -> String {
    let form = String::from_utf8(server.sent()[number].body.clone()).unwrap();
    let mut pairs = form.split('&');
    let token = pairs
        .find_map(|pair| pair.strip_prefix("refresh_token="))
        .unwrap();
    token.strip_suffix("-of-the-tests").unwrap().to_owned()
}

#[tokio::test]
async fn a_new_refresh_token_is_saved_before_anything_else_is_sent() {
    let server = Arc::new(Recorded::start(vec![
        granted_with("a", "second"),
        json(401, ""),
        granted_with("b", "third"),
        json(200, r#"{"id":"o"}"#),
    ]));
    let store = Store::new("first").watching(&server);
    let credential = sign_in(server.base_url())
        .refresh_token(store.clone())
        .unwrap();
    let partner = PartnerCenter::builder(credential)
        .endpoint(server.base_url())
        .build()
        .unwrap();
    orders(&partner).order("o").get().send().await.unwrap();
    // Each was saved when the request that brought it was the last one.
    assert_eq!(
        store.saved(),
        [(1, "second".to_owned()), (3, "third".to_owned())]
    );
    assert_eq!(
        (used(&server, 0), used(&server, 2)),
        ("first".to_owned(), "second".to_owned())
    );
}

#[tokio::test]
async fn what_cannot_be_saved_is_not_used_and_not_lost() {
    let server = Arc::new(Recorded::start(vec![
        granted_with("a", "second"),
        granted_with("b", "third"),
        json(200, r#"{"id":"o"}"#),
    ]));
    let store = Store::new("first");
    let credential = sign_in(server.base_url())
        .refresh_token(store.clone())
        .unwrap();
    let partner = PartnerCenter::builder(credential)
        .endpoint(server.base_url())
        .build()
        .unwrap();
    store.fails(true);
    for _ in 0..3 {
        let error = orders(&partner).order("o").get().send().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Credential, Delivery::NotSent)
        );
        let credential = error.credential().unwrap();
        assert_eq!(credential.kind(), CredentialErrorKind::Store);
        assert!(
            super::shown(credential).contains("the disk is full"),
            "{credential:?}"
        );
        assert!(
            error.hint().unwrap().starts_with("Mend the place"),
            "{error:?}"
        );
        // No other token is asked for as long as the last one is not safe.
        assert_eq!(server.sent().len(), 1);
    }
    assert_eq!(store.events(), "load save release save save");
    store.fails(false);
    orders(&partner).order("o").get().send().await.unwrap();
    let names: Vec<String> = store.saved().into_iter().map(|(_, name)| name).collect();
    assert_eq!(names, ["second", "third"]);
    assert_eq!(used(&server, 1), "second");
}

/// With refresh tokens that are good once, two processes with one store get into each other's way: the one that comes late
/// takes what the other saved.
#[tokio::test]
async fn a_token_that_another_process_used_up_is_replaced_by_the_one_it_saved() {
    let refused = json(
        400,
        r#"{"error":"invalid_grant","error_codes":[70000],"error_description":"AADSTS70000: no"}"#,
    );
    let server = Recorded::start(vec![refused.clone(), granted_with("a", "third"), refused]);
    let store = Store::new("first");
    store.0.lock().unwrap().afterwards = Some("second".to_owned());
    let credential = sign_in(server.base_url())
        .refresh_token(store.clone())
        .unwrap();
    assert_eq!(name(&token(&credential).await.unwrap()), "a");
    assert_eq!(
        (used(&server, 0), used(&server, 1)),
        ("first".to_owned(), "second".to_owned())
    );
    assert_eq!(store.events(), "load release load save release");
    // Where the store has nothing newer, nothing is asked a second time.
    let credential = sign_in(server.base_url())
        .refresh_token(store.clone())
        .unwrap();
    let error = token(&credential).await.unwrap_err();
    assert_eq!(error.kind(), CredentialErrorKind::InvalidGrant);
    assert_eq!(server.sent().len(), 3);
    assert_eq!(store.events(), "load release load release");
}

/// A program that is started again goes on with what was saved last.
#[tokio::test]
async fn a_new_start_goes_on_with_the_newest() {
    let server = Recorded::start(vec![
        granted_with("a", "second"),
        granted_with("b", "third"),
    ]);
    let store = Store::new("first");
    for wanted in ["a", "b"] {
        let credential = sign_in(server.base_url())
            .refresh_token(store.clone())
            .unwrap();
        assert_eq!(name(&token(&credential).await.unwrap()), wanted);
    }
    assert_eq!(
        (used(&server, 0), used(&server, 1)),
        ("first".to_owned(), "second".to_owned())
    );
}

#[tokio::test]
async fn an_answer_without_a_new_refresh_token_leaves_the_old_one() {
    let server = Recorded::start(vec![granted("a", 0), granted("b", 0)]);
    let store = Store::new("first");
    let credential = sign_in(server.base_url())
        .refresh_token(store.clone())
        .unwrap();
    for _ in 0..2 {
        token(&credential).await.unwrap();
    }
    assert_eq!(
        (used(&server, 0), used(&server, 1)),
        ("first".to_owned(), "first".to_owned())
    );
    assert!(store.saved().is_empty());
}
