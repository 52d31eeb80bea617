//! What does the simulator say when it says no?
//!
//! The bodies come from the examples of the spec's error responses. Some refusals have no example there and bring a
//! body of their own. All of them are rendered once, at the start: saying no cannot fail later.

use std::collections::BTreeMap;
use std::io;

use bytes::Bytes;
use http::header::{ALLOW, CONNECTION, HeaderValue, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::answer::Answer;
use crate::denial::{Denial, Wording};
use crate::document::Document;
use crate::request::Methods;

/// Why a request is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Refusal {
    TokenMissing,
    TokenNotAccepted,
    NothingHere,
    MethodNotAllowed(Methods),
    CustomerIdInvalid,
    CustomerUnrelated,
    BodyLate,
    BodyTooLong,
    BodyUnreadable,
    MediaTypeUnknown,
    WordUnknown,
    ResellerInvalid,
    ContinuationInvalid,
    OrderIdMissing,
    OrderNotFound,
    SubscriptionNotFound,
    AtWork,
    Unexpected,
    Denied(Denial),
}

/// The body of an error. Members in the order of the spec.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    /// Text, but for one that was recorded as a number.
    code: Value,
    description: String,
    data: Vec<Value>,
    source: String,
}

/// The rendered body of every refusal.
#[derive(Debug)]
pub(crate) struct Refusals(BTreeMap<Refusal, Bytes>);

impl Refusal {
    const ALL: [Self; 21] = [
        Self::TokenMissing,
        Self::TokenNotAccepted,
        Self::NothingHere,
        Self::MethodNotAllowed(Methods::Get),
        Self::MethodNotAllowed(Methods::GetAndPost),
        Self::MethodNotAllowed(Methods::GetAndPatch),
        Self::MethodNotAllowed(Methods::Post),
        Self::CustomerIdInvalid,
        Self::CustomerUnrelated,
        Self::BodyLate,
        Self::BodyTooLong,
        Self::BodyUnreadable,
        Self::MediaTypeUnknown,
        Self::WordUnknown,
        Self::ResellerInvalid,
        Self::ContinuationInvalid,
        Self::OrderIdMissing,
        Self::OrderNotFound,
        Self::SubscriptionNotFound,
        Self::AtWork,
        Self::Unexpected,
    ];

    fn status(self) -> StatusCode {
        match self {
            Self::TokenMissing | Self::TokenNotAccepted => StatusCode::UNAUTHORIZED,
            Self::NothingHere | Self::OrderNotFound | Self::SubscriptionNotFound => {
                StatusCode::NOT_FOUND
            }
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::BodyLate => StatusCode::REQUEST_TIMEOUT,
            Self::BodyTooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaTypeUnknown => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::CustomerIdInvalid
            | Self::BodyUnreadable
            | Self::WordUnknown
            | Self::ResellerInvalid
            | Self::ContinuationInvalid
            | Self::OrderIdMissing => StatusCode::BAD_REQUEST,
            Self::CustomerUnrelated => StatusCode::FORBIDDEN,
            Self::AtWork => StatusCode::CONFLICT,
            Self::Unexpected => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Denied(denial) => denial.answer().0,
        }
    }

    fn fault(self, document: &Document) -> io::Result<Fault> {
        let (response, example) = match self {
            Self::TokenMissing => ("Unauthorized", "token_missing"),
            Self::TokenNotAccepted => ("Unauthorized", "access_denied"),
            Self::NothingHere => ("NotFound", "not_found"),
            Self::CustomerIdInvalid => ("BadRequest", "invalid_customer_id"),
            Self::CustomerUnrelated => ("Forbidden", "no_relationship"),
            Self::WordUnknown => ("BadRequest", "unparsable_enum"),
            Self::OrderNotFound => ("NotFound", "order_not_found"),
            Self::AtWork => ("Conflict", "order_in_progress"),
            Self::Unexpected => ("ServerError", "unexpected"),
            Self::BodyUnreadable => ("BadRequest", "invalid_request"),
            Self::Denied(denial) => match denial.answer().1 {
                Wording::Example(response, example) => (response, example),
                Wording::Own(code, description) => return Ok(Fault::own(code, description)),
            },
            // No code is documented for the next four statuses; the number repeats them.
            Self::MethodNotAllowed(_) => {
                return Ok(Fault::own("405", "This address takes another method."));
            }
            Self::BodyLate => {
                return Ok(Fault::own("408", "The rest of the body did not come."));
            }
            Self::BodyTooLong => {
                return Ok(Fault::own("413", "The body is longer than 16 MiB."));
            }
            Self::MediaTypeUnknown => {
                return Ok(Fault::own(
                    "415",
                    "This address takes another type of body.",
                ));
            }
            Self::ResellerInvalid => {
                return Ok(Fault::own(
                    "800016",
                    "No indirect reseller has a partner id like this.",
                ));
            }
            Self::SubscriptionNotFound => {
                return Ok(Fault::own(
                    "20003",
                    "The customer has no subscription with this id.",
                ));
            }
            // The next two have the code for input that is wrong in no particular way.
            Self::ContinuationInvalid => {
                return Ok(Fault::own(
                    "800002",
                    "The continuation token is missing or belongs to another list.",
                ));
            }
            Self::OrderIdMissing => {
                return Ok(Fault::own(
                    "800002",
                    "The query does not say of which order.",
                ));
            }
        };
        document.example(&format!(
            "/components/responses/{response}/content/application~1json/examples/{example}/value"
        ))
    }

    fn headers(self) -> HeaderMap {
        let mut headers = HeaderMap::new();
        match self {
            Self::TokenMissing | Self::TokenNotAccepted => {
                let challenge = HeaderValue::from_static("Bearer realm=\"simulated\"");
                headers.insert(WWW_AUTHENTICATE, challenge);
            }
            Self::MethodNotAllowed(methods) => {
                headers.insert(ALLOW, HeaderValue::from_static(methods.names()));
            }
            // What comes after all cannot be told from another request.
            Self::BodyLate => {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        headers
    }
}

/// Says no to a request that does not fit the spec.
pub(crate) fn unfit(problem: &str) -> Answer {
    let description = format!("The request is not as it is described: {problem}.");
    // The general code for input that is not valid.
    let fault = Fault::own("800002", &description);
    Answer::json(StatusCode::BAD_REQUEST, HeaderMap::new(), &fault)
}

/// Says that an answer would not have fitted the spec.
pub(crate) fn mistaken(problem: &str) -> Answer {
    let description =
        format!("The simulator made a mistake: its answer is not as it is described: {problem}.");
    let fault = Fault::own("800003", &description);
    Answer::json(StatusCode::INTERNAL_SERVER_ERROR, HeaderMap::new(), &fault)
}

impl From<Denial> for Refusal {
    fn from(denial: Denial) -> Self {
        Self::Denied(denial)
    }
}

impl Fault {
    fn own(code: &str, description: &str) -> Self {
        Self {
            code: Value::String(code.to_owned()),
            description: description.to_owned(),
            data: Vec::new(),
            source: "PartnerFD".to_owned(),
        }
    }
}

impl Refusals {
    /// Reads and renders all of them.
    pub(crate) fn read(document: &Document) -> io::Result<Self> {
        let mut bodies = BTreeMap::new();
        let denied = Denial::ALL.map(Refusal::Denied);
        for refusal in Refusal::ALL.into_iter().chain(denied) {
            let body = serde_json::to_vec(&refusal.fault(document)?)?;
            bodies.insert(refusal, Bytes::from(body));
        }
        Ok(Self(bodies))
    }

    /// The answer to a request that something here is to blame for.
    pub(crate) fn failed(error: &io::Error) -> Answer {
        // The code of the spec's example of a failure.
        let fault = Fault::own("800003", &error.to_string());
        Answer::json(StatusCode::INTERNAL_SERVER_ERROR, HeaderMap::new(), &fault)
    }

    /// The answer that says no.
    pub(crate) fn answer(&self, refusal: Refusal) -> Answer {
        let body = self.0.get(&refusal).cloned().unwrap_or_default();
        Answer::written(refusal.status(), refusal.headers(), body)
    }
}
