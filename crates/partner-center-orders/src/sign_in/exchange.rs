//! How does one exchange with the authority go, with all its attempts?
//!
//! The library for OAuth writes the form and reads the answer; what it sends goes through here. A request for a token may be
//! sent again: a refresh token that was used stays good, as Microsoft documents, and nothing is bought by it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::StatusCode;
use oauth2::{AsyncHttpClient, ErrorResponse, HttpRequest, HttpResponse, RequestTokenError};
use reqwest::Request;
use secrecy::SecretString;
use tokio::time::{Instant, sleep_until};
use tracing::Instrument as _;

use super::cache::Moment;
use super::fault::{self, Fault};
use super::wire::{Wire, may_pass};
use crate::call::in_time;
use crate::credential_error::{CredentialError, CredentialErrorKind as Kind};
use crate::trace;

/// One exchange with the authority: what the library sends through, and what is known of it afterwards.
///
/// The request is sent until there is an answer that says yes or no in JSON, or no more attempt may be made.
pub(super) struct Exchange {
    wire: Arc<Wire>,
    /// Those of the request, which are looked for in what comes back.
    secrets: Vec<SecretString>,
    /// Whether the library itself asks again, as it does until a device code was entered. It would go on after each failure
    /// of the way, also after those that do not pass.
    is_poll: bool,
    /// The end of it.
    until: Instant,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// When it was asked last.
    asked: Option<Moment>,
    attempts: u32,
    status: Option<StatusCode>,
    /// A refusal, as Entra writes it: the library keeps only a part of that.
    fault: Option<Fault>,
    /// Why there is no answer that the library could read.
    failure: Option<CredentialError>,
}

/// What the library waits for.
pub(super) type Sent<'c> =
    Pin<Box<dyn Future<Output = Result<HttpResponse, CredentialError>> + Send + 'c>>;

impl<'c> AsyncHttpClient<'c> for Exchange {
    type Error = CredentialError;
    type Future = Sent<'c>;

    fn call(&'c self, request: HttpRequest) -> Sent<'c> {
        Box::pin(async {
            let failure = match self.send(request).await {
                Ok(answer) => return Ok(answer),
                Err(failure) => failure,
            };
            let passes = self.is_poll && may_pass(&failure);
            if passes && let Some(asked) = failure.retry_after() {
                // The library waits for itself only.
                sleep_until(in_time(asked).min(self.until)).await;
            }
            self.seen().failure = Some(failure.clone());
            if passes {
                return Err(failure);
            }
            // One that it cannot read ends it.
            Ok(HttpResponse::default())
        })
    }
}

impl Exchange {
    pub(super) fn new(wire: &Arc<Wire>, secrets: Vec<SecretString>, until: Instant) -> Self {
        Self {
            wire: Arc::clone(wire),
            secrets,
            is_poll: false,
            until,
            seen: Mutex::default(),
        }
    }

    /// Leaves it to the library to ask again.
    pub(super) fn polling(self) -> Self {
        Self {
            is_poll: true,
            ..self
        }
    }

    /// When the authority was asked for what came.
    pub(super) fn asked(&self) -> Moment {
        self.seen().asked.unwrap_or_else(Moment::now)
    }

    /// What the library's error means. Nothing of a body is in it but what Entra's words and numbers say.
    pub(super) fn failed<T: ErrorResponse>(
        &self,
        error: RequestTokenError<CredentialError, T>,
    ) -> CredentialError {
        let (failure, fault) = {
            let mut seen = self.seen();
            (seen.failure.take(), seen.fault.take())
        };
        if let Some(failure) = failure {
            return failure;
        }
        self.explained(match (error, fault) {
            (RequestTokenError::Request(failure), _) => failure,
            // Nothing came that says no, and no more time is left to ask.
            (RequestTokenError::ServerResponse(_), fault)
                if self.is_poll && fault.as_ref().is_none_or(Fault::is_pending) =>
            {
                CredentialError::of_kind(Kind::CodeExpired, "nobody entered the code in time")
            }
            (_, Some(fault)) => fault.into_error(&self.secrets, self.is_poll),
            _ => {
                let message =
                    "what the authority answered is neither a token nor an error that can be read";
                CredentialError::of_kind(Kind::Unreadable, message)
            }
        })
    }

    /// Adds what is known of the exchange to an error about its answer.
    pub(super) fn explained(&self, error: CredentialError) -> CredentialError {
        let seen = self.seen();
        let error = error.after(seen.attempts);
        match seen.status {
            Some(status) => error.with_status(status),
            None => error,
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, CredentialError> {
        let unsent = |why| CredentialError::configuration(why);
        let request = Request::try_from(request.map(reqwest::Body::from))
            .map_err(|error| unsent("no such request can be sent").with_source(error))?;
        let (repeats, until) = (&self.wire.repeats, self.until);
        let mut waits = repeats.waits();
        let mut made = 0;
        loop {
            let attempt = request
                .try_clone()
                .ok_or_else(|| unsent("the request cannot be sent again"))?;
            made += 1;
            *self.seen() = Seen {
                asked: Some(Moment::now()),
                attempts: made,
                ..Seen::default()
            };
            let span = trace::sign_in(&attempt, made - 1);
            let attempt = self.wire.attempt(attempt, &self.secrets, until);
            let ended = attempt.instrument(span.clone()).await;
            trace::signed_in(&span, ended.as_ref().map(HttpResponse::status));
            let error = match ended {
                Ok(answer) => {
                    let mut seen = self.seen();
                    seen.status = Some(answer.status());
                    if answer.status() != StatusCode::OK {
                        seen.fault = fault::read(answer.body());
                    }
                    drop(seen);
                    return Ok(answer);
                }
                Err(error) => error.after(made),
            };
            if self.is_poll || made >= repeats.attempts || !may_pass(&error) {
                return Err(error);
            }
            let then = Instant::now().checked_add(waits.next(error.retry_after()));
            match then.filter(|then| *then < until) {
                Some(then) => sleep_until(then).await,
                None if error.retry_after().is_some() => return Err(error.out_of_patience()),
                None => return Err(error),
            }
        }
    }
}
