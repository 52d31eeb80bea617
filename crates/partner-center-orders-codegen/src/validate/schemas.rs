//! Does each schema give a type that compiles and decodes?

use std::collections::BTreeMap;

use serde_json::Value;

use super::folded;
use super::survey::{Survey, alias, is_named, type_of};
use crate::document::{child, elements, members, parts, resolve};
use crate::normalise::CONSTRAINTS;
use crate::problem::Problem;
use crate::structure::Kind;

/// What may be said of any schema.
const ANNOTATIONS: [&str; 11] = [
    "title",
    "description",
    "nullable",
    "default",
    "enum",
    "readOnly",
    "writeOnly",
    "deprecated",
    "xml",
    "externalDocs",
    "example",
];

/// Unnamed objects get names from the generator that change when their surroundings do.
pub(super) fn objects_are_named(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for schema in survey.all(Kind::Schema) {
        let is_object = schema.value.get("properties").is_some()
            && matches!(type_of(schema.value), None | Some("object"));
        let is_enum = schema.value.get("x-extensible-enum").is_some();
        if (is_object || is_enum) && !is_named(&schema.pointer) {
            let message = "move this schema to components/schemas and refer to it, so that its type has a name";
            problems.push(Problem::new(&schema.pointer, "inline-schema", message));
        }
    }
}

pub(super) fn schemas_have_a_type(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for schema in survey.generated() {
        let value = schema.value;
        let mut report = |rule, message: &str| {
            problems.push(Problem::new(&schema.pointer, rule, message));
        };
        let has = |member: &str| value.get(member).is_some();
        if alias(value).is_some() {
            continue;
        }
        if ["allOf", "oneOf", "anyOf", "not"].into_iter().any(has) {
            report(
                "choice",
                "choices and combinations do not decode reliably: list the members, or make it a value type",
            );
        } else if !has("type") {
            report(
                "schema-type",
                "say the type: without one it would be any JSON, in which digits are lost",
            );
        } else if type_of(value) == Some("object")
            && !["properties", "additionalProperties"]
                .iter()
                .any(|member| has_members(value.get(member)))
        {
            report(
                "free-form",
                "describe properties, or additionalProperties for all members alike: in any JSON, digits are lost",
            );
        }
    }
}

fn has_members(value: Option<&Value>) -> bool {
    value
        .and_then(Value::as_object)
        .is_some_and(|members| !members.is_empty())
}

/// A keyword in the wrong place makes the generator read the whole schema in another way.
pub(super) fn keywords_fit_the_type(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for schema in survey.generated() {
        let (what, fitting): (_, &[&str]) = match (alias(schema.value), type_of(schema.value)) {
            (Some(_), _) => ("a reference", &["$ref", "allOf"]),
            (None, Some("string")) => (
                "type: string",
                &["format", "minLength", "maxLength", "pattern"],
            ),
            (None, Some("number" | "integer")) => (
                "a number",
                &[
                    "format",
                    "multipleOf",
                    "minimum",
                    "maximum",
                    "exclusiveMinimum",
                    "exclusiveMaximum",
                ],
            ),
            (None, Some("array")) => (
                "type: array",
                &["items", "minItems", "maxItems", "uniqueItems"],
            ),
            (None, Some("object")) => (
                "type: object",
                &[
                    "properties",
                    "additionalProperties",
                    "required",
                    "minProperties",
                    "maxProperties",
                ],
            ),
            (None, Some(_)) => ("type: boolean", &[]),
            (None, None) => continue,
        };
        // Of combinations, another rule speaks, and of what is beside a reference.
        let known = ["type", "allOf", "oneOf", "anyOf", "not"].into_iter();
        let known: Vec<_> = known
            .filter(|key| *key != "type" || alias(schema.value).is_none())
            .collect();
        for (pointer, key, _) in members(Some(schema.value), &schema.pointer) {
            let is_fine = key.starts_with("x-")
                || known.contains(&key)
                || fitting.contains(&key)
                || ANNOTATIONS.contains(&key);
            if !is_fine && schema.value.get("$ref").is_none() {
                let message = format!("{key} says nothing about {what}; remove it");
                problems.push(Problem::new(pointer, "schema-keyword", message));
            }
        }
    }
}

pub(super) fn arrays_have_items(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for schema in survey.all(Kind::Schema) {
        if type_of(schema.value) == Some("array") && schema.value.get("items").is_none() {
            let message = "say by items what is in the array";
            problems.push(Problem::new(&schema.pointer, "array-items", message));
        }
    }
}

pub(super) fn formats_are_known(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for schema in survey.generated() {
        let format = schema.text("format");
        let message = match (type_of(schema.value), format) {
            (Some("number"), Some("decimal")) => continue,
            (Some("number"), _) => {
                "say format: decimal, so that the number keeps its digits, or type: integer"
            }
            (Some("integer"), Some("int32" | "int64") | None) => continue,
            (Some("integer"), _) => "an integer has format int32 or int64",
            (Some("string"), Some("date" | "ip" | "ipv4" | "ipv6")) => {
                "a text that is not quite like this would cost the whole answer; say it in the description"
            }
            (Some("string"), Some("binary")) => {
                "bytes cannot be part of JSON or of a parameter; make them a body of their own"
            }
            _ => continue,
        };
        problems.push(Problem::new(&schema.pointer, "format", message));
    }
}

/// What the service sends is its own business: an answer is not lost for a value that nobody expected. Requests may be
/// restricted; the service checks that.
pub(super) fn answers_are_not_constrained(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for schema in &survey.read {
        for (pointer, key, _) in members(Some(schema.value), &schema.pointer) {
            if CONSTRAINTS.contains(&key) {
                let message = format!(
                    "{key} would reject answers, or change what they say; say it in the description"
                );
                problems.push(Problem::new(pointer, "constrained-answer", message));
            }
        }
    }
}

/// A new word of the service's must not cost anybody an order.
pub(super) fn words_stay_open(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for schema in survey.all(Kind::Schema) {
        let mut report = |pointer: &str, rule, message: &str| {
            problems.push(Problem::new(pointer, rule, message));
        };
        if schema.value.get("enum").is_some() {
            report(
                &schema.pointer,
                "closed-enum",
                "enum shuts out every new word; list the known ones as x-extensible-enum",
            );
        }
        let Some(words) = schema.child("x-extensible-enum") else {
            continue;
        };
        if type_of(schema.value) != Some("string") {
            report(
                &schema.pointer,
                "enum-word",
                "words are text: say type: string",
            );
        }
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for (pointer, word) in elements(Some(words.value), &words.pointer) {
            let word = word.as_str().unwrap_or_default();
            if let Some(other) = seen.insert(folded(word), word) {
                report(
                    &pointer,
                    "enum-word",
                    &format!(
                        "{word} and {other} differ only in letter case or punctuation; keep one"
                    ),
                );
            }
        }
        if seen.is_empty() {
            report(&words.pointer, "enum-word", "list the known words");
        }
    }
}

/// Digits get lost where serde buffers: below a choice, and in a map beside named members.
pub(super) fn amounts_decode(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for schema in survey.all(Kind::Schema) {
        let mut report = |pointer: &str, message: &str| {
            problems.push(Problem::new(pointer, "decimal-place", message));
        };
        for choice in ["oneOf", "anyOf"] {
            for (place, option) in
                elements(schema.value.get(choice), &child(&schema.pointer, choice))
            {
                if holds_digits(survey.tree, option, &mut Vec::new()) {
                    report(
                        &place,
                        &format!(
                            "a decimal below {choice} does not decode; describe the object directly"
                        ),
                    );
                }
            }
        }
        let named = schema.value.get("properties");
        if let (Some(_), Some(rest)) = (named, schema.child("additionalProperties"))
            && holds_digits(survey.tree, rest.value, &mut Vec::new())
        {
            report(
                &rest.pointer,
                "a decimal in a map beside named members does not decode; name the members",
            );
        }
    }
}

/// Whether a value in it is kept as JSON text: a decimal or one of the hand-written types.
fn holds_digits(tree: &Value, schema: &Value, seen: &mut Vec<String>) -> bool {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        if seen.iter().any(|known| known == reference) {
            return false;
        }
        seen.push(reference.to_owned());
        return resolve(tree, reference).is_some_and(|schema| holds_digits(tree, schema, seen));
    }
    if schema.get("format").and_then(Value::as_str) == Some("decimal") {
        return true;
    }
    parts(schema, "")
        .into_iter()
        .any(|(_, part)| holds_digits(tree, part, seen))
}
