//! Where is a marketplace product activated?

use partner_center_orders_api::{
    OrderLineItemActivationLink, OrderLineItemActivationLinkCollection, SubscriptionId,
};

use crate::client::PartnerCenter;
use crate::customer::CustomerId;
use crate::error::Error;
use crate::list::ListRequest;
use crate::order::{self, OrderHandle};
use crate::orders::Orders;
use crate::segment;
use crate::source::Listing;

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
        let number = match number {
            0.. => Ok(number),
            _ => Err(Error::input(format!("no order has a line item {number}"))),
        };
        let source = order::check(&id).and(number).map(|number| {
            Listing::<OrderLineItemActivationLinkCollection, _>::source(
                partner.shared(),
                move |client| {
                    let id = id.clone();
                    Box::pin(async move {
                        client
                            .list_line_item_activation_links(customer.as_uuid(), &id, number)
                            .await
                    })
                },
            )
        });
        ListRequest::new(source, listing)
    }
}

pub(crate) fn of_order(order: OrderHandle<'_>) -> ListRequest<OrderLineItemActivationLink> {
    let Orders { partner, customer } = order.orders;
    let id = order.id;
    let listing = format!("customers/{customer}/orders/{id}/activationlinks");
    let source = order::check(&id).map(|()| {
        Listing::<OrderLineItemActivationLinkCollection, _>::source(
            partner.shared(),
            move |client| {
                let id = id.clone();
                Box::pin(async move {
                    client
                        .list_order_activation_links(customer.as_uuid(), &id)
                        .await
                })
            },
        )
    });
    ListRequest::new(source, listing)
}

pub(crate) fn of_subscription(
    partner: &PartnerCenter,
    customer: CustomerId,
    id: SubscriptionId,
) -> ListRequest<OrderLineItemActivationLink> {
    let listing = format!("customers/{customer}/subscriptions/{id}/activationlinks");
    let source = segment::check("subscription", id.as_str()).map(|()| {
        Listing::<OrderLineItemActivationLinkCollection, _>::source(
            partner.shared(),
            move |client| {
                let id = id.clone();
                Box::pin(async move {
                    client
                        .list_subscription_activation_links(customer.as_uuid(), &id)
                        .await
                })
            },
        )
    });
    ListRequest::new(source, listing)
}
