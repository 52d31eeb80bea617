//! What does the spec say that the simulator repeats?
//!
//! Samples of orders and of error bodies are read from the spec's examples, so that they cannot drift from it. A pointer
//! that leads nowhere, or an example of another shape, fails the start.

use std::io;
use std::sync::LazyLock;

use serde::de::DeserializeOwned;
use serde_json::Value;

/// The spec as a tree.
#[derive(Debug)]
pub(crate) struct Document(Value);

/// Reading it takes longer than everything else at the start of a simulator: it is done once, for all of them.
static DOCUMENT: LazyLock<Result<Document, String>> = LazyLock::new(|| {
    serde_saphyr::from_str(partner_center_orders_spec::ORDERS_YAML)
        .map(Document)
        .map_err(|error| format!("the spec is not YAML: {error}"))
});

impl Document {
    /// The spec that this crate was built with.
    pub(crate) fn read() -> io::Result<&'static Self> {
        DOCUMENT.as_ref().map_err(|what| broken(what.clone()))
    }

    /// A spec of a test.
    #[cfg(test)]
    pub(crate) fn of(spec: Value) -> &'static Self {
        Box::leak(Box::new(Self(spec)))
    }

    /// What is at a JSON pointer.
    pub(crate) fn at(&self, pointer: &str) -> io::Result<&Value> {
        self.0
            .pointer(pointer)
            .ok_or_else(|| broken(format!("the spec has nothing at {pointer}")))
    }

    /// The value of an example, by JSON pointer.
    pub(crate) fn example<T: DeserializeOwned>(&self, pointer: &str) -> io::Result<T> {
        T::deserialize(self.at(pointer)?)
            .map_err(|error| broken(format!("the spec has another shape at {pointer}: {error}")))
    }

    /// A part of the spec, or what it refers to.
    pub(crate) fn resolved<'d>(&'d self, part: &'d Value) -> io::Result<&'d Value> {
        match part.get("$ref").and_then(Value::as_str) {
            Some(reference) => self.at(reference.strip_prefix('#').unwrap_or(reference)),
            None => Ok(part),
        }
    }
}

/// The error for data that came with the crate and is wrong.
pub(crate) fn broken(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
