//! How is the body of an answer read whole, and never more of it than is wanted?

use bytes::{Bytes, BytesMut};
use reqwest::Response;
use tokio::time::{Instant, timeout_at};

/// Why there is no body.
#[derive(Debug)]
pub(crate) enum BodyFailure {
    TooLarge,
    TimedOut,
    Cut(reqwest::Error),
}

/// Reads the body, at most `limit` bytes of it and at most `until` then. What came before a failure is with it.
pub(crate) async fn read(
    response: &mut Response,
    limit: u64,
    until: Instant,
) -> Result<Bytes, (BodyFailure, Bytes)> {
    let announced = response.content_length();
    if announced.is_some_and(|length| length > limit) {
        return Err((BodyFailure::TooLarge, Bytes::new()));
    }
    let mut whole = BytesMut::new();
    loop {
        let failure = match timeout_at(until, response.chunk()).await {
            Err(_) => BodyFailure::TimedOut,
            Ok(Err(error)) if error.is_timeout() => BodyFailure::TimedOut,
            Ok(Err(error)) => BodyFailure::Cut(error.without_url()),
            Ok(Ok(None)) => return Ok(whole.freeze()),
            Ok(Ok(Some(chunk))) if (whole.len() + chunk.len()) as u64 <= limit => {
                // A body that arrives in one piece is not copied.
                if whole.is_empty() && announced == Some(chunk.len() as u64) {
                    return Ok(chunk);
                }
                whole.extend_from_slice(&chunk);
                continue;
            }
            Ok(Ok(Some(_))) => BodyFailure::TooLarge,
        };
        return Err((failure, whole.freeze()));
    }
}

/// The body without the byte order mark that the service puts before JSON.
pub(crate) fn without_mark(body: Bytes) -> Bytes {
    const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
    if body.starts_with(BYTE_ORDER_MARK) {
        body.slice(BYTE_ORDER_MARK.len()..)
    } else {
        body
    }
}
