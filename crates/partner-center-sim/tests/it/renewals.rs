//! When is a token good no longer?

use std::time::Duration;

use partner_center_sim::Simulator;
use serde_json::{Value, json};

use crate::state::{control, folder, read as file, start};
use crate::tokens::{PARTNER_CENTER, RENEWAL, V1, V2, alone, post, read, token};
use crate::wire::{Reply, get, request};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn with(refresh_token: &Value) -> String {
    RENEWAL.replace(
        "simulated",
        refresh_token.as_str().expect("a refresh token"),
    )
}

/// The refresh token of a renewal that must be possible.
async fn renewed(simulator: &Simulator, form: &str) -> Value {
    let reply = post(simulator, V2, form).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()["refresh_token"].take()
}

/// The number of an error that asks to sign in again.
fn refused(reply: &Reply) -> Value {
    let body = reply.json();
    assert_eq!(
        (reply.status, &body["error"]),
        (400, &json!("invalid_grant"))
    );
    body["error_codes"][0].clone()
}

#[tokio::test]
async fn revoked_access_tokens_are_refused_and_new_ones_are_good() {
    let simulator = Simulator::start().await.unwrap();
    let user = token(&simulator, RENEWAL).await;
    let application = token(&simulator, &alone(PARTNER_CENTER)).await;
    simulator.revoke_tokens().unwrap();
    for token in [&user, &application, Simulator::ACCESS_TOKEN] {
        assert_eq!(read(&simulator, token, "").await, (401, json!("400")));
    }
    let new = token(&simulator, RENEWAL).await;
    assert_eq!(read(&simulator, &new, "").await.0, 200);
    simulator.reset().unwrap();
    assert_eq!(read(&simulator, Simulator::ACCESS_TOKEN, "").await.0, 200);
}

#[tokio::test]
async fn revoked_refresh_tokens_ask_to_sign_in_again() {
    let simulator = Simulator::start().await.unwrap();
    let reply = post(&simulator, V2, RENEWAL).await.json();
    simulator.revoke_refresh_tokens().unwrap();
    for form in [RENEWAL, &with(&reply["refresh_token"])] {
        for endpoint in [V1, V2] {
            assert_eq!(refused(&post(&simulator, endpoint, form).await), 50_173);
        }
    }
    // The access token goes on until its end.
    let token = reply["access_token"].as_str().unwrap();
    assert_eq!(read(&simulator, token, "").await.0, 200);
    simulator.reset().unwrap();
    renewed(&simulator, RENEWAL).await;
}

#[tokio::test]
async fn a_refresh_token_ends_after_ninety_days_without_use() {
    let simulator = Simulator::start().await.unwrap();
    let first = renewed(&simulator, RENEWAL).await;
    simulator.clock().advance(90 * DAY - Duration::from_secs(1));
    let second = renewed(&simulator, &with(&first)).await;
    simulator.clock().advance(Duration::from_secs(1));
    assert_eq!(refused(&post(&simulator, V2, &with(&first)).await), 700_082);
    renewed(&simulator, &with(&second)).await;
    renewed(&simulator, RENEWAL).await;

    let builder = Simulator::builder().refresh_token_lifetime(Duration::from_secs(5));
    let simulator = builder.start().await.unwrap();
    let first = renewed(&simulator, RENEWAL).await;
    simulator.clock().advance(Duration::from_secs(5));
    assert_eq!(refused(&post(&simulator, V1, &with(&first)).await), 700_082);
}

#[tokio::test]
async fn a_refresh_token_can_be_good_for_one_use() {
    let simulator = Simulator::builder()
        .single_use_refresh_tokens()
        .start()
        .await
        .unwrap();
    let first = renewed(&simulator, RENEWAL).await;
    assert_eq!(refused(&post(&simulator, V2, RENEWAL).await), 70_000);
    // Who may not use it does not use it up.
    let stolen = with(&first).replace("an-app", "another");
    assert_eq!(refused(&post(&simulator, V2, &stolen).await), 70_000);
    let second = renewed(&simulator, &with(&first)).await;
    assert_eq!(refused(&post(&simulator, V2, &with(&first)).await), 70_000);
    renewed(&simulator, &with(&second)).await;
    simulator.reset().unwrap();
    renewed(&simulator, RENEWAL).await;
}

#[tokio::test]
async fn another_process_revokes_too() {
    let simulator = Simulator::start().await.unwrap();
    let reply = control(&simulator, "revoke", r#"{"access_tokens": true}"#).await;
    let wanted = json!({"access_tokens": true, "refresh_tokens": false});
    assert_eq!((reply.status, reply.json()), (200, wanted));
    assert_eq!(get(&simulator, "/v1").await.status, 401);
    renewed(&simulator, RENEWAL).await;
    let reply = control(&simulator, "revoke", r#"{"refresh_tokens": true}"#).await;
    assert_eq!(reply.status, 200);
    assert_eq!(refused(&post(&simulator, V2, RENEWAL).await), 50_173);
    assert_eq!(
        control(&simulator, "revoke", r#"{"tokens": true}"#)
            .await
            .status,
        400
    );
}

#[tokio::test]
async fn another_process_sets_how_one_signs_in() {
    let simulator = Simulator::start().await.unwrap();
    let usual = json!({
        "token_lifetime": 3600, "refresh_token_lifetime": 7_776_000, "single_use_refresh_tokens": false,
        "multi_factor": true, "device_code_lifetime": 900, "device_interval": 5, "approve_devices": false,
    });
    let now = || request(&simulator, "GET", "/_simulator/sign-in", &[]);
    assert_eq!(now().await.json(), usual);
    let change = json!({"token_lifetime": 7, "single_use_refresh_tokens": true});
    let mut wanted = usual;
    for (member, value) in change.as_object().unwrap() {
        wanted[member] = value.clone();
    }
    let reply = control(&simulator, "sign-in", &change.to_string()).await;
    assert_eq!((reply.status, reply.json()), (200, wanted.clone()));
    assert_eq!(post(&simulator, V2, RENEWAL).await.json()["expires_in"], 7);
    assert_eq!(refused(&post(&simulator, V2, RENEWAL).await), 70_000);
    let other = json!({
        "token_lifetime": 1, "refresh_token_lifetime": 2, "single_use_refresh_tokens": false,
        "multi_factor": false, "device_code_lifetime": 3, "device_interval": 0, "approve_devices": true,
    });
    let reply = control(&simulator, "sign-in", &other.to_string()).await;
    assert_eq!(reply.json(), other);
    assert_eq!(
        control(&simulator, "sign-in", r#"{"lifetime": 7}"#)
            .await
            .status,
        400
    );
    simulator.reset().unwrap();
    assert_eq!(now().await.json(), other, "settings stay");
}

#[tokio::test]
async fn the_next_simulator_knows_what_was_revoked_and_used() {
    let (_folder, path) = folder();
    let begin = "client_id=an-app&scope=offline_access";
    let begun = "/contoso.example/oauth2/v2.0/devicecode";
    let simulator = start(&path).await;
    let first = renewed(&simulator, RENEWAL).await;
    let codes = post(&simulator, begun, begin).await.json();
    simulator.revoke_tokens().unwrap();
    simulator.revoke_refresh_tokens().unwrap();
    drop(simulator);

    let simulator = start(&path).await;
    assert_eq!(get(&simulator, "/v1").await.status, 401);
    for form in [RENEWAL, &with(&first)] {
        assert_eq!(refused(&post(&simulator, V2, form).await), 50_173);
    }
    simulator
        .approve_device(codes["user_code"].as_str().unwrap())
        .unwrap();
    drop(simulator);

    let simulator = start(&path).await;
    let form = format!(
        "grant_type=urn:ietf:params:oauth:grant-type:device_code&client_id=an-app&device_code={}",
        codes["device_code"].as_str().unwrap()
    );
    renewed(&simulator, &form).await;
    assert_ne!(
        post(&simulator, begun, begin).await.json()["user_code"],
        codes["user_code"]
    );
}

/// Files were written before there were device codes and before refresh tokens had an end.
#[tokio::test]
async fn a_file_from_before_is_read() {
    let (_folder, path) = folder();
    let simulator = start(&path).await;
    let first = renewed(&simulator, RENEWAL).await;
    drop(simulator);
    let mut old = file(&path);
    let state = old["state"].as_object_mut().unwrap();
    state.remove("devices").expect("device codes");
    let tokens = state["tokens"].as_object_mut().unwrap();
    tokens.remove("is_fixed_token_revoked").expect("a member");
    tokens["renewals"] = json!({ first.as_str().unwrap(): "an-app" });
    std::fs::write(&path, old.to_string()).unwrap();

    let simulator = start(&path).await;
    simulator.clock().advance(1000 * DAY);
    let other = with(&first).replace("an-app", "another");
    assert_eq!(refused(&post(&simulator, V2, &other).await), 70_000);
    renewed(&simulator, &with(&first)).await;
    simulator.revoke_refresh_tokens().unwrap();
    assert_eq!(refused(&post(&simulator, V2, &with(&first)).await), 50_173);
}
