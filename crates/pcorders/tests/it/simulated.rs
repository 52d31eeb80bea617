//! What does `--simulate` keep between two commands?

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use partner_center_orders_tests::CUSTOMER;
use serde_json::{Value, json};

use crate::run::{Run, command, finish, own_folder};

const ORDER: &str = r#"{"lineItems":[{"lineItemNumber":0,"offerId":"CFQ7TTC0SB01:0002:CFQ7TTC0RK4D","quantity":5}]}"#;

/// Commands that share a state.
struct Commands {
    state: PathBuf,
}

impl Commands {
    fn new() -> Self {
        Self {
            state: own_folder(),
        }
    }

    fn run(&self, arguments: &[&str]) -> Run {
        finish(
            command(&["--simulate"])
                .args(arguments)
                .env("XDG_STATE_HOME", &self.state),
        )
    }

    fn file(&self) -> PathBuf {
        self.state.join("pcorders").join("simulator.json")
    }

    /// Places an order, and gives its id.
    fn place(&self) -> String {
        let body = self.state.with_extension("order.json");
        fs::write(&body, ORDER).unwrap();
        let path = format!("/customers/{CUSTOMER}/orders");
        let run = self.run(&["api", "POST", &path, "-f", body.to_str().unwrap(), "--yes"]);
        assert_eq!(run.exit, 0, "{run:?}");
        let order: Value = serde_json::from_str(&run.stdout).unwrap();
        order["id"].as_str().unwrap().to_owned()
    }

    fn lists(&self, order: &str) -> bool {
        let run = self.run(&["order", "list", "-o", "jsonl"]);
        assert_eq!(run.exit, 0, "{run:?}");
        run.stdout.contains(order)
    }
}

/// Lets the state be so many seconds of the wall clock older.
fn age(file: &Path, seconds: i64) {
    let mut state: Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
    let time = &mut state["state"]["time"]["wall_clock"];
    let shown: chrono::DateTime<chrono::Utc> = time.as_str().unwrap().parse().unwrap();
    *time = json!(shown - chrono::TimeDelta::seconds(seconds));
    fs::write(file, state.to_string()).unwrap();
}

#[test]
fn an_order_is_still_there_for_the_next_command_until_it_is_reset() {
    let commands = Commands::new();
    let order = commands.place();
    assert_eq!(commands.run(&["order", "show", &order]).exit, 0);
    let again = commands.place();
    assert_ne!(order, again);
    let reset = commands.run(&["simulator", "reset"]);
    assert_eq!((reset.exit, reset.stdout.as_str()), (0, ""), "{reset:?}");
    assert_eq!(commands.run(&["order", "show", &order]).exit, 3);
    assert!(!commands.file().exists());
    // There is nothing to reset any more, which is fine.
    assert_eq!(commands.run(&["simulator", "reset"]).exit, 0);
    assert_eq!(Commands::new().run(&["simulator", "reset"]).exit, 0);
}

#[test]
fn a_command_that_only_reads_writes_nothing() {
    let commands = Commands::new();
    assert_eq!(commands.run(&["order", "list"]).exit, 0);
    assert!(!commands.state.exists());
    commands.place();
    let before = fs::read(commands.file()).unwrap();
    assert_eq!(commands.run(&["order", "list"]).exit, 0);
    assert_eq!(fs::read(commands.file()).unwrap(), before);
}

#[test]
fn its_time_runs_sixty_times_faster_also_between_commands() {
    let commands = Commands::new();
    let order = commands.place();
    assert!(!commands.lists(&order));
    // Fifteen minutes are fifteen seconds.
    age(&commands.file(), 16);
    assert!(commands.lists(&order));
}

#[test]
fn commands_that_write_at_the_same_time_wait_for_each_other() {
    let commands = Commands::new();
    let orders: BTreeSet<String> = std::thread::scope(|scope| {
        let at_once: Vec<_> = (0..4).map(|_| scope.spawn(|| commands.place())).collect();
        at_once
            .into_iter()
            .map(|placed| placed.join().unwrap())
            .collect()
    });
    assert_eq!(orders.len(), 4);
    for order in orders {
        assert_eq!(commands.run(&["order", "show", &order]).exit, 0);
    }
}

#[test]
fn a_state_in_use_is_not_taken_away() {
    let commands = Commands::new();
    let order = commands.place();
    let file = commands.file();
    let mut owner = command(&["simulator", "serve", "--state", file.to_str().unwrap()])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut address = String::new();
    let stdout = owner.stdout.as_mut().unwrap();
    BufReader::new(stdout).read_line(&mut address).unwrap();
    let run = commands.run(&["simulator", "reset"]);
    // Reading goes on.
    let shown = commands.run(&["order", "show", &order]);
    owner.kill().unwrap();
    owner.wait().unwrap();
    let error = run.error();
    assert_eq!((run.exit, error["kind"].as_str()), (1, Some("simulator")));
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.starts_with("Wait for the command"), "{hint}");
    assert_eq!(shown.exit, 0, "{shown:?}");
    assert_eq!(commands.run(&["simulator", "reset"]).exit, 0);
}

#[test]
fn a_state_that_cannot_be_read_says_how_to_begin_again() {
    let commands = Commands::new();
    commands.place();
    fs::write(commands.file(), "{\"version\": 1, ").unwrap();
    let run = commands.run(&["order", "list"]);
    let error = run.error();
    assert_eq!((run.exit, run.stdout.as_str()), (1, ""));
    assert_eq!(error["kind"], "simulator");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("simulator.json is broken"), "{message}");
    let hint = error["hint"].as_str().unwrap();
    assert!(hint.contains("pcorders simulator reset"), "{hint}");
    assert_eq!(commands.run(&["simulator", "reset"]).exit, 0);
    assert_eq!(commands.run(&["order", "list"]).exit, 0);
}
