//! Was this order placed already?
//!
//! When the outcome of a purchase is unknown, and its request id is lost or too old to be recognised, the orders
//! themselves must say. An order is known by what it buys and when, and surest by a name of its own that its lines were
//! given: `friendlyName` comes back.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use partner_center_orders_api::{NewOrderLineItem, Order, OrderLineItem, Timestamp};
use uuid::Uuid;

use crate::error::Error;
use crate::new_order::NewOrder;
use crate::orders::{ListOrders, Orders};

/// Clocks differ, and so does the time of the order from that of the request.
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// A search for an order that may have been placed. Made by [`Orders::find_placed`].
#[derive(Clone, Debug)]
#[must_use = "nothing is read before this is sent"]
pub struct FindPlaced<'c> {
    list: ListOrders<'c>,
    lines: Vec<NewOrderLineItem>,
    since: DateTime<Utc>,
}

impl<'c> FindPlaced<'c> {
    pub(crate) fn new(orders: Orders<'c>, order: &NewOrder, since: DateTime<Utc>) -> Self {
        Self {
            list: orders.list(),
            lines: order.wire.line_items.clone(),
            since,
        }
    }

    /// The `MS-CorrelationId` of all pages; made up when not given. Each page has a request id of its own.
    pub fn correlation_id(mut self, id: Uuid) -> Self {
        self.list = self.list.correlation_id(id);
        self
    }

    /// How long each page may take, instead of what the client was built with.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.list = self.list.deadline(limit);
        self
    }

    /// Reads the customer's orders and returns those that were placed since then and buy the same: as many lines, and for each
    /// line one with the same offer and quantity and, where both say it, the same term and the same friendly name. Orders of up
    /// to five minutes before count as well, since clocks differ.
    ///
    /// **An empty answer proves nothing before 15 minutes have passed**: that is how late an order shows in the list
    /// (documented). More than one answer means that somebody bought the same twice, or that two people wanted the same.
    /// An order that got an add-on or another quantity since, or a line of which was cancelled, does not buy the same any
    /// more.
    ///
    /// # Errors
    /// Those of [`ListOrders::send`](crate::ListOrders::send).
    pub async fn send(self) -> Result<Vec<Order>, Error> {
        let mut found = Vec::new();
        let mut orders = self.list.clone().send();
        while let Some(order) = orders.try_next().await? {
            if self.is_recent(&order) && buys(&order, &self.lines) {
                found.push(order);
            }
        }
        Ok(found)
    }

    /// An order whose time cannot be read may be it.
    fn is_recent(&self, order: &Order) -> bool {
        let placed = order.creation_date.as_ref().and_then(Timestamp::to_utc);
        match (self.since.checked_sub_signed(SKEW), placed) {
            (Some(since), Some(placed)) => placed >= since,
            _ => true,
        }
    }
}

/// Whether an order has these lines, in any order.
fn buys(order: &Order, lines: &[NewOrderLineItem]) -> bool {
    let mut left: Vec<&OrderLineItem> = order.line_items().iter().collect();
    let mut lines: Vec<&NewOrderLineItem> = lines.iter().collect();
    // A line that fits any term or name is taken when no other fits; so what says more comes first, on both sides.
    lines.sort_by_key(|wanted| unsaid([&wanted.term_duration, &wanted.friendly_name]));
    left.sort_by_key(|line| unsaid([&line.term_duration, &line.friendly_name]));
    left.len() == lines.len()
        && lines.into_iter().all(|wanted| {
            let place = left.iter().position(|line| is_same(line, wanted));
            place.map(|place| left.remove(place)).is_some()
        })
}

fn is_same(line: &OrderLineItem, wanted: &NewOrderLineItem) -> bool {
    let offer = line.offer_id.as_deref().unwrap_or_default();
    let fits = |found, wanted| match (said(found), said(wanted)) {
        (Some(found), Some(wanted)) => found.eq_ignore_ascii_case(wanted),
        _ => true,
    };
    offer.eq_ignore_ascii_case(&wanted.offer_id)
        && line.quantity == Some(wanted.quantity)
        && fits(&line.term_duration, &wanted.term_duration)
        && fits(&line.friendly_name, &wanted.friendly_name)
}

/// How many of these say nothing.
fn unsaid(texts: [&Option<String>; 2]) -> usize {
    texts
        .into_iter()
        .filter(|text| said(text).is_none())
        .count()
}

/// A text that is there and not blank.
fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.trim().is_empty())
}
