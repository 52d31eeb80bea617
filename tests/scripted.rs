//! How does a server misbehave below HTTP? One that writes given bytes to the socket, and then stops, waits or hangs up.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

/// What is written to a connection, and what then happens to it.
#[derive(Clone, Debug)]
pub struct Reply {
    bytes: Vec<u8>,
    ending: Ending,
}

/// What happens after the bytes of a [`Reply`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The connection is closed.
    Close,
    /// The connection stays open and silent until the server is dropped.
    Silence,
}

impl Reply {
    /// Exactly these bytes, then the end.
    pub fn bytes(bytes: impl Into<Vec<u8>>, ending: Ending) -> Self {
        Self {
            bytes: bytes.into(),
            ending,
        }
    }

    /// A complete answer.
    pub fn complete(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Self {
        let body = body.as_ref();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n",
            body.len()
        );
        Self::bytes([head.as_bytes(), body].concat(), Ending::Close)
    }

    /// A complete 200 with JSON.
    pub fn json(body: impl AsRef<[u8]>) -> Self {
        Self::complete("200 OK", "content-type: application/json\r\n", body)
    }
}

/// A server on a free port of 127.0.0.1 that answers the nth connection with the nth reply, and the last one from
/// then on.
pub struct ScriptedServer {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<String>>>,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl ScriptedServer {
    /// Starts the server.
    ///
    /// # Panics
    /// When no port can be bound.
    pub fn start(replies: impl IntoIterator<Item = Reply>) -> Self {
        let replies: Vec<Reply> = replies.into_iter().collect();
        let listener =
            TcpListener::bind(("127.0.0.1", 0)).unwrap_or_else(|error| panic!("bind: {error}"));
        let address = listener
            .local_addr()
            .unwrap_or_else(|error| panic!("address: {error}"));
        let heads: Arc<Mutex<Vec<String>>> = Arc::default();
        let stopping = Arc::new(AtomicBool::new(false));
        let (log, stop) = (Arc::clone(&heads), Arc::clone(&stopping));
        let thread = std::thread::spawn(move || {
            let mut silent = Vec::new();
            for connection in listener.incoming().map_while(Result::ok) {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                silent.extend(serve(connection, &replies, &log));
            }
        });
        Self {
            address,
            heads,
            stopping,
            thread: Some(thread),
        }
    }

    /// The base URL, without `/v1`.
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The heads of the requests so far: request line and headers.
    pub fn heads(&self) -> Vec<String> {
        self.heads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The request lines so far.
    pub fn lines(&self) -> Vec<String> {
        self.heads()
            .iter()
            .map(|head| head.lines().next().unwrap_or_default().to_owned())
            .collect()
    }
}

/// Reads one request and writes its reply. Returns a connection that is to stay open.
fn serve(
    mut connection: TcpStream,
    replies: &[Reply],
    log: &Mutex<Vec<String>>,
) -> Option<TcpStream> {
    // A connection that says nothing was a knock on the door; nobody waits for it.
    connection
        .set_read_timeout(Some(Duration::from_secs(5)))
        .ok()?;
    let mut head = Vec::new();
    let mut reader = BufReader::new(&connection);
    while !head.ends_with(b"\r\n\r\n") {
        if !matches!(reader.read_until(b'\n', &mut head), Ok(1..)) {
            return None;
        }
    }
    // A connection that is closed with unread bytes in it can cost the client the answer.
    let text = String::from_utf8_lossy(&head).to_ascii_lowercase();
    let length = text
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"))
        .and_then(|length| length.trim().parse::<u64>().ok());
    let _ = std::io::copy(
        &mut reader.take(length.unwrap_or_default()),
        &mut std::io::sink(),
    );
    let reply = {
        let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
        let reply = &replies[log.len().min(replies.len() - 1)];
        log.push(String::from_utf8_lossy(&head).into_owned());
        reply
    };
    // The client may hang up before it has read everything: that is what some tests are about.
    let _ = connection
        .write_all(&reply.bytes)
        .and_then(|()| connection.flush());
    (reply.ending == Ending::Silence).then_some(connection)
}

impl Drop for ScriptedServer {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !std::thread::panicking()
        {
            panic!("the scripted server panicked");
        }
    }
}
