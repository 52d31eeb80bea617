//! What comes of an order that is placed?
//!
//! Its id is computed from its number among the orders that requests placed for the customer: the same requests to two
//! simulators lead to the same ids.

use chrono::{DateTime, Utc};

use crate::clock::written;
use crate::create::NewOrder;
use crate::denial::Denial;
use crate::id::{Place, Purpose};
use crate::link::{Attributes, Link};
use crate::offer::{self, OfferKind};
use crate::order::{ClientContext, LineItem, LineItemLinks, Order, OrderLinks, OrderStatus};
use crate::price::{self, LinePrice, Prices};
use crate::progress::Progress;
use crate::store::{Customer, PlacedOrder};

/// First place of the orders that requests place, far from those of the seed.
const PLACED: usize = 1_000;

/// What an order costs that is to be placed.
pub(crate) fn prices(new: &NewOrder) -> Result<Prices, Denial> {
    let prices = new
        .lines
        .iter()
        .map(|line| LinePrice::plain(price::unit(&line.offer_id), line.quantity))
        .collect();
    // More money than there are numbers for.
    Prices::of(new.currency, prices).map_err(|_| Denial::QuantityUnavailable)
}

/// Places an order for a customer, at these prices.
pub(crate) fn place(
    customer: &mut Customer,
    new: NewOrder,
    prices: Prices,
    now: DateTime<Utc>,
) -> Result<&PlacedOrder, Denial> {
    let place = Place {
        customer: customer.index,
        order: PLACED + customer.placed,
    };
    let order = order(customer, place, new, now);
    let mut progress = Progress::placed(now);
    if order.status == Some(OrderStatus::Pending) {
        start(&mut progress, &order, place, now);
    }
    let placed = PlacedOrder {
        progress,
        ..PlacedOrder::new(place, order, Some(prices))
    };
    customer.placed += 1;
    // Newest first.
    customer.orders.insert(0, placed);
    customer.orders.first().ok_or(Denial::RequestInvalid)
}

/// An order and all of its lines go on from now.
pub(crate) fn start(progress: &mut Progress, order: &Order, place: Place, now: DateTime<Utc>) {
    progress.complete(now);
    for line in order.line_items.iter().filter(|line| line.quantity > 0) {
        let number = line.line_item_number;
        let subscription = OfferKind::of_line(line)
            .has_subscriptions()
            .then(|| place.guid(Purpose::Subscription { line: number }));
        progress.deliver(number, subscription, now);
    }
}

fn order(customer: &Customer, place: Place, new: NewOrder, now: DateTime<Utc>) -> Order {
    let needs_documents = |line: &LineItem| offer::needs_purchase_order(&line.offer_id);
    let status = if new.lines.iter().any(needs_documents) {
        OrderStatus::PendingPoUpload
    } else {
        OrderStatus::Pending
    };
    // The first line tells of which generation the order is.
    let kind = new.lines.first().map(OfferKind::of_line);
    let id = match kind {
        Some(OfferKind::Legacy) => place.guid(Purpose::Order),
        Some(OfferKind::Reservation) => place.long_order_id(),
        _ => place.short_order_id(),
    };
    let is_new_commerce = !matches!(kind, Some(OfferKind::Legacy | OfferKind::Reservation));
    let mut links = OrderLinks::of(customer.id, &id);
    if is_new_commerce {
        links.patch_operation = Some(Link::patch(links.this.uri.clone()));
    }
    let attributes = match kind {
        Some(OfferKind::Legacy) => Attributes::versioned("Order", &id),
        _ => Attributes::of("Order"),
    };
    let mut lines = new.lines;
    for line in &mut lines {
        line.links = line_links(line, customer.country);
    }
    Order {
        alternate_id: is_new_commerce.then(|| id.clone()),
        id,
        reference_customer_id: customer.id.to_owned(),
        billing_cycle: new.billing_cycle.as_str().to_owned(),
        currency_code: Some(new.currency.code.to_owned()),
        currency_symbol: Some(new.currency.symbol.to_owned()),
        line_items: lines,
        creation_date: written(now),
        status: Some(status),
        transaction_type: is_new_commerce.then(|| "UserPurchase".to_owned()),
        total_price: None,
        links: Some(links),
        client: is_new_commerce.then_some(ClientContext {}),
        attributes,
    }
}

/// Links of a line that is not provisioned.
fn line_links(line: &LineItem, country: &str) -> Option<LineItemLinks> {
    let links = offer::links(&line.offer_id, country);
    match OfferKind::of_line(line) {
        OfferKind::Legacy => None,
        // Reservations have this one only.
        OfferKind::Reservation => Some(LineItemLinks {
            sku: links.sku,
            ..LineItemLinks::default()
        }),
        _ => Some(links),
    }
}
