//! What of the service's paths that have no typed call here?
//!
//! They go through the same transport, under the same rules: the token goes below the endpoint only, no redirect is
//! followed, and an error says what became of the request.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use partner_center_orders_api::{JsonText, ResourceLinks};
use reqwest::Request;
use serde::{Deserialize, Serialize};
use url::Url;
use uuid::Uuid;

use crate::call::CallOptions;
use crate::client::PartnerCenter;
use crate::collections::collection;
use crate::error::Error;
use crate::link::{Root, Target, Unusable, is_transports};
use crate::list::ListRequest;
use crate::pager::Followed;
use crate::response::Response;

/// A request of the caller's own. Made by [`PartnerCenter::request`].
#[must_use = "nothing is sent before this is sent"]
pub struct RawRequest<'c> {
    partner: &'c PartnerCenter,
    method: Method,
    url: Result<Url, Error>,
    headers: HeaderMap,
    body: Option<Bytes>,
    /// The first thing that is wrong with what was added.
    wrong: Option<Error>,
    options: CallOptions,
}

impl<'c> RawRequest<'c> {
    pub(crate) fn new(partner: &'c PartnerCenter, method: Method, path: &str) -> Self {
        Self {
            url: address(&partner.shared().root, path),
            partner,
            method,
            headers: HeaderMap::from_iter([(ACCEPT, HeaderValue::from_static("application/json"))]),
            body: None,
            wrong: None,
            options: CallOptions::default(),
        }
    }

    /// Sets a header, such as `If-Match`. `Accept` is `application/json` unless set here.
    ///
    /// Headers that say who asks or how the message is framed cannot be set, and the two ids have methods of their
    /// own: sending says so.
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<str>) -> Self {
        match header(name.as_ref(), value.as_ref()) {
            Ok((name, value)) => {
                self.headers.insert(name, value);
            }
            Err(error) => self.wrong = self.wrong.or(Some(error)),
        }
        self
    }

    /// Sends a body, and its media type as `Content-Type`.
    pub fn body(mut self, media_type: impl AsRef<str>, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self.header(CONTENT_TYPE.as_str(), media_type)
    }

    /// Sends a value as JSON.
    pub fn json(mut self, value: &(impl Serialize + ?Sized)) -> Self {
        match serde_json::to_vec(value) {
            Ok(json) => self.body("application/json", json),
            Err(error) => {
                let error = Error::input("the body cannot be written as JSON").with_source(error);
                self.wrong = self.wrong.or(Some(error));
                self
            }
        }
    }

    /// The `MS-RequestId`; made up when not given. Send a write again only with the id that it had.
    pub fn request_id(mut self, id: Uuid) -> Self {
        self.options.request_id = Some(id);
        self
    }

    /// The `MS-CorrelationId`; made up when not given.
    pub fn correlation_id(mut self, id: Uuid) -> Self {
        self.options.correlation_id = Some(id);
        self
    }

    /// How long the call may take, instead of what the client was built with.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.options.deadline = Some(limit);
        self
    }

    /// Sends the request, once, and returns the body as it came, but for its byte order mark.
    ///
    /// # Errors
    /// - `Input`: the path is none below the endpoint, or a header cannot be set; nothing was sent.
    /// - Those of every call: see [`ErrorKind`](crate::ErrorKind). After anything but `NotSent` and `Refused` in
    ///   [`Error::delivery`], do not send a write again with another request id.
    pub async fn send(self) -> Result<Response<Bytes>, Error> {
        if let Some(wrong) = self.wrong {
            return Err(wrong);
        }
        let mut request = Request::new(self.method, self.url?);
        *request.headers_mut() = self.headers;
        *request.body_mut() = self.body.map(Into::into);
        self.partner.shared().send(self.options, request).await
    }
}

/// Headers and body may hold anything, secrets included.
impl fmt::Debug for RawRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest")
            .field("method", &self.method)
            .field("path", &self.url.as_ref().map(Url::path).ok())
            .finish_non_exhaustive()
    }
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    const IDS: [&str; 2] = ["ms-requestid", "ms-correlationid"];
    let name = HeaderName::try_from(name)
        .map_err(|error| Error::input("a header's name cannot be sent").with_source(error))?;
    if is_transports(&name) {
        return Err(Error::input(format!(
            "the header {name} is set by the client and cannot be set otherwise"
        )));
    }
    if IDS.contains(&name.as_str()) {
        return Err(Error::input(format!(
            "the header {name} is set by request_id() or correlation_id()"
        )));
    }
    let value = HeaderValue::try_from(value).map_err(|error| {
        Error::input(format!("the value of the header {name} cannot be sent")).with_source(error)
    })?;
    Ok((name, value))
}

/// The address of a path of the caller's. What a link may hold and be changed by the way is refused here, since the
/// caller means what was written.
fn address(root: &Root, path: &str) -> Result<Url, Error> {
    let only_path = path.split(['?', '#']).next().unwrap_or_default();
    let is_dots = |segment: &str| {
        let plain = segment.replace("%2e", ".").replace("%2E", ".");
        plain == "." || plain == ".."
    };
    if only_path.split('/').any(is_dots) {
        return Err(Error::input("the path must not have . or .. as a segment"));
    }
    if path.contains('#') {
        return Err(Error::input(
            "the path must not have a #; write %23 when it is meant",
        ));
    }
    root.url(path).map_err(|why| match why {
        Unusable::NoUri => Error::input("the path is none: write it as in /customers?size=20"),
        Unusable::Elsewhere => Error::input("the path leads away from the configured endpoint"),
    })
}

/// Any list of the service's.
pub(crate) fn list(partner: &PartnerCenter, path: &str) -> ListRequest<JsonText> {
    let shared = partner.shared();
    let first = address(&shared.root, path);
    let listing = match &first {
        Ok(url) => format!("raw {}?{}", url.path(), url.query().unwrap_or_default()),
        Err(_) => String::new(),
    };
    let source = first.map(|url| {
        Followed::<AnyCollection>::source(
            shared,
            Target {
                url,
                headers: HeaderMap::new(),
            },
        )
    });
    ListRequest::new(source, listing)
}

/// What every collection of the service has.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnyCollection {
    items: Vec<JsonText>,
    #[serde(default)]
    total_count: Option<i32>,
    #[serde(default)]
    links: Option<ResourceLinks>,
}

collection!(AnyCollection of JsonText);
