//! How far did the delivery of an order's lines get?
//!
//! A line that is not being provisioned is as far as its order.

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::link::{Attributes, Collection};
use crate::order::{LineItem, Order, OrderStatus};
use crate::store::PlacedOrder;

/// How far the delivery of one line got.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LineItemProvisioning {
    order_line_item_id: usize,
    line_item_number: usize,
    status: ProvisioningStatus,
    quantity_provisioning_information: Vec<QuantityProvisioning>,
}

/// The same by number of units.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct QuantityProvisioning {
    quantity: u64,
    status: ProvisioningStatus,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum ProvisioningStatus {
    Fulfilled,
    Unfulfilled,
    PrefulfillmentPending,
}

/// One entry for each line of the order.
pub(crate) fn of(placed: &PlacedOrder, now: DateTime<Utc>) -> Collection<LineItemProvisioning> {
    let order = placed.at(now);
    let items: Vec<_> = order
        .line_items
        .iter()
        .map(|line| {
            let is_under_way = placed.progress.is_under_way(line.line_item_number, now);
            let status = if is_under_way && line.quantity > 0 {
                ProvisioningStatus::PrefulfillmentPending
            } else {
                status_of(&order, line)
            };
            LineItemProvisioning {
                order_line_item_id: line.line_item_number,
                line_item_number: line.line_item_number,
                status,
                quantity_provisioning_information: vec![QuantityProvisioning {
                    quantity: line.quantity,
                    status,
                }],
            }
        })
        .collect();
    Collection {
        total_count: items.len(),
        items,
        links: None,
        attributes: Attributes::of("Collection"),
    }
}

fn status_of(order: &Order, line: &LineItem) -> ProvisioningStatus {
    use OrderStatus::{
        Cancelled, Completed, Error, PartialSuccess, Pending, PendingPoUpload, PendingReview,
        PoReviewRejected, PoUploadComplete, Suspended, Unknown,
    };
    if line.quantity == 0 {
        // The line was cancelled while the others stayed.
        return ProvisioningStatus::Unfulfilled;
    }
    match order.status {
        // Old orders that tell no status have had their subscriptions for years.
        Some(Completed | Suspended) | None => ProvisioningStatus::Fulfilled,
        Some(Pending | PendingReview | PendingPoUpload | PoUploadComplete | Unknown) => {
            ProvisioningStatus::PrefulfillmentPending
        }
        // Of an order that succeeded in part, the first line is the part.
        Some(PartialSuccess) if line.line_item_number == 0 => ProvisioningStatus::Fulfilled,
        Some(PartialSuccess | Cancelled | Error | PoReviewRejected) => {
            ProvisioningStatus::Unfulfilled
        }
    }
}
