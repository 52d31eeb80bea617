//! How is an order changed?

use std::fmt;

use partner_center_orders_api::{Order, OrderId, OrderPatch as WirePatch, OrderStatus};
use uuid::Uuid;

use crate::call::CallOptions;
use crate::check;
use crate::error::Error;
use crate::order::{self, OrderHandle};
use crate::order_patch::OrderPatch;
use crate::preview::Preview;
use crate::response::Response;
use crate::setters;

/// A change to be made. Made by [`OrderHandle::update`], [`cancel`](OrderHandle::cancel),
/// [`add_on`](OrderHandle::add_on) and [`change_billing_cycle`](OrderHandle::change_billing_cycle).
#[derive(Clone)]
#[must_use = "nothing is changed before this is sent"]
pub struct UpdateOrder<'c> {
    order: OrderHandle<'c>,
    patch: OrderPatch,
    if_match: Option<String>,
    options: CallOptions,
}

impl<'c> UpdateOrder<'c> {
    pub(crate) fn new(order: OrderHandle<'c>, patch: OrderPatch) -> Self {
        Self {
            order,
            patch,
            if_match: None,
            options: CallOptions::of_write(),
        }
    }

    /// Changes only this version of the order: its `attributes.etag`, with or without the double quotes that it is sent in.
    /// Another version is refused with 2055 and 400. Orders of legacy offers alone have an etag.
    ///
    /// Source: documented in general, for orders inferred.
    pub fn if_match(mut self, etag: impl Into<String>) -> Self {
        self.if_match = Some(etag.into());
        self
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
        let (customer, id) = (self.order.orders.customer, &self.order.id);
        let (patch, etag) = (&self.checked()?, self.etag()?);
        let shared = self.order.orders.partner.shared();
        shared
            .preview(self.options, |client| async move {
                client
                    .update_order(customer.as_uuid(), id, etag.as_deref(), patch)
                    .await
            })
            .await
    }

    /// Makes the change, once: all attempts have one request id. That the service recognises them by it is documented for time-outs, and
    /// inferred for the rest.
    ///
    /// ```
    /// use partner_center_orders::{NewLineItem, NewOrder, OrderStatus, PartnerCenter, StaticToken};
    /// use partner_center_sim::Simulator;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::start().await?;
    /// # let partner = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
    /// #     .endpoint(simulator.base_url())
    /// #     .build()?;
    /// # let orders = partner.customer(Simulator::CUSTOMERS[0].parse()?).orders();
    /// let software = NewOrder::new([NewLineItem::new("DG7GMGF0D5RK:0005:DG7GMGF0D5RK", 1)]);
    /// let placed = orders.create(software).send().await?.into_body();
    /// let cancelled = orders.order(placed.id).cancel().send().await?;
    /// assert_eq!(cancelled.body().status, Some(OrderStatus::Cancelled));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// - `Input`: what [`OrderPatch::check`] says, another order or customer in the change, an etag that cannot be sent, or
    ///   an id as in [`GetOrder::send`](crate::GetOrder::send); nothing was sent.
    /// - Those of every call: see [`ErrorKind`](crate::ErrorKind). Whether the change was made is said by
    ///   [`Error::delivery`], for all attempts together.
    pub async fn send(self) -> Result<Response<Order>, Error> {
        let (customer, id) = (self.order.orders.customer, &self.order.id);
        let (patch, etag) = (&self.checked()?, self.etag()?);
        let shared = self.order.orders.partner.shared();
        let received = shared
            .call(self.options, |client| async move {
                client
                    .update_order(customer.as_uuid(), id, etag.as_deref(), patch)
                    .await
            })
            .await?;
        Ok(received.response)
    }

    /// What goes over the wire: a cancellation with the order, everything else with the customer, as in the samples.
    fn checked(&self) -> Result<WirePatch, Error> {
        let (id, customer) = (&self.order.id, self.order.orders.customer);
        order::check(id)?;
        self.patch.check()?;
        let patch = &self.patch.wire;
        check::is_of(customer, patch.reference_customer_id.as_deref())?;
        if patch.id.as_ref().is_some_and(|named| !is_same(named, id)) {
            return Err(Error::input(
                "id must be that of the order that the request is for",
            ));
        }
        Ok(if patch.status == Some(OrderStatus::Cancelled) {
            WirePatch {
                id: Some(id.clone()),
                ..patch.clone()
            }
        } else {
            WirePatch {
                reference_customer_id: Some(customer.to_string()),
                ..patch.clone()
            }
        })
    }

    /// The etag in double quotes.
    fn etag(&self) -> Result<Option<String>, Error> {
        let Some(etag) = &self.if_match else {
            return Ok(None);
        };
        let bare = etag.trim().trim_matches('"');
        check::header("If-Match", bare)?;
        // The asterisk stands for every version, and would not be one in quotes.
        if bare.contains('"') || bare == "*" {
            return Err(Error::input("If-Match must be one etag"));
        }
        Ok(Some(format!("\"{bare}\"")))
    }
}

/// What changes is the caller's business.
impl fmt::Debug for UpdateOrder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateOrder")
            .field("order", &self.order.id)
            .field("sent_as", &self.sent_as())
            .finish_non_exhaustive()
    }
}

/// Whether two ids are of one order: those that are GUIDs differ in letter case from place to place.
fn is_same(one: &OrderId, other: &OrderId) -> bool {
    let (one, other) = (one.as_str(), other.as_str());
    one == other || (Uuid::try_parse(one).is_ok() && one.eq_ignore_ascii_case(other))
}
