//! What would be sent?

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};
use reqwest::Request;
use uuid::Uuid;

use crate::transport;

/// A request as it would be sent, but for the token and for the ids that are made up on sending.
#[derive(Clone)]
pub struct Preview {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Preview {
    pub(crate) fn new(request: Request, request_id: Option<Uuid>) -> Self {
        let mut headers = request.headers().clone();
        if let Some(id) = request_id {
            headers.insert(transport::REQUEST_ID, transport::id_value(id));
        }
        let url = request.url();
        let query = url.query().map(|query| format!("?{query}"));
        Self {
            method: request.method().clone(),
            path: format!("{}{}", url.path(), query.unwrap_or_default()),
            headers,
            body: request
                .body()
                .and_then(|body| body.as_bytes())
                .map(Bytes::copy_from_slice)
                .unwrap_or_default(),
        }
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path with its query, `/v1` included.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The headers; `MS-RequestId` only when it was given.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

/// The body belongs to the caller, and may be long.
impl fmt::Debug for Preview {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Preview")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}
