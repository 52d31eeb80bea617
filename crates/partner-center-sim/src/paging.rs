//! Which part of a list does one answer hold, and how does a client get the rest?
//!
//! The link to the next page has the same uri for every page; the token in its header says which page is meant. A token
//! belongs to one customer and one set of filters. A client that loses the header or a filter on its way is refused, and
//! never gets the first page again.

use std::borrow::Cow;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use chrono::{DateTime, Utc};
use http::HeaderMap;

use crate::filter::OrderFilter;
use crate::link::{Attributes, Collection, CollectionLinks, Link};
use crate::order::Order;
use crate::refusal::Refusal;
use crate::request::{INCLUDE_PRICE, flag, pair};
use crate::store::{Customer, PlacedOrder};

const PAGE_SIZE: usize = 10;
pub(crate) const CONTINUATION_TOKEN: &str = "MS-ContinuationToken";

/// What the query of a list says.
#[derive(Debug)]
pub(crate) struct ListQuery {
    filter: OrderFilter,
    include_price: bool,
    /// The pairs of the query that count, as they came, for the link to the next page.
    repeated: Vec<String>,
    /// Whether this asks for a page after the first.
    continues: bool,
}

impl ListQuery {
    /// Reads a raw query. Names that mean nothing here are passed over.
    pub(crate) fn read(query: &str) -> Result<Self, Refusal> {
        let filter = OrderFilter::read(query)?;
        let continues = match pair(query, "seekOperation") {
            Some(pair) if pair.value.eq_ignore_ascii_case("next") => true,
            Some(_) => return Err(Refusal::WordUnknown),
            None => false,
        };
        Ok(Self {
            filter,
            include_price: flag(query, INCLUDE_PRICE),
            repeated: OrderFilter::NAMES
                .into_iter()
                .chain([INCLUDE_PRICE])
                .filter_map(|name| pair(query, name))
                .map(|pair| pair.raw.to_owned())
                .collect(),
            continues,
        })
    }

    fn token(&self, customer: &Customer, position: usize) -> String {
        let filter = self.filter.fingerprint();
        let price = self.include_price;
        BASE64_STANDARD.encode(format!("{}|{filter}|{price}|{position}", customer.id))
    }
}

/// The page of a customer's orders that the query and the token in the headers mean.
pub(crate) fn page<'c>(
    customer: &'c Customer,
    query: &ListQuery,
    headers: &HeaderMap,
    now: DateTime<Utc>,
) -> Result<Collection<Cow<'c, Order>>, Refusal> {
    let matching: Vec<&PlacedOrder> = customer
        .orders
        .iter()
        .filter(|placed| placed.progress.is_listed(now) && query.filter.admits(&placed.order))
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
        for pair in &query.repeated {
            uri.push('&');
            uri.push_str(pair);
        }
        Link::get(uri).with_header(CONTINUATION_TOKEN, query.token(customer, end))
    });
    Ok(Collection {
        total_count: matching.len(),
        items: matching
            .iter()
            .skip(start)
            .take(PAGE_SIZE)
            .map(|placed| placed.shown(now, query.include_price))
            .collect(),
        links: Some(CollectionLinks {
            this: Link::get(path),
            next,
        }),
        attributes: Attributes::of("Collection"),
    })
}
