//! How does the command fail? With the exit code of the contract, and nothing on stdout that looks complete.

use partner_center_orders_tests::{CUSTOMER, Ending, Recorded, Reply, ScriptedServer, TOKEN};
use serde_json::json;

use crate::run::{against, command, finish, pcorders};

/// What the catalogue advises for 404 with the code 20000.
const ORDER_NOT_FOUND: &str = "Check the order's id, letter by letter, and the customer. An order that was just placed \
                               may show up to 15 minutes late: then read again before anything else.";

fn exit_for(reply: Reply, arguments: &[&str]) -> i32 {
    let server = ScriptedServer::start([reply]);
    let run = against(&server.base_url(), arguments);
    assert_eq!(run.stdout, "");
    let error = run.error();
    assert_eq!(server.heads().len(), 1);
    for id in ["requestId", "correlationId"] {
        assert!(error[id].is_string(), "{error}");
    }
    assert!(!format!("{run:?}").contains(TOKEN));
    run.exit
}

#[test]
fn the_status_decides_whatever_the_body_is() {
    for (status, exit) in [
        ("400 Bad Request", 1),
        ("401 Unauthorized", 4),
        ("403 Forbidden", 4),
        ("404 Not Found", 3),
        ("409 Conflict", 5),
        ("412 Precondition Failed", 5),
        ("418 I'm a teapot", 1),
        ("429 Too Many Requests", 6),
        ("500 Internal Server Error", 8),
        ("503 Service Unavailable", 8),
        ("302 Found", 7),
    ] {
        for body in [r#"{"code":"1","description":"no"}"#, "<html></html>", ""] {
            assert_eq!(
                exit_for(Reply::complete(status, "", body), &["order", "show", "o"]),
                exit,
                "{status}"
            );
        }
    }
}

#[test]
fn what_cannot_be_read_is_8_and_what_was_cut_is_7() {
    let huge = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n{";
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{";
    for (reply, exit) in [
        (Reply::json("oops"), 8),
        (Reply::json("<html></html>"), 8),
        (Reply::json(""), 8),
        (Reply::json(r#"{"items":[{"id":null}]}"#), 8),
        (Reply::bytes(huge, Ending::Silence), 8),
        (Reply::bytes(cut, Ending::Close), 7),
        (Reply::json(r#"{"items":["#), 7),
        (Reply::bytes("", Ending::Close), 7),
    ] {
        for format in ["json", "jsonl"] {
            assert_eq!(
                exit_for(reply.clone(), &["order", "list", "-o", format]),
                exit,
                "{reply:?}"
            );
        }
    }
}

#[test]
fn an_answer_that_does_not_come_is_7() {
    for bytes in ["", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{"] {
        let reply = Reply::bytes(bytes, Ending::Silence);
        assert_eq!(
            exit_for(reply, &["order", "show", "o", "--deadline", "2"]),
            7
        );
    }
}

#[test]
fn the_error_object_has_every_member() {
    let body = r#"{"code":20000,"description":"No such order","data":[],"source":"PartnerFD"}"#;
    let server =
        ScriptedServer::start([Reply::complete("404 Not Found", "retry-after: 3\r\n", body)]);
    let run = against(&server.base_url(), &["order", "show", "o", "-o", "json"]);
    let mut error = run.error();
    for id in ["requestId", "correlationId"] {
        assert_eq!(error[id].as_str().map(str::len), Some(36));
        error[id] = json!("[id]");
    }
    assert_eq!(
        error,
        json!({
            "kind": "service",
            "message": format!("GET /v1/customers/{CUSTOMER}/orders/o: the service answered 404 Not Found, code 20000: No such order"),
            "status": 404,
            "code": "20000",
            "hint": ORDER_NOT_FOUND,
            "requestId": "[id]",
            "correlationId": "[id]",
            "delivery": "refused",
            "attempts": 1,
            "retryAfterSeconds": 3,
        })
    );
}

#[test]
fn people_are_told_in_words() {
    let body = r#"{"code":"20000","description":"No such\u001b order"}"#;
    let server =
        ScriptedServer::start([Reply::complete("404 Not Found", "retry-after: 3\r\n", body)]);
    let run = against(&server.base_url(), &["order", "show", "o", "-o", "table"]);
    let lines: Vec<_> = run.stderr.lines().collect();
    assert!(
        lines[0].starts_with("error: GET /v1/customers/"),
        "{lines:?}"
    );
    assert!(
        lines[0].ends_with("404 Not Found, code 20000: No such\u{fffd} order"),
        "{lines:?}"
    );
    assert!(
        lines[1].starts_with("  request id ") && lines[1].contains(", correlation id "),
        "{lines:?}"
    );
    let hint = format!("  {ORDER_NOT_FOUND}");
    assert_eq!(lines[2..], ["  the service asks to wait 3 s", &hint]);
}

#[test]
fn a_hint_says_what_to_do_and_there_is_none_where_nothing_is_known() {
    for (status, body, words) in [
        (
            "403 Forbidden",
            r#"{"code":"900329"}"#,
            Some("an application with a user"),
        ),
        ("403 Forbidden", r#"{"code":"4711"}"#, Some("Admin agent")),
        (
            "401 Unauthorized",
            "<html></html>",
            Some("new access token"),
        ),
        ("400 Bad Request", r#"{"code":"4711"}"#, None),
    ] {
        let server = ScriptedServer::start([Reply::complete(status, "", body)]);
        let run = against(&server.base_url(), &["order", "show", "o", "-o", "json"]);
        let hint = run.error()["hint"].as_str().map(str::to_owned);
        assert_eq!(hint.is_some(), words.is_some(), "{status} {body}");
        let hint = hint.unwrap_or_default();
        assert!(hint.contains(words.unwrap_or_default()), "{hint}");
        let shown = against(&server.base_url(), &["order", "show", "o", "-o", "table"]);
        let has_hint = !hint.is_empty() && shown.stderr.ends_with(&format!("\n  {hint}\n"));
        assert_eq!(has_hint, words.is_some(), "{}", shown.stderr);
    }
}

fn two_pages(second: (u16, &str), next: &str) -> Recorded {
    let json = || vec![("content-type", "application/json".to_owned())];
    let first = format!(
        r#"{{"items":[{{"id":"a"}}],"links":{{"next":{{"uri":"{next}","method":"GET","headers":[]}}}}}}"#
    );
    Recorded::start(vec![
        (200, json(), first.into()),
        (second.0, json(), second.1.into()),
    ])
}

#[test]
fn a_list_that_is_not_complete_is_not_printed_as_if_it_were() {
    let repeated = r#"{"items":[{"id":"b"}],"links":{"next":{"uri":"/next"}}}"#;
    for (second, next, exit) in [
        ((503, "{}"), "/next", 8),
        ((200, "oops"), "/next", 8),
        ((200, repeated), "/next", 7),
        ((200, "{}"), "https://example.com/x", 7),
    ] {
        for format in ["json", "table"] {
            let server = two_pages(second, next);
            let run = against(&server.base_url(), &["order", "list", "-o", format]);
            assert_eq!((run.exit, run.stdout.as_str()), (exit, ""), "{run:?}");
        }
    }
}

#[test]
fn json_lines_may_print_earlier_pages_and_the_exit_code_says_that_it_is_not_all() {
    for format in ["json", "jsonl", "table"] {
        let server = two_pages((503, "{}"), "/next");
        let run = against(&server.base_url(), &["order", "list", "-o", format]);
        let stdout = if format == "jsonl" {
            "{\"id\":\"a\"}\n"
        } else {
            ""
        };
        assert_eq!((run.exit, run.stdout.as_str()), (8, stdout));
    }
}

#[test]
fn wrong_input_is_2_and_nothing_is_sent() {
    let server = Recorded::json([r#"{"id":"o","items":[]}"#]);
    for order in ["", " ", ".", "..", "a\\b"] {
        for verb in ["show", "provisioning-status"] {
            let run = against(&server.base_url(), &["order", verb, order]);
            assert_eq!(
                (run.exit, run.error()["kind"].as_str()),
                (2, Some("input")),
                "{order:?}"
            );
        }
    }
    for arguments in [
        &["order", "list", "--customer", "contoso"][..],
        &["order", "list"],
        &["order", "show", "--customer", CUSTOMER],
        &[
            "order",
            "list",
            "--customer",
            CUSTOMER,
            "--since",
            "yesterday",
        ],
        &["order", "list", "--customer", CUSTOMER, "--deadline", "0"],
        &[
            "order",
            "list",
            "--customer",
            CUSTOMER,
            "--environment",
            "mars",
        ],
        &["order", "list", "--customer", CUSTOMER, "-o", "xml"],
        &["order", "dance"],
    ] {
        let mut command = command(arguments);
        command
            .env("PARTNERCENTER_ENDPOINT", server.base_url())
            .env("PARTNERCENTER_ACCESS_TOKEN", TOKEN);
        let run = finish(&mut command);
        assert_eq!((run.exit, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert_eq!(run.error()["kind"], "usage", "{arguments:?}");
        assert_eq!(run.error()["delivery"], "not_sent");
    }
    assert!(server.sent().is_empty());
}

#[test]
fn the_format_counts_for_mistakes_in_the_arguments_too() {
    for arguments in [
        ["-o", "table"],
        ["-otable", "--simulate"],
        ["--output=table", "--simulate"],
    ] {
        let run = pcorders(&[&arguments[..], &["order", "dance"]].concat());
        assert_eq!(run.exit, 2);
        assert!(
            run.stderr.starts_with("error: ") && run.stderr.contains("dance"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn wrong_configuration_is_2_and_no_token_is_4() {
    let list = ["--attempts", "1", "order", "list", "--customer", CUSTOMER];
    for (name, value, exit) in [
        ("PARTNERCENTER_ENDPOINT", "http://example.com", 2),
        ("PARTNERCENTER_ENDPOINT", "https://127.0.0.1:1/v1", 2),
        ("PARTNERCENTER_ENDPOINT", "", 2),
        ("PARTNERCENTER_ENVIRONMENT", "mars", 2),
        ("PARTNERCENTER_ENVIRONMENT", "simulator", 0),
        ("PARTNERCENTER_ENVIRONMENT", "", 7),
    ] {
        let mut command = command(&list);
        command.env("PARTNERCENTER_ACCESS_TOKEN", TOKEN);
        if exit != 0 {
            // Nobody listens there; only the last row gets so far.
            command.env("PARTNERCENTER_ENDPOINT", "http://127.0.0.1:1");
        }
        command.env(name, value);
        let run = finish(&mut command);
        assert_eq!(run.exit, exit, "{name}={value}: {run:?}");
    }
    let mut contradiction = command(&list);
    contradiction
        .env("PARTNERCENTER_ENVIRONMENT", "simulator")
        .env("PARTNERCENTER_ENDPOINT", "http://127.0.0.1:1");
    assert_eq!(finish(&mut contradiction).exit, 2);
    for token in [None, Some("")] {
        let mut command = command(&list);
        token.map(|token| command.env("PARTNERCENTER_ACCESS_TOKEN", token));
        let run = finish(&mut command);
        assert_eq!(
            (run.exit, run.error()["kind"].as_str()),
            (4, Some("credential"))
        );
    }
}

#[test]
fn flags_win_over_the_environment() {
    let server = Recorded::json([r#"{"items":[]}"#]);
    let mut command = command(&[
        "order",
        "list",
        "--customer",
        CUSTOMER,
        "--endpoint",
        &server.base_url(),
    ]);
    command
        .env("PARTNERCENTER_ENDPOINT", "http://127.0.0.1:1")
        .env("PARTNERCENTER_ACCESS_TOKEN", TOKEN);
    let run = finish(&mut command);
    assert_eq!((run.exit, run.stdout.as_str()), (0, "[]\n"), "{run:?}");
    for (name, value) in [
        ("PARTNERCENTER_ENVIRONMENT", "mars"),
        ("PARTNERCENTER_ENDPOINT", "http://127.0.0.1:1"),
    ] {
        for flags in [&["--simulate"][..], &["--environment", "simulator"]] {
            let mut command = crate::run::command(&[flags, &["order", "list"]].concat());
            assert_eq!(finish(command.env(name, value)).exit, 0, "{name} {flags:?}");
        }
    }
    let mut command = crate::run::command(&[
        "order",
        "list",
        "--customer",
        CUSTOMER,
        "--endpoint",
        &server.base_url(),
    ]);
    command
        .env("PARTNERCENTER_ENVIRONMENT", "simulator")
        .env("PARTNERCENTER_ACCESS_TOKEN", TOKEN);
    assert_eq!(finish(&mut command).stdout, "[]\n");
    let mut simulated = crate::run::command(&["--simulate", "order", "list", "-o", "jsonl"]);
    simulated
        .env("PARTNERCENTER_ENDPOINT", "http://127.0.0.1:1")
        .env("PARTNERCENTER_ENVIRONMENT", "china");
    assert_eq!(finish(&mut simulated).exit, 0);
}

#[test]
fn a_service_that_repeats_the_token_does_not_bring_it_to_the_terminal() {
    let body = format!(r#"{{"code":"{TOKEN}","description":"bad token Bearer {TOKEN}"}}"#);
    let odd = format!(r#"{{"items":"{TOKEN}"}}"#);
    for format in ["json", "table"] {
        for reply in [
            Reply::complete("400 Bad Request", "", &body),
            Reply::json(&odd),
        ] {
            let server = ScriptedServer::start([reply]);
            let run = against(&server.base_url(), &["order", "list", "-o", format]);
            assert!(
                !run.stderr.contains(TOKEN) && run.stderr.contains("[secret]"),
                "{run:?}"
            );
        }
    }
}

#[test]
fn what_is_quoted_is_not_endless() {
    let endless = "x".repeat(100_000);
    for reply in [
        Reply::complete(
            "400 Bad Request",
            "",
            format!(r#"{{"code":"{endless}","description":"{endless}"}}"#),
        ),
        Reply::json(format!(r#"{{"items":"{endless}"}}"#)),
    ] {
        let server = ScriptedServer::start([reply]);
        let run = against(&server.base_url(), &["order", "list"]);
        assert!(run.stderr.len() < 3_000, "{}", run.stderr.len());
    }
}

#[test]
fn usage_errors_name_what_is_missing() {
    for (arguments, words) in [
        (&["order", "show", "-o", "json"][..], &["<ORDER>"][..]),
        (
            &["order", "list", "-o", "xml"],
            &["xml", "table, json, jsonl"],
        ),
        (&[], &["--help"]),
    ] {
        let run = pcorders(arguments);
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert_eq!(run.exit, 2);
        assert!(words.iter().all(|word| message.contains(word)), "{message}");
    }
}

#[test]
fn an_order_id_may_begin_with_a_hyphen() {
    let server = Recorded::json([r#"{"id":"-9q"}"#]);
    let run = against(&server.base_url(), &["order", "show", "-9q"]);
    assert_eq!(
        (run.exit, run.stdout.as_str()),
        (0, "{\n  \"id\": \"-9q\"\n}\n")
    );
    // A flag is no order.
    let run = against(&server.base_url(), &["order", "show"]);
    assert_eq!((run.exit, run.error()["kind"].as_str()), (2, Some("usage")));
}

#[test]
fn what_is_wrong_with_the_input_is_said_before_anybody_signs_in() {
    let run = pcorders(&["order", "show", ".", "--customer", CUSTOMER]);
    assert_eq!((run.exit, run.error()["kind"].as_str()), (2, Some("input")));
    assert_eq!(pcorders(&["order", "list"]).exit, 2);
}

#[test]
fn output_that_cannot_be_written_says_that_the_request_was_answered() {
    if !std::path::Path::new("/dev/full").exists() {
        return;
    }
    let full = std::fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let run = finish(command(&["--simulate", "order", "list", "-o", "json"]).stdout(full));
    let error = run.error();
    assert_eq!((run.exit, error["kind"].as_str()), (1, Some("output")));
    assert_eq!(error["delivery"], "accepted");
}

#[test]
fn a_tip_of_the_parser_is_the_hint() {
    let run = pcorders(&["order", "lst", "-o", "json"]);
    assert_eq!(run.exit, 2);
    assert!(
        run.error()["hint"].as_str().unwrap().contains("'list'"),
        "{}",
        run.error()
    );
}

#[test]
fn ids_that_were_not_sent_are_not_told_to_people() {
    let run = pcorders(&["order", "list", "--customer", CUSTOMER, "-o", "table"]);
    assert_eq!(run.exit, 4);
    assert!(
        run.stderr.starts_with("error: ") && !run.stderr.contains("request id"),
        "{}",
        run.stderr
    );
}
