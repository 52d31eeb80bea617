//! How is something to be sent read from JSON that a person wrote?
//!
//! Strictly: what would be dropped, guessed or written in another way is a mistake, and a misspelled member could cost
//! money. Types that are read from answers take more than they should here, so what was read is held against what was
//! written: an array of an object's members is no object, and a number is no word.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_path_to_error::Track;

use crate::error::Error;

/// Reads an object, all members of which must be known. `what` is what it is called in an error.
pub(crate) fn read<T: DeserializeOwned + Serialize>(what: &str, json: &str) -> Result<T, Error> {
    let json = json.strip_prefix('\u{feff}').unwrap_or(json);
    let wrong = |message: String| Error::input(format!("the {what} {message}"));
    let written: Form = serde_json::from_str(json)
        .map_err(|error| wrong("cannot be read".to_owned()).with_source(error))?;
    if !matches!(written, Form::Object(_)) {
        return Err(wrong("is no JSON object".to_owned()));
    }
    if let Some(place) = written.doubled("") {
        return Err(wrong(format!("has {place} twice")));
    }
    let (mut unknown, mut track) = (Vec::new(), Track::new());
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let deserializer = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let read = serde_ignored::deserialize(deserializer, |path| unknown.push(shown(&path)));
    let value: T = read.map_err(|error| {
        let place = match track.path().to_string() {
            // Something is missing at the top.
            top if top == "." => String::new(),
            place => format!(" at {}", place.escape_debug()),
        };
        wrong(format!("cannot be read{place}")).with_source(error)
    })?;
    if !unknown.is_empty() {
        let unknown = unknown.join(", ");
        return Err(wrong(format!("has members that cannot be sent: {unknown}")));
    }
    let again = serde_json::to_string(&value).and_then(|text| serde_json::from_str(&text));
    let again: Form =
        again.map_err(|error| wrong("cannot be written".to_owned()).with_source(error))?;
    match written.changed(Some(&again), "") {
        None => Ok(value),
        Some((place, wanted)) => Err(wrong(format!(
            "cannot be read at {place}: it must be {wanted}"
        ))),
    }
}

/// What a JSON text consists of, without the values.
#[derive(Debug, PartialEq)]
enum Form {
    Null,
    Flag,
    Number,
    Text,
    Array(Vec<Form>),
    Object(Vec<(String, Form)>),
}

impl Form {
    /// The first member that an object has twice.
    fn doubled(&self, place: &str) -> Option<String> {
        match self {
            Self::Object(members) => {
                let mut seen = BTreeSet::new();
                members.iter().find_map(|(name, form)| {
                    let place = member(place, name);
                    if seen.insert(name) {
                        form.doubled(&place)
                    } else {
                        Some(place)
                    }
                })
            }
            Self::Array(elements) => elements
                .iter()
                .enumerate()
                .find_map(|(index, form)| form.doubled(&format!("{place}[{index}]"))),
            _ => None,
        }
    }

    /// The first place where something of another type was read, and what that is. What was written as null, or as an
    /// empty list or map, need not be there.
    fn changed(&self, read: Option<&Self>, place: &str) -> Option<(String, &'static str)> {
        match (self, read) {
            (Self::Null, _) => None,
            (Self::Object(written), None) if written.is_empty() => None,
            (Self::Array(written), None) if written.is_empty() => None,
            (Self::Object(written), Some(Self::Object(read))) => {
                written.iter().find_map(|(name, form)| {
                    let read = read.iter().find(|(other, _)| other == name);
                    form.changed(read.map(|(_, form)| form), &member(place, name))
                })
            }
            (Self::Array(written), Some(Self::Array(read))) => {
                written.iter().enumerate().find_map(|(index, form)| {
                    form.changed(read.get(index), &format!("{place}[{index}]"))
                })
            }
            (written, Some(read)) if written == read => None,
            (_, read) => Some((place.to_owned(), read.map_or("left out", Self::name))),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag => "true or false",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl<'de> Deserialize<'de> for Form {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AnyForm;

        impl<'de> Visitor<'de> for AnyForm {
            type Value = Form;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Form, E> {
                Ok(Form::Null)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Form, E> {
                Ok(Form::Flag)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Form, E> {
                Ok(Form::Number)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Form, E> {
                Ok(Form::Number)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Form, E> {
                Ok(Form::Number)
            }
            fn visit_str<E>(self, _: &str) -> Result<Form, E> {
                Ok(Form::Text)
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Form, A::Error> {
                let mut forms = Vec::new();
                while let Some(form) = elements.next_element()? {
                    forms.push(form);
                }
                Ok(Form::Array(forms))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Form, A::Error> {
                let mut forms = Vec::new();
                while let Some(member) = members.next_entry()? {
                    forms.push(member);
                }
                Ok(Form::Object(forms))
            }
        }

        deserializer.deserialize_any(AnyForm)
    }
}

/// A path as the checks write it, such as `lineItems[0].status`.
fn shown(path: &serde_ignored::Path<'_>) -> String {
    use serde_ignored::Path;
    match path {
        Path::Root => String::new(),
        Path::Seq { parent, index } => format!("{}[{index}]", shown(parent)),
        Path::Map { parent, key } => member(&shown(parent), key),
        Path::Some { parent }
        | Path::NewtypeStruct { parent }
        | Path::NewtypeVariant { parent } => shown(parent),
    }
}

/// A name can be anything, and an error is one line.
fn member(place: &str, name: &str) -> String {
    let name = name.escape_debug();
    if place.is_empty() {
        name.to_string()
    } else {
        format!("{place}.{name}")
    }
}
