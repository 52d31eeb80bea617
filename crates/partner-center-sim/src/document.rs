//! What does the spec say that the simulator repeats?
//!
//! Samples of orders and of error bodies are read from the spec's examples when the simulator starts, so that they
//! cannot drift from it. A pointer that leads nowhere, or an example of another shape, fails the start.

use std::io;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// The spec as a tree.
#[derive(Debug)]
pub(crate) struct Document(Value);

impl Document {
    /// Reads the spec that this crate was built with.
    pub(crate) fn read() -> io::Result<Self> {
        serde_saphyr::from_str(partner_center_orders_spec::ORDERS_YAML)
            .map(Self)
            .map_err(|error| broken(format!("the spec is not YAML: {error}")))
    }

    /// The value of an example, by JSON pointer.
    pub(crate) fn example<T: DeserializeOwned>(&self, pointer: &str) -> io::Result<T> {
        let value = self
            .0
            .pointer(pointer)
            .ok_or_else(|| broken(format!("the spec has nothing at {pointer}")))?;
        T::deserialize(value)
            .map_err(|error| broken(format!("the spec has another shape at {pointer}: {error}")))
    }
}

/// The error for data that came with the crate and is wrong.
pub(crate) fn broken(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
