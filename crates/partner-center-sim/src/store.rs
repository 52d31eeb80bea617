//! Which customers and orders are there, and what does one see of them?
//!
//! Prices are kept beside the order, not in it: they are shown only when the request asks for them.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::attachment::Attachment;
use crate::catalogue::Currency;
use crate::id::{Place, Purpose, is_guid};
use crate::order::{LineItem, Order};
use crate::price::Prices;
use crate::progress::Progress;

/// A customer of the partner, with every order placed for it, newest first.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Customer {
    pub(crate) id: String,
    /// Place among the customers.
    pub(crate) index: usize,
    pub(crate) currency: &'static Currency,
    pub(crate) country: String,
    pub(crate) orders: Vec<PlacedOrder>,
    /// Number of the places that orders placed by requests have taken.
    pub(crate) placed: u32,
}

/// An order, what it costs and the files that belong to it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct PlacedOrder {
    /// Where new ids come from.
    pub(crate) place: Place,
    /// As it was after the last change, shown to whoever does not ask for prices.
    pub(crate) order: Order,
    pub(crate) progress: Progress,
    /// Old orders have no currency and so no prices.
    pub(crate) prices: Option<Prices>,
    pub(crate) attachments: Vec<Attachment>,
}

/// A line that became a subscription.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subscribed<'c> {
    pub(crate) order: &'c Order,
    pub(crate) line: &'c LineItem,
    pub(crate) id: &'c str,
}

impl Customer {
    /// The order with this id.
    pub(crate) fn order(&self, id: &str) -> Option<&PlacedOrder> {
        self.orders.iter().find(|placed| placed.has_id(id))
    }

    /// The same, to change it.
    pub(crate) fn order_mut(&mut self, id: &str) -> Option<&mut PlacedOrder> {
        self.orders.iter_mut().find(|placed| placed.has_id(id))
    }

    /// Whether an order has one of the ids that an order of this place can have.
    pub(crate) fn has_order_of(&self, place: Place) -> bool {
        let ids = [
            place.guid(Purpose::Order),
            place.short_order_id(),
            place.long_order_id(),
        ];
        let has_one = |placed: &PlacedOrder| ids.iter().any(|id| placed.has_id(id));
        self.orders.iter().any(has_one)
    }

    /// The order of the subscription with this id, which is a GUID in any letter case, and the place of its line.
    pub(crate) fn subscription(
        &self,
        id: &str,
        now: DateTime<Utc>,
    ) -> Option<(Cow<'_, Order>, usize)> {
        self.orders.iter().find_map(|placed| {
            let order = placed.at(now);
            let lines = &order.line_items;
            let own = |line: &LineItem| {
                let own = line.subscription_id.as_deref();
                own.is_some_and(|own| own.eq_ignore_ascii_case(id))
            };
            let line = lines.iter().position(own)?;
            Some((order, line))
        })
    }
}

impl Order {
    /// The lines that became subscriptions.
    pub(crate) fn subscribed(&self) -> impl Iterator<Item = Subscribed<'_>> {
        self.line_items.iter().filter_map(move |line| {
            let id = line.subscription_id.as_deref()?;
            let order = self;
            Some(Subscribed { order, line, id })
        })
    }
}

impl PlacedOrder {
    /// An order without files.
    pub(crate) fn new(place: Place, order: Order, prices: Option<Prices>) -> Self {
        Self {
            place,
            order,
            progress: Progress::default(),
            prices,
            attachments: Vec::new(),
        }
    }

    /// The file with this id, as it is written.
    pub(crate) fn attachment(&self, id: &str) -> Option<&Attachment> {
        self.attachments.iter().find(|file| file.id == id)
    }

    /// A GUID in any letter case, another id only as it is written.
    pub(crate) fn has_id(&self, id: &str) -> bool {
        let own = self.order.id.as_str();
        own == id || (is_guid(own) && own.eq_ignore_ascii_case(id))
    }

    /// The order as it stands at a moment.
    pub(crate) fn at(&self, now: DateTime<Utc>) -> Cow<'_, Order> {
        self.progress.of(&self.order, now)
    }

    /// The same with or without prices.
    pub(crate) fn shown(&self, now: DateTime<Utc>, include_price: bool) -> Cow<'_, Order> {
        let mut order = self.at(now);
        if let (Some(prices), true) = (&self.prices, include_price) {
            let order = order.to_mut();
            order.total_price.clone_from(&prices.total);
            for (line, pricing) in order.line_items.iter_mut().zip(&prices.lines) {
                line.pricing = pricing.clone().or(line.pricing.take());
            }
        }
        order
    }
}
