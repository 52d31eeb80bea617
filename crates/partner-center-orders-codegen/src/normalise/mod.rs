//! What does the generator get to see?
//!
//! The document says what the sources say; the generator takes less. Here a smaller document is built from it, with
//! what the generator uses and nothing else: `operations` reduces what goes over the wire, `schemas` what it consists
//! of.

mod operations;
mod schemas;

use serde_json::{Value, json};

pub(crate) use self::schemas::{CONSTRAINTS, Used, used};
use crate::call::calls;

/// Reduces a valid document to what the generator takes.
pub(crate) fn normalise(tree: &Value) -> Value {
    let mut paths = json!({});
    for call in calls(tree) {
        paths[call.path][call.method] = operations::reduced(&call);
    }
    json!({
        "openapi": tree["openapi"],
        "info": tree["info"],
        "paths": paths,
        "components": { "schemas": schemas::reduced(tree) },
    })
}

/// The documentation of a type, member or operation, which says where the claim is from.
fn description(value: &Value) -> Option<String> {
    let text = value.get("description").and_then(Value::as_str);
    let Some(source) = value.get("x-source").and_then(Value::as_str) else {
        return text.map(str::to_owned);
    };
    let source = source
        .replace("documented: ", "documented in ")
        .replace("seen: ", "seen in ");
    match text.unwrap_or_default().trim_end() {
        "" => Some(format!("Source: {source}.")),
        text => Some(format!("{text}\n\nSource: {source}.")),
    }
}
