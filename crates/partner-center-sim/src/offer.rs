//! What kind of thing does an offer id stand for, and where is it described?
//!
//! Offers that are not on the list can be bought as well: the beginning of a product id tells what it is.

use crate::catalogue::{self, SAVINGS_PLAN};
use crate::id::is_guid;
use crate::link::Link;
use crate::order::{LineItem, LineItemLinks};

/// What is sold. The kinds differ in the ids of their orders and in how they are changed and cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OfferKind {
    /// Named by a GUID.
    Legacy,
    /// Licences of the new commerce.
    Seats,
    Marketplace,
    Software,
    Reservation,
    SavingsPlan,
}

/// Software that is sold against a purchase order, by the beginning of the product's id.
const NEEDS_PURCHASE_ORDER: [&str; 2] = ["DG7GMGF0D7FV", "DG7GMGF0D7FT"];

impl OfferKind {
    /// The kind of an offer id, when it has one of the documented shapes.
    pub(crate) fn of(offer_id: &str) -> Option<Self> {
        if is_guid(offer_id) {
            return Some(Self::Legacy);
        }
        let [product, _, _] = segments(offer_id)?;
        Some(if product == SAVINGS_PLAN.product {
            Self::SavingsPlan
        } else if catalogue::publisher(offer_id).is_some() {
            Self::Marketplace
        } else if product.starts_with("DG7GMGF0") {
            Self::Software
        } else if product.starts_with("DZH318Z0") {
            Self::Reservation
        } else {
            Self::Seats
        })
    }

    /// The kind of what a line holds. A commitment makes a savings plan of it, whatever its offer.
    pub(crate) fn of_line(line: &LineItem) -> Self {
        match Self::of(&line.offer_id) {
            Some(Self::Reservation) if line.purchase_commitment.is_some() => Self::SavingsPlan,
            Some(kind) => kind,
            None => Self::Seats,
        }
    }

    /// Whether a line of this kind becomes a subscription once it is provisioned.
    pub(crate) fn has_subscriptions(self) -> bool {
        !matches!(self, Self::Software | Self::Reservation)
    }
}

/// Whether an order of this offer waits for a purchase order.
pub(crate) fn needs_purchase_order(offer_id: &str) -> bool {
    NEEDS_PURCHASE_ORDER
        .iter()
        .any(|product| offer_id.starts_with(product))
}

/// Where product, SKU and availability of an offer are read.
pub(crate) fn links(offer_id: &str, country: &str) -> LineItemLinks {
    let Some([product, sku, availability]) = segments(offer_id) else {
        return LineItemLinks::default();
    };
    let read = |path: String| Some(Link::get(format!("{path}?country={country}")));
    let (product, sku) = (
        format!("/products/{product}"),
        format!("/products/{product}/skus/{sku}"),
    );
    LineItemLinks {
        availability: read(format!("{sku}/availabilities/{availability}")),
        product: read(product),
        sku: read(sku),
        ..LineItemLinks::default()
    }
}

/// Where the subscription of a legacy offer is read and followed.
pub(crate) fn subscription_links(customer_id: &str, subscription_id: &str) -> LineItemLinks {
    LineItemLinks {
        subscription: Some(Link::get(format!(
            "/customers/{customer_id}/subscriptions/{subscription_id}"
        ))),
        // The documented sample has no customer in front here.
        provisioning_status: Some(Link::get(format!(
            "/subscriptions/{subscription_id}/provisioningstatus"
        ))),
        ..LineItemLinks::default()
    }
}

/// Product, SKU and availability.
fn segments(offer_id: &str) -> Option<[&str; 3]> {
    let segments: Vec<&str> = offer_id.split(':').collect();
    let is_id = |id: &&str| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let segments: [&str; 3] = segments.try_into().ok()?;
    segments.iter().all(is_id).then_some(segments)
}

#[cfg(test)]
mod tests {
    use super::OfferKind;

    #[test]
    fn the_shape_of_an_offer_id_tells_its_kind() {
        for (offer_id, kind) in [
            (
                "3f0b1d57-50c2-4b6e-9c55-7c1f4f3f2a10",
                Some(OfferKind::Legacy),
            ),
            ("CFQ7TTC0SB01:0002:CFQ7TTC0RK4D", Some(OfferKind::Seats)),
            ("CFQ7TTC0LH16:0001:CFQ7TTC0QX51", Some(OfferKind::Seats)),
            (
                "DZH318Z0SB07:0008:DZH318Z0RR5T",
                Some(OfferKind::Marketplace),
            ),
            ("DG7GMGF0D7FV:0003:DG7GMGF0D2G1", Some(OfferKind::Software)),
            (
                "DZH318Z0BQ3Q:0017:DZH318Z08MCH",
                Some(OfferKind::Reservation),
            ),
            (
                "DZH318Z0SB11:000B:DZH318Z0RW8M",
                Some(OfferKind::SavingsPlan),
            ),
            ("CFQ7TTC0SB01:0002", None),
            ("CFQ7TTC0SB01::CFQ7TTC0RK4D", None),
            ("CFQ7TTC0SB01:0002:CFQ7TTC0RK4D:1", None),
            ("CFQ7TTC0SB01:00 2:CFQ7TTC0RK4D", None),
            ("", None),
        ] {
            assert_eq!(OfferKind::of(offer_id), kind, "{offer_id}");
        }
    }
}
