//! How does a simulator treat its state file, and what becomes of one that is broken?

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use partner_center_sim::Simulator;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::state::{
    ALONE, FORM, ID, TOKENS, WAITS_FOR_DOCUMENTS, ask, control, failure, folder, orders, post,
    rewrite, start, upload,
};
use crate::wire::{FIRST, LEGACY, MINUTE, SEATS, all, get, order_of, place, request, send_json};

#[tokio::test]
async fn what_an_interrupted_writer_left_is_in_nobody_s_way() {
    let (folder, path) = folder();
    let simulator = start(&path).await;
    let ids = simulator.order_ids(FIRST);
    drop(simulator);
    let whole = fs::read(&path).unwrap();
    let half = folder.path().join("state.json.tmp");
    fs::write(&half, &whole[..whole.len() / 2]).unwrap();

    let simulator = start(&path).await;
    assert_eq!(simulator.order_ids(FIRST), ids);
    place(&simulator, FIRST, &order_of(SEATS, 1)).await;
    drop(simulator);
    assert!(!half.exists());
    assert_eq!(start(&path).await.order_ids(FIRST).len(), ids.len() + 1);
}

#[tokio::test]
async fn a_state_has_one_owner() {
    let (_folder, path) = folder();
    let simulator = start(&path).await;
    let refused = failure(Simulator::builder().state_file(&path)).await;
    assert_eq!(refused.kind(), ErrorKind::WouldBlock);
    let name = fs::canonicalize(&path).unwrap();
    assert!(
        refused.to_string().contains(name.to_str().unwrap()),
        "{refused}"
    );

    // Who only reads sees every change at once.
    place(&simulator, FIRST, &order_of(SEATS, 1)).await;
    simulator.clock().advance(MINUTE);
    let snapshot = || Simulator::builder().state_snapshot(&path).start();
    let reader = snapshot().await.unwrap();
    assert_eq!(reader.order_ids(FIRST), simulator.order_ids(FIRST));
    assert_eq!(reader.clock().now(), simulator.clock().now());

    // A connection that is still open keeps nothing from the next owner.
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let _idle = TcpStream::connect(address).await.unwrap();
    drop(simulator);
    start(&path).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_the_file_is_the_same_file() {
    let (folder, path) = folder();
    let link = folder.path().join("link.json");
    drop(start(&path).await);
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let simulator = start(&link).await;
    let refused = failure(Simulator::builder().state_file(&path)).await;
    assert_eq!(refused.kind(), ErrorKind::WouldBlock);
    place(&simulator, FIRST, &order_of(SEATS, 1)).await;
    let ids = simulator.order_ids(FIRST);
    drop(simulator);
    assert_eq!(start(&path).await.order_ids(FIRST), ids);
}

#[tokio::test]
async fn who_comes_too_late_changes_nothing() {
    let (_folder, path) = folder();
    let simulator = start(&path).await;
    let ids = simulator.order_ids(FIRST);
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    let order = order_of(SEATS, 1).to_string();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer simulated\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        orders(),
        order.len()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    while simulator.requests().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(simulator);
    let simulator = start(&path).await;
    connection.write_all(order.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    assert_eq!(simulator.order_ids(FIRST), ids);
}

#[tokio::test]
async fn a_snapshot_writes_nothing() {
    let (folder, path) = folder();
    let snapshot = || Simulator::builder().state_snapshot(&path).start();
    // Without a file it begins as usual, and leaves nothing behind.
    place(&snapshot().await.unwrap(), FIRST, &order_of(SEATS, 1)).await;
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);

    drop(start(&path).await);
    fs::remove_file(folder.path().join("state.json.lock")).unwrap();
    let text = fs::read(&path).unwrap();
    let reader = snapshot().await.unwrap();
    place(&reader, FIRST, &order_of(SEATS, 1)).await;
    reader.clock().advance(MINUTE);
    reader.reset().unwrap();
    assert_eq!(fs::read(&path).unwrap(), text);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
}

#[tokio::test]
async fn a_file_that_cannot_be_used_is_named_with_its_fault() {
    let (_folder, path) = folder();
    drop(start(&path).await);
    let whole = fs::read_to_string(&path).unwrap();
    let half = &whole[..whole.len() / 2];
    let deep = format!(r#"{{"version":1,"state":{}"#, "[".repeat(1_000_000));
    let unknown = whole.replacen("\"time\"", "\"tme\"", 1);
    let amount = whole.replacen("\"total\": ", "\"total\": \"x", 1);
    let amount = amount.replacen(
        ",\n              \"lines\"",
        "\",\n              \"lines\"",
        1,
    );
    let currency = whole.replacen("\"USD\"", "\"XYZ\"", 1);
    let huge = whole.replacen("\"made_up\": 48213", "\"made_up\": 9007199254740993", 1);
    let [late, early] = ["+12024", "-2024"]
        .map(|year| whole.replacen("\"now\": \"2024", &format!("\"now\": \"{year}"), 1));
    let newer = whole.replacen("\"version\": 1", "\"version\": 2, \"more\": []", 1);
    for (text, wanted) in [
        ("", "line 1 column 0"),
        ("\n\n{\"version\":", "line 3 column 11"),
        ("[]", "line 1"),
        ("\u{0}", "line 1"),
        ("{}", "version"),
        (r#"{"version":1}"#, "state"),
        (r#"{"version":"1","state":{}}"#, "line 1"),
        (half, "line"),
        (&deep, "line 1"),
        (&unknown, "`tme`"),
        (&amount, "an amount is a number at line"),
        (&currency, "\"XYZ\""),
        (&huge, "9007199254740993"),
        (&late, "+12024-07-01"),
        (&early, "-2024-07-01"),
        (&newer, "version 2"),
        (r#"{"version":4294967295}"#, "version 4294967295"),
    ] {
        fs::write(&path, text).unwrap();
        for builder in [
            Simulator::builder().state_file(&path),
            Simulator::builder().state_snapshot(&path),
        ] {
            let failure = failure(builder).await;
            let told = failure.to_string();
            assert_eq!(failure.kind(), ErrorKind::InvalidData, "{told}");
            for part in ["state.json", wanted, "remove it"] {
                assert!(told.contains(part), "{part}: {told}");
            }
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), text, "it is left alone");
    }
    fs::write(&path, b"{\"version\":1,\"state\":\"\xFF\"}").unwrap();
    let broken = failure(Simulator::builder().state_file(&path)).await;
    assert_eq!(broken.kind(), ErrorKind::InvalidData);
    // The way out that the message names.
    fs::remove_file(&path).unwrap();
    start(&path).await;
}

#[tokio::test]
async fn a_file_cut_anywhere_is_refused() {
    let (_folder, path) = folder();
    drop(start(&path).await);
    let whole = fs::read(&path).unwrap();
    // Without the line break at its end it is whole.
    let last = whole.len() - 2;
    for length in (0..last).step_by(whole.len() / 40).chain([last]) {
        fs::write(&path, &whole[..length]).unwrap();
        let refused = failure(Simulator::builder().state_file(&path)).await;
        assert_eq!(
            refused.kind(),
            ErrorKind::InvalidData,
            "{length}: {refused}"
        );
    }
}

#[tokio::test]
async fn a_place_that_is_none_is_refused() {
    let (folder, path) = folder();
    let inside = path.join("state.json");
    fs::create_dir(&path).unwrap();
    for (path, kind) in [
        (path.as_path(), ErrorKind::IsADirectory),
        (Path::new(""), ErrorKind::InvalidInput),
        (&folder.path().join("none/state.json"), ErrorKind::NotFound),
    ] {
        let refused = failure(Simulator::builder().state_file(path)).await;
        assert_eq!(refused.kind(), kind, "{refused}");
        assert!(refused.to_string().contains(path.to_str().unwrap()));
    }
    assert!(!folder.path().join("none").exists());
    start(&inside).await;
}

/// No content of the file stops the simulator, however little sense it makes.
#[tokio::test]
async fn numbers_out_of_all_bounds_do_no_harm() {
    let (_folder, path) = folder();
    let simulator = start(&path).await;
    let waiting = json!({ "lineItems": [
        { "lineItemNumber": 0, "offerId": WAITS_FOR_DOCUMENTS, "quantity": 1 },
        { "lineItemNumber": 1, "offerId": SEATS, "quantity": 1 },
    ]});
    place(&simulator, FIRST, &waiting).await;
    place(&simulator, FIRST, &order_of(LEGACY, 1)).await;
    drop(simulator);
    let whole = fs::read(&path).unwrap();
    let order = "/state/customers/0/orders/0";
    let largest = json!(u64::MAX);
    for (pointer, value) in [
        ("/state/customers/0/placed", json!(u32::MAX)),
        ("/state/customers/0/index", largest.clone()),
        ("/state/tokens/count", largest.clone()),
        ("/state/devices/count", largest.clone()),
        ("/state/time/speed", json!(u32::MAX)),
        ("/state/time/wall_clock", json!("0001-01-01T00:00:00Z")),
        ("/state/time/now", json!("9999-12-31T23:59:59.999999999Z")),
        ("/state/time/now", json!("0000-01-01T00:00:00Z")),
        (&format!("{order}/place/order"), largest.clone()),
        (&format!("{order}/order/lineItems"), json!([])),
        (
            &format!("{order}/order/lineItems/0/lineItemNumber"),
            largest.clone(),
        ),
        (
            &format!("{order}/order/lineItems/0/quantity"),
            largest.clone(),
        ),
        (&format!("{order}/order/creationDate"), json!("")),
        (&format!("{order}/prices/basis/lines"), json!([])),
        (
            &format!("{order}/prices/basis/lines/0/list"),
            largest.clone(),
        ),
        (
            &format!("{order}/progress/deliveries"),
            json!({ u64::MAX.to_string(): {
                "since": "2000-01-01T00:00:00Z", "subscription_id": "x",
            }}),
        ),
        (
            "/state/customers/0/orders/1/order/lineItems/1/lineItemNumber",
            largest.clone(),
        ),
        ("/state/customers/0/orders/1/place/customer", largest),
        ("/state/customers", json!([])),
    ] {
        fs::write(&path, &whole).unwrap();
        rewrite(&path, pointer, value);
        let simulator = start(&path).await;
        // Whatever the answers are: there is one to everything.
        get(&simulator, &format!("{}?include_price=true", orders())).await;
        let content = (FORM, ALONE.as_bytes());
        let token = ask(&simulator, ("POST", TOKENS), ("none", ID), content).await;
        assert_eq!(token.status, 200, "{pointer}");
        for offer in [SEATS, LEGACY] {
            post(&simulator, "x", &order_of(offer, 1)).await;
        }
        for id in simulator.order_ids(FIRST).iter().take(4) {
            let path = format!("{}/{id}", orders());
            for below in ["", "/provisioningstatus", "/activationlinks"] {
                get(&simulator, &format!("{path}{below}")).await;
            }
            for body in [json!({ "status": "cancelled" }), order_of(LEGACY, 3)] {
                send_json(&simulator, "PATCH", &path, &body).await;
            }
            let upload = upload();
            let content = ("multipart/form-data; boundary=b", upload.as_slice());
            let target = format!("{path}/attachment");
            ask(&simulator, ("POST", &target), ("simulated", "x"), content).await;
        }
        drop(simulator);
        start(&path).await;
    }
}

/// What is true of every write that cannot be saved.
async fn nothing_is_saved(simulator: &Simulator) {
    let (ids, now) = (simulator.order_ids(FIRST), simulator.clock().now());
    let refused = post(simulator, ID, &order_of(SEATS, 1)).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (500, &json!("800003"))
    );
    let told = refused.json()["description"].to_string();
    assert!(told.contains("state.json cannot be written"), "{told}");
    assert!(refused.header("MS-CorrelationId").is_some());
    assert_eq!(simulator.order_ids(FIRST), ids);
    assert_eq!(all(simulator, &orders()).await.len(), 43);
    assert_eq!(simulator.clock().now(), now);
}

#[tokio::test]
async fn what_cannot_be_saved_does_not_happen() {
    let (folder, path) = folder();
    let simulator = start(&path).await;
    let (ids, now) = (simulator.order_ids(FIRST), simulator.clock().now());
    fs::remove_dir_all(&folder).unwrap();
    nothing_is_saved(&simulator).await;
    let content = (FORM, ALONE.as_bytes());
    let refused = ask(&simulator, ("POST", TOKENS), ("none", ID), content).await;
    assert_eq!(
        (refused.status, &refused.json()["error"]),
        (500, &json!("server_error"))
    );
    for (target, body) in [("clock", r#"{"advance_seconds":60}"#), ("reset", "")] {
        let refused = control(&simulator, target, body).await;
        assert_eq!(refused.status, 500);
        assert!(
            refused.json()["error"]
                .as_str()
                .unwrap()
                .contains("state.json")
        );
    }
    assert_eq!(simulator.reset().unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(simulator.clock().now(), now);
    // What changes nothing is not saved, and reading goes on.
    assert_eq!(
        post(&simulator, "none", &order_of(SEATS, 0)).await.status,
        400
    );
    assert_eq!(get(&simulator, &orders()).await.status, 200);
    // Nobody can be told about this one, so nobody is told anything else.
    simulator.clock().advance(MINUTE);
    assert_eq!(get(&simulator, &orders()).await.status, 500);
    let clock = request(&simulator, "GET", "/_simulator/clock", &[]).await;
    assert_eq!(clock.status, 500);

    fs::create_dir(&folder).unwrap();
    let clock = request(&simulator, "GET", "/_simulator/clock", &[]).await;
    assert_eq!(clock.json()["now"], "2024-07-01T08:01:00.0000000Z");
    assert_eq!(get(&simulator, &orders()).await.status, 200);
    // The id of the write that was not made is free.
    assert_eq!(post(&simulator, ID, &order_of(SEATS, 1)).await.status, 201);
    drop(simulator);
    assert_eq!(start(&path).await.order_ids(FIRST).len(), ids.len() + 1);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_full_disk_leaves_the_file_as_it_was() {
    let (folder, path) = folder();
    let simulator = start(&path).await;
    let text = fs::read(&path).unwrap();
    // Whatever is written here finds no room.
    std::os::unix::fs::symlink("/dev/full", folder.path().join("state.json.tmp")).unwrap();
    let refused = post(&simulator, ID, &order_of(SEATS, 1)).await;
    assert_eq!(refused.status, 500);
    assert_eq!(fs::read(&path).unwrap(), text);
    assert_eq!(post(&simulator, ID, &order_of(SEATS, 1)).await.status, 201);
    // At the start it is said at once.
    drop(simulator);
    std::os::unix::fs::symlink("/dev/full", folder.path().join("state.json.tmp")).unwrap();
    let refused = failure(Simulator::builder().state_file(&path)).await;
    assert_eq!(refused.kind(), ErrorKind::StorageFull, "{refused}");
}
