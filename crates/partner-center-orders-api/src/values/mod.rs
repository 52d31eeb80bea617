//! The values that orders are made of: each keeps what came and gives its meaning on demand.

mod decimal;
mod enums;
mod json_text;
mod open_enum;
mod order_id;
mod renews_to;
mod timestamp;

pub use decimal::{Decimal, NotANumber};
pub use enums::{
    BillingCycle, BillingType, LineItemTransactionType, OrderStatus, OrderTransactionType,
    ProvisioningStatus,
};
pub use json_text::JsonText;
pub use open_enum::Unrecognized;
pub use order_id::OrderId;
pub use renews_to::RenewsTo;
pub use timestamp::Timestamp;
