//! What can be asked about one subscription?

use partner_center_orders_api::{OrderLineItemActivationLink, SubscriptionId};

use crate::client::PartnerCenter;
use crate::customer::CustomerId;
use crate::list::ListRequest;
use crate::segment;

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
        let (customer, id) = (self.customer, self.id.clone());
        let listing = format!("customers/{customer}/subscriptions/{id}/activationlinks");
        let checked = segment::check("subscription", id.as_str());
        ListRequest::of_call(self.partner, listing, checked, move |client| {
            let id = id.clone();
            Box::pin(async move {
                client
                    .list_subscription_activation_links(customer.as_uuid(), &id)
                    .await
            })
        })
    }
}
