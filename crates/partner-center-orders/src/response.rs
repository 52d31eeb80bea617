//! What came back, and with what around it?

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use uuid::Uuid;

use crate::call::CallIds;

/// A body with its envelope: status, headers and the ids to quote when asking Microsoft about the call.
#[derive(Clone, Debug)]
pub struct Response<T> {
    body: T,
    status: StatusCode,
    headers: HeaderMap,
    raw: Option<Bytes>,
    ids: CallIds,
    attempts: u32,
}

impl<T> Response<T> {
    pub(crate) fn new(
        body: T,
        status: StatusCode,
        headers: HeaderMap,
        raw: Option<Bytes>,
        ids: CallIds,
        attempts: u32,
    ) -> Self {
        Self {
            body,
            status,
            headers,
            raw,
            ids,
            attempts,
        }
    }

    /// The body.
    pub fn body(&self) -> &T {
        &self.body
    }

    /// The body, without the rest.
    pub fn into_body(self) -> T {
        self.body
    }

    /// The bytes that the body was read from, as they came, JSON without its byte order mark: with all that this version
    /// does not know. `None` for a download, which is read as it arrives.
    pub fn raw_body(&self) -> Option<&[u8]> {
        self.raw.as_deref()
    }

    /// The HTTP status, a 2xx.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers of the answer.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The `MS-RequestId` that was sent.
    pub fn request_id(&self) -> Uuid {
        self.ids.request
    }

    /// The `MS-CorrelationId` that was sent.
    pub fn correlation_id(&self) -> Uuid {
        self.ids.correlation
    }

    /// Which server answered (`MS-ServerId`).
    pub fn server_id(&self) -> Option<&str> {
        self.headers.get("ms-serverid")?.to_str().ok()
    }

    /// How often the request was sent.
    pub fn attempts(&self) -> u32 {
        self.attempts
    }

    pub(crate) fn ids(&self) -> CallIds {
        self.ids
    }

    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            body: change(self.body),
            status: self.status,
            headers: self.headers,
            raw: self.raw,
            ids: self.ids,
            attempts: self.attempts,
        }
    }
}
