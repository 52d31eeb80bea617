//! Where does a customer activate what a publisher sold?
//!
//! A line has an activation link when it came from the marketplace and its order is completed. The link leads to the
//! publisher, not into the API: unlike any other it is absolute.

use base64::prelude::{BASE64_URL_SAFE, Engine as _};
use serde::Serialize;

use crate::catalogue;
use crate::link::{Attributes, Collection, CollectionLinks, Link};
use crate::order::{LineItem, Order, OrderStatus};

/// The activation link of one line.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ActivationLink {
    line_item_number: usize,
    link: Link,
}

/// Whether a line with this offer has an activation link, in an order with this status.
pub(crate) fn is_possible(status: Option<OrderStatus>, offer_id: &str) -> bool {
    status == Some(OrderStatus::Completed) && catalogue::publisher(offer_id).is_some()
}

/// Where the activation links of one line are read.
pub(crate) fn path_of_line(customer_id: &str, order_id: &str, number: usize) -> String {
    format!("/customers/{customer_id}/orders/{order_id}/lineitems/{number}/activationlinks")
}

/// Where the activation links of a subscription are read.
pub(crate) fn path_of_subscription(customer_id: &str, subscription_id: &str) -> String {
    format!("/customers/{customer_id}/subscriptions/{subscription_id}/activationlinks")
}

/// The links of all lines of an order.
pub(crate) fn of_order(order: &Order) -> Collection<ActivationLink> {
    let (customer, id) = (&order.reference_customer_id, &order.id);
    let path = format!("/customers/{customer}/orders/{id}/activationlinks");
    collection(order, &order.line_items, path)
}

/// The link of one line of an order, when it has one.
pub(crate) fn of_line(order: &Order, line: &LineItem) -> Collection<ActivationLink> {
    let number = line.line_item_number;
    let path = path_of_line(&order.reference_customer_id, &order.id, number);
    collection(order, [line], path)
}

/// The link of the line that a subscription came from, when it has one.
pub(crate) fn of_subscription(
    order: &Order,
    line: &LineItem,
    id: &str,
) -> Collection<ActivationLink> {
    let path = path_of_subscription(&order.reference_customer_id, id);
    collection(order, [line], path)
}

fn collection<'o>(
    order: &Order,
    lines: impl IntoIterator<Item = &'o LineItem>,
    path: String,
) -> Collection<ActivationLink> {
    let items: Vec<_> = lines
        .into_iter()
        .filter(|line| is_possible(order.status, &line.offer_id))
        .map(|line| ActivationLink {
            line_item_number: line.line_item_number,
            link: Link::get(address(&order.id, line.line_item_number)),
        })
        .collect();
    Collection {
        total_count: items.len(),
        items,
        links: Some(CollectionLinks {
            this: Link::get(path),
            next: None,
        }),
        attributes: Attributes::of("Collection"),
    }
}

/// The escape at the end of the token is there to be kept: who decodes it and leaves it so has another address.
fn address(order_id: &str, number: usize) -> String {
    let token = BASE64_URL_SAFE.encode(format!("{order_id}:{number}"));
    let token = token.replace('=', "%3D");
    format!("https://publisher.example.com/activate?token={token}")
}
