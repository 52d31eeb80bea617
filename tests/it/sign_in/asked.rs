//! What is sent to the authority, and to which?

use partner_center_orders::{
    Cloud, Credential, CredentialErrorKind, EntraVersion, RefreshTokenInMemory, SignIn,
    TokenRequest,
};
use partner_center_orders_tests::{APPLICATION, Recorded, TENANT, builder, orders, sign_in};

use super::{SCOPE, granted, granted_with, json, name, token};

const DEVICE_CODE: &str = r#"{"user_code":"GTHK-QPMN","device_code":"device-code-of-the-tests",
    "verification_uri":"https://login.example/device","expires_in":900,"interval":0,
    "message":"Open the page and enter GTHK-QPMN."}"#;

fn assert_snapshot(name: &str, text: String) {
    insta::with_settings!({ snapshot_path => "../../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(format!("sign_in.{name}"), text);
    });
}

/// The request with its form.
fn request(server: &Recorded, number: usize) -> String {
    let sent = &server.sent()[number];
    let form = String::from_utf8(sent.body.clone())
        .unwrap()
        .replace('&', "\n");
    format!("{sent}\n{form}\n")
}

#[tokio::test]
async fn an_application_asks_for_all_that_it_was_granted() {
    for (version, snapshot) in [
        (EntraVersion::V1, "client-credentials.v1"),
        (EntraVersion::V2, "client-credentials.v2"),
    ] {
        let server = Recorded::start(vec![granted("a", 3599)]);
        let credential = sign_in(server.base_url())
            .version(version)
            .client_credentials()
            .unwrap();
        assert_eq!(name(&token(&credential).await.unwrap()), "a");
        assert_snapshot(snapshot, request(&server, 0));
    }
}

#[tokio::test]
async fn a_user_lets_the_application_act_for_them() {
    for (version, snapshot) in [
        (EntraVersion::V1, "refresh-token.v1"),
        (EntraVersion::V2, "refresh-token.v2"),
    ] {
        let server = Recorded::start(vec![granted_with("a", "refresh-2")]);
        let store = RefreshTokenInMemory::new("refresh-1-of-the-tests");
        let credential = sign_in(server.base_url())
            .version(version)
            .refresh_token(store)
            .unwrap();
        assert_eq!(name(&token(&credential).await.unwrap()), "a");
        assert_snapshot(snapshot, request(&server, 0));
    }
}

#[tokio::test]
async fn a_device_is_signed_in_with_a_code() {
    let server = Recorded::start(vec![json(200, DEVICE_CODE), granted_with("a", "refresh-1")]);
    let public = SignIn::new(TENANT, APPLICATION).authority(server.base_url());
    let code = public.device_code().await.unwrap();
    assert_eq!(
        (code.user_code(), code.verification_uri(), code.message()),
        (
            "GTHK-QPMN",
            "https://login.example/device",
            Some("Open the page and enter GTHK-QPMN.")
        )
    );
    let credential = code.wait(RefreshTokenInMemory::empty()).await.unwrap();
    assert_eq!(name(&token(&credential).await.unwrap()), "a");
    assert_snapshot("device-code.begin", request(&server, 0));
    assert_snapshot("device-code.poll", request(&server, 1));
    // The token that came with the sign-in is used: nothing else was asked for.
    assert_eq!(server.sent().len(), 2);
}

/// In each cloud tokens are asked for at its own authority, for its own service.
#[tokio::test]
async fn each_cloud_has_its_authority_and_its_audience() {
    for (cloud, authority) in [
        (Cloud::Global, "https://login.microsoftonline.com/"),
        (Cloud::UsGov, "https://login.microsoftonline.us/"),
        (Cloud::China, "https://login.partner.microsoftonline.cn/"),
    ] {
        let there = SignIn::new(TENANT, APPLICATION)
            .cloud(cloud)
            .client_secret("s")
            .client_credentials()
            .unwrap();
        let uri = format!("{authority}{TENANT}/oauth2/v2.0/token");
        assert!(format!("{there:?}").contains(&uri), "{there:?}");

        let server = Recorded::start(vec![granted("a", 3599), json(200, r#"{"id":"o"}"#)]);
        let credential = sign_in(server.base_url())
            .cloud(cloud)
            .client_credentials()
            .unwrap();
        let partner = partner_center_orders::PartnerCenter::builder(credential)
            .cloud(cloud)
            .endpoint(server.base_url())
            .build()
            .unwrap();
        orders(&partner).order("o").get().send().await.unwrap();
        let form = String::from_utf8(server.sent()[0].body.clone()).unwrap();
        let scope = cloud.scope().replace(':', "%3A").replace('/', "%2F");
        assert!(form.contains(&format!("scope={scope}")), "{form}");
        assert_eq!(
            server.sent()[1].header("authorization"),
            Some("Bearer a-of-the-tests")
        );
    }
}

#[tokio::test]
async fn a_token_is_never_got_for_another_cloud_than_the_clients() {
    let server = Recorded::start(vec![granted("a", 3599)]);
    let credential = sign_in(server.base_url()).client_credentials().unwrap();
    let error = credential
        .token(TokenRequest::new(&[Cloud::China.scope()]))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), CredentialErrorKind::Configuration);
    assert!(error.to_string().contains("the same cloud"), "{error}");
    assert!(server.sent().is_empty());
}

#[tokio::test]
async fn secrets_go_to_https_or_to_this_machine() {
    for authority in [
        "http://example.com",
        "http://192.0.2.1",
        "ftp://127.0.0.1",
        "https://user:hunter2@host",
        "https://host?x",
        "login",
    ] {
        let error = sign_in(authority).client_credentials().unwrap_err();
        assert_eq!(
            error.kind(),
            CredentialErrorKind::Configuration,
            "{authority}"
        );
        assert!(error.to_string().starts_with("the authority "), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
    let error = sign_in(format!("https://login.example/{TENANT}/"))
        .client_credentials()
        .unwrap_err();
    assert!(error.to_string().contains("without the tenant"), "{error}");
    for authority in [
        "https://login.example",
        "http://127.0.0.1:1",
        "http://localhost:1/",
        "http://[::1]:1",
    ] {
        assert!(
            sign_in(authority).client_credentials().is_ok(),
            "{authority}"
        );
    }
}

/// An id that is a path would ask another tenant, or another host's script.
#[test]
fn what_cannot_be_right_is_said_before_anything_is_sent() {
    for tenant in ["", "a/b", "a?b", "..", ".", "a b", "contoso\n", "http://x"] {
        let error = SignIn::new(tenant, APPLICATION)
            .client_secret("s")
            .client_credentials()
            .unwrap_err();
        assert!(
            error.to_string().starts_with("the tenant "),
            "{tenant:?}: {error}"
        );
    }
    for application in ["", " "] {
        let error = SignIn::new(TENANT, application)
            .client_secret("s")
            .client_credentials()
            .unwrap_err();
        assert!(
            error.to_string().starts_with("the application's id "),
            "{error}"
        );
    }
    for secret in [
        "",
        " ",
        "secret-of-the-tests\n",
        " secret-of-the-tests",
        "secret-\n-of-the-tests",
    ] {
        let error = SignIn::new(TENANT, APPLICATION)
            .client_secret(secret)
            .client_credentials()
            .unwrap_err();
        assert!(
            error.to_string().starts_with("the application's secret "),
            "{error}"
        );
        assert!(
            !format!("{error} {error:?}").contains("-of-the-tests"),
            "{error}"
        );
    }
    let error = SignIn::new(TENANT, APPLICATION)
        .client_credentials()
        .unwrap_err();
    assert_eq!(error.kind(), CredentialErrorKind::Configuration);
}

#[tokio::test]
async fn a_refresh_token_that_cannot_be_one_is_not_sent() {
    let server = Recorded::start(vec![granted("a", 3599)]);
    for wrong in ["", "refresh-of-the-tests\n", "two lines\nof-the-tests"] {
        let store = RefreshTokenInMemory::new(wrong);
        let credential = sign_in(server.base_url()).refresh_token(store).unwrap();
        let error = token(&credential).await.unwrap_err();
        assert_eq!(error.kind(), CredentialErrorKind::Configuration);
        assert!(!super::shown(&error).contains("of-the-tests"), "{error}");
    }
    let credential = sign_in(server.base_url())
        .refresh_token(RefreshTokenInMemory::empty())
        .unwrap();
    assert_eq!(
        token(&credential).await.unwrap_err().kind(),
        CredentialErrorKind::SignedOut
    );
    assert!(server.sent().is_empty());
}

#[tokio::test]
async fn the_older_endpoints_have_no_device_codes_here() {
    let server = Recorded::start(vec![json(200, DEVICE_CODE)]);
    let error = sign_in(server.base_url())
        .version(EntraVersion::V1)
        .device_code()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), CredentialErrorKind::Configuration);
    assert!(server.sent().is_empty());
}

#[tokio::test]
async fn nothing_shows_a_secret() {
    let server = Recorded::start(vec![json(200, DEVICE_CODE), granted_with("a", "refresh-1")]);
    let sign_in = sign_in(server.base_url());
    let mut shown = format!("{sign_in:?}");
    let code = sign_in.device_code().await.unwrap();
    shown += &format!("{code:?}");
    assert!(!shown.contains("GTHK"), "{shown}");
    let credential = code.wait(RefreshTokenInMemory::empty()).await.unwrap();
    let token = token(&credential).await.unwrap();
    let store = RefreshTokenInMemory::new("refresh-1-of-the-tests");
    shown += &format!(
        "{credential:?} {token:?} {store:?} {:?}",
        TokenRequest::new(&[SCOPE]).refused(&token)
    );
    shown += &format!("{:?}", builder(server.base_url()));
    assert!(!shown.contains("-of-the-tests"), "{shown}");
}

/// Whoever asks the HTTP library to log all that it sends gets no secrets for it.
#[tokio::test]
async fn the_http_library_cannot_be_made_to_log_secrets() {
    // The reader of the tests looks at every line.
    let server = Recorded::start(vec![granted("a", 3599), json(200, r#"{"id":"o"}"#)]);
    let sign_in = sign_in(server.base_url()).configure_http(|http| http.connection_verbose(true));
    let credential = sign_in.client_credentials().unwrap();
    let partner = partner_center_orders::PartnerCenter::builder(credential)
        .endpoint(server.base_url())
        .configure_http(|http| http.connection_verbose(true))
        .build()
        .unwrap();
    orders(&partner).order("o").get().send().await.unwrap();
}

/// Before the first call, whoever wants to can see whether one can sign in.
#[tokio::test]
async fn a_token_can_be_asked_for_without_a_call() {
    let server = Recorded::start(vec![granted("a", 3599)]);
    let credential = sign_in(server.base_url()).client_credentials().unwrap();
    let first = credential.access_token().await.unwrap();
    assert_eq!(
        (name(&first), name(&token(&credential).await.unwrap())),
        ("a", "a")
    );
    assert_eq!(server.sent().len(), 1);
}
