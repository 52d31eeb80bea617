//! What can be asked about one line item of an order?

use partner_center_orders_api::OrderLineItemActivationLink;

use crate::error::Error;
use crate::list::ListRequest;
use crate::order::{self, OrderHandle};
use crate::orders::Orders;

/// One line item of an order. Made by [`OrderHandle::line_item`]; makes no request by itself.
#[derive(Clone, Debug)]
pub struct LineItemHandle<'c> {
    order: OrderHandle<'c>,
    number: i32,
}

impl<'c> LineItemHandle<'c> {
    pub(crate) fn new(order: OrderHandle<'c>, number: i32) -> Self {
        Self { order, number }
    }

    /// Lists where its product is activated.
    ///
    /// The addresses are the publishers', for a person to open. Never send a token there.
    ///
    /// Source: documented in activation-links.
    pub fn activation_links(&self) -> ListRequest<OrderLineItemActivationLink> {
        let number = self.number;
        let Orders { partner, customer } = self.order.orders;
        let id = self.order.id.clone();
        let listing =
            format!("customers/{customer}/orders/{id}/lineitems/{number}/activationlinks");
        let checked = order::check(&id).and_then(|()| match number {
            0.. => Ok(()),
            _ => Err(Error::input(format!("no order has a line item {number}"))),
        });
        ListRequest::of_call(partner, listing, checked, move |client| {
            let id = id.clone();
            Box::pin(async move {
                client
                    .list_line_item_activation_links(customer.as_uuid(), &id, number)
                    .await
            })
        })
    }
}
