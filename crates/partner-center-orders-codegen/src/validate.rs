//! Which documents can be turned into the client, and what is said of the others?
//!
//! Each rule is one function that reports every place where it is broken. A rule is here because the generator would
//! panic, or emit code that does not compile or does not decode, or because the project promises it (`x-source`).

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::{child, elements, members, operations, parts, resolve, schemas};
use crate::problem::{Problem, Problems};

type Rule = fn(&Value, &mut Vec<Problem>);

const RULES: [Rule; 10] = [
    references_resolve,
    operations_are_named,
    responses_can_be_told_apart,
    requests_have_one_media_type,
    headers_are_scalars,
    objects_are_named,
    objects_stay_open,
    words_stay_open,
    decimals_decode,
    facts_have_sources,
];

/// Checks every rule.
pub(crate) fn validate(tree: &Value) -> Result<(), Problems> {
    let mut problems = Vec::new();
    for rule in RULES {
        rule(tree, &mut problems);
    }
    Problems::unless_empty(problems)
}

fn references_resolve(tree: &Value, problems: &mut Vec<Problem>) {
    each_value(tree, "#", &mut |pointer, value| {
        if let Some(reference) = value.get("$ref").and_then(Value::as_str)
            && resolve(tree, reference).is_none()
        {
            let message = format!("{reference} names nothing in this document");
            problems.push(Problem::new(pointer, "dangling-reference", message));
        }
    });
}

fn operations_are_named(tree: &Value, problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<&str, String> = BTreeMap::new();
    for (pointer, _, _, operation) in operations(tree) {
        match operation.get("operationId").and_then(Value::as_str) {
            None => problems.push(Problem::new(
                pointer,
                "operation-id",
                "give the operation an operationId",
            )),
            Some(id) => {
                if let Some(first) = seen.insert(id, pointer.clone()) {
                    let message = format!("operationId {id} is already used at {first}");
                    problems.push(Problem::new(pointer, "operation-id", message));
                }
            }
        }
    }
}

/// The generator knows one success type; which one a reply has must not depend on guessing.
fn responses_can_be_told_apart(tree: &Value, problems: &mut Vec<Problem>) {
    for (pointer, _, _, operation) in operations(tree) {
        let responses = child(&pointer, "responses");
        let successes: Vec<_> = members(operation.get("responses"), &responses)
            .filter(|(_, status, _)| status.starts_with('2'))
            .map(|(_, status, response)| {
                (
                    status,
                    response.pointer("/content/application~1json/schema"),
                )
            })
            .collect();
        if successes.is_empty() {
            problems.push(Problem::new(
                responses.clone(),
                "success-response",
                "describe a 2xx response by its number",
            ));
        }
        if successes
            .iter()
            .any(|(_, schema)| *schema != successes[0].1)
        {
            problems.push(Problem::new(
                responses.clone(),
                "success-response",
                "every 2xx response of an operation must have the same body",
            ));
        }
        let ranges = members(operation.get("responses"), &responses)
            .filter(|(_, status, _)| status.eq_ignore_ascii_case("2xx"));
        for (place, _, _) in ranges {
            let message =
                "give the number: the client tells answers of its own by not being in a range";
            problems.push(Problem::new(place, "success-response", message));
        }
        if operation.pointer("/responses/default").is_some() {
            problems.push(Problem::new(
                child(&responses, "default"),
                "default-response",
                "say 4XX and 5XX: a default response would count as success, too",
            ));
        }
    }
}

fn requests_have_one_media_type(tree: &Value, problems: &mut Vec<Problem>) {
    for (pointer, _, _, operation) in operations(tree) {
        let place = child(&child(&pointer, "requestBody"), "content");
        let count = members(operation.pointer("/requestBody/content"), &place).count();
        if count > 1 {
            let message =
                format!("{count} media types for one request; keep the one that the client sends");
            problems.push(Problem::new(place, "request-media-type", message));
        }
    }
}

/// An array in a header makes the generator emit code that does not compile.
fn headers_are_scalars(tree: &Value, problems: &mut Vec<Problem>) {
    each_value(tree, "#", &mut |pointer, value| {
        if value.get("in").and_then(Value::as_str) != Some("header") {
            return;
        }
        let schema = value.get("schema").map(|schema| target(tree, schema));
        if let Some("array" | "object") = schema.and_then(type_of) {
            problems.push(Problem::new(
                pointer,
                "header-type",
                "a header parameter must be a scalar",
            ));
        }
    });
}

/// Unnamed objects get names from the generator that change when their surroundings do.
fn objects_are_named(tree: &Value, problems: &mut Vec<Problem>) {
    let mut report = |pointer: &str, schema: &Value| {
        let is_object = type_of(schema) == Some("object") && schema.get("properties").is_some();
        if is_object || schema.get("x-extensible-enum").is_some() {
            let message = "move this schema to components/schemas and refer to it, so that its type has a name";
            problems.push(Problem::new(pointer, "inline-schema", message));
        }
    };
    each_value(tree, "#", &mut |pointer, value| {
        if is_schema_holder(pointer)
            && let Some(schema) = value.get("schema")
        {
            report(&child(pointer, "schema"), schema);
        }
    });
    each_named_schema_part(tree, &mut |pointer, schema| {
        let is_named = pointer.matches('/').count() == 3;
        if !is_named {
            report(pointer, schema);
        }
    });
}

/// A new member of the service's must not cost anybody an order.
fn objects_stay_open(tree: &Value, problems: &mut Vec<Problem>) {
    each_named_schema_part(tree, &mut |pointer, schema| {
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            let message =
                "additionalProperties: false rejects every answer with a new member; remove it";
            problems.push(Problem::new(pointer, "closed-object", message));
        }
        let links = schema
            .pointer("/properties/links")
            .map(|links| target(tree, links));
        if links.is_some_and(|links| links.get("properties").is_none()) {
            let place = child(&child(pointer, "properties"), "links");
            problems.push(Problem::new(
                place,
                "links-map",
                "name the known links: a map of them decodes at half the speed",
            ));
        }
    });
}

/// A new word of the service's must not cost anybody an order.
fn words_stay_open(tree: &Value, problems: &mut Vec<Problem>) {
    each_named_schema_part(tree, &mut |pointer, schema| {
        if schema.get("enum").is_some() {
            let message = "enum rejects every answer with a new word; list the known ones as x-extensible-enum";
            problems.push(Problem::new(pointer, "closed-enum", message));
        }
        let place = child(pointer, "x-extensible-enum");
        let mut folded: BTreeMap<String, &str> = BTreeMap::new();
        for (pointer, word) in elements(schema.get("x-extensible-enum"), &place) {
            let Some(word) = word.as_str() else {
                problems.push(Problem::new(
                    pointer,
                    "enum-word",
                    "a known word must be text",
                ));
                continue;
            };
            if let Some(other) = folded.insert(word.replace('_', "").to_lowercase(), word) {
                let message =
                    format!("{word} and {other} differ only in letter case or underscores");
                problems.push(Problem::new(pointer, "enum-word", message));
            }
        }
    });
}

/// Digits get lost where serde buffers: below a choice, and in a map beside named members.
fn decimals_decode(tree: &Value, problems: &mut Vec<Problem>) {
    each_named_schema_part(tree, &mut |pointer, schema| {
        for choice in ["oneOf", "anyOf"] {
            for (place, option) in elements(schema.get(choice), &child(pointer, choice)) {
                if holds_decimal(tree, option, &mut Vec::new()) {
                    let message = format!(
                        "a decimal below {choice} does not decode; describe the object directly"
                    );
                    problems.push(Problem::new(place, "decimal-place", message));
                }
            }
        }
        if let (Some(_), Some(rest)) =
            (schema.get("properties"), schema.get("additionalProperties"))
            && holds_decimal(tree, rest, &mut Vec::new())
        {
            let message =
                "a decimal in a map beside named members does not decode; name the members";
            problems.push(Problem::new(
                child(pointer, "additionalProperties"),
                "decimal-place",
                message,
            ));
        }
        let is_decimal = schema.get("format").and_then(Value::as_str) == Some("decimal");
        if is_decimal
            && ["minimum", "maximum", "multipleOf"]
                .iter()
                .any(|key| schema.get(key).is_some())
        {
            let message = "a bound turns the exact decimal into a float; say it in the description";
            problems.push(Problem::new(pointer, "decimal-place", message));
        }
    });
}

fn holds_decimal(tree: &Value, schema: &Value, seen: &mut Vec<String>) -> bool {
    if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
        if seen.iter().any(|known| known == reference) {
            return false;
        }
        seen.push(reference.to_owned());
        return resolve(tree, reference).is_some_and(|schema| holds_decimal(tree, schema, seen));
    }
    if schema.get("format").and_then(Value::as_str) == Some("decimal") {
        return true;
    }
    parts(schema, "")
        .into_iter()
        .any(|(_, part)| holds_decimal(tree, part, seen))
}

/// Every claim says where it is from.
fn facts_have_sources(tree: &Value, problems: &mut Vec<Problem>) {
    let mut need = |pointer: &str, value: &Value| {
        if value.get("$ref").is_some() {
            return;
        }
        let message = match value.get("x-source").and_then(Value::as_str) {
            None => "say where this is from: x-source: 'documented: ..; seen: ..; inferred: ..'"
                .to_owned(),
            Some(source) => match source.split("; ").find(|part| !has_basis(part)) {
                None => return,
                Some(part) => format!("{part:?} must begin with documented:, seen: or inferred:"),
            },
        };
        problems.push(Problem::new(pointer, "x-source", message));
    };
    for (pointer, _, _, operation) in operations(tree) {
        need(&pointer, operation);
    }
    each_value(tree, "#", &mut |pointer, value| {
        let is_parameter = value.get("in").is_some() && value.get("name").is_some();
        let is_header = is_schema_holder(pointer) && pointer.contains("/headers/");
        if !pointer.contains("/example") && (is_parameter || is_header) {
            need(pointer, value);
        }
    });
    each_named_schema_part(tree, &mut |pointer, schema| {
        let depth = pointer.matches('/').count();
        let is_property = pointer.rsplit('/').nth(1) == Some("properties");
        if depth == 3 || is_property {
            need(pointer, schema);
        }
    });
}

fn has_basis(part: &str) -> bool {
    ["documented: ", "seen: ", "inferred: "]
        .iter()
        .any(|basis| part.starts_with(basis) && part.len() > basis.len())
}

/// The schema itself, or the one that it refers to (also through a lone `allOf`).
fn target<'a>(tree: &'a Value, schema: &'a Value) -> &'a Value {
    let lone = schema
        .get("allOf")
        .and_then(Value::as_array)
        .filter(|all| all.len() == 1)
        .map(|all| &all[0]);
    let schema = lone.unwrap_or(schema);
    schema
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| resolve(tree, reference))
        .unwrap_or(schema)
}

fn type_of(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

/// Parameters, headers and media types hold a schema; a property with such a name does not.
fn is_schema_holder(pointer: &str) -> bool {
    let mut way_up = pointer.rsplit('/').skip(1);
    matches!(way_up.next(), Some("parameters" | "headers" | "content"))
        && way_up.next() != Some("properties")
}

/// Visits every schema under `components/schemas`, the named ones and those inside them.
fn each_named_schema_part(tree: &Value, visit: &mut dyn FnMut(&str, &Value)) {
    fn descend(pointer: &str, schema: &Value, visit: &mut dyn FnMut(&str, &Value)) {
        visit(pointer, schema);
        for (place, part) in parts(schema, pointer) {
            descend(&place, part, visit);
        }
    }
    for (pointer, _, schema) in schemas(tree) {
        descend(&pointer, schema, visit);
    }
}

/// Visits every value of the document.
fn each_value(value: &Value, pointer: &str, visit: &mut dyn FnMut(&str, &Value)) {
    visit(pointer, value);
    for (place, _, member) in members(Some(value), pointer) {
        each_value(member, &place, visit);
    }
    for (place, element) in elements(Some(value), pointer) {
        each_value(element, &place, visit);
    }
}
