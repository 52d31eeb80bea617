//! What would be sent?

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method};
use reqwest::Request;

use crate::call::CallOptions;
use crate::transport;

/// A request as it would be sent, but for the token and for what is made up on sending: ids that were not given, and the
/// boundary between the parts of an upload.
#[derive(Clone)]
pub struct Preview {
    method: Method,
    path: String,
    headers: HeaderMap,
    body: Bytes,
    parts: Vec<PreviewPart>,
}

impl Preview {
    pub(crate) fn new(request: Request, options: CallOptions) -> Self {
        let mut headers = request.headers().clone();
        let given = [
            (transport::REQUEST_ID, options.request_id),
            (transport::CORRELATION_ID, options.correlation_id),
        ];
        for (name, id) in given {
            if let Some(id) = id {
                headers.insert(name, transport::id_value(id));
            }
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
            parts: Vec::new(),
        }
    }

    pub(crate) fn with_parts(mut self, parts: Vec<PreviewPart>) -> Self {
        self.parts = parts;
        self
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// The path with its query, `/v1` included.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The headers; the two ids only when they were given.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body; empty for an upload, which has [`parts`](Self::parts) instead.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// What the body of an upload consists of, in this order.
    pub fn parts(&self) -> &[PreviewPart] {
        &self.parts
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

/// One part of an upload, as it would be sent.
#[derive(Clone)]
pub struct PreviewPart {
    pub(crate) name: &'static str,
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: String,
    pub(crate) length: u64,
    pub(crate) text: Option<String>,
}

impl PreviewPart {
    /// What the part is called.
    pub fn name(&self) -> &str {
        self.name
    }

    /// The name of the file; `None` for what is none.
    pub fn file_name(&self) -> Option<&str> {
        self.file_name.as_deref()
    }

    /// The content type.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// How many bytes it has. A file may change before it is sent.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// What it says, where it is no file: JSON.
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }
}

/// What the part says belongs to the caller.
impl fmt::Debug for PreviewPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PreviewPart")
            .field("name", &self.name)
            .field("content_type", &self.content_type)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
