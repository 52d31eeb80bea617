//! What do the subscriptions of an order look like on the wire?
//!
//! A subscription is computed from the line that it came from, so that the two cannot contradict each other.

use serde::Serialize;

use crate::activation;
use crate::billing::BillingCycle;
use crate::catalogue;
use crate::id::is_guid;
use crate::link::{Attributes, Collection, CollectionLinks, Link};
use crate::order::{LineItem, Order, OrderStatus};
use crate::store::Subscribed;
use crate::term::Day;

/// What a customer uses of an order's line.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Subscription {
    id: String,
    offer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    offer_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    friendly_name: Option<String>,
    quantity: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit_type: Option<&'static str>,
    has_purchasable_addons: bool,
    creation_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    effective_start_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commitment_end_date: Option<String>,
    status: SubscriptionStatus,
    auto_renew_enabled: bool,
    is_trial: bool,
    is_microsoft_product: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    publisher_name: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    billing_type: Option<&'static str>,
    billing_cycle: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    term_duration: Option<String>,
    contract_type: &'static str,
    order_id: String,
    links: SubscriptionLinks,
    attributes: Attributes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum SubscriptionStatus {
    Active,
    Suspended,
    Deleted,
}

/// Where a subscription and what it is of are read.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SubscriptionLinks {
    #[serde(skip_serializing_if = "Option::is_none")]
    offer: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    product: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sku: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    availability: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    activation_links: Option<Link>,
    #[serde(rename = "self")]
    this: Link,
}

/// All subscriptions of an order, on one page.
pub(crate) fn of(order: &Order) -> Collection<Subscription> {
    let items: Vec<_> = order.subscribed().map(Subscription::of).collect();
    let (customer, id) = (&order.reference_customer_id, &order.id);
    let path = format!("/customers/{customer}/subscriptions?order_id={id}");
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

/// The last days of the terms that an order's active subscriptions of new commerce are in; trials are none of them.
pub(crate) fn term_ends(order: &Order) -> impl Iterator<Item = Day> {
    let is_trial = BillingCycle::from_word(&order.billing_cycle) == Some(BillingCycle::None);
    order
        .subscribed()
        .map(|subscribed| subscribed.line)
        .filter(move |line| !is_trial && !is_legacy(line))
        .filter(|line| status(order, line) == SubscriptionStatus::Active)
        .filter_map(|line| last_day(order, line))
}

impl Subscription {
    fn of(subscribed: Subscribed<'_>) -> Self {
        let Subscribed { order, line, id } = subscribed;
        let cycle = BillingCycle::from_word(&order.billing_cycle);
        let is_trial = cycle == Some(BillingCycle::None);
        // What is billed by use has no licences: Azure of old, and a savings plan.
        let is_licensed =
            cycle != Some(BillingCycle::Unknown) && line.purchase_commitment.is_none();
        let start = Day::of(&order.creation_date);
        let end = last_day(order, line);
        let publisher = catalogue::publisher(&line.offer_id);
        Self {
            id: id.to_owned(),
            offer_id: line.offer_id.clone(),
            offer_name: line.friendly_name.clone(),
            friendly_name: line.friendly_name.clone(),
            quantity: line.quantity,
            unit_type: is_licensed.then_some("Licenses"),
            // The lines after the first one of a legacy order are add-ons themselves.
            has_purchasable_addons: is_legacy(line) && line.line_item_number == 0 && !is_trial,
            creation_date: order.creation_date.clone(),
            effective_start_date: start.map(|day| day.to_string()),
            commitment_end_date: end.map(|day| day.to_string()),
            status: status(order, line),
            auto_renew_enabled: line.quantity > 0 && !is_trial,
            is_trial,
            is_microsoft_product: publisher.is_none(),
            publisher_name: publisher,
            billing_type: is_licensed.then_some("license"),
            billing_cycle: order.billing_cycle.clone(),
            term_duration: line.term_duration.clone(),
            contract_type: "subscription",
            order_id: order.id.clone(),
            links: SubscriptionLinks::of(subscribed),
            attributes: Attributes::versioned("Subscription", id),
        }
    }
}

impl SubscriptionLinks {
    fn of(Subscribed { order, line, id }: Subscribed<'_>) -> Self {
        let customer = &order.reference_customer_id;
        let of_line = line.links.clone().unwrap_or_default();
        Self {
            // The documented sample has the version in front in this one link.
            offer: is_legacy(line).then(|| Link::get(format!("/v1/offers/{}", line.offer_id))),
            product: of_line.product,
            sku: of_line.sku,
            availability: of_line.availability,
            activation_links: activation::is_possible(order.status, &line.offer_id)
                .then(|| Link::get(activation::path_of_subscription(customer, id))),
            this: Link::get(format!("/customers/{customer}/subscriptions/{id}")),
        }
    }
}

/// The last day of the term that a line is in, chosen or counted.
fn last_day(order: &Order, line: &LineItem) -> Option<Day> {
    match &line.custom_term_end_date {
        Some(chosen) => Day::of(chosen),
        None => {
            let cycle = BillingCycle::from_word(&order.billing_cycle);
            Day::of(&order.creation_date)?.last_of(term(line, cycle)?)
        }
    }
}

/// Legacy offers are named by a GUID.
fn is_legacy(line: &LineItem) -> bool {
    is_guid(&line.offer_id)
}

/// A line of nothing is a cancelled one.
fn status(order: &Order, line: &LineItem) -> SubscriptionStatus {
    match (line.quantity, order.status) {
        (0, _) => SubscriptionStatus::Deleted,
        (_, Some(OrderStatus::Suspended)) => SubscriptionStatus::Suspended,
        _ => SubscriptionStatus::Active,
    }
}

/// Lines of legacy offers do not tell their term: a month to try, a year to stay, none for what is billed by use.
fn term(line: &LineItem, cycle: Option<BillingCycle>) -> Option<&str> {
    match (&line.term_duration, cycle) {
        (Some(term), _) => Some(term),
        (None, Some(BillingCycle::None)) => Some("P1M"),
        (None, Some(BillingCycle::Unknown)) => None,
        (None, _) => Some("P1Y"),
    }
}
