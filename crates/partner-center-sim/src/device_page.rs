//! Where does a person say whether a device may sign in?
//!
//! One plain page, without a script and without anything from elsewhere: a field for the code and two buttons.

use std::io;

use http::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue};
use http::{HeaderMap, Method, StatusCode, request};

use crate::answer::Answer;
use crate::device::Decision;
use crate::keeper::Keeper;
use crate::request::pair;

/// Where the page is.
pub(crate) const PATH: &str = "/devicelogin";

/// Shows the page, or takes what was said on it.
pub(crate) fn answer(keeper: &Keeper, head: &request::Parts, body: &[u8]) -> Answer {
    match head.method {
        Method::GET => {
            let query = head.uri.query().unwrap_or_default();
            let code = ["user_code", "otc"]
                .into_iter()
                .find_map(|name| pair(query, name));
            let code = code.map(|code| code.value).unwrap_or_default();
            page(
                StatusCode::OK,
                "Enter the code that the device shows.",
                Some(&code),
            )
        }
        Method::POST => decided(keeper, &String::from_utf8_lossy(body)),
        _ => {
            let status = StatusCode::METHOD_NOT_ALLOWED;
            let mut answer = page(status, "This page takes GET and POST.", None);
            let methods = HeaderValue::from_static("GET, POST");
            answer.headers.insert(ALLOW, methods);
            answer
        }
    }
}

/// Notes what a person said about a code; `false` when no such code waits.
pub(crate) fn decide(keeper: &Keeper, user_code: &str, decision: Decision) -> io::Result<bool> {
    keeper.change(|state| {
        let now = state.time.now();
        Ok(state.devices.decide(user_code, decision, now))
    })
}

fn decided(keeper: &Keeper, form: &str) -> Answer {
    let value = |name| pair(form, name).map(|pair| pair.value).unwrap_or_default();
    let code = value("user_code");
    let (decision, said) = match value("decision").as_str() {
        "approve" => (
            Decision::Approve,
            "The device may sign in. You can close this page.",
        ),
        "decline" => (
            Decision::Decline,
            "The device may not sign in. You can close this page.",
        ),
        _ => {
            return page(
                StatusCode::BAD_REQUEST,
                "Choose one of the two.",
                Some(&code),
            );
        }
    };
    match decide(keeper, &code, decision) {
        Ok(true) => page(StatusCode::OK, said, None),
        Ok(false) => {
            let said =
                "No device waits with this code. It may have expired, or been entered before.";
            page(StatusCode::NOT_FOUND, said, Some(&code))
        }
        Err(error) => page(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string(), None),
    }
}

/// The page with a sentence, and with the form when there is a code to show in it.
fn page(status: StatusCode, said: &str, code: Option<&str>) -> Answer {
    let said = escaped(said);
    let form = code.map(form).unwrap_or_default();
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Simulated sign-in</title></head>\n\
         <body><h1>Simulated sign-in</h1>\n<p>{said}</p>\n{form}\
         <p>This is a simulator: nobody is asked who they are.</p></body></html>\n"
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; form-action 'self'",
        ),
    ];
    let headers = headers.map(|(name, value)| (name, HeaderValue::from_static(value)));
    Answer {
        status,
        headers: HeaderMap::from_iter(headers),
        body: body.into(),
    }
}

fn form(code: &str) -> String {
    format!(
        "<form method=\"post\" action=\"{PATH}\">\n\
         <p><label>Code <input name=\"user_code\" value=\"{}\" autocomplete=\"off\" required></label></p>\n\
         <p><button name=\"decision\" value=\"approve\">Approve</button>\n\
         <button name=\"decision\" value=\"decline\">Decline</button></p>\n</form>\n",
        escaped(code)
    )
}

/// A text that is no markup, also between double quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}
