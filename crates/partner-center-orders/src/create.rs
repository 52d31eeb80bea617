//! How is an order placed?

use std::fmt;

use chrono::{DateTime, Utc};
use partner_center_orders_api::{NewOrder as WireOrder, Order};

use crate::call::CallOptions;
use crate::check;
use crate::error::Error;
use crate::new_order::NewOrder;
use crate::orders::Orders;
use crate::placed::FindPlaced;
use crate::preview::Preview;
use crate::response::Response;
use crate::setters;

/// An order to be placed. Made by [`Orders::create`].
#[derive(Clone)]
#[must_use = "nothing is bought before this is sent"]
pub struct CreateOrder<'c> {
    orders: Orders<'c>,
    order: NewOrder,
    options: CallOptions,
}

impl<'c> CreateOrder<'c> {
    pub(crate) fn new(orders: Orders<'c>, order: NewOrder) -> Self {
        Self {
            orders,
            order,
            options: CallOptions::of_write(),
        }
    }

    setters::of_a_write!();

    setters::of_one_request! {
        /// How long the call may take with all its attempts, instead of what the client was built with.
    }

    /// Builds the request and does not send it.
    ///
    /// # Errors
    /// `Input`, as [`send`](Self::send).
    pub async fn preview(self) -> Result<Preview, Error> {
        let customer = self.orders.customer;
        let (order, upn) = self.checked()?;
        let shared = self.orders.partner.shared();
        shared
            .preview(self.options, |client| async move {
                client
                    .create_order(customer.as_uuid(), upn.as_deref(), &order)
                    .await
            })
            .await
    }

    /// Places the order, once: all attempts have one request id. That the service recognises them by it is documented for time-outs, and
    /// inferred for the rest.
    ///
    /// The answer usually says `pending`. Follow the order by its id; lists show it up to 15 minutes later.
    ///
    /// ```
    /// use partner_center_orders::{Delivery, NewLineItem, NewOrder, PartnerCenter, StaticToken, Uuid};
    /// use partner_center_sim::Simulator;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::start().await?;
    /// # let partner = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
    /// #     .endpoint(simulator.base_url())
    /// #     .build()?;
    /// # let orders = partner.customer(Simulator::CUSTOMERS[0].parse()?).orders();
    /// let order = NewOrder::new([NewLineItem::new("CFQ7TTC0LH16:0001:CFQ7TTC0K18P", 5).term_duration("P1Y")]);
    /// let id = Uuid::new_v4(); // store it with what is to be bought
    /// match orders.create(order).request_id(id).send().await {
    ///     Ok(placed) => println!("placed as {}", placed.body().id),
    ///     Err(error) => match error.delivery() {
    ///         Delivery::NotSent | Delivery::Refused => println!("nothing was bought: {error}"),
    ///         Delivery::Unknown => println!("send it again with {id}, or look the order up: {error}"),
    ///         Delivery::Accepted => println!("bought, as {:?}: {error}", error.answered_id()),
    ///     },
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - `Input`: what [`NewOrder::check`] says, or the order names another customer; nothing was sent.
    /// - Those of every call: see [`ErrorKind`](crate::ErrorKind). Whether the order was placed is said by
    ///   [`Error::delivery`], for all attempts together.
    pub async fn send(self) -> Result<Response<Order>, Error> {
        let customer = self.orders.customer;
        let (order, upn) = self.checked()?;
        let received = self
            .orders
            .partner
            .shared()
            .call(self.options, |client| async move {
                client
                    .create_order(customer.as_uuid(), upn.as_deref(), &order)
                    .await
            })
            .await?;
        Ok(received.response)
    }

    /// What goes over the wire: always with the customer.
    fn checked(&self) -> Result<(WireOrder, Option<String>), Error> {
        self.order.check()?;
        let order = &self.order.wire;
        let customer = self.orders.customer;
        check::is_of(customer, order.reference_customer_id.as_deref())?;
        let order = WireOrder {
            reference_customer_id: Some(customer.to_string()),
            ..order.clone()
        };
        Ok((order, self.order.customer_user_upn.clone()))
    }

    /// Looks for this order among those that were placed since its first attempt: see [`Orders::find_placed`].
    pub fn find_placed(&self, since: impl Into<DateTime<Utc>>) -> FindPlaced<'c> {
        self.orders.find_placed(&self.order, since)
    }
}

/// What is bought is the caller's business, and the user's name with it.
impl fmt::Debug for CreateOrder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CreateOrder")
            .field("customer", &self.orders.customer)
            .field("sent_as", &self.sent_as())
            .finish_non_exhaustive()
    }
}
