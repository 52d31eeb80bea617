//! Which rule does a purchase, or a change of one, break?
//!
//! These are the answers of an operation itself, so that the same request id gets them again. Codes and statuses are the
//! documented ones.

use http::StatusCode;

/// A rule, by what breaks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Denial {
    RequestInvalid,
    StatusUnknown,
    LineNumbersWrong,
    OfferInvalid,
    QuantityNotAllowed,
    QuantityUnavailable,
    ParentOnPurchase,
    CycleMissing,
    TermInvalid,
    CycleLongerThanTerm,
    TermEndInvalid,
    CurrencyInvalid,
    AttestationMissing,
    AddOnUnrelated,
    SubscriptionInactive,
    CycleUnsupported,
    CycleInactive,
    CyclePending,
    QuantityFixed,
    QuantitySuspended,
    ChangePending,
    NotCancellable,
    LegacyNotCancellable,
    MarketplaceNotCancellable,
    SavingsPlanNotCancellable,
    CancelledTooLate,
    EtagOutdated,
    OperationUnsupported,
    PurchaseOrderMissing,
    MetadataInvalid,
    TenderMissing,
}

/// Where the body of an answer comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wording {
    /// An example of the spec, by the response that it belongs to and its name.
    Example(&'static str, &'static str),
    /// Code and description.
    Own(&'static str, &'static str),
}

impl Denial {
    pub(crate) const ALL: [Self; 31] = [
        Self::RequestInvalid,
        Self::StatusUnknown,
        Self::LineNumbersWrong,
        Self::OfferInvalid,
        Self::QuantityNotAllowed,
        Self::QuantityUnavailable,
        Self::ParentOnPurchase,
        Self::CycleMissing,
        Self::TermInvalid,
        Self::CycleLongerThanTerm,
        Self::TermEndInvalid,
        Self::CurrencyInvalid,
        Self::AttestationMissing,
        Self::AddOnUnrelated,
        Self::SubscriptionInactive,
        Self::CycleUnsupported,
        Self::CycleInactive,
        Self::CyclePending,
        Self::QuantityFixed,
        Self::QuantitySuspended,
        Self::ChangePending,
        Self::NotCancellable,
        Self::LegacyNotCancellable,
        Self::MarketplaceNotCancellable,
        Self::SavingsPlanNotCancellable,
        Self::CancelledTooLate,
        Self::EtagOutdated,
        Self::OperationUnsupported,
        Self::PurchaseOrderMissing,
        Self::MetadataInvalid,
        Self::TenderMissing,
    ];

    /// The status and the body of the answer.
    pub(crate) fn answer(self) -> (StatusCode, Wording) {
        use Wording::{Example, Own};
        let (status, wording) = match self {
            Self::RequestInvalid => (400, Example("BadRequest", "invalid_request")),
            // The one code that was recorded as a number.
            Self::StatusUnknown => (400, Example("BadRequest", "numeric_code")),
            Self::LineNumbersWrong => (400, Example("BadRequest", "line_item_numbers")),
            Self::OfferInvalid => (400, Own("800004", "This is no id of an offer.")),
            Self::QuantityNotAllowed => (
                400,
                Own("900275", "The offer is not sold in this quantity."),
            ),
            Self::QuantityUnavailable => {
                (400, Own("800017", "There is not so much of this offer."))
            }
            Self::ParentOnPurchase => (
                400,
                Own("2000", "A new order cannot name a parent subscription."),
            ),
            Self::CycleMissing => (
                400,
                Own("2004", "The offer is not billed in an unknown cycle."),
            ),
            Self::TermInvalid => (400, Own("800121", "This is no duration of a term.")),
            Self::CycleLongerThanTerm => (
                400,
                Own(
                    "900270",
                    "The term ends before the first billing cycle does.",
                ),
            ),
            Self::TermEndInvalid => (
                400,
                Own(
                    "900242",
                    "Neither a month nor a subscription ends on this day.",
                ),
            ),
            Self::CurrencyInvalid => (
                400,
                Own(
                    "900169",
                    "Neither the partner nor the customer pays in this currency.",
                ),
            ),
            Self::AttestationMissing => (400, Example("BadRequest", "attestation_missing")),
            Self::AddOnUnrelated => (
                400,
                Own("800029", "The parent subscription takes no such add-on."),
            ),
            Self::SubscriptionInactive => (400, Own("800012", "The subscription is not active.")),
            Self::CycleUnsupported => (
                400,
                Own("6001", "An offer of the order is not billed in this cycle."),
            ),
            Self::CycleInactive => (
                400,
                Own("6000", "A subscription of the order is not active."),
            ),
            Self::CyclePending => (
                400,
                Own(
                    "800072",
                    "A subscription of the order is still being provisioned.",
                ),
            ),
            Self::QuantityFixed => (
                403,
                Own("800027", "The quantity of this offer cannot be changed."),
            ),
            Self::QuantitySuspended => (
                400,
                Own(
                    "2001",
                    "The quantity cannot be changed while the subscription is suspended.",
                ),
            ),
            Self::ChangePending => (409, Example("Conflict", "change_pending")),
            Self::NotCancellable => (400, Example("BadRequest", "not_cancellable")),
            Self::LegacyNotCancellable => (
                400,
                Own(
                    "800063",
                    "This order cannot be cancelled; suspend its subscriptions instead.",
                ),
            ),
            Self::MarketplaceNotCancellable => (
                403,
                Own(
                    "800077",
                    "What a publisher sells is cancelled by a change of the subscription.",
                ),
            ),
            Self::SavingsPlanNotCancellable => {
                (403, Own("900321", "A savings plan cannot be changed here."))
            }
            Self::CancelledTooLate => {
                (400, Own("900117", "An order can be cancelled for 60 days."))
            }
            Self::EtagOutdated => (400, Example("BadRequest", "etag_outdated")),
            Self::PurchaseOrderMissing => (400, Example("BadRequest", "purchase_order_missing")),
            Self::MetadataInvalid => (400, Example("BadRequest", "metadata_invalid")),
            Self::TenderMissing => (
                400,
                Own(
                    "900253",
                    "A part of a tender needs a tender document or a link to one.",
                ),
            ),
            Self::OperationUnsupported => {
                (400, Own("900141", "This is not supported for the order."))
            }
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, wording)
    }
}
