//! How do the orders of the start come about?
//!
//! Three orders are the spec's own examples, one belongs to its example of a provisioning status. The others are the
//! purchases of the catalogue, made by both customers: ids, dates, quantities and the currency differ between the two.
//! Nothing here depends on the clock or on chance.

mod moment;
mod new_commerce;
mod older;
mod upload;

use std::io;

use crate::catalogue::{self, Currency, DOLLAR, EURO, LegacySale};
use crate::document::Document;
use crate::id::Place;
use crate::link::Collection;
use crate::order::{Order, OrderStatus};
use crate::price::{LinePrice, Prices};
use crate::store::{Customer, PlacedOrder};

const LIST_EXAMPLE: &str = "/paths/~1customers~1{customer_id}~1orders/get/responses/200/content/application~1json\
    /examples/by_billing_type/value";
const ORDER_EXAMPLE: &str = "/paths/~1customers~1{customer_id}~1orders~1{order_id}/get/responses/200/content\
    /application~1json/examples/reserved_instance/value";

/// The order whose provisioning status is the spec's example.
const PROVISIONED_ORDER: &str = "34828C05-C16C-4D6F-9CFC-4D2650EF19A1";
const PROVISIONED_SALE: LegacySale = LegacySale {
    name: "Office 365 Business Essentials",
    quantity: 1,
    billing_cycle: "monthly",
    status: Some(OrderStatus::Completed),
    has_currency: true,
};

/// First place of the orders of the examples.
const DOCUMENTED: usize = 500;

/// Made-up price of one documented reservation, in cents: the examples show none.
const DOCUMENTED_UNIT: u64 = 43_805;

/// Partners on record of some orders. The second one is also an additional partner of an order.
const RESELLERS: [&str; 2] = ["4100017", "4847383"];

/// Their tenants: no source says by which of the two a list is asked for.
pub(crate) const RESELLER_TENANTS: [(&str, &str); 2] = [
    ("484e548c-7b2f-4f5e-9d3a-6a0c3f2b1d90", RESELLERS[0]),
    ("7f1f2c0e-94d6-4c55-8a0b-2e9d5b6c7a18", RESELLERS[1]),
];

/// Who the orders are for.
#[derive(Clone, Copy, Debug)]
struct Buyer {
    index: usize,
    id: &'static str,
    currency: &'static Currency,
    country: &'static str,
}

/// The customers and everything that they bought.
pub(crate) fn customers(
    document: &Document,
    [first, second]: [&'static str; 2],
) -> io::Result<Vec<Customer>> {
    let first = Buyer {
        index: 0,
        id: first,
        currency: &DOLLAR,
        country: "US",
    };
    let second = Buyer {
        index: 1,
        id: second,
        currency: &EURO,
        country: "DE",
    };
    let provisioned = older::legacy(second, 0, &PROVISIONED_SALE, Some(PROVISIONED_ORDER))?;
    Ok(vec![
        customer(first, documented(first, document)?)?,
        customer(second, vec![provisioned])?,
    ])
}

/// A customer with these orders in the midst of those of the catalogue.
fn customer(buyer: Buyer, middle: Vec<PlacedOrder>) -> io::Result<Customer> {
    let mut orders = new_commerce::specials(buyer)?;
    for (number, sale) in catalogue::NEW_COMMERCE.iter().enumerate() {
        orders.push(new_commerce::order(buyer, number, sale)?);
    }
    let of_system = &catalogue::SYSTEM;
    let shared = of_system.len().saturating_sub(buyer.index);
    for (number, (sale, kind)) in of_system.iter().take(shared).enumerate() {
        orders.push(new_commerce::of_system(buyer, number, sale, kind)?);
    }
    for (number, sale) in catalogue::RESERVATIONS.iter().enumerate() {
        orders.push(older::reservation(buyer, number, sale)?);
    }
    orders.extend(middle);
    for (number, sale) in catalogue::LEGACY.iter().enumerate() {
        // Number 0 is the order with the documented provisioning status.
        orders.push(older::legacy(buyer, number + 1, sale, None)?);
    }
    Ok(Customer {
        id: buyer.id.to_owned(),
        index: buyer.index,
        currency: buyer.currency,
        country: buyer.country.to_owned(),
        orders,
        placed: 0,
    })
}

/// The orders of the spec's examples, as they stand there.
fn documented(buyer: Buyer, document: &Document) -> io::Result<Vec<PlacedOrder>> {
    let mut orders = document.example::<Collection<Order>>(LIST_EXAMPLE)?.items;
    orders.push(document.example(ORDER_EXAMPLE)?);
    orders
        .into_iter()
        .enumerate()
        .map(|(number, order)| {
            let lines: Vec<_> = order
                .line_items
                .iter()
                .map(|line| LinePrice::plain(DOCUMENTED_UNIT, line.quantity))
                .collect();
            let prices = Some(Prices::of(&DOLLAR, lines)?);
            let place = buyer.place(DOCUMENTED + number);
            Ok(PlacedOrder::new(place, order, prices))
        })
        .collect()
}

impl Buyer {
    fn place(self, order: usize) -> Place {
        Place {
            customer: self.index,
            order,
        }
    }

    /// The second customer buys one more of everything. A cancelled purchase is a purchase of nothing.
    fn quantity(self, quantity: u64, status: OrderStatus) -> u64 {
        match status {
            OrderStatus::Cancelled => 0,
            _ => quantity + self.index as u64,
        }
    }
}
