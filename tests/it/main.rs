//! Black-box tests: each module is a behaviour.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod answers;
mod bad_documents;
mod calls;
mod codes;
mod continuation;
mod create;
mod damaged_documents;
mod described;
mod document;
mod download;
mod errors;
mod fixtures;
mod follow;
mod generator;
mod ids;
mod memory;
mod odd_values;
mod once;
mod paging;
mod placed;
mod properties;
mod raw;
mod reading;
mod repeats;
mod requests;
mod sent;
mod sign_in;
mod simulator;
mod spec;
mod staleness;
mod token;
mod traces;
mod update;
mod upload;
