//! Was this order placed already?
//!
//! When the outcome of a purchase is unknown, and its request id is lost or too old to be recognised, the orders
//! themselves must say. There is nothing in an order that a client sets and that identifies it, so it is found by what it
//! buys and when.

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
    since: Option<DateTime<Utc>>,
}

impl<'c> FindPlaced<'c> {
    pub(crate) fn new(orders: Orders<'c>, order: &NewOrder) -> Self {
        Self {
            list: orders.list(),
            lines: order.wire.line_items.clone(),
            since: None,
        }
    }

    /// Only orders that were placed since then, or up to five minutes before, as clocks differ: when the first attempt was
    /// made. Without it every order with the same lines counts.
    pub fn since(mut self, instant: impl Into<DateTime<Utc>>) -> Self {
        self.since = Some(instant.into());
        self
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

    /// Reads the customer's orders and returns those that buy the same: as many lines, and for each line one with the same
    /// offer, quantity and, where both say it, term.
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
        match (
            self.since.and_then(|since| since.checked_sub_signed(SKEW)),
            placed,
        ) {
            (Some(since), Some(placed)) => placed >= since,
            _ => true,
        }
    }
}

/// Whether an order has these lines, in any order.
fn buys(order: &Order, lines: &[NewOrderLineItem]) -> bool {
    let mut left: Vec<&OrderLineItem> = order.line_items().iter().collect();
    let mut lines: Vec<&NewOrderLineItem> = lines.iter().collect();
    // A line that fits any term is taken when no other fits; so what says its term comes first, on both sides.
    lines.sort_by_key(|wanted| said(&wanted.term_duration).is_none());
    left.sort_by_key(|line| said(&line.term_duration).is_none());
    left.len() == lines.len()
        && lines.into_iter().all(|wanted| {
            let place = left.iter().position(|line| is_same(line, wanted));
            place.map(|place| left.remove(place)).is_some()
        })
}

fn is_same(line: &OrderLineItem, wanted: &NewOrderLineItem) -> bool {
    let offer = line.offer_id.as_deref().unwrap_or_default();
    let is_same_term = match (said(&line.term_duration), said(&wanted.term_duration)) {
        (Some(term), Some(wanted)) => term.eq_ignore_ascii_case(wanted),
        _ => true,
    };
    offer.eq_ignore_ascii_case(&wanted.offer_id)
        && line.quantity == Some(wanted.quantity)
        && is_same_term
}

/// A text that is there and not blank.
fn said(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.trim().is_empty())
}
