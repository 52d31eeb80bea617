//! What does the JSON of a request say?
//!
//! Members are found in any letter case, and null is absence: the published clients write `LineItems` as well as
//! `lineItems`, and nulls for what they do not set. What nobody asks for is passed over, whatever it holds. Numbers keep
//! their digits.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::denial::Denial;
use crate::refusal::Refusal;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The members of one object.
#[derive(Debug)]
pub(crate) struct Members<'b>(BTreeMap<String, &'b RawValue>);

impl<'b> Members<'b> {
    /// Reads a body.
    pub(crate) fn read(body: &'b [u8]) -> Result<Self, Refusal> {
        let text = body.strip_prefix(BYTE_ORDER_MARK).unwrap_or(body);
        serde_json::from_slice(text)
            .map(Self)
            .map_err(|_| Refusal::BodyUnreadable)
    }

    /// Reads an object inside a body.
    pub(crate) fn of(json: &'b RawValue) -> Option<Self> {
        serde_json::from_str(json.get()).map(Self).ok()
    }

    /// A text.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Denial> {
        self.value(name)
    }

    /// Texts.
    pub(crate) fn texts(&self, name: &str) -> Result<Option<Vec<String>>, Denial> {
        self.value(name)
    }

    /// Texts by name; the names are kept as they are.
    pub(crate) fn named_texts(
        &self,
        name: &str,
    ) -> Result<Option<BTreeMap<String, String>>, Denial> {
        let texts = self.value::<BTreeMap<String, Option<String>>>(name)?;
        Ok(texts.map(|texts| {
            let present = texts
                .into_iter()
                .filter_map(|(key, text)| Some((key, text?)));
            present.collect()
        }))
    }

    /// A whole number.
    pub(crate) fn integer(&self, name: &str) -> Result<Option<i32>, Denial> {
        self.value(name)
    }

    /// True or false.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Denial> {
        self.value(name)
    }

    /// A word of a type that has numbers as well.
    pub(crate) fn word(&self, name: &str) -> Result<Option<String>, Denial> {
        match self.get(name) {
            Some(raw) if raw.get().starts_with('"') => self.value(name),
            raw => Ok(raw.map(|raw| raw.get().to_owned())),
        }
    }

    /// A JSON value of the caller's choice.
    pub(crate) fn value<T: Deserialize<'b>>(&self, name: &str) -> Result<Option<T>, Denial> {
        self.get(name)
            .map(|raw| serde_json::from_str(raw.get()))
            .transpose()
            .map_err(|_| Denial::RequestInvalid)
    }

    /// An object.
    pub(crate) fn object(&self, name: &str) -> Result<Option<Self>, Denial> {
        Ok(self.value(name)?.map(Self))
    }

    /// Objects.
    pub(crate) fn objects(&self, name: &str) -> Result<Option<Vec<Self>>, Denial> {
        let objects = self.value::<Vec<BTreeMap<String, &'b RawValue>>>(name)?;
        Ok(objects.map(|objects| objects.into_iter().map(Self).collect()))
    }

    /// The value of a member that is there.
    pub(crate) fn get(&self, name: &str) -> Option<&'b RawValue> {
        self.present()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, raw)| raw)
    }

    /// The members that are there, by their own names.
    pub(crate) fn present(&self) -> impl Iterator<Item = (&str, &'b RawValue)> {
        let members = self.0.iter().map(|(key, raw)| (key.as_str(), *raw));
        members.filter(|(_, raw)| raw.get() != "null")
    }
}

#[cfg(test)]
mod tests {
    use super::Members;
    use crate::denial::Denial;
    use crate::refusal::Refusal;

    #[test]
    fn names_are_found_in_any_case_and_null_is_absence() {
        let body = br#"{"OfferId": "a", "quantity": null, "Quantity": 3, "flag": null, "n": [1]}"#;
        let members = Members::read(body).unwrap();
        assert_eq!(members.text("offerId"), Ok(Some("a".to_owned())));
        assert_eq!(members.integer("quantity"), Ok(Some(3)));
        assert_eq!(members.flag("flag"), Ok(None));
        assert_eq!(members.integer("OFFERID"), Err(Denial::RequestInvalid));
        assert!(members.objects("n").is_err());
    }

    #[test]
    fn what_is_no_object_is_unreadable() {
        let deep = "[".repeat(1_000_000);
        for body in ["", "null", "[]", "{", "{}x", "\"a\"", "{\"a\":1,}", &deep] {
            let read = Members::read(body.as_bytes());
            assert_eq!(read.err(), Some(Refusal::BodyUnreadable));
        }
        assert!(Members::read(b"\xEF\xBB\xBF{}").is_ok());
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        let read = Members::read(deep.as_bytes()).unwrap();
        assert!(read.objects("a").is_err());
    }
}
