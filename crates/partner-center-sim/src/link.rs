//! What do links, collections and attributes look like on the wire?
//!
//! These shapes are shared by every resource. A link's uri is relative to the API root and has no `/v1` in front.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde::{Deserialize, Serialize};

/// Where to go for something.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Link {
    pub(crate) uri: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) headers: Option<Vec<LinkHeader>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) body: Option<String>,
}

/// One header to send when a link is followed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LinkHeader {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<String>,
}

impl Link {
    pub(crate) fn get(uri: String) -> Self {
        Self::new("GET", uri)
    }

    pub(crate) fn patch(uri: String) -> Self {
        Self::new("PATCH", uri)
    }

    fn new(method: &str, uri: String) -> Self {
        Self {
            uri,
            method: Some(method.to_owned()),
            headers: Some(Vec::new()),
            body: None,
        }
    }

    /// The same link with one more header.
    pub(crate) fn with_header(mut self, key: &str, value: String) -> Self {
        self.headers.get_or_insert_default().push(LinkHeader {
            key: Some(key.to_owned()),
            value: Some(value),
        });
        self
    }
}

/// What kind of object something is; an etag on legacy orders and on subscriptions only.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Attributes {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) object_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) etag: Option<String>,
}

/// What an etag is made of.
#[derive(Deserialize)]
struct Version {
    id: String,
    version: u64,
}

fn etag(id: &str, version: u64) -> String {
    BASE64_STANDARD.encode(format!(r#"{{"id":"{id}","version":{version}}}"#))
}

impl Attributes {
    pub(crate) fn of(object_type: &str) -> Self {
        Self {
            object_type: Some(object_type.to_owned()),
            etag: None,
        }
    }

    /// With the etag of the first version of the thing with this id.
    pub(crate) fn versioned(object_type: &str, id: &str) -> Self {
        Self {
            etag: Some(etag(id, 1)),
            ..Self::of(object_type)
        }
    }

    /// With the etag of the next version, where there is one.
    pub(crate) fn next(&self) -> Self {
        let next = |etag_before: &String| {
            let Version { id, version } =
                serde_json::from_slice(&BASE64_STANDARD.decode(etag_before).ok()?).ok()?;
            Some(etag(&id, version.checked_add(1)?))
        };
        Self {
            object_type: self.object_type.clone(),
            etag: self.etag.as_ref().and_then(next),
        }
    }
}

/// Several of something, all or one page.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Collection<T> {
    pub(crate) total_count: usize,
    pub(crate) items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) links: Option<CollectionLinks>,
    pub(crate) attributes: Attributes,
}

/// This page and the one after it.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CollectionLinks {
    #[serde(rename = "self")]
    pub(crate) this: Link,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<Link>,
}
