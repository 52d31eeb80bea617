//! `pcorders order create --wait`: an order that was placed is never taken for one that was not.

use partner_center_orders_tests::CUSTOMER;
#[cfg(unix)]
use partner_center_orders_tests::{Ending, Reply, ScriptedServer};
use partner_center_sim::{Fault, Operation, Simulator};
use serde_json::json;

#[cfg(unix)]
use crate::create::PLACED;
use crate::create::{CREATE, assert_tells, placed};
#[cfg(unix)]
use crate::run::prepared;
use crate::run::{advised, pcorders, simulated, with};

/// Waits for a purchase order.
const SOFTWARE: &str = "offerId=DG7GMGF0D7FV:0001:DG7GMGF0D7FW,quantity=1";

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_followed_until_it_is_completed() {
    let simulator = Simulator::builder()
        .running_clock(1_000_000)
        .no_rate_limit()
        .start()
        .await
        .unwrap();
    let run = simulated(&simulator, &with(&CREATE, &["--yes", "--wait"]));
    assert_eq!(run.exit, 0, "{run:?}");
    let order = run.json();
    assert_eq!(
        (&order["status"], placed(&simulator)),
        (&json!("completed"), 1)
    );
    let id = order["id"].as_str().unwrap();
    let said = format!("the order {id} was placed; waiting until it is completed\n");
    assert!(run.stderr.ends_with(&said), "{}", run.stderr);
    let requests = simulator.requests();
    let correlation = |index: usize| requests[index].header("ms-correlationid");
    assert_eq!(correlation(0), correlation(requests.len() - 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_that_stays_as_it_is_is_printed_and_is_9() {
    let simulator = Simulator::start().await.unwrap();
    let create = [
        "order",
        "create",
        "--line-item",
        SOFTWARE,
        "--yes",
        "--wait",
    ];
    let run = simulated(&simulator, &create);
    let order = run.json();
    assert_eq!(order["status"], "pending_po_upload");
    assert_tells(&run, order["id"].as_str().unwrap());
    assert_eq!(run.error()["kind"], "unfinished");
    assert!(
        run.error()["message"]
            .as_str()
            .unwrap()
            .contains("pending_po_upload")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_that_fails_does_not_look_as_if_nothing_was_placed() {
    // Its clock stands still: the order stays pending.
    let simulator = Simulator::start().await.unwrap();
    let run = simulated(&simulator, &with(&CREATE, &["--yes", "--wait=1"]));
    let id = simulator.order_ids(CUSTOMER)[0].clone();
    assert_tells(&run, &id);
    assert_eq!(
        (&run.error()["kind"], &run.json()["id"]),
        (&json!("timeout"), &json!(id))
    );
    assert!(run.error()["requestId"].is_string());
    let look = advised(
        &run.error()["hint"],
        "look",
        simulator.base_url(),
        Simulator::ACCESS_TOKEN,
    );
    assert_eq!((look.exit, &look.json()["id"]), (0, &json!(id)));
    for (fault, kind) in [
        (Fault::status(403), "service"),
        (Fault::cut_body(10), "timeout"),
    ] {
        simulator.on(Operation::GetOrder).fault(fault);
        let run = simulated(
            &simulator,
            &with(&CREATE, &["--attempts", "1", "--yes", "--wait=1"]),
        );
        assert_tells(&run, &simulator.order_ids(CUSTOMER)[0]);
        assert_eq!(run.error()["kind"], kind, "{run:?}");
        simulator.clear_faults();
    }
    assert_eq!(placed(&simulator), 3);
}

#[cfg(unix)]
#[test]
fn an_interrupted_wait_leaves_the_orders_id() {
    use std::io::{BufRead, BufReader, Read};
    use std::process::{Command, Stdio};

    let placed = Reply::complete("201 Created", "content-type: application/json\r\n", PLACED);
    let server = ScriptedServer::start([placed, Reply::bytes("", Ending::Silence)]);
    let create = with(&CREATE, &["--customer", CUSTOMER, "--yes", "--wait"]);
    let mut child = prepared(&server.base_url(), &create)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("waiting") {
        assert_ne!(stderr.read_line(&mut said).unwrap(), 0, "{said}");
    }
    assert!(said.contains("the order 5cf72f14a001 was placed"), "{said}");
    let id = child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(child.wait().unwrap().code(), Some(130));
    stderr.read_to_string(&mut said).unwrap();
    assert!(said.contains("\"cancelled\""), "{said}");
}

#[test]
fn the_embedded_simulator_completes_an_order_within_seconds() {
    let create = with(&["--simulate"], &CREATE);
    let run = pcorders(&with(&create, &["--yes", "--wait=60", "-o", "json"]));
    assert_eq!(
        (run.exit, &run.json()["status"]),
        (0, &json!("completed")),
        "{run:?}"
    );
    assert!(run.stderr.starts_with("simulated: "), "{}", run.stderr);
}
