//! `pcorders error explain`: what a code means, without asking anybody.

use partner_center_orders::codes;
use serde_json::{Value, json};

use crate::run::{command, finish, pcorders};

#[test]
fn both_meanings_of_a_code_are_shown() {
    let run = pcorders(&["error", "explain", "2006", "-o", "table"]);
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
    let blocks: Vec<Vec<&str>> = run
        .stdout
        .split("\n\n")
        .map(|block| block.lines().collect())
        .collect();
    let meanings = [
        ("400 2006", "Subscriptions of this offer cannot be changed."),
        ("403 2006", "This partner may not sell this offer."),
    ];
    assert_eq!(blocks.len(), meanings.len());
    for (block, (title, meaning)) in blocks.iter().zip(meanings) {
        assert_eq!(block[0], title);
        assert!(block[1].starts_with("meaning ") && block[1].ends_with(meaning));
        assert!(block[2].starts_with("remedy "));
        assert!(block[3].starts_with("repeat "));
        assert!(block[4].starts_with("source ") && block[4].ends_with("documented: error-codes"));
    }
}

#[test]
fn json_is_one_array_and_json_lines_a_line_for_each() {
    let run = pcorders(&["error", "explain", "800060", "-o", "json"]);
    let read: Value = serde_json::from_str(&run.stdout).unwrap();
    let known = codes::all()
        .iter()
        .find(|code| code.code() == "800060")
        .unwrap();
    assert_eq!(
        read,
        json!([{
            "status": 409,
            "code": "800060",
            "meaning": known.meaning(),
            "remedy": known.remedy(),
            "repeat": "same_request_id",
            "source": "documented: error-codes",
        }])
    );
    // Into a pipe, JSON is what comes unless asked otherwise.
    assert_eq!(pcorders(&["error", "explain", "800060"]).stdout, run.stdout);
    let lines = pcorders(&["error", "explain", "2006", "-o", "jsonl"]);
    let lines: Vec<Value> = lines
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let statuses: Vec<_> = lines.iter().map(|line| line["status"].as_u64()).collect();
    assert_eq!(statuses, [Some(400), Some(403)]);
}

#[test]
fn a_status_chooses_one_meaning() {
    let run = pcorders(&["error", "explain", "2006", "--status", "403", "-o", "json"]);
    let read: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(read.as_array().unwrap().len(), 1);
    assert_eq!(read[0]["status"], 403);
}

#[test]
fn an_unknown_code_is_3_and_says_so() {
    for (arguments, words) in [
        (&["4711"][..], "the catalogue has no error code 4711"),
        (&["02006"], "no error code 02006"),
        (
            &["2006", "--status", "409"],
            "2006 is known with 400 and 403, not with 409",
        ),
    ] {
        let arguments = [&["error", "explain"], arguments].concat();
        let run = pcorders(&[&arguments[..], &["-o", "json"]].concat());
        let error = run.error();
        assert_eq!((run.exit, run.stdout.as_str()), (3, ""));
        assert_eq!(error["kind"], "not_found");
        assert_eq!(error["delivery"], "not_sent");
        assert!(
            error["message"].as_str().unwrap().contains(words),
            "{error}"
        );
        let run = pcorders(&[&arguments[..], &["-o", "table"]].concat());
        assert_eq!((run.exit, run.stdout.as_str()), (3, ""));
        assert!(run.stderr.starts_with("error: ") && run.stderr.contains(words));
    }
    // A sign-in has codes of its own, which are explained elsewhere.
    for (code, is_of_entra) in [
        ("7000222", true),
        ("AADSTS50076", true),
        ("4711", false),
        ("02x06", false),
    ] {
        let hint = pcorders(&["error", "explain", code, "-o", "json"]).error()["hint"].clone();
        let number = code.trim_start_matches("AADSTS");
        let there = hint
            .as_str()
            .unwrap()
            .ends_with(&format!("error?code={number}"));
        assert_eq!(there, is_of_entra, "{hint}");
    }
    assert_eq!(pcorders(&["error", "explain"]).exit, 2);
    assert_eq!(
        pcorders(&["error", "explain", "2006", "--status", "x"]).exit,
        2
    );
}

/// A code is looked up when things are broken: nothing that can be broken is needed.
#[test]
fn it_needs_neither_network_nor_sign_in_nor_settings() {
    let mut command = command(&["error", "explain", "900421", "--environment", "china"]);
    command
        .env("PARTNERCENTER_ENVIRONMENT", "mars")
        .env("PARTNERCENTER_ENDPOINT", "no endpoint");
    let run = finish(&mut command);
    assert_eq!((run.exit, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.contains("multi-factor"));
}

#[test]
fn codes_from_all_over_the_catalogue_are_explained() {
    for code in codes::all().iter().step_by(17) {
        let status = code.status().to_string();
        let run = pcorders(&["error", "explain", code.code(), "--status", &status]);
        assert_eq!(run.exit, 0, "{run:?}");
        assert!(run.stdout.contains(code.meaning()) && run.stdout.contains(code.remedy()));
    }
}
