//! How is the command run in a test?

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use partner_center_orders_tests::{CUSTOMER, TOKEN};
use serde_json::Value;

/// What a run of the command gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) exit: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// The error object, which must be the last line of stderr.
    pub(crate) fn error(&self) -> Value {
        let last = self.stderr.lines().last().unwrap_or_default();
        let report: Value =
            serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        report["error"].clone()
    }
}

/// A folder for the state of simulators that nobody else has. It is made by who writes to it.
pub(crate) fn own_state() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let name = format!("state-{}-{number}", std::process::id());
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

/// The command without any of the environment's settings, and with a state of its own.
pub(crate) fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_pcorders"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PARTNERCENTER_") {
            command.env_remove(name);
        }
    }
    command.env("XDG_STATE_HOME", own_state()).args(arguments);
    command
}

pub(crate) fn finish(command: &mut Command) -> Run {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    Run {
        exit: status.code().unwrap(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// Runs the command.
pub(crate) fn pcorders(arguments: &[&str]) -> Run {
    finish(&mut command(arguments))
}

/// Runs the command for [`CUSTOMER`] against a server, with a token.
pub(crate) fn against(base_url: &str, arguments: &[&str]) -> Run {
    let mut command = command(arguments);
    command.args(["--customer", CUSTOMER]);
    finish(
        command
            .env("PARTNERCENTER_ENDPOINT", base_url)
            .env("PARTNERCENTER_ACCESS_TOKEN", TOKEN),
    )
}
