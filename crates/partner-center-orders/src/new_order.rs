//! What is to be bought?

use std::collections::BTreeMap;

use partner_center_orders_api::{
    BillingCycle, Decimal, NewOrder as WireOrder, NewOrderLineItem as WireLine, PurchaseCommitment,
    RenewalTerm, Timestamp,
};

use crate::check;
use crate::error::Error;
use crate::written;

/// An order to be placed by [`Orders::create`](crate::Orders::create): only members that the service takes, checked before
/// anything is sent.
///
/// ```
/// use partner_center_orders::{BillingCycle, NewLineItem, NewOrder};
///
/// let seats = NewLineItem::new("CFQ7TTC0LH16:0001:CFQ7TTC0K18P", 5).term_duration("P1Y");
/// let order = NewOrder::new([seats]).billing_cycle(BillingCycle::Monthly);
/// assert!(order.check().is_ok());
///
/// let none = NewOrder::new([]);
/// assert_eq!(none.check().unwrap_err().to_string(), "lineItems is empty: an order has at least one line item");
/// ```
///
/// Source: documented in create-order.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "nothing is bought before this is sent"]
pub struct NewOrder {
    pub(crate) wire: WireOrder,
    pub(crate) customer_user_upn: Option<String>,
}

impl NewOrder {
    /// An order of these line items, which are numbered from 0 in their order.
    pub fn new(line_items: impl IntoIterator<Item = NewLineItem>) -> Self {
        let numbered = (0..).zip(line_items).map(|(number, line)| WireLine {
            line_item_number: number,
            ..line.0
        });
        Self {
            wire: WireOrder {
                billing_cycle: None,
                currency_code: None,
                line_items: numbered.collect(),
                partner_on_record_attestation_accepted: None,
                reference_customer_id: None,
            },
            customer_user_upn: None,
        }
    }

    /// Reads an order as it is on the wire.
    ///
    /// ```
    /// use partner_center_orders::NewOrder;
    ///
    /// let order = NewOrder::from_json(
    ///     r#"{"lineItems": [{"lineItemNumber": 0, "offerId": "031C9E47-4802-4248-838E-778FB1D2CC05", "quantity": 1}]}"#,
    /// )?;
    /// # assert!(order.check().is_ok());
    /// let wrong = NewOrder::from_json(r#"{"lineItems": [], "status": "none"}"#).unwrap_err();
    /// assert_eq!(wrong.to_string(), "the order has members that cannot be sent: status");
    /// # Ok::<(), partner_center_orders::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Input` when it is no JSON of that shape, or has members that are not the caller's to set. What the values say is
    /// for [`check`](Self::check).
    pub fn from_json(json: &str) -> Result<Self, Error> {
        Ok(Self {
            wire: written::read("order", json)?,
            customer_user_upn: None,
        })
    }

    /// How often the order is billed. The service chooses when it is not said.
    pub fn billing_cycle(mut self, cycle: BillingCycle) -> Self {
        self.wire.billing_cycle = Some(cycle);
        self
    }

    /// The currency to pay in, an ISO 4217 code: the partner's or the customer's.
    pub fn currency(mut self, code: impl Into<String>) -> Self {
        self.wire.currency_code = Some(code.into());
        self
    }

    /// Whether the partner confirms who is on record. Some offers need it (900206); say `true` only when somebody
    /// confirmed it.
    pub fn partner_on_record_attestation(mut self, accepted: bool) -> Self {
        self.wire.partner_on_record_attestation_accepted = Some(accepted);
        self
    }

    /// The customer's user who gets the licences, by user principal name.
    ///
    /// Source: seen in the C# SDK only.
    pub fn customer_user_upn(mut self, upn: impl Into<String>) -> Self {
        self.customer_user_upn = Some(upn.into());
        self
    }

    /// Says now what sending would say of the order itself.
    ///
    /// # Errors
    /// `Input`, naming the member as it is called on the wire: no line items, numbers other than 0 to the number of lines
    /// less one, a quantity below 1, a blank offer, a currency that is no code, a billing cycle of `unknown`, more than five
    /// additional partners, a savings plan's commitment that lacks a member, a time that is none, a blank text.
    pub fn check(&self) -> Result<(), Error> {
        check::new_order(&self.wire)?;
        match &self.customer_user_upn {
            Some(upn) => check::header("x-ms-customeruser-upn", upn),
            None => Ok(()),
        }
    }
}

/// One offer in an order to be placed.
///
/// Source: documented in create-order, order-resources; `promotion` seen in the SDKs.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "it does nothing by itself"]
pub struct NewLineItem(WireLine);

impl NewLineItem {
    /// So many of an offer: a legacy offer's GUID, or product, SKU and availability joined by colons.
    pub fn new(offer_id: impl Into<String>, quantity: i32) -> Self {
        Self(WireLine {
            additional_partner_ids_on_record: Vec::new(),
            attestation_accepted: None,
            custom_term_end_date: None,
            friendly_name: None,
            line_item_number: 0,
            offer_id: offer_id.into(),
            partner_id_on_record: None,
            promotion_id: None,
            provisioning_context: BTreeMap::new(),
            purchase_commitment: None,
            quantity,
            renews_to: None,
            term_duration: None,
        })
    }

    /// Azure reservations: for an Azure subscription, with a scope such as `shared` and a duration such as `1Year` or
    /// `3Years`.
    pub fn reservation(
        offer_id: impl Into<String>,
        quantity: i32,
        subscription_id: impl Into<String>,
        scope: impl Into<String>,
        duration: impl Into<String>,
    ) -> Self {
        Self::new(offer_id, quantity)
            .provisioning_context("subscriptionId", subscription_id)
            .provisioning_context("scope", scope)
            .provisioning_context("duration", duration)
    }

    /// An Azure savings plan: what is committed to for every hour, in a currency (`usd` in the samples). Its scope and what
    /// belongs to it are set by [`provisioning_context`](Self::provisioning_context): with `single` the `entitlementId`,
    /// an Azure subscription; with `shared` the `subscriptionId`, an Azure plan.
    ///
    /// ```
    /// use partner_center_orders::NewLineItem;
    ///
    /// let plan = NewLineItem::savings_plan("DZH318Z0SB11:000B:DZH318Z0RW8M", "P1Y", "0.35".parse()?, "usd")
    ///     .provisioning_context("scope", "shared")
    ///     .provisioning_context("subscriptionId", "77e2b6c3-1d1f-4a5b-8e0b-0d3c1c0c6d21");
    /// # Ok::<(), partner_center_orders::NotANumber>(())
    /// ```
    pub fn savings_plan(
        offer_id: impl Into<String>,
        term_duration: impl Into<String>,
        hourly: Decimal,
        currency: impl Into<String>,
    ) -> Self {
        Self::new(offer_id, 1)
            .term_duration(term_duration)
            .purchase_commitment(hourly, currency, "hourly")
    }

    /// The partner's name for the line.
    pub fn friendly_name(mut self, name: impl Into<String>) -> Self {
        self.0.friendly_name = Some(name.into());
        self
    }

    /// The length of the term, an ISO 8601 duration such as `P1M`, `P1Y` or `P3Y`.
    pub fn term_duration(mut self, term: impl Into<String>) -> Self {
        self.0.term_duration = Some(term.into());
        self
    }

    /// The term after this one, in the same form.
    pub fn renews_to(mut self, term: impl Into<String>) -> Self {
        self.0.renews_to = Some(RenewalTerm {
            term_duration: Some(term.into()),
        });
        self
    }

    /// The end of the first term: that of an active subscription of new commerce, or of a calendar month. Anything else is
    /// refused with 900242.
    pub fn custom_term_end_date(mut self, end: impl Into<Timestamp>) -> Self {
        self.0.custom_term_end_date = Some(end.into());
        self
    }

    /// A promotion to apply.
    pub fn promotion(mut self, id: impl Into<String>) -> Self {
        self.0.promotion_id = Some(id.into());
        self
    }

    /// The indirect reseller, by PartnerID; set by an indirect provider, and never its own. Without it the order goes
    /// through, and the reseller is not on record.
    pub fn partner_id_on_record(mut self, id: impl Into<String>) -> Self {
        self.0.partner_id_on_record = Some(id.into());
        self
    }

    /// Further indirect resellers, five at most; in the EU and EFTA only.
    pub fn additional_partner_ids_on_record<I>(mut self, ids: I) -> Self
    where
        I: IntoIterator<Item: Into<String>>,
    {
        self.0.additional_partner_ids_on_record = ids.into_iter().map(Into::into).collect();
        self
    }

    /// Whether the conditions of the offer are agreed to, where its SKU asks for that (900203).
    pub fn attestation(mut self, accepted: bool) -> Self {
        self.0.attestation_accepted = Some(accepted);
        self
    }

    /// One thing that provisioning needs to know; the SKU's `provisioningVariables` say which there are.
    pub fn provisioning_context(
        mut self,
        name: impl Into<String>,
        value: impl Into<String>,
    ) -> Self {
        self.0
            .provisioning_context
            .insert(name.into(), value.into());
        self
    }

    /// What a savings plan commits to: an amount for each grain of time.
    pub fn purchase_commitment(
        mut self,
        amount: Decimal,
        currency: impl Into<String>,
        grain: impl Into<String>,
    ) -> Self {
        self.0.purchase_commitment = Some(PurchaseCommitment {
            amount: Some(amount),
            currency: Some(currency.into()),
            grain: Some(grain.into()),
        });
        self
    }
}
