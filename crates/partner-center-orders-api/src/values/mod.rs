//! The values that orders, and what belongs to them, are made of: each keeps what came and gives its meaning on demand.

mod decimal;
mod enums;
mod ids;
mod json_text;
mod open_enum;
mod renews_to;
mod timestamp;

pub use decimal::{Decimal, NotANumber};
pub use enums::{
    AttachmentType, BillingCycle, BillingType, ContractType, LineItemTransactionType, OrderStatus,
    OrderTransactionType, ProvisioningStatus, SubscriptionBillingType, SubscriptionStatus,
};
pub use ids::{AttachmentId, OrderId, SubscriptionId};
pub use json_text::JsonText;
pub use open_enum::Unrecognized;
pub use renews_to::RenewsTo;
pub use timestamp::Timestamp;
