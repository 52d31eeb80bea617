//! How does a body read when it is written as the spec writes it?
//!
//! The service takes names of members in any letter case and null for absence, and passes over what it does not know or
//! sets itself. A schema knows nothing of that. So what is held against one is a copy: names as in the schema, without nulls
//! and without members that are not there.

use serde_json::Value;
use serde_json::value::RawValue;

use crate::document::Document;
use crate::members::Members;

/// The copy; or the place, as a JSON pointer, of what cannot be read.
pub(crate) fn spelled(
    document: &Document,
    schema: &Value,
    json: &RawValue,
) -> Result<Value, String> {
    let reader = Reader { document };
    reader.value(schema, json, String::new())
}

/// A schema with all that it consists of, references followed.
pub(crate) fn layers<'d>(document: &'d Document, schema: &'d Value) -> Vec<&'d Value> {
    // A reference that leads nowhere does not compile.
    let schema = document.resolved(schema).unwrap_or(schema);
    let parts = schema.get("allOf").and_then(Value::as_array);
    let parts = parts.into_iter().flatten();
    let mut layers = vec![schema];
    layers.extend(parts.flat_map(|part| self::layers(document, part)));
    layers
}

/// Goes as deep as the schema does, and not as deep as a body can.
struct Reader<'d> {
    document: &'d Document,
}

impl<'d> Reader<'d> {
    fn value(&self, schema: &'d Value, json: &RawValue, place: String) -> Result<Value, String> {
        let layers = layers(self.document, schema);
        let find = |name| layers.iter().find_map(|layer| layer.get(name));
        let describes_members =
            find("properties").is_some() || find("additionalProperties").is_some();
        match (json.get().as_bytes().first(), find("items")) {
            (Some(b'{'), _) if describes_members => self.object(&layers, json, place),
            (Some(b'['), Some(items)) => self.array(items, json, place),
            _ => serde_json::from_str(json.get()).map_err(|_| place),
        }
    }

    fn object(
        &self,
        layers: &[&'d Value],
        json: &RawValue,
        place: String,
    ) -> Result<Value, String> {
        let Some(members) = Members::of(json) else {
            return Err(place);
        };
        let mut copy = serde_json::Map::new();
        for layer in layers {
            let properties = layer.get("properties").and_then(Value::as_object);
            for (name, schema) in properties.into_iter().flatten() {
                if let Some(value) = members.get(name).filter(|_| !is_read_only(schema)) {
                    let place = format!("{place}/{name}");
                    copy.insert(name.clone(), self.value(schema, value, place)?);
                }
            }
            // Names that are the sender's own are kept as they are.
            if let Some(schema) = layer
                .get("additionalProperties")
                .filter(|any| any.is_object())
            {
                for (name, value) in members.present() {
                    let place = format!("{place}/{name}");
                    copy.insert(name.to_owned(), self.value(schema, value, place)?);
                }
            }
        }
        Ok(Value::Object(copy))
    }

    fn array(&self, items: &'d Value, json: &RawValue, place: String) -> Result<Value, String> {
        let Ok(elements) = serde_json::from_str::<Vec<&RawValue>>(json.get()) else {
            return Err(place);
        };
        let elements = elements.into_iter().enumerate();
        elements
            .map(|(number, element)| self.value(items, element, format!("{place}/{number}")))
            .collect()
    }
}

fn is_read_only(schema: &Value) -> bool {
    schema.get("readOnly") == Some(&Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use serde_json::value::RawValue;
    use serde_json::{Value, json};

    use super::spelled;
    use crate::document::Document;

    fn copy(json: &str) -> Result<Value, String> {
        let document = Document::of(json!({ "components": { "schemas": {
            "Order": { "properties": {
                "lineItems": { "items": { "$ref": "#/components/schemas/Line" } },
                "status": { "readOnly": true },
                "id": {},
            } },
            "Line": { "properties": {
                "context": { "additionalProperties": { "type": "string" } },
                "renewsTo": { "allOf": [{ "properties": { "termDuration": {} } }] },
                "any": { "oneOf": [{ "properties": { "a": {} } }] },
            } },
        } } }));
        let schema = json!({ "$ref": "#/components/schemas/Order" });
        let json: &RawValue = serde_json::from_str(json).expect("JSON");
        spelled(document, &schema, json)
    }

    #[test]
    fn names_are_those_of_the_schema_and_what_it_does_not_have_is_gone() {
        for (sent, expected) in [
            (r#"{"ID":1,"x":{"id":2}}"#, json!({ "id": 1 })),
            (r#"{"id":null,"Id":7}"#, json!({ "id": 7 })),
            (r#"{"status":[[]],"ld":1}"#, json!({})),
            (
                r#"{"LineItems":[{"CONTEXT":{"Scope":"a","b":null},"RENEWSTO":{"TERMDURATION":"P1Y","x":1}},null,3]}"#,
                json!({ "lineItems": [{ "context": { "Scope": "a" }, "renewsTo": { "termDuration": "P1Y" } }, null, 3] }),
            ),
            // Of a choice it cannot be told which one is meant.
            (
                r#"{"lineItems":[{"any":{"A":null}}]}"#,
                json!({ "lineItems": [{ "any": { "A": null } }] }),
            ),
            (
                r#"{"lineItems":{"id":1},"id":{"a":[1]}}"#,
                json!({ "lineItems": { "id": 1 }, "id": { "a": [1] } }),
            ),
            ("[]", json!([])),
            ("7", json!(7)),
        ] {
            assert_eq!(copy(sent), Ok(expected), "{sent}");
        }
    }

    #[test]
    fn what_cannot_be_read_has_a_place() {
        let deep = format!(r#"{{"id":{}{}}}"#, "[".repeat(500), "]".repeat(500));
        assert_eq!(copy(&deep), Err("/id".to_owned()));
        let huge = r#"{"lineItems":[{},{"context":{"a":1e999}}],"unknown":1e999}"#;
        assert_eq!(copy(huge), Err("/lineItems/1/context/a".to_owned()));
    }
}
