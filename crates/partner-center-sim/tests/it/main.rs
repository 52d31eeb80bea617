//! Does the simulator answer as the spec says? Asked over real HTTP, byte by byte.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "helpers of a test may stop it where they like"
)]

mod activation;
mod applications;
mod attachments;
mod bodies;
mod change;
mod contract;
mod control;
mod create;
mod devices;
mod faults;
mod filters;
mod lists;
mod log;
mod lost;
mod mark;
mod orders;
mod patience;
mod progress;
mod refusals;
mod renewals;
mod replays;
mod seeding;
mod sign_in_faults;
mod state;
mod state_file;
mod subscriptions;
mod throttling;
mod tokens;
mod upload;
mod wire;
