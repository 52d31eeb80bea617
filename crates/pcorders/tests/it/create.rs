//! `pcorders order create`: what is bought is what was said, once, and never without a yes.

use partner_center_orders_tests::{CUSTOMER, Ending, Recorded, Reply, ScriptedServer, TOKEN};
use partner_center_sim::{Fault, Operation, Simulator};
use serde_json::{Value, json};

use crate::run::{
    Run, advised, against, fed, finish, pcorders, persistent, prepared, simulated, with,
};

const ID: &str = "0e5fc923-8e3c-4560-9100-ce7283c3e081";
const SEATS: &str = "offerId=CFQ7TTC0SB01:0002:CFQ7TTC0RK4D,quantity=5,termDuration=P1Y";
pub(crate) const CREATE: [&str; 4] = ["order", "create", "--line-item", SEATS];
pub(crate) const PLACED: &str = r#"{"id":"5cf72f14a001","status":"pending"}"#;

/// A server that places whatever it is asked for.
fn placing() -> Recorded {
    let headers = vec![("content-type", "application/json".to_owned())];
    Recorded::start(vec![(201, headers, PLACED.into())])
}

/// How many orders the customer has that were not there from the start.
pub(crate) fn placed(simulator: &Simulator) -> usize {
    // Two of them are in no list, as the service placed them by itself.
    simulator.order_ids(CUSTOMER).len() - 45
}

/// What every run with an order that was placed tells of it.
pub(crate) fn assert_tells(run: &Run, order: &str) {
    let error = run.error();
    assert_eq!(
        (run.exit, &error["delivery"]),
        (9, &json!("accepted")),
        "{run:?}"
    );
    assert!(
        error["message"].as_str().unwrap().contains(order),
        "{error}"
    );
    assert!(
        error["hint"]
            .as_str()
            .unwrap()
            .to_lowercase()
            .contains("do not send it again"),
        "{error}"
    );
}

#[test]
fn a_dry_run_prints_what_is_then_sent_and_sends_nothing() {
    let body = r#"{"lineItems":[{"lineItemNumber":0,"offerId":"A:B:C","quantity":2}]}"#;
    let full = "offerId=DZH318Z0SB11:000B:DZH318Z0RW8M,quantity=1,termDuration=P1Y,friendlyName=Köln \u{202e},\
        provisioningContext.scope=shared,purchaseCommitment.amount=0.350,purchaseCommitment.currency=usd,\
        purchaseCommitment.grain=hourly,additionalPartnerIdsOnRecord=4847383+4100017";
    let seats = |number: i32| json!({"lineItemNumber": number, "offerId": "CFQ7TTC0SB01:0002:CFQ7TTC0RK4D", "quantity": 5, "termDuration": "P1Y"});
    let plan = json!({
        "lineItemNumber": 0,
        "offerId": "DZH318Z0SB11:000B:DZH318Z0RW8M",
        "quantity": 1,
        "termDuration": "P1Y",
        "friendlyName": "Köln \u{202e}",
        "provisioningContext": {"scope": "shared"},
        "purchaseCommitment": {"amount": 0.35, "currency": "usd", "grain": "hourly"},
        "additionalPartnerIdsOnRecord": ["4847383", "4100017"],
    });
    let from_file = json!({"lineItemNumber": 0, "offerId": "A:B:C", "quantity": 2});
    let order = |lines: Value| json!({"referenceCustomerId": CUSTOMER, "lineItems": lines});
    let mut in_full = order(json!([plan, seats(1)]));
    in_full["billingCycle"] = json!("one_time");
    in_full["currencyCode"] = json!("EUR");
    in_full["partnerOnRecordAttestationAccepted"] = json!(true);
    for (arguments, order) in [
        (&["--line-item", SEATS][..], order(json!([seats(0)]))),
        (&["-f", "-"], order(json!([from_file]))),
        (
            &[
                "--line-item",
                full,
                "--line-item",
                SEATS,
                "--billing-cycle",
                "OneTime",
                "--currency",
                "EUR",
                "--attest-partner-on-record",
                "--customer-user-upn",
                "user@contoso.example",
                "--request-id",
                ID,
            ],
            in_full,
        ),
    ] {
        let server = placing();
        let create = with(&["order", "create", "--customer", CUSTOMER], arguments);
        let mut dry = prepared(&server.base_url(), &with(&create, &["--dry-run"]));
        let dry = fed(
            dry.env_remove("PARTNERCENTER_ACCESS_TOKEN"),
            body.as_bytes(),
        );
        assert_eq!(dry.exit, 0, "{dry:?}");
        assert_eq!(
            dry.stderr,
            format!("dry run: nothing is sent to {}/v1\n", server.base_url())
        );
        assert_eq!(server.sent().len(), 0);
        let mut real = prepared(&server.base_url(), &with(&create, &["--yes"]));
        assert_eq!(fed(&mut real, body.as_bytes()).exit, 0);
        let sent = &server.sent()[0];
        assert_eq!(serde_json::from_slice::<Value>(&sent.body).unwrap(), order);
        // Byte for byte, but for what would steer a terminal.
        let bytes = String::from_utf8(sent.body.clone())
            .unwrap()
            .replace('\u{202e}', "\\u202e");
        assert!(
            dry.stdout.contains(&format!("\"body\": {bytes}\n")),
            "{bytes}\n{}",
            dry.stdout
        );
        let dry = dry.json();
        let line = format!(
            "{} {}",
            dry["method"].as_str().unwrap(),
            dry["path"].as_str().unwrap()
        );
        assert_eq!(line, sent.line);
        let made_up = [
            "authorization",
            "content-length",
            "host",
            "ms-correlationid",
            "user-agent",
        ];
        let is_printed = |name: &str| {
            !made_up.contains(&name) && (name != "ms-requestid" || arguments.contains(&ID))
        };
        let headers = sent.headers.iter().filter(|(name, _)| is_printed(name));
        let headers: Value = headers
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect();
        assert_eq!(dry["headers"], headers);
        let upn = arguments
            .contains(&"--customer-user-upn")
            .then_some("user@contoso.example");
        assert_eq!(sent.header("x-ms-customeruser-upn"), upn);
    }
}

#[test]
fn a_dry_run_is_readable_on_a_terminal() {
    let line = "offerId=A:B:C,quantity=1,purchaseCommitment.amount=12.10,purchaseCommitment.currency=usd,\
        purchaseCommitment.grain=hourly,friendlyName=a\u{7f}b";
    let create = [
        "order",
        "create",
        "--customer",
        CUSTOMER,
        "--line-item",
        line,
    ];
    let run = pcorders(&with(
        &create,
        &["--dry-run", "-o", "table", "--request-id", ID],
    ));
    assert_eq!(run.exit, 0, "{run:?}");
    insta::with_settings!({ snapshot_path => "../snapshots", prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("create.dry-run", run.stdout);
    });
}

#[test]
fn nothing_is_bought_without_a_yes() {
    let server = placing();
    let run = against(&server.base_url(), &CREATE);
    assert_eq!(
        (run.exit, run.error()["delivery"].as_str()),
        (2, Some("not_sent"))
    );
    assert!(run.error()["message"].as_str().unwrap().contains("--yes"));
    assert_eq!((server.sent().len(), run.stdout.as_str()), (0, ""));
}

#[test]
fn an_order_is_printed_as_it_was_placed() {
    for (format, stdout) in [
        ("jsonl", format!("{PLACED}\n")),
        ("json", "{\n  \"id\": \"5cf72f14a001\",\n  \"status\": \"pending\"\n}\n".to_owned()),
        ("table", "ORDER\nid      5cf72f14a001\nstatus  pending\n\nLINE  NAME  QUANTITY  TERM  OFFER  SUBSCRIPTION\n".to_owned()),
        ("raw", format!("{PLACED}\n")),
    ] {
        let server = placing();
        let how = if format == "raw" { vec!["--raw"] } else { vec!["-o", format] };
        let run = against(&server.base_url(), &with(&CREATE, &with(&["--yes"], &how)));
        assert_eq!((run.exit, run.stdout), (0, stdout));
        let sent = &server.sent()[0];
        let said = format!(
            "request id {}\n201 Created, correlation id {}\n",
            sent.header("ms-requestid").unwrap(),
            sent.header("ms-correlationid").unwrap()
        );
        assert_eq!(run.stderr, said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_costs_no_second_order() {
    let simulator = Simulator::start().await.unwrap();
    simulator
        .on(Operation::CreateOrder)
        .nth(1)
        .fault(Fault::reset().after_change());
    let run = simulated(&simulator, &with(&CREATE, &["--yes"]));
    assert_eq!(run.exit, 0, "{run:?}");
    assert!(
        run.stderr
            .contains("\n201 Created after 2 attempts, correlation id "),
        "{}",
        run.stderr
    );
    assert_eq!(placed(&simulator), 1);
    assert_eq!(run.json()["id"], simulator.order_ids(CUSTOMER)[0]);
}

/// The hint is a command: run as it stands, it gives the order that was placed.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_lost_answer_the_hint_leads_to_the_one_order() {
    let simulator = Simulator::start().await.unwrap();
    simulator
        .on(Operation::CreateOrder)
        .nth(1)
        .fault(Fault::reset().after_change());
    let base_url = simulator.base_url();
    let create = with(&["--attempts", "1", "--endpoint", base_url], &CREATE);
    let run = simulated(&simulator, &with(&create, &["--yes"]));
    let error = run.error();
    assert_eq!((run.exit, run.stdout.as_str()), (9, ""));
    assert_eq!(
        (&error["delivery"], placed(&simulator)),
        (&json!("unknown"), 1)
    );
    let id = error["requestId"].as_str().unwrap();
    assert!(
        run.stderr.starts_with(&format!("request id {id}\n")),
        "{}",
        run.stderr
    );
    let again = advised(&error["hint"], "again", "", Simulator::ACCESS_TOKEN);
    assert_eq!(again.exit, 0, "{again:?}");
    assert!(
        again.stderr.starts_with(&format!("request id {id}\n")),
        "{}",
        again.stderr
    );
    assert_eq!(again.json()["id"], simulator.order_ids(CUSTOMER)[0]);
    assert_eq!(placed(&simulator), 1);
    // The simulator's time is not that of the command, so what is found does not matter here.
    let look = advised(&error["hint"], "look", "", Simulator::ACCESS_TOKEN);
    assert_eq!(look.exit, 0, "{look:?}");
}

/// Whatever stands on the command line: a hint repeats it.
#[test]
fn a_hint_shows_no_token() {
    let server = ScriptedServer::start([Reply::bytes("", Ending::Close)]);
    let line = format!("offerId=a,quantity=1,friendlyName={TOKEN}");
    for format in ["json", "table"] {
        let create = [
            "order",
            "create",
            "--line-item",
            &line,
            "--yes",
            "-o",
            format,
        ];
        let run = against(&server.base_url(), &create);
        assert!(
            run.exit == 9 && run.stderr.contains("friendlyName=[secret]"),
            "{run:?}"
        );
    }
}

/// The same bytes are needed then, and the hint says so.
#[test]
fn an_order_from_stdin_is_repeated_with_the_same_input() {
    let server = ScriptedServer::start([Reply::bytes("", Ending::Close)]);
    let create = [
        "--attempts",
        "1",
        "order",
        "create",
        "-f",
        "-",
        "--customer",
        CUSTOMER,
        "-y",
    ];
    let order = br#"{"lineItems":[{"lineItemNumber":0,"offerId":"a","quantity":1}]}"#;
    let run = fed(&mut prepared(&server.base_url(), &create), order);
    let hint = run.error()["hint"].as_str().unwrap().to_owned();
    assert!(
        hint.contains("\nagain, with the same input: pcorders --attempts 1 order create -f - "),
        "{hint}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_id_is_one_order() {
    let simulator = Simulator::start().await.unwrap();
    let create = with(&CREATE, &["--yes", "--request-id", ID]);
    let [first, second] = [(); 2].map(|()| simulated(&simulator, &create));
    assert_eq!((first.exit, &first.stdout), (0, &second.stdout));
    assert_eq!(placed(&simulator), 1);
    assert!(
        simulator
            .requests()
            .iter()
            .all(|request| request.header("ms-requestid") == Some(ID))
    );
    assert_eq!(simulated(&simulator, &with(&CREATE, &["--yes"])).exit, 0);
    assert_eq!(placed(&simulator), 2);
}

#[test]
fn an_order_whose_answer_breaks_off_is_told_by_its_id() {
    let cut = format!("HTTP/1.1 201 Created\r\ncontent-length: 900\r\n\r\n{PLACED}");
    let odd = r#"{"id":"5cf72f14a001","lineItems":7}"#;
    for reply in [
        Reply::bytes(cut, Ending::Close),
        Reply::complete("201 Created", "", odd),
    ] {
        let server = ScriptedServer::start([reply, Reply::json(PLACED)]);
        // Attempts are left, and none is made.
        let run = persistent(&server.base_url(), &with(&CREATE, &["--yes"]));
        assert_tells(&run, "5cf72f14a001");
        assert_eq!((run.stdout.as_str(), server.heads().len()), ("", 1));
        let hint = &run.error()["hint"];
        assert!(!hint.as_str().unwrap().contains("again: "), "{hint}");
        let look = advised(hint, "look", &server.base_url(), TOKEN);
        assert_eq!((look.exit, &look.json()["id"]), (0, &json!("5cf72f14a001")));
    }
}

#[test]
fn every_refusal_has_its_exit_code() {
    let progress = r#"{"code":"800060","description":"x"}"#;
    for (status, body, exit, delivery) in [
        ("400 Bad Request", "{}", 1, "refused"),
        ("401 Unauthorized", "{}", 4, "refused"),
        ("403 Forbidden", "{}", 4, "refused"),
        ("404 Not Found", "{}", 3, "refused"),
        ("409 Conflict", r#"{"code":"800014"}"#, 5, "refused"),
        ("412 Precondition Failed", "{}", 5, "refused"),
        ("429 Too Many Requests", "{}", 6, "refused"),
        ("409 Conflict", progress, 9, "unknown"),
        ("500 Internal Server Error", "{}", 9, "unknown"),
        ("503 Service Unavailable", "<html>", 9, "unknown"),
    ] {
        let server = ScriptedServer::start([Reply::complete(status, "", body)]);
        let run = against(&server.base_url(), &with(&CREATE, &["--yes"]));
        let error = run.error();
        assert_eq!(
            (run.exit, error["delivery"].as_str()),
            (exit, Some(delivery)),
            "{status}"
        );
        let hint = error["hint"].as_str().unwrap_or_default();
        assert_eq!(hint.contains("again: pcorders "), exit == 9, "{error}");
        assert_eq!((run.stdout.as_str(), server.heads().len()), ("", 1));
    }
    // Nothing listens, and no token: nothing was sent.
    let run = against("http://127.0.0.1:1", &with(&CREATE, &["--yes"]));
    assert_eq!(
        (run.exit, run.error()["delivery"].as_str()),
        (7, Some("not_sent"))
    );
    let create = with(&CREATE, &["--customer", CUSTOMER, "--yes"]);
    assert_eq!(pcorders(&create).exit, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_simulator_refuses_what_the_service_would() {
    let simulator = Simulator::start().await.unwrap();
    let reseller = "offerId=CFQ7TTC0SB01:0002:CFQ7TTC0RK4D,quantity=5,partnerIdOnRecord=4847383";
    for (line, code) in [
        ("offerId=nothing,quantity=1", "800004"),
        (reseller, "900206"),
    ] {
        let create = ["order", "create", "--line-item", line, "--yes"];
        let run = simulated(&simulator, &create);
        let error = run.error();
        assert_eq!(
            (run.exit, &error["delivery"]),
            (1, &json!("refused")),
            "{run:?}"
        );
        assert_eq!(error["code"], code);
    }
    assert_eq!(placed(&simulator), 0);
    // With the attestation it goes through.
    let create = [
        "order",
        "create",
        "--line-item",
        reseller,
        "--yes",
        "--attest-partner-on-record",
    ];
    assert_eq!(
        (simulated(&simulator, &create).exit, placed(&simulator)),
        (0, 1)
    );
}

#[test]
fn what_is_wrong_is_said_by_its_name_on_the_wire_before_anything_is_sent() {
    let server = placing();
    let file = |order: &str| ("-f", "-".to_owned(), order.to_owned());
    let line = |said: &str| ("--line-item", said.to_owned(), String::new());
    for ((flag, value, input), words) in [
        (line("quantity=5"), "offerId is missing"),
        (line("offerId=a"), "quantity is missing"),
        (
            line("offerId=a,quantity=x"),
            "quantity must be a whole number",
        ),
        (line("offerId=a,quantity=0"), "lineItems[0].quantity"),
        (
            line("offerId= ,quantity=1"),
            "lineItems[0].offerId is blank",
        ),
        (
            line("offerId=a,quantity=1,quantity=2"),
            "quantity is said twice",
        ),
        (
            line("offerId=a,quantity=1,colour=red"),
            "`colour` is no member",
        ),
        (
            line("offerId=a,quantity=1,customTermEndDate=soon"),
            "lineItems[0].customTermEndDate",
        ),
        (
            line("offerId=a,quantity=1,attestationAccepted=yes"),
            "attestationAccepted must be",
        ),
        (
            line("offerId=a,quantity=1,additionalPartnerIdsOnRecord=1+2+3+4+5+6"),
            "additionalPartnerIdsOnRecord has 6",
        ),
        (
            line(
                "offerId=a,quantity=1,purchaseCommitment.amount=0,purchaseCommitment.currency=usd,purchaseCommitment.grain=h",
            ),
            "purchaseCommitment.amount must be",
        ),
        (file("{}"), "lineItems"),
        (file("[]"), "no JSON object"),
        (file("{\"lineItems\":["), "cannot be read"),
        (
            file(r#"{"lineItems":[],"status":"none"}"#),
            "cannot be sent: status",
        ),
        (file(r#"{"lineItems":[]}"#), "lineItems is empty"),
        (
            file(r#"{"lineItems":[{"lineItemNumber":1,"offerId":"a","quantity":1}]}"#),
            "lineItemNumber",
        ),
        (
            file(
                r#"{"referenceCustomerId":"0c39d6d5-c70d-4c55-bc02-f620844f3fd1","lineItems":[{"lineItemNumber":0,"offerId":"a","quantity":1}]}"#,
            ),
            "referenceCustomerId must be",
        ),
        (file("\u{0}\u{feff}"), "cannot be read"),
    ] {
        let create = [
            "order",
            "create",
            "--customer",
            CUSTOMER,
            flag,
            &value,
            "--yes",
        ];
        let run = fed(&mut prepared(&server.base_url(), &create), input.as_bytes());
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert_eq!(
            (run.exit, run.error()["delivery"].as_str()),
            (2, Some("not_sent")),
            "{run:?}"
        );
        assert!(message.contains(words), "{message}");
    }
    for (arguments, words) in [
        (&[][..], "--line-item"),
        (&["-f", "/nowhere/at/all"], "/nowhere/at/all"),
        (&["-f", "-", "--line-item", SEATS], "--line-item"),
        (&["-f", "-", "--currency", "EUR"], "--currency"),
        (&["-f", "-", "--billing-cycle", "annual"], "--billing-cycle"),
        (
            &["-f", "-", "--attest-partner-on-record"],
            "--attest-partner-on-record",
        ),
        (
            &["--line-item", SEATS, "--currency", "Euro"],
            "currencyCode",
        ),
        (
            &["--line-item", SEATS, "--billing-cycle", "unknown"],
            "billingCycle",
        ),
        (
            &["--line-item", SEATS, "--customer-user-upn", "ü@x"],
            "x-ms-customeruser-upn",
        ),
        (&["--line-item", SEATS, "--request-id", "1"], "--request-id"),
        (&["--line-item", SEATS, "--wait=no"], "--wait"),
        (&["--line-item", SEATS, "--attempts", "0"], "--attempts"),
    ] {
        let run = persistent(
            &server.base_url(),
            &with(&with(&["order", "create"], arguments), &["--yes"]),
        );
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert_eq!(
            (run.exit, run.error()["delivery"].as_str()),
            (2, Some("not_sent")),
            "{run:?}"
        );
        assert!(message.contains(words), "{message}");
    }
    let mut latin = prepared(
        &server.base_url(),
        &["order", "create", "--customer", CUSTOMER, "-f", "-", "-y"],
    );
    assert_eq!(
        fed(&mut latin, b"{\"lineItems\":[{\"offerId\":\"\xfc\"}]}").exit,
        2
    );
    assert_eq!(server.sent().len(), 0);
}

#[test]
fn a_word_that_is_new_is_sent_and_remarked_on() {
    let server = placing();
    let run = against(
        &server.base_url(),
        &with(&CREATE, &["--billing-cycle", "weekly", "--yes"]),
    );
    assert_eq!(run.exit, 0, "{run:?}");
    assert!(
        run.stderr
            .starts_with("note: weekly is none of the known billing cycles"),
        "{}",
        run.stderr
    );
    assert!(String::from_utf8_lossy(&server.sent()[0].body).contains(r#""billingCycle":"weekly""#));
}

#[cfg(target_os = "linux")]
#[test]
fn an_order_that_cannot_be_printed_is_told_by_its_id() {
    let full = || {
        std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap()
    };
    let server = placing();
    let create = with(&CREATE, &["--customer", CUSTOMER]);
    let run = finish(prepared(&server.base_url(), &with(&create, &["--yes"])).stdout(full()));
    assert_tells(&run, "5cf72f14a001");
    assert_eq!(run.error()["kind"], "output");
    assert_eq!(
        run.error()["requestId"].as_str(),
        server.sent()[0].header("ms-requestid")
    );
    // Of a dry run nothing was accepted.
    let run = finish(prepared(&server.base_url(), &with(&create, &["--dry-run"])).stdout(full()));
    assert_eq!(
        (run.exit, &run.error()["delivery"]),
        (1, &json!("not_sent"))
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_without_end_is_not_read_for_ever() {
    let server = Recorded::json([""]);
    for command in [
        &["order", "create", "--customer", CUSTOMER][..],
        &["api", "POST", "/x"],
    ] {
        let endless = with(command, &["-f", "/dev/zero", "--yes"]);
        let run = finish(&mut prepared(&server.base_url(), &endless));
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert_eq!(
            (run.exit, message.contains("longer than 64 MiB")),
            (2, true),
            "{message}"
        );
    }
    assert!(server.sent().is_empty());
}
