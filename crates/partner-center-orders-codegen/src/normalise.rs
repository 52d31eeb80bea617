//! What does the generator get to see?
//!
//! The document says what the sources say; the generator takes less. This works on a copy and takes away what the
//! generator cannot use, or what the client does itself. It also makes reading tolerant: an answer that lacks a member
//! is still an answer.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::document::{METHODS, resolve};

/// Headers that are the transport's business: it sets the two ids, and does not offer the others yet.
const TRANSPORT_HEADERS: [&str; 6] = [
    "MS-RequestId",
    "MS-CorrelationId",
    "MS-CV",
    "X-Locale",
    "MS-Contract-Version",
    "MS-PartnerCenter-Application",
];

/// The members without which an object is nothing: without its items, a collection would pass for an empty one. All
/// others may be absent or null.
fn is_essential(schema: &str, member: &str) -> bool {
    (schema, member) == ("Order", "id") || (schema.ends_with("Collection") && member == "items")
}

/// Reduces a valid document to what the generator takes.
pub(crate) fn normalise(mut tree: Value) -> Value {
    each_operation(&mut tree, |operation, components| {
        keep_successes(operation);
        drop_transport_headers(operation, components);
    });
    read_tolerantly(&mut tree);
    document_sources(&mut tree);
    drop_unreachable_schemas(&mut tree);
    tree
}

fn each_operation(tree: &mut Value, mut edit: impl FnMut(&mut Value, &Value)) {
    let components = tree.get("components").cloned().unwrap_or_default();
    let items = tree
        .get_mut("paths")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flat_map(|paths| paths.values_mut());
    for item in items.filter_map(Value::as_object_mut) {
        for method in METHODS {
            if let Some(operation) = item.get_mut(method) {
                edit(operation, &components);
            }
        }
    }
}

/// Error answers are read by the wrapper, with status and headers, which the generated code would lose. Of the media
/// types of an answer one is enough.
fn keep_successes(operation: &mut Value) {
    let Some(responses) = operation
        .get_mut("responses")
        .and_then(Value::as_object_mut)
    else {
        return;
    };
    responses.retain(|status, _| status.starts_with('2'));
    for response in responses.values_mut() {
        if let Some(content) = response.get_mut("content").and_then(Value::as_object_mut)
            && content.contains_key("application/json")
        {
            content.retain(|media_type, _| media_type == "application/json");
        }
    }
}

fn drop_transport_headers(operation: &mut Value, components: &Value) {
    let is_transport_header = |parameter: &Value| {
        let name = parameter
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|reference| reference.rsplit('/').next());
        let parameter = name
            .and_then(|name| components.pointer(&format!("/parameters/{name}")))
            .unwrap_or(parameter);
        let name = parameter
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        parameter.get("in").and_then(Value::as_str) == Some("header")
            && TRANSPORT_HEADERS
                .iter()
                .any(|header| header.eq_ignore_ascii_case(name))
    };
    if let Some(parameters) = operation
        .get_mut("parameters")
        .and_then(Value::as_array_mut)
    {
        parameters.retain(|parameter| !is_transport_header(parameter));
    }
}

fn schemas_mut(tree: &mut Value) -> impl Iterator<Item = (&String, &mut Value)> {
    tree.pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
        .into_iter()
        .flatten()
}

/// Absent and null mean the same, and neither costs the caller the rest of the answer.
fn read_tolerantly(tree: &mut Value) {
    for (name, schema) in schemas_mut(tree) {
        let Some(schema) = schema.as_object_mut() else {
            continue;
        };
        if let Some(required) = schema.get_mut("required").and_then(Value::as_array_mut) {
            required.retain(|member| {
                member
                    .as_str()
                    .is_some_and(|member| is_essential(name, member))
            });
        }
        let properties = schema
            .get_mut("properties")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten();
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
    }
}

/// The generated documentation says of each type and member where the claim is from. The member goes: with it, the
/// generator would not recognise the types that have a conversion.
fn document_sources(tree: &mut Value) {
    fn add(value: &mut Value) {
        let source = value
            .as_object_mut()
            .and_then(|members| members.remove("x-source"));
        let Some(source) = source.as_ref().and_then(Value::as_str) else {
            return;
        };
        let source = source
            .replace("documented: ", "documented in ")
            .replace("seen: ", "seen in ");
        let text = value
            .get("description")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .trim_end();
        value["description"] = json!(format!("{text}\n\nSource: {source}."));
    }
    for (_, schema) in schemas_mut(tree) {
        add(schema);
        let properties = schema
            .get_mut("properties")
            .and_then(Value::as_object_mut)
            .into_iter()
            .flatten();
        properties.for_each(|(_, property)| add(property));
    }
    each_operation(tree, |operation, _| add(operation));
}

/// What only error answers use would be dead code.
fn drop_unreachable_schemas(tree: &mut Value) {
    fn references(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                found.extend(
                    members
                        .get("$ref")
                        .and_then(Value::as_str)
                        .map(str::to_owned),
                );
                members
                    .values()
                    .for_each(|member| references(member, found));
            }
            Value::Array(elements) => elements
                .iter()
                .for_each(|element| references(element, found)),
            _ => {}
        }
    }
    if let Some(components) = tree.get_mut("components").and_then(Value::as_object_mut) {
        components.retain(|kind, _| matches!(kind.as_str(), "schemas" | "parameters"));
    }
    let mut open = Vec::new();
    references(tree.get("paths").unwrap_or(&Value::Null), &mut open);
    references(
        tree.pointer("/components/parameters")
            .unwrap_or(&Value::Null),
        &mut open,
    );
    let mut reached = BTreeSet::new();
    while let Some(reference) = open.pop() {
        if reached.insert(reference.clone())
            && let Some(value) = resolve(tree, &reference)
        {
            references(value, &mut open);
        }
    }
    if let Some(schemas) = tree
        .pointer_mut("/components/schemas")
        .and_then(Value::as_object_mut)
    {
        schemas.retain(|name, _| reached.contains(&format!("#/components/schemas/{name}")));
    }
}
