//! What identifies an order?

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The id of an order: opaque, case-sensitive text.
///
/// Any text is one, as the service alone knows which are. Texts that cannot be one segment of a path are refused when
/// a request is sent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrderId(Box<str>);

impl OrderId {
    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for OrderId {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl From<String> for OrderId {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&OrderId> for OrderId {
    fn from(id: &OrderId) -> Self {
        id.clone()
    }
}

impl FromStr for OrderId {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from(text))
    }
}

impl fmt::Display for OrderId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
