//! Where does the token go, and where not?

use std::sync::{Arc, Mutex};

use partner_center_orders::{
    AccessToken, Cloud, Credential, CredentialError, Delivery, ErrorKind, PartnerCenter,
    StaticToken, TokenFuture, TokenRequest,
};
use partner_center_orders_tests::{
    Recorded, Reply, ScriptedServer, TOKEN, builder, client, orders,
};

#[tokio::test]
async fn a_proxy_is_never_used_for_a_loopback_address() {
    let proxy = ScriptedServer::start([Reply::json(r#"{"id":"proxy"}"#)]);
    let server = ScriptedServer::start([Reply::json(r#"{"id":"server"}"#)]);
    let through = reqwest_proxy(&proxy.base_url());
    let partner = builder(server.base_url())
        .configure_http(move |http| http.proxy(through))
        .build()
        .unwrap();
    let order = orders(&partner).order("o").get().send().await.unwrap();
    assert_eq!(order.body().id.as_str(), "server");
    assert!(proxy.heads().is_empty());
}

fn reqwest_proxy(url: &str) -> reqwest::Proxy {
    reqwest::Proxy::all(url).unwrap()
}

#[tokio::test]
async fn what_keeps_the_token_safe_cannot_be_configured_away() {
    let elsewhere = ScriptedServer::start([Reply::json(r#"{"id":"elsewhere"}"#)]);
    let location = format!("location: {}/v1/x\r\n", elsewhere.base_url());
    let server = ScriptedServer::start([Reply::complete("302 Found", &location, "")]);
    let partner = builder(server.base_url())
        .configure_http(|http| http.redirect(reqwest::redirect::Policy::limited(10)))
        .build()
        .unwrap();
    let error = orders(&partner).order("o").get().send().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Link);
    assert!(elsewhere.heads().is_empty());
}

#[tokio::test]
async fn the_http_client_underneath_can_be_changed() {
    let server = Recorded::json([r#"{"id":"o"}"#]);
    let partner = builder(server.base_url())
        .configure_http(|http| http.user_agent("contoso/1"))
        .build()
        .unwrap();
    orders(&partner).order("o").get().send().await.unwrap();
    assert_eq!(server.sent()[0].header("user-agent"), Some("contoso/1"));
}

#[test]
fn tokens_go_to_https_or_to_this_machine() {
    for endpoint in [
        "http://example.com",
        "http://192.0.2.1",
        "https://host/v1",
        "https://user:pass@host",
        "nonsense",
    ] {
        let error = PartnerCenter::builder(StaticToken::new(TOKEN))
            .endpoint(endpoint)
            .build()
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (ErrorKind::Configuration, Delivery::NotSent),
            "{endpoint}"
        );
    }
    assert!(
        PartnerCenter::builder(StaticToken::new(TOKEN))
            .endpoint("https://127.0.0.1:1/")
            .build()
            .is_ok()
    );
    assert!(
        PartnerCenter::builder(StaticToken::new(TOKEN))
            .cloud(Cloud::China)
            .build()
            .is_ok()
    );
}

#[tokio::test]
async fn nothing_shows_the_token() {
    let server = Recorded::json([r#"{"id":"o"}"#]);
    let shown = format!("{:?}", builder(server.base_url()));
    let partner = client(server.base_url());
    let order = orders(&partner).order("o").get();
    let shown = format!(
        "{shown} {partner:?} {order:?} {:?}",
        StaticToken::new(TOKEN)
    );
    let response = order.send().await.unwrap();
    let shown = format!("{shown} {response:?}");
    assert!(!shown.contains(TOKEN), "{shown}");
    assert_eq!(
        server.sent()[0].header("authorization"),
        Some(format!("Bearer {TOKEN}").as_str())
    );
}

#[tokio::test]
async fn a_token_that_cannot_be_sent_is_refused_without_showing_it() {
    let server = Recorded::json([r#"{"id":"o"}"#]);
    for token in ["", "secret\nsecret", "secret\0"] {
        let partner = PartnerCenter::builder(StaticToken::new(token))
            .endpoint(server.base_url())
            .build()
            .unwrap();
        let error = orders(&partner).order("o").get().send().await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery(), error.attempts()),
            (ErrorKind::Credential, Delivery::NotSent, 0)
        );
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
    assert!(server.sent().is_empty());
}

/// Keeps what it was asked for, and hands out a token or fails.
#[derive(Debug)]
struct Asked {
    scopes: Arc<Mutex<Vec<String>>>,
    has_token: bool,
}

impl Credential for Asked {
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> TokenFuture<'a> {
        self.scopes
            .lock()
            .unwrap()
            .extend(request.scopes.iter().map(ToString::to_string));
        assert!(request.refused.is_none());
        Box::pin(async {
            if self.has_token {
                Ok(AccessToken::new("fresh"))
            } else {
                Err(CredentialError::new("the vault is closed")
                    .with_source(std::io::Error::other("locked")))
            }
        })
    }
}

#[tokio::test]
async fn a_credential_is_asked_for_the_clouds_audience() {
    for (cloud, scope) in [
        (
            Cloud::Global,
            "https://api.partnercenter.microsoft.com/.default",
        ),
        (
            Cloud::China,
            "https://partner.partnercenterapi.microsoftonline.cn/.default",
        ),
    ] {
        let server = Recorded::json([r#"{"id":"o"}"#]);
        let scopes = Arc::default();
        let credential = Asked {
            scopes: Arc::clone(&scopes),
            has_token: true,
        };
        let partner = PartnerCenter::builder(credential)
            .cloud(cloud)
            .endpoint(server.base_url())
            .build()
            .unwrap();
        orders(&partner).order("o").get().send().await.unwrap();
        assert_eq!(*scopes.lock().unwrap(), [scope]);
        assert_eq!(
            server.sent()[0].header("authorization"),
            Some("Bearer fresh")
        );
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    use std::error::Error;
    let server = Recorded::json([r#"{"id":"o"}"#]);
    let credential = Asked {
        scopes: Arc::default(),
        has_token: false,
    };
    let partner = PartnerCenter::builder(credential)
        .endpoint(server.base_url())
        .build()
        .unwrap();
    let error = orders(&partner).order("o").get().send().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Credential, Delivery::NotSent)
    );
    assert_eq!(error.source().unwrap().to_string(), "the vault is closed");
    assert_eq!(
        error.source().unwrap().source().unwrap().to_string(),
        "locked"
    );
    assert!(server.sent().is_empty());
}

#[tokio::test]
async fn a_credential_may_be_chosen_at_run_time_and_shared() {
    let server = Recorded::json([r#"{"id":"o"}"#]);
    let boxed: Box<dyn Credential> = Box::new(StaticToken::new("boxed"));
    let shared: Arc<dyn Credential> = Arc::new(StaticToken::new("shared"));
    for partner in [
        PartnerCenter::builder(boxed),
        PartnerCenter::builder(Arc::clone(&shared)),
    ] {
        let partner = partner.endpoint(server.base_url()).build().unwrap();
        orders(&partner).order("o").get().send().await.unwrap();
    }
    let sent: Vec<_> = server.sent();
    assert_eq!(sent[0].header("authorization"), Some("Bearer boxed"));
    assert_eq!(sent[1].header("authorization"), Some("Bearer shared"));
    let refused = AccessToken::new("refused");
    let request = TokenRequest::new(&["scope"]).refused(&refused);
    assert!(request.refused.is_some());
    assert!(shared.token(request).await.is_ok());
}
