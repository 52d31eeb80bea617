//! What does an order cost?
//!
//! All sums are of whole minor units.

use std::io;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::catalogue::{self, Currency};
use crate::document::broken;
use crate::order::{Order, Pricing};

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
            list_price: amount(self.list)?,
            discounted_price: amount(self.discounted)?,
            prorated_price: amount(self.prorated)?,
            price: amount(self.prorated)?,
            extended_price: amount(self.extended()?)?,
        })
    }
}

/// What an order costs before tax, in its currency.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prices {
    currency: &'static Currency,
    of_lines: Vec<LinePrice>,
    pub(crate) total: Amount,
    /// One for each line.
    pub(crate) lines: Vec<Pricing>,
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
            currency,
            total: Amount::of(total, currency.places)?,
            lines: lines
                .iter()
                .map(|line| line.pricing(currency))
                .collect::<io::Result<_>>()?,
            of_lines: lines,
        })
    }

    /// The prices of the same order after a change of quantities, or with more lines.
    pub(crate) fn after_change(&self, order: &Order) -> io::Result<Self> {
        let lines = order.line_items.iter().enumerate().map(|(number, line)| {
            let known = self.of_lines.get(number).copied();
            let price = known.unwrap_or_else(|| LinePrice::plain(unit(&line.offer_id), 0));
            LinePrice {
                quantity: line.quantity,
                ..price
            }
        });
        Self::of(self.currency, lines.collect())
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
