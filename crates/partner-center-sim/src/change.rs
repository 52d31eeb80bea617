//! What does a request to change an order ask for, and is it allowed?
//!
//! One address has several uses, told apart by what is sent: the status `cancelled` cancels, a parent subscription buys
//! an add-on, everything else changes the billing cycle and the lines. A whole order that was read can be sent back:
//! what did not change is no change, and members that are the service's to set are passed over. The checks have this
//! order: customer, id, etag, status, billing cycle, and then those of the use.

use chrono::{DateTime, Utc};
use http::HeaderValue;

use crate::add_on;
use crate::billing::BillingCycle;
use crate::cancel;
use crate::create::{billing_cycle, check_customer, partner};
use crate::denial::Denial;
use crate::id::is_guid;
use crate::link::Attributes;
use crate::members::Members;
use crate::order::{Order, OrderStatus};
use crate::price::Prices;
use crate::refusal::Refusal;
use crate::store::{Customer, PlacedOrder};

/// What a change makes of an order.
#[derive(Debug)]
pub(crate) struct Changed {
    pub(crate) order: Order,
    /// Lines that were not there before.
    pub(crate) added: Vec<usize>,
    prices: Option<Prices>,
}

impl Changed {
    /// Reads a body and checks it against the order as it stands now.
    pub(crate) fn read(
        customer: &Customer,
        placed: &PlacedOrder,
        body: &Members<'_>,
        if_match: Option<&HeaderValue>,
        now: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        check_customer(body, &customer.id)?;
        if body.text("id")?.is_some_and(|id| !placed.has_id(&id)) {
            return Err(Denial::RequestInvalid.into());
        }
        let mut order = placed.at(now).into_owned();
        if if_match.is_some_and(|etag| !is_current(&order, etag)) {
            return Err(Denial::EtagOutdated.into());
        }
        let status = match body.word("status")? {
            Some(word) => Some(OrderStatus::from_word(&word).ok_or(Denial::StatusUnknown)?),
            None => None,
        };
        let cycle = billing_cycle(body)?;
        let lines = body.objects("lineItems")?.unwrap_or_default();
        let mut added = Vec::new();
        if status == Some(OrderStatus::Cancelled) {
            cancel::cancel(&mut order, &lines, now)?;
        } else if add_on::is_asked_for(&lines)? {
            customer_is_named(body)?;
            added = add_on::add(&mut order, &lines, customer, placed.place, now)?;
        } else {
            update(&mut order, placed, (body, cycle, &lines), now)?;
        }
        let prices = match &placed.prices {
            // More money than there are numbers for.
            Some(prices) => prices
                .after_change(&placed.order, &order)
                .map_err(|_| Denial::QuantityUnavailable)?,
            None => None,
        };
        order.attributes = order.attributes.as_ref().map(Attributes::next);
        Ok(Self {
            order,
            added,
            prices,
        })
    }

    /// Makes the change.
    pub(crate) fn apply(self, placed: &mut PlacedOrder, now: DateTime<Utc>) {
        let progress = &mut placed.progress;
        progress.settle(now);
        for line in self.added {
            // It has its subscription from the start.
            progress.deliver(line, None, now);
        }
        for line in &self.order.line_items {
            if line.quantity == 0 {
                progress.cancel(line.line_item_number);
            }
        }
        if self.order.status == Some(OrderStatus::Cancelled) {
            progress.stop();
        }
        placed.order = self.order;
        placed.prices = self.prices;
    }
}

/// The lines of an order that a body names, by number and offer, each of them once.
pub(crate) fn named_lines(order: &Order, lines: &[Members<'_>]) -> Result<Vec<usize>, Denial> {
    let mut named = Vec::with_capacity(lines.len());
    for line in lines {
        let number = line.integer("lineItemNumber")?;
        let number = number.and_then(|number| usize::try_from(number).ok());
        let number = number
            .filter(|number| *number < order.line_items.len() && !named.contains(number))
            .ok_or(Denial::LineNumbersWrong)?;
        let offer = line.text("offerId")?.unwrap_or_default();
        if !offer.eq_ignore_ascii_case(&order.line_items[number].offer_id) {
            return Err(Denial::OfferInvalid);
        }
        named.push(number);
    }
    Ok(named)
}

/// Orders of legacy offers, which alone can be changed this way.
pub(crate) fn is_legacy(order: &Order) -> bool {
    let mut lines = order.line_items.iter();
    lines.all(|line| is_guid(&line.offer_id))
}

fn customer_is_named(body: &Members<'_>) -> Result<(), Denial> {
    match body.text("referenceCustomerId")? {
        Some(_) => Ok(()),
        None => Err(Denial::RequestInvalid),
    }
}

/// An etag is sent in double quotes; some clients leave them out.
fn is_current(order: &Order, if_match: &HeaderValue) -> bool {
    let Ok(sent) = if_match.to_str() else {
        return false;
    };
    let sent = sent.trim();
    let bare = sent
        .strip_prefix('"')
        .and_then(|sent| sent.strip_suffix('"'))
        .unwrap_or(sent);
    let current = order.attributes.as_ref();
    let current = current.and_then(|attributes| attributes.etag.as_deref());
    sent == "*" || current == Some(bare)
}

/// Another billing cycle, other quantities, other names.
fn update(
    order: &mut Order,
    placed: &PlacedOrder,
    (body, cycle, lines): (&Members<'_>, Option<BillingCycle>, &[Members<'_>]),
    now: DateTime<Utc>,
) -> Result<(), Refusal> {
    if lines.is_empty() {
        return Err(Denial::RequestInvalid.into());
    }
    let is_under_way = order.status == Some(OrderStatus::Pending)
        || (0..order.line_items.len()).any(|line| placed.progress.is_under_way(line, now));
    let current = BillingCycle::from_word(&order.billing_cycle);
    // The word `unknown` says nothing.
    let cycle = cycle.filter(|cycle| *cycle != BillingCycle::Unknown && Some(*cycle) != current);
    if let Some(cycle) = cycle {
        customer_is_named(body)?;
        check_cycle(order, [current, Some(cycle)], is_under_way)?;
    }
    for (number, asked) in named_lines(order, lines)?.into_iter().zip(lines) {
        let is_legacy = is_legacy(order);
        let status = order.status;
        let line = &mut order.line_items[number];
        let subscription = asked.text("subscriptionId")?.filter(|id| !id.is_empty());
        if cycle.is_some() {
            let own = line.subscription_id.as_deref().unwrap_or_default();
            let sent = subscription.ok_or(Denial::RequestInvalid)?;
            if !sent.eq_ignore_ascii_case(own) {
                return Err(Refusal::SubscriptionNotFound);
            }
        }
        let quantity = asked.integer("quantity")?;
        if cycle.is_some() && quantity.is_none() {
            return Err(Denial::RequestInvalid.into());
        }
        if let Some(quantity) = quantity
            && u64::try_from(quantity) != Ok(line.quantity)
        {
            let quantity = u64::try_from(quantity).unwrap_or_default();
            match status {
                _ if !is_legacy => return Err(Denial::QuantityFixed.into()),
                _ if quantity == 0 => return Err(Denial::QuantityNotAllowed.into()),
                Some(OrderStatus::Suspended) => return Err(Denial::QuantitySuspended.into()),
                _ if is_under_way => return Err(Denial::ChangePending.into()),
                _ => line.quantity = quantity,
            }
        }
        let name = asked.text("friendlyName")?.filter(|name| !name.is_empty());
        line.friendly_name = name.or(line.friendly_name.take());
        line.partner_id_on_record = partner(asked)?.or(line.partner_id_on_record.take());
    }
    if let Some(cycle) = cycle {
        order.billing_cycle = cycle.as_str().to_owned();
    }
    Ok(())
}

fn check_cycle(
    order: &Order,
    cycles: [Option<BillingCycle>; 2],
    is_under_way: bool,
) -> Result<(), Denial> {
    let takes_part = |cycle| matches!(cycle, Some(BillingCycle::Monthly | BillingCycle::Annual));
    if !is_legacy(order) || !cycles.into_iter().all(takes_part) {
        return Err(Denial::CycleUnsupported);
    }
    if is_under_way {
        return Err(Denial::CyclePending);
    }
    match order.status {
        None | Some(OrderStatus::Completed) => Ok(()),
        Some(_) => Err(Denial::CycleInactive),
    }
}
