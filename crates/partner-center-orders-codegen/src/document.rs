//! How is the document read, and how does one find one's way in it?
//!
//! The document stays a JSON tree: places are then JSON pointers, and the `x-` members survive. Only what goes to the
//! generator is read into `openapiv3` types.

use std::collections::BTreeSet;

use openapiv3::OpenAPI;
use serde_json::Value;

use crate::problem::{Problem, Problems};

/// The methods that a path item can have.
pub(crate) const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// Reads the text into a tree.
pub(crate) fn parse(text: &str) -> Result<Value, Problems> {
    let tree: Value = serde_saphyr::from_str(text).map_err(|error| {
        // What follows the first line quotes the text.
        let error = error.to_string();
        let error = error.lines().next().unwrap_or_default();
        let error = error.trim_start_matches("error: ");
        Problem::new("#", "syntax", format!("not YAML or JSON: {error}"))
    })?;
    // The version goes first: a document of another version fails the structural check with a puzzle.
    match tree.get("openapi").and_then(Value::as_str) {
        Some(version) if version.starts_with("3.0.") => {}
        other => {
            let found = other.unwrap_or("none");
            return Err(Problem::new(
                "#/openapi",
                "version",
                format!("OpenAPI 3.0 is needed, found {found}"),
            )
            .into());
        }
    }
    Ok(tree)
}

/// Reads the tree into the types that the generator takes.
pub(crate) fn typed(tree: &Value) -> Result<OpenAPI, Problems> {
    serde_path_to_error::deserialize(tree).map_err(|error| {
        let place = pointer_of(error.path());
        Problem::new(
            place,
            "structure",
            format!("not OpenAPI 3.0: {}", error.inner()),
        )
        .into()
    })
}

fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::from("#");
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => pointer = child(&pointer, &index.to_string()),
            Segment::Map { key } => pointer = child(&pointer, key),
            // A variant is a choice of ours in reading, no place in the document.
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// The pointer to a member or element of the place that `pointer` names.
pub(crate) fn child(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

/// The value that a local reference (`#/components/..`) names.
pub(crate) fn resolve<'a>(tree: &'a Value, reference: &str) -> Option<&'a Value> {
    tree.pointer(reference.strip_prefix('#')?)
}

/// A value of the document, and where it is.
#[derive(Clone)]
pub(crate) struct Place<'a> {
    pub(crate) pointer: String,
    pub(crate) value: &'a Value,
}

impl<'a> Place<'a> {
    /// The member of that name, if there is one.
    pub(crate) fn child(&self, name: &str) -> Option<Self> {
        Some(Self {
            pointer: child(&self.pointer, name),
            value: self.value.get(name)?,
        })
    }

    /// The member's text, if it is one.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name).and_then(Value::as_str)
    }
}

/// The value, or the one that its `$ref` names.
pub(crate) fn followed<'a>(tree: &'a Value, pointer: String, value: &'a Value) -> Place<'a> {
    let named = value.get("$ref").and_then(Value::as_str);
    match named.and_then(|reference| Some((reference, resolve(tree, reference)?))) {
        Some((reference, value)) => Place {
            pointer: reference.to_owned(),
            value,
        },
        None => Place { pointer, value },
    }
}

/// The members of an object with their pointers; nothing for anything else.
pub(crate) fn members<'a>(
    value: Option<&'a Value>,
    pointer: &str,
) -> impl Iterator<Item = (String, &'a str, &'a Value)> {
    let pointer = pointer.to_owned();
    value
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(move |(key, value)| (child(&pointer, key), key.as_str(), value))
}

/// The elements of an array with their pointers; nothing for anything else.
pub(crate) fn elements<'a>(
    value: Option<&'a Value>,
    pointer: &str,
) -> impl Iterator<Item = (String, &'a Value)> {
    let pointer = pointer.to_owned();
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .enumerate()
        .map(move |(index, value)| (child(&pointer, &index.to_string()), value))
}

/// Every operation: pointer, path, method, operation.
pub(crate) fn operations(tree: &Value) -> impl Iterator<Item = (String, &str, &str, &Value)> {
    members(tree.get("paths"), "#/paths").flat_map(|(pointer, path, item)| {
        members(Some(item), &pointer)
            .filter(|(_, key, _)| METHODS.contains(key))
            .map(move |(pointer, method, operation)| (pointer, path, method, operation))
            .collect::<Vec<_>>()
    })
}

/// The named schemas: pointer, name, schema.
pub(crate) fn schemas(tree: &Value) -> impl Iterator<Item = (String, &str, &Value)> {
    members(tree.pointer("/components/schemas"), "#/components/schemas")
}

/// The schemas directly inside a schema.
pub(crate) fn parts<'a>(schema: &'a Value, pointer: &str) -> Vec<(String, &'a Value)> {
    let mut parts: Vec<_> = members(schema.get("properties"), &child(pointer, "properties"))
        .map(|(place, _, part)| (place, part))
        .collect();
    for choice in ["allOf", "oneOf", "anyOf"] {
        parts.extend(elements(schema.get(choice), &child(pointer, choice)));
    }
    for single in ["items", "additionalProperties", "not"] {
        parts.extend(
            schema
                .get(single)
                .filter(|part| part.is_object())
                .map(|part| (child(pointer, single), part)),
        );
    }
    parts
}

/// The names of the schemas that these schemas need, directly or through others.
pub(crate) fn reached<'a>(
    tree: &'a Value,
    schemas: impl IntoIterator<Item = &'a Value>,
) -> BTreeSet<&'a str> {
    let mut open: Vec<_> = schemas.into_iter().collect();
    let mut reached = BTreeSet::new();
    while let Some(schema) = open.pop() {
        open.extend(parts(schema, "").into_iter().map(|(_, part)| part));
        let reference = schema.get("$ref").and_then(Value::as_str);
        if let Some(name) = reference.and_then(|text| text.strip_prefix("#/components/schemas/"))
            && reached.insert(name)
        {
            open.extend(reference.and_then(|reference| resolve(tree, reference)));
        }
    }
    reached
}
