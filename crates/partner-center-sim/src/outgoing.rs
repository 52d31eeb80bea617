//! How do the bytes of a body leave?
//!
//! Usually at once. A fault can slow them down, add blanks without end, or let the connection break between two of them.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::connection::Connection;

/// Blanks come in pieces of this size.
static BLANKS: [u8; 16 * 1024] = [b' '; 16 * 1024];

/// How the body of one answer is to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Manner {
    /// The connection breaks after so many bytes.
    Cut(u64),
    /// So many bytes at a time.
    Slow { bytes: usize, pause: Duration },
    /// With blanks behind it, until it has so many bytes.
    Huge(u64),
}

/// A body that does not simply leave.
#[derive(Debug)]
pub(crate) struct Outgoing {
    rest: Bytes,
    blanks: u64,
    /// What the head announces, less what left.
    announced: u64,
    /// Whether the connection breaks when all is out.
    breaks: bool,
    connection: Connection,
    piece: usize,
    pause: Duration,
    resting: Option<Pin<Box<Sleep>>>,
}

impl Outgoing {
    pub(crate) fn new(mut body: Bytes, manner: Manner, connection: Connection) -> Self {
        let whole = length(&body);
        let (mut announced, mut blanks, mut breaks) = (whole, 0, false);
        let (mut piece, mut pause) = (usize::MAX, Duration::ZERO);
        match manner {
            Manner::Cut(bytes) => {
                // What does not fit into an address is longer than any body.
                body.truncate(usize::try_from(bytes).unwrap_or(usize::MAX));
                breaks = length(&body) < whole;
            }
            Manner::Slow { bytes, pause: wait } => (piece, pause) = (bytes.max(1), wait),
            Manner::Huge(bytes) => {
                blanks = bytes.saturating_sub(whole);
                announced += blanks;
            }
        }
        Self {
            rest: body,
            blanks,
            announced,
            breaks,
            connection,
            piece,
            pause,
            resting: None,
        }
    }

    fn is_out(&self) -> bool {
        self.rest.is_empty() && self.blanks == 0
    }

    /// The HTTP library flushes when it got nothing more: what is in its hands by then still leaves.
    fn break_when_out(&self) {
        if self.breaks && self.is_out() {
            self.connection.end_after_flush();
        }
    }

    fn next(&mut self) -> Bytes {
        let piece = if self.rest.is_empty() {
            let size = self.blanks.min(length(&BLANKS));
            self.blanks -= size;
            Bytes::from_static(&BLANKS).slice(..usize::try_from(size).unwrap_or_default())
        } else {
            self.rest.split_to(self.rest.len().min(self.piece))
        };
        self.announced = self.announced.saturating_sub(length(&piece));
        piece
    }
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(resting) = &mut self.resting {
            if resting.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.resting = None;
        }
        if self.is_out() {
            // A broken body never ends; its connection does, with the flush that follows.
            self.break_when_out();
            return if self.breaks {
                Poll::Pending
            } else {
                Poll::Ready(None)
            };
        }
        let piece = self.next();
        self.break_when_out();
        if !self.pause.is_zero() && !self.is_out() {
            self.resting = Some(Box::pin(sleep(self.pause)));
        }
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.is_out() && !self.breaks
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.announced)
    }
}
