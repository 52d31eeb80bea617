//! `pcorders api`: any request, and nothing written by accident.

use std::io::Write;
use std::process::Stdio;

use partner_center_orders_tests::{CUSTOMER, Ending, Recorded, Reply, ScriptedServer, TOKEN};
use serde_json::Value;

use crate::run::{Run, command, finish, pcorders, prepared};

/// Runs `pcorders api` against a server, with a token. It sends each request once.
fn api(base_url: &str, arguments: &[&str]) -> Run {
    finish(prepared(base_url, &["--attempts", "1", "api"]).args(arguments))
}

#[test]
fn the_body_is_printed_as_it_came() {
    let server = Recorded::json([&b"\xef\xbb\xbf{\"price\" : 12.10, \"new\":[\n1]}"[..]]);
    let run = api(&server.base_url(), &["GET", "/invoices?size=1"]);
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
    // Not a byte more, and none less but the mark.
    assert_eq!(run.stdout, "{\"price\" : 12.10, \"new\":[\n1]}");
    assert_eq!(server.sent()[0].line, "GET /v1/invoices?size=1");
}

#[test]
fn all_pages_are_one_list() {
    let path = format!("/customers/{CUSTOMER}/orders");
    let mut printed = Vec::new();
    for format in ["json", "jsonl", "table"] {
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
        let items: Vec<Value> = if format == "json" {
            serde_json::from_str(&run.stdout).unwrap()
        } else {
            let lines = run.stdout.lines();
            lines
                .map(|line| serde_json::from_str(line).unwrap())
                .collect()
        };
        printed.push(items);
    }
    assert!(printed.iter().all(|items| *items == printed[0]));
    // The orders of the typed list, with words as they came.
    let typed = pcorders(&["--simulate", "order", "list", "-o", "json"]);
    let typed: Vec<Value> = serde_json::from_str(&typed.stdout).unwrap();
    assert_eq!(typed.len(), 43);
    let ids =
        |items: &[Value]| -> Vec<Value> { items.iter().map(|item| item["id"].clone()).collect() };
    assert_eq!(ids(&printed[0]), ids(&typed));
    let cycles = |items: &[Value], word| items.iter().any(|item| item["billingCycle"] == word);
    assert!(cycles(&printed[0], "Annual") && !cycles(&typed, "Annual"));
}

#[test]
fn a_write_is_sent_only_when_somebody_said_yes() {
    let server = Recorded::json(["{}"]);
    for method in ["POST", "patch", "PUT", "DELETE"] {
        let run = api(&server.base_url(), &[method, "/customers"]);
        assert_eq!(run.exit, 2);
        assert_eq!(run.error()["delivery"], "not_sent");
        assert!(run.error()["message"].as_str().unwrap().contains("--yes"));
    }
    assert_eq!(server.sent().len(), 0);
    let run = api(&server.base_url(), &["patch", "/customers", "--yes"]);
    assert_eq!((run.exit, run.stdout.as_str()), (0, "{}"));
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
    .stderr(Stdio::null())
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
        let hint = error["hint"].as_str().unwrap_or_default();
        assert_eq!(hint.contains("carried out"), exit == 9, "{error}");
        if delivery == "unknown" {
            let id = error["requestId"].as_str().unwrap();
            assert!(
                hint.starts_with("It may have been carried out: look"),
                "{hint}"
            );
            assert!(
                hint.contains(&format!("again: with --request-id {id}")),
                "{hint}"
            );
        }
        assert_eq!(run.stdout, "");
        // The same answer to a read is no reason for care.
        let server = ScriptedServer::start([reply]);
        assert_ne!(api(&server.base_url(), &["GET", "/x"]).exit, 9);
    }
    // Nothing listens: nothing was sent.
    assert_eq!(api("http://127.0.0.1:1", &["POST", "/x", "--yes"]).exit, 7);
}

/// The id to repeat it with comes first, and after it what is known of the code; of a refusal, the remedy alone.
#[test]
fn the_hint_of_a_write_has_the_remedy_of_its_code() {
    for (status, body, words) in [
        (
            "409 Conflict",
            r#"{"code":"800060"}"#,
            &[
                "--request-id",
                "Look the order up before anything else",
                "15 minutes",
            ][..],
        ),
        (
            "500 Oops",
            r#"{"code":"800084"}"#,
            &["--request-id", "termDuration"],
        ),
        (
            "403 Forbidden",
            r#"{"code":"800077"}"#,
            &["PATCH /customers/GUID/subscriptions/GUID"],
        ),
    ] {
        let server = ScriptedServer::start([Reply::complete(status, "", body)]);
        let run = api(&server.base_url(), &["POST", "/x", "--yes", "-o", "json"]);
        let error = run.error();
        let hint = error["hint"].as_str().unwrap();
        let mut rest = hint;
        for words in words {
            rest = rest.split_once(words).unwrap_or_else(|| panic!("{hint}")).1;
        }
        assert_eq!(hint.contains("--request-id"), run.exit == 9, "{hint}");
        let shown = api(&server.base_url(), &["POST", "/x", "--yes", "-o", "table"]);
        assert!(
            shown.stderr.contains(words[words.len() - 1]),
            "{}",
            shown.stderr
        );
    }
}

#[test]
fn what_makes_no_sense_is_said_before_anything_is_sent() {
    let server = Recorded::json(["{}"]);
    for arguments in [
        &["GET", "https://example.com/v1/customers"][..],
        &["GET", "/a/../b"],
        &["GET", ""],
        &["G ET", "/x"],
        &["BUY", "/x", "--yes"],
        &["TRACE", "/x", "--yes"],
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

#[test]
fn a_write_says_its_request_id_before_it_is_sent() {
    let server = Recorded::json(["{}"]);
    let run = api(&server.base_url(), &["POST", "/x", "--yes"]);
    let sent = &server.sent()[0];
    let (request, correlation) = (sent.header("ms-requestid"), sent.header("ms-correlationid"));
    let said = format!(
        "request id {}\n200 OK, correlation id {}\n",
        request.unwrap(),
        correlation.unwrap()
    );
    assert_eq!((run.exit, run.stderr), (0, said));
}

#[cfg(target_os = "linux")]
#[test]
fn a_write_whose_answer_cannot_be_printed_is_9() {
    let server = Recorded::json([r#"{"id":"5cf72f14a001"}"#]);
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let run = finish_into(full, &server.base_url(), &["POST", "/x", "--yes"]);
    let error = run.error();
    assert_eq!(
        (run.exit, error["delivery"].as_str()),
        (9, Some("accepted"))
    );
    assert_eq!(
        error["requestId"].as_str(),
        server.sent()[0].header("ms-requestid")
    );
    assert!(error["hint"].is_string());
    let full = std::fs::File::options()
        .write(true)
        .open("/dev/full")
        .unwrap();
    assert_eq!(
        finish_into(full, &server.base_url(), &["GET", "/x"]).exit,
        1
    );
}

#[cfg(target_os = "linux")]
fn finish_into(stdout: std::fs::File, base_url: &str, arguments: &[&str]) -> Run {
    let output = command(&["api"])
        .args(arguments)
        .env("PARTNERCENTER_ENDPOINT", base_url)
        .env("PARTNERCENTER_ACCESS_TOKEN", TOKEN)
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
        .wait_with_output()
        .unwrap();
    Run {
        exit: output.status.code().unwrap(),
        stdout: String::new(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn bytes_that_are_no_text_go_into_a_pipe_as_they_are() {
    let body = b"\xef\xbb\xbf\x00\xff%PDF".to_vec();
    let headers = vec![("content-type", "application/pdf".to_owned())];
    let server = Recorded::start(vec![(200, headers, body.clone())]);
    let output = command(&["api", "GET", "/invoices/1/statement"])
        .env("PARTNERCENTER_ENDPOINT", server.base_url())
        .env("PARTNERCENTER_ACCESS_TOKEN", TOKEN)
        .output()
        .unwrap();
    assert_eq!(output.stdout, body);
}

#[test]
fn the_media_type_is_the_one_that_was_said() {
    let server = Recorded::json(["{}"]);
    let file = std::env::temp_dir().join(format!("pcorders-type-{}", std::process::id()));
    std::fs::write(&file, "x").unwrap();
    let name = file.to_str().unwrap();
    let form = "multipart/form-data; boundary=b";
    let header = format!("content-TYPE: {form}");
    let run = api(
        &server.base_url(),
        &["POST", "/x", "-f", name, "-y", "-H", &header],
    );
    assert_eq!(run.exit, 0);
    assert_eq!(server.sent()[0].header("content-type"), Some(form));
    for twice in [
        &["-H", header.as_str(), "--content-type", "text/plain"][..],
        &["-H", "A: 1", "-H", "a: 2"],
    ] {
        let arguments = [&["POST", "/x", "-f", name, "-y"][..], twice].concat();
        assert_eq!(api(&server.base_url(), &arguments).exit, 2);
    }
    std::fs::remove_file(&file).unwrap();
    assert_eq!(server.sent().len(), 1);
}

/// Of a token that is cut somewhere, a part would be left.
#[test]
fn a_long_token_is_not_shown_in_pieces() {
    let token: String = (0..300).map(|number| format!("{number:05}")).collect();
    let fault = format!(r#"{{"code":"{token}","description":"no {token} here"}}"#);
    let server = Recorded::start(vec![(400, vec![], fault.into_bytes())]);
    let run = finish(
        command(&["api", "GET", "/x"])
            .env("PARTNERCENTER_ENDPOINT", server.base_url())
            .env("PARTNERCENTER_ACCESS_TOKEN", &token),
    );
    assert_eq!(run.exit, 1);
    for piece in [&token[..40], &token[700..740], &token[1460..]] {
        assert!(!run.stderr.contains(piece), "{}", run.stderr);
    }
}
