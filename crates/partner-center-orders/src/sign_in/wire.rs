//! How does one attempt at the authority go, from a request to an answer that is JSON?

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::StatusCode;
use oauth2::HttpResponse;
use reqwest::Request;
use secrecy::SecretString;
use tokio::time::{Instant, timeout_at};

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
    /// Sends once. The secrets of the request are looked for in what comes back.
    pub(super) async fn attempt(
        &self,
        request: Request,
        secrets: &[SecretString],
        until: Instant,
    ) -> Result<HttpResponse, CredentialError> {
        let until = until.min(in_time(ANSWER));
        let origin = request.url().origin().ascii_serialization();
        let late =
            || CredentialError::of_kind(Kind::Timeout, "the authority did not answer in time");
        let mut response = match timeout_at(until, self.http.execute(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) if error.is_timeout() && !error.is_connect() => return Err(late()),
            Ok(Err(error)) => {
                let message = if error.is_connect() {
                    format!("no connection to the authority {origin}")
                } else {
                    format!("the connection to the authority {origin} broke before an answer came")
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
            let fault = body.ok().and_then(|body| fault::read(&body));
            return Err(CredentialError::of_kind(kind, message)
                .with_status(status)
                .with_refusal(
                    fault
                        .map(|fault| fault.into_refusal(secrets))
                        .unwrap_or_default(),
                )
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
