//! How is the command run in a test?

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use partner_center_orders_tests::{CUSTOMER, TOKEN};
use partner_center_sim::Simulator;
use serde_json::Value;

/// What a run of the command gave.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// What a finished command gave. The token must not be in it.
    pub(crate) fn read(output: Output) -> Self {
        let run = Self {
            exit: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        };
        assert!(!format!("{run:?}").contains(TOKEN), "{run:?}");
        run
    }

    /// What was printed, which must be JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The error object, which must be the last line of stderr.
    pub(crate) fn error(&self) -> Value {
        let last = self.stderr.lines().last().unwrap_or_default();
        let report: Value =
            serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        report["error"].clone()
    }
}

/// A folder that nobody else has, such as one for the state of simulators. It is made by who writes to it.
pub(crate) fn own_folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("folder-{}-{number}", std::process::id());
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// The command without any of the environment's settings, and with folders of its own: it sees nothing of whoever runs
/// the tests.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pcorders"));
    for (name, _) in std::env::vars_os() {
        let read = ["PARTNERCENTER_", "AZURE_", "XDG_"];
        let name = name.to_string_lossy();
        if read.iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(&*name);
        }
    }
    let home = own_folder();
    command
        .env("HOME", &home)
        .env("XDG_CONFIG_HOME", home.join("config"))
        .env("XDG_STATE_HOME", home.join("state"))
        .args(arguments);
    command
}

pub(crate) fn finish(command: &mut Command) -> Run {
    Run::read(command.output().unwrap())
}

/// Runs the command.
pub(crate) fn pcorders(arguments: &[&str]) -> Run {
    finish(&mut command(arguments))
}

/// Runs the command for [`CUSTOMER`] against a server, with a token. It sends each request once, so that a test sees what
/// one attempt came to.
pub(crate) fn against(base_url: &str, arguments: &[&str]) -> Run {
    persistent(base_url, &[&["--attempts", "1"], arguments].concat())
}

/// The same, but sends again what may be sent again, as often as usual.
pub(crate) fn persistent(base_url: &str, arguments: &[&str]) -> Run {
    finish(prepared(base_url, arguments).args(["--customer", CUSTOMER]))
}

/// The command with a server and a token.
pub(crate) fn prepared(base_url: &str, arguments: &[&str]) -> Command {
    let mut command = command(arguments);
    command
        .env("PARTNERCENTER_ENDPOINT", base_url)
        .env("PARTNERCENTER_ACCESS_TOKEN", TOKEN);
    command
}

/// Runs the command for [`CUSTOMER`] against a simulator of the test's.
pub(crate) fn simulated(simulator: &Simulator, arguments: &[&str]) -> Run {
    let mut command = prepared(simulator.base_url(), arguments);
    command.env("PARTNERCENTER_ACCESS_TOKEN", Simulator::ACCESS_TOKEN);
    finish(command.args(["--customer", CUSTOMER]))
}

/// Runs the command with something on stdin.
pub(crate) fn fed(command: &mut Command, input: &[u8]) -> Run {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input may be gone.
    let _ = child.stdin.take().unwrap().write_all(input);
    Run::read(child.wait_with_output().unwrap())
}

/// Runs a command of a hint, against the same server with the same token.
pub(crate) fn advised(hint: &Value, what: &str, base_url: &str, token: &str) -> Run {
    let hint = hint.as_str().unwrap();
    let line = hint.lines().find(|line| line.starts_with(what));
    let (_, command) = line.and_then(|line| line.split_once(": ")).unwrap();
    let words = shlex::split(command).unwrap();
    assert_eq!(words[0], "pcorders");
    let mut command = prepared(base_url, &[]);
    command.env("PARTNERCENTER_ACCESS_TOKEN", token);
    finish(command.args(&words[1..]))
}

/// Arguments, and more of them.
pub(crate) fn with<'a>(arguments: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [arguments, more].concat()
}
