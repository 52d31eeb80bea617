//! What can be asked about one order?

use partner_center_orders_api::{
    Order, OrderId, OrderLineItemActivationLink, OrderLineItemProvisioningStatus, Subscription,
};

use crate::attachments::Attachments;
use crate::call::CallOptions;
use crate::error::Error;
use crate::line_item::LineItemHandle;
use crate::list::ListRequest;
use crate::orders::Orders;
use crate::response::Response;
use crate::segment;
use crate::setters;

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
