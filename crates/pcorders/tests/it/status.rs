//! `pcorders auth status` and `token`: is it said who is signed in, and whether that is of any use?

use std::time::Duration;

use partner_center_orders_tests::TOKEN;
use partner_center_sim::{Builder, Fault, SignInError, Simulator};
use serde_json::json;

use crate::home::{CLIENT, Home, SECRET, TENANT, profile};
use crate::run::{Run, finish, with};

/// One whose tokens say the time of this machine.
fn simulator() -> Builder {
    Simulator::builder().running_clock(1)
}

/// A status that says that somebody is signed in.
fn fine(run: &Run) -> serde_json::Value {
    assert_eq!(run.exit, 0, "{run:?}");
    let status = run.json();
    assert_eq!(status["problem"], json!(null));
    status
}

/// With a token of the environment that has these claims.
fn with_claims(claims: &str) -> (Home, Run) {
    let home = Home::new();
    let token = format!("e30.{}.c2lnbmF0dXJl", base64url(claims));
    let mut command = home.command(&["auth", "status"]);
    let run = finish(command.env("PARTNERCENTER_ACCESS_TOKEN", &token));
    assert!(!format!("{run:?}").contains(&token), "{run:?}");
    (home, run)
}

/// As RFC 4648 has it, without padding.
fn base64url(text: &str) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut encoded = String::new();
    for piece in text.as_bytes().chunks(3) {
        let bits = piece
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
        let bits = bits << (8 * (3 - piece.len()));
        for place in 0..=piece.len() {
            let sign = bits >> (18 - 6 * place) & 0x3f;
            encoded.push(char::from(SIGNS[sign as usize]));
        }
    }
    encoded
}

#[test]
fn nobody_is_signed_in_without_credentials() {
    let home = Home::new();
    for (format, command) in [
        ("json", &["auth", "status"][..]),
        ("table", &["auth", "token"]),
    ] {
        let run = home.run(&with(command, &["-o", format]));
        assert_eq!((run.exit, run.stdout.as_str()), (4, ""), "{run:?}");
        for word in [
            "auth login --tenant TENANT",
            "PARTNERCENTER_ACCESS_TOKEN",
            "--simulate needs nothing",
        ] {
            assert!(run.stderr.contains(word), "{run:?}");
        }
    }
}

#[test]
fn a_token_that_says_nothing_is_no_failure() {
    let home = Home::new();
    let status = |format| {
        let mut command = home.command(&["auth", "status", "-o", format]);
        finish(command.env("PARTNERCENTER_ACCESS_TOKEN", TOKEN))
    };
    assert_eq!(
        fine(&status("json")),
        json!({
            "source": "environment", "profile": null, "sandbox": false, "signIn": "access-token", "environment": "global",
            "tenant": null, "application": null, "user": null, "actsAs": null, "audience": null, "mfa": null,
            "expiresAt": null, "expiresInSeconds": null, "endpoint": "https://api.partnercenter.microsoft.com",
            "authority": null, "problem": null,
        })
    );
    let table = status("table");
    let said: Vec<&str> = table.stdout.lines().collect();
    for line in [
        "user           not said",
        "MFA            not said",
        "expires (UTC)  not said",
        "from           the environment, access-token",
    ] {
        assert!(said.contains(&line), "{said:?}");
    }
}

#[test]
fn what_the_service_would_refuse_is_4_and_printed_all_the_same() {
    let audience = r#""aud":"https://api.partnercenter.microsoft.com","#;
    for (claims, word) in [
        (
            format!(r#"{{{audience}"idtyp":"app","exp":4102444800}}"#),
            None,
        ),
        (
            format!(
                r#"{{{audience}"scp":"user_impersonation","amr":["pwd","mfa"],"exp":4102444800}}"#
            ),
            None,
        ),
        // Nothing is said of MFA, or of an end.
        (format!(r#"{{{audience}"scp":"user_impersonation"}}"#), None),
        // An application needs none.
        (
            format!(r#"{{{audience}"idtyp":"app","amr":["pwd"]}}"#),
            None,
        ),
        // The id of an audience says nothing here.
        (
            r#"{"aud":"0f0f0f0f-0000-4000-8000-000000000000","idtyp":"app"}"#.to_owned(),
            None,
        ),
        (
            r#"{"aud":"https://api.partnercenter.microsoft.com/"}"#.to_owned(),
            None,
        ),
        (format!(r#"{{{audience}"exp":946684800}}"#), Some("expired")),
        (
            r#"{"aud":"https://graph.windows.net"}"#.to_owned(),
            Some("https://graph.windows.net"),
        ),
        (
            r#"{"aud":"https://partner.partnercenterapi.microsoftonline.cn"}"#.to_owned(),
            Some("microsoftonline.cn"),
        ),
        (
            format!(r#"{{{audience}"scp":"user_impersonation","amr":["pwd"]}}"#),
            Some("multi-factor"),
        ),
    ] {
        let (_, run) = with_claims(&claims);
        let status = run.json();
        let problem = status["problem"].as_str().unwrap_or_default();
        match word {
            None => assert_eq!((run.exit, problem), (0, ""), "{claims}"),
            Some(word) => {
                let error = run.error();
                assert_eq!(
                    (run.exit, error["kind"].as_str()),
                    (4, Some("credential")),
                    "{claims}"
                );
                assert!(problem.contains(word), "{claims}: {problem}");
                assert_eq!(error["message"], problem);
            }
        }
    }
    let (_, run) = with_claims(r#"{"exp":946684800}"#);
    assert_eq!(run.json()["expiresAt"], "2000-01-01T00:00:00Z");
}

#[test]
fn an_endpoint_that_cannot_be_one_is_2() {
    let home = Home::new();
    for verb in ["status", "token"] {
        for endpoint in [
            "https://me:a-password@partner.example",
            "http://partner.example",
        ] {
            for format in ["json", "table"] {
                let mut command = home.command(&["auth", verb, "-o", format]);
                command
                    .env("PARTNERCENTER_ACCESS_TOKEN", TOKEN)
                    .env("PARTNERCENTER_ENDPOINT", endpoint);
                let run = finish(&mut command);
                assert_eq!((run.exit, run.stdout.as_str()), (2, ""), "{run:?}");
                assert!(!run.stderr.contains("a-password"), "{run:?}");
            }
        }
    }
}

#[test]
fn what_cannot_be_a_token_is_2_and_not_printed() {
    let home = Home::new();
    for token in [
        "a-token\u{1b}[2J",
        "two-lines\nof-it",
        "a-töken",
        "a-token\u{7f}",
    ] {
        for verb in ["status", "token"] {
            let mut command = home.command(&["auth", verb]);
            let run = finish(command.env("PARTNERCENTER_ACCESS_TOKEN", token));
            assert_eq!((run.exit, run.stdout.as_str()), (2, ""), "{run:?}");
            assert_eq!(run.error()["kind"], "configuration");
            assert!(!run.stderr.contains(&token[..5]), "{run:?}");
        }
    }
}

#[test]
fn a_claim_that_repeats_a_secret_is_not_printed() {
    let home = Home::new();
    let claims = format!(
        r#"{{"aud":"https://{SECRET}","tid":"{SECRET}","appid":"{SECRET}","upn":"{SECRET}"}}"#
    );
    let token = format!("e30.{}.c2lnbmF0dXJl", base64url(&claims));
    for format in ["json", "table"] {
        let mut command = home.command(&["auth", "status", "-o", format]);
        command
            .env("PARTNERCENTER_ACCESS_TOKEN", &token)
            .env("AZURE_CLIENT_SECRET", SECRET);
        let run = finish(&mut command);
        assert!(run.stdout.contains("[secret]"), "{run:?}");
        assert!(!format!("{run:?}").contains(SECRET), "{run:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_that_is_not_let_in_says_why_and_what_to_do() {
    let simulator = simulator().start().await.unwrap();
    for (error, code, words) in [
        (
            SignInError::RefreshTokenRevoked,
            "50173",
            &["--profile contoso --refresh-token-stdin", "was revoked"][..],
        ),
        (
            SignInError::MultiFactorRequired,
            "50076",
            &["--profile contoso --refresh-token-stdin", "multi-factor"],
        ),
        (
            SignInError::ClientSecretExpired,
            "7000222",
            &[
                "make a new one",
                "Put it in: pcorders auth login --profile contoso --client-secret-stdin",
            ],
        ),
        (
            SignInError::ClientSecretWrong,
            "7000215",
            &["--profile contoso --client-secret-stdin"],
        ),
        (
            SignInError::ApplicationUnknown,
            "700016",
            &["application's id"],
        ),
        (
            SignInError::ClientSecretUnexpected,
            "700025",
            &["without a secret"],
        ),
        (
            SignInError::ClientSecretMissing,
            "7000218",
            &["public client flows"],
        ),
        (
            SignInError::RefreshTokenExpired,
            "700082",
            &["Sign in: pcorders auth login --profile contoso --refresh-token-stdin"],
        ),
        (SignInError::ConsentRequired, "65001", &["consent"]),
        (
            SignInError::ConditionalAccess,
            "53003",
            &["conditional access"],
        ),
    ] {
        simulator.clear_faults();
        simulator.on_sign_in().fault(Fault::sign_in(error));
        let home = Home::signed_in(&simulator);
        for command in [
            &["auth", "status"][..],
            &["auth", "token"],
            &["order", "list", "--customer", Simulator::CUSTOMERS[0]],
        ] {
            let run = home.run(command);
            let error = run.error();
            assert_eq!((run.exit, run.stdout.as_str()), (4, ""), "{run:?}");
            assert_eq!(
                (error["kind"].as_str(), error["code"].as_str()),
                (Some("credential"), Some(code))
            );
            assert_eq!(error["delivery"], "not_sent");
            // Once, and not once more by the authority's own words.
            let message = error["message"].as_str().unwrap();
            assert_eq!(message.matches("AADSTS").count(), 1, "{message}");
            let hint = error["hint"].as_str().unwrap();
            assert!(words.iter().all(|word| hint.contains(word)), "{hint}");
            // What does not help is not said.
            let is_said = words.iter().any(|word| word.contains("--profile"));
            assert_eq!(hint.contains("pcorders auth login"), is_said, "{hint}");
            // The authority's id of the request, to be looked up there.
            assert_eq!(
                error["correlationId"].as_str().map(str::len),
                Some(36),
                "{error}"
            );
            let shown = home.run(&with(command, &["-o", "table"]));
            assert!(
                shown.stderr.contains("\n  correlation id of the sign-in "),
                "{}",
                shown.stderr
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_mfa_is_told_so() {
    let simulator = simulator().multi_factor(false).start().await.unwrap();
    let home = Home::signed_in(&simulator);
    let run = home.run(&["auth", "status", "-o", "table"]);
    assert_eq!(run.exit, 4, "{run:?}");
    assert!(run.stdout.contains("MFA            no\n"), "{}", run.stdout);
    assert!(run.stderr.contains("since April 2026"), "{}", run.stderr);
    assert!(
        run.stderr.contains("pcorders auth login --profile contoso"),
        "{}",
        run.stderr
    );
    let run = home.run(&["order", "list", "--customer", Simulator::CUSTOMERS[0]]);
    let error = run.error();
    assert_eq!((run.exit, error["code"].as_str()), (4, Some("900421")));
    let hint = error["hint"].as_str().unwrap();
    assert!(
        hint.ends_with("Sign in: pcorders auth login --profile contoso --refresh-token-stdin"),
        "{hint}"
    );
    // Somebody who signs in so is told as well.
    let at = [
        "--endpoint",
        simulator.base_url(),
        "--authority",
        simulator.base_url(),
    ];
    let who = [
        "auth",
        "login",
        "--tenant",
        TENANT,
        "--client-id",
        CLIENT,
        "--refresh-token-stdin",
    ];
    let login = Home::new().fed(&with(&who, &at), Simulator::REFRESH_TOKEN);
    assert_eq!(login.exit, 0, "{login:?}");
    assert!(
        login.stderr.contains("note: the user signed in without"),
        "{}",
        login.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_credentials_are_from_is_said() {
    let simulator = simulator().start().await.unwrap();
    let base_url = simulator.base_url();
    let home = Home::signed_in(&simulator);
    let status = |variables: &[(&str, &str)], more: &[&str]| {
        let mut command = home.command(&with(&["auth", "status"], more));
        command
            .env("PARTNERCENTER_ENDPOINT", base_url)
            .env("PARTNERCENTER_AUTHORITY", base_url);
        fine(&finish(command.envs(variables.iter().copied())))
    };
    let from = |status: &serde_json::Value| {
        let text = |name: &str| status[name].as_str().unwrap_or("-").to_owned();
        format!(
            "{} {} {} {}",
            text("source"),
            text("signIn"),
            text("profile"),
            text("tenant")
        )
    };
    let ours = [
        ("PARTNERCENTER_TENANT_ID", "t"),
        ("PARTNERCENTER_CLIENT_ID", CLIENT),
        ("PARTNERCENTER_CLIENT_SECRET", SECRET),
    ];
    let azure = [
        ("AZURE_TENANT_ID", "a"),
        ("AZURE_CLIENT_ID", CLIENT),
        ("AZURE_CLIENT_SECRET", SECRET),
    ];
    let refresh = ("PARTNERCENTER_REFRESH_TOKEN", Simulator::REFRESH_TOKEN);
    let profile = format!("profile refresh-token contoso {TENANT}");
    assert_eq!(from(&status(&[], &[])), profile);
    assert_eq!(from(&status(&ours, &[])), "environment client-secret - t");
    assert_eq!(
        from(&status(&[ours[0], ours[1], refresh], &[])),
        "environment refresh-token - t"
    );
    assert_eq!(from(&status(&azure, &[])), "azure client-secret - a");
    assert_eq!(from(&status(&ours, &["--profile", "contoso"])), profile);
    let simulated = fine(&finish(
        home.command(&["--simulate", "auth", "status"]).envs(ours),
    ));
    assert_eq!(from(&simulated), "simulator - - -");
}

#[test]
fn credentials_of_a_profile_do_not_go_to_another_cloud_by_a_variable() {
    let home = Home::new();
    // Nobody listens there.
    home.write(
        "profiles.toml",
        &profile("http://127.0.0.1:1", "client-secret"),
    );
    home.write(
        "secrets.toml",
        &format!("[contoso]\nclient-secret = \"{SECRET}\"\n"),
    );
    let run = finish(
        home.command(&["auth", "status"])
            .env("PARTNERCENTER_ENVIRONMENT", "china"),
    );
    let error = run.error();
    assert_eq!(
        (run.exit, error["kind"].as_str()),
        (2, Some("configuration"))
    );
    assert_eq!(
        error["hint"],
        "Unset PARTNERCENTER_ENVIRONMENT, or say which profile is meant: --profile contoso"
    );
    // Half of what is needed does not send the rest of it anywhere either.
    let run = finish(
        home.command(&["auth", "status"])
            .env("PARTNERCENTER_CLIENT_ID", CLIENT),
    );
    let message = run.error()["message"].as_str().unwrap().to_owned();
    assert_eq!(run.exit, 2);
    assert!(
        message.contains("PARTNERCENTER_TENANT_ID is missing"),
        "{message}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_is_one_line_whatever_the_format() {
    let simulator = simulator().start().await.unwrap();
    let home = Home::signed_in(&simulator);
    for format in ["json", "jsonl", "table"] {
        let run = home.run(&["auth", "token", "-o", format]);
        let (token, rest) = run.stdout.split_once('\n').unwrap();
        assert_eq!((run.exit, rest, run.stderr.as_str()), (0, "", ""));
        assert_eq!(token.split('.').count(), 3);
        let mut command = home.command(&["order", "list", "--customer", Simulator::CUSTOMERS[0]]);
        command
            .env("PARTNERCENTER_ACCESS_TOKEN", token)
            .env("PARTNERCENTER_ENDPOINT", simulator.base_url());
        assert_eq!(finish(&mut command).exit, 0);
    }
    let run = home.run(&["--simulate", "auth", "token"]);
    assert_eq!(run.stdout, format!("{}\n", Simulator::ACCESS_TOKEN));
}

#[cfg(unix)]
#[test]
fn a_token_is_shown_to_a_terminal_only_by_force() {
    use std::fs::File;

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

    let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&controller).unwrap();
    unlockpt(&controller).unwrap();
    let name = ptsname(&controller, Vec::new()).unwrap();
    let terminal = File::options()
        .read(true)
        .write(true)
        .open(name.to_str().unwrap())
        .unwrap();
    let home = Home::new();
    let token = |more: &[&str]| {
        let mut command = home.command(&with(&["auth", "token"], more));
        command
            .env("PARTNERCENTER_ACCESS_TOKEN", TOKEN)
            .stdout(terminal.try_clone().unwrap());
        finish(&mut command)
    };
    let refused = token(&[]);
    assert_eq!(refused.exit, 2);
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    assert_eq!(token(&["--force"]).exit, 0);
}

/// What is wrong with the command line comes first.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_for_a_token_before_the_input_is_right() {
    let simulator = simulator().start().await.unwrap();
    let home = Home::signed_in(&simulator);
    let run = home.run(&["order", "show", ".", "--customer", Simulator::CUSTOMERS[0]]);
    assert_eq!((run.exit, run.error()["kind"].as_str()), (2, Some("input")));
    assert_eq!(home.run(&["order", "list"]).exit, 2);
    assert!(simulator.requests().is_empty());
    simulator
        .on_sign_in()
        .fault(Fault::delay(Duration::from_secs(60)));
    let run = home.run(&[
        "order",
        "list",
        "--customer",
        Simulator::CUSTOMERS[0],
        "--deadline",
        "1",
    ]);
    assert_eq!(run.exit, 7, "{run:?}");
}
