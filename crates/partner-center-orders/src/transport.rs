//! How does one attempt go, from a request to a reply or an error?

use std::error::Error as _;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use reqwest::Request;
use secrecy::ExposeSecret;
use tokio::time::{Instant, timeout_at};
use url::Url;
use uuid::Uuid;

use crate::body::{self, BodyFailure};
use crate::call::in_time;
use crate::client::Shared;
use crate::credential::{AccessToken, TokenRequest};
use crate::delivery::Delivery;
use crate::error::{Answer, Error, ErrorKind};

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
    pub(crate) fn after(self, failed: u32) -> Self {
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
    /// Sends once. What is taken must be there within the answer time, or the deadline if that is earlier.
    pub(crate) async fn attempt<B: Take>(
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

    pub(crate) async fn token(
        &self,
        refused: Option<&AccessToken>,
        deadline: Instant,
    ) -> Result<AccessToken, Error> {
        let none = |message: String| Error::new(ErrorKind::Credential, Delivery::NotSent, message);
        let scopes = [self.scope];
        let wanted = TokenRequest {
            refused,
            ..TokenRequest::new(&scopes)
        };
        match timeout_at(deadline, self.credential.token(wanted)).await {
            Ok(Ok(token)) => Ok(token),
            // What it says is safe to be shown, and more use than this.
            Ok(Err(error)) => {
                Err(none(format!("there is no access token: {error}")).with_source(error))
            }
            Err(_) => Err(Error::new(
                ErrorKind::Timeout,
                Delivery::NotSent,
                "no access token in time",
            )),
        }
    }
}

/// Whether a body is JSON, or nobody says what it is.
fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(CONTENT_TYPE)
        .is_none_or(|kind| kind.to_str().is_ok_and(|kind| kind.contains("json")))
}

pub(crate) fn bearer(token: &AccessToken) -> Result<HeaderValue, Error> {
    let refused = |message| Error::new(ErrorKind::Credential, Delivery::NotSent, message);
    let secret = token.secret().expose_secret();
    if secret.trim().is_empty() {
        return Err(refused("the access token is empty"));
    }
    if !secret.is_ascii() {
        return Err(refused(
            "the access token has characters that cannot be sent in a header",
        ));
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
    #[test]
    fn a_token_is_marked_as_secret_where_headers_are_shown() {
        let value = super::bearer(&crate::AccessToken::new("token-of-a-test")).unwrap();
        assert!(value.is_sensitive());
        assert!(!format!("{value:?}").contains("token-of-a-test"));
    }
}
