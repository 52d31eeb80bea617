//! What is to change in an order?
//!
//! One method of the service stands for several documented changes, which need different members. Which one is meant is
//! kept, so that what is missing can be said before sending.

use partner_center_orders_api::{
    BillingCycle, Order, OrderLineItem, OrderPatch as WirePatch, OrderPatchLineItem as WireLine,
    OrderStatus, SubscriptionId,
};

use crate::check;
use crate::error::Error;
use crate::written;

/// The part of an order that is to change, for [`OrderHandle::update`](crate::OrderHandle::update).
///
/// For new commerce the service changes nothing this way: seats, billing cycle and cancellation of a subscription of new
/// commerce are changed by PATCH of the subscription, for which there is
/// [`PartnerCenter::request`](crate::PartnerCenter::request).
///
/// ```
/// use partner_center_orders::{OrderPatch, PatchLineItem};
///
/// let patch = OrderPatch::default()
///     .line_item(PatchLineItem::new(0, "031C9E47-4802-4248-838E-778FB1D2CC05").quantity(12));
/// assert!(patch.check().is_ok());
/// assert_eq!(OrderPatch::default().check().unwrap_err().to_string(), "the change is empty");
/// ```
///
/// Source: documented in add-on-purchase, change-billing-cycle, cancel-software, cancel-sandbox-order; that a whole order
/// may be sent back is seen in the C# SDK.
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use = "nothing is changed before this is sent"]
pub struct OrderPatch {
    pub(crate) wire: WirePatch,
    pub(crate) purpose: Purpose,
}

/// Which of the documented changes it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Purpose {
    #[default]
    Any,
    /// Of some line items, never of all for want of any.
    LineCancellation,
    AddOn,
    BillingCycle,
}

impl OrderPatch {
    /// Cancels some line items of the order: software, also in production, and Azure reservations in the sandbox. Not
    /// after the window for it has passed, and nothing else.
    ///
    /// There must be one. The whole order is cancelled by [`OrderHandle::cancel`](crate::OrderHandle::cancel), and not
    /// because a search for line items found none.
    ///
    /// ```
    /// use partner_center_orders::{OrderPatch, PatchLineItem};
    ///
    /// let line = PatchLineItem::new(1, "DG7GMGF0SB10:0007:DG7GMGF0RV2J");
    /// assert!(OrderPatch::cancellation([line]).check().is_ok());
    /// assert!(OrderPatch::cancellation([]).check().is_err());
    /// ```
    pub fn cancellation(line_items: impl IntoIterator<Item = PatchLineItem>) -> Self {
        Self::of(Purpose::LineCancellation, line_items).cancelled()
    }

    /// Cancels the whole order.
    pub(crate) fn whole_cancellation() -> Self {
        Self::default().cancelled()
    }

    fn cancelled(mut self) -> Self {
        self.wire.status = Some(OrderStatus::Cancelled);
        self
    }

    /// Buys add-ons to subscriptions of the order; for legacy offers. The line items are numbered from 0 in their order,
    /// whatever numbers they get in the answer.
    pub fn add_on(line_items: impl IntoIterator<Item = PatchLineItem>) -> Self {
        let mut patch = Self::of(Purpose::AddOn, line_items);
        for (number, line) in (0..).zip(&mut patch.wire.line_items) {
            line.line_item_number = number;
        }
        patch
    }

    /// Changes how often the line items are billed, monthly or annually; for licences of legacy offers.
    pub fn billing_cycle_change(
        cycle: BillingCycle,
        line_items: impl IntoIterator<Item = PatchLineItem>,
    ) -> Self {
        Self::of(Purpose::BillingCycle, line_items).billing_cycle(cycle)
    }

    /// Reads a change as it is on the wire.
    ///
    /// # Errors
    /// `Input` when it is no JSON of that shape, or has members that are not the caller's to set.
    pub fn from_json(json: &str) -> Result<Self, Error> {
        Ok(Self {
            wire: written::read("change", json)?,
            purpose: Purpose::Any,
        })
    }

    fn of(purpose: Purpose, line_items: impl IntoIterator<Item = PatchLineItem>) -> Self {
        let line_items = line_items.into_iter().map(|line| line.0).collect();
        Self {
            wire: WirePatch {
                line_items,
                ..WirePatch::default()
            },
            purpose,
        }
    }

    /// The new billing cycle.
    pub fn billing_cycle(mut self, cycle: BillingCycle) -> Self {
        self.wire.billing_cycle = Some(cycle);
        self
    }

    /// A line item to add or to change.
    pub fn line_item(mut self, line: PatchLineItem) -> Self {
        self.wire.line_items.push(line.0);
        self
    }

    /// Says now what sending would say of the change itself.
    ///
    /// # Errors
    /// `Input`, naming the member as it is called on the wire: nothing to change, a blank text, a quantity below 0, two line
    /// items with one number, a status other than `cancelled`, a billing cycle of `unknown`; an add-on without parent
    /// subscription, or without a quantity of at least 1; another billing cycle without line items, or for one without
    /// subscription or quantity; a cancellation of line items without any.
    pub fn check(&self) -> Result<(), Error> {
        check::order_patch(&self.wire, self.purpose)
    }
}

/// All of a read order that may be sent back: `id`, billing cycle, and of each line its number, offer, subscription, name,
/// quantity and partner on record. What the service sets itself is left out, and so are a billing cycle of `unknown` and
/// texts that are blank, which say nothing.
impl From<&Order> for OrderPatch {
    fn from(order: &Order) -> Self {
        let cycle = order.billing_cycle.clone();
        Self {
            wire: WirePatch {
                billing_cycle: cycle
                    .filter(|cycle| *cycle != BillingCycle::Unknown && is_filled(cycle.as_str())),
                id: Some(order.id.clone()),
                line_items: order
                    .line_items()
                    .iter()
                    .filter_map(|line| PatchLineItem::of(line).map(|line| line.0))
                    .collect(),
                reference_customer_id: None,
                status: None,
            },
            purpose: Purpose::Any,
        }
    }
}

/// One line of a change.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "it does nothing by itself"]
pub struct PatchLineItem(pub(crate) WireLine);

impl PatchLineItem {
    /// The line with this number, and its offer.
    pub fn new(line_item_number: i32, offer_id: impl Into<String>) -> Self {
        Self(WireLine {
            friendly_name: None,
            line_item_number,
            offer_id: offer_id.into(),
            parent_subscription_id: None,
            partner_id_on_record: None,
            quantity: None,
            subscription_id: None,
        })
    }

    /// So many of an add-on, to a subscription.
    pub fn add_on(
        offer_id: impl Into<String>,
        parent_subscription_id: impl Into<SubscriptionId>,
        quantity: i32,
    ) -> Self {
        let mut line = Self::new(0, offer_id).quantity(quantity);
        line.0.parent_subscription_id = Some(parent_subscription_id.into());
        line
    }

    /// A line as it was read, with all that may be sent back; `None` when it has no number or no offer. Texts that are
    /// blank are left out.
    pub fn of(line: &OrderLineItem) -> Option<Self> {
        let filled = |text: &Option<String>| text.clone().filter(|text| is_filled(text));
        let subscription = line.subscription_id.clone();
        Some(Self(WireLine {
            friendly_name: filled(&line.friendly_name),
            line_item_number: line.line_item_number?,
            offer_id: filled(&line.offer_id)?,
            parent_subscription_id: None,
            partner_id_on_record: filled(&line.partner_id_on_record),
            quantity: line.quantity,
            subscription_id: subscription.filter(|id| is_filled(id.as_str())),
        }))
    }

    /// How many.
    pub fn quantity(mut self, quantity: i32) -> Self {
        self.0.quantity = Some(quantity);
        self
    }

    /// The line's subscription.
    pub fn subscription(mut self, id: impl Into<SubscriptionId>) -> Self {
        self.0.subscription_id = Some(id.into());
        self
    }

    /// The partner's name for the line.
    pub fn friendly_name(mut self, name: impl Into<String>) -> Self {
        self.0.friendly_name = Some(name.into());
        self
    }

    /// The partner on record, by PartnerID.
    pub fn partner_id_on_record(mut self, id: impl Into<String>) -> Self {
        self.0.partner_id_on_record = Some(id.into());
        self
    }
}

fn is_filled(text: &str) -> bool {
    !text.trim().is_empty()
}
