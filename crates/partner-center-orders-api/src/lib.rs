//! What goes over the wire, typed: the client that is generated from `spec/orders.yaml`, and the value types that it
//! is made of.
//!
//! This crate is faithful rather than pleasant. It has no behaviour of its own beyond value types, accessors and one
//! hook: every request of the generated [`Client`] is handed to the [`Transport`] that the client was made with.
//! Use `partner-center-orders` unless you are building something like it.
//!
//! The value types have one thing in common: they keep what came, byte for byte, and give its meaning on demand. An
//! amount keeps its digits, a time its text, and a word that nobody documented is still there.
//!
//! ```
//! use partner_center_orders_api::{Order, OrderStatus};
//!
//! let order: Order = serde_json::from_str(r#"{"id": "5cf72f146967", "status": "on_hold", "totalPrice": 12.10}"#)?;
//! assert_eq!(order.status.map(|status| status.to_string()).as_deref(), Some("on_hold"));
//! assert_eq!(order.total_price.map(|price| price.to_string()).as_deref(), Some("12.10"));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! # Features
//!
//! * `rustls` (default), `native-tls`: TLS by rustls, or by the platform's library.
//! * `schemars`: JSON schemas of the value types.
//! * `build-time-codegen`: the client is generated while the crate is built. Without it, the committed code is compiled,
//!   and the build stops when that was generated from another document.

mod accessors;
#[rustfmt::skip]
#[allow(missing_docs, unreachable_pub, dead_code, clippy::all, clippy::unwrap_used, rustdoc::all, reason = "generated")]
mod generated {
    #[cfg(not(feature = "build-time-codegen"))]
    include!("generated/mod.rs");
    #[cfg(feature = "build-time-codegen")]
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}
mod hook;
mod values;

pub use generated::types::{
    Link, LinkHeader, NewOrder, NewOrderLineItem, Order, OrderAttachment,
    OrderAttachmentCollection, OrderCollection, OrderLineItem, OrderLineItemActivationLink,
    OrderLineItemActivationLinkCollection, OrderLineItemLinks, OrderLineItemProvisioningStatus,
    OrderLineItemProvisioningStatusCollection, OrderLinks, OrderPatch, OrderPatchLineItem, Pricing,
    PurchaseCommitment, QuantityProvisioningStatus, RenewalTerm, ResourceAttributes, ResourceLinks,
    Subscription, SubscriptionCollection, SubscriptionLinks,
};
pub use generated::{ByteStream, Client, Error, ResponseValue};
pub use hook::{Inner, Transport, TransportFuture};
pub use values::{
    AttachmentId, AttachmentType, BillingCycle, BillingType, ContractType, Decimal, JsonText,
    LineItemTransactionType, NotANumber, OrderId, OrderStatus, OrderTransactionType,
    ProvisioningStatus, RenewsTo, SubscriptionBillingType, SubscriptionId, SubscriptionStatus,
    Timestamp, Unrecognized,
};
