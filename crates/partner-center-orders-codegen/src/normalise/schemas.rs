//! What is left of a schema?
//!
//! Only schemas that a call needs are left: what only error answers or forms use would be dead code. Those that occur
//! in answers are read tolerantly. What is only sent keeps its required members: it is ours.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::description;
use crate::call::{Call, calls};
use crate::document::{reached, schemas};

/// What restricts values further than their type does. The generator makes types of their
/// own of most of these, and what is sent is checked by the service anyway.
pub(crate) const CONSTRAINTS: [&str; 14] = [
    "default",
    "multipleOf",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "minLength",
    "maxLength",
    "pattern",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
];

/// The members without which an object is nothing: without its items, a collection would pass for an empty one. All
/// others may be absent or null.
fn is_essential(schema: &str, member: &str) -> bool {
    (schema, member) == ("Order", "id") || (schema.ends_with("Collection") && member == "items")
}

/// The named schemas that the calls need.
pub(crate) fn reduced(tree: &Value) -> Value {
    let Used { answered, sent } = used(tree);
    let mut kept = Map::new();
    for (_, name, schema) in schemas(tree) {
        if answered.contains(name) {
            kept.insert(name.into(), tolerant(name, reduced_schema(schema)));
        } else if sent.contains(name) {
            kept.insert(name.into(), reduced_schema(schema));
        }
    }
    kept.into()
}

/// The names of the schemas in what is read and in what is sent.
pub(crate) struct Used<'a> {
    pub(crate) answered: BTreeSet<&'a str>,
    pub(crate) sent: BTreeSet<&'a str>,
}

pub(crate) fn used(tree: &Value) -> Used<'_> {
    let calls = calls(tree);
    let answered = calls.iter().flat_map(Call::answered);
    let sent = calls.iter().flat_map(Call::sent);
    Used {
        answered: reached(tree, answered.map(|place| place.value)),
        sent: reached(tree, sent.map(|place| place.value)),
    }
}

/// The schema with its source in its description, and without constraints and other extensions: with them, the
/// generator would not recognise the types that have a conversion.
pub(crate) fn reduced_schema(schema: &Value) -> Value {
    let mut reduced = schema.clone();
    reduce(&mut reduced);
    reduced
}

fn reduce(schema: &mut Value) {
    let text = description(schema);
    let Some(members) = schema.as_object_mut() else {
        return;
    };
    members.retain(|key, _| {
        let is_extension = key.starts_with("x-") && key != "x-extensible-enum";
        !is_extension && !CONSTRAINTS.contains(&key.as_str())
    });
    if let Some(text) = text {
        members.insert("description".into(), text.into());
    }
    for (key, value) in members {
        match (key.as_str(), value) {
            ("items" | "additionalProperties" | "not", value) => reduce(value),
            ("properties", Value::Object(inside)) => inside.values_mut().for_each(reduce),
            ("allOf" | "oneOf" | "anyOf", Value::Array(inside)) => {
                inside.iter_mut().for_each(reduce);
            }
            _ => {}
        }
    }
}

/// Absent and null mean the same, and neither costs the caller the rest of the answer.
fn tolerant(name: &str, mut schema: Value) -> Value {
    if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
        required.retain(|member| {
            member
                .as_str()
                .is_some_and(|member| is_essential(name, member))
        });
    }
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    let properties = properties.into_iter().flatten();
    for (_, property) in properties.filter(|(member, _)| !is_essential(name, member)) {
        // A member with any other type is an `Option` already, for which null is absence.
        if let Some(property) = property.as_object_mut()
            && matches!(
                property.get("type").and_then(Value::as_str),
                Some("array" | "object")
            )
        {
            property.insert("nullable".into(), json!(true));
        }
    }
    schema
}
