//! What goes wrong on request when somebody signs in?

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use partner_center_sim::{Fault, SignInError, Simulator};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::state::control;
use crate::tokens::{PARTNER_CENTER, RENEWAL, V1, V2, alone, post, read};
use crate::wire::{FIRST, get};

const BEGIN: &str = "/contoso.example/oauth2/v2.0/devicecode";

/// All bytes that come for a renewal, and how the connection ended.
async fn bytes(simulator: &Simulator, form: &str) -> (Vec<u8>, Option<ErrorKind>) {
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST {V2} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
        form.len()
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let end = connection.read_to_end(&mut answer).await;
    (answer, end.err().map(|error| error.kind()))
}

fn body(answer: &[u8]) -> &[u8] {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    &answer[end.expect("a head") + 4..]
}

#[tokio::test]
async fn requests_for_signing_in_are_counted_apart() {
    let simulator = Simulator::start().await.unwrap();
    let wait = Duration::from_secs(3);
    simulator
        .on_sign_in()
        .nth(3)
        .fault(Fault::status(429).retry_after(wait));
    simulator.on_any().nth(2).fault(Fault::status(500));
    let orders = format!("/v1/customers/{FIRST}/orders");
    assert_eq!(
        post(&simulator, BEGIN, "client_id=a&scope=b").await.status,
        200
    );
    assert_eq!(get(&simulator, &orders).await.status, 200);
    assert_eq!(post(&simulator, V1, RENEWAL).await.status, 200);
    let reply = post(&simulator, V2, RENEWAL).await;
    assert_eq!(
        (reply.status, reply.header("Retry-After")),
        (429, Some("3"))
    );
    assert_eq!(reply.json()["error"], "temporarily_unavailable");
    assert_eq!(reply.header("MS-RequestId"), None);
    assert_eq!(post(&simulator, V2, RENEWAL).await.status, 200);
    assert_eq!(get(&simulator, &orders).await.status, 500);
    assert_eq!(simulator.requests()[3].status(), 429);
}

#[tokio::test]
async fn each_error_has_its_shape() {
    for (error, name, status, wanted, code, suberror) in [
        (
            SignInError::ClientSecretWrong,
            "client_secret_wrong",
            401,
            "invalid_client",
            7_000_215,
            None,
        ),
        (
            SignInError::ClientSecretExpired,
            "client_secret_expired",
            401,
            "invalid_client",
            7_000_222,
            None,
        ),
        (
            SignInError::ClientSecretMissing,
            "client_secret_missing",
            401,
            "invalid_client",
            7_000_218,
            None,
        ),
        (
            SignInError::ClientSecretUnexpected,
            "client_secret_unexpected",
            401,
            "invalid_client",
            700_025,
            None,
        ),
        (
            SignInError::ApplicationUnknown,
            "application_unknown",
            400,
            "unauthorized_client",
            700_016,
            None,
        ),
        (
            SignInError::TenantUnknown,
            "tenant_unknown",
            400,
            "invalid_request",
            90_002,
            None,
        ),
        (
            SignInError::RefreshTokenNotValid,
            "refresh_token_not_valid",
            400,
            "invalid_grant",
            70_000,
            None,
        ),
        (
            SignInError::RefreshTokenExpired,
            "refresh_token_expired",
            400,
            "invalid_grant",
            700_082,
            None,
        ),
        (
            SignInError::RefreshTokenRevoked,
            "refresh_token_revoked",
            400,
            "invalid_grant",
            50_173,
            None,
        ),
        (
            SignInError::MultiFactorRequired,
            "multi_factor_required",
            400,
            "interaction_required",
            50_076,
            Some("basic_action"),
        ),
        (
            SignInError::MultiFactorEnrollmentRequired,
            "multi_factor_enrollment_required",
            400,
            "interaction_required",
            50_079,
            Some("basic_action"),
        ),
        (
            SignInError::ConsentRequired,
            "consent_required",
            400,
            "invalid_grant",
            65_001,
            Some("consent_required"),
        ),
        (
            SignInError::ConditionalAccess,
            "conditional_access",
            400,
            "invalid_grant",
            53_003,
            Some("message_only"),
        ),
        (
            SignInError::TemporarilyUnavailable,
            "temporarily_unavailable",
            503,
            "temporarily_unavailable",
            90_033,
            None,
        ),
        (
            SignInError::AuthorizationPending,
            "authorization_pending",
            400,
            "authorization_pending",
            70_016,
            None,
        ),
        (
            SignInError::SlowDown,
            "slow_down",
            400,
            "slow_down",
            70_016,
            None,
        ),
        (
            SignInError::AuthorizationDeclined,
            "authorization_declined",
            400,
            "authorization_declined",
            65_004,
            None,
        ),
        (
            SignInError::DeviceCodeExpired,
            "device_code_expired",
            400,
            "expired_token",
            70_020,
            None,
        ),
        (
            SignInError::DeviceCodeUnknown,
            "device_code_unknown",
            400,
            "bad_verification_code",
            70_018,
            None,
        ),
    ] {
        let simulator = Simulator::start().await.unwrap();
        simulator.on_sign_in().nth(1).fault(Fault::sign_in(error));
        // The same by name, from another process.
        let rule = json!({"when": {"sign_in": true, "nth": 2}, "fault": {"kind": "sign_in", "error": name}});
        assert_eq!(
            control(&simulator, "faults", &rule.to_string())
                .await
                .status,
            200
        );
        for _ in 0..2 {
            let reply = post(&simulator, V2, RENEWAL).await;
            let body = reply.json();
            assert_eq!(reply.status, status, "{name}");
            assert_eq!(
                (&body["error"], &body["error_codes"]),
                (&json!(wanted), &json!([code]))
            );
            assert_eq!(body["suberror"].as_str(), suberror, "{name}");
            let description = body["error_description"].as_str().unwrap();
            assert!(description.starts_with(&format!("AADSTS{code}: ")));
            assert_eq!(body["timestamp"], "2024-07-01 08:00:00Z");
            assert_eq!(reply.header("Cache-Control"), Some("no-store"));
        }
        assert_eq!(post(&simulator, V2, RENEWAL).await.status, 200);
    }
}

#[tokio::test]
async fn an_error_may_ask_to_wait() {
    let simulator = Simulator::start().await.unwrap();
    let rule = json!({
        "when": {"sign_in": true, "nth": 1},
        "fault": {"kind": "sign_in", "error": "temporarily_unavailable", "retry_after": 7},
    });
    control(&simulator, "faults", &rule.to_string()).await;
    let fault = Fault::sign_in(SignInError::TemporarilyUnavailable);
    let fault = fault.retry_after(Duration::from_secs(7));
    simulator.on_sign_in().nth(2).fault(fault);
    simulator
        .on_sign_in()
        .nth(3)
        .fault(Fault::code(400, "50034"));
    for _ in 0..2 {
        let reply = post(&simulator, V2, RENEWAL).await;
        assert_eq!(
            (reply.status, reply.header("Retry-After")),
            (503, Some("7"))
        );
    }
    let reply = post(&simulator, V2, RENEWAL).await;
    assert_eq!(
        (reply.status, &reply.json()["error_codes"]),
        (400, &json!([50_034]))
    );
}

/// What a client loses when it does not keep what it never got.
#[tokio::test]
async fn a_renewal_whose_answer_is_lost_was_made() {
    for fault in [
        Fault::reset(),
        Fault::status(503),
        Fault::html(502),
        Fault::empty(500),
        Fault::redirect("https://elsewhere.example/"),
        Fault::sign_in(SignInError::TemporarilyUnavailable),
    ] {
        for (fault, status) in [(fault.clone(), 200), (fault.after_change(), 400)] {
            let told = format!("{fault:?}");
            let simulator = Simulator::builder()
                .single_use_refresh_tokens()
                .start()
                .await
                .unwrap();
            simulator.on_sign_in().nth(1).fault(fault);
            let (answer, end) = bytes(&simulator, RENEWAL).await;
            assert_eq!(
                end.is_some() || answer.is_empty(),
                told.contains("Reset"),
                "{told}"
            );
            let again = post(&simulator, V2, RENEWAL).await;
            assert_eq!(again.status, status, "{told}");
        }
    }
}

#[tokio::test]
async fn a_delayed_answer_comes_late_and_a_late_one_was_made() {
    let simulator = Simulator::builder()
        .single_use_refresh_tokens()
        .start()
        .await
        .unwrap();
    let wait = Duration::from_millis(50);
    simulator.on_sign_in().nth(1).fault(Fault::delay(wait));
    simulator
        .on_sign_in()
        .nth(2)
        .fault(Fault::delay(wait).after_change());
    for status in [200, 400] {
        let begun = Instant::now();
        assert_eq!(post(&simulator, V2, RENEWAL).await.status, status);
        assert!(begun.elapsed() >= wait);
    }
}

#[tokio::test]
async fn a_delayed_renewal_that_nobody_waits_for_is_not_made() {
    let simulator = Simulator::builder()
        .single_use_refresh_tokens()
        .start()
        .await
        .unwrap();
    let delays = [(1, 300), (2, 600)];
    for (nth, wait) in delays {
        let fault = Fault::delay(Duration::from_millis(wait));
        simulator.on_sign_in().nth(nth).fault(fault);
    }
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "POST {V2} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\n\r\n{RENEWAL}",
        RENEWAL.len()
    );
    connection.write_all(request.as_bytes()).await.unwrap();
    while simulator.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(connection);
    // This one comes when the time of the first is long over.
    assert_eq!(
        post(&simulator, V2, &alone(PARTNER_CENTER)).await.status,
        200
    );
    assert_eq!(
        post(&simulator, V2, RENEWAL).await.status,
        200,
        "it was not used up"
    );
}

#[tokio::test]
async fn an_answer_may_be_no_answer_of_the_endpoint() {
    let simulator = Simulator::start().await.unwrap();
    for fault in [
        Fault::html(502),
        Fault::empty(502),
        Fault::redirect("https://elsewhere.example/a?b"),
        Fault::redirect("no\nheader"),
    ] {
        simulator.clear_faults();
        simulator.on_sign_in().fault(fault.clone());
        simulator.on_any().fault(fault.clone());
        for reply in [
            post(&simulator, V2, RENEWAL).await,
            get(&simulator, "/v1").await,
        ] {
            assert_eq!(reply.header("MS-RequestId"), None);
            let told = format!("{fault:?}");
            if told.contains("Redirect") {
                let location = told
                    .contains("elsewhere")
                    .then_some("https://elsewhere.example/a?b");
                assert_eq!((reply.status, reply.header("Location")), (302, location));
            } else {
                assert_eq!(reply.status, 502);
            }
            assert_eq!(
                reply.text().starts_with("<!DOCTYPE html>"),
                told.contains("Html")
            );
            assert_eq!(reply.body.is_empty(), !told.contains("Html"));
        }
    }
}

#[tokio::test]
async fn a_body_may_be_cut_or_too_long() {
    let simulator = Simulator::start().await.unwrap();
    simulator.on_sign_in().nth(1).fault(Fault::cut_body(9));
    simulator
        .on_sign_in()
        .nth(2)
        .fault(Fault::huge_body(3_000_000));
    let pause = Duration::from_millis(20);
    simulator
        .on_sign_in()
        .nth(3)
        .fault(Fault::slow_body(600, pause));
    let (answer, _) = bytes(&simulator, RENEWAL).await;
    assert_eq!(body(&answer).len(), 9);
    let (answer, _) = bytes(&simulator, RENEWAL).await;
    assert_eq!(body(&answer).len(), 3_000_000);
    let said: Value = serde_json::from_slice(body(&answer)).unwrap();
    assert!(said["access_token"].is_string());
    let begun = Instant::now();
    assert_eq!(post(&simulator, V2, RENEWAL).await.status, 200);
    assert!(begun.elapsed() >= pause);
}

#[tokio::test]
async fn a_token_may_come_with_odd_members() {
    let simulator = Simulator::start().await.unwrap();
    let faults = [
        Fault::missing_member("expires_in"),
        Fault::odd_member("expires_in", "3599"),
        Fault::odd_member("expires_in", -1),
        Fault::odd_member("access_token", ()),
        Fault::unknown_word("token_type", "mac"),
    ];
    for (fault, nth) in faults.into_iter().zip(1..) {
        simulator.on_sign_in().nth(nth).fault(fault);
    }
    let usual = post(&simulator, V2, RENEWAL).await.json();
    assert_eq!(
        (usual.get("expires_in"), &usual["ext_expires_in"]),
        (None, &json!(3600))
    );
    let token = usual["access_token"].as_str().unwrap();
    assert_eq!(read(&simulator, token, "").await.0, 200);
    for (member, value) in [
        ("expires_in", json!("3599")),
        ("expires_in", json!(-1)),
        ("access_token", Value::Null),
        ("token_type", json!("mac")),
    ] {
        let said = post(&simulator, V2, RENEWAL).await.json();
        assert_eq!(said.get(member), Some(&value));
    }
    // The same of the service, whose amounts keep their digits.
    simulator
        .on_any()
        .nth(1)
        .fault(Fault::missing_member("items"));
    let list = get(&simulator, &format!("/v1/customers/{FIRST}/orders")).await;
    assert_eq!(
        (list.json().get("items"), &list.json()["totalCount"]),
        (None, &json!(43))
    );
}

#[tokio::test]
async fn what_has_no_place_there_changes_nothing() {
    let simulator = Simulator::start().await.unwrap();
    for fault in [
        Fault::token_refused(),
        Fault::repeated_next(),
        Fault::endless_next(),
        Fault::foreign_next("https://elsewhere.example/"),
    ] {
        simulator.on_sign_in().fault(fault);
        assert_eq!(
            post(&simulator, V2, &alone(PARTNER_CENTER)).await.status,
            200
        );
        simulator.clear_faults();
    }
    simulator
        .on_any()
        .fault(Fault::sign_in(SignInError::ConsentRequired));
    assert_eq!(get(&simulator, "/v1").await.status, 404);
}

#[tokio::test]
async fn rules_of_signing_in_are_written_as_json() {
    let simulator = Simulator::start().await.unwrap();
    simulator
        .on_sign_in()
        .first(2)
        .fault(Fault::odd_member("expires_in", "x"));
    simulator.on_sign_in().fault(Fault::redirect("/"));
    let rules = crate::wire::request(&simulator, "GET", "/_simulator/faults", &[]).await;
    let wanted = json!([
        {
            "when": {"sign_in": true, "first": 2, "seed": 0},
            "fault": {"kind": "odd_member", "member": "expires_in", "value": "x"}, "calls": 0,
        },
        {
            "when": {"sign_in": true, "seed": 0},
            "fault": {"kind": "redirect", "location": "/", "after_change": false}, "calls": 0,
        },
    ]);
    assert_eq!(rules.json(), wanted);
    for rule in [
        json!({"when": {"sign_in": true}, "fault": {"kind": "missing_member", "member": "expires_in"}}),
        json!({"when": {"sign_in": true}, "fault": {"kind": "empty", "status": 500}}),
    ] {
        assert_eq!(
            control(&simulator, "faults", &rule.to_string())
                .await
                .status,
            200
        );
    }
    let misspelled = json!({"fault": {"kind": "sign_in", "error": "no_mood"}});
    assert_eq!(
        control(&simulator, "faults", &misspelled.to_string())
            .await
            .status,
        400
    );
}
