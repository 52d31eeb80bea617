//! How is something to be sent read from JSON that a person wrote?
//!
//! Strictly: a member that would be dropped in silence is a mistake, and a misspelled one could cost money.

use serde::de::DeserializeOwned;

use crate::error::Error;

/// Reads an object, all members of which must be known. `what` is what it is called in an error.
pub(crate) fn read<T: DeserializeOwned>(what: &str, json: &str) -> Result<T, Error> {
    let json = json.trim_start_matches('\u{feff}');
    if !json.trim_start().starts_with('{') {
        // An array would be read as an object whose members come in order.
        return Err(Error::input(format!("the {what} is no JSON object")));
    }
    let mut unknown = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let value = serde_ignored::deserialize(&mut deserializer, |path| unknown.push(shown(&path)));
    let value = value.and_then(|value| deserializer.end().map(|()| value));
    let value = value.map_err(|error| {
        // The position is in the message of the source.
        Error::input(format!("the {what} cannot be read: {error}")).with_source(error)
    })?;
    if unknown.is_empty() {
        Ok(value)
    } else {
        let unknown = unknown.join(", ");
        Err(Error::input(format!(
            "the {what} has members that cannot be sent: {unknown}"
        )))
    }
}

/// A path as the checks write it, such as `lineItems[0].status`.
fn shown(path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path;
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}[{index}]", shown(parent)),
        Path::Map { parent, key } => match shown(parent) {
            parent if parent.is_empty() => key.clone(),
            parent => format!("{parent}.{key}"),
        },
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => shown(parent),
    }
}
