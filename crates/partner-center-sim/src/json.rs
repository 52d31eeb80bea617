//! How is a JSON text changed in one place and left alone everywhere else?
//!
//! Amounts have more digits than a float, and members an order that a map would lose. So a text is taken apart only as
//! deep as needed, and what is not changed stays the text that it was.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// What becomes of a member.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Replacement<'r> {
    /// It says this word, if it is text.
    Word(&'r str),
    Value(&'r Value),
    /// It is left out.
    Nothing,
}

/// The members of an object in their order, with their values as text.
#[derive(Debug)]
pub(crate) struct RawObject(Vec<(String, Box<RawValue>)>);

impl RawObject {
    /// The value of a member.
    pub(crate) fn get(&self, name: &str) -> Option<&RawValue> {
        let found = self.0.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| &**value)
    }

    /// Gives a member this value, at the end when there is no such member yet.
    pub(crate) fn set<T: Serialize>(&mut self, name: &str, value: &T) -> serde_json::Result<()> {
        let value = to_raw_value(value)?;
        match self.0.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for RawObject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = RawObject;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawObject, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(RawObject(members))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

impl Serialize for RawObject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

/// The same text, but for every member of this name, however deep.
pub(crate) fn replaced(
    json: &RawValue,
    member: &str,
    by: Replacement<'_>,
) -> serde_json::Result<Box<RawValue>> {
    match json.get().as_bytes().first() {
        Some(b'{') => {
            let members: RawObject = serde_json::from_str(json.get())?;
            let mut changed = Vec::with_capacity(members.0.len());
            for (name, value) in members.0 {
                let value = match by {
                    Replacement::Nothing if name == member => continue,
                    Replacement::Value(value) if name == member => to_raw_value(value)?,
                    Replacement::Word(word) if name == member && value.get().starts_with('"') => {
                        to_raw_value(word)?
                    }
                    _ => replaced(&value, member, by)?,
                };
                changed.push((name, value));
            }
            to_raw_value(&RawObject(changed))
        }
        Some(b'[') => {
            let items: Vec<&RawValue> = serde_json::from_str(json.get())?;
            let items = items.into_iter().map(|item| replaced(item, member, by));
            to_raw_value(&items.collect::<serde_json::Result<Vec<_>>>()?)
        }
        _ => Ok(json.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;

    use serde_json::json;

    use super::{RawObject, Replacement, replaced};

    const TEXT: &str =
        r#"{"z":1.10000000000000000001,"status":"completed","a":[{"status":7},{"status":"x"}]}"#;

    #[test]
    fn what_is_not_changed_keeps_its_text() {
        let mut members: RawObject = serde_json::from_str(TEXT).expect("JSON");
        assert_eq!(
            members.get("status").map(RawValue::get),
            Some(r#""completed""#)
        );
        members.set("status", &false).expect("a value");
        members.set("new", &1).expect("a value");
        let text = serde_json::to_string(&members).expect("JSON");
        let wanted = TEXT.replace(r#""completed""#, "false");
        assert_eq!(text, wanted.replace("}]}", r#"}],"new":1}"#));
    }

    #[test]
    fn a_word_is_replaced_however_deep() {
        let json: &RawValue = serde_json::from_str(TEXT).expect("JSON");
        let text = replaced(json, "status", Replacement::Word("quantum")).expect("JSON");
        let wanted = TEXT
            .replace("completed", "quantum")
            .replace(r#""x""#, r#""quantum""#);
        assert_eq!(text.get(), wanted);
    }

    #[test]
    fn a_member_is_replaced_or_left_out_whatever_it_is() {
        let json: &RawValue = serde_json::from_str(TEXT).expect("JSON");
        for (by, wanted) in [
            (
                Replacement::Value(&json!([1])),
                r#"{"z":1.10000000000000000001,"status":[1],"a":[{"status":[1]},{"status":[1]}]}"#,
            ),
            (
                Replacement::Nothing,
                r#"{"z":1.10000000000000000001,"a":[{},{}]}"#,
            ),
        ] {
            let text = replaced(json, "status", by).expect("JSON");
            assert_eq!(text.get(), wanted);
        }
    }
}
