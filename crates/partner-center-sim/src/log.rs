//! What was asked, and with which status was it answered?
//!
//! A test reads here what its client really sent. Tokens and secrets are not kept.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::header::{AUTHORIZATION, COOKIE, PROXY_AUTHORIZATION};
use http::{HeaderMap, StatusCode, request};
use serde::Serialize;

use crate::request::{bearer, pair};
use crate::sign_in::{Endpoint, is_form};

/// Members of a form whose values say nothing secret.
const TOLD: [&str; 4] = ["grant_type", "client_id", "scope", "resource"];
/// Members of which it is told only that they came.
const HIDDEN: [&str; 8] = [
    "client_secret",
    "client_assertion",
    "refresh_token",
    "device_code",
    "code",
    "assertion",
    "username",
    "password",
];

/// A request that the simulator received.
///
/// No token and no secret is in it, so that it can be printed and kept as a snapshot: no body but what
/// [`form`](Self::form) tells, no query of a request for signing in, and none of the headers `Authorization`, `Proxy-Authorization` and `Cookie`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LoggedRequest {
    method: String,
    path: String,
    query: Option<String>,
    headers: Vec<(String, String)>,
    /// Of a request for signing in.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    form: BTreeMap<&'static str, String>,
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

    /// The query as it came, without its question mark. `None` for a request for signing in.
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

    /// What the form of a request for signing in said: the values of `grant_type`, `client_id`, `scope` and `resource`; of a
    /// secret, a refresh token and the like, `(hidden)` when it was there.
    ///
    /// `None` for other members, for other requests, and until the body has come.
    pub fn form(&self, name: &str) -> Option<&str> {
        self.form.get(name).map(String::as_str)
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
            form: BTreeMap::new(),
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

/// What is kept of a form.
fn kept_form(head: &request::Parts, body: &[u8]) -> BTreeMap<&'static str, String> {
    if !is_form(&head.headers) {
        return BTreeMap::new();
    }
    let body = String::from_utf8_lossy(body);
    let told = TOLD
        .into_iter()
        .filter_map(|name| Some((name, pair(&body, name)?.value)));
    let hidden = HIDDEN.into_iter().filter_map(|name| {
        pair(&body, name)?;
        Some((name, "(hidden)".to_owned()))
    });
    told.chain(hidden).collect()
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

    /// Notes the form of a request for signing in.
    pub(crate) fn asked(&self, number: usize, head: &request::Parts, body: &[u8]) {
        self.with(number, |request| request.form = kept_form(head, body));
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
