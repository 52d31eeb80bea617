//! Where is the state of the embedded simulator between two commands?
//!
//! In one file of the user's state folder. A command that only reads takes what is in the file; one that may write owns
//! the file as long as it runs, and waits a moment for another that does.

use std::io::ErrorKind;
use std::path::PathBuf;
use std::time::Duration;

use etcetera::{BaseStrategy as _, choose_base_strategy};
use partner_center_sim::Simulator;
use tokio::time::{Instant, sleep};

use crate::failure::Failure;

/// How many times faster than the wall clock its time runs: an order is in lists after 15 seconds.
const SPEED: u32 = 60;

/// How long another command is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
const BETWEEN_TRIES: Duration = Duration::from_millis(50);

const IN_USE: &str =
    "Wait for the command that uses it, or stop the simulator that was started with this file.";

/// Starts the simulator with the state that the last command left.
pub(crate) async fn simulator(may_write: bool) -> Result<Simulator, Failure> {
    let builder = Simulator::builder().running_clock(SPEED);
    let path = path()?;
    if !may_write {
        return builder.state_snapshot(path).start().await.map_err(failed);
    }
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| {
            Failure::other(
                "simulator",
                &format!("the folder {} cannot be made", folder.display()),
                error,
            )
        })?;
    }
    let builder = builder.state_file(path);
    let until = Instant::now() + PATIENCE;
    loop {
        match builder.clone().start().await {
            Err(error) if error.kind() == ErrorKind::WouldBlock && Instant::now() < until => {
                sleep(BETWEEN_TRIES).await;
            }
            started => return started.map_err(failed),
        }
    }
}

/// Forgets what the commands did so far.
pub(crate) fn reset() -> Result<(), Failure> {
    let path = path()?;
    let is_there = path.parent().is_some_and(std::path::Path::is_dir);
    if !is_there {
        return Ok(());
    }
    Simulator::remove_state(path).map_err(|error| {
        let busy = error.kind() == ErrorKind::WouldBlock;
        Failure::other("simulator", "its state cannot be removed", error)
            .with_hint(busy.then(|| IN_USE.to_owned()))
    })
}

/// The file.
fn path() -> Result<PathBuf, Failure> {
    let folders = choose_base_strategy().map_err(|error| {
        Failure::other(
            "simulator",
            "there is no folder to keep its state in",
            error,
        )
    })?;
    // Only some systems have a folder for state.
    let folder = folders.state_dir().unwrap_or_else(|| folders.data_dir());
    Ok(folder.join("pcorders").join("simulator.json"))
}

/// Why there is no simulator; what to do about it is in the cause.
fn failed(error: std::io::Error) -> Failure {
    let hint = match error.kind() {
        ErrorKind::WouldBlock => Some(IN_USE),
        ErrorKind::InvalidData => Some("To begin again: pcorders simulator reset"),
        _ => None,
    };
    Failure::other("simulator", "the simulator cannot be started", error)
        .with_hint(hint.map(str::to_owned))
}
