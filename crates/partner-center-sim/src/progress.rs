//! Where does an order stand at a moment?
//!
//! Nothing runs in the background: what an order shows follows from the times of the requests that changed it and from
//! the time that it is looked at. A change is made to the order as it stands at that moment.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::activation;
use crate::link::Link;
use crate::offer::{self, OfferKind};
use crate::order::{LineItemLinks, Order, OrderStatus};

/// From the purchase until a list has the order: the longest delay that is documented.
const LISTED_AFTER: TimeDelta = TimeDelta::minutes(15);
/// From the purchase, or the upload of its documents, until the order is completed.
const COMPLETED_AFTER: TimeDelta = TimeDelta::minutes(5);
/// From the same moment until a line is provisioned.
const PROVISIONED_AFTER: TimeDelta = TimeDelta::minutes(10);

/// What is still to come of an order. Nothing is for an order of the seed that no request changed.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Progress {
    /// When a request placed the order.
    pub(crate) placed_at: Option<DateTime<Utc>>,
    /// Since when it is on its way to completion.
    completing_since: Option<DateTime<Utc>>,
    /// By line.
    deliveries: BTreeMap<usize, Delivery>,
}

/// A line that is being provisioned.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Delivery {
    since: DateTime<Utc>,
    /// The subscription that the line will be.
    subscription_id: Option<String>,
}

impl Progress {
    /// Of an order that is placed now and goes nowhere yet.
    pub(crate) fn placed(now: DateTime<Utc>) -> Self {
        Self {
            placed_at: Some(now),
            ..Self::default()
        }
    }

    /// The order goes on to its completion by itself from now on.
    pub(crate) fn complete(&mut self, now: DateTime<Utc>) {
        self.completing_since = Some(now);
    }

    /// A line of the order is provisioned from now on.
    pub(crate) fn deliver(
        &mut self,
        line: usize,
        subscription_id: Option<String>,
        now: DateTime<Utc>,
    ) {
        let delivery = Delivery {
            since: now,
            subscription_id,
        };
        self.deliveries.insert(line, delivery);
    }

    /// Whether lists have the order.
    pub(crate) fn is_listed(&self, now: DateTime<Utc>) -> bool {
        self.placed_at
            .is_none_or(|at| has_passed(at, LISTED_AFTER, now))
    }

    /// Whether a line is still being provisioned.
    pub(crate) fn is_under_way(&self, line: usize, now: DateTime<Utc>) -> bool {
        let delivery = self.deliveries.get(&line);
        delivery.is_some_and(|delivery| !delivery.is_done(now))
    }

    /// The order at a moment, given as it was at the last change.
    pub(crate) fn of<'o>(&self, order: &'o Order, now: DateTime<Utc>) -> Cow<'o, Order> {
        let is_completed = self
            .completing_since
            .is_some_and(|since| has_passed(since, COMPLETED_AFTER, now));
        let delivered = self.deliveries.iter().filter(|(_, line)| line.is_done(now));
        let mut delivered = delivered.peekable();
        if !is_completed && delivered.peek().is_none() {
            return Cow::Borrowed(order);
        }
        let mut order = order.clone();
        if is_completed {
            order.status = Some(OrderStatus::Completed);
        }
        for (&number, delivery) in delivered {
            let (customer, Some(line), Some(id)) = (
                &order.reference_customer_id,
                order.line_items.get_mut(number),
                &delivery.subscription_id,
            ) else {
                continue;
            };
            line.subscription_id = Some(id.clone());
            if OfferKind::of_line(line) == OfferKind::Legacy {
                line.links = Some(offer::subscription_links(customer, id));
            }
        }
        link_activation(&mut order);
        Cow::Owned(order)
    }

    /// A line of the order is not provisioned any more.
    pub(crate) fn cancel(&mut self, line: usize) {
        self.deliveries.remove(&line);
    }

    /// The order goes nowhere from now on.
    pub(crate) fn stop(&mut self) {
        self.completing_since = None;
        self.deliveries.clear();
    }

    /// Forgets what has come about until now: the order shows it.
    pub(crate) fn settle(&mut self, now: DateTime<Utc>) {
        self.completing_since
            .take_if(|since| has_passed(*since, COMPLETED_AFTER, now));
        self.deliveries.retain(|_, delivery| !delivery.is_done(now));
    }
}

impl Delivery {
    fn is_done(&self, now: DateTime<Utc>) -> bool {
        has_passed(self.since, PROVISIONED_AFTER, now)
    }
}

fn has_passed(since: DateTime<Utc>, span: TimeDelta, now: DateTime<Utc>) -> bool {
    now.signed_duration_since(since) >= span
}

/// Lines that a publisher sold are activated once the order is completed.
fn link_activation(order: &mut Order) {
    for line in &mut order.line_items {
        if activation::is_possible(order.status, &line.offer_id) {
            let (customer, number) = (&order.reference_customer_id, line.line_item_number);
            let path = activation::path_of_line(customer, &order.id, number);
            let links = line.links.get_or_insert_with(LineItemLinks::default);
            links.activation_links = Some(Link::get(path));
        }
    }
}
