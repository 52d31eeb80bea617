//! `pcorders api`: any request, and nothing written by accident.

use std::io::Write;
use std::process::Stdio;

use partner_center_orders_tests::{CUSTOMER, Ending, Recorded, Reply, ScriptedServer, TOKEN};
use serde_json::Value;

use crate::run::{Run, command, finish, pcorders};

/// Runs `pcorders api` against a server, with a token.
fn api(base_url: &str, arguments: &[&str]) -> Run {
    finish(
        command(&["api"])
            .args(arguments)
            .env("PARTNERCENTER_ENDPOINT", base_url)
            .env("PARTNERCENTER_ACCESS_TOKEN", TOKEN),
    )
}

#[test]
fn the_body_is_printed_as_it_came() {
    let server = Recorded::json([&b"\xef\xbb\xbf{\"price\" : 12.10, \"new\":[\n1]}"[..]]);
    let run = api(&server.base_url(), &["GET", "/invoices?size=1"]);
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
    assert_eq!(run.stdout, "{\"price\" : 12.10, \"new\":[\n1]}\n");
    assert_eq!(server.sent()[0].line, "GET /v1/invoices?size=1");
}

#[test]
fn all_pages_are_one_list() {
    let path = format!("/customers/{CUSTOMER}/orders");
    for (format, count) in [("json", 1), ("jsonl", 43), ("table", 43)] {
        let run = pcorders(&[
            "--simulate",
            "api",
            "GET",
            &path,
            "--paginate",
            "-o",
            format,
        ]);
        assert_eq!(run.exit, 0, "{run:?}");
        if format == "json" {
            let items: Vec<Value> = serde_json::from_str(&run.stdout).unwrap();
            assert_eq!(items.len(), 43);
        } else {
            assert_eq!(run.stdout.lines().count(), 43 * count / 43);
        }
    }
    // The same as the typed list, member by member and digit by digit.
    let raw = pcorders(&[
        "--simulate",
        "api",
        "GET",
        &path,
        "--paginate",
        "-o",
        "jsonl",
    ]);
    assert!(raw.stdout.lines().all(|line| line.starts_with("{\"id\":")));
}

#[test]
fn a_write_is_sent_only_when_somebody_said_yes() {
    let server = Recorded::json(["{}"]);
    for method in ["POST", "patch", "PUT", "DELETE", "SURPRISE"] {
        let run = api(&server.base_url(), &[method, "/customers"]);
        assert_eq!(run.exit, 2);
        assert_eq!(run.error()["delivery"], "not_sent");
        assert!(run.error()["message"].as_str().unwrap().contains("--yes"));
    }
    assert_eq!(server.sent().len(), 0);
    let run = api(&server.base_url(), &["patch", "/customers", "--yes"]);
    assert_eq!((run.exit, run.stdout.as_str()), (0, "{}\n"));
    assert_eq!(server.sent()[0].line, "PATCH /v1/customers");
}

#[test]
fn a_body_comes_from_a_file_or_from_stdin() {
    let server = Recorded::json(["{}"]);
    let body = b"{\"quantity\": 3}\n";
    let file = std::env::temp_dir().join(format!("pcorders-body-{}.json", std::process::id()));
    std::fs::write(&file, body).unwrap();
    let id = "0e5fc923-8e3c-4560-9100-ce7283c3e081";
    let name = file.to_str().unwrap();
    let arguments = [
        "POST",
        "/x",
        "-f",
        name,
        "--yes",
        "-H",
        "If-Match: \"e\"",
        "--request-id",
        id,
    ];
    assert_eq!(api(&server.base_url(), &arguments).exit, 0);
    std::fs::remove_file(&file).unwrap();
    let mut piped = command(&[
        "api",
        "POST",
        "/x",
        "-f",
        "-",
        "-y",
        "--content-type",
        "text/plain",
    ])
    .env("PARTNERCENTER_ENDPOINT", server.base_url())
    .env("PARTNERCENTER_ACCESS_TOKEN", TOKEN)
    .stdin(Stdio::piped())
    .stdout(Stdio::null())
    .spawn()
    .unwrap();
    piped.stdin.take().unwrap().write_all(body).unwrap();
    assert!(piped.wait().unwrap().success());
    let sent = server.sent();
    assert!(sent.iter().all(|sent| sent.body == body));
    assert_eq!(sent[0].header("content-type"), Some("application/json"));
    assert_eq!(sent[0].header("if-match"), Some("\"e\""));
    assert_eq!(sent[0].header("ms-requestid"), Some(id));
    assert_eq!(sent[1].header("content-type"), Some("text/plain"));
    let run = api(
        &server.base_url(),
        &["POST", "/x", "-f", "/nowhere/at/all", "--yes"],
    );
    assert_eq!((run.exit, run.error()["kind"].as_str()), (2, Some("input")));
}

/// Exit 9 wins over 5 to 8: a script must not run such a write again.
#[test]
fn a_write_whose_outcome_is_not_known_is_9() {
    let cut = "HTTP/1.1 201 Created\r\ncontent-length: 10\r\n\r\n{";
    let progress = r#"{"code":"800060","description":"x"}"#;
    for (reply, exit, delivery) in [
        (Reply::complete("500 Oops", "", ""), 9, "unknown"),
        (
            Reply::complete("503 Unavailable", "", "<html>"),
            9,
            "unknown",
        ),
        (Reply::complete("409 Conflict", "", progress), 9, "unknown"),
        (
            Reply::complete("302 Found", "location: /x\r\n", ""),
            9,
            "unknown",
        ),
        (Reply::bytes("", Ending::Close), 9, "unknown"),
        (Reply::bytes(cut, Ending::Close), 9, "accepted"),
        (
            Reply::complete("206 Partial Content", "", "{}"),
            9,
            "accepted",
        ),
        (Reply::complete("400 Bad Request", "", "{}"), 1, "refused"),
        (Reply::complete("404 Not Found", "", "{}"), 3, "refused"),
        (
            Reply::complete("412 Precondition Failed", "", "{}"),
            5,
            "refused",
        ),
        (Reply::complete("429 Slow Down", "", "{}"), 6, "refused"),
    ] {
        let server = ScriptedServer::start([reply.clone()]);
        let run = api(&server.base_url(), &["POST", "/x", "--yes"]);
        let error = run.error();
        assert_eq!(
            (run.exit, error["delivery"].as_str()),
            (exit, Some(delivery)),
            "{reply:?}"
        );
        assert_eq!(error["hint"].is_string(), exit == 9, "{error}");
        if delivery == "unknown" {
            let id = error["requestId"].as_str().unwrap();
            assert!(error["hint"].as_str().unwrap().contains(id));
        }
        assert_eq!(run.stdout, "");
        // The same answer to a read is no reason for care.
        let server = ScriptedServer::start([reply]);
        assert_ne!(api(&server.base_url(), &["GET", "/x"]).exit, 9);
    }
    // Nothing listens: nothing was sent.
    assert_eq!(api("http://127.0.0.1:1", &["POST", "/x", "--yes"]).exit, 7);
}

#[test]
fn what_makes_no_sense_is_said_before_anything_is_sent() {
    let server = Recorded::json(["{}"]);
    for arguments in [
        &["GET", "https://example.com/v1/customers"][..],
        &["GET", "/a/../b"],
        &["GET", ""],
        &["G ET", "/x"],
        &["POST", "/x", "--paginate", "--yes"],
        &["GET", "/x", "--paginate", "-f", "-"],
        &["GET", "/x", "-H", "no-colon"],
        &["GET", "/x", "-H", "Authorization: Bearer x"],
        &["GET"],
    ] {
        let run = api(&server.base_url(), arguments);
        assert_eq!(run.exit, 2, "{arguments:?} {run:?}");
        assert_eq!(run.error()["delivery"], "not_sent");
    }
    assert_eq!(server.sent().len(), 0);
}
