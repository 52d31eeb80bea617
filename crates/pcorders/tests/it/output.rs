//! What does the command print?

use partner_center_orders_tests::{Recorded, fixture};
use serde_json::Value;

use crate::run::{against, pcorders};

const ORDER: &str = "YxH1q4KScfvfkJQjgRI8QY1DznnUWZTH1";
const SIMULATED: &str = "simulated: no real customer, nothing is bought\n";

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, text);
    });
}

/// What the command prints for a published body.
fn printed(body: &str, arguments: &[&str]) -> String {
    let server = Recorded::json([fixture(body)]);
    let run = against(&server.base_url(), arguments);
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
    run.stdout
}

#[test]
fn published_bodies_are_printed_in_every_format() {
    for format in ["table", "json", "jsonl"] {
        let list = ["order", "list", "--billing-type", "onetime", "-o", format];
        snapshot(
            &format!("list.{format}"),
            &printed("list_orders/by_billing_type.json", &list),
        );
        let show = ["order", "show", ORDER, "-o", format];
        snapshot(
            &format!("show.{format}"),
            &printed("get_order/reserved_instance.json", &show),
        );
        let status = ["order", "provisioning-status", ORDER, "-o", format];
        let body = "get_order_provisioning_status/page_in_english.json";
        snapshot(
            &format!("provisioning-status.{format}"),
            &printed(body, &status),
        );
    }
}

#[test]
fn json_keeps_every_published_member_and_value() {
    let body = "get_order/reserved_instance.json";
    let read: Value =
        serde_json::from_str(&printed(body, &["order", "show", ORDER, "-o", "json"])).unwrap();
    assert_eq!(
        read,
        serde_json::from_slice::<Value>(&fixture(body)).unwrap()
    );
}

#[test]
fn json_keeps_digits_and_unknown_words() {
    let order = r#"{"id":"o","status":"On_Hold","totalPrice":90071992547409.93,"lineItems":[{"pricing":{"price":12.10}}]}"#;
    for (arguments, body) in [
        (
            vec!["order", "list", "-o", "jsonl"],
            format!(r#"{{"items":[{order}]}}"#),
        ),
        (vec!["order", "show", "o", "-o", "jsonl"], order.to_owned()),
    ] {
        let server = Recorded::json([body]);
        let run = against(&server.base_url(), &arguments);
        assert_eq!(
            run.stdout,
            "{\"id\":\"o\",\"lineItems\":[{\"pricing\":{\"price\":12.10}}],\"status\":\"On_Hold\",\"totalPrice\":90071992547409.93}\n"
        );
    }
}

#[test]
fn the_simulator_needs_nothing_and_says_so() {
    let run = pcorders(&["--simulate", "order", "list", "-o", "table"]);
    assert_eq!((run.exit, run.stderr.as_str()), (0, SIMULATED));
    snapshot("simulated-list.table", &run.stdout);
    let again = pcorders(&["order", "list", "--simulate", "-o", "table"]);
    assert_eq!(again.stdout, run.stdout, "the same each time");
}

#[test]
fn the_simulated_list_is_complete() {
    let json: Value =
        serde_json::from_str(&pcorders(&["--simulate", "order", "list"]).stdout).unwrap();
    let orders = json.as_array().unwrap();
    assert!(orders.len() >= 40, "{}", orders.len());
    let lines = pcorders(&["--simulate", "order", "list", "-o", "jsonl"]).stdout;
    let lines: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(&lines, orders);
}

#[test]
fn a_list_can_be_narrowed() {
    let list = |arguments: &[&str]| -> Vec<Value> {
        let run = pcorders(&[&["--simulate", "order", "list", "-o", "jsonl"], arguments].concat());
        assert_eq!(run.exit, 0, "{run:?}");
        run.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    };
    let all = list(&[]).len();
    for (arguments, member, value) in [
        (["--status", "PENDING"], "status", "pending"),
        (["--billing-type", "OneTime"], "billingCycle", "one_time"),
    ] {
        let some = list(&arguments);
        assert!(!some.is_empty() && some.len() < all);
        assert!(some.iter().all(|order| order[member] == value));
    }
    let late = list(&["--since", "2018-03-15T02:00:00Z"]);
    assert!(
        late.iter()
            .any(|order| order["id"] == "9qg-ErcO-4MPbPqq_3MIQaS7bn8W6HfG1")
    );
    assert!(
        !late
            .iter()
            .any(|order| order["id"] == "s-BZlr_TeGksPNT61SsWRL-sqMaKbyVa1")
    );
    assert_eq!(list(&["--since", "2018-03-16"]).len(), late.len() - 1);
    let priced = list(&["--include-price"]);
    assert!(priced.iter().any(|order| order["totalPrice"].is_number()));
}

#[test]
fn an_order_without_a_readable_time_is_kept_by_since() {
    let body = r#"{"items":[{"id":"a","creationDate":"soon"},{"id":"b"},{"id":"c","creationDate":"2001-01-01T00:00:00Z"}]}"#;
    let server = Recorded::json([body]);
    let run = against(
        &server.base_url(),
        &["order", "list", "--since", "2020-01-01", "-o", "table"],
    );
    let ids: Vec<_> = run.stdout.lines().skip(1).map(|line| &line[..1]).collect();
    assert_eq!(ids, ["a", "b"], "{}", run.stdout);
    assert!(run.stdout.contains("soon"));
}

#[test]
fn a_table_cannot_steer_the_terminal() {
    let server = Recorded::json([r#"{"items":[{"id":"a\u001b[2Jb","status":"x\u0007"}]}"#]);
    let run = against(&server.base_url(), &["order", "list", "-o", "table"]);
    assert!(
        !run.stdout.contains(['\u{1b}', '\u{7}']),
        "{:?}",
        run.stdout
    );
}

#[test]
fn help_and_version_are_answers() {
    for arguments in [["--help"], ["--version"]] {
        let run = pcorders(&arguments);
        assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
        assert!(run.stdout.contains("pcorders"));
    }
    assert_eq!(
        pcorders(&["--version"]).stdout,
        format!("pcorders {}\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn json_lines_have_one_order_to_a_line() {
    let order = "{\"id\":\"o\",\r\n\"client\":{\n  \"name\": \"a\\nb\",\n  \"price\": 12.10\r\n}}";
    let server = Recorded::json([format!("{{\"items\":[{order},{order}]}}")]);
    let run = against(&server.base_url(), &["order", "list", "-o", "jsonl"]);
    let line = r#"{"client":{  "name": "a\nb",  "price": 12.10},"id":"o"}"#;
    assert_eq!(run.stdout, format!("{line}\n{line}\n"));
    let server = Recorded::json([order]);
    let run = against(&server.base_url(), &["order", "show", "o", "-o", "jsonl"]);
    assert_eq!(run.stdout, format!("{line}\n"));
}

#[test]
fn a_word_that_nobody_knows_is_remarked_on() {
    let run = pcorders(&["--simulate", "order", "list", "--status", "bogus"]);
    assert_eq!((run.exit, run.stdout.as_str()), (0, "[]\n"));
    assert!(
        run.stderr
            .contains("note: bogus is none of the known statuses: unknown, completed"),
        "{}",
        run.stderr
    );
    let server = Recorded::json([r#"{"items":[]}"#]);
    let run = against(
        &server.base_url(),
        &["order", "list", "--billing-type", "weekly"],
    );
    assert_eq!((run.exit, run.stdout.as_str()), (0, "[]\n"));
    assert!(
        run.stderr
            .starts_with("note: weekly is none of the known billing cycles: monthly")
    );
    assert!(
        server.sent()[0].line.ends_with("?billingType=weekly"),
        "it may be a new one"
    );
}

#[test]
fn what_belongs_to_an_order_is_printed_in_every_format() {
    let links = r#"{"items":[{"lineItemNumber":0,"link":{"uri":"https://publisher.example.com/a?b=c","method":"GET"}}]}"#;
    let attachments = r#"{"items":[{"attachmentId":"a1","fileName":"order.pdf","sizeInKB":182,"attachmentType":"POAttachment"},
        {"attachmentId":"a2","fileName":"b\u001b[2Jc","attachmentType":"Scan"}]}"#;
    let subscriptions = r#"{"items":[{"id":"8d2f6a10-4b7c-4e0b-9a3d-5c6e7f809a1b","offerName":"Seats","quantity":25,
        "status":"active","billingCycle":"monthly","termDuration":"P1Y"},{"id":"2","friendlyName":"Mail"}]}"#;
    for (name, arguments, body) in [
        (
            "activation-links",
            &["order", "activation-links", ORDER][..],
            links,
        ),
        (
            "activation-links-of-line",
            &["order", "activation-links", ORDER, "--line-item", "0"],
            links,
        ),
        (
            "attachments",
            &["order", "attachment", "list", ORDER],
            attachments,
        ),
        (
            "subscriptions",
            &["order", "subscriptions", ORDER],
            subscriptions,
        ),
    ] {
        let mut printed = String::new();
        for format in ["table", "json", "jsonl"] {
            let server = Recorded::json([body]);
            let run = against(&server.base_url(), &[arguments, &["-o", format]].concat());
            assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
            printed.push_str(&format!(
                "{}\n{format}:\n{}\n",
                server.sent()[0].line,
                run.stdout
            ));
        }
        snapshot(name, &printed);
    }
}

#[test]
fn raw_is_what_the_service_sent() {
    let first =
        "{\"items\":[{\"id\":\"1\",\"new\":12.10}],\n\"links\":{\"next\":{\"uri\":\"/x\"}}}";
    let last = "{\"items\":[],  \"more\":true}\n";
    for arguments in [
        &["order", "list"][..],
        &["order", "provisioning-status", ORDER],
        &["order", "activation-links", ORDER],
        &["order", "attachment", "list", ORDER],
        &["order", "subscriptions", ORDER],
    ] {
        for format in ["table", "json", "jsonl"] {
            let marked = format!("\u{feff}{first}");
            let server = Recorded::json([marked.as_str(), last]);
            let arguments = [arguments, &["--raw", "-o", format]].concat();
            let run = against(&server.base_url(), &arguments);
            assert_eq!(
                (run.exit, run.stdout),
                (0, format!("{first}\n{last}")),
                "{arguments:?}"
            );
        }
    }
    let order = "{ \"id\":\"1\", \"totalPrice\": 1.50 }";
    let server = Recorded::json([order]);
    let run = against(&server.base_url(), &["order", "show", ORDER, "--raw"]);
    assert_eq!(run.stdout, format!("{order}\n"));
    // The command's own filters would make something else of it.
    let run = against(
        &server.base_url(),
        &["order", "list", "--raw", "--status", "pending"],
    );
    assert_eq!(run.exit, 2);
}

#[test]
fn the_filters_of_the_list_are_passed_on() {
    let server = Recorded::json([r#"{"items":[]}"#]);
    let arguments = [
        "order",
        "list",
        "--indirect-reseller",
        "4847383",
        "--include-system-purchases",
    ];
    assert_eq!(against(&server.base_url(), &arguments).exit, 0);
    let line = &server.sent()[0].line;
    assert!(line.ends_with("/orders?include_system_purchases=true&indirect_reseller_id=4847383"));
}

/// DEL, C1 and characters that turn the direction of writing are no control characters to JSON, but to terminals.
#[test]
fn json_does_not_steer_a_terminal_and_means_the_same() {
    let name = "a\u{7f}b\u{9b}31mc\u{202e}d\u{2028}e";
    let body = format!(r#"{{"items":[{{"id":"1","lineItems":[{{"friendlyName":"{name}"}}]}}]}}"#);
    let fault = format!(r#"{{"code":"1","description":"{name}"}}"#);
    let steering = |text: &str| {
        text.chars()
            .any(|c| c != '\n' && (c.is_control() || c >= '\u{2028}'))
    };
    for format in ["json", "jsonl"] {
        let server = Recorded::json([body.as_str()]);
        let run = against(&server.base_url(), &["order", "list", "-o", format]);
        assert!(!steering(&run.stdout), "{:?}", run.stdout);
        let read: Value = serde_json::from_str(&run.stdout).unwrap();
        let order = if format == "json" { &read[0] } else { &read };
        assert_eq!(order["lineItems"][0]["friendlyName"], name);
        let server = Recorded::start(vec![(404, vec![], fault.clone().into_bytes())]);
        let run = against(&server.base_url(), &["order", "list", "-o", format]);
        assert!(!steering(&run.stderr), "{:?}", run.stderr);
        assert!(run.error()["message"].as_str().unwrap().ends_with(name));
    }
}
