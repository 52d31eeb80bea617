//! Does the command keep its contract? Each test runs the real binary.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod api;
mod attachment;
mod change;
mod create;
mod explain;
mod failures;
mod output;
mod readme;
mod run;
mod simulated;
mod simulator;
mod streams;
#[cfg(unix)]
mod terminal;
mod upload;
mod wait;
