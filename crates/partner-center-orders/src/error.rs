//! What went wrong, where, and did the service get the request?

use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::header::DATE;
use http::{HeaderMap, StatusCode};
use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use uuid::Uuid;

use crate::attempt::{Effect, Outcome};
use crate::call::CallIds;
use crate::claims::TokenClaims;
use crate::codes::{self, Code};
use crate::credential::AccessToken;
use crate::credential_error::CredentialError;
use crate::delivery::{Delivery, is_in_progress};
use crate::fault::Fault;
use crate::hint;
use crate::retry_after::retry_after;

/// Why a call failed.
///
/// It displays as one line in lower case that says what happened at which path; it shows no token, header or body.
/// What the service says is in [`description`](Self::description), what caused the error in
/// [`source`](StdError::source), which for a member that cannot be read quotes the value.
///
/// ```
/// use std::error::Error as _;
///
/// use partner_center_orders::{PartnerCenter, StaticToken, StatusCode};
/// use partner_center_sim::Simulator;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let simulator = Simulator::start().await?;
/// # let partner = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
/// #     .endpoint(simulator.base_url())
/// #     .build()?;
/// # let orders = partner.customer(Simulator::CUSTOMERS[0].parse()?).orders();
/// match orders.order("5cf72f146967").get().send().await {
///     Ok(order) => println!("{:?}", order.body().status),
///     Err(error) if error.status() == Some(StatusCode::NOT_FOUND) && error.code() == Some("20000") => {
///         println!("there is no such order");
///     }
///     Err(error) => {
///         println!("{error}: {}", error.description().unwrap_or("no description"));
///         println!("because of {:?}, delivery {:?}", error.source(), error.delivery());
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Error(Box<Detail>);

struct Detail {
    kind: ErrorKind,
    message: String,
    delivery: Delivery,
    place: Option<String>,
    answer: Option<Answer>,
    fault: Fault,
    ids: Option<CallIds>,
    attempts: u32,
    answered_id: Option<String>,
    effect: Effect,
    /// What the refused token's claims suggest.
    token_hint: Option<&'static str>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// What arrived of the answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    /// The body, where it was read whole.
    pub(crate) body: Option<Bytes>,
}

/// The coarse reason of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A value that the caller gave cannot be sent.
    Input,
    /// The client cannot work as it is set up.
    Configuration,
    /// There is no token, or it cannot be sent.
    Credential,
    /// No connection could be made.
    Connect,
    /// The service took too long.
    Timeout,
    /// The connection broke before the answer was complete.
    Interrupted,
    /// The service sent the client somewhere that it does not go: a redirect, a link to another host, a link that was
    /// followed before, or pages without end.
    Link,
    /// The service answered with an error status.
    Service,
    /// The service answered 429, too many requests, or asks for a wait that does not fit into the deadline.
    Throttled,
    /// The answer cannot be read: it is not what was expected, or no HTTP.
    Decode,
}

impl ErrorKind {
    /// A word for programs, such as `timeout`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Configuration => "configuration",
            Self::Credential => "credential",
            Self::Connect => "connect",
            Self::Timeout => "timeout",
            Self::Interrupted => "interrupted",
            Self::Link => "link",
            Self::Service => "service",
            Self::Throttled => "throttled",
            Self::Decode => "decode",
        }
    }
}

impl Error {
    pub(crate) fn new(kind: ErrorKind, delivery: Delivery, message: impl Into<String>) -> Self {
        Self(Box::new(Detail {
            kind,
            message: message.into(),
            delivery,
            place: None,
            answer: None,
            fault: Fault::default(),
            ids: None,
            attempts: 0,
            answered_id: None,
            effect: Effect::Read,
            token_hint: None,
            source: None,
        }))
    }

    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Input, Delivery::NotSent, message)
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Configuration, Delivery::NotSent, message)
    }

    /// An answer with an error status.
    pub(crate) fn service(answer: Answer) -> Self {
        let fault = answer.body.as_deref().map(Fault::read).unwrap_or_default();
        let status = answer.status;
        let kind = if status == StatusCode::TOO_MANY_REQUESTS {
            ErrorKind::Throttled
        } else {
            ErrorKind::Service
        };
        let delivery = Delivery::of_call([Outcome::Answered {
            status,
            in_progress: is_in_progress(status, fault.code.as_deref()),
            is_complete: answer.body.is_some(),
        }]);
        let code = fault.code.as_deref().filter(|code| is_plain(code));
        let code = code
            .map(|code| format!(", code {code}"))
            .unwrap_or_default();
        let mut error = Self::new(
            kind,
            delivery,
            format!("the service answered {status}{code}"),
        );
        error.0.fault = fault;
        error.0.answer = Some(answer);
        error
    }

    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_answer(mut self, answer: Answer) -> Self {
        // Some errors come with a status that says yes.
        if let Some(body) = &answer.body {
            self.0.fault = Fault::read(body);
        }
        self.0.answer = Some(answer);
        self
    }

    /// Keeps the id in what arrived of an answer that cannot be used.
    pub(crate) fn with_answered_id(mut self, arrived: &[u8]) -> Self {
        self.0.answered_id = answered_id(arrived);
        self
    }

    /// Says which call it was.
    pub(crate) fn of_call(mut self, place: impl Into<String>, ids: CallIds, attempts: u32) -> Self {
        self.0.place = Some(place.into());
        self.0.ids = Some(ids);
        self.0.attempts = attempts;
        self
    }

    /// Says what is known of the whole call, whose last attempt this is.
    pub(crate) fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.0.delivery = delivery;
        self
    }

    /// Says what the call was for.
    pub(crate) fn with_effect(mut self, effect: Effect) -> Self {
        self.0.effect = effect;
        self
    }

    /// Looks whether the token that was sent says why it was refused. Nothing of it is kept.
    pub(crate) fn with_token(mut self, token: &AccessToken) -> Self {
        if let Some(status @ (401 | 403)) = self.status().map(|status| status.as_u16()) {
            let claims = TokenClaims::read(token);
            self.0.token_hint = claims.and_then(|claims| {
                hint::of_token(status, self.code(), &claims, self.answered_at())
            });
        }
        self
    }

    /// When the service answered, by its own clock where it says so.
    fn answered_at(&self) -> SystemTime {
        let date = self
            .0
            .answer
            .as_ref()
            .and_then(|answer| answer.headers.get(DATE));
        date.and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok())
            .unwrap_or_else(SystemTime::now)
    }

    /// Says that the token was refused, and why there is no other one.
    pub(crate) fn without_another_token(mut self, none: Self) -> Self {
        self.0.message.push_str("; ");
        self.0.message.push_str(&none.0.message);
        self.with_source(none)
    }

    /// Says that the call ended because its first attempt was too long ago.
    pub(crate) fn too_late(mut self) -> Self {
        self.0
            .message
            .push_str("; it is too late to send it again under the same request id");
        self
    }

    /// Says that the call ended because the wait that the service asks for is too long.
    pub(crate) fn out_of_patience(mut self) -> Self {
        self.0.kind = ErrorKind::Throttled;
        self.0
            .message
            .push_str("; the wait it asks for does not fit into the deadline");
        self
    }

    /// The coarse reason.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the service got the request, and acted on it as far as that is known.
    pub fn delivery(&self) -> Delivery {
        self.0.delivery
    }

    /// The HTTP status of the answer, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.answer.as_ref().map(|answer| answer.status)
    }

    /// The service's error code. Read it together with the status: one number can mean two things.
    pub fn code(&self) -> Option<&str> {
        self.0.fault.code.as_deref()
    }

    /// What the service says went wrong.
    pub fn description(&self) -> Option<&str> {
        self.0.fault.description.as_deref()
    }

    /// What the catalogue of error codes says of this error: of its status and code together.
    ///
    /// It speaks of the last answer alone; [`delivery`](Self::delivery) and [`hint`](Self::hint) of the whole call.
    ///
    /// ```
    /// use partner_center_orders::codes::Repeat;
    /// # use partner_center_orders::{PartnerCenter, StaticToken};
    /// use partner_center_sim::{Fault, Operation, Simulator};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::start().await?;
    /// # let partner = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
    /// #     .endpoint(simulator.base_url())
    /// #     .build()?;
    /// # let orders = partner.customer(Simulator::CUSTOMERS[0].parse()?).orders();
    /// simulator.on(Operation::GetOrder).fault(Fault::code(403, "800073"));
    /// let error = orders.order("5cf72f146967").get().send().await.unwrap_err();
    ///
    /// let code = error.documented().ok_or("a code that nobody knows")?;
    /// assert_eq!(code.meaning(), "The customer's account is under review.");
    /// match code.repeat() {
    ///     Repeat::Later => println!("put off"),
    ///     Repeat::Changed | Repeat::AfterAction => println!("for somebody to see: {}", code.remedy()),
    ///     _ => println!("given up: {error}"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn documented(&self) -> Option<&'static Code> {
        codes::find(self.status()?, self.code()?)
    }

    /// What to do next, in a sentence or two: about signing in when that is what went wrong, else what the claims of a
    /// refused token explain, else the remedy of the documented code, else what the status suggests, else what the kind
    /// does. `None` where there is nothing to add to the message.
    ///
    /// When an earlier attempt of a write may have been carried out, it says so, whatever the last answer was.
    ///
    /// ```
    /// # use partner_center_orders::{Method, PartnerCenter, StaticToken};
    /// use partner_center_sim::{Fault, Operation, Simulator};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::start().await?;
    /// # let partner = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
    /// #     .endpoint(simulator.base_url())
    /// #     .build()?;
    /// # let path = format!("/customers/{}/orders", Simulator::CUSTOMERS[0]);
    /// # let order = r#"{"lineItems": []}"#;
    /// simulator.on(Operation::CreateOrder).fault(Fault::code(409, "800060"));
    /// let place = partner.request(Method::POST, &path).body("application/json", order);
    /// let error = place.send().await.unwrap_err();
    ///
    /// let hint = error.hint().unwrap_or_default();
    /// assert!(hint.starts_with("Look the order up before anything else"));
    /// println!("{error}\n{hint}");
    /// # Ok(())
    /// # }
    /// ```
    pub fn hint(&self) -> Option<&'static str> {
        let status = self.status().map(|status| status.as_u16());
        if self.0.effect == Effect::Write && self.delivery() > self.delivery_of_answer() {
            return Some(hint::OPEN);
        }
        let credential = self.credential();
        let documented = self.documented().map(Code::remedy);
        credential
            .and_then(CredentialError::hint)
            .or(self.0.token_hint)
            .or(documented)
            .or_else(|| hint::of_status(status?))
            .or_else(|| match credential {
                // Its own message says it, or its cause does.
                Some(credential) if credential.says_enough() => None,
                _ => hint::of_kind(self.kind(), self.delivery()),
            })
    }

    /// What the answer says of its own attempt; without one, what is known of the call.
    fn delivery_of_answer(&self) -> Delivery {
        self.0.answer.as_ref().map_or(self.delivery(), |answer| {
            Delivery::of_call([Outcome::Answered {
                status: answer.status,
                in_progress: is_in_progress(answer.status, self.code()),
                is_complete: answer.body.is_some(),
            }])
        })
    }

    /// Why there was no access token, when that is what ended the call; after a 401, when the kind is
    /// [`Service`](ErrorKind::Service), why there was no other one.
    pub fn credential(&self) -> Option<&CredentialError> {
        let source = self.0.source.as_deref()?;
        // After a 401, the error of the renewal is between.
        source
            .downcast_ref::<CredentialError>()
            .or_else(|| source.downcast_ref::<Self>()?.credential())
    }

    /// The `MS-RequestId` of the request.
    pub fn request_id(&self) -> Option<Uuid> {
        self.0.ids.map(|ids| ids.request)
    }

    /// The `MS-CorrelationId` of the call.
    pub fn correlation_id(&self) -> Option<Uuid> {
        self.0.ids.map(|ids| ids.correlation)
    }

    /// How often sending was tried.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// How long the service, or the authority that hands out tokens, asks to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        let answer = self.0.answer.as_ref();
        answer
            .and_then(|answer| retry_after(&answer.headers, SystemTime::now()))
            .or_else(|| self.credential()?.retry_after())
    }

    /// The `id` in what arrived of an answer that could not be used: that of the order, after a purchase whose answer broke
    /// off or was unreadable.
    pub fn answered_id(&self) -> Option<&str> {
        self.0.answered_id.as_deref()
    }

    /// The body of the answer as it came, where it was read whole. It may hold anything: do not log it.
    pub fn body(&self) -> Option<&[u8]> {
        self.0.answer.as_ref()?.body.as_deref()
    }
}

/// The text in the member `id` of an object, whose end may be missing.
fn answered_id(json: &[u8]) -> Option<String> {
    struct Id<'f>(&'f mut Option<String>);

    impl<'de> Visitor<'de> for Id<'_> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
            while let Some(name) = members.next_key::<String>()? {
                if name.eq_ignore_ascii_case("id") {
                    *self.0 = members.next_value()?;
                    return Ok(());
                }
                members.next_value::<IgnoredAny>()?;
            }
            Ok(())
        }
    }

    let mut found = None;
    // What comes after the id, or is missing, is of no interest.
    let _ = serde_json::Deserializer::from_slice(json).deserialize_map(Id(&mut found));
    found.filter(|id| !id.is_empty())
}

/// Whether a code is a word that can stand in a message. It is a text from outside and could be anything.
fn is_plain(code: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=32).contains(&code.len()) && code.bytes().all(is_plain)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.0.place {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.0.message)?;
        if self.0.attempts > 1 {
            write!(f, " (after {} attempts)", self.0.attempts)?;
        }
        Ok(())
    }
}

/// Shows what [`Display`](fmt::Display) may show, the ids and the source; no header and no body.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("delivery", &self.0.delivery)
            .field("place", &self.0.place)
            .field("message", &self.0.message)
            .field("status", &self.status())
            .field("code", &self.code())
            .field("request_id", &self.request_id())
            .field("correlation_id", &self.correlation_id())
            .field("attempts", &self.0.attempts)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::{Answer, Error, answered_id};
    use crate::attempt::Effect;
    use crate::delivery::Delivery;
    use crate::hint;

    /// A refusal of the last attempt says nothing of the ones before, which matters to a write.
    #[test]
    fn an_earlier_attempt_that_may_have_been_carried_out_wins_over_the_last_answer() {
        let refused = |effect| {
            let answer = Answer {
                status: StatusCode::BAD_REQUEST,
                headers: HeaderMap::new(),
                body: Some(Bytes::from_static(br#"{"code":"800004"}"#)),
            };
            Error::service(answer).with_effect(effect)
        };
        for effect in [Effect::Read, Effect::Write] {
            let error = refused(effect);
            let remedy = error.hint();
            assert_eq!(remedy, error.documented().map(|code| code.remedy()));
            let error = error.with_delivery(Delivery::Unknown);
            let wanted = match effect {
                Effect::Read => remedy,
                Effect::Write => Some(hint::OPEN),
            };
            assert_eq!(error.hint(), wanted);
        }
    }

    #[test]
    fn an_id_is_found_in_what_arrived() {
        let whole = r#"{"lineItems":[{"id":"inner"}],"id":"5cf72f146967","status":"pending"}"#;
        let id = Some("5cf72f146967".to_owned());
        let end_of_id = whole.find("967\"").unwrap() + 4;
        for length in 0..=whole.len() {
            let wanted = id.clone().filter(|_| length >= end_of_id);
            assert_eq!(answered_id(&whole.as_bytes()[..length]), wanted, "{length}");
        }
        for odd in [
            "",
            "{",
            "[]",
            "[\"a\"]",
            "\"id\"",
            r#"{"id":""}"#,
            r#"{"id":7}"#,
        ] {
            assert_eq!(answered_id(odd.as_bytes()), None, "{odd}");
        }
    }
}
