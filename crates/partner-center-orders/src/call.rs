//! How does a call get from the generated code to the transport, and its reply back into types?
//!
//! The generated code builds the request and names the type of the answer. Its own decoding would lose status and
//! headers when it fails. So the reply takes another way out: the transport leaves it in the [`Call`], gives the
//! generated code an empty answer with a status that no operation has, and the reply is decoded here, once, from
//! text.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::ACCEPT;
use http::{HeaderValue, Method, StatusCode};
use partner_center_orders_api::{
    ByteStream, Client, Inner, ResponseValue, Transport, TransportFuture,
};
use reqwest::Request;
use serde::de::DeserializeOwned;
use tokio::time::Instant;
use url::Url;
use uuid::Uuid;

use crate::body;
use crate::client::Shared;
use crate::delivery::Delivery;
use crate::download::{Download, Head};
use crate::error::{Answer, Error, ErrorKind};
use crate::link::Target;
use crate::preview::Preview;
use crate::response::Response;
use crate::trace;
use crate::transport::{Reply, Take};

/// A status that no operation has.
const CARRIED: u16 = 999;

/// The ids that one HTTP operation is sent under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallIds {
    pub(crate) request: Uuid,
    pub(crate) correlation: Uuid,
}

/// What the caller can say about a call.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct CallOptions {
    pub(crate) request_id: Option<Uuid>,
    pub(crate) correlation_id: Option<Uuid>,
    pub(crate) deadline: Option<Duration>,
    /// The id of a write that was given none: made up with the request value, so that its clones have the same one.
    made_up: Option<Uuid>,
}

impl CallOptions {
    /// Of a write: however often its request value is sent, it is the same request.
    pub(crate) fn of_write() -> Self {
        Self {
            made_up: Some(Uuid::new_v4()),
            ..Self::default()
        }
    }

    /// The id that is sent.
    pub(crate) fn request_id(&self) -> Uuid {
        let id = self.request_id.or(self.made_up);
        id.unwrap_or_else(Uuid::new_v4)
    }

    fn ids(&self) -> CallIds {
        CallIds {
            request: self.request_id(),
            correlation: self.correlation_id.unwrap_or_else(Uuid::new_v4),
        }
    }
}

/// A decoded answer, and the address that it was asked for at.
#[derive(Debug)]
pub(crate) struct Received<T> {
    pub(crate) response: Response<T>,
    pub(crate) url: Url,
}

/// One operation on its way through the generated code, and what is taken of its answer.
struct Call<B> {
    shared: Arc<Shared>,
    ids: CallIds,
    deadline: Instant,
    outcome: Mutex<Option<Result<Reply<B>, Error>>>,
}

impl<B: Take> Transport for Call<B> {
    fn send<'a>(
        &'a self,
        _http: &'a reqwest::Client,
        request: Request,
        operation: &'static str,
    ) -> TransportFuture<'a> {
        Box::pin(async move {
            let outcome = self
                .shared
                .operate(operation, request, self.ids, self.deadline)
                .await;
            *self.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            Ok(carried())
        })
    }
}

/// A request that the generated code built, which goes nowhere.
#[derive(Default)]
struct Kept(Mutex<Option<Request>>);

impl Transport for Kept {
    fn send<'a>(
        &'a self,
        _http: &'a reqwest::Client,
        request: Request,
        _operation: &'static str,
    ) -> TransportFuture<'a> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(request);
        Box::pin(async { Ok(carried()) })
    }
}

/// The empty answer for the generated code.
fn carried() -> reqwest::Response {
    let mut carried = http::Response::new(Vec::new());
    if let Ok(status) = http::StatusCode::from_u16(CARRIED) {
        *carried.status_mut() = status;
    }
    carried.into()
}

impl Shared {
    /// Makes a call of the generated client. Its result type is that of the generated function.
    pub(crate) async fn call<T, Sent>(
        self: &Arc<Self>,
        options: CallOptions,
        send: impl FnOnce(Client) -> Sent,
    ) -> Result<Received<T>, Error>
    where
        T: DeserializeOwned,
        Sent: Future<Output = Result<ResponseValue<T>, partner_center_orders_api::Error<()>>>,
    {
        let ids = options.ids();
        decode(self.carried(options, ids, send).await?, ids)
    }

    /// Makes a call of the generated client whose body is read as it arrives.
    pub(crate) async fn open<Sent>(
        self: &Arc<Self>,
        options: CallOptions,
        send: impl FnOnce(Client) -> Sent,
    ) -> Result<Response<Download>, Error>
    where
        Sent: Future<
            Output = Result<ResponseValue<ByteStream>, partner_center_orders_api::Error<()>>,
        >,
    {
        let ids = options.ids();
        let live: Reply<reqwest::Response> = self.carried(options, ids, send).await?;
        let place = format!("answer from {}", live.url.path());
        let (status, headers, attempts) = (live.status, live.headers, live.attempts);
        if status != StatusCode::OK {
            // Any other success is about something else than the file.
            let message = format!("the service answered {status}, which brings no file");
            let answer = Answer {
                status,
                headers,
                body: None,
            };
            let error = accepted(ErrorKind::Decode, message).with_answer(answer);
            return Err(error.of_call(place, ids, attempts));
        }
        let head = Head {
            status,
            headers: headers.clone(),
            place,
            ids,
            attempts,
        };
        let download = Download::new(live.body, self.limits.idle, head);
        Ok(Response::new(
            download, status, headers, None, ids, attempts,
        ))
    }

    /// Lets the generated client build the request, and keeps it.
    pub(crate) async fn preview<T, Sent>(
        &self,
        options: CallOptions,
        send: impl FnOnce(Client) -> Sent,
    ) -> Result<Preview, Error>
    where
        Sent: Future<Output = Result<ResponseValue<T>, partner_center_orders_api::Error<()>>>,
    {
        let kept = Arc::new(Kept::default());
        let sent = send(self.generated(Arc::clone(&kept) as _)).await;
        let kept = kept.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        match kept {
            Some(request) => Ok(Preview::new(request, options)),
            None => Err(unsent(sent)),
        }
    }

    /// A generated client that hands its requests to this transport.
    fn generated(&self, transport: Arc<dyn Transport>) -> Client {
        Client::new_with_client(self.root.v1(), self.http.clone(), Inner::from(transport))
    }

    /// Lets the generated client build the request, and takes the answer past it.
    async fn carried<B, T, Sent>(
        self: &Arc<Self>,
        options: CallOptions,
        ids: CallIds,
        send: impl FnOnce(Client) -> Sent,
    ) -> Result<Reply<B>, Error>
    where
        B: Take,
        Sent: Future<Output = Result<ResponseValue<T>, partner_center_orders_api::Error<()>>>,
    {
        let call = Arc::new(Call::<B> {
            shared: Arc::clone(self),
            ids,
            deadline: self.deadline(options),
            outcome: Mutex::new(None),
        });
        let sent = send(self.generated(Arc::clone(&call) as _)).await;
        let outcome = call
            .outcome
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        outcome.unwrap_or_else(|| Err(unsent(sent)))
    }

    /// Sends a request of the caller's own.
    pub(crate) async fn send(
        &self,
        options: CallOptions,
        request: Request,
    ) -> Result<Response<Bytes>, Error> {
        let ids = options.ids();
        let reply: Reply = self
            .operate("request", request, ids, self.deadline(options))
            .await?;
        Ok(Response::new(
            reply.body.clone(),
            reply.status,
            reply.headers,
            Some(reply.body),
            ids,
            reply.attempts,
        ))
    }

    /// Follows a link that was resolved before.
    pub(crate) async fn follow<T: DeserializeOwned>(
        &self,
        options: CallOptions,
        target: Target,
    ) -> Result<Received<T>, Error> {
        let ids = options.ids();
        let mut request = Request::new(Method::GET, target.url);
        *request.headers_mut() = target.headers;
        request
            .headers_mut()
            .insert(ACCEPT, HeaderValue::from_static("application/json"));
        let deadline = self.deadline(options);
        decode(
            self.operate("next_page", request, ids, deadline).await?,
            ids,
        )
    }

    fn deadline(&self, options: CallOptions) -> Instant {
        in_time(options.deadline.unwrap_or(self.limits.deadline))
    }
}

/// Why a request never got as far as the transport.
fn unsent<T>(sent: Result<T, partner_center_orders_api::Error<()>>) -> Error {
    match sent {
        Err(error) => Error::input("the request cannot be built").with_source(error),
        Ok(_) => Error::input("the request was not sent"),
    }
}

/// The instant so far from now; a span that no clock can hold is taken for thirty years.
pub(crate) fn in_time(span: Duration) -> Instant {
    const THIRTY_YEARS: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);
    Instant::now() + span.min(THIRTY_YEARS)
}

/// Reads the reply's text into its type.
fn decode<T: DeserializeOwned>(reply: Reply, ids: CallIds) -> Result<Received<T>, Error> {
    let body = body::without_mark(reply.body.clone());
    let decoded = match std::str::from_utf8(&body) {
        // An array would be read as an object whose members come in order.
        Ok(text) if text.trim_start().starts_with('[') => Err(unexpected()),
        Ok(text) => serde_json::from_str(text).map_err(|error| unreadable::<T>(text, error)),
        // An incomplete character at the very end is a sign of a cut.
        Err(error) if error.error_len().is_none() => Err(cut().with_source(error)),
        Err(error) => Err(accepted(ErrorKind::Decode, "the answer is not text").with_source(error)),
    };
    let Reply {
        status,
        headers,
        url,
        attempts,
        ..
    } = reply;
    match decoded {
        Ok(value) => Ok(Received {
            response: Response::new(value, status, headers, Some(body), ids, attempts),
            url,
        }),
        Err(error) => {
            let error = error
                .with_answered_id(&body)
                .with_answer(Answer {
                    status,
                    headers,
                    body: Some(body),
                })
                .of_call(format!("answer from {}", url.path()), ids, attempts);
            trace::unreadable(&error);
            Err(error)
        }
    }
}

fn unreadable<T: DeserializeOwned>(text: &str, error: serde_json::Error) -> Error {
    if ends_in_the_middle(text, &error) {
        return cut().with_source(error);
    }
    if error.is_data() {
        // Decoded again only to learn the name of the member.
        let mut deserializer = serde_json::Deserializer::from_str(text);
        if let Err(error) = serde_path_to_error::deserialize::<_, T>(&mut deserializer) {
            let message = format!("the answer cannot be read at {}", error.path());
            return accepted(ErrorKind::Decode, message).with_source(error.into_inner());
        }
    }
    unexpected().with_source(error)
}

/// Whether a text that is no JSON is the beginning of one.
fn ends_in_the_middle(text: &str, error: &serde_json::Error) -> bool {
    let is_begun = text.trim_start().starts_with(['{', '[']);
    // Within a number the parser complains about the number, not about the end.
    let ends_in_number = error.is_syntax() && text.ends_with(['-', '+', '.', 'e', 'E']);
    (error.is_eof() && !text.trim().is_empty()) || (is_begun && ends_in_number)
}

fn unexpected() -> Error {
    accepted(
        ErrorKind::Decode,
        "the answer is not the JSON that was expected",
    )
}

fn cut() -> Error {
    accepted(ErrorKind::Interrupted, "the answer ends in the middle")
}

fn accepted(kind: ErrorKind, message: impl Into<String>) -> Error {
    Error::new(kind, Delivery::Accepted, message)
}
