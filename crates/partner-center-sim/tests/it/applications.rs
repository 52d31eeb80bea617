//! Who may ask for tokens, when that is said?

use partner_center_sim::{Application, Simulator};
use serde_json::json;

use crate::tokens::{PARTNER_CENTER, RENEWAL, V1, V2, alone, post};

const BEGIN: &str = "/contoso.example/oauth2/v2.0/devicecode";

async fn simulator(application: Application) -> Simulator {
    let other = Application::new("another");
    let builder = Simulator::builder()
        .application(other)
        .application(application);
    builder.start().await.unwrap()
}

/// Asks, and tells the error as its status, its word and its number; all 200 when there is none.
async fn outcome(simulator: &Simulator, target: &str, form: &str) -> (u16, String, u64) {
    let reply = post(simulator, target, form).await;
    let body = reply.json();
    match body["error"].as_str() {
        Some(error) => (
            reply.status,
            error.to_owned(),
            body["error_codes"][0].as_u64().unwrap(),
        ),
        None => (reply.status, String::new(), 0),
    }
}

fn denied(status: u16, error: &str, code: u64) -> (u16, String, u64) {
    (status, error.to_owned(), code)
}

fn good() -> (u16, String, u64) {
    denied(200, "", 0)
}

fn with_secret(secret: &str) -> [(&'static str, String); 3] {
    let alone = alone(PARTNER_CENTER).replace("a%26b", secret);
    let renewal = format!("{RENEWAL}&client_secret={secret}");
    [(V2, alone), (V1, renewal.clone()), (V2, renewal)]
}

#[tokio::test]
async fn a_confidential_application_needs_a_good_secret() {
    let application = Application::new("An-App")
        .secret("new")
        .secret("a&b")
        .expired_secret("old");
    let simulator = simulator(application).await;
    for (secret, wanted) in [
        ("new", good()),
        ("a%26b", good()),
        ("old", denied(401, "invalid_client", 7_000_222)),
        ("New", denied(401, "invalid_client", 7_000_215)),
        ("", denied(401, "invalid_client", 7_000_215)),
    ] {
        for (target, form) in with_secret(secret) {
            assert_eq!(outcome(&simulator, target, &form).await, wanted, "{form}");
        }
    }
    let missing = denied(401, "invalid_client", 7_000_218);
    assert_eq!(outcome(&simulator, V2, RENEWAL).await, missing);
    let alone = alone(PARTNER_CENTER).replace("client_secret=a%26b&", "");
    assert_eq!(outcome(&simulator, V2, &alone).await, missing);
}

#[tokio::test]
async fn an_application_that_nobody_registered_is_unknown() {
    let simulator = simulator(Application::new("an-app").secret("a&b")).await;
    let unknown = denied(400, "unauthorized_client", 700_016);
    for (target, form) in with_secret("a%26b") {
        assert_eq!(outcome(&simulator, target, &form).await, good());
        let form = form.replace("an-app", "nobody");
        assert_eq!(outcome(&simulator, target, &form).await, unknown);
    }
    let begin = "client_id=nobody&scope=openid";
    assert_eq!(outcome(&simulator, BEGIN, begin).await, unknown);
    // To begin takes no secret.
    let begin = "client_id=AN-APP&scope=openid";
    assert_eq!(outcome(&simulator, BEGIN, begin).await, good());
}

#[tokio::test]
async fn a_public_application_has_no_secret() {
    let simulator = simulator(Application::new("an-app")).await;
    assert_eq!(outcome(&simulator, V2, RENEWAL).await, good());
    let unexpected = denied(401, "invalid_client", 700_025);
    for (target, form) in with_secret("any") {
        assert_eq!(outcome(&simulator, target, &form).await, unexpected);
    }
}

#[tokio::test]
async fn without_consent_nothing_is_renewed() {
    let application = Application::new("an-app").secret("s").without_consent();
    let builder = Simulator::builder()
        .single_use_refresh_tokens()
        .application(application);
    let simulator = builder.start().await.unwrap();
    let [(_, alone), (_, renewal), _] = with_secret("s");
    for _ in 0..2 {
        let reply = post(&simulator, V2, &renewal).await;
        assert_eq!(reply.status, 400);
        let body = reply.json();
        assert_eq!(
            (&body["error"], &body["suberror"]),
            (&json!("invalid_grant"), &json!("consent_required"))
        );
        assert_eq!(
            body["error_codes"],
            json!([65_001]),
            "the token is not used up"
        );
    }
    assert_eq!(outcome(&simulator, V2, &alone).await, good());
}

#[test]
fn a_secret_is_not_printed() {
    let application = Application::new("an-app")
        .secret("s3cret")
        .expired_secret("s3cret");
    let printed = format!(
        "{application:?} {:?}",
        Simulator::builder().application(application.clone())
    );
    assert!(
        printed.contains("an-app") && !printed.contains("s3cret"),
        "{printed}"
    );
}
