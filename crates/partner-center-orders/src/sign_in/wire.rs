//! How does one request to the authority go, from a form to an answer that is JSON?
//!
//! A request for a token may be sent again: a refresh token that was used stays good, as Microsoft documents, and nothing
//! is bought by it.

use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::StatusCode;
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse};
use reqwest::Request;
use secrecy::SecretString;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::fault;
use crate::body::{self, BodyFailure};
use crate::call::in_time;
use crate::credential_error::{CredentialError, CredentialErrorKind as Kind};
use crate::repeats::Repeats;
use crate::retry_after::retry_after;

/// Answers about tokens have some kilobytes.
const LONGEST_ANSWER: u64 = 1024 * 1024;
/// How long one attempt may take.
const ANSWER: Duration = Duration::from_secs(30);

/// The way to the authority.
#[derive(Debug)]
pub(super) struct Wire {
    pub(super) http: reqwest::Client,
    pub(super) repeats: Repeats,
    /// How long it may take with all attempts.
    pub(super) deadline: Duration,
}

impl Wire {
    /// A way for one request, whose secrets are looked for in what comes back. It is sent until there is an answer that
    /// says yes or no in JSON, or no more attempt may be made.
    pub(super) fn with(self: &Arc<Self>, secrets: &[SecretString]) -> Sending {
        Sending {
            wire: Arc::clone(self),
            secrets: secrets.to_vec(),
        }
    }

    /// Sends, and never again.
    pub(super) async fn once(
        &self,
        request: HttpRequest,
        secrets: &[SecretString],
    ) -> Result<HttpResponse, CredentialError> {
        self.send_up_to(1, request, secrets).await
    }

    async fn send_up_to(
        &self,
        attempts: u32,
        request: HttpRequest,
        secrets: &[SecretString],
    ) -> Result<HttpResponse, CredentialError> {
        let request = Request::try_from(request.map(reqwest::Body::from)).map_err(|error| {
            CredentialError::configuration("no such request can be sent").with_source(error)
        })?;
        let until = in_time(self.deadline);
        let mut waits = self.repeats.waits();
        let mut made = 0;
        loop {
            let again = request.try_clone();
            let Some(attempt) = again else {
                return Err(CredentialError::configuration(
                    "the request cannot be sent again",
                ));
            };
            made += 1;
            let error = match self.attempt(attempt, secrets, until).await {
                Ok(answer) => return Ok(answer),
                Err(error) => error.after(made),
            };
            if made >= attempts || !may_pass(&error) {
                return Err(error);
            }
            let asked = error.retry_after();
            let fits = |wait| {
                Instant::now()
                    .checked_add(wait)
                    .filter(|then| *then < until)
            };
            let Some(then) = fits(waits.next(asked)) else {
                return Err(error);
            };
            sleep_until(then).await;
        }
    }

    async fn attempt(
        &self,
        request: Request,
        secrets: &[SecretString],
        until: Instant,
    ) -> Result<HttpResponse, CredentialError> {
        let until = until.min(in_time(ANSWER));
        let late =
            || CredentialError::of_kind(Kind::Timeout, "the authority did not answer in time");
        let mut response = match timeout_at(until, self.http.execute(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) if error.is_timeout() && !error.is_connect() => return Err(late()),
            Ok(Err(error)) => {
                let message = if error.is_connect() {
                    "no connection to the authority"
                } else {
                    "the connection to the authority broke before an answer came"
                };
                return Err(CredentialError::of_kind(Kind::Network, message)
                    .with_source(error.without_url()));
            }
            Err(_) => return Err(late()),
        };
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        if status.is_redirection() {
            // Followed, the secret would go to whoever the answer names.
            let message = format!("the authority answered {status}; redirects are not followed");
            return Err(CredentialError::of_kind(Kind::Redirect, message).with_status(status));
        }
        let body = body::read(&mut response, LONGEST_ANSWER, until)
            .await
            .map(body::without_mark);
        if let Some(kind) = failed(status) {
            let message = format!("the authority answered {status}");
            let fault = body.ok().and_then(|body| fault::read(&body, secrets));
            return Err(CredentialError::of_kind(kind, message)
                .with_status(status)
                .with_refusal(fault.unwrap_or_default())
                .with_retry_after(retry_after(&headers, SystemTime::now())));
        }
        let body = body.map_err(|(failure, _)| unread(failure).with_status(status))?;
        if !is_object(&body) {
            let what = if body.iter().all(u8::is_ascii_whitespace) {
                "nothing"
            } else {
                "something else than JSON"
            };
            let message = format!("the authority answered {status} with {what}");
            return Err(CredentialError::of_kind(Kind::Unreadable, message).with_status(status));
        }
        let mut answer = HttpResponse::new(body.into());
        *answer.status_mut() = status;
        *answer.headers_mut() = headers;
        Ok(answer)
    }
}

/// What the library sends through.
pub(super) struct Sending {
    wire: Arc<Wire>,
    secrets: Vec<SecretString>,
}

/// What the library waits for.
pub(super) type Sent<'c> =
    Pin<Box<dyn Future<Output = Result<HttpResponse, CredentialError>> + Send + 'c>>;

impl<'c> AsyncHttpClient<'c> for Sending {
    type Error = CredentialError;
    type Future = Sent<'c>;

    fn call(&'c self, request: HttpRequest) -> Sent<'c> {
        let attempts = self.wire.repeats.attempts;
        Box::pin(self.wire.send_up_to(attempts, request, &self.secrets))
    }
}

/// What an answer means whose status alone says that the authority failed.
fn failed(status: StatusCode) -> Option<Kind> {
    match status {
        StatusCode::TOO_MANY_REQUESTS => Some(Kind::Throttled),
        StatusCode::REQUEST_TIMEOUT => Some(Kind::Timeout),
        status if status.is_server_error() => Some(Kind::Server),
        _ => None,
    }
}

fn unread(failure: BodyFailure) -> CredentialError {
    match failure {
        BodyFailure::TimedOut => CredentialError::of_kind(
            Kind::Timeout,
            "the answer of the authority was not complete in time",
        ),
        BodyFailure::Cut(source) => {
            let message = "the connection to the authority broke in the middle of the answer";
            CredentialError::of_kind(Kind::Network, message).with_source(source)
        }
        BodyFailure::TooLarge => {
            let message =
                format!("the answer of the authority is longer than {LONGEST_ANSWER} bytes");
            CredentialError::of_kind(Kind::Unreadable, message)
        }
    }
}

/// Whether the same request may go better in a moment.
pub(super) fn may_pass(error: &CredentialError) -> bool {
    matches!(
        error.kind(),
        Kind::Network | Kind::Timeout | Kind::Throttled | Kind::Server
    )
}

fn is_object(body: &Bytes) -> bool {
    body.trim_ascii_start().starts_with(b"{")
}
