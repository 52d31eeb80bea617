//! Does what a token says of itself make a refusal clearer, and nothing else?

use std::time::{Duration, SystemTime};

use base64::prelude::{BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD, Engine as _};
use partner_center_orders::{AccessToken, Error, PartnerCenter, StaticToken, TokenClaims};
use partner_center_orders_tests::{Recorded, client_of, orders};
use partner_center_sim::Simulator;
use serde_json::json;

use super::json as answer;

/// A token with these claims, which nobody signed.
fn token(claims: &serde_json::Value) -> String {
    let part = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
    format!(
        "{}.{}.none",
        part(r#"{"alg":"none"}"#),
        part(&claims.to_string())
    )
}

async fn refused(claims: &serde_json::Value, status: u16, code: &str) -> Error {
    let body = format!(r#"{{"code":"{code}","description":"no"}}"#);
    let server = Recorded::start(vec![answer(status, body)]);
    let partner = PartnerCenter::builder(StaticToken::new(token(claims)))
        .endpoint(server.base_url())
        .attempts(1)
        .build()
        .unwrap();
    orders(&partner).order("o").get().send().await.unwrap_err()
}

const RIGHT: &str = "https://api.partnercenter.microsoft.com";
const LATER: u64 = 4_000_000_000;

#[tokio::test]
async fn a_refusal_is_explained_by_what_the_token_says() {
    for (claims, status, code, wanted) in [
        (
            json!({"aud": "https://graph.windows.net"}),
            401,
            "900420",
            "Azure AD Graph",
        ),
        (
            json!({"aud": "https://graph.windows.net/"}),
            401,
            "900420",
            "Azure AD Graph",
        ),
        (
            json!({"aud": "00000002-0000-0000-c000-000000000000"}),
            401,
            "900420",
            "Azure AD Graph",
        ),
        (
            json!({"aud": ["https://graph.microsoft.com"]}),
            401,
            "900420",
            "Microsoft Graph",
        ),
        (
            json!({"aud": "https://vault.azure.net"}),
            401,
            "900420",
            "another service",
        ),
        (json!({"aud": RIGHT}), 401, "900420", "another cloud"),
        (
            json!({"aud": RIGHT, "scp": "user_impersonation", "amr": ["pwd"]}),
            401,
            "900421",
            "without multi-factor",
        ),
        (
            json!({"aud": RIGHT, "scp": "user_impersonation", "amr": ["pwd", "mfa"]}),
            401,
            "900421",
            "wants it again",
        ),
        (
            json!({"aud": RIGHT, "idtyp": "app"}),
            403,
            "900329",
            "an application alone",
        ),
        (
            json!({"aud": RIGHT, "roles": ["x"]}),
            403,
            "900329",
            "an application alone",
        ),
        (
            json!({"aud": RIGHT, "exp": 1_700_000_000}),
            401,
            "",
            "has expired",
        ),
        (
            json!({"aud": RIGHT, "exp": "1700000000"}),
            401,
            "400",
            "has expired",
        ),
        // The service's own id is as good as its address.
        (
            json!({"aud": "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd", "scp": "user_impersonation", "amr": ["pwd"]}),
            401,
            "900421",
            "without multi-factor",
        ),
        (
            json!({"aud": "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd"}),
            401,
            "900420",
            "another cloud",
        ),
        (
            json!({"aud": "https://microsoftgraph.chinacloudapi.cn"}),
            401,
            "",
            "Microsoft Graph",
        ),
        // An application alone is its own subject.
        (
            json!({"aud": RIGHT, "oid": "x", "sub": "x"}),
            403,
            "900329",
            "an application alone",
        ),
    ] {
        let error = refused(&claims, status, code).await;
        let hint = error.hint().unwrap();
        assert!(hint.contains(wanted), "{claims} {status} {code}: {hint}");
    }
}

/// Where the token explains nothing, it is as if it had none.
#[tokio::test]
async fn what_the_token_does_not_explain_is_explained_as_before() {
    let nothing = json!({});
    for (claims, status, code) in [
        (json!({"aud": "https://vault.azure.net"}), 401, ""),
        (json!({"aud": "https://vault.azure.net"}), 401, "900421"),
        (json!({"aud": RIGHT, "exp": LATER}), 401, ""),
        (
            json!({"aud": RIGHT, "scp": "user_impersonation"}),
            401,
            "900421",
        ),
        (json!({"aud": RIGHT, "idtyp": "app"}), 401, "900421"),
        (json!({"aud": RIGHT, "idtyp": "user"}), 403, "900329"),
        (json!({"aud": RIGHT, "exp": 1}), 403, "900308"),
        (
            json!({"aud": "https://graph.windows.net", "exp": 1, "amr": []}),
            404,
            "20000",
        ),
        (
            json!({"aud": 7, "exp": "soon", "amr": "mfa", "scp": []}),
            401,
            "",
        ),
    ] {
        let hint = refused(&claims, status, code).await.hint();
        assert_eq!(
            hint,
            refused(&nothing, status, code).await.hint(),
            "{claims} {status} {code}"
        );
    }
}

/// The clock of this machine may be wrong: it is the service's that counts.
#[tokio::test]
async fn a_token_has_expired_by_the_clock_of_the_service() {
    let end = 1_700_000_000;
    for (date, has_expired) in [
        ("Tue, 14 Nov 2023 22:13:19 GMT", false),
        ("Tue, 14 Nov 2023 22:13:21 GMT", true),
    ] {
        let headers = vec![("date", date.to_owned())];
        let server = Recorded::start(vec![(401, headers, Vec::new())]);
        let token = token(&json!({"aud": RIGHT, "exp": end}));
        let partner = PartnerCenter::builder(StaticToken::new(token))
            .endpoint(server.base_url())
            .build()
            .unwrap();
        let error = orders(&partner).order("o").get().send().await.unwrap_err();
        let hint = error.hint().unwrap();
        assert_eq!(hint.contains("has expired"), has_expired, "{date}: {hint}");
    }
}

/// Only the service decides.
#[tokio::test]
async fn no_call_is_refused_or_changed_because_of_a_claim() {
    let server = Recorded::json([r#"{"id":"o"}"#]);
    let odd = [
        token(&json!({"aud": "https://graph.windows.net", "exp": 1, "idtyp": "app", "amr": []})),
        token(&json!("no object")),
        "a.%%%.c".to_owned(),
        format!("a.{}.c", BASE64_URL_SAFE_NO_PAD.encode([0xff, 0xfe])),
    ];
    for token in &odd {
        let partner = PartnerCenter::builder(StaticToken::new(token.as_str()))
            .endpoint(server.base_url())
            .build()
            .unwrap();
        orders(&partner).order("o").get().send().await.unwrap();
        orders(&partner)
            .order("o")
            .provisioning_status()
            .send()
            .try_collect()
            .await
            .unwrap_err();
    }
    let sent = server.sent();
    assert_eq!(sent.len(), 2 * odd.len());
    for (number, request) in sent.iter().enumerate() {
        let bearer = format!("Bearer {}", odd[number / 2]);
        assert_eq!(request.header("authorization"), Some(bearer.as_str()));
    }
}

/// The simulator's tokens are another reading of what Entra's look like.
#[tokio::test]
async fn tokens_of_the_simulator_are_read_and_explained() {
    let simulator = Simulator::builder()
        .multi_factor(false)
        .start()
        .await
        .unwrap();
    let ask = async |form: &str| -> String {
        let url = format!("{}/contoso.example/oauth2/v2.0/token", simulator.base_url());
        let answer = reqwest::Client::new()
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form.to_owned())
            .send()
            .await
            .unwrap();
        let body: serde_json::Value =
            serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        body["access_token"].as_str().unwrap().to_owned()
    };
    let hint = async |token: &str| {
        let partner = client_of(&simulator, token);
        orders(&partner)
            .list()
            .send()
            .try_next()
            .await
            .unwrap_err()
            .hint()
            .unwrap()
    };

    let graph = ask("grant_type=client_credentials&client_id=app&client_secret=s&scope=https://graph.windows.net/.default").await;
    let claims = TokenClaims::read(&AccessToken::new(graph.as_str())).unwrap();
    assert_eq!(claims.audience(), Some("https://graph.windows.net"));
    assert_eq!(
        (claims.is_application(), claims.application_id()),
        (Some(true), Some("app"))
    );
    assert_eq!(
        (claims.user(), claims.tenant_id(), claims.has_mfa()),
        (None, Some("contoso.example"), None)
    );
    assert!(hint(&graph).await.contains("Azure AD Graph"));

    let user = ask("grant_type=refresh_token&client_id=app&refresh_token=simulated").await;
    let claims = TokenClaims::read(&AccessToken::new(user.as_str())).unwrap();
    assert_eq!(
        (claims.is_application(), claims.has_mfa()),
        (Some(false), Some(false))
    );
    assert!(claims.user().is_some_and(|name| name.contains('@')));
    assert!(claims.expires_at().is_some());
    assert!(
        hint(&user)
            .await
            .contains("without multi-factor authentication")
    );
    simulator.clock().advance(Duration::from_secs(3 * 60 * 60));
    assert!(hint(&user).await.contains("has expired"));
}

#[test]
fn claims_are_read_as_far_as_they_can_be() {
    let read =
        |claims: serde_json::Value| TokenClaims::read(&AccessToken::new(token(&claims))).unwrap();
    let full = read(json!({
        "aud": RIGHT, "tid": "t", "azp": "a", "preferred_username": "u@x", "scp": "user_impersonation", "amr": ["ngcmfa"],
        "exp": 1_700_000_000
    }));
    assert_eq!(
        (full.audience(), full.tenant_id(), full.application_id()),
        (Some(RIGHT), Some("t"), Some("a"))
    );
    assert_eq!(
        (full.user(), full.is_application(), full.has_mfa()),
        (Some("u@x"), Some(false), Some(true))
    );
    assert_eq!(
        full.expires_at(),
        Some(SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000))
    );

    let none = read(json!({"aud": null, "exp": -1, "amr": {}, "idtyp": "device", "appid": 7}));
    assert_eq!(
        (none.audience(), none.application_id(), none.expires_at()),
        (None, None, None)
    );
    assert_eq!(
        (none.user(), none.is_application(), none.has_mfa()),
        (None, None, None)
    );

    // With padding, which some write.
    let padded = format!("e30.{}.", BASE64_URL_SAFE.encode(r#"{"aud":"x"}"#));
    assert!(padded.contains('='));
    assert_eq!(
        TokenClaims::read(&AccessToken::new(padded))
            .unwrap()
            .audience(),
        Some("x")
    );
    for no_token in [
        "",
        "a",
        "a.b",
        "a.b.c.d",
        "..",
        "a.W10.c",
        "a.bnVsbA.c",
        "a.!!.c",
    ] {
        assert!(
            TokenClaims::read(&AccessToken::new(no_token)).is_none(),
            "{no_token}"
        );
    }
    let four_parts = format!("{}.x", token(&json!({"aud": "x"})));
    assert!(TokenClaims::read(&AccessToken::new(four_parts)).is_none());
    let long = format!(
        "a.{}.c",
        BASE64_URL_SAFE_NO_PAD.encode(format!("{{\"aud\":\"{}\"}}", "x".repeat(100_000)))
    );
    assert!(TokenClaims::read(&AccessToken::new(long)).is_none());
}
