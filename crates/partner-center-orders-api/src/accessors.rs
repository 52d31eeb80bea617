//! How are optional members read without ceremony?

use crate::{Link, LinkHeader, Order, OrderLineItem};

impl Order {
    /// The line items; none when the member is absent or null.
    pub fn line_items(&self) -> &[OrderLineItem] {
        self.line_items.as_deref().unwrap_or_default()
    }
}

impl OrderLineItem {
    /// Whether the line was cancelled, which the service shows as a quantity of 0.
    ///
    /// Source: documented in cancel-software.
    pub fn is_cancelled(&self) -> bool {
        self.quantity == Some(0)
    }
}

impl Link {
    /// The headers to send when the link is followed; none when the member is absent or null.
    pub fn headers(&self) -> &[LinkHeader] {
        self.headers.as_deref().unwrap_or_default()
    }
}
