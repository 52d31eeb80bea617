//! What was asked, and with which status was it answered?
//!
//! A test reads here what its client really sent. Tokens and secrets are not kept.

use std::sync::{Mutex, MutexGuard, PoisonError};

use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};
use http::{HeaderMap, StatusCode, request};
use serde::Serialize;

use crate::request::bearer;
use crate::sign_in::Endpoint;

/// A request that the simulator received.
///
/// No token and no secret is in it, so that it can be printed and kept as a snapshot: no body, no query of a request for a
/// token, and none of the headers `Authorization`, `Proxy-Authorization` and `Cookie`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoggedRequest {
    method: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
    is_authorized: bool,
    status: u16,
    problems: Vec<String>,
}

impl LoggedRequest {
    /// The method, such as `GET`.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// The path as it came, `/v1` included and percent-encoding untouched.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The query as it came, without its question mark. `None` for a request for a token.
    pub fn query(&self) -> Option<&str> {
        self.query.as_deref()
    }

    /// The first value of a header, whatever the letter case of the name.
    ///
    /// Always `None` for what can hold a secret, such as `Authorization`: see [`is_authorized`](Self::is_authorized).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// Whether the request carried a bearer token, accepted or not.
    pub fn is_authorized(&self) -> bool {
        self.is_authorized
    }

    /// The HTTP status of the answer; 0 while there is none yet, and when a fault let it have none.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// What does not fit the spec, each with its place and the rule: of the request (`request: ..`), also where the
    /// simulator puts up with it or refused it for something else, and of the simulator's own answer (`answer: ..`).
    ///
    /// Empty for what is not looked at: what is no operation of the spec, what was refused for its token or throttled, what
    /// a fault struck before it was carried out, and everything after [`unchecked`](crate::Builder::unchecked).
    pub fn problems(&self) -> &[String] {
        &self.problems
    }

    fn new(head: &request::Parts) -> Self {
        // A secret belongs into the form, but not every client knows that.
        let asks_for_token = Endpoint::at(head.uri.path()).is_some();
        Self {
            method: head.method.as_str().to_owned(),
            path: head.uri.path().to_owned(),
            query: head
                .uri
                .query()
                .map(str::to_owned)
                .filter(|_| !asks_for_token),
            headers: kept(&head.headers),
            is_authorized: bearer(&head.headers).is_some(),
            status: 0,
            problems: Vec::new(),
        }
    }
}

fn kept(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| ![AUTHORIZATION, PROXY_AUTHORIZATION, COOKIE].contains(name))
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.as_str().to_owned(), value)
        })
        .collect()
}

/// All requests in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Log(Mutex<Vec<LoggedRequest>>);

impl Log {
    /// Notes a request and gives its number, from 1.
    pub(crate) fn received(&self, head: &request::Parts) -> usize {
        let request = LoggedRequest::new(head);
        let mut requests = self.lock();
        requests.push(request);
        requests.len()
    }

    /// Notes how the request with this number was answered.
    pub(crate) fn answered(&self, number: usize, status: StatusCode) {
        self.with(number, |request| request.status = status.as_u16());
    }

    /// Notes what does not fit the spec about the request with this number.
    pub(crate) fn found(&self, number: usize, problems: impl IntoIterator<Item = String>) {
        self.with(number, |request| request.problems.extend(problems));
    }

    fn with(&self, number: usize, note: impl FnOnce(&mut LoggedRequest)) {
        let mut requests = self.lock();
        // After a reset there may be none.
        if let Some(request) = number.checked_sub(1).and_then(|n| requests.get_mut(n)) {
            note(request);
        }
    }

    /// Forgets all of them.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// A copy of all of them.
    pub(crate) fn requests(&self) -> Vec<LoggedRequest> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<LoggedRequest>> {
        // A list to which one thing is added at a time is whole even after a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
