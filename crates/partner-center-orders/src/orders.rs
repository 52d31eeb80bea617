//! What can be asked about a customer's orders?

use std::time::Duration;

use partner_center_orders_api::{
    BillingType, Link, Order, OrderCollection, OrderId, OrderLineItemProvisioningStatus,
    OrderLineItemProvisioningStatusCollection,
};
use uuid::Uuid;

use crate::call::CallOptions;
use crate::client::PartnerCenter;
use crate::customer::CustomerId;
use crate::error::Error;
use crate::pager::{Collection, Continuation, Listing, Page, Pager, Pages};
use crate::response::Response;

/// The orders of one customer. Made by [`Customer::orders`](crate::Customer::orders); makes no request by itself.
#[derive(Clone, Copy, Debug)]
pub struct Orders<'c> {
    partner: &'c PartnerCenter,
    customer: CustomerId,
}

impl<'c> Orders<'c> {
    pub(crate) fn new(partner: &'c PartnerCenter, customer: CustomerId) -> Self {
        Self { partner, customer }
    }

    /// Lists the orders. One shows up here up to 15 minutes after it was placed.
    ///
    /// Source: documented in list-orders, list-orders-by-billing-type.
    pub fn list(self) -> ListOrders<'c> {
        ListOrders {
            orders: self,
            billing_type: None,
            include_price: None,
            resume: None,
            options: CallOptions::default(),
        }
    }

    /// One order, by its id.
    pub fn order(self, id: impl Into<OrderId>) -> OrderHandle<'c> {
        OrderHandle {
            orders: self,
            id: id.into(),
        }
    }
}

/// A list of orders to be read. Made by [`Orders::list`].
#[derive(Clone, Debug)]
#[must_use = "nothing is read before this is sent"]
pub struct ListOrders<'c> {
    orders: Orders<'c>,
    billing_type: Option<BillingType>,
    include_price: Option<bool>,
    resume: Option<Continuation>,
    options: CallOptions,
}

impl ListOrders<'_> {
    /// Only orders with this billing cycle.
    ///
    /// It is sent in the spelling of the documented example (`onetime`).
    pub fn billing_type(mut self, billing_type: impl Into<BillingType>) -> Self {
        self.billing_type = Some(billing_type.into());
        self
    }

    /// Whether to ask for prices, which come only when asked for.
    pub fn include_price(mut self, include: bool) -> Self {
        self.include_price = Some(include);
        self
    }

    /// Goes on where an earlier listing of the same customer with the same filters was left; with `None` it begins.
    ///
    /// ```
    /// use partner_center_orders::{Continuation, PartnerCenter, StaticToken};
    /// use partner_center_sim::Simulator;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::start().await?;
    /// # let partner = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
    /// #     .endpoint(simulator.base_url())
    /// #     .build()?;
    /// # let orders = partner.customer(Simulator::CUSTOMERS[0].parse()?).orders();
    /// # let mut stored: Option<String> = None;
    /// let before: Option<Continuation> = stored.as_deref().map(serde_json::from_str).transpose()?;
    /// let mut pager = orders.list().resume(before).send();
    /// for _ in 0..12 {
    ///     let Some(order) = pager.try_next().await? else { break };
    ///     println!("{}", order.id);
    /// }
    /// // Nothing to store means that the list is complete.
    /// stored = pager.continuation().as_ref().map(serde_json::to_string).transpose()?;
    /// # assert!(stored.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn resume(mut self, from: impl Into<Option<Continuation>>) -> Self {
        self.resume = from.into();
        self
    }

    /// The `MS-CorrelationId` of all pages; made up when not given. Each page has a request id of its own.
    pub fn correlation_id(mut self, id: Uuid) -> Self {
        self.options.correlation_id = Some(id);
        self
    }

    /// How long each page may take, instead of what the client was built with.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.options.deadline = Some(limit);
        self
    }

    /// Returns the orders as a stream. The first page is asked for when it is polled.
    ///
    /// # Errors
    /// None here; the stream yields them.
    pub fn send(self) -> Pager<Order> {
        let customer = self.orders.customer;
        let listing = format!(
            "customers/{customer}/orders?billingType={}&include_price={}",
            self.billing_type
                .as_ref()
                .map(BillingType::as_str)
                .unwrap_or_default(),
            self.include_price.unwrap_or_default(),
        );
        let (billing_type, include_price) = (self.billing_type, self.include_price);
        let source =
            Listing::<OrderCollection, _>::source(self.orders.partner.shared(), move |client| {
                let billing_type = billing_type.clone();
                Box::pin(async move {
                    client
                        .list_orders(customer.as_uuid(), billing_type.as_ref(), include_price)
                        .await
                })
            });
        let pages = Pages::new(source, listing, self.options);
        Pager::new(match self.resume {
            Some(from) => pages.resume(from),
            None => pages,
        })
    }
}

impl Collection for OrderCollection {
    type Item = Order;

    fn into_page(self) -> (Page<Order>, Option<Link>) {
        let page = Page {
            items: self.items,
            total_count: self.total_count,
        };
        (page, self.links.and_then(|links| links.next))
    }
}

/// One order of a customer. Made by [`Orders::order`]; makes no request by itself.
#[derive(Clone, Debug)]
pub struct OrderHandle<'c> {
    orders: Orders<'c>,
    id: OrderId,
}

impl<'c> OrderHandle<'c> {
    /// Reads the order.
    ///
    /// Source: documented in get-order.
    pub fn get(self) -> GetOrder<'c> {
        GetOrder {
            order: self,
            include_price: None,
            options: CallOptions::default(),
        }
    }

    /// Reads how far the delivery of its line items got. Needs an application-and-user token.
    ///
    /// Source: documented in provisioning-status.
    pub fn provisioning_status(self) -> GetProvisioningStatus<'c> {
        GetProvisioningStatus {
            order: self,
            resume: None,
            options: CallOptions::default(),
        }
    }
}

/// Why an id cannot be one segment of a path. URL libraries resolve `.` and `..`, even percent-encoded, and take a
/// backslash for a slash, which the generated code does not encode. No documented id has any of them.
fn why_unsendable(id: &OrderId) -> Option<&'static str> {
    match id.as_str() {
        blank if blank.trim().is_empty() => Some("the order id is empty"),
        "." | ".." => Some("the order id must not be . or .."),
        text if text.contains('\\') => Some("the order id must not have a backslash"),
        _ => None,
    }
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

    /// The `MS-RequestId`; made up when not given.
    pub fn request_id(mut self, id: Uuid) -> Self {
        self.options.request_id = Some(id);
        self
    }

    /// The `MS-CorrelationId`; made up when not given.
    pub fn correlation_id(mut self, id: Uuid) -> Self {
        self.options.correlation_id = Some(id);
        self
    }

    /// How long the call may take, instead of what the client was built with.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.options.deadline = Some(limit);
        self
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
        if let Some(why) = why_unsendable(id) {
            return Err(Error::input(why));
        }
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

/// The provisioning status of an order, to be read. Made by [`OrderHandle::provisioning_status`].
#[derive(Clone, Debug)]
#[must_use = "nothing is read before this is sent"]
pub struct GetProvisioningStatus<'c> {
    order: OrderHandle<'c>,
    resume: Option<Continuation>,
    options: CallOptions,
}

impl GetProvisioningStatus<'_> {
    /// Goes on where an earlier listing for the same order was left; with `None` it begins.
    pub fn resume(mut self, from: impl Into<Option<Continuation>>) -> Self {
        self.resume = from.into();
        self
    }

    /// The `MS-CorrelationId` of all pages; made up when not given. Each page has a request id of its own.
    pub fn correlation_id(mut self, id: Uuid) -> Self {
        self.options.correlation_id = Some(id);
        self
    }

    /// How long each page may take, instead of what the client was built with.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.options.deadline = Some(limit);
        self
    }

    /// Returns one entry for each line item, as a stream: the service answers with a collection, which could come in
    /// pages like any other. [`Pager::try_collect`] gives them all at once.
    ///
    /// # Errors
    /// None here; the stream yields them:
    /// - `Input`: the order's id is empty, blank, `.` or `..`, or has a backslash; nothing was sent.
    /// - `Service` with 403 and code 900329: the token is an application-only one (inferred).
    /// - Those of every call: see [`ErrorKind`](crate::ErrorKind).
    pub fn send(self) -> Pager<OrderLineItemProvisioningStatus> {
        let Orders { partner, customer } = self.order.orders;
        let id = self.order.id;
        let listing = format!("customers/{customer}/orders/{id}/provisioningstatus");
        let unsendable = why_unsendable(&id);
        let source = Listing::<OrderLineItemProvisioningStatusCollection, _>::source(
            partner.shared(),
            move |client| {
                let id = id.clone();
                Box::pin(async move {
                    client
                        .get_order_provisioning_status(customer.as_uuid(), &id)
                        .await
                })
            },
        );
        let pages = Pages::new(source, listing, self.options);
        Pager::new(match (unsendable, self.resume) {
            (Some(why), _) => pages.refuse(why),
            (None, Some(from)) => pages.resume(from),
            (None, None) => pages,
        })
    }
}

impl Collection for OrderLineItemProvisioningStatusCollection {
    type Item = OrderLineItemProvisioningStatus;

    fn into_page(self) -> (Page<OrderLineItemProvisioningStatus>, Option<Link>) {
        let page = Page {
            items: self.items,
            total_count: self.total_count,
        };
        (page, self.links.and_then(|links| links.next))
    }
}
