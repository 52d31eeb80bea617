//! What is there that requests change?
//!
//! This is also what a state file has, type by type.

use std::io;

use serde::{Deserialize, Serialize};

use crate::clock::Time;
use crate::device::Devices;
use crate::document::Document;
use crate::replay::Answers;
use crate::seed;
use crate::server::Simulator;
use crate::store::Customer;
use crate::token::Tokens;

/// All on which an answer can depend, but for what a test sets.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct State {
    pub(crate) time: Time,
    pub(crate) tokens: Tokens,
    /// Files from before there were any have none.
    #[serde(default)]
    pub(crate) devices: Devices,
    pub(crate) answers: Answers,
    pub(crate) customers: Vec<Customer>,
}

impl State {
    /// As it is at the start.
    pub(crate) fn begin(document: &Document, time: Time) -> io::Result<Self> {
        Ok(Self {
            time,
            tokens: Tokens::default(),
            devices: Devices::default(),
            answers: Answers::default(),
            customers: seed::customers(document, Simulator::CUSTOMERS)?,
        })
    }
}
