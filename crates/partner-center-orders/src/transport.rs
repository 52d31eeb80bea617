//! How does one HTTP operation go, from a built request to a reply or an error?
//!
//! Everything that is sent passes here: generated calls, followed links and requests of the caller's own. This is the only place where a token is
//! put on a request.

use std::error::Error as _;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use reqwest::Request;
use secrecy::ExposeSecret;
use tokio::time::{Instant, sleep_until, timeout_at};
use tracing::Instrument as _;
use url::Url;
use uuid::Uuid;

use crate::attempt::{self, Effect, Next, Outcome, Progress};
use crate::body::{self, BodyFailure};
use crate::call::{CallIds, in_time};
use crate::client::Shared;
use crate::credential::{AccessToken, TokenRequest};
use crate::delivery::Delivery;
use crate::error::{Answer, Error, ErrorKind};
use crate::repeats::Waits;
use crate::trace;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("ms-requestid");
pub(crate) const CORRELATION_ID: HeaderName = HeaderName::from_static("ms-correlationid");

/// An answer with a 2xx status, not decoded yet, and its body: all of it, or still to come.
#[derive(Debug)]
pub(crate) struct Reply<B = Bytes> {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: B,
    /// Where it was asked for.
    pub(crate) url: Url,
    pub(crate) attempts: u32,
}

impl<B> Reply<B> {
    /// The same reply, after so many attempts that failed.
    fn after(self, failed: u32) -> Self {
        let attempts = self.attempts.saturating_add(failed);
        Self { attempts, ..self }
    }
}

/// What is taken of the body before the reply counts as one.
pub(crate) trait Take: Sized + Send + 'static {
    /// Takes it from a reply whose head is there.
    fn take(
        live: Reply<reqwest::Response>,
        limit: u64,
        until: Instant,
    ) -> impl Future<Output = Result<Reply<Self>, Error>> + Send;
}

/// All of the body, without the byte order mark that the service puts before JSON.
impl Take for Bytes {
    async fn take(
        live: Reply<reqwest::Response>,
        limit: u64,
        until: Instant,
    ) -> Result<Reply<Self>, Error> {
        let Reply {
            status,
            headers,
            body: mut response,
            url,
            attempts,
        } = live;
        match body::read(&mut response, limit, until).await {
            Ok(body) => Ok(Reply {
                body: if is_json(&headers) {
                    body::without_mark(body)
                } else {
                    body
                },
                status,
                headers,
                url,
                attempts,
            }),
            Err((failure, arrived)) => Err(unread(failure, limit)
                .with_answered_id(&body::without_mark(arrived))
                .with_answer(Answer {
                    status,
                    headers,
                    body: None,
                })),
        }
    }
}

/// Nothing yet: whoever gets it reads as the body arrives.
impl Take for reqwest::Response {
    async fn take(live: Reply<Self>, _limit: u64, _until: Instant) -> Result<Reply<Self>, Error> {
        Ok(live)
    }
}

impl Shared {
    /// Sends the request until there is an answer to take, or no more attempt may be made. `deadline` is the end of all
    /// waiting for what is taken.
    pub(crate) async fn operate<B: Take>(
        &self,
        operation: &'static str,
        mut request: Request,
        ids: CallIds,
        deadline: Instant,
    ) -> Result<Reply<B>, Error> {
        let place = format!("{} {}", request.method(), request.url().path());
        if !self.root.owns(request.url()) {
            let message = "the address is not below the configured endpoint";
            return Err(
                Error::new(ErrorKind::Link, Delivery::NotSent, message).of_call(place, ids, 0)
            );
        }
        let headers = request.headers_mut();
        headers.insert(REQUEST_ID, id_value(ids.request));
        headers.insert(CORRELATION_ID, id_value(ids.correlation));
        let effect = Effect::of(request.method());
        let span = trace::call(operation, &request, ids);
        let open = trace::Open::new(span.clone());
        let mut outcomes = Vec::new();
        let ended = self
            .attempts(request, deadline, &mut outcomes)
            .instrument(span.clone())
            .await;
        // The attempt that succeeded left no outcome.
        let failed = u32::try_from(outcomes.len()).unwrap_or(u32::MAX);
        let ended = ended
            .map(|reply| reply.after(failed))
            .map_err(|error: Error| {
                error
                    .with_effect(effect)
                    .with_delivery(Delivery::of_call(outcomes))
                    .of_call(place, ids, failed)
            });
        open.ends(ended.as_ref());
        ended
    }

    /// Makes attempts, and keeps what each one that failed came to.
    async fn attempts<B: Take>(
        &self,
        mut request: Request,
        deadline: Instant,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<Reply<B>, Error> {
        let effect = Effect::of(request.method());
        let mut waits = self.repeats.waits();
        let mut token = self.token(None, deadline).await?;
        let mut renewed = false;
        let begun = Begun::now();
        self.budget.earn();
        loop {
            // Kept for the next attempt. A body is shared, not copied.
            let again = request.try_clone();
            request.headers_mut().insert(AUTHORIZATION, bearer(&token)?);
            let span = trace::attempt(&request, outcomes.len());
            let attempt = self.attempt(request, deadline).instrument(span.clone());
            let ended = attempt.await;
            trace::ended(&span, ended.as_ref());
            let error = match ended {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            let outcome = Outcome::of(&error);
            outcomes.push(outcome);
            let progress = Progress {
                made: u32::try_from(outcomes.len()).unwrap_or(u32::MAX),
                allowed: self.repeats.attempts,
                renewed,
            };
            let Some(again) = again else {
                return Err(error);
            };
            match attempt::next(outcome, effect, progress) {
                Next::End => return Err(error),
                Next::Renewed => match self.token(Some(&token), deadline).await {
                    Ok(other) if other.is(&token) => return Err(error),
                    Ok(other) => (token, renewed) = (other, true),
                    // What the service said of the token says more.
                    Err(none) => return Err(error.with_source(none)),
                },
                Next::Again => {
                    let is_open = effect == Effect::Write
                        && Delivery::of_call(outcomes.iter().copied()) == Delivery::Unknown;
                    let error = self
                        .pause(error, outcome, is_open, &mut waits, deadline)
                        .await?;
                    if is_open && begun.is_too_long_ago() {
                        return Err(error.too_late());
                    }
                }
            }
            request = again;
        }
    }

    /// Waits until the next attempt may be made. The error is that of the last one, and ends the call when there is no more
    /// time, or too much was repeated already; what may have been bought and is not known to be is worth a repeat anyway.
    async fn pause(
        &self,
        error: Error,
        outcome: Outcome,
        is_open: bool,
        waits: &mut Waits,
        deadline: Instant,
    ) -> Result<Error, Error> {
        let asked = error.retry_after();
        let wait = waits.next(asked);
        let fits = |wait| {
            let until = Instant::now().checked_add(wait);
            until.filter(|until| *until < deadline)
        };
        let Some(until) = fits(wait) else {
            let is_asked_too_much = asked.is_some_and(|asked| fits(asked).is_none());
            return Err(if is_asked_too_much {
                error.out_of_patience()
            } else {
                error
            });
        };
        if !self.budget.spend() && !is_open {
            return Err(error);
        }
        trace::again(outcome, wait);
        sleep_until(until).await;
        Ok(error)
    }

    /// Sends once. What is taken must be there within the answer time, or the deadline if that is earlier.
    async fn attempt<B: Take>(
        &self,
        request: Request,
        deadline: Instant,
    ) -> Result<Reply<B>, Error> {
        let until = deadline.min(in_time(self.limits.answer));
        let live = self.head(request, until).await?;
        B::take(live, self.limits.body, until).await
    }

    /// Sends, and reads as far as needed to know that the service said yes.
    async fn head(
        &self,
        request: Request,
        until: Instant,
    ) -> Result<Reply<reqwest::Response>, Error> {
        let url = request.url().clone();
        if until <= Instant::now() {
            let message = "no time was left to send the request";
            return Err(Error::new(ErrorKind::Timeout, Delivery::NotSent, message));
        }
        let mut response = match timeout_at(until, self.http.execute(request)).await {
            Ok(Ok(response)) => response,
            Ok(Err(error)) => return Err(unsent_or_interrupted(error.without_url())),
            Err(_) => {
                return Err(Error::new(
                    ErrorKind::Timeout,
                    Delivery::Unknown,
                    "no answer in time",
                ));
            }
        };
        let status = response.status();
        let headers = std::mem::take(response.headers_mut());
        if status.is_redirection() && status != StatusCode::NOT_MODIFIED {
            // Followed, a write would become a read whose answer looks like success.
            let message = format!("the service answered {status}; redirects are not followed");
            let answer = Answer {
                status,
                headers,
                body: None,
            };
            return Err(Error::new(ErrorKind::Link, Delivery::Unknown, message).with_answer(answer));
        }
        if !status.is_success() {
            // The status says enough; an unreadable body takes nothing from it.
            let body = body::read(&mut response, self.limits.body, until).await;
            let body = body.ok().map(body::without_mark);
            return Err(Error::service(Answer {
                status,
                headers,
                body,
            }));
        }
        if status == StatusCode::PARTIAL_CONTENT {
            // Nobody asked for a part; what comes may well be readable, and is not all.
            let error = accepted(
                ErrorKind::Interrupted,
                "only a part of the answer came".to_owned(),
            );
            return Err(error.with_answer(Answer {
                status,
                headers,
                body: None,
            }));
        }
        Ok(Reply {
            status,
            headers,
            body: response,
            url,
            attempts: 1,
        })
    }

    async fn token(
        &self,
        refused: Option<&AccessToken>,
        deadline: Instant,
    ) -> Result<AccessToken, Error> {
        let none = |message| Error::new(ErrorKind::Credential, Delivery::NotSent, message);
        let scopes = [self.scope];
        let wanted = TokenRequest {
            refused,
            ..TokenRequest::new(&scopes)
        };
        match timeout_at(deadline, self.credential.token(wanted)).await {
            Ok(Ok(token)) => Ok(token),
            Ok(Err(error)) => Err(none("there is no access token").with_source(error)),
            Err(_) => Err(Error::new(
                ErrorKind::Timeout,
                Delivery::NotSent,
                "no access token in time",
            )),
        }
    }
}

/// How long the service may be taken to know a request id: some minutes, inferred.
const REMEMBERED: Duration = Duration::from_secs(300);

/// When the first attempt was made, by two clocks: one stands still while the machine sleeps, the other may be set.
#[derive(Clone, Copy)]
struct Begun(Instant, SystemTime);

impl Begun {
    fn now() -> Self {
        Self(Instant::now(), SystemTime::now())
    }

    fn is_too_long_ago(self) -> bool {
        let by_the_wall = self.1.elapsed().unwrap_or_default();
        self.0.elapsed().max(by_the_wall) > REMEMBERED
    }
}

/// Whether a body is JSON, or nobody says what it is.
fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_none_or(|kind| kind.to_str().is_ok_and(|kind| kind.contains("json")))
}

fn bearer(token: &AccessToken) -> Result<HeaderValue, Error> {
    let refused = |message| Error::new(ErrorKind::Credential, Delivery::NotSent, message);
    let secret = token.secret().expose_secret();
    if secret.is_empty() {
        return Err(refused("the access token is empty"));
    }
    let mut value = HeaderValue::try_from(format!("Bearer {secret}"))
        .map_err(|_| refused("the access token has characters that cannot be sent in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

pub(crate) fn id_value(id: Uuid) -> HeaderValue {
    let mut text = [0; uuid::fmt::Hyphenated::LENGTH];
    let text = id.hyphenated().encode_lower(&mut text);
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

fn unsent_or_interrupted(error: reqwest::Error) -> Error {
    let (kind, delivery, message) = if error.is_builder() {
        (
            ErrorKind::Input,
            Delivery::NotSent,
            "the request cannot be built",
        )
    } else if error.is_connect() {
        (
            ErrorKind::Connect,
            Delivery::NotSent,
            "no connection to the service",
        )
    } else if error.is_timeout() {
        (ErrorKind::Timeout, Delivery::Unknown, "no answer in time")
    } else if is_no_http(&error) {
        (
            ErrorKind::Decode,
            Delivery::Unknown,
            "what came is no HTTP answer",
        )
    } else {
        (
            ErrorKind::Interrupted,
            Delivery::Unknown,
            "the connection broke before an answer came",
        )
    };
    Error::new(kind, delivery, message).with_source(error)
}

/// Whether something came that cannot be read as an answer: its status may have been anything.
fn is_no_http(error: &reqwest::Error) -> bool {
    let mut source = error.source();
    while let Some(cause) = source {
        if let Some(error) = cause.downcast_ref::<hyper::Error>() {
            return error.is_parse();
        }
        source = cause.source();
    }
    false
}

/// The service said yes, and then the body did not come through.
pub(crate) fn unread(failure: BodyFailure, limit: u64) -> Error {
    match failure {
        BodyFailure::TimedOut => accepted(
            ErrorKind::Timeout,
            "the answer was not complete in time".to_owned(),
        ),
        BodyFailure::Cut(source) => accepted(
            ErrorKind::Interrupted,
            "the connection broke in the middle of the answer".to_owned(),
        )
        .with_source(source),
        BodyFailure::TooLarge => accepted(
            ErrorKind::Decode,
            format!("the answer is longer than the limit of {limit} bytes"),
        ),
    }
}

fn accepted(kind: ErrorKind, message: String) -> Error {
    Error::new(kind, Delivery::Accepted, message)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind::WouldBlock;
    use std::net::TcpListener;
    use std::time::{Duration, SystemTime};

    use http::Method;
    use reqwest::Request;
    use uuid::Uuid;

    use tokio::time::Instant;

    use super::{Begun, REMEMBERED};
    use crate::call::{CallIds, in_time};
    use crate::delivery::Delivery;
    use crate::error::ErrorKind;
    use crate::{PartnerCenter, StaticToken};

    #[test]
    fn a_token_is_marked_as_secret_where_headers_are_shown() {
        let value = super::bearer(&crate::AccessToken::new("token-of-a-test")).unwrap();
        assert!(value.is_sensitive());
        assert!(!format!("{value:?}").contains("token-of-a-test"));
    }

    /// Whatever the layers above let through.
    #[tokio::test]
    async fn a_request_to_another_origin_is_not_sent() {
        let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
        elsewhere.set_nonblocking(true).unwrap();
        let address = elsewhere.local_addr().unwrap();
        let partner = PartnerCenter::builder(StaticToken::new("token"))
            .endpoint("http://127.0.0.1:1")
            .build()
            .unwrap();
        for url in [
            format!("http://{address}/v1/x"),
            "http://user@127.0.0.1:1/v1/x".to_owned(),
        ] {
            let request = Request::new(Method::GET, url.parse().unwrap());
            let ids = CallIds {
                request: Uuid::nil(),
                correlation: Uuid::nil(),
            };
            let deadline = in_time(std::time::Duration::from_secs(60));
            let error = partner
                .shared()
                .operate::<bytes::Bytes>("test", request, ids, deadline)
                .await
                .unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery()),
                (ErrorKind::Link, Delivery::NotSent)
            );
            assert_eq!(error.attempts(), 0);
        }
        assert_eq!(elsewhere.accept().unwrap_err().kind(), WouldBlock);
    }

    #[test]
    fn a_first_attempt_is_long_ago_by_either_clock() {
        let second = Duration::from_secs(1);
        let before = REMEMBERED + second;
        let now = (Instant::now(), SystemTime::now());
        assert!(!Begun(now.0, now.1).is_too_long_ago());
        assert!(!Begun(now.0, now.1 - REMEMBERED / 2).is_too_long_ago());
        // A machine that slept, and a wall clock that was set back.
        assert!(Begun(now.0, now.1 - before).is_too_long_ago());
        let monotonic = now.0.checked_sub(before);
        assert!(monotonic.is_none_or(|then| Begun(then, now.1 + before).is_too_long_ago()));
    }
}
