//! How is a connection broken on purpose?
//!
//! The HTTP library answers every request and closes connections in good order. What is below it, the stream of bytes, is
//! wrapped here: a request can tell its own connection to be reset, or to end when what was written so far is out.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll, ready};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

const SERVING: u8 = 0;
const RESET: u8 = 1;
const ENDING: u8 = 2;

/// What a request knows of the connection that it came on.
#[derive(Clone, Debug)]
pub(crate) struct Connection(Arc<AtomicU8>);

impl Connection {
    /// Lets nothing more out: the client sees a reset.
    pub(crate) fn reset(&self) {
        self.0.store(RESET, Ordering::Release);
    }

    /// Ends the connection as soon as all that was written is out: the client sees the end too early.
    pub(crate) fn end_after_flush(&self) {
        self.0.store(ENDING, Ordering::Release);
    }

    fn fate(&self) -> u8 {
        self.0.load(Ordering::Acquire)
    }
}

impl Connected<IncomingStream<'_, Door>> for Connection {
    fn connect_info(stream: IncomingStream<'_, Door>) -> Self {
        stream.io().connection.clone()
    }
}

/// Where connections come in.
#[derive(Debug)]
pub(crate) struct Door(pub(crate) TcpListener);

impl Listener for Door {
    type Io = Stream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Stream, Self::Addr) {
        // The listener's own way waits when the system is out of sockets.
        let (stream, address) = Listener::accept(&mut self.0).await;
        // A small answer should not wait for more; when that cannot be set, it is only slower.
        let _ = stream.set_nodelay(true);
        let connection = Connection(Arc::new(AtomicU8::new(SERVING)));
        (Stream { stream, connection }, address)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// The bytes of a connection, as long as it is meant to last.
#[derive(Debug)]
pub(crate) struct Stream {
    stream: TcpStream,
    connection: Connection,
}

impl Stream {
    fn writable(&self) -> io::Result<()> {
        match self.connection.fate() {
            RESET => Err(io::ErrorKind::ConnectionReset.into()),
            _ => Ok(()),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.writable()?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.writable()?;
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        // The HTTP library asks for this once it has nothing left to write.
        Poll::Ready(match self.connection.fate() {
            ENDING => Err(io::ErrorKind::ConnectionAborted.into()),
            _ => Ok(()),
        })
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.writable()?;
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.connection.fate() == RESET {
            // Without the linger the system resets instead of closing. When that cannot be set, the client sees an end
            // without an answer.
            let _ = self.stream.set_zero_linger();
        }
    }
}
