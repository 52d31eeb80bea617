//! Which lines does the purchase of an add-on put into an order?
//!
//! The request numbers its lines from 0; in the order they come after those that are there. The checks have this order:
//! generation of the order, numbers; then line by line: offer, quantity, partner, parent subscription.

use chrono::{DateTime, Utc};

use crate::change::is_legacy;
use crate::create::{numbers, partner, quantity};
use crate::denial::Denial;
use crate::id::{Place, Purpose};
use crate::members::Members;
use crate::offer::{self, OfferKind};
use crate::order::{LineItem, Order, OrderStatus};
use crate::refusal::Refusal;
use crate::store::Customer;

/// Whether a line names a parent subscription.
pub(crate) fn is_asked_for(lines: &[Members<'_>]) -> Result<bool, Denial> {
    for line in lines {
        if parent(line)?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Adds the lines to an order and gives their numbers.
pub(crate) fn add(
    order: &mut Order,
    lines: &[Members<'_>],
    customer: &Customer,
    place: Place,
    now: DateTime<Utc>,
) -> Result<Vec<usize>, Refusal> {
    if !is_legacy(order) {
        return Err(Denial::OperationUnsupported.into());
    }
    let there = order.line_items.len();
    let mut new = Vec::with_capacity(lines.len());
    for (number, asked) in numbers(lines)?.into_iter().zip(lines) {
        let number = there + number;
        let offer_id = asked.text("offerId")?.unwrap_or_default();
        match OfferKind::of(&offer_id) {
            Some(OfferKind::Legacy) => {}
            Some(_) => return Err(Denial::AddOnUnrelated.into()),
            None => return Err(Denial::OfferInvalid.into()),
        }
        let mut line = LineItem::new(number, offer_id, "", quantity(asked)?);
        line.friendly_name = asked.text("friendlyName")?.filter(|name| !name.is_empty());
        line.partner_id_on_record = partner(asked)?;
        check_parent(order, asked, customer, now)?;
        // The documented answer has the subscription at once.
        let id = place.guid(Purpose::Subscription { line: number });
        line.links = Some(offer::subscription_links(&customer.id, &id));
        line.subscription_id = Some(id);
        new.push(line);
    }
    order.line_items.extend(new);
    order.line_items.sort_by_key(|line| line.line_item_number);
    Ok((there..order.line_items.len()).collect())
}

fn parent(line: &Members<'_>) -> Result<Option<String>, Denial> {
    let parent = line.text("parentSubscriptionId")?;
    Ok(parent.filter(|id| !id.is_empty()))
}

/// The parent must be an active subscription of the same order.
fn check_parent(
    order: &Order,
    line: &Members<'_>,
    customer: &Customer,
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    let parent = parent(line)?.ok_or(Denial::RequestInvalid)?;
    let mut subscribed = order.subscribed();
    if subscribed.all(|own| !own.id.eq_ignore_ascii_case(&parent)) {
        return Err(match customer.subscription(&parent, now) {
            Some(_) => Denial::AddOnUnrelated.into(),
            None => Refusal::SubscriptionNotFound,
        });
    }
    if order.status == Some(OrderStatus::Suspended) {
        return Err(Denial::SubscriptionInactive.into());
    }
    Ok(())
}
