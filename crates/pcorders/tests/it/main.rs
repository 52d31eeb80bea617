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
mod home;
mod leaks;
mod login;
mod logout;
mod output;
mod own_files;
mod readme;
mod rotation;
mod run;
mod sandbox;
mod sign_in_failures;
mod simulated;
mod simulator;
mod status;
mod streams;
#[cfg(unix)]
mod terminal;
mod upload;
mod wait;
