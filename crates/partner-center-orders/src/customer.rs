//! Whose orders?

use std::fmt;
use std::str::FromStr;

use partner_center_orders_api::SubscriptionId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::client::PartnerCenter;
use crate::orders::Orders;
use crate::subscription::SubscriptionHandle;

/// The id of a customer: the GUID of its tenant, which Partner Center shows as "Microsoft ID".
///
/// ```
/// use partner_center_orders::CustomerId;
///
/// let id: CustomerId = "B0D70A69-4C42-4B27-B17B-91A835D8686A".parse()?;
/// assert_eq!(id.to_string(), "b0d70a69-4c42-4b27-b17b-91a835d8686a");
/// assert!("contoso.onmicrosoft.com".parse::<CustomerId>().is_err());
/// # Ok::<(), partner_center_orders::InvalidCustomerId>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CustomerId(Uuid);

impl CustomerId {
    /// The GUID.
    pub fn as_uuid(&self) -> &Uuid {
        &self.0
    }
}

impl From<Uuid> for CustomerId {
    fn from(id: Uuid) -> Self {
        Self(id)
    }
}

impl TryFrom<String> for CustomerId {
    type Error = InvalidCustomerId;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<CustomerId> for String {
    fn from(id: CustomerId) -> Self {
        id.to_string()
    }
}

impl FromStr for CustomerId {
    type Err = InvalidCustomerId;

    /// Reads a GUID with hyphens, in either letter case.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const HYPHENATED: usize = 36;
        match Uuid::try_parse(text) {
            Ok(id) if text.len() == HYPHENATED => Ok(Self(id)),
            _ => Err(InvalidCustomerId),
        }
    }
}

impl fmt::Display for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

/// A text is no customer id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidCustomerId;

impl fmt::Display for InvalidCustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a customer id is a GUID such as b0d70a69-4c42-4b27-b17b-91a835d8686a")
    }
}

impl std::error::Error for InvalidCustomerId {}

/// One customer of the partner. Made by [`PartnerCenter::customer`]; makes no request by itself.
#[derive(Clone, Copy, Debug)]
pub struct Customer<'c> {
    partner: &'c PartnerCenter,
    id: CustomerId,
}

impl<'c> Customer<'c> {
    pub(crate) fn new(partner: &'c PartnerCenter, id: CustomerId) -> Self {
        Self { partner, id }
    }

    /// The orders of this customer.
    pub fn orders(self) -> Orders<'c> {
        Orders::new(self.partner, self.id)
    }

    /// One subscription of this customer, by its id.
    pub fn subscription(self, id: impl Into<SubscriptionId>) -> SubscriptionHandle<'c> {
        SubscriptionHandle::new(self.partner, self.id, id.into())
    }
}
