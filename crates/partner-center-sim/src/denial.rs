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
    pub(crate) const ALL: [Self; 13] = [
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
        };
        let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, wording)
    }
}
