//! Which operation of the spec is a request?

use std::fmt;

use http::Method;
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};

/// An operation of the spec, named as its `operationId`.
///
/// A request is of an operation by its method and its path, whether or not the simulator carries it out.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Operation {
    /// `GET /customers/{customer_id}/orders`
    ListOrders,
    /// `POST /customers/{customer_id}/orders`
    CreateOrder,
    /// `GET /customers/{customer_id}/orders/{order_id}`
    GetOrder,
    /// `PATCH /customers/{customer_id}/orders/{order_id}`
    UpdateOrder,
    /// `GET /customers/{customer_id}/orders/{order_id}/provisioningstatus`
    GetOrderProvisioningStatus,
    /// `GET /customers/{customer_id}/orders/{order_id}/activationlinks`
    ListOrderActivationLinks,
    /// `GET /customers/{customer_id}/orders/{order_id}/lineitems/{line_item_number}/activationlinks`
    ListLineItemActivationLinks,
    /// `GET /customers/{customer_id}/orders/{order_id}/attachments`
    ListOrderAttachments,
    /// `POST /customers/{customer_id}/orders/{order_id}/attachment`
    UploadOrderAttachments,
    /// `GET /customers/{customer_id}/orders/{order_id}/attachment/{attachment_id}`
    DownloadOrderAttachment,
    /// `GET /customers/{customer_id}/subscriptions`
    ListSubscriptionsByOrder,
    /// `GET /customers/{customer_id}/subscriptions/{subscription_id}/activationlinks`
    ListSubscriptionActivationLinks,
}

impl Operation {
    /// All of them, in the order of the spec.
    pub const ALL: [Self; 12] = [
        Self::ListOrders,
        Self::CreateOrder,
        Self::GetOrder,
        Self::UpdateOrder,
        Self::GetOrderProvisioningStatus,
        Self::ListOrderActivationLinks,
        Self::ListLineItemActivationLinks,
        Self::ListOrderAttachments,
        Self::UploadOrderAttachments,
        Self::DownloadOrderAttachment,
        Self::ListSubscriptionsByOrder,
        Self::ListSubscriptionActivationLinks,
    ];

    /// The `operationId`, such as `list_orders`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ListOrders => "list_orders",
            Self::CreateOrder => "create_order",
            Self::GetOrder => "get_order",
            Self::UpdateOrder => "update_order",
            Self::GetOrderProvisioningStatus => "get_order_provisioning_status",
            Self::ListOrderActivationLinks => "list_order_activation_links",
            Self::ListLineItemActivationLinks => "list_line_item_activation_links",
            Self::ListOrderAttachments => "list_order_attachments",
            Self::UploadOrderAttachments => "upload_order_attachments",
            Self::DownloadOrderAttachment => "download_order_attachment",
            Self::ListSubscriptionsByOrder => "list_subscriptions_by_order",
            Self::ListSubscriptionActivationLinks => "list_subscription_activation_links",
        }
    }

    /// The operation that a method and a path mean.
    pub(crate) fn of(method: &Method, path: &str) -> Option<Self> {
        let segments = segments(path)?;
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        let ["v1", "customers", _, rest @ ..] = segments.as_slice() else {
            return None;
        };
        Some(match (method.as_str(), rest) {
            ("GET", ["orders"]) => Self::ListOrders,
            ("POST", ["orders"]) => Self::CreateOrder,
            ("GET", ["orders", _]) => Self::GetOrder,
            ("PATCH", ["orders", _]) => Self::UpdateOrder,
            ("GET", ["orders", _, "provisioningstatus"]) => Self::GetOrderProvisioningStatus,
            ("GET", ["orders", _, "activationlinks"]) => Self::ListOrderActivationLinks,
            ("GET", ["orders", _, "lineitems", _, "activationlinks"]) => {
                Self::ListLineItemActivationLinks
            }
            ("GET", ["orders", _, "attachments"]) => Self::ListOrderAttachments,
            ("POST", ["orders", _, "attachment"]) => Self::UploadOrderAttachments,
            ("GET", ["orders", _, "attachment", _]) => Self::DownloadOrderAttachment,
            ("GET", ["subscriptions"]) => Self::ListSubscriptionsByOrder,
            ("GET", ["subscriptions", _, "activationlinks"]) => {
                Self::ListSubscriptionActivationLinks
            }
            _ => return None,
        })
    }
}

/// The customer whose things a path names, whether there is one or not.
pub(crate) fn customer_id(path: &str) -> Option<String> {
    match segments(path)?.as_slice() {
        [version, customers, id, ..] if version == "v1" && customers == "customers" => {
            Some(id.clone())
        }
        _ => None,
    }
}

/// The decoded segments of a path, unless one of them is empty: nothing is at such a path.
pub(crate) fn segments(path: &str) -> Option<Vec<String>> {
    let decoded = |segment| {
        let text = percent_decode_str(segment).decode_utf8_lossy().into_owned();
        (!text.is_empty()).then_some(text)
    };
    path.strip_prefix('/')?.split('/').map(decoded).collect()
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use http::Method;

    use super::Operation;
    use crate::document::Document;

    #[test]
    fn every_operation_of_the_spec_is_known_by_method_and_path() {
        let document = Document::read().expect("the spec");
        let paths: serde_json::Value = document.example("/paths").expect("paths");
        let mut found = BTreeSet::new();
        for (path, item) in paths.as_object().expect("an object") {
            for (method, operation) in item.as_object().expect("an object") {
                let Some(id) = operation.get("operationId") else {
                    continue;
                };
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("method");
                let path = format!("/v1{}", path.replace(['{', '}'], ""));
                let read = Operation::of(&method, &path).expect("an operation");
                assert_eq!(read.as_str(), id.as_str().expect("text"));
                assert_eq!(serde_json::to_value(read).expect("JSON"), *id);
                found.insert(read);
            }
        }
        assert_eq!(found, BTreeSet::from(Operation::ALL));
    }

    #[test]
    fn another_method_is_no_operation() {
        let list = "/v1/customers/c/orders";
        assert_eq!(Operation::of(&Method::DELETE, list), None);
        assert_eq!(Operation::of(&Method::GET, "/v1/customers/c"), None);
    }
}
