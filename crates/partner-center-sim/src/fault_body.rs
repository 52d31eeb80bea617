//! Which body has an error that was asked for by status or by code?
//!
//! The spec's examples are searched: a code is described as it is there, a status gets the code that its examples have.
//! What no example has gets a sentence of this crate's own.

use std::collections::BTreeMap;
use std::io;

use http::header::{HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use serde_json::Value;

use crate::answer::Answer;
use crate::document::Document;

/// What the documented 429 asks to wait, in seconds.
const DOCUMENTED_WAIT: u64 = 57;

/// Codes that the spec names without an example.
const OWN: [(&str, &str); 2] = [
    ("900420", "The token is meant for another audience."),
    (
        "900421",
        "The user of the token did no multi-factor authentication.",
    ),
];

/// The descriptions of codes.
#[derive(Debug)]
pub(crate) struct FaultBodies(BTreeMap<String, String>);

#[derive(Serialize)]
struct ServiceFault<'f> {
    code: &'f str,
    description: &'f str,
    data: [(); 0],
    source: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ThrottleFault {
    status_code: u16,
    message: String,
}

impl FaultBodies {
    pub(crate) fn read(document: &Document) -> io::Result<Self> {
        let responses: Value = document.example("/components/responses")?;
        let examples = responses
            .as_object()
            .into_iter()
            .flat_map(|responses| responses.values())
            .filter_map(|response| response.pointer("/content/application~1json/examples"))
            .filter_map(Value::as_object)
            .flat_map(|examples| examples.values());
        let described = examples.filter_map(|example| {
            let text = |member: &str| example.pointer(member)?.as_str().map(str::to_owned);
            Some((text("/value/code")?, text("/value/description")?))
        });
        let own = OWN.map(|(code, description)| (code.to_owned(), description.to_owned()));
        Ok(Self(own.into_iter().chain(described).collect()))
    }

    /// The error with this status; with the code that is usual for it when there is none.
    pub(crate) fn answer(
        &self,
        status: StatusCode,
        code: Option<&str>,
        retry_after: Option<u64>,
    ) -> Answer {
        if let (StatusCode::TOO_MANY_REQUESTS, None) = (status, code) {
            return throttled(retry_after.unwrap_or(DOCUMENTED_WAIT));
        }
        let usual = usual_code(status);
        let code = code.unwrap_or(&usual);
        let description = self.0.get(code);
        let fault = ServiceFault {
            code,
            description: description.map_or("The simulator was told to say so.", String::as_str),
            data: [],
            source: "PartnerFD",
        };
        let mut headers = HeaderMap::new();
        if status == StatusCode::UNAUTHORIZED {
            let challenge = HeaderValue::from_static("Bearer realm=\"simulated\"");
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Some(seconds) = retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        Answer::json(status, headers, &fault)
    }
}

/// What the gateway says when there were too many requests.
pub(crate) fn throttled(seconds: u64) -> Answer {
    let fault = ThrottleFault {
        status_code: 429,
        message: format!("Rate limit is exceeded. Try again in {seconds} seconds."),
    };
    let headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from(seconds))]);
    Answer::json(StatusCode::TOO_MANY_REQUESTS, headers, &fault)
}

/// The code that a status is most often seen with. Where none is documented, the number repeats the status.
fn usual_code(status: StatusCode) -> String {
    match status.as_u16() {
        400 => "800002".to_owned(),
        401 => "400".to_owned(),
        403 => "20002".to_owned(),
        404 => "1000".to_owned(),
        409 => "800060".to_owned(),
        500..=599 => "800003".to_owned(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;
    use serde_json::Value;

    use super::FaultBodies;
    use crate::document::Document;

    #[test]
    fn what_the_spec_has_an_example_of_is_said_in_its_words() {
        let document = Document::read().expect("the spec");
        let bodies = FaultBodies::read(document).expect("examples");
        for (status, code, response, name) in [
            (400, None, "BadRequest", "invalid_request"),
            (400, Some("900126"), "BadRequest", "unparsable_enum"),
            (401, None, "Unauthorized", "access_denied"),
            (403, None, "Forbidden", "no_relationship"),
            (403, Some("900329"), "Forbidden", "no_application_only"),
            (404, None, "NotFound", "not_found"),
            (404, Some("20000"), "NotFound", "order_not_found"),
            (409, None, "Conflict", "order_in_progress"),
            (429, None, "TooManyRequests", "throttled"),
            (503, None, "ServerError", "unexpected"),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            let answer = bodies.answer(status, code, None);
            let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
            let pointer = format!(
                "/components/responses/{response}/content/application~1json/examples/{name}/value"
            );
            let example: Value = document.example(&pointer).expect("an example");
            assert_eq!((answer.status, body), (status, example), "{name}");
        }
    }
}
