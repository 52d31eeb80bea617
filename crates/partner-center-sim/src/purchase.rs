//! What comes of an order that is placed?
//!
//! Its id is computed from its number among the orders that requests placed for the customer: the same requests to two
//! simulators lead to the same ids.

use chrono::{DateTime, Utc};

use crate::clock::written;
use crate::create::NewOrder;
use crate::denial::Denial;
use crate::id::{Place, Purpose};
use crate::link::Attributes;
use crate::offer::{self, OfferKind};
use crate::order::{ClientContext, LineItem, LineItemLinks, Order, OrderLinks, OrderStatus};
use crate::price::{self, LinePrice, Prices};
use crate::progress::Progress;
use crate::store::{Customer, PlacedOrder};

/// First place of the orders that requests place, far from those of the seed.
const PLACED: u32 = 1_000;

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
    let (taken, place) = next_place(customer).ok_or(Denial::QuantityUnavailable)?;
    let order = order(customer, place, new, now);
    let mut progress = Progress::placed(now);
    if order.status == Some(OrderStatus::Pending) {
        start(&mut progress, &order, place, now);
    }
    let placed = PlacedOrder {
        progress,
        ..PlacedOrder::new(place, order, Some(prices))
    };
    customer.placed = taken;
    // Newest first.
    customer.orders.insert(0, placed);
    customer.orders.first().ok_or(Denial::RequestInvalid)
}

/// The place of the next order, and how many there are with it. A seed may have brought an order that has the ids of a
/// place, because another simulator placed it there.
fn next_place(customer: &Customer) -> Option<(u32, Place)> {
    (customer.placed..u32::MAX - PLACED)
        .map(|number| {
            let order = (PLACED + number) as usize;
            let customer = customer.index;
            (number + 1, Place { customer, order })
        })
        .find(|(_, place)| !customer.has_order_of(*place))
}

/// An order and all of its lines go on from now.
pub(crate) fn start(progress: &mut Progress, order: &Order, place: Place, now: DateTime<Utc>) {
    progress.complete(now);
    for line in order.line_items.iter().filter(|line| line.quantity > 0) {
        let number = line.line_item_number;
        let new = || place.guid(Purpose::Subscription { line: number });
        let subscription = OfferKind::of_line(line).has_subscriptions().then(new);
        // A seed may bring one that waits and has its subscription already.
        let subscription = line.subscription_id.clone().or(subscription);
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
    let links = match is_new_commerce {
        true => OrderLinks::with_patch_operation(&customer.id, &id),
        false => OrderLinks::of(&customer.id, &id),
    };
    let attributes = match kind {
        Some(OfferKind::Legacy) => Attributes::versioned("Order", &id),
        _ => Attributes::of("Order"),
    };
    let mut lines = new.lines;
    for line in &mut lines {
        line.links = line_links(line, &customer.country);
    }
    Order {
        alternate_id: is_new_commerce.then(|| id.clone()),
        id,
        reference_customer_id: customer.id.clone(),
        billing_cycle: new.billing_cycle.as_str().to_owned(),
        currency_code: Some(new.currency.code.to_owned()),
        currency_symbol: Some(new.currency.symbol.to_owned()),
        line_items: lines,
        creation_date: written(now),
        status: Some(status),
        transaction_type: is_new_commerce.then(|| "UserPurchase".to_owned()),
        total_price: None,
        partner_on_record_attestation_accepted: None,
        links: Some(links),
        client: is_new_commerce.then(ClientContext::default),
        attributes: Some(attributes),
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
