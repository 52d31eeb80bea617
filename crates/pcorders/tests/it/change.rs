//! `pcorders order add-on`, `change-billing-cycle`, `cancel`, `update`: what is changed is what was said, and no more.

use partner_center_orders_tests::{CUSTOMER, Ending, Recorded, Reply, ScriptedServer, TOKEN};
use partner_center_sim::{Fault, Operation, Simulator};
use serde_json::{Value, json};

use crate::run::{Run, advised, against, fed, persistent, prepared, simulated, with};

/// An order as it is read before some changes. Two of its lines have a subscription.
const ORDER: &str = r#"{"id":"o","attributes":{"etag":"e"},"lineItems":[
    {"lineItemNumber":0,"offerId":"L0","subscriptionId":"S0","quantity":9,"friendlyName":"nine"},
    {"lineItemNumber":1,"offerId":"L1","quantity":2,"status":"x"},
    {"lineItemNumber":2,"offerId":"L2","subscriptionId":"S2","quantity":3,"partnerIdOnRecord":"1"}]}"#;
const ADD_ON: [&str; 9] = [
    "order",
    "add-on",
    "o",
    "--parent-subscription",
    "S0",
    "--offer",
    "L7",
    "--quantity",
    "2",
];
const CANCELLATION: &str = r#"{"status":"cancelled"}"#;

/// Every command, what it sends, and whether it reads the order before.
fn commands() -> Vec<(Vec<&'static str>, Value, bool)> {
    let billed = ["order", "change-billing-cycle", "o", "--cycle", "annual"];
    let line = |number: i32, subscription: &str, quantity: i32| json!({"lineItemNumber": number, "offerId": format!("L{number}"), "subscriptionId": subscription, "quantity": quantity});
    let (mut first, mut last) = (line(0, "S0", 9), line(2, "S2", 3));
    first["friendlyName"] = json!("nine");
    last["partnerIdOnRecord"] = json!("1");
    vec![
        (
            ADD_ON.to_vec(),
            json!({"referenceCustomerId": CUSTOMER, "lineItems": [
                {"lineItemNumber": 0, "offerId": "L7", "parentSubscriptionId": "S0", "quantity": 2}]}),
            false,
        ),
        (
            with(&ADD_ON, &["--friendly-name", "seven"]),
            json!({"referenceCustomerId": CUSTOMER, "lineItems": [{"lineItemNumber": 0, "offerId": "L7",
                "parentSubscriptionId": "S0", "quantity": 2, "friendlyName": "seven"}]}),
            false,
        ),
        (
            billed.to_vec(),
            json!({"referenceCustomerId": CUSTOMER, "billingCycle": "annual", "lineItems": [first, last]}),
            true,
        ),
        (
            with(&billed, &["--line-item", "2"]),
            json!({"referenceCustomerId": CUSTOMER, "billingCycle": "annual", "lineItems": [last]}),
            true,
        ),
        (
            vec!["order", "cancel", "o"],
            json!({"id": "o", "status": "cancelled"}),
            false,
        ),
        (
            vec![
                "order",
                "cancel",
                "o",
                "--line-item",
                "2",
                "--line-item",
                "1",
            ],
            json!({"id": "o", "status": "cancelled", "lineItems": [
                {"lineItemNumber": 2, "offerId": "L2"}, {"lineItemNumber": 1, "offerId": "L1"}]}),
            true,
        ),
        (
            vec!["order", "update", "o", "-f", "-", "--if-match", "e"],
            json!({"id": "o", "status": "cancelled"}),
            false,
        ),
    ]
}

/// Runs a command for the customer; the change of `update` comes from stdin.
fn run(base_url: &str, arguments: &[&str]) -> Run {
    let mut command = prepared(base_url, &with(&["--attempts", "1"], arguments));
    fed(
        command.args(["--customer", CUSTOMER]),
        CANCELLATION.as_bytes(),
    )
}

#[test]
fn what_is_sent_is_what_a_dry_run_prints() {
    for (arguments, body, reads) in commands() {
        let server = Recorded::json([ORDER]);
        let dry = run(&server.base_url(), &with(&arguments, &["--dry-run"]));
        assert_eq!(dry.exit, 0, "{dry:?}");
        let methods = |server: &Recorded| -> Vec<String> {
            let sent = server.sent();
            let method = |line: &str| line.split(' ').next().unwrap().to_owned();
            sent.iter().map(|sent| method(&sent.line)).collect()
        };
        let read = if reads { vec!["GET"] } else { vec![] };
        assert_eq!(methods(&server), read);
        let real = run(&server.base_url(), &with(&arguments, &["--yes"]));
        assert_eq!(real.exit, 0, "{real:?}");
        assert_eq!(methods(&server), [&read[..], &read, &["PATCH"]].concat());
        let sent = server.sent().pop().unwrap();
        let bytes = String::from_utf8(sent.body.clone()).unwrap();
        assert!(
            dry.stdout.contains(&format!("\"body\": {bytes}\n")),
            "{bytes}\n{}",
            dry.stdout
        );
        assert_eq!(serde_json::from_str::<Value>(&bytes).unwrap(), body);
        let dry = dry.json();
        assert_eq!(
            format!("PATCH {}", dry["path"].as_str().unwrap()),
            sent.line
        );
        for (name, value) in dry["headers"].as_object().unwrap() {
            assert_eq!(sent.header(name), value.as_str(), "{name}");
        }
        let etag = arguments.contains(&"--if-match").then_some("\"e\"");
        assert_eq!(
            (sent.header("if-match"), dry["headers"]["if-match"].as_str()),
            (etag, etag)
        );
        assert_eq!(real.json()["id"], "o");
    }
}

#[test]
fn nothing_is_changed_without_a_yes() {
    for (arguments, _, reads) in commands() {
        let server = Recorded::json([ORDER]);
        let run = run(&server.base_url(), &arguments);
        assert_eq!(
            (run.exit, run.error()["delivery"].as_str()),
            (2, Some("not_sent")),
            "{run:?}"
        );
        assert!(run.error()["message"].as_str().unwrap().contains("--yes"));
        assert!(
            server
                .sent()
                .iter()
                .all(|sent| sent.line.starts_with("GET "))
        );
        assert_eq!(server.sent().len(), usize::from(reads));
    }
}

/// What is read before is a read: it does not become a change of which nothing is known.
#[test]
fn every_refusal_has_its_exit_code() {
    for (arguments, _, reads) in commands() {
        for (reply, exit, of_read) in [
            (Reply::complete("400 Bad Request", "", "{}"), 1, 1),
            (Reply::complete("403 Forbidden", "", "{}"), 4, 4),
            (Reply::complete("404 Not Found", "", "{}"), 3, 3),
            (
                Reply::complete("409 Conflict", "", r#"{"code":"800014"}"#),
                5,
                5,
            ),
            (Reply::complete("500 Oops", "", "{}"), 9, 8),
            (Reply::bytes("", Ending::Close), 9, 7),
            (Reply::json("[]"), 9, 8),
        ] {
            let replies = if reads {
                vec![Reply::json(ORDER), reply.clone()]
            } else {
                vec![reply.clone()]
            };
            let server = ScriptedServer::start(replies);
            let changed = run(&server.base_url(), &with(&arguments, &["--yes"]));
            assert_eq!(
                (changed.exit, changed.stdout.as_str()),
                (exit, ""),
                "{changed:?}"
            );
            assert!(server.lines().last().unwrap().starts_with("PATCH "));
            if exit == 9 {
                let look = ScriptedServer::start([Reply::json(ORDER)]);
                let shown = advised(&changed.error()["hint"], "look", &look.base_url(), TOKEN);
                assert_eq!((shown.exit, &shown.json()["id"]), (0, &json!("o")));
                assert!(
                    look.lines()[0].ends_with("/orders/o HTTP/1.1"),
                    "{:?}",
                    look.lines()
                );
            }
            if reads {
                let server = ScriptedServer::start([reply]);
                let read = run(&server.base_url(), &with(&arguments, &["--yes"]));
                assert_eq!((read.exit, server.heads().len()), (of_read, 1), "{read:?}");
                assert_ne!(read.error()["delivery"], json!(null));
            }
        }
    }
}

#[test]
fn what_cannot_be_changed_is_said_before_anything_is_changed() {
    let server = Recorded::json([ORDER]);
    let file = |change: &str| (vec!["order", "update", "o", "-f", "-"], change.to_owned());
    let plain = |arguments: &[&'static str]| (arguments.to_vec(), String::new());
    let billed = ["order", "change-billing-cycle", "o", "--cycle"];
    for ((arguments, input), words) in [
        (file("{}"), "the change is empty"),
        (
            file(r#"{"status":"completed"}"#),
            "status can be changed to cancelled only",
        ),
        (
            file(r#"{"status":"cancelled","totalPrice":1}"#),
            "cannot be sent: totalPrice",
        ),
        (file(r#"{"id":"other","status":"cancelled"}"#), "id must be"),
        (
            file(r#"{"lineItems":[{"lineItemNumber":0,"offerId":"a","quantity":-1}]}"#),
            "lineItems[0].quantity",
        ),
        (file("no"), "cannot be read"),
        (plain(&["order", "update", "o"]), "--file"),
        (
            plain(&["order", "update", "o", "-f", "/nowhere/at/all"]),
            "/nowhere/at/all",
        ),
        (plain(&with(&billed, &["weekly"])), "weekly"),
        (
            plain(&with(&billed, &["annual", "--line-item", "7"])),
            "the order has no line item 7",
        ),
        (
            plain(&with(&billed, &["annual", "--line-item", "1"])),
            "lineItems[0].subscriptionId is missing",
        ),
        (
            plain(&with(
                &billed,
                &["annual", "--line-item", "0", "--line-item", "0"],
            )),
            "lineItems[1].lineItemNumber",
        ),
        (
            plain(&["order", "cancel", "o", "--line-item", "3"]),
            "the order has no line item 3",
        ),
        (plain(&["order", "cancel", "."]), "order"),
        (plain(&ADD_ON[..7]), "--quantity"),
        (
            plain(&with(&ADD_ON[..7], &["--quantity", "0"])),
            "lineItems[0].quantity",
        ),
        (
            plain(&[
                "order",
                "add-on",
                "o",
                "--parent-subscription",
                " ",
                "--offer",
                "a",
                "--quantity",
                "1",
            ]),
            "parentSubscriptionId is blank",
        ),
    ] {
        let mut command = prepared(&server.base_url(), &with(&arguments, &["--yes"]));
        let run = fed(command.args(["--customer", CUSTOMER]), input.as_bytes());
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert_eq!(
            (run.exit, run.error()["delivery"].as_str()),
            (2, Some("not_sent")),
            "{run:?}"
        );
        assert!(message.contains(words), "{message}");
    }
    assert!(
        server
            .sent()
            .iter()
            .all(|sent| sent.line.starts_with("GET "))
    );
    let bare = Recorded::json([r#"{"id":"o","lineItems":[{"lineItemNumber":0,"offerId":"L0"}]}"#]);
    let run = against(&bare.base_url(), &with(&billed, &["annual", "--yes"]));
    assert!(
        run.exit == 2
            && run
                .stderr
                .contains("no line item of the order has a subscription")
    );
    assert_eq!(bare.sent().len(), 1);
}

/// An order of a legacy offer that is billed monthly.
fn legacy(simulator: &Simulator) -> Value {
    let list = simulated(simulator, &["order", "list", "--billing-type", "monthly"]).json();
    let orders = list.as_array().unwrap();
    let is_legacy = |order: &&Value| {
        let line = &order["lineItems"][0];
        order["status"] == "completed" && line["offerId"].as_str().unwrap().len() == 36
    };
    orders.iter().find(is_legacy).unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_of_a_legacy_offer_is_changed() {
    let simulator = Simulator::start().await.unwrap();
    let order = legacy(&simulator);
    let id = order["id"].as_str().unwrap();
    let change = [
        "order",
        "change-billing-cycle",
        id,
        "--cycle",
        "annual",
        "--yes",
    ];
    let changed = simulated(&simulator, &change);
    assert_eq!(
        (changed.exit, &changed.json()["billingCycle"]),
        (0, &json!("annual")),
        "{changed:?}"
    );
    assert_eq!(
        changed.json()["lineItems"][0]["quantity"],
        order["lineItems"][0]["quantity"]
    );
    let parent = order["lineItems"][0]["subscriptionId"].as_str().unwrap();
    let offer = "031c9e47-4802-4248-838e-778fb1d2cc05";
    let add_on = [
        "order",
        "add-on",
        id,
        "--parent-subscription",
        parent,
        "--offer",
        offer,
        "--quantity",
        "2",
        "--yes",
    ];
    let bought = simulated(&simulator, &add_on);
    assert_eq!(
        (bought.exit, &bought.json()["lineItems"][1]["quantity"]),
        (0, &json!(2)),
        "{bought:?}"
    );
    // Each change made a new version.
    let etag = order["attributes"]["etag"].as_str().unwrap();
    let change = format!(
        r#"{{"lineItems":[{{"lineItemNumber":0,"offerId":"{}","friendlyName":"mine"}}]}}"#,
        order["lineItems"][0]["offerId"].as_str().unwrap()
    );
    let current = bought.json()["attributes"]["etag"]
        .as_str()
        .unwrap()
        .to_owned();
    for (etag, exit) in [(etag, 1), (current.as_str(), 0)] {
        let update = [
            "order",
            "update",
            id,
            "-f",
            "-",
            "--if-match",
            etag,
            "--yes",
        ];
        let mut command = prepared(
            simulator.base_url(),
            &with(&update, &["--customer", CUSTOMER]),
        );
        command.env("PARTNERCENTER_ACCESS_TOKEN", Simulator::ACCESS_TOKEN);
        let run = fed(&mut command, change.as_bytes());
        assert_eq!(run.exit, exit, "{run:?}");
        if exit == 1 {
            assert_eq!(run.error()["code"], "2055");
        } else {
            assert_eq!(run.json()["lineItems"][0]["friendlyName"], "mine");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn software_is_cancelled_by_line_and_whole() {
    let simulator = Simulator::start().await.unwrap();
    let line = "offerId=DG7GMGF0D5RK:0005:DG7GMGF0D5RK,quantity=3";
    let create = [
        "order",
        "create",
        "--line-item",
        line,
        "--line-item",
        line,
        "--yes",
    ];
    let placed = simulated(&simulator, &create).json();
    let id = placed["id"].as_str().unwrap();
    let cancel = ["order", "cancel", id, "--yes"];
    let part = simulated(&simulator, &with(&cancel, &["--line-item", "1"]));
    let quantities = |run: &Run| {
        let lines = run.json()["lineItems"].clone();
        [lines[0]["quantity"].clone(), lines[1]["quantity"].clone()]
    };
    assert_eq!(
        (part.exit, quantities(&part)),
        (0, [json!(3), json!(0)]),
        "{part:?}"
    );
    assert_eq!(part.json()["status"], "pending");
    // The answer is lost, and the change is made once.
    simulator
        .on(Operation::UpdateOrder)
        .nth(1)
        .fault(Fault::reset().after_change());
    let whole = simulated(&simulator, &cancel);
    assert_eq!(
        (whole.exit, &whole.json()["status"]),
        (0, &json!("cancelled")),
        "{whole:?}"
    );
    assert!(
        whole.stderr.contains(" after 2 attempts, "),
        "{}",
        whole.stderr
    );
    // What is cancelled cannot be cancelled, nor can seats of new commerce.
    assert_eq!(simulated(&simulator, &cancel).exit, 1);
    let seats = "offerId=CFQ7TTC0SB01:0002:CFQ7TTC0RK4D,quantity=5";
    let seats = simulated(
        &simulator,
        &["order", "create", "--line-item", seats, "--yes"],
    )
    .json();
    let refused = simulated(
        &simulator,
        &["order", "cancel", seats["id"].as_str().unwrap(), "--yes"],
    );
    assert_eq!(
        (refused.exit, &refused.error()["delivery"]),
        (1, &json!("refused")),
        "{refused:?}"
    );
}

#[test]
fn the_attempts_and_the_time_of_a_call_can_be_said() {
    let unavailable = || ScriptedServer::start([Reply::complete("503 Unavailable", "", "")]);
    let request_ids = |server: &ScriptedServer| -> Vec<String> {
        let heads = server.heads();
        let of = |head: &String| {
            let line = head.lines().find(|line| line.starts_with("ms-requestid"));
            line.unwrap().to_owned()
        };
        heads.iter().map(of).collect()
    };
    let cancel = ["order", "cancel", "o", "--yes"];
    for attempts in ["1", "2", "3"] {
        let server = unavailable();
        let run = persistent(
            &server.base_url(),
            &with(&cancel, &["--attempts", attempts]),
        );
        let ids = request_ids(&server);
        assert_eq!(
            (run.exit, ids.len().to_string().as_str()),
            (9, attempts),
            "{run:?}"
        );
        assert!(ids.iter().all(|id| *id == ids[0]));
        assert_eq!(run.error()["attempts"].to_string(), attempts);
    }
    // A wait that does not fit into the time of the whole call ends it at once.
    let slow = Reply::complete("429 Too Many Requests", "retry-after: 600\r\n", "{}");
    let server = ScriptedServer::start([slow]);
    let run = persistent(&server.base_url(), &with(&cancel, &["--deadline", "300"]));
    assert_eq!((run.exit, server.heads().len()), (6, 1), "{run:?}");
    assert_eq!(run.error()["retryAfterSeconds"], 600);
    // Silence is waited for once, and not once for each attempt.
    let server = ScriptedServer::start([Reply::bytes("", Ending::Silence)]);
    let run = persistent(&server.base_url(), &with(&cancel, &["--deadline", "1"]));
    assert_eq!((run.exit, server.heads().len()), (9, 1), "{run:?}");
}

/// Nothing was sent that changes anything, whatever became of the read.
#[test]
fn a_read_that_fails_before_a_change_leaves_nothing_open() {
    let failed = Reply::complete("500 Internal Server Error", "", "");
    let server = ScriptedServer::start([failed]);
    for command in [
        &["order", "change-billing-cycle", "o", "--cycle", "annual"][..],
        &["order", "cancel", "o", "--line-item", "0"],
    ] {
        let run = against(&server.base_url(), &with(command, &["--yes"]));
        let error = run.error();
        assert_eq!(
            (run.exit, error["delivery"].as_str()),
            (8, Some("not_sent")),
            "{error}"
        );
        let hint = error["hint"].as_str().unwrap();
        assert!(hint.starts_with("Nothing was changed"), "{hint}");
    }
    assert!(server.lines().iter().all(|line| line.starts_with("GET ")));
}
