//! Can an order, or a line of it, be cancelled by a change of the order?
//!
//! The partner is one of the integration sandbox: reservations and software can, for 60 days, whether they are completed
//! or not. A cancelled line has the quantity 0; an order whose lines all have is cancelled. The checks have this order:
//! the lines that are named, what they hold, the order's age, its status.

use chrono::{DateTime, TimeDelta, Utc};

use crate::change::named_lines;
use crate::denial::Denial;
use crate::members::Members;
use crate::offer::OfferKind;
use crate::order::{Order, OrderStatus};

const CANCELLABLE_FOR: TimeDelta = TimeDelta::days(60);

/// Cancels the named lines, or all when none is named.
pub(crate) fn cancel(
    order: &mut Order,
    lines: &[Members<'_>],
    now: DateTime<Utc>,
) -> Result<(), Denial> {
    let named = match lines {
        [] => (0..order.line_items.len()).collect(),
        lines => named_lines(order, lines)?,
    };
    for number in &named {
        match OfferKind::of_line(&order.line_items[*number]) {
            OfferKind::Software | OfferKind::Reservation => {}
            OfferKind::Seats => return Err(Denial::NotCancellable),
            OfferKind::Legacy => return Err(Denial::LegacyNotCancellable),
            OfferKind::Marketplace => return Err(Denial::MarketplaceNotCancellable),
            OfferKind::SavingsPlan => return Err(Denial::SavingsPlanNotCancellable),
        }
    }
    if !is_young(order, now) {
        return Err(Denial::CancelledTooLate);
    }
    let is_open = !matches!(
        order.status,
        None | Some(
            OrderStatus::Cancelled
                | OrderStatus::Error
                | OrderStatus::PoReviewRejected
                | OrderStatus::Suspended
                | OrderStatus::Unknown
        )
    );
    // Lines that were cancelled before may be named with the others, not alone.
    let remain = named
        .iter()
        .any(|number| order.line_items[*number].quantity > 0);
    if !is_open || !remain {
        return Err(Denial::NotCancellable);
    }
    for number in named {
        order.line_items[number].quantity = 0;
    }
    if order.line_items.iter().all(|line| line.quantity == 0) {
        order.status = Some(OrderStatus::Cancelled);
    }
    Ok(())
}

/// An order whose date cannot be read is an old one.
fn is_young(order: &Order, now: DateTime<Utc>) -> bool {
    DateTime::parse_from_rfc3339(&order.creation_date)
        .is_ok_and(|placed| now.signed_duration_since(placed) <= CANCELLABLE_FOR)
}
