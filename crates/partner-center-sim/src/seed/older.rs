//! What do orders from before the new commerce look like?
//!
//! Reservations have long ids that tell upper from lower case. Orders of legacy offers have a GUID in either case, an
//! etag, a date with an offset, and some of them neither status nor currency.

use std::collections::BTreeMap;
use std::io;

use super::moment::Moment;
use super::{Buyer, RESELLERS};
use crate::catalogue::{LegacySale, Sale};
use crate::id::{Place, Purpose};
use crate::link::Attributes;
use crate::offer;
use crate::order::{LineItem, LineItemLinks, Order, OrderLinks, OrderStatus};
use crate::price::{LinePrice, Prices};
use crate::store::PlacedOrder;

/// First places of the two kinds, so that a new order of one kind gives no order of another a new id.
const RESERVATIONS: usize = 200;
const LEGACY: usize = 300;

/// A reserved instance.
pub(super) fn reservation(buyer: Buyer, number: usize, sale: &Sale) -> io::Result<PlacedOrder> {
    let place = buyer.place(RESERVATIONS + number);
    let id = place.long_order_id();
    let quantity = buyer.quantity(sale.quantity, sale.status);
    let product = sale.product;
    let mut line = LineItem::new(0, product.offer_id(), product.name, quantity);
    let duration = if product.term == "P3Y" {
        "3Years"
    } else {
        "1Year"
    };
    let scope = if number.is_multiple_of(2) {
        "shared"
    } else {
        "single"
    };
    let context = [
        ("subscriptionId", place.guid(Purpose::Entitlement)),
        ("scope", scope.to_owned()),
        ("duration", duration.to_owned()),
    ];
    line.provisioning_context = Some(BTreeMap::from(
        context.map(|(key, value)| (key.to_owned(), value)),
    ));
    // With these, the orders of one partner fill more than a page.
    line.partner_id_on_record = Some(RESELLERS[0].to_owned());
    line.links = Some(LineItemLinks {
        sku: offer::links(&line.offer_id, buyer.country).sku,
        ..LineItemLinks::default()
    });
    let order = Order {
        links: Some(OrderLinks::of(buyer.id, &id)),
        currency_code: Some(buyer.currency.code.to_owned()),
        currency_symbol: Some(buyer.currency.symbol.to_owned()),
        creation_date: Moment::before(place, (2018, 11), number).in_utc(),
        status: Some(sale.status),
        ..bare(buyer, id, sale.billing_cycle, vec![line])
    };
    let price = LinePrice::plain(product.unit, quantity);
    let prices = Some(Prices::of(buyer.currency, vec![price])?);
    Ok(PlacedOrder::new(place, order, prices))
}

/// An order of a legacy offer. Its id is made up unless it is given.
pub(super) fn legacy(
    buyer: Buyer,
    number: usize,
    sale: &LegacySale,
    id: Option<&str>,
) -> io::Result<PlacedOrder> {
    let place = buyer.place(LEGACY + number);
    let id = match id {
        Some(id) => id.to_owned(),
        None if number.is_multiple_of(3) => place.guid(Purpose::Order).to_uppercase(),
        None => place.guid(Purpose::Order),
    };
    let quantity = if number == 0 {
        sale.quantity
    } else {
        buyer.quantity(sale.quantity, OrderStatus::Completed)
    };
    let mut lines = vec![legacy_line(buyer, place, 0, sale.name, quantity)];
    if number == 2 {
        lines.push(legacy_line(buyer, place, 1, "Office 365 add-on", quantity));
    }
    let price = LinePrice::plain(500 + place.bits(Purpose::Price, 0) % 1_500, quantity);
    let prices = match sale.has_currency {
        true => Some(Prices::of(buyer.currency, vec![price; lines.len()])?),
        false => None,
    };
    let order = Order {
        links: Some(OrderLinks::of(buyer.id, &id)),
        currency_code: sale.has_currency.then(|| buyer.currency.code.to_owned()),
        creation_date: Moment::before(place, (2018, 2), 2 * number).with_offset(),
        status: sale.status,
        attributes: Some(Attributes::versioned("Order", &id)),
        ..bare(buyer, id, sale.billing_cycle, lines)
    };
    Ok(PlacedOrder::new(place, order, prices))
}

fn legacy_line(buyer: Buyer, place: Place, number: usize, name: &str, quantity: u64) -> LineItem {
    // An offer is the same whoever buys it, so its id does not depend on the buyer.
    let offer = Place {
        customer: number,
        order: place.order,
    };
    let mut line = LineItem::new(number, offer.guid(Purpose::Offer), name, quantity);
    let subscription = place.guid(Purpose::Subscription { line: number });
    line.links = Some(offer::subscription_links(buyer.id, &subscription));
    line.subscription_id = Some(subscription.to_uppercase());
    line
}

/// The members that no order is without.
fn bare(buyer: Buyer, id: String, billing_cycle: &str, line_items: Vec<LineItem>) -> Order {
    Order {
        id,
        alternate_id: None,
        reference_customer_id: buyer.id.to_owned(),
        billing_cycle: billing_cycle.to_owned(),
        currency_code: None,
        currency_symbol: None,
        line_items,
        creation_date: String::new(),
        status: None,
        transaction_type: None,
        total_price: None,
        partner_on_record_attestation_accepted: None,
        links: None,
        client: None,
        attributes: Some(Attributes::of("Order")),
    }
}
