//! How does one sign in, and what is a token good for?

use std::time::Duration;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use partner_center_sim::{Fault, Simulator};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wire::{AUTHORIZED, FIRST, Reply, exchange, request, send};

pub(crate) const PARTNER_CENTER: &str = "https://api.partnercenter.microsoft.com";
pub(crate) const V1: &str = "/contoso.example/oauth2/token";
pub(crate) const V2: &str = "/contoso.example/oauth2/v2.0/token";

pub(crate) async fn post(simulator: &Simulator, target: &str, form: &str) -> Reply {
    let request = format!(
        "POST {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded; charset=utf-8\r\n\
         Content-Length: {}\r\n\r\n{form}",
        form.len()
    );
    exchange(simulator, request.as_bytes()).await
}

pub(crate) fn alone(audience: &str) -> String {
    format!(
        "grant_type=client_credentials&client_id=an-app&client_secret=a%26b&scope={audience}%2F.default"
    )
}

pub(crate) const RENEWAL: &str =
    "grant_type=refresh_token&client_id=an-app&refresh_token=simulated";

pub(crate) async fn token(simulator: &Simulator, form: &str) -> String {
    let reply = post(simulator, V2, form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["access_token"].as_str().unwrap().to_owned()
}

pub(crate) async fn read(simulator: &Simulator, token: &str, below: &str) -> (u16, Value) {
    let authorization = format!("Bearer {token}");
    let reply = request(
        simulator,
        "GET",
        &format!("/v1/customers/{FIRST}/orders{below}"),
        &[("Authorization", &authorization)],
    )
    .await;
    assert_eq!(
        reply.header("WWW-Authenticate").is_some(),
        reply.status == 401
    );
    (reply.status, reply.json()["code"].clone())
}

pub(crate) fn claims(token: &str) -> Value {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!(parts.len(), 3);
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap()
}

#[tokio::test]
async fn an_application_signs_in_with_any_secret() {
    let simulator = Simulator::start().await.unwrap();
    let reply = post(&simulator, V2, &alone(PARTNER_CENTER)).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));
    let mut said = reply.json();
    let token = said["access_token"].take();
    let wanted = json!({"token_type": "Bearer", "expires_in": 3600, "ext_expires_in": 3600, "access_token": null});
    assert_eq!(said, wanted);
    let claims = claims(token.as_str().unwrap());
    assert_eq!(claims["aud"], PARTNER_CENTER);
    assert_eq!(claims["appid"], "an-app");
    assert_eq!(claims["tid"], "contoso.example");
    assert_eq!(
        claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(),
        3600
    );
    assert_eq!(
        (&claims["amr"], &claims["upn"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(read(&simulator, token.as_str().unwrap(), "").await.0, 200);
}

#[tokio::test]
async fn the_older_endpoint_writes_numbers_as_text() {
    let simulator = Simulator::start().await.unwrap();
    let form = format!(
        "grant_type=client_credentials&client_id=an-app&client_secret=s&resource={PARTNER_CENTER}"
    );
    let mut said = post(&simulator, V1, &form).await.json();
    let token = said["access_token"].take();
    let wanted = json!({
        "token_type": "Bearer", "expires_in": "3600", "ext_expires_in": "3600", "expires_on": "1719824400",
        "not_before": "1719820800", "resource": PARTNER_CENTER, "access_token": null,
    });
    assert_eq!(said, wanted);
    assert_eq!(read(&simulator, token.as_str().unwrap(), "").await.0, 200);

    let said = post(&simulator, V1, &format!("{RENEWAL}&scope=openid"))
        .await
        .json();
    assert_eq!(said["scope"], "user_impersonation");
    assert_eq!(said["resource"], PARTNER_CENTER);
    let token = said["access_token"].as_str().unwrap();
    assert_eq!(read(&simulator, token, "").await.0, 200);
}

#[tokio::test]
async fn a_renewal_brings_the_next_refresh_token() {
    let simulator = Simulator::start().await.unwrap();
    let first = post(&simulator, V2, RENEWAL).await.json();
    let scope = format!("{PARTNER_CENTER}/user_impersonation");
    assert_eq!(first["scope"], scope);
    let claims = claims(first["access_token"].as_str().unwrap());
    assert_eq!(claims["amr"], json!(["pwd", "mfa"]));
    assert_eq!(claims["scp"], "user_impersonation");

    let next = first["refresh_token"].as_str().unwrap();
    let renewal = RENEWAL.replace("simulated", next);
    let second = post(&simulator, V2, &format!("{renewal}&scope=openid+{scope}")).await;
    assert_eq!(second.status, 200);
    let second = second.json();
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    assert_ne!(second["access_token"], first["access_token"]);
    assert_eq!(post(&simulator, V2, RENEWAL).await.status, 200);
    // It belongs to the application that got it.
    let other = post(&simulator, V2, &renewal.replace("an-app", "another")).await;
    assert_eq!(
        (other.status, &other.json()["error"]),
        (400, &json!("invalid_grant"))
    );
}

#[tokio::test]
async fn a_wrong_request_for_a_token_is_told_why() {
    let simulator = Simulator::start().await.unwrap();
    let good = alone(PARTNER_CENTER);
    for (target, form, status, error, code) in [
        (V2, String::new(), 400, "invalid_request", 900_144),
        (
            V2,
            good.replace("client_id=an-app&", ""),
            400,
            "invalid_request",
            900_144,
        ),
        (
            V2,
            good.replace("client_secret=a%26b&", ""),
            401,
            "invalid_client",
            7_000_218,
        ),
        (
            V2,
            good.replace("a%26b", ""),
            401,
            "invalid_client",
            7_000_215,
        ),
        (
            V2,
            good.replace("%2F.default", "/x"),
            400,
            "invalid_scope",
            1_002_012,
        ),
        (
            V2,
            good.replace("client_credentials", "password"),
            400,
            "unsupported_grant_type",
            70_003,
        ),
        (V1, good.clone(), 400, "invalid_request", 900_144),
        (
            V2,
            RENEWAL.replace("simulated", "stolen"),
            400,
            "invalid_grant",
            70_000,
        ),
        (
            V1,
            RENEWAL.replace("simulated", "1.Zm9v"),
            400,
            "invalid_grant",
            70_000,
        ),
    ] {
        let reply = post(&simulator, target, &form).await;
        let body = reply.json();
        assert_eq!(
            (reply.status, body["error"].as_str()),
            (status, Some(error)),
            "{form}"
        );
        assert_eq!(body["error_codes"], json!([code]));
        let description = body["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("AADSTS{code}: ")));
    }
    let reply = request(&simulator, "GET", V2, &[AUTHORIZED]).await;
    assert_eq!((reply.status, reply.header("Allow")), (405, Some("POST")));
    // What is no form has no members.
    let reply = request(&simulator, "POST", V2, &[]).await;
    assert_eq!(
        (reply.status, &reply.json()["error"]),
        (400, &json!("invalid_request"))
    );
}

#[tokio::test]
async fn a_token_expires_after_an_hour() {
    let simulator = Simulator::start().await.unwrap();
    let token = token(&simulator, RENEWAL).await;
    simulator.clock().advance(Duration::from_secs(3_599));
    assert_eq!(read(&simulator, &token, "").await.0, 200);
    simulator.clock().advance(Duration::from_secs(1));
    assert_eq!(read(&simulator, &token, "").await, (401, json!("400")));
    assert_eq!(read(&simulator, Simulator::ACCESS_TOKEN, "").await.0, 200);

    let builder = Simulator::builder().token_lifetime(Duration::from_secs(5));
    let simulator = builder.start().await.unwrap();
    let reply = post(&simulator, V2, RENEWAL).await.json();
    assert_eq!(reply["expires_in"], 5);
    simulator.clock().advance(Duration::from_secs(5));
    let token = reply["access_token"].as_str().unwrap();
    assert_eq!(read(&simulator, token, "").await.0, 401);
}

#[tokio::test]
async fn a_token_without_an_end_has_none() {
    let simulator = Simulator::builder()
        .token_lifetime(Duration::MAX)
        .start()
        .await
        .unwrap();
    let token = token(&simulator, RENEWAL).await;
    simulator.clock().advance(Duration::from_secs(1 << 33));
    assert_eq!(read(&simulator, &token, "").await.0, 200);
}

#[tokio::test]
async fn a_token_must_be_handed_out_and_meant_for_partner_center() {
    let simulator = Simulator::start().await.unwrap();
    for (audience, wanted) in [
        ("https://graph.windows.net", (401, json!("900420"))),
        ("https://graph.microsoft.com", (401, json!("900420"))),
        (
            "https://api.partnercenter.microsoft.com/",
            (200, Value::Null),
        ),
        (
            "https://partner.partnercenterapi.microsoftonline.cn",
            (200, Value::Null),
        ),
    ] {
        let token = token(&simulator, &alone(audience)).await;
        assert_eq!(read(&simulator, &token, "").await, wanted, "{audience}");
    }
    let good = token(&simulator, RENEWAL).await;
    let (unsigned, _) = good.rsplit_once('.').unwrap();
    for made_up in [
        format!("{unsigned}."),
        unsigned.to_owned(),
        good.to_uppercase(),
    ] {
        assert_eq!(read(&simulator, &made_up, "").await, (401, json!("400")));
    }
}

#[tokio::test]
async fn a_user_without_multi_factor_is_refused() {
    let simulator = Simulator::builder()
        .multi_factor(false)
        .start()
        .await
        .unwrap();
    let user = token(&simulator, RENEWAL).await;
    assert_eq!(claims(&user)["amr"], json!(["pwd"]));
    assert_eq!(read(&simulator, &user, "").await, (401, json!("900421")));
    // An application alone has nothing to do with it.
    let alone = token(&simulator, &alone(PARTNER_CENTER)).await;
    assert_eq!(read(&simulator, &alone, "").await.0, 200);
}

#[tokio::test]
async fn an_application_alone_does_not_see_the_provisioning_status() {
    let simulator = Simulator::start().await.unwrap();
    let alone = token(&simulator, &alone(PARTNER_CENTER)).await;
    let user = token(&simulator, RENEWAL).await;
    let below = "/none/provisioningstatus";
    assert_eq!(
        read(&simulator, &alone, below).await,
        (403, json!("900329"))
    );
    assert_eq!(read(&simulator, &user, below).await, (404, json!("20000")));
    assert_eq!(
        read(&simulator, &alone, "/none").await,
        (404, json!("20000"))
    );
}

#[tokio::test]
async fn no_secret_is_logged() {
    let simulator = Simulator::start().await.unwrap();
    let target = format!("{V2}?client_secret=in-the-wrong-place");
    let reply = post(&simulator, &target, &alone(PARTNER_CENTER)).await;
    let token = reply.json()["access_token"].as_str().unwrap().to_owned();
    let renewed = post(&simulator, V1, RENEWAL).await.json();
    let renewed = renewed["refresh_token"].as_str().unwrap();
    post(&simulator, V2, &RENEWAL.replace("simulated", renewed)).await;
    read(&simulator, &token, "").await;
    request(
        &simulator,
        "GET",
        "/v1",
        &[("Cookie", "a-crumb"), ("Proxy-Authorization", "a-crumb")],
    )
    .await;
    let requests = simulator.requests();
    assert_eq!(requests[0].path(), V2);
    assert_eq!((requests[0].query(), requests[0].status()), (None, 200));
    let printed = format!("{requests:?}");
    let fixed = Simulator::REFRESH_TOKEN;
    for secret in [
        "a%26b",
        "a&b",
        "wrong-place",
        fixed,
        renewed,
        &token,
        "crumb",
    ] {
        assert!(!printed.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn the_log_tells_what_was_asked_for() {
    let simulator = Simulator::start().await.unwrap();
    simulator.on_sign_in().nth(2).fault(Fault::reset());
    post(&simulator, V2, &alone(PARTNER_CENTER)).await;
    // Whatever becomes of it.
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let struck = format!(
        "POST {V1} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{RENEWAL}&resource=r&extra=e",
        RENEWAL.len() + "&resource=r&extra=e".len()
    );
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(struck.as_bytes()).await.unwrap();
    let _ = connection.read_to_end(&mut Vec::new()).await;
    // No form, and no request for signing in.
    send(
        &simulator,
        ("POST", V2),
        &[],
        "text/plain",
        RENEWAL.as_bytes(),
    )
    .await;
    post(&simulator, "/v1", RENEWAL).await;

    let requests = simulator.requests();
    let form = |number: usize, name| requests[number].form(name);
    let scope = format!("{PARTNER_CENTER}/.default");
    for (number, name, wanted) in [
        (0, "grant_type", Some("client_credentials")),
        (0, "client_id", Some("an-app")),
        (0, "scope", Some(scope.as_str())),
        (0, "client_secret", Some("(hidden)")),
        (0, "refresh_token", None),
        (1, "grant_type", Some("refresh_token")),
        (1, "refresh_token", Some("(hidden)")),
        (1, "resource", Some("r")),
        (1, "client_secret", None),
        (1, "extra", None),
        (2, "grant_type", None),
        (3, "grant_type", None),
    ] {
        assert_eq!(form(number, name), wanted, "{number} {name}");
    }
    let log = request(&simulator, "GET", "/_simulator/requests", &[]).await;
    let wanted = json!({
        "client_id": "an-app", "grant_type": "refresh_token", "refresh_token": "(hidden)", "resource": "r",
    });
    assert_eq!(log.json()[1]["form"], wanted);
    assert_eq!(log.json()[3].get("form"), None);
}

#[tokio::test]
async fn the_same_requests_get_the_same_tokens() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let simulator = Simulator::start().await.unwrap();
        let renewed = post(&simulator, V2, RENEWAL).await.json();
        runs.push((renewed, post(&simulator, V1, RENEWAL).await.json()));
    }
    assert_eq!(runs[0], runs[1]);
}
