//! What does an order cost?
//!
//! All sums are of whole minor units.

use std::io;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::catalogue::{self, Currency};
use crate::document::broken;
use crate::order::{LineItem, Order, Pricing};

/// Prices of offers that are not on the list, in minor units of the currency.
const UNLISTED_UNITS: Range<u64> = 500..5_000;

/// The prices of one unit of a line, in minor units, and the number of units.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinePrice {
    list: u64,
    discounted: u64,
    prorated: u64,
    quantity: u64,
}

impl LinePrice {
    /// Without a discount, for a whole term.
    pub(crate) fn plain(unit: u64, quantity: u64) -> Self {
        Self {
            list: unit,
            discounted: unit,
            prorated: unit,
            quantity,
        }
    }

    /// A tenth off the price list.
    pub(crate) fn with_promotion(mut self) -> Self {
        self.discounted = self.list - self.list / 10;
        self.prorated = self.discounted;
        self
    }

    /// For half a term.
    pub(crate) fn for_half_a_term(mut self) -> Self {
        self.prorated = self.discounted / 2;
        self
    }

    fn extended(self) -> io::Result<u64> {
        self.prorated
            .checked_mul(self.quantity)
            .ok_or_else(|| broken(format!("a price without end: {self:?}")))
    }

    /// As it is shown in an order.
    pub(crate) fn pricing(self, currency: &Currency) -> io::Result<Pricing> {
        let amount = |minor_units| Amount::of(minor_units, currency.places);
        Ok(Pricing {
            list_price: Some(amount(self.list)?),
            discounted_price: Some(amount(self.discounted)?),
            prorated_price: Some(amount(self.prorated)?),
            price: Some(amount(self.prorated)?),
            extended_price: Some(amount(self.extended()?)?),
        })
    }
}

/// What an order costs before tax, in its currency.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prices {
    /// What they are computed from; those that came with an order are not.
    basis: Option<Basis>,
    pub(crate) total: Option<Amount>,
    /// One for each line.
    pub(crate) lines: Vec<Option<Pricing>>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Basis {
    currency: &'static Currency,
    lines: Vec<LinePrice>,
}

impl Prices {
    /// The prices of an order with these lines.
    pub(crate) fn of(currency: &'static Currency, lines: Vec<LinePrice>) -> io::Result<Self> {
        let mut total = 0_u64;
        for line in &lines {
            total = total
                .checked_add(line.extended()?)
                .ok_or_else(|| broken(format!("a sum without end: {lines:?}")))?;
        }
        Ok(Self {
            total: Some(Amount::of(total, currency.places)?),
            lines: lines
                .iter()
                .map(|line| line.pricing(currency).map(Some))
                .collect::<io::Result<_>>()?,
            basis: Some(Basis { currency, lines }),
        })
    }

    /// The prices of an order for which nobody said any, when it is in a currency that is known.
    pub(crate) fn usual(order: &Order) -> io::Result<Option<Self>> {
        let code = order.currency_code.as_deref();
        let Some(currency) = code.and_then(catalogue::currency) else {
            return Ok(None);
        };
        let price = |line: &LineItem| LinePrice::plain(unit(&line.offer_id), line.quantity);
        let lines = order.line_items.iter().map(price).collect();
        Self::of(currency, lines).map(Some)
    }

    /// The prices that an order brings, which are no longer in it then. A savings plan goes on showing its own.
    pub(crate) fn brought(order: &mut Order) -> Option<Self> {
        let total = order.total_price.take();
        let of_line = |line: &mut LineItem| match line.purchase_commitment {
            Some(_) => line.pricing.clone(),
            None => line.pricing.take(),
        };
        let lines: Vec<_> = order.line_items.iter_mut().map(of_line).collect();
        let are_any = total.is_some() || lines.iter().any(Option::is_some);
        are_any.then_some(Self {
            basis: None,
            total,
            lines,
        })
    }

    /// The prices of an order after a change of quantities, or with more lines. There are none when they came with the
    /// order and it has other quantities now.
    pub(crate) fn after_change(&self, before: &Order, order: &Order) -> io::Result<Option<Self>> {
        let Some(basis) = &self.basis else {
            let quantities = |order: &Order| -> Vec<u64> {
                order.line_items.iter().map(|line| line.quantity).collect()
            };
            let still_hold = quantities(before) == quantities(order);
            return Ok(still_hold.then(|| self.clone()));
        };
        let lines = order.line_items.iter().enumerate().map(|(number, line)| {
            let known = basis.lines.get(number).copied();
            let price = known.unwrap_or_else(|| LinePrice::plain(unit(&line.offer_id), 0));
            LinePrice {
                quantity: line.quantity,
                ..price
            }
        });
        Self::of(basis.currency, lines.collect()).map(Some)
    }
}

/// The price of one unit.
pub(crate) fn unit(offer_id: &str) -> u64 {
    if let Some(product) = catalogue::product_of(offer_id) {
        return product.unit;
    }
    // An offer costs the same whoever buys it and whenever, in whatever letter case its id is written.
    let sum = offer_id.bytes().fold(0_u64, |sum, byte| {
        sum.wrapping_mul(31)
            .wrapping_add(u64::from(byte.to_ascii_lowercase()))
    });
    UNLISTED_UNITS.start + sum % (UNLISTED_UNITS.end - UNLISTED_UNITS.start)
}
