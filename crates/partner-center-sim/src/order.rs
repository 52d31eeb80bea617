//! What does an order look like on the wire?
//!
//! The members are those of the spec's schemas, in their order. An absent member is left out, never null. Reading
//! refuses members that are not listed here: an example of the spec must not lose one on its way through.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::amount::Amount;
use crate::link::{Attributes, Link};

/// What a partner bought for a customer in one purchase.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Order {
    pub(crate) id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) alternate_id: Option<String>,
    pub(crate) reference_customer_id: String,
    /// Text, because the service does not spell all of its own words alike.
    pub(crate) billing_cycle: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) currency_code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) currency_symbol: Option<String>,
    pub(crate) line_items: Vec<LineItem>,
    pub(crate) creation_date: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<OrderStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) transaction_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) total_price: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) links: Option<OrderLinks>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client: Option<ClientContext>,
    pub(crate) attributes: Attributes,
}

/// Where an order stands.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderStatus {
    Unknown,
    Completed,
    Pending,
    Cancelled,
    Suspended,
    PendingReview,
    PendingPoUpload,
    PoUploadComplete,
    PoReviewRejected,
    PartialSuccess,
    Error,
}

impl OrderStatus {
    /// In the service's numbering.
    const ALL: [Self; 11] = [
        Self::Unknown,
        Self::Completed,
        Self::Pending,
        Self::Cancelled,
        Self::Suspended,
        Self::PendingReview,
        Self::PendingPoUpload,
        Self::PoUploadComplete,
        Self::PoReviewRejected,
        Self::PartialSuccess,
        Self::Error,
    ];

    /// Reads a word in any letter case, with or without underscores, or the number of one.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        if let Ok(number) = word.parse::<usize>() {
            return Self::ALL.get(number).copied();
        }
        // The names of the variants are the words without their underscores.
        let folded = word.replace('_', "");
        Self::ALL
            .into_iter()
            .find(|status| format!("{status:?}").eq_ignore_ascii_case(&folded))
    }
}

/// An object that is always empty.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClientContext {}

/// Where an order can be read, followed and changed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OrderLinks {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provisioning_status: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) patch_operation: Option<Link>,
    #[serde(rename = "self")]
    pub(crate) this: Link,
}

impl OrderLinks {
    /// The links that orders of every generation have.
    pub(crate) fn of(customer_id: &str, order_id: &str) -> Self {
        let path = format!("/customers/{customer_id}/orders/{order_id}");
        Self {
            provisioning_status: Some(Link::get(format!("{path}/provisioningstatus"))),
            patch_operation: None,
            this: Link::get(path),
        }
    }
}

/// One offer in an order.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LineItem {
    pub(crate) line_item_number: usize,
    pub(crate) offer_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subscription_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) friendly_name: Option<String>,
    pub(crate) quantity: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) term_duration: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) transaction_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) promotion_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) custom_term_end_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) renews_to: Option<RenewalTerm>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) partner_id_on_record: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) additional_partner_ids_on_record: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provisioning_context: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pricing: Option<Pricing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) purchase_commitment: Option<PurchaseCommitment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) links: Option<LineItemLinks>,
}

impl LineItem {
    /// A line with the members that every line has.
    pub(crate) fn new(number: usize, offer_id: String, friendly_name: &str, quantity: u64) -> Self {
        Self {
            line_item_number: number,
            offer_id,
            subscription_id: None,
            friendly_name: Some(friendly_name.to_owned()),
            quantity,
            term_duration: None,
            transaction_type: None,
            promotion_id: None,
            custom_term_end_date: None,
            renews_to: None,
            partner_id_on_record: None,
            additional_partner_ids_on_record: None,
            provisioning_context: None,
            pricing: None,
            purchase_commitment: None,
            links: None,
        }
    }
}

/// The term that follows the current one.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RenewalTerm {
    pub(crate) term_duration: String,
}

/// Prices of a line before tax: of one unit, and of all of them (`extendedPrice`).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Pricing {
    pub(crate) list_price: Amount,
    pub(crate) discounted_price: Amount,
    pub(crate) prorated_price: Amount,
    pub(crate) price: Amount,
    pub(crate) extended_price: Amount,
}

/// What a savings plan commits to spend.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PurchaseCommitment {
    pub(crate) amount: Amount,
    pub(crate) currency: String,
    pub(crate) grain: String,
}

/// Where a line's product and subscription are found; which of them are there depends on the kind of offer.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LineItemLinks {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) subscription: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) product: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sku: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) availability: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provisioning_status: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) activation_links: Option<Link>,
}
