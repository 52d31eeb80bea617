//! When there is no token: does the exit code say why, and is nothing sent to the service?

use std::time::Duration;

use partner_center_sim::{Fault, SignInError, Simulator};

use serde_json::json;

use crate::home::{Home, TENANT, profile};
use crate::run::{finish, with};

const LIST: [&str; 6] = [
    "--attempts",
    "1",
    "order",
    "list",
    "--customer",
    "b0d70a69-4c42-4b27-b17b-91a835d8686a",
];

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_says_why_there_is_no_token() {
    let simulator = Simulator::start().await.unwrap();
    let wait = Duration::from_secs(7);
    for (fault, exit, seconds) in [
        (Fault::sign_in(SignInError::RefreshTokenExpired), 4, None),
        (Fault::sign_in(SignInError::ClientSecretWrong), 4, None),
        (Fault::sign_in(SignInError::ApplicationUnknown), 4, None),
        (Fault::sign_in(SignInError::TenantUnknown), 4, None),
        (Fault::sign_in(SignInError::ConsentRequired), 4, None),
        (Fault::sign_in(SignInError::ConditionalAccess), 4, None),
        (Fault::status(429).retry_after(wait), 6, Some(7)),
        (Fault::sign_in(SignInError::TemporarilyUnavailable), 8, None),
        (Fault::html(500), 8, None),
        (Fault::html(200), 8, None),
        (Fault::reset(), 7, None),
        (Fault::redirect("https://login.example/"), 7, None),
    ] {
        simulator.clear_faults();
        let said = format!("{fault:?}");
        simulator.on_sign_in().fault(fault);
        let home = Home::signed_in(&simulator);
        let write = ["--attempts", "1", "api", "POST", "/customers", "--yes"];
        for command in [&LIST[..], &write, &["--attempts", "1", "auth", "status"]] {
            let run = home.run(command);
            let error = run.error();
            assert_eq!(
                (run.exit, run.stdout.as_str()),
                (exit, ""),
                "{said}: {run:?}"
            );
            assert_eq!(
                (error["kind"].as_str(), error["delivery"].as_str()),
                (Some("credential"), Some("not_sent"))
            );
            assert_eq!(error["attempts"], 1, "{said}: {error}");
            // Those of a request that was never sent are of no use.
            assert_eq!(error["requestId"], json!(null), "{said}: {error}");
            assert_eq!(
                error["retryAfterSeconds"].as_u64(),
                seconds,
                "{said}: {error}"
            );
        }
    }
    let service = simulator
        .requests()
        .into_iter()
        .filter(|request| request.path().starts_with("/v1"));
    assert_eq!(service.count(), 0);
}

/// Nobody listens on the port, or nobody answers.
#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_is_not_there_is_7() {
    let simulator = Simulator::start().await.unwrap();
    let home = Home::signed_in(&simulator);
    let text = profile(simulator.base_url(), "refresh-token");
    let authority = format!("authority = \"{}\"", simulator.base_url());
    home.write(
        "profiles.toml",
        &text.replace(&authority, "authority = \"http://127.0.0.1:1\""),
    );
    let run = home.run(&LIST);
    assert_eq!(
        (run.exit, run.error()["kind"].as_str()),
        (7, Some("credential")),
        "{run:?}"
    );
    let home = Home::signed_in(&simulator);
    simulator
        .on_sign_in()
        .fault(Fault::delay(Duration::from_secs(600)));
    assert_eq!(home.run(&with(&LIST, &["--deadline", "1"])).exit, 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_authority_that_cannot_be_one_is_2() {
    let simulator = Simulator::start().await.unwrap();
    let home = Home::signed_in(&simulator);
    for (key, value) in [
        ("authority", "http://login.example"),
        ("tenant", "a/b"),
        ("authority", ""),
    ] {
        let text = profile(simulator.base_url(), "refresh-token");
        let lines = text.lines().map(|line| match line.starts_with(key) {
            true => format!("{key} = \"{value}\"\n"),
            false => format!("{line}\n"),
        });
        home.write("profiles.toml", &lines.collect::<String>());
        let run = home.run(&LIST);
        assert_eq!(
            (run.exit, run.error()["kind"].as_str()),
            (2, Some("configuration")),
            "{run:?}"
        );
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_attempts_of_a_sign_in_are_counted() {
    let simulator = Simulator::start().await.unwrap();
    let home = Home::signed_in(&simulator);
    simulator.on_sign_in().fault(Fault::html(500));
    for command in [&LIST[2..], &["auth", "token"]] {
        let run = home.run(&with(command, &["--attempts", "2"]));
        let error = run.error();
        assert_eq!((run.exit, &error["attempts"]), (8, &json!(2)), "{error}");
        let shown = home.run(&with(command, &["--attempts", "2", "-o", "table"]));
        assert!(!shown.stderr.contains("request id"), "{}", shown.stderr);
    }
}

/// Whoever is signed in cannot do anything about it by signing in.
#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_cannot_be_used_is_1() {
    let simulator = Simulator::start().await.unwrap();
    let home = Home::signed_in(&simulator);
    // In the place of a file.
    std::fs::create_dir_all(home.file("lock")).unwrap();
    let run = home.run(&LIST);
    let error = run.error();
    assert_eq!(
        (run.exit, error["kind"].as_str()),
        (1, Some("credential")),
        "{run:?}"
    );
    assert!(simulator.requests().is_empty());
}

/// The profile that is named, and nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn a_named_profile_is_used_whatever_the_environment_says() {
    let simulator = Simulator::start().await.unwrap();
    let home = Home::signed_in(&simulator);
    let mut command = home.command(&with(&LIST, &["--profile", "contoso"]));
    command
        .env("PARTNERCENTER_ACCESS_TOKEN", "an-access-token-of-others")
        .env("PARTNERCENTER_ENVIRONMENT", "china")
        .env("PARTNERCENTER_ENDPOINT", "http://127.0.0.1:1")
        .env("PARTNERCENTER_AUTHORITY", "http://127.0.0.1:1");
    let run = finish(&mut command);
    assert_eq!(run.exit, 0, "{run:?}");
    let path = format!("/{TENANT}/oauth2/v2.0/token");
    assert!(
        simulator
            .requests()
            .iter()
            .any(|request| request.path() == path)
    );
}
