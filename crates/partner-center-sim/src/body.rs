//! Which bytes came with a request, and in which form?

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt as _;

use crate::refusal::Refusal;

/// Longest body that is taken.
const LONGEST: usize = 16 * 1024 * 1024;

/// Longest body that is read to its end. Closing a connection with unread bytes in it can cost the client the answer.
const LONGEST_READ: usize = 4 * LONGEST;

/// Reads a body. Not more of it is kept than is taken.
pub(crate) async fn read(mut body: Body) -> Result<Bytes, Refusal> {
    let (mut kept, mut length) = (BytesMut::new(), 0);
    while let Some(frame) = body.frame().await {
        // Cut on its way.
        let frame = frame.map_err(|_| Refusal::BodyUnreadable)?;
        let Ok(piece) = frame.into_data() else {
            continue;
        };
        length += piece.len();
        if length <= LONGEST {
            kept.extend_from_slice(&piece);
        } else {
            kept.clear();
            if length > LONGEST_READ {
                break;
            }
        }
    }
    if length > LONGEST {
        return Err(Refusal::BodyTooLong);
    }
    Ok(kept.freeze())
}

/// Reads a body for nobody. What is wrong with it makes no difference.
pub(crate) async fn discard(body: Body) {
    let _ = read(body).await;
}

/// Whether the headers call the body JSON.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    media_type(headers).is_some_and(|media_type| {
        ["application/json", "text/json"]
            .iter()
            .any(|json| media_type.eq_ignore_ascii_case(json))
    })
}

/// The type without its parameters.
fn media_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').next().map(str::trim)
}
