//! Does a simulator go on where another one with the same state file was?

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};
use partner_center_sim::{Builder, Simulator};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::wire::{FIRST, LEGACY, MINUTE, Reply, SEATS, SOFTWARE, exchange, order_of, request};

pub(crate) const ID: &str = "0e5fc923-8e3c-4560-9100-ce7283c3e081";
pub(crate) const WAITS_FOR_DOCUMENTS: &str = "DG7GMGF0D7FV:0003:DG7GMGF0D2G1";

/// A folder, and a file in it that is not there yet.
pub(crate) fn folder() -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("state.json");
    (folder, path)
}

pub(crate) async fn start(path: &Path) -> Simulator {
    Simulator::builder().state_file(path).start().await.unwrap()
}

pub(crate) async fn failure(builder: Builder) -> std::io::Error {
    builder.start().await.expect_err("no simulator")
}

pub(crate) fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Writes a file like the one that is there, but for one value.
pub(crate) fn rewrite(path: &Path, pointer: &str, value: Value) {
    let mut state = read(path);
    *state.pointer_mut(pointer).expect(pointer) = value;
    fs::write(path, state.to_string()).unwrap();
}

/// An order as it is read, by its path.
pub(crate) fn orders() -> String {
    format!("/v1/customers/{FIRST}/orders")
}

pub(crate) async fn control(simulator: &Simulator, target: &str, body: &str) -> Reply {
    let request = format!(
        "POST /_simulator/{target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    exchange(simulator, request.as_bytes()).await
}

const JSON: &str = "application/json";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";
const RENEWAL: &str = "grant_type=refresh_token&client_id=an-app&refresh_token=";
pub(crate) const ALONE: &str = "grant_type=client_credentials&client_id=an-app&client_secret=s&resource=https%3A%2F%2Fapi.partnercenter.microsoft.com";
pub(crate) const TOKENS: &str = "/one.example/oauth2/token";

/// Sends whatever the real client would, with ids of its own, so that two answers have the same heads.
pub(crate) async fn ask(
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

pub(crate) fn upload() -> Vec<u8> {
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

type Step = (&'static str, &'static str, &'static str, Vec<u8>);

fn read_step(target: &'static str) -> Step {
    ("GET", target, JSON, Vec::new())
}

fn json_step(method: &'static str, target: &'static str, body: &Value) -> Step {
    (method, target, JSON, body.to_string().into_bytes())
}

fn order_step(offer: &str) -> Step {
    json_step("POST", "{orders}", &order_of(offer, 3))
}

fn clock_step(seconds: u64) -> Step {
    let body = json!({ "advance_seconds": seconds });
    json_step("POST", "/_simulator/clock", &body)
}

fn token_step(form: &str) -> Step {
    ("POST", TOKENS, FORM, form.as_bytes().to_vec())
}

/// What a client does one after the other. `{0}` and so on are the paths of the orders that it places.
fn steps() -> Vec<Step> {
    let quantity =
        json!({ "lineItems": [{ "lineItemNumber": 0, "offerId": LEGACY, "quantity": 9 }] });
    vec![
        order_step(SOFTWARE),
        order_step(LEGACY),
        order_step(WAITS_FOR_DOCUMENTS),
        token_step(&format!("{RENEWAL}simulated")),
        json_step("POST", "{orders}", &json!({})),
        (
            "POST",
            "{2}/attachment",
            "multipart/form-data; boundary=b",
            upload(),
        ),
        read_step("{2}/attachments"),
        clock_step(300),
        read_step("{0}"),
        read_step("{1}/provisioningstatus"),
        json_step("PATCH", "{0}", &json!({ "status": "cancelled" })),
        clock_step(300),
        json_step("PATCH", "{1}", &quantity),
        read_step("{1}/activationlinks"),
        token_step(&format!("{RENEWAL}{{refresh}}")),
        order_step(SEATS),
        clock_step(300),
        read_step("{2}/attachments"),
        read_step("{2}/attachment/{file}"),
        read_step("{orders}"),
        read_step("{orders}?include_price=true"),
        read_step("{3}"),
        token_step(ALONE),
        clock_step(600),
        order_step(SEATS),
        read_step("{1}?include_price=true"),
        order_step(LEGACY),
        read_step("{orders}?include_price=true&billingType=monthly"),
        json_step("POST", "/_simulator/clock", &json!({ "speed": 0 })),
        read_step("/_simulator/clock"),
        read_step("{0}/attachments"),
    ]
}

/// One simulator answers all of it, and of another one a new process answers each request: nobody can tell them apart.
#[tokio::test]
async fn a_restart_changes_no_answer() {
    let (_folder, path) = folder();
    let builder = || Simulator::builder().token_lifetime(20 * MINUTE);
    let steady = builder().start().await.unwrap();
    let mut token = "simulated".to_owned();
    let mut known = vec![("{orders}".to_owned(), orders())];
    let mut placed = 0;
    for (number, (method, target, media_type, body)) in steps().into_iter().enumerate() {
        let (mut target, mut body) = (target.to_owned(), body);
        for (name, value) in &known {
            target = target.replace(name, value);
            if media_type == FORM {
                body = String::from_utf8(body).unwrap().replace(name, value).into();
            }
        }
        let call = (method, target.as_str());
        let request_id = format!("0e5fc923-8e3c-4560-9100-{number:012x}");
        let ids = (token.as_str(), request_id.as_str());
        let wanted = ask(&steady, call, ids, (media_type, &body)).await;
        let restarted = builder().state_file(&path).start().await.unwrap();
        let answer = ask(&restarted, call, ids, (media_type, &body)).await;

        assert_eq!(wanted.status == 400, body == b"{}", "{}", wanted.head);
        if target == orders() && wanted.status == 201 {
            let id = wanted.json()["id"].as_str().unwrap().to_owned();
            known.push((format!("{{{placed}}}"), format!("{target}/{id}")));
            placed += 1;
        }
        if target.ends_with("/attachment") {
            let id = wanted.json()["items"][0]["attachmentId"].clone();
            known.push(("{file}".to_owned(), id.as_str().unwrap().to_owned()));
        }
        if target == TOKENS {
            let json = wanted.json();
            json["access_token"]
                .as_str()
                .unwrap()
                .clone_into(&mut token);
            let refresh = json["refresh_token"].as_str().unwrap_or_default();
            known.push(("{refresh}".to_owned(), refresh.to_owned()));
        }
        assert_eq!(
            lasting(answer),
            lasting(wanted),
            "{number}: {method} {target}"
        );
    }
    assert_eq!(placed, 6);
    let restarted = start(&path).await;
    assert_eq!(restarted.order_ids(FIRST), steady.order_ids(FIRST));
    assert_eq!(restarted.clock().now(), steady.clock().now());
}

pub(crate) async fn post(simulator: &Simulator, id: &str, order: &Value) -> Reply {
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
