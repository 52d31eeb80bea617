//! Does a value fit a schema of the spec?
//!
//! OpenAPI 3.0 builds on a draft of JSON Schema that differs little from draft 4; a boolean `exclusiveMinimum` belongs to
//! both. Two things are rewritten on a copy: `nullable` becomes a type, and `int32` becomes bounds, as formats are looked at
//! in texts only.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use jsonschema::{ValidationError, Validator};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::document::{Document, broken};
use crate::id::is_guid;
use crate::spelled::{layers, spelled};

/// Most misfits that are told of one value.
const MOST: usize = 10;

/// A schema of the spec.
#[derive(Debug)]
pub(crate) struct Schema {
    document: &'static Document,
    definition: &'static Value,
    validator: Validator,
}

/// What does not fit in a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Misfit {
    /// As a JSON pointer; empty for the value itself.
    place: String,
    rule: String,
}

impl Misfit {
    pub(crate) fn missing() -> Self {
        Self {
            place: String::new(),
            rule: "it is missing".to_owned(),
        }
    }

    fn unreadable(place: String) -> Self {
        let rule = "value cannot be read".to_owned();
        Self { place, rule }
    }

    /// In words, for the value of this name.
    pub(crate) fn told(&self, name: &str) -> String {
        let blank = if self.place.is_empty() { "" } else { " " };
        format!("{name}{blank}{}: {}", self.place, self.rule)
    }
}

impl From<ValidationError<'_>> for Misfit {
    fn from(error: ValidationError<'_>) -> Self {
        Self {
            place: error.instance_path().to_string(),
            // Not what the value is: that may be long, and a secret.
            rule: error.masked().to_string(),
        }
    }
}

impl Schema {
    /// What does not fit in a value.
    pub(crate) fn misfits(&self, value: &Value) -> Vec<Misfit> {
        let errors = self.validator.iter_errors(value);
        errors.take(MOST).map(Misfit::from).collect()
    }

    /// The same in what was sent, with names and nulls as the service takes them.
    pub(crate) fn misfits_as_sent(&self, json: &RawValue) -> Vec<Misfit> {
        match spelled(self.document, self.definition, json) {
            Ok(value) => self.misfits(&value),
            Err(place) => vec![Misfit::unreadable(place)],
        }
    }

    /// The same in the text of a parameter.
    pub(crate) fn misfits_of_text(&self, text: &str) -> Vec<Misfit> {
        let value = match self.kind() {
            // The published clients write `true` and `True`.
            Some("boolean") => text.to_ascii_lowercase().parse().map(Value::Bool).ok(),
            Some("integer") => text.parse::<i64>().map(Value::from).ok(),
            _ => None,
        };
        self.misfits(&value.unwrap_or_else(|| Value::from(text)))
    }

    fn kind(&self) -> Option<&str> {
        let layers = layers(self.document, self.definition);
        let mut kinds = layers.into_iter().filter_map(|layer| layer.get("type"));
        kinds.next()?.as_str()
    }
}

/// The schemas of the spec that are used, each compiled once.
#[derive(Debug)]
pub(crate) struct Schemas {
    document: &'static Document,
    components: Value,
    compiled: BTreeMap<String, Arc<Schema>>,
}

impl Schemas {
    pub(crate) fn of(document: &'static Document) -> io::Result<Self> {
        let schemas = rewritten(document.at("/components/schemas")?.clone());
        Ok(Self {
            document,
            components: json!({ "schemas": schemas }),
            compiled: BTreeMap::new(),
        })
    }

    /// The schema with this definition, which may refer to the spec's components.
    pub(crate) fn compiled(&mut self, definition: &'static Value) -> io::Result<Arc<Schema>> {
        let text = definition.to_string();
        if let Some(schema) = self.compiled.get(&text) {
            return Ok(Arc::clone(schema));
        }
        let mut whole = rewritten(definition.clone());
        whole["components"] = self.components.clone();
        let validator = jsonschema::draft4::options()
            .should_validate_formats(true)
            .with_format("uuid", is_guid)
            .build(&whole)
            .map_err(|error| broken(format!("the spec has a schema that is none: {error}")))?;
        let schema = Arc::new(Schema {
            document: self.document,
            definition,
            validator,
        });
        self.compiled.insert(text, Arc::clone(&schema));
        Ok(schema)
    }
}

/// A schema of OpenAPI as one of draft 4.
fn rewritten(mut schema: Value) -> Value {
    match &mut schema {
        Value::Object(members) => {
            if members.get("nullable") == Some(&Value::Bool(true))
                && let Some(kind) = members.get_mut("type")
            {
                *kind = json!([kind.take(), "null"]);
            }
            if members
                .get("format")
                .is_some_and(|format| format == "int32")
            {
                members.entry("minimum").or_insert(i32::MIN.into());
                members.entry("maximum").or_insert(i32::MAX.into());
            }
            for value in members.values_mut() {
                *value = rewritten(value.take());
            }
        }
        Value::Array(elements) => {
            for value in elements {
                *value = rewritten(value.take());
            }
        }
        _ => {}
    }
    schema
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Schemas;
    use crate::document::Document;

    fn fits(definition: Value, value: Value) -> bool {
        let document = Document::of(json!({
            "definition": definition,
            "components": { "schemas": { "Text": { "type": "string", "nullable": true } } },
        }));
        let mut schemas = Schemas::of(document).expect("schemas");
        let definition = document.at("/definition").expect("a definition");
        let schema = schemas.compiled(definition).expect("a schema");
        schema.misfits(&value).is_empty()
    }

    #[test]
    fn what_openapi_says_in_its_own_way_holds() {
        let text = json!({ "allOf": [{ "$ref": "#/components/schemas/Text" }] });
        let int32 = json!({ "type": "integer", "format": "int32" });
        let uuid = json!({ "type": "string", "format": "uuid" });
        let positive = json!({ "type": "number", "minimum": 0, "exclusiveMinimum": true });
        let date = json!({ "type": "string", "format": "date-time" });
        for (definition, value, expected) in [
            (&text, json!(null), true),
            (&text, json!("a"), true),
            (&text, json!(1), false),
            (&int32, json!(-2_147_483_648_i64), true),
            (&int32, json!(2_147_483_648_i64), false),
            (&int32, json!(1.5), false),
            (&uuid, json!("0E5FC923-8e3c-4560-9100-ce7283c3e081"), true),
            (&uuid, json!("0e5fc9238e3c45609100ce7283c3e081"), false),
            (&positive, json!(0), false),
            (&positive, json!(0.1), true),
            (&date, json!("2018-03-15T02:17:15.6455674-07:00"), true),
            (&date, json!("2018-02-30T02:17:15Z"), false),
        ] {
            assert_eq!(
                fits(definition.clone(), value.clone()),
                expected,
                "{definition}: {value}"
            );
        }
    }

    #[test]
    fn a_text_is_read_as_what_is_asked_for() {
        let document = Document::of(json!({
            "flag": { "$ref": "#/components/schemas/Flag" },
            "number": { "type": "integer", "minimum": 0 },
            "text": { "type": "string" },
            "components": { "schemas": { "Flag": { "type": "boolean" } } },
        }));
        let mut schemas = Schemas::of(document).expect("schemas");
        for (definition, text, expected) in [
            ("/flag", "True", true),
            ("/flag", "yes", false),
            ("/number", "7", true),
            ("/number", "-1", false),
            ("/number", "7.0", false),
            ("/number", "seven", false),
            ("/text", "7", true),
            ("/text", "true", true),
        ] {
            let definition = document.at(definition).expect("a definition");
            let schema = schemas.compiled(definition).expect("a schema");
            assert_eq!(
                schema.misfits_of_text(text).is_empty(),
                expected,
                "{definition} {text}"
            );
        }
    }

    #[test]
    fn not_more_is_told_than_anybody_reads() {
        let document = Document::of(json!({
            "list": { "type": "array", "items": { "type": "string" } }, "components": { "schemas": {} },
        }));
        let list = document.at("/list").expect("a definition");
        let schema = Schemas::of(document).and_then(|mut schemas| schemas.compiled(list));
        let misfits = schema.expect("a schema").misfits(&json!(vec![7; 1_000]));
        assert_eq!(misfits.len(), 10);
        let told = misfits[3].told("body");
        assert_eq!(told, "body /3: value is not of type \"string\"");
    }
}
