//! Which customers and orders does a caller bring, and are they sound?
//!
//! An order is read as an answer of the service has it, and checked as far as the simulator relies on it. All of a seed is
//! read and checked before anything of it is taken up.

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::mem;

use chrono::{DateTime, FixedOffset};
use serde::Deserialize;

use crate::billing::BillingCycle;
use crate::catalogue::{self, Currency};
use crate::id::{Place, is_guid};
use crate::order::Order;
use crate::price::Prices;
use crate::state::State;
use crate::store::{Customer, PlacedOrder};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Most units of a line: a quantity is a number of 32 bits.
const MOST_UNITS: u64 = i32::MAX as u64;

/// As it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    customers: Vec<WrittenCustomer>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCustomer {
    id: String,
    country: Option<String>,
    currency: Option<String>,
    #[serde(default)]
    orders: Vec<Order>,
}

/// Customers and orders that can be taken up.
#[derive(Debug)]
pub(crate) struct Seed(Vec<Seedling>);

/// A customer, new or not, with more orders.
#[derive(Debug)]
struct Seedling {
    id: String,
    /// With what is paid there.
    country: Option<(&'static str, &'static Currency)>,
    currency: Option<&'static Currency>,
    orders: Vec<SeededOrder>,
}

#[derive(Debug)]
struct SeededOrder {
    created: DateTime<FixedOffset>,
    order: Order,
    prices: Option<Prices>,
}

impl Seed {
    /// Reads and checks JSON. What is wrong is told with its place.
    pub(crate) fn read(json: &[u8]) -> Result<Self, String> {
        let text = json.strip_prefix(BYTE_ORDER_MARK).unwrap_or(json);
        let mut json = serde_json::Deserializer::from_slice(text);
        let written: Written = serde_path_to_error::deserialize(&mut json).map_err(|error| {
            let place = error.path().to_string();
            let what = error.into_inner();
            match place.as_str() {
                "." => what.to_string(),
                place => format!("{place}: {what}"),
            }
        })?;
        json.end().map_err(|error| error.to_string())?;
        let customers = written.customers.into_iter().enumerate();
        let seedlings = customers.map(|(number, customer)| {
            Seedling::check(customer).map_err(|error| format!("customers[{number}].{error}"))
        });
        seedlings.collect::<Result<_, _>>().map(Self)
    }

    /// Takes up all of it.
    pub(crate) fn plant(self, state: &mut State) {
        for seedling in self.0 {
            let count = state.customers.len();
            let mut customers = state.customers.iter_mut();
            match customers.find(|customer| customer.id.eq_ignore_ascii_case(&seedling.id)) {
                Some(customer) => seedling.add_to(customer),
                None => {
                    let mut customer = seedling.customer(count);
                    seedling.add_to(&mut customer);
                    state.customers.push(customer);
                }
            }
        }
    }
}

impl Seedling {
    fn check(written: WrittenCustomer) -> Result<Self, String> {
        let WrittenCustomer { id, .. } = written;
        if !is_guid(&id) {
            return Err(format!("id: {id:?} is no GUID"));
        }
        let country = match written.country {
            Some(code) => Some(catalogue::country(&code).ok_or_else(|| {
                let known = catalogue::COUNTRIES.map(|(code, _)| code).join(", ");
                format!("country: {code:?} is none of {known}")
            })?),
            None => None,
        };
        let currency = match written.currency {
            Some(code) => Some(catalogue::currency(&code).ok_or_else(|| {
                let known = catalogue::CURRENCIES
                    .map(|currency| currency.code)
                    .join(", ");
                format!("currency: {code:?} is none of {known}")
            })?),
            None => None,
        };
        let mut ids = BTreeSet::new();
        let mut orders = Vec::with_capacity(written.orders.len());
        for (number, order) in written.orders.into_iter().enumerate() {
            let order = SeededOrder::check(order, &id)
                .and_then(|order| match ids.insert(comparable(&order.order.id)) {
                    true => Ok(order),
                    false => Err(format!("id: {:?} is there twice", order.order.id)),
                })
                .map_err(|error| format!("orders[{number}].{error}"))?;
            orders.push(order);
        }
        Ok(Self {
            id,
            country,
            currency,
            orders,
        })
    }

    /// The customer without its orders.
    fn customer(&self, index: usize) -> Customer {
        let (country, usual) = self.country.unwrap_or(catalogue::COUNTRIES[0]);
        Customer {
            id: self.id.clone(),
            index,
            currency: self.currency.unwrap_or(usual),
            country: country.to_owned(),
            orders: Vec::new(),
            placed: 0,
        }
    }

    fn add_to(self, customer: &mut Customer) {
        if let Some((country, _)) = self.country {
            country.clone_into(&mut customer.country);
        }
        if let Some(currency) = self.currency {
            customer.currency = currency;
        }
        let ids: BTreeSet<_> = self
            .orders
            .iter()
            .map(|new| comparable(&new.order.id))
            .collect();
        let mut there = mem::take(&mut customer.orders);
        there.retain(|placed| !ids.contains(&comparable(&placed.order.id)));
        let mut new = self.orders;
        // Newest first; those of the same moment stay as they are.
        new.sort_by_key(|seeded| Reverse(seeded.created));
        let mut new = new.into_iter().peekable();
        for placed in there {
            let created = moment(&placed.order);
            while let Some(seeded) =
                new.next_if(|seeded| created.is_some_and(|created| created < seeded.created))
            {
                customer.orders.push(seeded.placed(customer.index));
            }
            customer.orders.push(placed);
        }
        customer
            .orders
            .extend(new.map(|seeded| seeded.placed(customer.index)));
    }
}

impl SeededOrder {
    fn check(mut order: Order, customer_id: &str) -> Result<Self, String> {
        if order.id.trim().is_empty() {
            return Err("id: an order has an id".to_owned());
        }
        let owner = &order.reference_customer_id;
        if !owner.eq_ignore_ascii_case(customer_id) {
            return Err(format!(
                "referenceCustomerId: {owner:?} is another customer"
            ));
        }
        let cycle = &order.billing_cycle;
        if BillingCycle::from_word(cycle).is_none() {
            return Err(format!("billingCycle: {cycle:?} is not known"));
        }
        let date = &order.creation_date;
        let created = moment(&order)
            .filter(|_| is_as_on_the_wire(date))
            .ok_or_else(|| format!("creationDate: {date:?} is no date and time with a zone"))?;
        for (number, line) in order.line_items.iter().enumerate() {
            let place = format!("lineItems[{number}]");
            if line.line_item_number != number {
                let own = line.line_item_number;
                return Err(format!(
                    "{place}.lineItemNumber: {own} is not the place of the line"
                ));
            }
            if line.quantity > MOST_UNITS {
                let quantity = line.quantity;
                return Err(format!(
                    "{place}.quantity: {quantity} is more than {MOST_UNITS}"
                ));
            }
        }
        let prices = match Prices::brought(&mut order) {
            Some(prices) => Some(prices),
            None => Prices::usual(&order).map_err(|error| format!("lineItems: {error}"))?,
        };
        Ok(Self {
            created,
            order,
            prices,
        })
    }

    fn placed(self, customer: usize) -> PlacedOrder {
        let place = Place::of_id(customer, &self.order.id);
        PlacedOrder::new(place, self.order, self.prices)
    }
}

fn moment(order: &Order) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(&order.creation_date).ok()
}

/// Chrono also reads what no JSON schema takes for a `date-time`: small letters, a blank, a second too many.
fn is_as_on_the_wire(date: &str) -> bool {
    let is_strict = |byte: u8| byte != b' ' && !byte.is_ascii_lowercase();
    date.bytes().all(is_strict) && !date.contains(":60")
}

/// Two ids of orders are the same when this is: a GUID in any letter case, another one only as it is written.
fn comparable(id: &str) -> String {
    if is_guid(id) {
        id.to_ascii_lowercase()
    } else {
        id.to_owned()
    }
}
