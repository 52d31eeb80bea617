//! Which bytes came with a request, and in which form?

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use crate::refusal::Refusal;

/// Longest body that is taken.
const LONGEST: usize = 16 * 1024 * 1024;

/// Longest body that is read to its end. Closing a connection with unread bytes in it can cost the client the answer.
const LONGEST_READ: usize = 4 * LONGEST;

/// A body that may still be on its way.
#[derive(Debug)]
pub(crate) struct Incoming {
    body: Body,
    patience: Duration,
}

impl Incoming {
    /// A body of which no next piece is waited for any longer than this.
    pub(crate) fn new(body: Body, patience: Duration) -> Self {
        Self { body, patience }
    }

    /// Reads it. Not more of it is kept than is taken.
    pub(crate) async fn read(mut self) -> Result<Bytes, Refusal> {
        let (mut kept, mut length) = (BytesMut::new(), 0);
        while let Some(frame) = timeout(self.patience, self.body.frame())
            .await
            .map_err(|_| Refusal::BodyLate)?
        {
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

    /// Reads it for nobody. It makes no difference what is wrong with it, as long as it ends.
    pub(crate) async fn discard(self) -> Result<(), Refusal> {
        match self.read().await {
            Err(Refusal::BodyLate) => Err(Refusal::BodyLate),
            _ => Ok(()),
        }
    }
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
pub(crate) fn media_type(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').next().map(str::trim)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::time::Duration;

    use axum::body::Body;
    use bytes::Bytes;
    use futures_util::stream;
    use tokio::time::sleep;

    use super::Incoming;
    use crate::refusal::Refusal;

    /// A body of four bytes, one at a time.
    fn slow(pause: Duration) -> Body {
        Body::from_stream(stream::unfold(0, move |sent| async move {
            sleep(pause).await;
            (sent < 4).then_some((Ok::<_, Infallible>(Bytes::from_static(b"x")), sent + 1))
        }))
    }

    #[tokio::test(start_paused = true)]
    async fn it_is_the_next_byte_that_is_waited_for_and_not_the_last() {
        let patience = Duration::from_secs(30);
        for (pause, expected) in [
            (29, Ok(Bytes::from_static(b"xxxx"))),
            (31, Err(Refusal::BodyLate)),
        ] {
            let body = Incoming::new(slow(Duration::from_secs(pause)), patience);
            assert_eq!(body.read().await, expected);
        }
        let body = Incoming::new(slow(patience * 2), patience);
        assert_eq!(body.discard().await, Err(Refusal::BodyLate));
        let body = Incoming::new(slow(patience * 2), Duration::MAX);
        assert_eq!(body.discard().await, Ok(()));
    }
}
