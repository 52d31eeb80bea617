//! Is a new refresh token ever lost?

use std::sync::{Arc, Mutex};

use partner_center_orders::{
    CredentialErrorKind, Delivery, ErrorKind, ExposeSecret, PartnerCenter, RefreshTokenStore,
    SecretString, StoreFuture,
};
use partner_center_orders_tests::{Recorded, orders, sign_in};

use super::{granted, granted_with, json, name, token};

/// A store whose events are told, and that misbehaves when it is told to.
#[derive(Clone)]
struct Store(Arc<Mutex<Kept>>);

struct Kept {
    token: String,
    /// How many requests the server had got when a token was saved, and which token it was.
    saved: Vec<(usize, String)>,
    behaviour: Behaviour,
    server: Option<Arc<Recorded>>,
    /// What another process saves after the next look.
    afterwards: Option<String>,
    /// What it was told.
    events: Vec<&'static str>,
}

/// What happens when something is to be saved.
#[derive(Clone, Copy)]
enum Behaviour {
    Keeps,
    Fails,
    Hangs,
    Panics,
}

impl Store {
    fn new(token: &str) -> Self {
        Self(Arc::new(Mutex::new(Kept {
            token: token.to_owned(),
            saved: Vec::new(),
            behaviour: Behaviour::Keeps,
            server: None,
            afterwards: None,
            events: Vec::new(),
        })))
    }

    fn watching(self, server: &Arc<Recorded>) -> Self {
        self.0.lock().unwrap().server = Some(Arc::clone(server));
        self
    }

    fn behaves(&self, behaviour: Behaviour) {
        self.0.lock().unwrap().behaviour = behaviour;
    }

    fn saved(&self) -> Vec<(usize, String)> {
        self.0.lock().unwrap().saved.clone()
    }
}

impl RefreshTokenStore for Store {
    fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
        let mut kept = self.0.lock().unwrap();
        kept.events.push("load");
        let token = kept.token.clone();
        if let Some(next) = kept.afterwards.take() {
            kept.token = next;
        }
        Box::pin(async move { Ok(Some(format!("{token}-of-the-tests").into())) })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        let mut kept = self.0.lock().unwrap();
        kept.events.push("save");
        match kept.behaviour {
            Behaviour::Fails => return Box::pin(async { Err("the disk is full".into()) }),
            Behaviour::Hangs => return Box::pin(std::future::pending()),
            Behaviour::Panics => {
                let text = token.expose_secret().to_owned();
                return Box::pin(async move { panic!("cannot keep {text}") });
            }
            Behaviour::Keeps => {}
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

    fn lock(&self) -> StoreFuture<'_, Box<dyn Send>> {
        self.0.lock().unwrap().events.push("lock");
        let lock = Unlocks(self.clone());
        Box::pin(async { Ok(Box::new(lock) as Box<dyn Send>) })
    }
}

struct Unlocks(Store);

impl Drop for Unlocks {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().events.push("unlock");
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
    store.behaves(Behaviour::Fails);
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
    assert_eq!(
        store.events(),
        "lock load save unlock lock load save unlock lock load save unlock"
    );
    store.behaves(Behaviour::Keeps);
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
    assert_eq!(store.events(), "lock load load save unlock");
    // Where the store has nothing newer, nothing is asked a second time.
    let credential = sign_in(server.base_url())
        .refresh_token(store.clone())
        .unwrap();
    let error = token(&credential).await.unwrap_err();
    assert_eq!(error.kind(), CredentialErrorKind::InvalidGrant);
    assert_eq!(server.sent().len(), 3);
    assert_eq!(store.events(), "lock load load unlock");
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

/// However a store fails, its token is not lost, it is not used before it is safe, and signing in goes on afterwards.
#[tokio::test]
async fn a_store_that_hangs_or_panics_stops_nobody_for_good() {
    for (behaviour, kind) in [
        (Behaviour::Fails, CredentialErrorKind::Store),
        (Behaviour::Panics, CredentialErrorKind::Other),
    ] {
        let server = Recorded::start(vec![
            granted_with("a", "second"),
            granted_with("b", "third"),
        ]);
        let store = Store::new("first");
        let credential = sign_in(server.base_url())
            .refresh_token(store.clone())
            .unwrap();
        store.behaves(behaviour);
        for _ in 0..3 {
            let error = token(&credential).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{error}");
            assert!(!super::shown(&error).contains("-of-the-tests"), "{error:?}");
        }
        assert_eq!(server.sent().len(), 1);
        store.behaves(Behaviour::Keeps);
        assert_eq!(name(&token(&credential).await.unwrap()), "b");
        assert_eq!(
            (used(&server, 0), used(&server, 1)),
            ("first".to_owned(), "second".to_owned())
        );
    }
}

#[tokio::test]
async fn a_store_that_hangs_is_not_waited_for_for_ever() {
    let server = Recorded::start(vec![
        granted_with("a", "second"),
        granted_with("b", "third"),
    ]);
    let store = Store::new("first");
    let credential = sign_in(server.base_url())
        .refresh_token(store.clone())
        .unwrap();
    store.behaves(Behaviour::Hangs);
    let waiting = tokio::spawn({
        let credential = credential.clone();
        async move { token(&credential).await }
    });
    while !store.0.lock().unwrap().events.contains(&"save") {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    tokio::time::pause();
    tokio::time::advance(std::time::Duration::from_secs(61)).await;
    tokio::time::resume();
    let error = waiting.await.unwrap().unwrap_err();
    assert_eq!(error.kind(), CredentialErrorKind::Store);
    assert!(error.to_string().contains("too long"), "{error}");
    store.behaves(Behaviour::Keeps);
    assert_eq!(name(&token(&credential).await.unwrap()), "b");
    assert_eq!(used(&server, 1), "second");
}

/// What could not be saved does not take the place of what another process saved since.
#[tokio::test]
async fn a_newer_token_in_the_store_wins_over_one_that_could_not_be_saved() {
    let server = Recorded::start(vec![
        granted_with("a", "second"),
        granted_with("b", "fourth"),
    ]);
    let store = Store::new("first");
    let credential = sign_in(server.base_url())
        .refresh_token(store.clone())
        .unwrap();
    store.behaves(Behaviour::Fails);
    token(&credential).await.unwrap_err();
    store.behaves(Behaviour::Keeps);
    store.0.lock().unwrap().token = "third".to_owned();
    assert_eq!(name(&token(&credential).await.unwrap()), "b");
    assert_eq!(used(&server, 1), "third");
    assert_eq!(store.saved(), [(0, "fourth".to_owned())]);
}

/// An answer that repeats the refresh token brings nothing to be saved.
#[tokio::test]
async fn the_same_refresh_token_again_is_not_saved() {
    let server = Recorded::start(vec![granted_with("a", "first")]);
    let store = Store::new("first");
    let credential = sign_in(server.base_url())
        .refresh_token(store.clone())
        .unwrap();
    token(&credential).await.unwrap();
    assert_eq!(store.events(), "lock load unlock");
}

#[test]
fn a_credential_does_not_show_its_store() {
    #[derive(Debug)]
    #[allow(dead_code, reason = "it is there to be shown")]
    struct Naive(String);
    impl RefreshTokenStore for Naive {
        fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
            Box::pin(async { Ok(None) })
        }
        fn save<'a>(&'a self, _: &'a SecretString) -> StoreFuture<'a, ()> {
            Box::pin(async { Ok(()) })
        }
    }
    let naive = Naive("refresh-of-the-tests".to_owned());
    let credential = sign_in("http://127.0.0.1:1").refresh_token(naive).unwrap();
    assert!(
        !format!("{credential:?}").contains("-of-the-tests"),
        "{credential:?}"
    );
}
