//! Which words does the service use? Their sources are in `spec/orders.yaml`; a test holds the two lists together.

use super::open_enum::open_enum;

open_enum! {
    /// How often an order is billed, as bodies spell it.
    ///
    /// ```
    /// use partner_center_orders_api::BillingCycle;
    ///
    /// assert_eq!(BillingCycle::from("OneTime"), BillingCycle::OneTime);
    /// assert_eq!(BillingCycle::OneTime.as_str(), "one_time");
    /// assert_eq!(BillingCycle::from("Fortnightly").as_str(), "Fortnightly");
    /// ```
    BillingCycle {
        /// The service's own word for no known cycle.
        Unknown = "unknown",
        /// Every month.
        Monthly = "monthly",
        /// Every year.
        Annual = "annual",
        /// Not at all, as for trials.
        None = "none",
        /// Once.
        OneTime = "one_time",
        /// Every three years.
        Triennial = "triennial",
        /// Every two years.
        Biennial = "biennial",
    }
}

open_enum! {
    /// A billing cycle as the query parameter `billingType` spells it, made from a [`BillingCycle`].
    BillingType {
        /// Every month.
        Monthly = "monthly",
        /// Every year.
        Annual = "annual",
        /// Not at all, as for trials.
        None = "none",
        /// Once.
        OneTime = "onetime",
        /// Every three years.
        Triennial = "triennial",
        /// Every two years.
        Biennial = "biennial",
    }
}

/// The words are the same apart from underscores; one that has no counterpart stays as it is.
impl From<BillingCycle> for BillingType {
    fn from(cycle: BillingCycle) -> Self {
        Self::from(cycle.as_str())
    }
}

open_enum! {
    /// Where an order stands.
    OrderStatus {
        /// The service's own word for no known status.
        Unknown = "unknown",
        /// Done.
        Completed = "completed",
        /// Accepted, not done yet.
        Pending = "pending",
        /// Cancelled.
        Cancelled = "cancelled",
        /// Suspended.
        Suspended = "suspended",
        /// Waits for a review.
        PendingReview = "pending_review",
        /// Waits for the purchase order to be uploaded.
        PendingPoUpload = "pending_po_upload",
        /// The purchase order was uploaded.
        PoUploadComplete = "po_upload_complete",
        /// The purchase order was rejected.
        PoReviewRejected = "po_review_rejected",
        /// Some lines went through, others did not.
        PartialSuccess = "partial_success",
        /// Failed.
        Error = "error",
    }
}

open_enum! {
    /// Who caused an order.
    OrderTransactionType {
        /// A user bought something.
        UserPurchase = "UserPurchase",
        /// The system bought something, as at a renewal.
        SystemPurchase = "SystemPurchase",
        /// The system billed something.
        SystemBilling = "SystemBilling",
    }
}

open_enum! {
    /// What a line item does.
    LineItemTransactionType {
        /// A first purchase.
        New = "new",
        /// A renewal.
        Renew = "renew",
        /// More units.
        AddQuantity = "addQuantity",
        /// Fewer units.
        RemoveQuantity = "removeQuantity",
        /// A cancellation.
        Cancel = "cancel",
        /// A conversion, as from a trial.
        Convert = "convert",
        /// A credit to the customer.
        CustomerCredit = "customerCredit",
    }
}

open_enum! {
    /// How far the delivery of a line item got.
    ProvisioningStatus {
        /// Delivered.
        Fulfilled = "fulfilled",
        /// Not delivered.
        Unfulfilled = "unfulfilled",
        /// On its way.
        PrefulfillmentPending = "prefulfillmentpending",
    }
}

open_enum! {
    /// What an attachment is for.
    AttachmentType {
        /// A purchase order.
        PurchaseOrder = "POAttachment",
        /// A tender document.
        Tender = "TenderAttachment",
    }
}

open_enum! {
    /// Where a subscription stands.
    SubscriptionStatus {
        /// The service's own word for none.
        None = "none",
        /// In use.
        Active = "active",
        /// Not there yet.
        Pending = "pending",
        /// Suspended, as by the partner.
        Suspended = "suspended",
        /// Past its term.
        Expired = "expired",
        /// Disabled.
        Disabled = "disabled",
        /// Deleted.
        Deleted = "deleted",
    }
}

open_enum! {
    /// What a subscription is billed by.
    SubscriptionBillingType {
        /// The service's own word for none.
        None = "none",
        /// What is used.
        Usage = "usage",
        /// Licences.
        License = "license",
        /// A benefit.
        Benefit = "benefit",
    }
}

open_enum! {
    /// What the customer got.
    ContractType {
        /// A subscription.
        Subscription = "subscription",
        /// A product key.
        ProductKey = "productKey",
        /// A code to redeem.
        RedemptionCode = "redemptionCode",
    }
}

#[cfg(test)]
mod tests {
    use super::{
        BillingCycle, BillingType, LineItemTransactionType, OrderStatus, ProvisioningStatus,
    };

    #[test]
    fn a_known_word_is_recognised_in_any_case_with_or_without_underscores() {
        for text in [
            "one_time",
            "oneTime",
            "OneTime",
            "ONE_TIME",
            "onetime",
            "_one__time_",
        ] {
            assert_eq!(BillingCycle::from(text), BillingCycle::OneTime, "{text}");
        }
        assert_eq!(
            LineItemTransactionType::from("New"),
            LineItemTransactionType::New
        );
        assert_eq!(
            LineItemTransactionType::from("addquantity").as_str(),
            "addQuantity"
        );
        let pending = ProvisioningStatus::from("prefulfillment_pending");
        assert_eq!(pending.as_str(), "prefulfillmentpending");
    }

    #[test]
    fn an_unknown_word_goes_back_byte_for_byte() {
        for text in ["On_Hold", "", " completed", "erledigt \u{2713}"] {
            let json = serde_json::to_string(text).unwrap();
            let status: OrderStatus = serde_json::from_str(&json).unwrap();
            assert!(matches!(status, OrderStatus::Unrecognized(_)), "{text:?}");
            assert_eq!(serde_json::to_string(&status).unwrap(), json);
        }
    }

    #[test]
    fn a_scalar_that_is_no_text_is_kept_as_text() {
        for (json, text) in [("4", "4"), ("-1", "-1"), ("true", "true"), ("1.5", "1.5")] {
            assert_eq!(
                serde_json::from_str::<OrderStatus>(json).unwrap().as_str(),
                text
            );
        }
    }

    #[test]
    fn the_query_spells_a_billing_cycle_without_underscore() {
        assert_eq!(BillingType::from(BillingCycle::OneTime).as_str(), "onetime");
        assert_eq!(BillingType::from(BillingCycle::Monthly).as_str(), "monthly");
        assert_eq!(
            BillingType::from(BillingCycle::from("Weekly")).as_str(),
            "Weekly"
        );
    }
}
