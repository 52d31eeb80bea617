//! What did an order lead to?

use partner_center_orders_api::{
    OrderLineItemActivationLink, Subscription, SubscriptionCollection, SubscriptionId,
};

use crate::activation;
use crate::client::PartnerCenter;
use crate::customer::CustomerId;
use crate::list::ListRequest;
use crate::order::{self, OrderHandle};
use crate::orders::Orders;
use crate::source::Listing;

/// One subscription of a customer. Made by [`Customer::subscription`](crate::Customer::subscription); makes no request
/// by itself.
#[derive(Clone, Debug)]
pub struct SubscriptionHandle<'c> {
    partner: &'c PartnerCenter,
    customer: CustomerId,
    id: SubscriptionId,
}

impl<'c> SubscriptionHandle<'c> {
    pub(crate) fn new(
        partner: &'c PartnerCenter,
        customer: CustomerId,
        id: SubscriptionId,
    ) -> Self {
        Self {
            partner,
            customer,
            id,
        }
    }

    /// Lists where its product is activated.
    ///
    /// The addresses are the publishers', for a person to open. Never send a token there.
    ///
    /// Source: documented in the generated reference; seen in the C# SDK.
    pub fn activation_links(&self) -> ListRequest<OrderLineItemActivationLink> {
        activation::of_subscription(self.partner, self.customer, self.id.clone())
    }
}

pub(crate) fn of_order(order: OrderHandle<'_>) -> ListRequest<Subscription> {
    let Orders { partner, customer } = order.orders;
    let id = order.id;
    let listing = format!("customers/{customer}/subscriptions?order_id={id}");
    let source = order::check(&id).map(|()| {
        Listing::<SubscriptionCollection, _>::source(partner.shared(), move |client| {
            let id = id.clone();
            Box::pin(async move {
                client
                    .list_subscriptions_by_order(customer.as_uuid(), &id)
                    .await
            })
        })
    });
    ListRequest::new(source, listing)
}
