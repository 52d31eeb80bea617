//! Which answers come in pages?
//!
//! Every collection of the service has the same members; the generated types have that in common by name only.

use partner_center_orders_api::{
    Order, OrderAttachment, OrderAttachmentCollection, OrderCollection,
    OrderLineItemActivationLink, OrderLineItemActivationLinkCollection,
    OrderLineItemProvisioningStatus, OrderLineItemProvisioningStatusCollection, Subscription,
    SubscriptionCollection,
};

/// Says how the page and the link to the next one are taken out of a collection.
macro_rules! collection {
    ($collection:ident of $item:ident) => {
        impl $crate::pager::Collection for $collection {
            type Item = $item;

            fn into_page(
                self,
            ) -> (
                $crate::pager::Page<$item>,
                Option<partner_center_orders_api::Link>,
            ) {
                let page = $crate::pager::Page {
                    items: self.items,
                    total_count: self.total_count,
                };
                (page, self.links.and_then(|links| links.next))
            }
        }
    };
}
pub(crate) use collection;

collection!(OrderCollection of Order);
collection!(OrderLineItemProvisioningStatusCollection of OrderLineItemProvisioningStatus);
collection!(OrderLineItemActivationLinkCollection of OrderLineItemActivationLink);
collection!(OrderAttachmentCollection of OrderAttachment);
collection!(SubscriptionCollection of Subscription);
