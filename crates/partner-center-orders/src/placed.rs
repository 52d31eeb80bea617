//! Was this order placed already?
//!
//! When the outcome of a purchase is unknown, and its request id is lost or too old to be recognised, the orders
//! themselves must say. There is nothing in an order that a client sets and that identifies it, so it is found by what it
//! buys and when.

use chrono::{DateTime, TimeDelta, Utc};
use partner_center_orders_api::{NewOrderLineItem, Order, OrderLineItem, Timestamp};

use crate::error::Error;
use crate::new_order::NewOrder;
use crate::orders::Orders;

/// Clocks differ, and so does the time of the order from that of the request.
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// A search for an order that may have been placed. Made by [`Orders::find_placed`].
#[derive(Clone, Debug)]
#[must_use = "nothing is read before this is sent"]
pub struct FindPlaced<'c> {
    orders: Orders<'c>,
    lines: Vec<NewOrderLineItem>,
    since: Option<DateTime<Utc>>,
}

impl<'c> FindPlaced<'c> {
    pub(crate) fn new(orders: Orders<'c>, order: &NewOrder) -> Self {
        Self {
            orders,
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

    /// Reads the customer's orders and returns those that buy the same: as many lines, and for each line one with the same
    /// offer, quantity and, where both say it, term.
    ///
    /// **An empty answer proves nothing before 15 minutes have passed**: that is how late an order shows in the list
    /// (documented). More than one answer means that somebody bought the same twice, or that two people wanted the same.
    ///
    /// # Errors
    /// Those of [`ListOrders::send`](crate::ListOrders::send).
    pub async fn send(self) -> Result<Vec<Order>, Error> {
        let mut found = Vec::new();
        let mut orders = self.orders.list().send();
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
    left.len() == lines.len()
        && lines.iter().all(|wanted| {
            let place = left.iter().position(|line| is_same(line, wanted));
            place.map(|place| left.swap_remove(place)).is_some()
        })
}

fn is_same(line: &OrderLineItem, wanted: &NewOrderLineItem) -> bool {
    let offer = line.offer_id.as_deref().unwrap_or_default();
    let terms = (
        line.term_duration.as_deref(),
        wanted.term_duration.as_deref(),
    );
    let is_same_term = match terms {
        (Some(term), Some(wanted)) => term.eq_ignore_ascii_case(wanted),
        _ => true,
    };
    offer.eq_ignore_ascii_case(&wanted.offer_id)
        && line.quantity == Some(wanted.quantity)
        && is_same_term
}
