//! Which customers and orders are there, and what does one see of them?
//!
//! Prices are kept beside the order, not in it: they are shown only when the request asks for them.

use std::borrow::Cow;

use crate::amount::Amount;
use crate::attachment::Attachment;
use crate::id::is_guid;
use crate::order::{LineItem, Order, Pricing};

/// A customer of the partner, with every order placed for it, newest first.
#[derive(Debug)]
pub(crate) struct Customer {
    pub(crate) id: &'static str,
    pub(crate) orders: Vec<PlacedOrder>,
}

/// An order, what it costs and the files that belong to it.
#[derive(Debug)]
pub(crate) struct PlacedOrder {
    /// As it is shown to whoever does not ask for prices.
    pub(crate) order: Order,
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

/// What an order costs before tax, in its currency.
#[derive(Debug)]
pub(crate) struct Prices {
    pub(crate) total: Amount,
    /// One for each line.
    pub(crate) lines: Vec<Pricing>,
}

impl Customer {
    /// The order with this id. A GUID is found in any letter case, another id only as it is written.
    pub(crate) fn order(&self, id: &str) -> Option<&PlacedOrder> {
        self.orders.iter().find(|placed| {
            let own = placed.order.id.as_str();
            own == id || (is_guid(own) && own.eq_ignore_ascii_case(id))
        })
    }

    /// The subscription with this id, which is a GUID in any letter case.
    pub(crate) fn subscription(&self, id: &str) -> Option<Subscribed<'_>> {
        self.orders
            .iter()
            .flat_map(PlacedOrder::subscribed)
            .find(|subscribed| subscribed.id.eq_ignore_ascii_case(id))
    }
}

impl PlacedOrder {
    /// An order without files.
    pub(crate) fn new(order: Order, prices: Option<Prices>) -> Self {
        Self {
            order,
            prices,
            attachments: Vec::new(),
        }
    }

    /// The file with this id, as it is written.
    pub(crate) fn attachment(&self, id: &str) -> Option<&Attachment> {
        self.attachments.iter().find(|file| file.id == id)
    }

    /// The lines that became subscriptions.
    pub(crate) fn subscribed(&self) -> impl Iterator<Item = Subscribed<'_>> {
        let order = &self.order;
        order.line_items.iter().filter_map(move |line| {
            let id = line.subscription_id.as_deref()?;
            Some(Subscribed { order, line, id })
        })
    }

    /// The order with or without prices.
    pub(crate) fn shown(&self, include_price: bool) -> Cow<'_, Order> {
        match &self.prices {
            Some(prices) if include_price => {
                let mut order = self.order.clone();
                order.total_price = Some(prices.total.clone());
                for (line, pricing) in order.line_items.iter_mut().zip(&prices.lines) {
                    line.pricing = Some(pricing.clone());
                }
                Cow::Owned(order)
            }
            _ => Cow::Borrowed(&self.order),
        }
    }
}
