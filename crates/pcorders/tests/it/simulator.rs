//! `pcorders simulator serve`: one simulator for several commands.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, Command, Stdio};

use partner_center_orders_tests::CUSTOMER;
use serde_json::Value;

use crate::home::Home;
use crate::run::{Run, command, finish, own_folder, pcorders};

const ORDER: &str = r#"{"lineItems":[{"lineItemNumber":0,"offerId":"CFQ7TTC0SB01:0002:CFQ7TTC0RK4D","quantity":5}]}"#;

/// A simulator that runs by itself, until it is dropped.
struct Served {
    child: Child,
    address: String,
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let mut child = command(&["simulator", "serve"])
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut address = String::new();
        let stdout = child.stdout.as_mut().unwrap();
        BufReader::new(stdout).read_line(&mut address).unwrap();
        Self {
            child,
            address: address.trim_end().to_owned(),
        }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        finish(
            command(arguments)
                .env("PARTNERCENTER_ENDPOINT", &self.address)
                .env("PARTNERCENTER_ACCESS_TOKEN", "simulated"),
        )
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// With what its notice says.
#[test]
fn somebody_can_try_to_sign_in() {
    let mut child = command(&["simulator", "serve"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let stderr = BufReader::new(child.stderr.take().unwrap());
    let said = stderr.lines().take(2).map(Result::unwrap);
    let said = said.last().unwrap();
    let (_, login) = said.split_once("to try a sign-in: pcorders ").unwrap();
    let (login, rest) = login.split_once(", ").unwrap();
    assert!(rest.contains("`simulated` is a refresh token"), "{rest}");
    let login: Vec<&str> = login.split(' ').collect();
    for (way, input) in [
        ("--refresh-token-stdin", "simulated"),
        ("--client-secret-stdin", "any-secret"),
    ] {
        let more = ["--tenant", "any", "--client-id", "any", way];
        let run = Home::new().fed(&[&login[..], &more].concat(), input);
        assert_eq!(run.exit, 0, "{run:?}");
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn what_one_command_places_another_one_sees() {
    let served = Served::start(&["--speed", "1000000"]);
    let body = std::env::temp_dir().join(format!("pcorders-order-{}.json", std::process::id()));
    std::fs::write(&body, ORDER).unwrap();
    let path = format!("/customers/{CUSTOMER}/orders");
    let id = "0e5fc923-8e3c-4560-9100-ce7283c3e081";
    let place = [
        "api",
        "POST",
        &path,
        "-f",
        body.to_str().unwrap(),
        "--yes",
        "--request-id",
        id,
    ];
    let placed = served.run(&place);
    assert_eq!(placed.exit, 0, "{placed:?}");
    let order: Value = serde_json::from_str(&placed.stdout).unwrap();
    let order = order["id"].as_str().unwrap();
    // By its id at once, in the list when fifteen minutes of its time are over.
    let shown = served.run(&["order", "show", order, "--customer", CUSTOMER]);
    assert_eq!(shown.exit, 0, "{shown:?}");
    let listed = || {
        let list = served.run(&["order", "list", "--customer", CUSTOMER, "-o", "jsonl"]);
        list.stdout.contains(order)
    };
    assert!((0..100).any(|_| listed()));
    std::fs::remove_file(&body).unwrap();
}

#[test]
fn a_port_that_is_taken_is_a_failure() {
    let served = Served::start(&[]);
    let port = served.address.rsplit(':').next().unwrap();
    let run = pcorders(&["simulator", "serve", "--port", port]);
    assert_eq!(
        (run.exit, run.error()["kind"].as_str()),
        (1, Some("simulator"))
    );
    assert_eq!(run.stdout, "");
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it() {
    let mut served = Served::start(&[]);
    let id = served.child.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &id])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(served.child.wait().unwrap().code(), Some(130));
}

#[test]
fn with_a_state_file_it_goes_on_where_it_was() {
    let folder = own_folder();
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("state.json");
    let state = ["--state", file.to_str().unwrap()];
    let path = format!("/customers/{CUSTOMER}/orders");
    let body = folder.join("order.json");
    std::fs::write(&body, ORDER).unwrap();
    let served = Served::start(&state);
    let placed = served.run(&["api", "POST", &path, "-f", body.to_str().unwrap(), "--yes"]);
    let order: Value = serde_json::from_str(&placed.stdout).unwrap();
    // It is one simulator's at a time.
    let second = pcorders(&[&["simulator", "serve"], &state[..]].concat());
    assert_eq!(second.exit, 1, "{second:?}");
    drop(served);
    let served = Served::start(&state);
    let order = order["id"].as_str().unwrap();
    let shown = served.run(&["order", "show", order, "--customer", CUSTOMER]);
    assert_eq!(shown.exit, 0, "{shown:?}");
}

#[test]
fn the_byte_order_mark_can_be_left_out() {
    for (flags, mark) in [(&[][..], true), (&["--no-byte-order-mark"], false)] {
        let served = Served::start(flags);
        let address = served.address.trim_start_matches("http://").to_owned();
        let mut connection = std::net::TcpStream::connect(&address).unwrap();
        let request = format!(
            "GET /v1/customers/{CUSTOMER}/orders HTTP/1.1\r\nhost: {address}\r\n\
             authorization: Bearer simulated\r\nconnection: close\r\n\r\n"
        );
        connection.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        connection.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8(answer).unwrap();
        let (_, body) = answer.split_once("\r\n\r\n").unwrap();
        assert_eq!(body.starts_with('\u{feff}'), mark, "{flags:?}");
    }
}

/// Every address of the form 127.x.y.z is this machine's on Linux only.
#[cfg(target_os = "linux")]
#[test]
fn it_listens_elsewhere_only_when_told() {
    assert!(Served::start(&[]).address.starts_with("http://127.0.0.1:"));
    let served = Served::start(&["--expose-on", "127.0.0.2"]);
    assert!(
        served.address.starts_with("http://127.0.0.2:"),
        "{}",
        served.address
    );
    let listed = served.run(&["order", "list", "--customer", CUSTOMER]);
    assert_eq!(listed.exit, 0, "{listed:?}");
}
