//! Does a request, or an answer, fit what the spec says of its operation?
//!
//! Parameters and JSON bodies are looked at on the way in; status, media type, headers and JSON bodies on the way out. The
//! bytes of files and forms are not looked into. Nothing is decided here: what does not fit is told, by place and rule.

use http::{HeaderMap, request};
use serde_json::Value;
use serde_json::value::RawValue;

use crate::answer::{Answer, BYTE_ORDER_MARK};
use crate::body::{is_json, media_type};
use crate::contract::{Contract, Expected, Parameter, Place};
use crate::operation::segments;
use crate::request::pairs;
use crate::schema::Misfit;

/// Headers whose form nobody insists on: of an id that is no GUID nothing is known but that the service makes one up where
/// there is none.
const TOLERATED: [&str; 2] = ["MS-RequestId", "MS-CorrelationId"];

/// Something in a request that does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// Place and rule, such as `query include_price: value is not of type "boolean"`.
    pub(crate) text: String,
    /// Whether the request is carried out all the same.
    pub(crate) is_tolerated: bool,
}

impl Contract {
    /// What does not fit in a request. A body that is no JSON is not looked at: other checks refuse it.
    pub(crate) fn problems_of(&self, head: &request::Parts, body: &[u8]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for parameter in &self.parameters {
            let is_tolerated = TOLERATED.contains(&parameter.name.as_str());
            let found = parameter.problems(&self.sent(parameter, head));
            problems.extend(found.into_iter().map(|text| Problem { text, is_tolerated }));
        }
        let body = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        if let Some(schema) = self.body.as_ref().filter(|_| is_json(&head.headers))
            && let Ok(json) = serde_json::from_slice::<&RawValue>(body)
        {
            let misfits = schema.misfits_as_sent(json).into_iter();
            problems.extend(misfits.map(|misfit| Problem {
                text: misfit.told("body"),
                is_tolerated: false,
            }));
        }
        problems
    }

    /// What was sent for a parameter.
    fn sent(&self, parameter: &Parameter, head: &request::Parts) -> Vec<String> {
        let name = parameter.name.as_str();
        match parameter.place {
            Place::Path => {
                let named = format!("{{{name}}}");
                let segments = segments(head.uri.path()).unwrap_or_default();
                // The first one is the version.
                let segments = segments.into_iter().skip(1).zip(&self.path);
                let mut found = segments.filter(|(_, segment)| **segment == named);
                found.next().map(|(sent, _)| sent).into_iter().collect()
            }
            Place::Query => {
                let query = head.uri.query().unwrap_or_default();
                pairs(query, name).map(|pair| pair.value).collect()
            }
            Place::Header => texts(&head.headers, name),
        }
    }

    /// What does not fit in an answer.
    pub(crate) fn problems_of_answer(&self, answer: &Answer) -> Vec<String> {
        let status = answer.status.as_u16();
        match self.expected(status) {
            Some(expected) => expected.problems(answer),
            None => vec![format!("status {status}: it is not listed")],
        }
    }
}

impl Expected {
    fn problems(&self, answer: &Answer) -> Vec<String> {
        let mut problems = Vec::new();
        for header in &self.headers {
            problems.extend(header.problems(&texts(&answer.headers, &header.name)));
        }
        problems.extend(self.problems_of_body(answer));
        problems
    }

    fn problems_of_body(&self, answer: &Answer) -> Vec<String> {
        let named = media_type(&answer.headers).unwrap_or_default();
        let listed = self.content.get(&named.to_ascii_lowercase());
        let Some(schema) = listed.or_else(|| self.content.get("*/*")) else {
            return vec![format!("header Content-Type: {named:?} is not listed")];
        };
        let Some(schema) = schema else {
            return Vec::new();
        };
        let body = answer.body.strip_prefix(BYTE_ORDER_MARK);
        match serde_json::from_slice::<Value>(body.unwrap_or(&answer.body)) {
            Ok(body) => {
                let misfits = schema.misfits(&body).into_iter();
                misfits.map(|misfit| misfit.told("body")).collect()
            }
            Err(error) => vec![format!("body: {error}")],
        }
    }
}

impl Parameter {
    /// What does not fit in the texts that there are of it.
    fn problems(&self, texts: &[String]) -> Vec<String> {
        let place = match self.place {
            Place::Path => "path",
            Place::Query => "query",
            Place::Header => "header",
        };
        let missing = (self.is_required && texts.is_empty()).then(Misfit::missing);
        let schema = &self.schema;
        let misfits = texts.iter().flat_map(|text| schema.misfits_of_text(text));
        let misfits = missing.into_iter().chain(misfits);
        let name = format!("{place} {}", self.name);
        misfits.map(|misfit| misfit.told(&name)).collect()
    }
}

fn texts(headers: &HeaderMap, name: &str) -> Vec<String> {
    let values = headers.get_all(name).into_iter();
    values
        .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use http::header::{CONTENT_TYPE, HeaderValue};
    use http::{HeaderMap, Request, StatusCode};
    use serde_json::{Value, json};

    use crate::answer::Answer;
    use crate::contract::Contracts;
    use crate::document::Document;
    use crate::operation::Operation;

    /// What does not fit in an answer to a request for an order.
    fn problems(status: u16, body: &Value) -> Vec<String> {
        let status = StatusCode::from_u16(status).expect("a status");
        problems_of(&Answer::json(status, HeaderMap::new(), body))
    }

    fn problems_of(answer: &Answer) -> Vec<String> {
        let contracts = Contracts::read().expect("the spec");
        let contract = contracts.get(Operation::GetOrder).expect("a contract");
        contract.problems_of_answer(answer)
    }

    fn order() -> Value {
        json!({ "id": "a", "referenceCustomerId": "b", "billingCycle": "monthly", "creationDate": "2024-07-01T08:00:00Z",
            "lineItems": [{ "lineItemNumber": 0, "offerId": "c", "quantity": 1, "more": null }] })
    }

    #[test]
    fn a_good_answer_fits() {
        assert_eq!(problems(200, &order()), [""; 0]);
        let marked = Answer::ok(&order()).expect("JSON");
        assert_eq!(problems_of(&marked), [""; 0]);
        let fault = json!({ "code": "1", "description": "no" });
        for status in [400, 404, 408, 418, 500, 599] {
            assert_eq!(problems(status, &fault), [""; 0], "{status}");
        }
    }

    #[test]
    fn an_answer_that_does_not_fit_is_told_by_place_and_rule() {
        let with = |pointer: &str, value: Value| {
            let mut order = order();
            *order.pointer_mut(pointer).expect("a place") = value;
            order
        };
        for (status, body, problem) in [
            (302, order(), "status 302: it is not listed"),
            (201, order(), "status 201: it is not listed"),
            (200, json!([]), "body: value is not of type \"object\""),
            (
                200,
                with("/id", json!(null)),
                "body /id: value is not of type \"string\"",
            ),
            (
                200,
                with("/creationDate", json!("soon")),
                "body /creationDate: value is not a \"date-time\"",
            ),
            (
                200,
                with("/lineItems/0/quantity", json!(3_000_000_000_u64)),
                "body /lineItems/0/quantity: value is greater than the maximum of 2147483647",
            ),
            (
                200,
                with(
                    "/lineItems/0",
                    json!({ "lineItemNumber": 0, "quantity": 1 }),
                ),
                "body /lineItems/0: \"offerId\" is a required property",
            ),
            (
                404,
                json!({ "code": "1" }),
                "body: \"description\" is a required property",
            ),
        ] {
            assert_eq!(problems(status, &body), [problem]);
        }
    }

    #[test]
    fn headers_are_looked_at_on_both_ways() {
        let header = json!({ "required": true, "schema": { "type": "integer" } });
        let parameter = json!({ "in": "header", "name": "X-In", "required": true, "schema": { "type": "integer" } });
        let spec = json!({
            "paths": { "/orders": { "get": { "operationId": "list_orders", "parameters": [parameter],
                "responses": { "default": { "headers": { "X-Out": header },
                    "content": { "application/json": { "schema": {} } } } } } } },
            "components": { "schemas": {} },
        });
        let contracts = Contracts::of(Document::of(spec)).expect("contracts");
        let contract = contracts.get(Operation::ListOrders).expect("a contract");
        for (value, problem) in [
            (None, Some("it is missing")),
            (Some("x"), Some("value is not of type \"integer\"")),
            (Some("7"), None),
        ] {
            let told = |name| problem.map(|problem| format!("header {name}: {problem}"));
            let value = value.map(HeaderValue::from_static);
            let mut request = Request::builder().uri("/v1/orders");
            let mut answer = Answer::json(StatusCode::OK, HeaderMap::new(), &json!({}));
            if let Some(value) = value {
                request = request.header("X-In", value.clone());
                answer.headers.insert("X-Out", value);
            }
            let (head, ()) = request.body(()).expect("a request").into_parts();
            let found = contract.problems_of(&head, b"").into_iter();
            assert_eq!(found.map(|problem| problem.text).next(), told("X-In"));
            let found = contract.problems_of_answer(&answer).into_iter();
            assert_eq!(found.reduce(|a, b| a + &b), told("X-Out"));
        }
    }

    #[test]
    fn media_type_and_syntax_are_looked_at_and_files_are_not() {
        let mut answer = Answer::ok(&order()).expect("JSON");
        answer.body = answer.body.slice(..answer.body.len() - 1);
        let problems = problems_of(&answer);
        assert!(problems[0].starts_with("body: EOF"), "{problems:?}");
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        answer.headers.insert(CONTENT_TYPE, html);
        let expected = "header Content-Type: \"text/html\" is not listed";
        assert_eq!(problems_of(&answer), [expected]);
        answer.headers.remove(CONTENT_TYPE);
        assert_eq!(
            problems_of(&answer),
            ["header Content-Type: \"\" is not listed"]
        );

        let contracts = Contracts::read().expect("the spec");
        let download = contracts.get(Operation::DownloadOrderAttachment);
        let download = download.expect("a contract");
        let mut file = Answer::file("{".into());
        assert_eq!(download.problems_of_answer(&file), [""; 0]);
        file.headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/pdf"));
        assert_eq!(download.problems_of_answer(&file), [""; 0]);
    }
}
