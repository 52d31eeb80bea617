//! Does a simulator go on where another one with the same state file was?

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use partner_center_sim::{Builder, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wire::{
    FIRST, LEGACY, MINUTE, Reply, SEATS, SECOND, SOFTWARE, all, exchange, get, order_of, place,
    request, send_json,
};

const ID: &str = "0e5fc923-8e3c-4560-9100-ce7283c3e081";
const WAITS_FOR_DOCUMENTS: &str = "DG7GMGF0D7FV:0003:DG7GMGF0D2G1";

/// A folder, and a file in it that is not there yet.
fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state.json");
    (folder, path)
}

async fn start(path: &Path) -> Simulator {
    Simulator::builder().state_file(path).start().await.unwrap()
}

async fn failure(builder: Builder) -> std::io::Error {
    builder.start().await.expect_err("no simulator")
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Writes a file like the one that is there, but for one value.
fn rewrite(path: &Path, pointer: &str, value: Value) {
    let mut state = read(path);
    *state.pointer_mut(pointer).expect(pointer) = value;
    fs::write(path, state.to_string()).unwrap();
}

/// An order as it is read, by its path.
fn orders() -> String {
    format!("/v1/customers/{FIRST}/orders")
}

async fn control(simulator: &Simulator, target: &str, body: &str) -> Reply {
    let request = format!(
        "POST /_simulator/{target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange(simulator, request.as_bytes()).await
}

const FORM: &str = "application/x-www-form-urlencoded";
const RENEWAL: &str = "grant_type=refresh_token&client_id=an-app&refresh_token=";
const ALONE: &str = "grant_type=client_credentials&client_id=an-app&client_secret=s&resource=https%3A%2F%2Fapi.partnercenter.microsoft.com";
const TOKENS: &str = "/one.example/oauth2/token";

/// Sends whatever the real client would, with ids of its own, so that two answers have the same heads.
async fn ask(
    simulator: &Simulator,
    (method, target): (&str, &str),
    (token, request_id): (&str, &str),
    (media_type, body): (&str, &[u8]),
) -> Reply {
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {token}\r\n\
         MS-RequestId: {request_id}\r\nMS-CorrelationId: {ID}\r\nMS-CV: a.0\r\n\
         Content-Type: {media_type}\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    exchange(simulator, &[head.as_bytes(), body].concat()).await
}

/// An answer but for the time of day in it.
fn lasting(reply: Reply) -> (u16, String, Vec<u8>) {
    let head = reply.head.lines();
    let head = head.filter(|line| !line.to_ascii_lowercase().starts_with("date:"));
    (
        reply.status,
        head.collect::<Vec<_>>().join("\n"),
        reply.body,
    )
}

fn upload() -> Vec<u8> {
    let mut body = Vec::new();
    for (name, content) in [
        (
            "metadata",
            br#"{"customerPrice":"1","currency":"USD"}"#.as_slice(),
        ),
        (
            "POFiles\"; filename=\"Köln.pdf",
            b"\x00\xFF\xFE%PDF\r\n".as_slice(),
        ),
    ] {
        let head = format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        body.extend_from_slice(&[head.as_bytes(), content, b"\r\n"].concat());
    }
    [body.as_slice(), b"--b--\r\n"].concat()
}

/// One simulator answers all of it, and of another one a new process answers each request: nobody can tell them apart.
#[tokio::test]
async fn a_restart_changes_no_answer() {
    const FORM_DATA: &str = "multipart/form-data; boundary=b";
    const JSON: &str = "application/json";
    let (_folder, path) = folder();
    let builder = || Simulator::builder().token_lifetime(20 * MINUTE);
    let steady = builder().start().await.unwrap();
    let mut known: Vec<String> = Vec::new();
    let mut token = "simulated".to_owned();
    let ids: Vec<String> = (0..40)
        .map(|n| format!("0e5fc923-8e3c-4560-9100-{n:012x}"))
        .collect();
    let cancel = json!({ "status": "cancelled" }).to_string();
    let quantity =
        json!({ "lineItems": [{ "lineItemNumber": 0, "offerId": LEGACY, "quantity": 9 }] });
    // `{0}` is the path of the first order that was placed, and `{token}` the newest refresh token.
    let placed = |offer: &str| order_of(offer, 3).to_string().into_bytes();
    let steps: [(&str, &str, &str, Vec<u8>); 30] = [
        ("POST", "orders", JSON, placed(SOFTWARE)),
        ("POST", "orders", JSON, placed(LEGACY)),
        ("POST", "orders", JSON, placed(WAITS_FOR_DOCUMENTS)),
        (
            "POST",
            TOKENS,
            FORM,
            format!("{RENEWAL}simulated").into_bytes(),
        ),
        ("POST", "orders", JSON, b"{}".to_vec()),
        ("POST", "{2}/attachment", FORM_DATA, upload()),
        ("GET", "{2}/attachments", JSON, Vec::new()),
        (
            "POST",
            "/_simulator/clock",
            JSON,
            br#"{"advance_seconds":300}"#.to_vec(),
        ),
        ("GET", "{0}", JSON, Vec::new()),
        ("GET", "{1}/provisioningstatus", JSON, Vec::new()),
        ("PATCH", "{0}", JSON, cancel.into_bytes()),
        (
            "POST",
            "/_simulator/clock",
            JSON,
            br#"{"advance_seconds":300}"#.to_vec(),
        ),
        ("PATCH", "{1}", JSON, quantity.to_string().into_bytes()),
        (
            "GET",
            "/v1/customers/{FIRST}/subscriptions?order_id={1}",
            JSON,
            Vec::new(),
        ),
        ("POST", TOKENS, FORM, b"renew".to_vec()),
        ("POST", "orders", JSON, placed(SEATS)),
        (
            "POST",
            "/_simulator/clock",
            JSON,
            br#"{"advance_seconds":300}"#.to_vec(),
        ),
        ("GET", "{2}/attachments", JSON, Vec::new()),
        ("GET", "{file}", JSON, Vec::new()),
        ("GET", "orders", JSON, Vec::new()),
        ("GET", "orders?include_price=true", JSON, Vec::new()),
        ("GET", "{3}", JSON, Vec::new()),
        ("POST", TOKENS, FORM, ALONE.as_bytes().to_vec()),
        (
            "POST",
            "/_simulator/clock",
            JSON,
            br#"{"advance_seconds":600,"speed":0}"#.to_vec(),
        ),
        ("POST", "orders", JSON, placed(SEATS)),
        ("GET", "{1}?include_price=true", JSON, Vec::new()),
        ("POST", "orders", JSON, placed(LEGACY)),
        (
            "GET",
            "/v1/customers/{SECOND}/orders?include_price=true",
            JSON,
            Vec::new(),
        ),
        ("GET", "/_simulator/clock", JSON, Vec::new()),
        ("GET", "{2}/attachments", JSON, Vec::new()),
    ];
    let (mut file, mut refresh) = (String::new(), String::new());
    for (number, (method, target, media_type, body)) in steps.into_iter().enumerate() {
        let mut target = target.replace("{FIRST}", FIRST).replace("{SECOND}", SECOND);
        if target.starts_with("orders") {
            target = format!("/v1/customers/{FIRST}/{target}");
        }
        for (place, id) in known.iter().enumerate() {
            let path = format!("/v1/customers/{FIRST}/orders/{id}");
            let named = format!("{{{place}}}");
            let text = if target.contains("order_id") {
                id
            } else {
                &path
            };
            target = target.replace(&named, text);
        }
        let target = target.replace("{file}", &file);
        let body = match body.as_slice() {
            b"renew" => format!("{RENEWAL}{refresh}").into_bytes(),
            body => body.to_vec(),
        };
        let call = (method, target.as_str());
        let ids = (token.as_str(), ids[number].as_str());
        let wanted = ask(&steady, call, ids, (media_type, &body)).await;
        let restarted = builder().state_file(&path).start().await.unwrap();
        let answer = ask(&restarted, call, ids, (media_type, &body)).await;
        let json = if wanted.head.contains("json") {
            wanted.json()
        } else {
            assert!(wanted.body.starts_with(b"\x00\xFF\xFE"));
            Value::Null
        };
        if let ("POST", 201, Some(id)) = (method, wanted.status, json["id"].as_str()) {
            known.push(id.to_owned());
        }
        if let Some(id) = json.pointer("/items/0/attachmentId") {
            file = format!(
                "{}/{}/attachment/{}",
                orders(),
                known[2],
                id.as_str().unwrap()
            );
        }
        if let Some(text) = json["access_token"].as_str() {
            token = text.to_owned();
            refresh = json["refresh_token"]
                .as_str()
                .unwrap_or_default()
                .to_owned();
        }
        assert_eq!(
            lasting(answer),
            lasting(wanted),
            "{number}: {method} {target}"
        );
    }
    assert_eq!(known.len(), 6);
    let restarted = start(&path).await;
    assert_eq!(restarted.order_ids(FIRST), steady.order_ids(FIRST));
    assert_eq!(restarted.clock().now(), steady.clock().now());
}

async fn post(simulator: &Simulator, id: &str, order: &Value) -> Reply {
    let body = order.to_string();
    let content = ("application/json", body.as_bytes());
    ask(simulator, ("POST", &orders()), ("simulated", id), content).await
}

#[tokio::test]
async fn a_write_from_before_is_not_carried_out_again() {
    let (_folder, path) = folder();
    let other = ID.replace('8', "9");
    let simulator = start(&path).await;
    let before = simulator.order_ids(FIRST).len();
    let first = post(&simulator, ID, &order_of(SEATS, 1)).await;
    let refused = post(&simulator, &other, &order_of(SEATS, 0)).await;
    assert_eq!((first.status, refused.status), (201, 400));
    drop(simulator);

    let simulator = start(&path).await;
    let again = post(&simulator, ID, &order_of(SEATS, 1)).await;
    assert_eq!(lasting(again), lasting(first));
    let again = post(&simulator, &other, &order_of(SEATS, 1)).await;
    assert_eq!(lasting(again), lasting(refused));
    assert_eq!(simulator.order_ids(FIRST).len(), before + 1);
    // It is forgotten when it would have been.
    simulator.clock().advance(10 * MINUTE);
    drop(simulator);
    let simulator = start(&path).await;
    assert_eq!(post(&simulator, ID, &order_of(SEATS, 1)).await.status, 201);
    let ids = simulator.order_ids(FIRST);
    assert_eq!(ids.len(), before + 2);
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn a_token_from_before_is_good_to_its_end() {
    let (_folder, path) = folder();
    let simulator = start(&path).await;
    let content = (FORM, ALONE.as_bytes());
    let answer = ask(&simulator, ("POST", TOKENS), ("none", ID), content).await;
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let token = format!("Bearer {token}");
    let headers = [("Authorization", token.as_str())];
    drop(simulator);
    for (seconds, status) in [(3_599, 200), (1, 401)] {
        let simulator = start(&path).await;
        simulator.clock().advance(Duration::from_secs(seconds));
        drop(simulator);
        let simulator = start(&path).await;
        let reply = request(&simulator, "GET", &orders(), &headers).await;
        assert_eq!(reply.status, status);
    }
}

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
    place(&simulator, FIRST, &order_of(WAITS_FOR_DOCUMENTS, 1)).await;
    place(&simulator, FIRST, &order_of(LEGACY, 1)).await;
    drop(simulator);
    let whole = fs::read(&path).unwrap();
    let order = "/state/customers/0/orders/0";
    let largest = json!(u64::MAX);
    for (pointer, value) in [
        ("/state/customers/0/placed", json!(u32::MAX)),
        ("/state/customers/0/index", largest.clone()),
        ("/state/tokens/count", largest.clone()),
        ("/state/time/speed", json!(u32::MAX)),
        ("/state/time/wall_clock", json!("0001-01-01T00:00:00Z")),
        (
            "/state/time/now",
            json!("+262142-12-31T23:59:59.999999999Z"),
        ),
        ("/state/time/now", json!("-262143-01-01T00:00:00Z")),
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
        (&format!("{order}/prices/of_lines"), json!([])),
        (&format!("{order}/prices/of_lines/0/list"), largest.clone()),
        (
            &format!("{order}/progress/deliveries"),
            json!({ u64::MAX.to_string(): {
                "since": "2000-01-01T00:00:00Z", "subscription_id": "x",
            }}),
        ),
        (
            "/state/customers/0/orders/1/order/lineItems/0/lineItemNumber",
            largest.clone(),
        ),
        ("/state/customers/0/orders/1/place/customer", largest),
        ("/state/customers", json!([])),
    ] {
        fs::write(&path, &whole).unwrap();
        rewrite(&path, pointer, value);
        let simulator = start(&path).await;
        let list = get(&simulator, &format!("{}?include_price=true", orders())).await;
        assert!(
            [200, 403].contains(&list.status),
            "{pointer}: {}",
            list.status
        );
        let content = (FORM, ALONE.as_bytes());
        let token = ask(&simulator, ("POST", TOKENS), ("none", ID), content).await;
        assert_eq!(token.status, 200, "{pointer}");
        for offer in [SEATS, LEGACY] {
            let reply = post(&simulator, ID, &order_of(offer, 1)).await;
            assert!(reply.status < 500, "{pointer}: {}", reply.text());
        }
        for id in simulator.order_ids(FIRST).iter().take(3) {
            let path = format!("{}/{id}", orders());
            for below in ["", "/provisioningstatus", "/activationlinks"] {
                assert_eq!(get(&simulator, &format!("{path}{below}")).await.status, 200);
            }
            for body in [json!({ "status": "cancelled" }), order_of(LEGACY, 3)] {
                let reply = send_json(&simulator, "PATCH", &path, &body).await;
                assert!(reply.status < 500, "{pointer}: {}", reply.text());
            }
            let form = "multipart/form-data; boundary=b";
            let call = ("POST", format!("{path}/attachment"));
            let reply = ask(
                &simulator,
                (call.0, &call.1),
                ("simulated", "x"),
                (form, &upload()),
            )
            .await;
            assert!(reply.status < 500, "{pointer}: {}", reply.text());
        }
        drop(simulator);
        start(&path).await;
    }
}

/// The wall clock, so many seconds from now.
fn wall_clock(seconds: i64) -> Value {
    let now = DateTime::<Utc>::from(SystemTime::now());
    json!(now + TimeDelta::seconds(seconds))
}

/// Starts with a time in the file that was true so many seconds ago, and gives the hours since then, rounded.
async fn hours_since(path: &Path, speed: u32, seconds: i64, builder: Builder) -> i64 {
    let begun = "2024-07-01T08:00:00Z";
    rewrite(
        path,
        "/state/time",
        json!({ "now": begun, "wall_clock": wall_clock(-seconds), "speed": speed }),
    );
    let simulator = builder.state_file(path).start().await.unwrap();
    let passed = simulator.clock().now() - begun.parse::<DateTime<Utc>>().unwrap();
    (passed + TimeDelta::minutes(30)).num_hours()
}

#[tokio::test]
async fn a_running_clock_runs_on_while_nobody_is_there() {
    const HOUR: i64 = 3_600;
    let (_folder, path) = folder();
    drop(start(&path).await);
    let plain = Simulator::builder;
    let running = |speed| Simulator::builder().running_clock(speed);
    assert_eq!(hours_since(&path, 60, HOUR, running(60)).await, 60);
    // Until now it ran as fast as the file says, whatever the speed is from now on.
    assert_eq!(hours_since(&path, 60, HOUR, running(1)).await, 60);
    assert_eq!(hours_since(&path, 1, HOUR, running(0)).await, 1);
    assert_eq!(hours_since(&path, 0, HOUR, plain()).await, 0);
    assert_eq!(hours_since(&path, 0, HOUR, running(60)).await, 0);
    // The wall clock was set back.
    assert_eq!(hours_since(&path, 60, -HOUR, running(60)).await, 0);
    // What was set, and not by the builder, stays.
    assert_eq!(hours_since(&path, 60, HOUR, plain()).await, 60);
    assert_eq!(read(&path)["state"]["time"]["speed"], 60);
    assert_eq!(hours_since(&path, 60, HOUR, running(1)).await, 60);
    assert_eq!(read(&path)["state"]["time"]["speed"], 1);
    // What passed so far is in the file from the start on.
    let (now, past) = (&read(&path)["state"]["time"]["now"], "2024-07-03T20:");
    assert!(now.as_str().unwrap().starts_with(past), "{now}");
}

#[tokio::test]
async fn every_way_to_move_the_clock_is_in_the_file() {
    let (_folder, path) = folder();
    let simulator = start(&path).await;
    let time = || read(&path)["state"]["time"].clone();
    assert_eq!(time()["now"], "2024-07-01T08:00:00Z");
    simulator.clock().clone().advance(MINUTE);
    assert_eq!(time()["now"], "2024-07-01T08:01:00Z");
    let reply = control(&simulator, "clock", r#"{"advance_seconds":60}"#).await;
    assert_eq!(
        (reply.status, &time()["now"]),
        (200, &json!("2024-07-01T08:02:00Z"))
    );
    simulator.clock().set_speed(1);
    assert_eq!(time()["speed"], 1);
    control(&simulator, "clock", r#"{"speed":2}"#).await;
    assert_eq!(time()["speed"], 2);
    // As far as it goes, and back from there.
    simulator.clock().advance(Duration::MAX);
    let last = simulator.clock().now();
    drop(simulator);
    assert_eq!(start(&path).await.clock().now(), last);
}

#[tokio::test]
async fn a_reset_is_in_the_file() {
    let (_folder, path) = folder();
    let simulator = start(&path).await;
    let (ids, begun) = (simulator.order_ids(FIRST), simulator.clock().now());
    for is_remote in [true, false] {
        post(&simulator, ID, &order_of(SEATS, 1)).await;
        simulator.clock().advance(MINUTE);
        if is_remote {
            assert_eq!(control(&simulator, "reset", "").await.status, 200);
        } else {
            simulator.reset().unwrap();
        }
        let reader = Simulator::builder().state_snapshot(&path).start();
        let reader = reader.await.unwrap();
        assert_eq!(
            (reader.order_ids(FIRST), reader.clock().now()),
            (ids.clone(), begun)
        );
        assert_eq!(post(&reader, ID, &order_of(SEATS, 0)).await.status, 400);
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
