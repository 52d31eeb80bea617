//! Which answers come in pages?
//!
//! Every collection of the service has the same members; the generated types have that in common by name only.

use partner_center_orders_api::{
    Order, OrderAttachment, OrderAttachmentCollection, OrderCollection,
    OrderLineItemActivationLink, OrderLineItemActivationLinkCollection,
    OrderLineItemProvisioningStatus, OrderLineItemProvisioningStatusCollection, Subscription,
    SubscriptionCollection,
};

use crate::pager::Page;
use crate::source::{After, Collection};

/// Says how the page and the link to the next one are taken out of a collection.
macro_rules! collection {
    ($collection:ident of $item:ident) => {
        impl Collection for $collection {
            type Item = $item;

            fn into_page(self) -> (Page<$item>, After) {
                let page = Page {
                    items: self.items,
                    total_count: self.total_count,
                };
                let next = self.links.and_then(|links| links.next);
                (page, next.map_or(After::Nothing, After::Link))
            }
        }
    };
}

collection!(OrderCollection of Order);
collection!(OrderLineItemProvisioningStatusCollection of OrderLineItemProvisioningStatus);
collection!(OrderLineItemActivationLinkCollection of OrderLineItemActivationLink);
collection!(OrderAttachmentCollection of OrderAttachment);
collection!(SubscriptionCollection of Subscription);
