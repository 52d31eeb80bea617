//! What if nobody reads, nobody listens, or somebody interrupts?

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use partner_center_orders_tests::{CUSTOMER, Ending, Reply, ScriptedServer, TOKEN};

use crate::run::command;

/// A first page, and a second one that never comes.
fn endless() -> ScriptedServer {
    let first =
        r#"{"items":[{"id":"a"}],"links":{"next":{"uri":"/next","method":"GET","headers":[]}}}"#;
    ScriptedServer::start([Reply::json(first), Reply::bytes("", Ending::Silence)])
}

/// A listing as JSON lines that has printed its first line.
fn listing(server: &ScriptedServer) -> (Child, BufReader<ChildStdout>, String) {
    let mut child = command(&["order", "list", "-o", "jsonl", "--customer", CUSTOMER])
        .env("PARTNERCENTER_ENDPOINT", server.base_url())
        .env("PARTNERCENTER_ACCESS_TOKEN", TOKEN)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    // Little is read ahead, so that a full pipe stays full.
    let mut stdout = BufReader::with_capacity(16, child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    (child, stdout, line)
}

#[test]
fn json_lines_are_printed_while_pages_arrive() {
    let server = endless();
    let (mut child, _stdout, line) = listing(&server);
    assert_eq!(line, "{\"id\":\"a\"}\n");
    child.kill().unwrap();
    child.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn an_interrupt_counts_while_a_page_does_not_come_and_while_nobody_reads() {
    let many: Vec<_> = (0..20_000)
        .map(|number| format!(r#"{{"id":"order-{number}"}}"#))
        .collect();
    let long = format!(r#"{{"items":[{}]}}"#, many.join(","));
    for server in [endless(), ScriptedServer::start([Reply::json(long)])] {
        let (mut child, _stdout, _) = listing(&server);
        let sent = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        assert_eq!(child.wait().unwrap().code(), Some(130));
    }
}

/// What was sent may have been carried out, and its id is known.
#[cfg(unix)]
#[test]
fn an_interrupted_write_leaves_its_request_id() {
    for signal in ["-INT", "-TERM"] {
        let server = ScriptedServer::start([Reply::bytes("", Ending::Silence)]);
        let child = command(&["api", "POST", "/x", "--yes", "-o", "json"])
            .env("PARTNERCENTER_ENDPOINT", server.base_url())
            .env("PARTNERCENTER_ACCESS_TOKEN", TOKEN)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        while server.heads().is_empty() {
            std::thread::yield_now();
        }
        let id = child.id().to_string();
        let sent = Command::new("kill").args([signal, &id]).status().unwrap();
        assert!(sent.success());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{signal}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        let (said, report) = stderr.trim_end().split_once('\n').unwrap();
        let request_id = said.strip_prefix("request id ").unwrap();
        assert!(server.heads()[0].contains(request_id));
        let report: serde_json::Value = serde_json::from_str(report).unwrap();
        let error = &report["error"];
        assert_eq!(error["delivery"], "unknown");
        assert_eq!(error["kind"], "cancelled");
        assert_eq!(error["requestId"], request_id);
        let hint = error["hint"].as_str().unwrap();
        assert!(
            hint.contains(&format!("--request-id {request_id}")),
            "{hint}"
        );
    }
}

#[test]
fn a_reader_that_stops_reading_is_no_failure() {
    let mut child = command(&["--simulate", "order", "list", "-o", "jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn stderr_that_cannot_be_written_changes_nothing() {
    let run = |arguments: &[&str]| {
        let mut child = command(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stderr.take());
        let output = child.wait_with_output().unwrap();
        let lines = output.stdout.iter().filter(|byte| **byte == b'\n').count();
        (output.status.code(), lines)
    };
    let (exit, lines) = run(&["--simulate", "order", "list", "-o", "jsonl"]);
    assert!(exit == Some(0) && lines > 40, "{exit:?} {lines}");
    assert_eq!(run(&["--simulate", "order", "show", "none"]), (Some(3), 0));
    assert_eq!(run(&["order", "dance"]), (Some(2), 0));
}
