//! What can be asked about a customer's orders?

use chrono::{DateTime, Utc};
use partner_center_orders_api::{BillingType, Order, OrderId};

use crate::call::CallOptions;
use crate::client::PartnerCenter;
use crate::create::CreateOrder;
use crate::customer::CustomerId;
use crate::error::Error;
use crate::list::ListRequest;
use crate::new_order::NewOrder;
use crate::order::OrderHandle;
use crate::pager::{Continuation, Pager};
use crate::placed::FindPlaced;
use crate::setters;

/// The orders of one customer. Made by [`Customer::orders`](crate::Customer::orders); makes no request by itself.
#[derive(Clone, Copy, Debug)]
pub struct Orders<'c> {
    pub(crate) partner: &'c PartnerCenter,
    pub(crate) customer: CustomerId,
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
            filter: Filter::default(),
            resume: None,
            options: CallOptions::default(),
        }
    }

    /// Places an order.
    ///
    /// Source: documented in create-order, indirect-reseller-order, savings-plan-order.
    pub fn create(self, order: NewOrder) -> CreateOrder<'c> {
        CreateOrder::new(self, order)
    }

    /// Looks for an order that may have been placed, when the outcome of [`create`](Self::create) is unknown and its request
    /// id cannot be used any more: among those that were placed since the first attempt. It is found most surely when its
    /// lines have a friendly name that no other order has.
    ///
    /// Source: the documentation of the code 800060 says to look through recent orders; by what to know one is inferred.
    pub fn find_placed(self, order: &NewOrder, since: impl Into<DateTime<Utc>>) -> FindPlaced<'c> {
        FindPlaced::new(self, order, since.into())
    }

    /// One order, by its id.
    pub fn order(self, id: impl Into<OrderId>) -> OrderHandle<'c> {
        OrderHandle::new(self, id.into())
    }
}

/// A list of orders to be read. Made by [`Orders::list`].
#[derive(Clone, Debug)]
#[must_use = "nothing is read before this is sent"]
pub struct ListOrders<'c> {
    orders: Orders<'c>,
    filter: Filter,
    resume: Option<Continuation>,
    options: CallOptions,
}

/// Which orders, and with what.
#[derive(Clone, Debug, Default)]
struct Filter {
    billing_type: Option<BillingType>,
    indirect_reseller: Option<String>,
    system_purchases: Option<bool>,
    price: Option<bool>,
}

impl ListOrders<'_> {
    /// Only orders with this billing cycle.
    ///
    /// It is sent in the spelling of the documented example (`onetime`).
    pub fn billing_type(mut self, billing_type: impl Into<BillingType>) -> Self {
        self.filter.billing_type = Some(billing_type.into());
        self
    }

    /// Only orders that this indirect reseller is on record for.
    ///
    /// Source: documented in the generated reference only, which does not say by which id. Elsewhere this name means the
    /// reseller's tenant id, a GUID, and not its PartnerID.
    pub fn indirect_reseller(mut self, id: impl Into<String>) -> Self {
        self.filter.indirect_reseller = Some(id.into());
        self
    }

    /// Whether purchases that the system made are listed as well; without being asked the service leaves them out.
    ///
    /// Source: documented in the generated reference only.
    pub fn include_system_purchases(mut self, include: bool) -> Self {
        self.filter.system_purchases = Some(include);
        self
    }

    /// Whether to ask for prices, which come only when asked for.
    pub fn include_price(mut self, include: bool) -> Self {
        self.filter.price = Some(include);
        self
    }

    setters::of_a_list! {
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
    }

    /// Returns the orders as a stream. The first page is asked for when it is polled.
    ///
    /// # Errors
    /// None here; the stream yields them:
    /// - `Input`: the indirect reseller's id is blank; nothing was sent. The service could take it for none.
    /// - Those of every call: see [`ErrorKind`](crate::ErrorKind).
    pub fn send(self) -> Pager<Order> {
        let Orders { partner, customer } = self.orders;
        let filter = self.filter;
        let listing = format!("customers/{customer}/orders?{}", filter.named());
        let checked = match filter.indirect_reseller.as_deref().map(str::trim) {
            Some("") => Err(Error::input("the indirect reseller's id is empty")),
            _ => Ok(()),
        };
        let list = ListRequest::of_call(partner, listing, checked, move |client| {
            let filter = filter.clone();
            Box::pin(async move {
                client
                    .list_orders(
                        customer.as_uuid(),
                        filter.billing_type.as_ref(),
                        filter.price,
                        filter.system_purchases,
                        filter.indirect_reseller.as_deref(),
                    )
                    .await
            })
        });
        list.with(self.resume, self.options).send()
    }
}

impl Filter {
    /// What is asked for, so that a continuation is not used for something else.
    fn named(&self) -> String {
        let billing_type = self.billing_type.as_ref().map(BillingType::as_str);
        let mut named = format!(
            "billingType={}&include_price={}",
            billing_type.unwrap_or_default(),
            self.price.unwrap_or_default(),
        );
        // Left out when not asked for: continuations that were stored before there were these filters stay good.
        if let Some(include) = self.system_purchases {
            named.push_str(&format!("&include_system_purchases={include}"));
        }
        if let Some(id) = &self.indirect_reseller {
            named.push_str(&format!("&indirect_reseller_id={id}"));
        }
        named
    }
}
