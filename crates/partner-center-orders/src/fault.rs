//! What does the body of an error answer say?
//!
//! Two shapes are documented (the service's own and the gateway's), codes come as text or as numbers, and a body may
//! just as well be HTML or empty. Whatever can be read is read.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

/// What could be read of an error body.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Fault {
    /// The service's error code, as text.
    pub(crate) code: Option<String>,
    /// What the service says went wrong.
    pub(crate) description: Option<String>,
}

impl Fault {
    /// Reads a body without its byte order mark.
    pub(crate) fn read(body: &[u8]) -> Self {
        let members: BTreeMap<String, &RawValue> = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| {
            let mut named = members
                .iter()
                .filter(|(key, _)| key.eq_ignore_ascii_case(name));
            let json = named.next()?.1.get();
            if named.next().is_some() {
                // Two that differ in letter case only: nobody knows which is meant.
                return None;
            }
            match json.as_bytes().first()? {
                b'"' => serde_json::from_str::<String>(json).ok(),
                b'-' | b'0'..=b'9' => Some(json.to_owned()),
                _ => None,
            }
        };
        Self {
            code: text("code"),
            description: text("description").or_else(|| text("message")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Fault;

    fn read(body: &str) -> (Option<String>, Option<String>) {
        let Fault { code, description } = Fault::read(body.as_bytes());
        (code, description)
    }

    #[test]
    fn every_known_shape_is_read() {
        let both =
            |code: &str, description: &str| (Some(code.to_owned()), Some(description.to_owned()));
        assert_eq!(
            read(r#"{"code":"20000","description":"gone","data":[],"source":"x"}"#),
            both("20000", "gone")
        );
        assert_eq!(
            read(r#"{"code":0,"description":"odd","data":[{"a":1}]}"#),
            both("0", "odd")
        );
        assert_eq!(
            read(r#"{"Code":"1","Description":"pascal"}"#),
            both("1", "pascal")
        );
        assert_eq!(
            read(r#"{"statusCode":429,"message":"slow"}"#),
            (None, Some("slow".into()))
        );
        assert_eq!(
            read(r#"{"Code":"1","code":"2","message":"x"}"#),
            (None, Some("x".into()))
        );
        assert_eq!(read(r#"{"code":null,"description":["x"]}"#), (None, None));
        for body in ["", "<html>", "[]", "null", "{", "\u{fffd}"] {
            assert_eq!(read(body), (None, None), "{body}");
        }
    }
}
