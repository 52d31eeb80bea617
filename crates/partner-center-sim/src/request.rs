//! What does a request ask for?
//!
//! The path is split before it is decoded, so that an encoded slash stays inside its segment. Segments such as `..` have
//! no meaning of their own. Nothing here refuses a request: an address that means nothing reads as `None`.

use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};
use percent_encoding::percent_decode_str;

/// The query name that asks for prices, in a list as for one order.
pub(crate) const INCLUDE_PRICE: &str = "include_price";

/// What a path names, ids decoded but not looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) customer_id: String,
    pub(crate) resource: Resource,
}

/// What is named below a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    Orders,
    Order {
        order_id: String,
    },
    ProvisioningStatus {
        order_id: String,
    },
    OrderActivationLinks {
        order_id: String,
    },
    LineItemActivationLinks {
        order_id: String,
        /// As it came: it need not be a number.
        line_item_number: String,
    },
    Subscriptions,
    SubscriptionActivationLinks {
        subscription_id: String,
    },
    Attachments {
        order_id: String,
    },
    /// Where attachments are sent to.
    Upload {
        order_id: String,
    },
    Attachment {
        order_id: String,
        attachment_id: String,
    },
}

/// Which methods an address takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Methods {
    Get,
    GetAndPost,
    GetAndPatch,
    Post,
}

impl Methods {
    /// As they are listed in a header.
    pub(crate) fn names(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::GetAndPost => "GET, POST",
            Self::GetAndPatch => "GET, PATCH",
            Self::Post => "POST",
        }
    }

    /// Whether this is one of them. Methods are told apart by their letter case.
    pub(crate) fn include(self, method: &Method) -> bool {
        self.names().split(", ").any(|name| name == method.as_str())
    }
}

impl Target {
    /// Reads a raw path.
    pub(crate) fn read(path: &str) -> Option<Self> {
        let segments: Vec<String> = path.strip_prefix('/')?.split('/').map(decoded).collect();
        match segments_of(&segments).as_slice() {
            ["v1", "customers", customer_id, rest @ ..] => Some(Self {
                customer_id: (*customer_id).to_owned(),
                resource: Resource::read(rest)?,
            }),
            _ => None,
        }
    }
}

impl Resource {
    /// Which methods it takes.
    pub(crate) fn methods(&self) -> Methods {
        match self {
            Self::Orders => Methods::GetAndPost,
            Self::Order { .. } => Methods::GetAndPatch,
            Self::Upload { .. } => Methods::Post,
            _ => Methods::Get,
        }
    }

    /// Reads what follows the customer's id.
    fn read(segments: &[&str]) -> Option<Self> {
        match segments {
            ["orders"] => Some(Self::Orders),
            ["orders", order_id, rest @ ..] => Self::of_order((*order_id).to_owned(), rest),
            ["subscriptions"] => Some(Self::Subscriptions),
            ["subscriptions", subscription_id, "activationlinks"] => {
                let subscription_id = (*subscription_id).to_owned();
                Some(Self::SubscriptionActivationLinks { subscription_id })
            }
            _ => None,
        }
    }

    /// Reads what follows an order's id.
    fn of_order(order_id: String, segments: &[&str]) -> Option<Self> {
        match segments {
            [] => Some(Self::Order { order_id }),
            ["provisioningstatus"] => Some(Self::ProvisioningStatus { order_id }),
            ["activationlinks"] => Some(Self::OrderActivationLinks { order_id }),
            ["attachments"] => Some(Self::Attachments { order_id }),
            // Not the plural: the service spells the two unlike.
            ["attachment"] => Some(Self::Upload { order_id }),
            ["attachment", attachment_id] => {
                let attachment_id = (*attachment_id).to_owned();
                Some(Self::Attachment {
                    order_id,
                    attachment_id,
                })
            }
            ["lineitems", line_item_number, "activationlinks"] => {
                let line_item_number = (*line_item_number).to_owned();
                Some(Self::LineItemActivationLinks {
                    order_id,
                    line_item_number,
                })
            }
            _ => None,
        }
    }
}

/// The segments, or none at all when one of them is empty: nothing is at such a path.
fn segments_of(segments: &[String]) -> Vec<&str> {
    if segments.iter().any(String::is_empty) {
        return Vec::new();
    }
    segments.iter().map(String::as_str).collect()
}

/// One `name=value` of a query.
#[derive(Clone, Debug)]
pub(crate) struct Pair<'q> {
    /// The text as it came.
    pub(crate) raw: &'q str,
    pub(crate) value: String,
}

/// The pairs of a query with this name, which is compared as it is written.
pub(crate) fn pairs<'q>(query: &'q str, name: &str) -> impl Iterator<Item = Pair<'q>> {
    query.split('&').filter_map(move |raw| {
        let (key, value) = raw.split_once('=').unwrap_or((raw, ""));
        let plain = |text: &str| decoded(&text.replace('+', " "));
        (plain(key) == name).then(|| Pair {
            raw,
            value: plain(value),
        })
    })
}

/// The first of them, which is the one that counts.
pub(crate) fn pair<'q>(query: &'q str, name: &str) -> Option<Pair<'q>> {
    pairs(query, name).next()
}

/// Whether a query switches something on. The published clients write `true` and `True`; anything else asks for nothing.
pub(crate) fn flag(query: &str, name: &str) -> bool {
    pair(query, name).is_some_and(|pair| pair.value.eq_ignore_ascii_case("true"))
}

/// The bearer token, when there is one.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&[u8]> {
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked("Bearer ".len())?;
    let token = token.trim_ascii();
    (scheme.eq_ignore_ascii_case(b"Bearer ") && !token.is_empty()).then_some(token)
}

/// Percent-decodes a text. What is no escape stays; bytes that are no UTF-8 become U+FFFD, which is in no id.
fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Resource, Target, decoded, pair};

    fn order_id(path: &str) -> Option<String> {
        match Target::read(path)?.resource {
            Resource::Order { order_id } => Some(order_id),
            _ => None,
        }
    }

    #[test]
    fn an_encoded_slash_stays_inside_its_segment() {
        let path = "/v1/customers/c/orders/a%2Fb";
        assert_eq!(order_id(path).as_deref(), Some("a/b"));
        assert_eq!(Target::read("/v1/customers/c/orders/a/b"), None);
    }

    #[test]
    fn dots_and_empty_segments_are_not_resolved() {
        let path = "/v1/customers/c/orders/%2E%2E";
        assert_eq!(order_id(path).as_deref(), Some(".."));
        for path in [
            "",
            "*",
            "/",
            "/v1",
            "/v1/customers/c/orders/",
            "/v1//customers/c/orders",
            "/customers/c/orders",
            "/v1/customers/c/orders/..",
        ] {
            let is_order = matches!(path, "/v1/customers/c/orders/..");
            assert_eq!(Target::read(path).is_some(), is_order, "{path:?}");
        }
    }

    #[test]
    fn a_broken_escape_stays_as_it_is() {
        assert_eq!(decoded("%"), "%");
        assert_eq!(decoded("%4"), "%4");
        assert_eq!(decoded("%zz%41"), "%zzA");
        assert_eq!(decoded("%FF"), "\u{FFFD}");
    }

    #[test]
    fn the_first_pair_of_a_name_counts() {
        let found = pair(
            "a=1&billingType=one%5Ftime&billingType=annual",
            "billingType",
        );
        let found = found.expect("a pair");
        assert_eq!(found.value, "one_time");
        assert_eq!(found.raw, "billingType=one%5Ftime");
        assert!(pair("billingtype=annual", "billingType").is_none());
    }
}
