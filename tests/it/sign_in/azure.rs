//! Does a credential of the Azure SDK sign in?

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
use futures_util::future::join_all;
use partner_center_orders::{
    AzureCredential, Cloud, Credential, Delivery, ErrorKind, PartnerCenter, TokenRequest,
};
use partner_center_orders_tests::{Recorded, orders};

use super::json;

/// Numbers its tokens.
#[derive(Debug, Default)]
struct Counting {
    count: AtomicU32,
    behaviour: Behaviour,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Behaviour {
    #[default]
    Counts,
    /// Has the same token every time, which ends soon.
    Repeats,
    Fails,
    Hangs,
    Panics,
}

impl Counting {
    fn that(behaviour: Behaviour) -> Self {
        Self {
            behaviour,
            ..Self::default()
        }
    }

    fn asked(&self) -> u32 {
        self.count.load(Ordering::SeqCst)
    }
}

#[async_trait::async_trait]
impl TokenCredential for Counting {
    async fn get_token(
        &self,
        scopes: &[&str],
        _: Option<TokenRequestOptions<'_>>,
    ) -> azure_core::Result<AccessToken> {
        let number = self.count.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        let end = SystemTime::now() + Duration::from_secs(3600);
        match self.behaviour {
            Behaviour::Counts => {}
            Behaviour::Repeats => {
                let end = SystemTime::now() + Duration::from_secs(40);
                return Ok(AccessToken::new("same-of-the-tests", end.into()));
            }
            Behaviour::Fails => {
                return Err(azure_core::Error::with_message(
                    azure_core::error::ErrorKind::Credential,
                    "no identity here",
                ));
            }
            Behaviour::Hangs => std::future::pending().await,
            Behaviour::Panics => panic!("no token-of-the-tests"),
        }
        Ok(AccessToken::new(
            format!("{} {number}", scopes.join("+")),
            end.into(),
        ))
    }
}

fn client(server: &Recorded, credential: &Arc<Counting>) -> PartnerCenter {
    let credential: Arc<dyn TokenCredential> = Arc::clone(credential) as _;
    PartnerCenter::builder(AzureCredential::from(credential))
        .endpoint(server.base_url())
        .attempts(1)
        .build()
        .unwrap()
}

#[tokio::test]
async fn its_token_is_asked_for_once() {
    let server = Recorded::json([r#"{"id":"o"}"#]);
    let credential = Arc::new(Counting::default());
    let partner = client(&server, &credential);
    let calls =
        (0..100).map(|_| async { orders(&partner).order("o").get().send().await.map(drop) });
    for done in join_all(calls).await {
        done.unwrap();
    }
    assert_eq!(credential.asked(), 1);
    let wanted = format!("Bearer {} 0", Cloud::Global.scope());
    assert!(
        server
            .sent()
            .iter()
            .all(|request| request.header("authorization") == Some(&wanted))
    );
}

#[tokio::test]
async fn it_is_asked_again_after_a_401() {
    let server = Recorded::start(vec![json(401, ""), json(200, r#"{"id":"o"}"#)]);
    let credential = Arc::new(Counting::default());
    orders(&client(&server, &credential))
        .order("o")
        .get()
        .send()
        .await
        .unwrap();
    assert_eq!(credential.asked(), 2);
    assert!(
        server.sent()[1]
            .header("authorization")
            .unwrap()
            .ends_with(" 1")
    );
}

#[tokio::test]
async fn each_cloud_has_a_token_of_its_own() {
    let credential = AzureCredential::new(Arc::new(Counting::default()));
    for _ in 0..3 {
        for (cloud, number) in [(Cloud::Global, 0), (Cloud::China, 1)] {
            let token = credential
                .token(TokenRequest::new(&[cloud.scope()]))
                .await
                .unwrap();
            let text =
                partner_center_orders::ExposeSecret::expose_secret(token.secret()).to_owned();
            assert_eq!(text, format!("{} {number}", cloud.scope()));
        }
    }
}

#[tokio::test]
async fn its_error_is_the_cause() {
    let server = Recorded::json([r#"{"id":"o"}"#]);
    let credential = Arc::new(Counting::that(Behaviour::Fails));
    let error = orders(&client(&server, &credential))
        .order("o")
        .get()
        .send()
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Credential, Delivery::NotSent)
    );
    let cause = std::error::Error::source(error.credential().unwrap()).unwrap();
    assert!(cause.to_string().contains("no identity here"), "{cause}");
    assert!(server.sent().is_empty());
}

/// One that has no other token is asked once by all who were refused at the same time.
#[tokio::test]
async fn the_same_token_again_ends_the_calls() {
    let server = Recorded::start(vec![json(401, "")]);
    let credential = Arc::new(Counting::that(Behaviour::Repeats));
    let partner = client(&server, &credential);
    let calls = (0..20).map(|_| async { orders(&partner).order("o").get().send().await.map(drop) });
    for done in join_all(calls).await {
        assert_eq!(done.unwrap_err().status().unwrap().as_u16(), 401);
    }
    assert!(credential.asked() < 20, "{}", credential.asked());
}

#[tokio::test]
async fn one_that_hangs_or_panics_is_an_error() {
    let server = Recorded::json([r#"{"id":"o"}"#]);
    for behaviour in [Behaviour::Hangs, Behaviour::Panics] {
        let credential = Arc::new(Counting::that(behaviour));
        let azure = AzureCredential::new(Arc::clone(&credential) as _);
        let waiting = tokio::spawn(async move {
            azure
                .token(TokenRequest::new(&[Cloud::Global.scope()]))
                .await
        });
        while credential.asked() == 0 {
            tokio::task::yield_now().await;
        }
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(61)).await;
        tokio::time::resume();
        let error = waiting.await.unwrap().unwrap_err();
        assert!(!super::shown(&error).contains("-of-the-tests"), "{error:?}");
    }
    assert!(server.sent().is_empty());
}

/// A token that comes a second time is as old as it was.
#[tokio::test]
async fn the_same_token_again_does_not_grow_younger() {
    let credential = Arc::new(Counting::that(Behaviour::Repeats));
    let azure = AzureCredential::new(Arc::clone(&credential) as _);
    let asks = async || {
        azure
            .token(TokenRequest::new(&[Cloud::Global.scope()]))
            .await
            .unwrap();
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        credential.asked()
    };
    let passes = async |seconds| {
        tokio::time::pause();
        tokio::time::advance(Duration::from_secs(seconds)).await;
        tokio::time::resume();
    };
    assert_eq!(asks().await, 1);
    passes(25).await;
    assert_eq!(asks().await, 2); // ahead of its end
    passes(12).await;
    assert_eq!(asks().await, 3); // at its end
}
