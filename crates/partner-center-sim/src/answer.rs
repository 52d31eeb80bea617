//! What goes out: which bytes and headers does every answer have?
//!
//! A JSON body that answers the question starts with a byte order mark, as the real service's do; an error body does not,
//! and the bytes of a file are nothing but the file.
//! The ids in the headers are the request's own, or made up from its number: there is no randomness in an answer.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use bytes::{Buf as _, Bytes};
use http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use http::{HeaderMap, Response, StatusCode};
use serde::Serialize;

use crate::body::is_json;
use crate::id::is_guid;

pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";
/// Identifies a request; of a write, what must happen once.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("ms-requestid");
const CORRELATION_ID: HeaderName = HeaderName::from_static("ms-correlationid");
const CORRELATION_VECTOR: HeaderName = HeaderName::from_static("ms-cv");
const SERVER_ID: HeaderName = HeaderName::from_static("ms-serverid");

/// An answer, perhaps before it has the headers that all answers of the service have.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Answer {
    /// A 200 with this value as JSON.
    pub(crate) fn ok<T: Serialize>(value: &T) -> serde_json::Result<Self> {
        let mut body = BYTE_ORDER_MARK.to_vec();
        serde_json::to_writer(&mut body, value)?;
        Ok(Self::written(StatusCode::OK, HeaderMap::new(), body.into()))
    }

    /// The same as a 201.
    pub(crate) fn created<T: Serialize>(value: &T) -> serde_json::Result<Self> {
        Ok(Self {
            status: StatusCode::CREATED,
            ..Self::ok(value)?
        })
    }

    /// A 201 without a byte order mark: the documented answer to an upload has none.
    pub(crate) fn uploaded<T: Serialize>(value: &T) -> serde_json::Result<Self> {
        let body = serde_json::to_vec(value)?.into();
        Ok(Self::written(StatusCode::CREATED, HeaderMap::new(), body))
    }

    /// A status and its JSON, without a byte order mark.
    pub(crate) fn json<T: Serialize>(status: StatusCode, headers: HeaderMap, body: &T) -> Self {
        // What is written here are plain structures, for which this cannot fail.
        let body = serde_json::to_vec(body).unwrap_or_default().into();
        Self::written(status, headers, body)
    }

    /// The same, written before.
    pub(crate) fn written(status: StatusCode, mut headers: HeaderMap, body: Bytes) -> Self {
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        headers.insert(CONTENT_TYPE, json);
        Self {
            status,
            headers,
            body,
        }
    }

    /// A 200 with these bytes as they are.
    pub(crate) fn file(body: Bytes) -> Self {
        let octets = HeaderValue::from_static("application/octet-stream");
        Self {
            status: StatusCode::OK,
            headers: HeaderMap::from_iter([(CONTENT_TYPE, octets)]),
            body,
        }
    }

    /// As it leaves.
    pub(crate) fn into_response<B: From<Bytes>>(self) -> Response<B> {
        let mut response = Response::new(B::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }

    /// The same without a byte order mark. A file keeps its bytes.
    pub(crate) fn without_mark(mut self) -> Self {
        if is_json(&self.headers) && self.body.starts_with(BYTE_ORDER_MARK) {
            self.body.advance(BYTE_ORDER_MARK.len());
        }
        self
    }

    /// With the headers that all answers of the service have, to the request with this number (from 1) and these headers.
    pub(crate) fn complete(mut self, number: usize, asked: &HeaderMap) -> Self {
        let made_up = |kind: u8| made_up(format!("{number:08x}-0000-4000-8000-00000000000{kind}"));
        let headers = &mut self.headers;
        headers.insert(
            REQUEST_ID,
            echo(asked, &REQUEST_ID, is_guid).unwrap_or_else(|| made_up(1)),
        );
        headers.insert(
            CORRELATION_ID,
            echo(asked, &CORRELATION_ID, is_guid).unwrap_or_else(|| made_up(2)),
        );
        headers.insert(
            CORRELATION_VECTOR,
            echo(asked, &CORRELATION_VECTOR, |vector| !vector.is_empty())
                .unwrap_or_else(|| correlation_vector(number)),
        );
        headers.insert(SERVER_ID, HeaderValue::from_static("000051D0"));
        self
    }
}

fn echo(asked: &HeaderMap, name: &HeaderName, is_valid: fn(&str) -> bool) -> Option<HeaderValue> {
    let value = asked.get(name)?;
    is_valid(value.to_str().ok()?).then(|| value.clone())
}

fn correlation_vector(number: usize) -> HeaderValue {
    // Twelve bytes are sixteen characters, without padding.
    let seed = BASE64_STANDARD.encode(format!("simcv{number:07}"));
    made_up(format!("{seed}.0"))
}

fn made_up(text: String) -> HeaderValue {
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("0"))
}
