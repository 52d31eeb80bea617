//! What can be asked about one order?

use partner_center_orders_api::{
    BillingCycle, Order, OrderId, OrderLineItemActivationLink, OrderLineItemProvisioningStatus,
    OrderStatus, Subscription, SubscriptionId,
};

use crate::attachments::Attachments;
use crate::call::CallOptions;
use crate::error::Error;
use crate::follow::{WaitForStatus, WaitUntilProvisioned};
use crate::line_item::LineItemHandle;
use crate::list::ListRequest;
use crate::order_patch::{OrderPatch, PatchLineItem};
use crate::orders::Orders;
use crate::response::Response;
use crate::segment;
use crate::setters;
use crate::update::UpdateOrder;

/// One order of a customer. Made by [`Orders::order`]; makes no request by itself.
#[derive(Clone, Debug)]
pub struct OrderHandle<'c> {
    pub(crate) orders: Orders<'c>,
    pub(crate) id: OrderId,
}

impl<'c> OrderHandle<'c> {
    pub(crate) fn new(orders: Orders<'c>, id: OrderId) -> Self {
        Self { orders, id }
    }

    /// Reads the order.
    ///
    /// Source: documented in get-order.
    pub fn get(&self) -> GetOrder<'c> {
        GetOrder {
            order: self.clone(),
            include_price: None,
            options: CallOptions::default(),
        }
    }

    /// Reads how far the delivery of its line items got: one entry for each of them. Needs an application-and-user
    /// token; with another one expect `Service` with 403 and code 900329 (inferred).
    ///
    /// The service answers with a collection, which could come in pages like any other.
    ///
    /// Source: documented in provisioning-status.
    pub fn provisioning_status(&self) -> ListRequest<OrderLineItemProvisioningStatus> {
        let Orders { partner, customer } = self.orders;
        let id = self.id.clone();
        let listing = format!("customers/{customer}/orders/{id}/provisioningstatus");
        ListRequest::of_call(partner, listing, check(&id), move |client| {
            let id = id.clone();
            Box::pin(async move {
                client
                    .get_order_provisioning_status(customer.as_uuid(), &id)
                    .await
            })
        })
    }

    /// Lists where its marketplace products are activated: one entry for each line item with an address.
    ///
    /// The addresses are the publishers', for a person to open. Never send a token there.
    ///
    /// Source: documented in the generated reference; seen in the SDKs.
    pub fn activation_links(&self) -> ListRequest<OrderLineItemActivationLink> {
        let Orders { partner, customer } = self.orders;
        let id = self.id.clone();
        let listing = format!("customers/{customer}/orders/{id}/activationlinks");
        ListRequest::of_call(partner, listing, check(&id), move |client| {
            let id = id.clone();
            Box::pin(async move {
                client
                    .list_order_activation_links(customer.as_uuid(), &id)
                    .await
            })
        })
    }

    /// Changes the order.
    ///
    /// Source: documented in add-on-purchase, change-billing-cycle, cancel-software, cancel-sandbox-order.
    pub fn update(&self, patch: OrderPatch) -> UpdateOrder<'c> {
        UpdateOrder::new(self.clone(), patch)
    }

    /// Cancels the whole order: software, also in production, and Azure reservations in the sandbox. Some of its line items
    /// are cancelled by [`update`](Self::update) with [`OrderPatch::cancellation`].
    ///
    /// Source: documented in cancel-software, cancel-sandbox-order.
    pub fn cancel(&self) -> UpdateOrder<'c> {
        self.update(OrderPatch::whole_cancellation())
    }

    /// Buys an add-on to a subscription of the order; for legacy offers.
    ///
    /// Source: documented in add-on-purchase.
    pub fn add_on(
        &self,
        offer_id: impl Into<String>,
        parent_subscription_id: impl Into<SubscriptionId>,
        quantity: i32,
    ) -> UpdateOrder<'c> {
        let line = PatchLineItem::add_on(offer_id, parent_subscription_id, quantity);
        self.update(OrderPatch::add_on([line]))
    }

    /// Changes how often line items are billed, monthly or annually; for licences of legacy offers. Each line item needs
    /// its subscription and quantity: [`PatchLineItem::of`] takes them from one that was read.
    ///
    /// Source: documented in change-billing-cycle.
    pub fn change_billing_cycle(
        &self,
        cycle: BillingCycle,
        line_items: impl IntoIterator<Item = PatchLineItem>,
    ) -> UpdateOrder<'c> {
        self.update(OrderPatch::billing_cycle_change(cycle, line_items))
    }

    /// Waits until the order has a status, by reading it again and again; any kind of credential may do that.
    ///
    /// Source: documented in create-order that orders complete by themselves; the pace is this crate's.
    pub fn wait_for_status(&self, status: OrderStatus) -> WaitForStatus<'c> {
        WaitForStatus::new(self.clone(), status)
    }

    /// Waits until the delivery of every line item is settled, by reading the provisioning status again and again. Needs
    /// an application-and-user token, as [`provisioning_status`](Self::provisioning_status).
    ///
    /// Source: documented in provisioning-status; the pace is this crate's.
    pub fn wait_until_provisioned(&self) -> WaitUntilProvisioned<'c> {
        WaitUntilProvisioned::new(self.clone())
    }

    /// One of its line items, by its `line_item_number`, which counts from 0.
    pub fn line_item(&self, number: i32) -> LineItemHandle<'c> {
        LineItemHandle::new(self.clone(), number)
    }

    /// The documents that were uploaded for it.
    pub fn attachments(&self) -> Attachments<'c> {
        Attachments::new(self.clone())
    }

    /// Lists the subscriptions that it led to. They appear once its lines are provisioned.
    ///
    /// Source: documented in subscriptions-by-order.
    pub fn subscriptions(&self) -> ListRequest<Subscription> {
        let Orders { partner, customer } = self.orders;
        let id = self.id.clone();
        let listing = format!("customers/{customer}/subscriptions?order_id={id}");
        ListRequest::of_call(partner, listing, check(&id), move |client| {
            let id = id.clone();
            Box::pin(async move {
                client
                    .list_subscriptions_by_order(customer.as_uuid(), &id)
                    .await
            })
        })
    }
}

/// Refuses an id that cannot be sent.
pub(crate) fn check(id: &OrderId) -> Result<(), Error> {
    segment::check("order", id.as_str())
}

/// An order to be read. Made by [`OrderHandle::get`].
#[derive(Clone, Debug)]
#[must_use = "nothing is read before this is sent"]
pub struct GetOrder<'c> {
    order: OrderHandle<'c>,
    include_price: Option<bool>,
    options: CallOptions,
}

impl GetOrder<'_> {
    /// Whether to ask for prices, which come only when asked for.
    pub fn include_price(mut self, include: bool) -> Self {
        self.include_price = Some(include);
        self
    }

    setters::of_one_request! {
        /// How long the call may take, instead of what the client was built with.
    }

    /// Asks for the order.
    ///
    /// ```
    /// use partner_center_orders::{OrderStatus, PartnerCenter, StaticToken};
    /// use partner_center_sim::Simulator;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::start().await?;
    /// # let partner = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
    /// #     .endpoint(simulator.base_url())
    /// #     .build()?;
    /// let orders = partner.customer(Simulator::CUSTOMERS[0].parse()?).orders();
    /// let order = orders.order("YxH1q4KScfvfkJQjgRI8QY1DznnUWZTH1").get().send().await?;
    /// assert_eq!(order.body().status, Some(OrderStatus::Completed));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - `Input`: the id is empty, blank, `.` or `..`, or has a backslash; nothing was sent.
    /// - `Service` with 404 and code 20000: the customer has no such order.
    /// - Those of every call: see [`ErrorKind`](crate::ErrorKind).
    pub async fn send(self) -> Result<Response<Order>, Error> {
        let Orders { partner, customer } = self.order.orders;
        let id = &self.order.id;
        check(id)?;
        let received = partner
            .shared()
            .call(self.options, |client| async move {
                client
                    .get_order(customer.as_uuid(), id, self.include_price)
                    .await
            })
            .await?;
        Ok(received.response)
    }
}
