//! Which part of a list does one answer hold, and how does a client get the rest?
//!
//! The link to the next page has the same uri for every page; the token in its header says which page is meant. A token
//! belongs to one customer and one set of filters. A client that loses the header or a filter on its way is refused, and
//! never gets the first page again.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::HeaderMap;

use crate::billing::BillingCycle;
use crate::link::{Attributes, Collection, CollectionLinks, Link};
use crate::order::Order;
use crate::refusal::Refusal;
use crate::request::pair;
use crate::store::{Customer, PlacedOrder};

const PAGE_SIZE: usize = 10;
const CONTINUATION_TOKEN: &str = "MS-ContinuationToken";

/// What the query of a list says.
#[derive(Debug)]
pub(crate) struct ListQuery {
    billing_cycle: Option<BillingCycle>,
    include_price: bool,
    /// The pairs above as they came, for the link to the next page.
    filters: Vec<String>,
    /// Whether this asks for a page after the first.
    continues: bool,
}

impl ListQuery {
    /// Reads a raw query. Names that mean nothing here are passed over.
    pub(crate) fn read(query: Option<&str>) -> Result<Self, Refusal> {
        let query = query.unwrap_or_default();
        let billing_type = pair(query, "billingType");
        let billing_cycle = match &billing_type {
            Some(pair) => Some(BillingCycle::from_query(&pair.value).ok_or(Refusal::WordUnknown)?),
            None => None,
        };
        let continues = match pair(query, "seekOperation") {
            Some(pair) if pair.value.eq_ignore_ascii_case("next") => true,
            Some(_) => return Err(Refusal::WordUnknown),
            None => false,
        };
        let price = pair(query, "include_price");
        Ok(Self {
            billing_cycle,
            include_price: price.as_ref().is_some_and(|price| is_true(&price.value)),
            filters: [billing_type, price]
                .into_iter()
                .flatten()
                .map(|pair| pair.raw.to_owned())
                .collect(),
            continues,
        })
    }

    fn admits(&self, placed: &PlacedOrder) -> bool {
        self.billing_cycle
            .is_none_or(|asked| BillingCycle::from_word(&placed.order.billing_cycle) == Some(asked))
    }

    fn token(&self, customer: &Customer, position: usize) -> String {
        let cycle = self.billing_cycle.map_or("", BillingCycle::as_str);
        let price = self.include_price;
        BASE64_STANDARD.encode(format!("{}|{cycle}|{price}|{position}", customer.id))
    }
}

/// Whether the query asks for prices.
pub(crate) fn include_price(query: Option<&str>) -> bool {
    pair(query.unwrap_or_default(), "include_price").is_some_and(|pair| is_true(&pair.value))
}

/// The published clients write `true` and `True`; anything else asks for nothing.
fn is_true(value: &str) -> bool {
    value.eq_ignore_ascii_case("true")
}

/// The page of a customer's orders that the query and the token in the headers mean.
pub(crate) fn page<'c>(
    customer: &'c Customer,
    query: &ListQuery,
    headers: &HeaderMap,
) -> Result<Collection<Cow<'c, Order>>, Refusal> {
    let matching: Vec<&PlacedOrder> = customer
        .orders
        .iter()
        .filter(|placed| query.admits(placed))
        .collect();
    let start = if query.continues {
        // Tokens are compared, not taken apart: there is nothing to get wrong about a foreign one.
        let token = headers.get(CONTINUATION_TOKEN);
        let token = token.ok_or(Refusal::ContinuationInvalid)?.as_bytes();
        (PAGE_SIZE..matching.len())
            .step_by(PAGE_SIZE)
            .find(|position| query.token(customer, *position).as_bytes() == token)
            .ok_or(Refusal::ContinuationInvalid)?
    } else {
        0
    };
    let end = matching.len().min(start + PAGE_SIZE);
    let path = format!("/customers/{}/orders", customer.id);
    let next = (end < matching.len()).then(|| {
        let mut uri = format!("{path}?seekOperation=Next");
        for filter in &query.filters {
            uri.push('&');
            uri.push_str(filter);
        }
        Link::get(uri).with_header(CONTINUATION_TOKEN, query.token(customer, end))
    });
    Ok(Collection {
        total_count: matching.len(),
        items: matching
            .iter()
            .skip(start)
            .take(PAGE_SIZE)
            .map(|placed| placed.shown(query.include_price))
            .collect(),
        links: Some(CollectionLinks {
            this: Link::get(path),
            next,
        }),
        attributes: Attributes::of("Collection"),
    })
}
