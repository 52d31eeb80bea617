//! What does an order look like on the wire?
//!
//! The members are those of the spec's schemas, in their order. An absent member is left out, never null. Reading
//! refuses members that are not listed here: an order must not lose one on its way through.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
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
    pub(crate) partner_on_record_attestation_accepted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) links: Option<OrderLinks>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) client: Option<ClientContext>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attributes: Option<Attributes>,
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

/// Which program placed an order; the simulator's own orders do not tell.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ClientContext {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) marketplace_country: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) device_family: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) name: Option<String>,
}

/// Where an order can be read, followed and changed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct OrderLinks {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provisioning_status: Option<Link>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) patch_operation: Option<Link>,
    #[serde(rename = "self", skip_serializing_if = "Option::is_none")]
    pub(crate) this: Option<Link>,
}

impl OrderLinks {
    /// The links that orders of every generation have.
    pub(crate) fn of(customer_id: &str, order_id: &str) -> Self {
        let path = format!("/customers/{customer_id}/orders/{order_id}");
        Self {
            provisioning_status: Some(Link::get(format!("{path}/provisioningstatus"))),
            patch_operation: None,
            this: Some(Link::get(path)),
        }
    }

    /// The same with the link that orders of the new commerce have.
    pub(crate) fn with_patch_operation(customer_id: &str, order_id: &str) -> Self {
        let path = format!("/customers/{customer_id}/orders/{order_id}");
        Self {
            patch_operation: Some(Link::patch(path)),
            ..Self::of(customer_id, order_id)
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
    pub(crate) parent_subscription_id: Option<String>,
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
    pub(crate) renews_to: Option<RenewsTo>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) partner_id_on_record: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) additional_partner_ids_on_record: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) provisioning_context: Option<BTreeMap<String, String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attestation_accepted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pricing: Option<Pricing>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) purchase_commitment: Option<PurchaseCommitment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) links: Option<LineItemLinks>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) attributes: Option<Attributes>,
}

impl LineItem {
    /// A line with the members that every line has.
    pub(crate) fn new(number: usize, offer_id: String, friendly_name: &str, quantity: u64) -> Self {
        Self {
            line_item_number: number,
            offer_id,
            subscription_id: None,
            parent_subscription_id: None,
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
            attestation_accepted: None,
            pricing: None,
            purchase_commitment: None,
            links: None,
            attributes: None,
        }
    }
}

/// What a line renews to: one term in most sources, several in others.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum RenewsTo {
    One(RenewalTerm),
    Several(Vec<RenewalTerm>),
}

// What serde derives for this would not tell what is wrong with a term.
impl<'de> Deserialize<'de> for RenewsTo {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneOrSeveral;

        impl<'de> Visitor<'de> for OneOrSeveral {
            type Value = RenewsTo;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a term or several")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RenewsTo, A::Error> {
                Deserialize::deserialize(MapAccessDeserializer::new(map)).map(RenewsTo::One)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, terms: A) -> Result<RenewsTo, A::Error> {
                Deserialize::deserialize(SeqAccessDeserializer::new(terms)).map(RenewsTo::Several)
            }
        }

        deserializer.deserialize_any(OneOrSeveral)
    }
}

/// The term that follows the current one.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RenewalTerm {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) term_duration: Option<String>,
}

impl RenewsTo {
    pub(crate) fn term(duration: impl Into<String>) -> Self {
        let term_duration = Some(duration.into());
        Self::One(RenewalTerm { term_duration })
    }
}

/// Prices of a line before tax: of one unit, and of all of them (`extendedPrice`).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Pricing {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) list_price: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) discounted_price: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) prorated_price: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) price: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) extended_price: Option<Amount>,
}

/// What a savings plan commits to spend.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct PurchaseCommitment {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Amount>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) currency: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) grain: Option<String>,
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
