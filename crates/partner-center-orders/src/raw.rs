//! What of the service's paths that have no typed call here?
//!
//! They go through the same transport, under the same rules: the token goes below the endpoint only, no redirect is
//! followed, and an error says what became of the request.

use std::fmt;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use partner_center_orders_api::{JsonText, Link};
use reqwest::Request;
use serde::{Deserialize, Serialize};
use url::Url;

use crate::call::CallOptions;
use crate::client::PartnerCenter;
use crate::error::Error;
use crate::link::Target;
use crate::list::ListRequest;
use crate::pager::Page;
use crate::response::Response;
use crate::root::{MOST_HEADERS, Root, Unusable, is_transports};
use crate::setters;
use crate::source::{After, Collection, Followed};

/// CONNECT has no path, and the answer to TRACE would repeat the token.
const METHODS: [Method; 7] = [
    Method::GET,
    Method::HEAD,
    Method::POST,
    Method::PUT,
    Method::PATCH,
    Method::DELETE,
    Method::OPTIONS,
];

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
        let set = header(name.as_ref(), value.as_ref()).and_then(|(name, value)| {
            let is_new = !self.headers.contains_key(&name);
            if is_new && self.headers.len() >= MOST_HEADERS {
                return Err(Error::input("there are too many headers"));
            }
            self.headers.insert(name, value);
            Ok(())
        });
        if let Err(error) = set {
            self.wrong = self.wrong.or(Some(error));
        }
        self
    }

    /// Sends a body, and its media type as `Content-Type`.
    pub fn body(self, media_type: impl AsRef<str>, body: impl Into<Bytes>) -> Self {
        self.bytes(body).header(CONTENT_TYPE.as_str(), media_type)
    }

    /// Sends a body whose media type is set as a header, if at all.
    pub fn bytes(mut self, body: impl Into<Bytes>) -> Self {
        self.body = Some(body.into());
        self
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

    setters::of_one_request! {
        /// How long the call may take, instead of what the client was built with.
    }

    /// Says now what [`send`](Self::send) would say of the request itself.
    ///
    /// # Errors
    /// `Input`: the method, the path or a header cannot be sent.
    pub fn checked(mut self) -> Result<Self, Error> {
        if !METHODS.contains(&self.method) {
            let message = format!("the method {} is not sent", self.method);
            return Err(Error::input(message));
        }
        if let Some(wrong) = self.wrong.take() {
            return Err(wrong);
        }
        self.url = Ok(self.url?);
        Ok(self)
    }

    /// Sends the request, and returns the body as it came; JSON without its byte order mark.
    ///
    /// It is sent again where that is safe: anything but GET, HEAD and OPTIONS counts as a write, which is repeated only as
    /// far as its request id makes that safe. See [`Builder::attempts`](crate::Builder::attempts).
    ///
    /// # Errors
    /// - `Input`: the method is none of GET, HEAD, POST, PUT, PATCH, DELETE and OPTIONS, the path is none below the
    ///   endpoint, or a header cannot be set; nothing was sent.
    /// - Those of every call: see [`ErrorKind`](crate::ErrorKind). After anything but `NotSent` and `Refused` in
    ///   [`Error::delivery`], do not send a write again with another request id.
    pub async fn send(self) -> Result<Response<Bytes>, Error> {
        let checked = self.checked()?;
        let takes_body = [Method::POST, Method::PUT, Method::PATCH].contains(&checked.method);
        let mut request = Request::new(checked.method, checked.url?);
        *request.headers_mut() = checked.headers;
        let body = checked.body.unwrap_or_default();
        if !body.is_empty() {
            *request.body_mut() = Some(body.into());
        } else if takes_body {
            // The HTTP library leaves it out, and servers ask for it: documented for the checkout of a cart.
            let none = HeaderValue::from_static("0");
            request.headers_mut().insert(CONTENT_LENGTH, none);
        }
        checked
            .partner
            .shared()
            .send(checked.options, request)
            .await
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
    let is_absolute = path.contains("://");
    if !is_absolute && only_path.trim_matches('/').is_empty() {
        return Err(Error::input("the path is empty"));
    }
    if !is_absolute && only_path.contains("//") {
        // As when an id was to be put there.
        return Err(Error::input("the path has an empty segment"));
    }
    if only_path.split('/').any(is_dots) {
        return Err(Error::input("the path must not have . or .. as a segment"));
    }
    if path.contains([' ', '\\']) {
        return Err(Error::input(
            "the path must not have spaces or backslashes: percent-encode them",
        ));
    }
    if path.contains('#') {
        return Err(Error::input(
            "the path must not have a #; write %23 when it is meant",
        ));
    }
    root.url(path).map_err(|why| match why {
        Unusable::NoUri => Error::input("the path is none: write it as in /customers/GUID/orders"),
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
    total_count: Option<JsonText>,
    #[serde(default)]
    links: Option<AnyLinks>,
    /// How lists of other resources go on.
    #[serde(default)]
    continuation_token: Option<String>,
}

/// Of its links, the one that counts.
#[derive(Deserialize)]
struct AnyLinks {
    #[serde(default)]
    next: Option<Link>,
}

impl Collection for AnyCollection {
    type Item = JsonText;

    fn into_page(self) -> (Page<JsonText>, After) {
        let page = Page {
            items: self.items,
            total_count: self
                .total_count
                .and_then(|count| count.as_str().parse().ok()),
        };
        let token = self.continuation_token.filter(|token| !token.is_empty());
        let after = match (self.links.and_then(|links| links.next), token) {
            (Some(link), _) => After::Link(link),
            (None, Some(_)) => After::Token,
            (None, None) => After::Nothing,
        };
        (page, after)
    }
}
