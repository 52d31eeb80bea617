//! What would be sent? As JSON for programs, as HTTP looks for people.
//!
//! The body is never read into numbers: its digits are those that would be sent.

use std::collections::BTreeMap;

use partner_center_orders::{Delivery, JsonText, Preview, PreviewPart};
use serde::Serialize;

use crate::connect::Connected;
use crate::failure::Failure;
use crate::output::{Output, clean, escaped, notice};

#[derive(Serialize)]
struct Request<'a> {
    method: &'a str,
    path: &'a str,
    headers: BTreeMap<&'a str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<JsonText>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    parts: Vec<Part<'a>>,
}

/// One part of an upload, whose bytes are not printed.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Part<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_name: Option<&'a str>,
    content_type: &'a str,
    length: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<JsonText>,
}

/// Prints the request instead of sending it.
pub(crate) fn print(
    preview: &Preview,
    connected: &Connected,
    output: &mut Output,
) -> Result<(), Failure> {
    notice(&format!(
        "dry run: nothing is sent to {}",
        connected.partner.endpoint()
    ));
    let printed = output.value(&Request::of(preview), Request::in_words);
    printed.map_err(|failure| failure.with_delivery(Delivery::NotSent))
}

impl<'a> Request<'a> {
    fn of(preview: &'a Preview) -> Self {
        let headers = preview.headers().iter();
        let shown = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Self {
            method: preview.method().as_str(),
            path: preview.path(),
            headers: headers
                .map(|(name, value)| (name.as_str(), shown(value.as_bytes())))
                .collect(),
            body: json(preview.body()),
            parts: preview.parts().iter().map(Part::of).collect(),
        }
    }

    fn in_words(&self) -> String {
        let mut text = format!("{} {}\n", self.method, self.path);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {}\n", clean(value)));
        }
        text.push('\n');
        if let Some(body) = &self.body {
            text.push_str(&indented(body));
        }
        for part in &self.parts {
            text.push_str(&part.in_words());
        }
        text
    }
}

impl<'a> Part<'a> {
    fn of(part: &'a PreviewPart) -> Self {
        Self {
            name: part.name(),
            file_name: part.file_name(),
            content_type: part.content_type(),
            length: part.length(),
            body: part.text().and_then(|text| json(text.as_bytes())),
        }
    }

    fn in_words(&self) -> String {
        let file = self.file_name.map(|file| format!("{file}, "));
        let (name, file) = (self.name, file.unwrap_or_default());
        let about = format!("{name}: {file}{}, {} bytes", self.content_type, self.length);
        let body = self.body.as_ref().map(indented);
        format!("{}\n{}", clean(&about), body.unwrap_or_default())
    }
}

fn json(body: &[u8]) -> Option<JsonText> {
    serde_json::from_slice(body).ok()
}

/// JSON that is taken apart only to be set in lines.
#[derive(Serialize)]
#[serde(untagged)]
enum Lines {
    Object(BTreeMap<String, Lines>),
    Array(Vec<Lines>),
    Other(JsonText),
}

impl Lines {
    fn of(json: &JsonText) -> Self {
        let text = json.as_str();
        if let Ok(members) = serde_json::from_str::<BTreeMap<String, JsonText>>(text) {
            let members = members.iter();
            return Self::Object(
                members
                    .map(|(name, json)| (name.clone(), Self::of(json)))
                    .collect(),
            );
        }
        match serde_json::from_str::<Vec<JsonText>>(text) {
            Ok(elements) => Self::Array(elements.iter().map(Self::of).collect()),
            Err(_) => Self::Other(json.clone()),
        }
    }
}

fn indented(json: &JsonText) -> String {
    match serde_json::to_string_pretty(&Lines::of(json)) {
        Ok(lines) => escaped(lines) + "\n",
        Err(_) => escaped(json.as_str().to_owned()) + "\n",
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn json_is_set_in_lines_and_keeps_its_digits() {
        let json = serde_json::from_str(r#"{"b":[{"c":12.10},1e-7],"a":"x, {y}"}"#).unwrap();
        let lines = super::indented(&json);
        let words = "{ \"a\": \"x, {y}\", \"b\": [ { \"c\": 12.10 }, 1e-7 ] }";
        assert_eq!(
            lines.split_whitespace().collect::<Vec<_>>().join(" "),
            words
        );
        assert_eq!(lines.lines().count(), 9);
    }
}
