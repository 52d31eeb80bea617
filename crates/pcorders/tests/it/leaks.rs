//! Is a secret anywhere but where it belongs?

use std::process::Stdio;
use std::time::Duration;

use partner_center_orders_tests::{Ending, Recorded, Reply, ScriptedServer};
use partner_center_sim::{Fault, Operation, Simulator};

use crate::home::{CLIENT, Home, SECRET, TENANT, profile};
use crate::run::{Run, fed, finish, with};

const LIST: [&str; 4] = [
    "order",
    "list",
    "--customer",
    "b0d70a69-4c42-4b27-b17b-91a835d8686a",
];
/// With signs that forms, JSON and quotations write in other ways.
const REFRESH: &str = "0.AX/refresh+token~\"with\\ signs\"&more=1";
const ACCESS: &str = "an-access.token.that-was-handed-out";

/// The secrets in every form that somebody may know them again in.
fn assert_no_secret(run: &Run, what: &str) {
    let said = format!("{}{}", run.stdout, run.stderr);
    let encoded = "0.AX%2Frefresh%2Btoken";
    let json = "refresh+token~\\\"with";
    for secret in [
        SECRET,
        &SECRET[4..],
        REFRESH,
        "refresh+token~",
        encoded,
        "%2frefresh%2btoken",
        json,
        ACCESS,
    ] {
        assert!(!said.contains(secret), "{what}: {said}");
    }
}

/// A profile with both secrets at a server.
fn home(base_url: &str) -> Home {
    let home = Home::new();
    home.write("profiles.toml", &profile(base_url, "refresh-token"));
    home.write(
        "secrets.toml",
        &format!("[contoso]\nclient-secret = \"{SECRET}\"\nrefresh-token = '{REFRESH}'\n"),
    );
    home
}

/// What a client's form may look like when it comes back.
fn echoes() -> Vec<String> {
    vec![
        format!("client_secret={SECRET}&refresh_token={REFRESH}"),
        format!(
            "client_secret={SECRET}&refresh_token=0.AX%2Frefresh%2Btoken%7E%22with%5C+signs%22%26more%3D1"
        ),
        format!("0.AX%2frefresh%2btoken~%22with%5c%20signs%22%26more%3d1 and {SECRET}"),
    ]
}

#[test]
fn an_authority_that_repeats_the_form_does_not_bring_it_to_the_terminal() {
    for echo in echoes() {
        let quoted = serde_json::to_string(&echo).unwrap();
        let fault = |status: &str, error: &str, member: &str| {
            let body =
                format!(r#"{{"error":"{error}","error_description":"no","{member}":{quoted}}}"#);
            Reply::complete(status, "content-type: application/json\r\n", body)
        };
        let html = format!("<html>{echo}</html>");
        for reply in [
            fault("400 Bad Request", "invalid_grant", "error_description"),
            fault("401 Unauthorized", "invalid_client", "error_description"),
            fault("400 Bad Request", "invalid_request", "error"),
            fault("400 Bad Request", "invalid_grant", "correlation_id"),
            fault("400 Bad Request", "invalid_grant", "suberror"),
            Reply::complete("500 Internal Server Error", "", &html),
            Reply::complete("200 OK", "content-type: text/html\r\n", &html),
            Reply::json(format!(r#"{{"access_token":{quoted}}}"#)),
            Reply::json(format!(
                r#"{{"access_token":"{ACCESS}","token_type":{quoted},"expires_in":3600}}"#
            )),
            Reply::json(format!(
                r#"{{"access_token":"{ACCESS}","token_type":"Bearer","expires_in":{quoted}}}"#
            )),
            Reply::complete(
                "302 Found",
                &format!("location: https://login.example/?{SECRET}\r\n"),
                "",
            ),
            Reply::bytes(
                format!("HTTP/1.1 200 OK\r\n\r\n{{\"access_token\":{quoted},"),
                Ending::Close,
            ),
        ] {
            let server = ScriptedServer::start([reply.clone()]);
            let home = home(&server.base_url());
            for format in ["json", "table"] {
                for command in [&LIST[..], &["auth", "status"]] {
                    let run = finish(
                        &mut home.command(&with(command, &["--attempts", "1", "-o", format])),
                    );
                    assert_ne!(run.exit, 0, "{reply:?}");
                    assert_eq!(run.stdout, "");
                    assert_no_secret(&run, &format!("{reply:?}"));
                }
            }
            let login = [
                "auth",
                "login",
                "--client-secret-stdin",
                "--refresh-token-stdin",
                "--attempts",
                "1",
            ];
            let input = format!("{SECRET}\n{REFRESH}\n");
            let run = fed(&mut home.command(&login), input.as_bytes());
            assert_ne!(run.exit, 0);
            assert_no_secret(&run, &format!("{reply:?}"));
        }
    }
}

/// Also of a long text, of which an end is cut off.
#[test]
fn a_secret_is_found_before_a_text_is_cut() {
    for length in (280..310).step_by(3) {
        let body = format!(
            r#"{{"code":"1","description":"{}{ACCESS} {}"}}"#,
            "x".repeat(length),
            "y".repeat(400)
        );
        let json = vec![("content-type", "application/json".to_owned())];
        let token =
            format!(r#"{{"access_token":"{ACCESS}","token_type":"Bearer","expires_in":3600}}"#);
        let server = Recorded::start(vec![
            (200, json.clone(), token.into()),
            (400, json, body.into()),
        ]);
        let home = home(&server.base_url());
        let run = finish(&mut home.command(&LIST));
        assert_eq!(run.exit, 1, "{run:?}");
        assert!(!run.stderr.contains(&ACCESS[..10]), "{}", run.stderr);
    }
}

/// The service has the access token, and may repeat it in any error.
#[test]
fn a_service_that_repeats_a_token_that_was_handed_out_does_not_bring_it_to_the_terminal() {
    let json = || vec![("content-type", "application/json".to_owned())];
    let next = "0.AX-the-next-refresh-token";
    let token = format!(
        r#"{{"access_token":"{ACCESS}","token_type":"Bearer","expires_in":3600,"refresh_token":"{next}"}}"#
    );
    let body = format!(r#"{{"code":"1","description":"bad token Bearer {ACCESS}, {next}"}}"#);
    for format in ["json", "table"] {
        let server = Recorded::start(vec![
            (200, json(), token.clone().into()),
            (400, json(), body.clone().into()),
        ]);
        let home = home(&server.base_url());
        let run = finish(&mut home.command(&with(&LIST, &["-o", format])));
        assert_eq!(run.exit, 1, "{run:?}");
        assert!(
            !run.stderr.contains(next) && run.stderr.contains("[secret]"),
            "{}",
            run.stderr
        );
        assert_no_secret(&run, format);
        assert!(home.text("secrets.toml").unwrap().contains(next));
    }
}

/// What every process of the machine can see.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_the_command_line_or_in_a_file_name() {
    use std::io::Write;
    use std::time::Instant;

    let simulator = Simulator::start().await.unwrap();
    simulator
        .on_sign_in()
        .fault(Fault::delay(Duration::from_secs(600)));
    let home = Home::new();
    let base_url = simulator.base_url();
    let login = [
        "auth",
        "login",
        "--tenant",
        TENANT,
        "--client-id",
        CLIENT,
        "--endpoint",
        base_url,
        "--authority",
        base_url,
    ];
    let mut child = home
        .command(&with(&login, &["--client-secret-stdin"]))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(SECRET.as_bytes())
        .unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while simulator.requests().is_empty() {
        assert!(Instant::now() < until, "nobody signed in");
        std::thread::yield_now();
    }
    for name in ["cmdline", "environ"] {
        let seen = std::fs::read(format!("/proc/{}/{name}", child.id())).unwrap();
        assert!(!String::from_utf8_lossy(&seen).contains(SECRET));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    simulator.clear_faults();
    assert_eq!(
        home.fed(&with(&login, &["--client-secret-stdin"]), SECRET)
            .exit,
        0
    );
    let names = std::fs::read_dir(home.file(".")).unwrap();
    for name in names.map(|entry| entry.unwrap().file_name()) {
        assert!(!name.to_string_lossy().contains(&SECRET[..8]), "{name:?}");
    }
}

/// Secrets of variables that do not count are secrets all the same.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_secret_in_the_environment_is_never_said() {
    let simulator = Simulator::start().await.unwrap();
    let home = Home::signed_in(&simulator);
    for name in [
        "PARTNERCENTER_CLIENT_SECRET",
        "AZURE_CLIENT_SECRET",
        "PARTNERCENTER_REFRESH_TOKEN",
        "PARTNERCENTER_ACCESS_TOKEN",
    ] {
        simulator.clear_faults();
        simulator
            .on(Operation::GetOrder)
            .fault(Fault::code(400, SECRET));
        for format in ["json", "table"] {
            let mut command = home.command(&[
                "order",
                "show",
                SECRET,
                "--profile",
                "contoso",
                "-o",
                format,
            ]);
            let run = finish(
                command
                    .args(["--customer", Simulator::CUSTOMERS[0]])
                    .env(name, SECRET),
            );
            assert_eq!(run.exit, 1, "{run:?}");
            assert!(run.stderr.contains("[secret]"), "{}", run.stderr);
            assert!(!run.stderr.contains(SECRET), "{}", run.stderr);
        }
    }
}

/// Nor is one that was given as an argument, which is a mistake.
#[test]
fn a_mistake_in_the_arguments_repeats_no_secret() {
    let home = Home::new();
    for format in ["json", "table"] {
        for mistake in [
            &["order", "list", "--customer", SECRET][..],
            &["order", SECRET],
        ] {
            let mut command = home.command(&with(mistake, &["-o", format]));
            let run = finish(command.env("PARTNERCENTER_CLIENT_SECRET", SECRET));
            assert_eq!(run.exit, 2);
            assert!(
                run.stderr.contains("[secret]") && !run.stderr.contains(SECRET),
                "{}",
                run.stderr
            );
        }
    }
}

/// It stands in the README, and is a word that the command says.
#[test]
fn the_token_of_the_simulator_is_no_secret() {
    let home = Home::new();
    let mut command = home.command(&["--simulate", "order", "list"]);
    let run = finish(command.env("PARTNERCENTER_ACCESS_TOKEN", Simulator::ACCESS_TOKEN));
    assert_eq!(
        run.stderr,
        "simulated: no real customer, nothing is bought\n"
    );
}
