//! How is a file read that may be large?
//!
//! As it arrives: no more than one piece is held. There is no limit to its length or to the whole time, but to the time
//! of silence, since a file takes as long as it takes.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use futures_core::Stream;
use http::header::TRANSFER_ENCODING;
use http::{HeaderMap, StatusCode};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::body::BodyFailure;
use crate::call::{CallIds, in_time};
use crate::error::{Answer, Error};
use crate::transport::unread;

type Pieces = Pin<Box<dyn Stream<Item = reqwest::Result<Bytes>> + Send>>;

/// The bytes of a file, as they arrive.
///
/// It is a `Stream`; [`try_next`](Self::try_next) needs no other crate. After an error it ends: what was read until
/// then is a part of the file, and is to be thrown away.
#[must_use = "nothing is read before the download is polled"]
pub struct Download {
    pieces: Pieces,
    length: Option<u64>,
    silence: Silence,
    head: Head,
    is_over: bool,
}

/// What an error in the middle of the file says of the answer.
pub(crate) struct Head {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) place: String,
    pub(crate) ids: CallIds,
    pub(crate) attempts: u32,
}

/// How long nothing has come. The time that the caller takes between two pieces does not count.
struct Silence {
    limit: Duration,
    timer: Pin<Box<Sleep>>,
    is_running: bool,
}

impl Silence {
    fn poll(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if !self.is_running {
            self.timer.as_mut().reset(in_time(self.limit));
            self.is_running = true;
        }
        self.timer.as_mut().poll(context)
    }
}

impl Download {
    pub(crate) fn new(response: reqwest::Response, limit: Duration, head: Head) -> Self {
        Self {
            length: response.content_length(),
            pieces: Box::pin(response.bytes_stream()),
            silence: Silence {
                limit,
                timer: Box::pin(sleep_until(Instant::now())),
                is_running: false,
            },
            head,
            is_over: false,
        }
    }

    /// How many bytes the service announced, if it did.
    pub fn length(&self) -> Option<u64> {
        self.length
    }

    /// Whether the end of the file can be told from a cut: the length was announced, or the file comes in chunks of HTTP,
    /// the last of which is marked.
    pub fn shows_its_end(&self) -> bool {
        self.length.is_some() || self.head.headers.contains_key(TRANSFER_ENCODING)
    }

    /// The next piece; `None` at the end of the file.
    ///
    /// # Errors
    /// - `Interrupted`: the connection broke, or fewer bytes came than were announced. See
    ///   [`shows_its_end`](Self::shows_its_end) for when that can be told.
    /// - `Timeout`: nothing came for as long as the client's idle time-out.
    pub async fn try_next(&mut self) -> Result<Option<Bytes>, Error> {
        std::future::poll_fn(|context| self.poll_piece(context))
            .await
            .transpose()
    }

    fn poll_piece(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let failure = match self.pieces.as_mut().poll_next(context) {
            Poll::Pending => {
                ready!(self.silence.poll(context));
                BodyFailure::TimedOut
            }
            Poll::Ready(Some(Ok(piece))) => {
                self.silence.is_running = false;
                return Poll::Ready(Some(Ok(piece)));
            }
            Poll::Ready(Some(Err(error))) if error.is_timeout() => BodyFailure::TimedOut,
            Poll::Ready(Some(Err(error))) => BodyFailure::Cut(error.without_url()),
            Poll::Ready(None) => {
                self.is_over = true;
                return Poll::Ready(None);
            }
        };
        self.is_over = true;
        let Head {
            status,
            headers,
            place,
            ids,
            attempts,
        } = &self.head;
        let error = unread(failure, u64::MAX).with_answer(Answer {
            status: *status,
            headers: headers.clone(),
            body: None,
        });
        Poll::Ready(Some(Err(error.of_call(place, *ids, *attempts))))
    }
}

impl Stream for Download {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_piece(context)
    }
}

impl fmt::Debug for Download {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Download")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}
