//! What did the client send? A mock server that answers with given bytes and keeps every request.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use httpmock::{HttpMockRequest, HttpMockResponse, MockServer};

/// A client that asks so often beyond the last answer goes round in circles.
const PATIENCE: usize = 100;

/// An `httpmock` server that answers the nth request with the nth body, and the last one from then on, but not for ever:
/// a test of a loop must end when the loop is there.
pub struct Recorded {
    server: MockServer,
    sent: Arc<Mutex<Vec<Sent>>>,
}

/// An answer: status, headers, body.
pub type Answer = (u16, Vec<(&'static str, String)>, Vec<u8>);

/// A request as it arrived. It displays as a snapshot: the parts that differ from run to run are named.
#[derive(Clone, Debug)]
pub struct Sent {
    /// `GET /v1/...?..`
    pub line: String,
    /// Names in lower case, sorted.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

impl Recorded {
    /// Starts a server for the answers.
    pub fn start(answers: Vec<Answer>) -> Self {
        let server = MockServer::start();
        let sent: Arc<Mutex<Vec<Sent>>> = Arc::default();
        let log = Arc::clone(&sent);
        server.mock(|when, then| {
            when.any_request();
            then.respond_with(move |request: &HttpMockRequest| {
                let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                if log.len() > answers.len() + PATIENCE {
                    return HttpMockResponse::builder().status(599).build();
                }
                let (status, headers, body) = &answers[log.len().min(answers.len() - 1)];
                log.push(Sent::read(request));
                HttpMockResponse::builder()
                    .status(*status)
                    .headers(headers.clone())
                    .body(body.clone())
                    .build()
            });
        });
        Self { server, sent }
    }

    /// Starts a server that answers everything with 200 and these JSON bodies.
    pub fn json(bodies: impl IntoIterator<Item = impl Into<Vec<u8>>>) -> Self {
        let headers = vec![("content-type", "application/json; charset=utf-8".to_owned())];
        Self::start(
            bodies
                .into_iter()
                .map(|body| (200, headers.clone(), body.into()))
                .collect(),
        )
    }

    /// The base URL, without `/v1`.
    pub fn base_url(&self) -> String {
        self.server.base_url()
    }

    /// The requests so far.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Sent {
    fn read(request: &HttpMockRequest) -> Self {
        let uri = request.uri();
        let target = uri
            .path_and_query()
            .map(ToString::to_string)
            .unwrap_or_default();
        let mut headers: Vec<_> = request
            .headers_vec()
            .iter()
            .map(|(name, value)| (name.to_lowercase(), value.clone()))
            .collect();
        headers.sort();
        Self {
            line: format!("{} {target}", request.method_str()),
            headers,
            body: request.body_ref().to_vec(),
        }
    }

    /// The value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.line)?;
        for (name, value) in &self.headers {
            let value = match name.as_str() {
                "host" => "[address]",
                "ms-requestid" | "ms-correlationid" => "[id]",
                "user-agent" => value.split('/').next().unwrap_or_default(),
                _ => value,
            };
            writeln!(f, "{name}: {value}")?;
        }
        Ok(())
    }
}
