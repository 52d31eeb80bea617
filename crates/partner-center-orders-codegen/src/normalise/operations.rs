//! What is left of an operation?

use serde_json::{Map, Value, json};

use super::{description, schemas};
use crate::call::{BYTES, Call, FORM, JSON, read_media_type};
use crate::document::Place;

/// The operation with references replaced by what they name.
pub(crate) fn reduced(call: &Call<'_>) -> Value {
    let operation = &call.place;
    let mut reduced = Map::new();
    for member in ["operationId", "summary"] {
        if let Some(value) = operation.value.get(member) {
            reduced.insert(member.into(), value.clone());
        }
    }
    if let Some(text) = description(operation.value) {
        reduced.insert("description".into(), text.into());
    }
    let mut parameters: Vec<_> = call.arguments().map(parameter).collect();
    if let Some(request) = &call.request {
        let (body, content_type) = request_body(request);
        reduced.insert("requestBody".into(), body);
        parameters.extend(content_type);
    }
    reduced.insert("parameters".into(), parameters.into());
    reduced.insert("responses".into(), responses(call));
    reduced.into()
}

fn parameter(parameter: &Place<'_>) -> Value {
    let mut reduced = Map::new();
    for member in ["name", "in", "required", "description"] {
        if let Some(value) = parameter.value.get(member) {
            reduced.insert(member.into(), value.clone());
        }
    }
    let schema = parameter.value.get("schema").map(schemas::reduced_schema);
    reduced.insert("schema".into(), schema.unwrap_or_default());
    reduced.into()
}

/// The body, which is always needed, and the parameter that goes with it. The generator cannot write a form, so the
/// caller hands over its bytes, and the media type for its boundary.
fn request_body(request: &Place<'_>) -> (Value, Option<Value>) {
    let content = request.value.get("content").and_then(Value::as_object);
    let (media_type, value) = content
        .and_then(|content| content.iter().next())
        .map_or((JSON, &Value::Null), |(media_type, value)| {
            (media_type.as_str(), value)
        });
    let content_type = (media_type == FORM).then(|| {
        json!({
            "name": "Content-Type",
            "in": "header",
            "required": true,
            "description": "The media type of the body, with its boundary.",
            "schema": { "type": "string" },
        })
    });
    let content = match media_type {
        FORM | BYTES => bytes(),
        _ => json!({ media_type: { "schema": schemas::reduced_schema(&value["schema"]) } }),
    };
    let mut body = json!({ "required": true, "content": content });
    if let Some(text) = request.value.get("description") {
        body["description"] = text.clone();
    }
    (body, content_type)
}

/// Error answers are read by the wrapper, with status and headers, which the generated code would lose. Of the media
/// types of an answer one is enough.
fn responses(call: &Call<'_>) -> Value {
    let mut responses = json!({});
    for (status, response) in call.successes() {
        let content = match read_media_type(response) {
            Some((BYTES, _)) => bytes(),
            Some((media_type, place)) => {
                json!({ media_type: { "schema": schemas::reduced_schema(&place.value["schema"]) } })
            }
            None => json!({}),
        };
        responses[status] = json!({ "description": "", "content": content });
    }
    responses
}

/// Bytes in the one form that the generator knows them in.
fn bytes() -> Value {
    json!({ BYTES: { "schema": { "type": "string", "format": "binary" } } })
}
