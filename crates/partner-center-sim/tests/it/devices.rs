//! How does a device without a browser sign in?

use std::io::ErrorKind;
use std::time::Duration;

use partner_center_sim::Simulator;
use serde_json::{Value, json};

use crate::state::control;
use crate::tokens::{PARTNER_CENTER, V1, V2, claims, post, read};
use crate::wire::{MINUTE, Reply, exchange, request};

const BEGIN: &str = "/contoso.example/oauth2/v2.0/devicecode";
const PAGE: &str = "/devicelogin";
const SCOPE: &str = "scope=https%3A%2F%2Fapi.partnercenter.microsoft.com%2Fuser_impersonation";

/// Begins, as somebody who wants to stay signed in.
async fn begin(simulator: &Simulator) -> Value {
    let form = format!("client_id=an-app&{SCOPE}+offline_access");
    let reply = post(simulator, BEGIN, &form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    assert_eq!(reply.header("Cache-Control"), Some("no-store"));
    reply.json()
}

fn text<'v>(value: &'v Value, member: &str) -> &'v str {
    value[member].as_str().expect(member)
}

fn question(codes: &Value) -> String {
    format!(
        "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=an-app&device_code={}",
        text(codes, "device_code")
    )
}

async fn poll(simulator: &Simulator, codes: &Value) -> Reply {
    post(simulator, V2, &question(codes)).await
}

/// What a device is told, which is no token.
async fn told(simulator: &Simulator, codes: &Value) -> (String, Value) {
    let reply = poll(simulator, codes).await;
    assert_eq!(reply.status, 400, "{}", reply.text());
    let body = reply.json();
    (text(&body, "error").to_owned(), body["error_codes"].clone())
}

fn pending() -> (String, Value) {
    ("authorization_pending".to_owned(), json!([70_016]))
}

async fn page(simulator: &Simulator, form: &str) -> Reply {
    post(simulator, PAGE, form).await
}

#[tokio::test]
async fn a_device_signs_in_once_somebody_approved() {
    let simulator = Simulator::start().await.unwrap();
    let codes = begin(&simulator).await;
    let user_code = text(&codes, "user_code");
    assert_eq!(user_code.len(), 9);
    assert!(user_code.bytes().all(|letter| letter.is_ascii_uppercase()));
    assert_eq!(
        (&codes["expires_in"], &codes["interval"]),
        (&json!(900), &json!(5))
    );
    let message = text(&codes, "message");
    assert!(message.contains(user_code) && message.contains(text(&codes, "verification_uri")));
    assert!(!text(&codes, "device_code").contains(user_code));

    for _ in 0..2 {
        assert_eq!(told(&simulator, &codes).await, pending());
    }
    simulator.approve_device(&user_code.to_lowercase()).unwrap();
    let reply = poll(&simulator, &codes).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let said = reply.json();
    assert_eq!(said["expires_in"], 3600);
    assert_eq!(
        said["scope"],
        format!("{PARTNER_CENTER}/user_impersonation")
    );
    let token = text(&said, "access_token");
    assert_eq!(claims(token)["amr"], json!(["pwd", "mfa"]));
    assert_eq!(claims(token)["upn"], "buyer@partner.example");
    assert_eq!(read(&simulator, token, "").await.0, 200);

    let renewal = format!(
        "grant_type=refresh_token&client_id=an-app&refresh_token={}",
        text(&said, "refresh_token")
    );
    assert_eq!(post(&simulator, V2, &renewal).await.status, 200);
    let used = ("bad_verification_code".to_owned(), json!([70_018]));
    assert_eq!(told(&simulator, &codes).await, used);
}

#[tokio::test]
async fn the_page_is_where_the_device_says() {
    let simulator = Simulator::start().await.unwrap();
    let form = format!("client_id=an-app&{SCOPE}");
    let host = simulator.base_url().strip_prefix("http://").unwrap();
    let begin = format!(
        "POST {BEGIN} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    let codes = exchange(&simulator, begin.as_bytes()).await.json();
    assert_eq!(
        text(&codes, "verification_uri"),
        format!("{}{PAGE}", simulator.base_url())
    );
}

#[tokio::test]
async fn somebody_says_no() {
    let simulator = Simulator::start().await.unwrap();
    let codes = begin(&simulator).await;
    simulator.decline_device(text(&codes, "user_code")).unwrap();
    for _ in 0..2 {
        let (error, _) = told(&simulator, &codes).await;
        assert_eq!(error, "authorization_declined");
    }
    // What was said stays said.
    let again = simulator.approve_device(text(&codes, "user_code"));
    assert_eq!(again.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_code_expires_after_fifteen_minutes() {
    let simulator = Simulator::start().await.unwrap();
    let (late, approved) = (begin(&simulator).await, begin(&simulator).await);
    simulator
        .clock()
        .advance(15 * MINUTE - Duration::from_secs(1));
    assert_eq!(told(&simulator, &late).await, pending());
    simulator
        .approve_device(text(&approved, "user_code"))
        .unwrap();
    simulator.clock().advance(Duration::from_secs(1));
    let expired = ("expired_token".to_owned(), json!([70_020]));
    for codes in [&late, &approved] {
        assert_eq!(told(&simulator, codes).await, expired);
    }
    let refused = simulator.approve_device(text(&late, "user_code"));
    assert_eq!(refused.unwrap_err().kind(), ErrorKind::InvalidInput);
}

#[tokio::test]
async fn a_code_belongs_to_its_application() {
    let simulator = Simulator::start().await.unwrap();
    let codes = begin(&simulator).await;
    simulator.approve_device(text(&codes, "user_code")).unwrap();
    for form in [
        question(&codes).replace("an-app", "another"),
        question(&json!({"device_code": "made-up"})),
    ] {
        let reply = post(&simulator, V2, &form).await;
        assert_eq!(
            (reply.status, &reply.json()["error"]),
            (400, &json!("bad_verification_code"))
        );
    }
    assert_eq!(poll(&simulator, &codes).await.status, 200);
}

#[tokio::test]
async fn without_offline_access_there_is_no_refresh_token() {
    let simulator = Simulator::builder()
        .approve_devices()
        .start()
        .await
        .unwrap();
    for (scope, wanted) in [
        (SCOPE.to_owned(), false),
        (format!("{SCOPE}+offline_access"), true),
    ] {
        let codes = post(&simulator, BEGIN, &format!("client_id=an-app&{scope}"))
            .await
            .json();
        let said = poll(&simulator, &codes).await.json();
        assert_eq!(said["refresh_token"].is_string(), wanted, "{scope}");
    }
    let graph = "client_id=an-app&scope=https://graph.microsoft.com/.default";
    let codes = post(&simulator, BEGIN, graph).await.json();
    let said = poll(&simulator, &codes).await.json();
    let refused = read(&simulator, text(&said, "access_token"), "").await;
    assert_eq!(refused, (401, json!("900420")));
}

#[tokio::test]
async fn spans_and_approval_can_be_set() {
    let simulator = Simulator::builder()
        .approve_devices()
        .multi_factor(false)
        .device_interval(Duration::ZERO)
        .device_code_lifetime(Duration::from_secs(2))
        .start()
        .await
        .unwrap();
    let codes = begin(&simulator).await;
    assert_eq!(
        (&codes["expires_in"], &codes["interval"]),
        (&json!(2), &json!(0))
    );
    let token = poll(&simulator, &codes).await.json()["access_token"].take();
    let token = token.as_str().unwrap();
    assert_eq!(read(&simulator, token, "").await, (401, json!("900421")));
    let codes = begin(&simulator).await;
    simulator.clock().advance(Duration::from_secs(2));
    assert_eq!(told(&simulator, &codes).await.0, "expired_token");
}

#[tokio::test]
async fn a_wrong_request_is_told_why() {
    let simulator = Simulator::start().await.unwrap();
    let codes = begin(&simulator).await;
    let good = question(&codes);
    for (target, form, error, code) in [
        (BEGIN, "client_id=an-app", "invalid_request", 900_144),
        (BEGIN, SCOPE, "invalid_request", 900_144),
        (
            V2,
            "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=an-app",
            "invalid_request",
            900_144,
        ),
        (V1, good.as_str(), "unsupported_grant_type", 70_003),
        (
            V2,
            &good.replace("device_code&", "device&"),
            "unsupported_grant_type",
            70_003,
        ),
    ] {
        let reply = post(&simulator, target, form).await;
        let body = reply.json();
        assert_eq!(
            (reply.status, &body["error"]),
            (400, &json!(error)),
            "{form}"
        );
        assert_eq!(body["error_codes"], json!([code]));
    }
    let reply = request(&simulator, "GET", BEGIN, &[]).await;
    assert_eq!((reply.status, reply.header("Allow")), (405, Some("POST")));
}

#[tokio::test]
async fn a_person_decides_on_the_page() {
    let simulator = Simulator::start().await.unwrap();
    for (decision, status, wanted) in [
        ("approve", 200, None),
        ("decline", 400, Some("authorization_declined")),
    ] {
        let codes = begin(&simulator).await;
        let form = format!(
            "user_code={}&decision={decision}",
            text(&codes, "user_code")
        );
        assert_eq!(page(&simulator, &form).await.status, 200);
        let reply = poll(&simulator, &codes).await;
        assert_eq!(reply.status, status);
        assert_eq!(reply.json()["error"].as_str(), wanted);
        assert_eq!(page(&simulator, &form).await.status, 404, "it was decided");
    }
    let codes = begin(&simulator).await;
    let undecided = format!("user_code={}", text(&codes, "user_code"));
    assert_eq!(page(&simulator, &undecided).await.status, 400);
    assert_eq!(
        page(&simulator, "user_code=XXXXXXXXX&decision=approve")
            .await
            .status,
        404
    );
    assert_eq!(told(&simulator, &codes).await, pending());
    let reply = request(&simulator, "PUT", PAGE, &[]).await;
    assert_eq!(
        (reply.status, reply.header("Allow")),
        (405, Some("GET, POST"))
    );
}

#[tokio::test]
async fn the_page_is_plain_and_takes_nothing_for_markup() {
    let simulator = Simulator::start().await.unwrap();
    for (target, value) in [
        ("/devicelogin", "value=\"\""),
        ("/devicelogin?user_code=ABC", "value=\"ABC\""),
        ("/devicelogin?otc=ABC", "value=\"ABC\""),
        (
            "/devicelogin?otc=%22%3E%3Cscript%3E%26",
            "value=\"&quot;&gt;&lt;script&gt;&amp;\"",
        ),
    ] {
        let reply = request(&simulator, "GET", target, &[]).await;
        assert_eq!(reply.status, 200);
        assert_eq!(
            reply.header("Content-Type"),
            Some("text/html; charset=utf-8")
        );
        assert!(
            reply
                .header("Content-Security-Policy")
                .unwrap()
                .starts_with("default-src 'none'")
        );
        let html = reply.text();
        assert!(html.contains(value), "{html}");
        for part in [
            "<form method=\"post\" action=\"/devicelogin\">",
            "name=\"user_code\"",
            "value=\"approve\"",
            "value=\"decline\"",
        ] {
            assert!(html.contains(part), "{part}: {html}");
        }
        for foreign in ["<script", "http:", "https:", "src="] {
            assert!(!html.contains(foreign), "{foreign}: {html}");
        }
    }
}

#[tokio::test]
async fn another_process_decides_too() {
    let simulator = Simulator::start().await.unwrap();
    let codes = begin(&simulator).await;
    let said = json!({"user_code": text(&codes, "user_code"), "decision": "approve"});
    let reply = control(&simulator, "device-codes", &said.to_string()).await;
    assert_eq!((reply.status, reply.json()), (200, said.clone()));
    assert_eq!(poll(&simulator, &codes).await.status, 200);
    for (body, status) in [
        (said.to_string(), 404),
        (said.to_string().replace("approve", "perhaps"), 400),
        ("{}".to_owned(), 400),
    ] {
        let reply = control(&simulator, "device-codes", &body).await;
        assert_eq!(reply.status, status);
        assert!(reply.json()["error"].is_string());
    }
}

#[tokio::test]
async fn the_same_requests_get_the_same_codes() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let simulator = Simulator::start().await.unwrap();
        runs.push([begin(&simulator).await, begin(&simulator).await]);
    }
    assert_eq!(runs[0], runs[1]);
    for member in ["user_code", "device_code"] {
        assert_ne!(runs[0][0][member], runs[0][1][member]);
    }
}
