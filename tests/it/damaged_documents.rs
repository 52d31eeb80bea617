//! Does the generator answer every document, whatever is broken in it?

use std::panic::catch_unwind;
use std::time::{Duration, Instant};

use partner_center_orders_codegen::generate;
use serde_json::{Value, json};

use crate::bad_documents::rules;
use crate::generator::document;

/// Every place of the document, as JSON pointers; the whole of it is none.
fn places(value: &Value, pointer: &str, found: &mut Vec<String>) {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value))
            .collect(),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .map(|(index, value)| (index.to_string(), value))
            .collect(),
        _ => Vec::new(),
    };
    for (key, value) in inside {
        let place = format!("{pointer}/{key}");
        places(value, &place, found);
        found.push(place);
    }
}

/// The document without what is at that place.
fn without(document: &Value, place: &str) -> Value {
    let mut damaged = document.clone();
    let (parent, key) = place.rsplit_once('/').unwrap();
    match damaged.pointer_mut(parent).unwrap() {
        Value::Object(members) => {
            members.remove(&key.replace("~1", "/").replace("~0", "~"));
        }
        Value::Array(elements) => {
            elements.remove(key.parse().unwrap());
        }
        _ => unreachable!("a place is in an object or array"),
    }
    damaged
}

/// The document with something else at that place.
fn with(document: &Value, place: &str, other: Value) -> Value {
    let mut damaged = document.clone();
    *damaged.pointer_mut(place).unwrap() = other;
    damaged
}

/// Text that means something in the places where text ends up: Rust, its comments and strings, paths, headers, URLs.
const ODD: &str = "*/ fn \"x\\\" {y} /../ #/a~b%zz\r\n\u{0}\u{202e}Ünï\u{1f980} ";

/// The document with each place removed and replaced, and what was done to it.
fn damages(document: &Value) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    places(document, "", &mut found);
    let mut damages = Vec::new();
    for place in found {
        damages.push((format!("without {place}"), without(document, &place)));
        for (name, other) in [
            ("null", json!(null)),
            ("empty text", json!("")),
            ("zero", json!(0)),
            ("an empty list", json!([])),
            ("an empty object", json!({})),
            ("long odd text", json!(ODD.repeat(40))),
        ] {
            let damage = format!("{name} at {place}");
            damages.push((damage, with(document, &place, other)));
        }
    }
    damages
}

/// Generates from each and says which were answered with a panic, with a failure of the generator, too late, or by a
/// rule that nobody gave an example of.
fn objections<'a>(damages: impl Iterator<Item = &'a (String, Value)>) -> Vec<String> {
    let known = rules();
    let mut objections = Vec::new();
    for (damage, document) in damages {
        let text = document.to_string();
        let begin = Instant::now();
        match catch_unwind(|| generate(&text, "0")) {
            Err(_) => objections.push(format!("{damage}: panicked")),
            Ok(Err(problems)) => {
                let mut unknown = problems.iter();
                let unknown = unknown.find(|problem| !known.contains(problem.rule()));
                objections.extend(unknown.map(|problem| format!("{damage}: {problem}")));
            }
            Ok(Ok(_)) => {}
        }
        if begin.elapsed() > Duration::from_secs(5) {
            objections.push(format!("{damage}: took {:?}", begin.elapsed()));
        }
    }
    objections
}

fn damaged(name: &str) -> Vec<(String, Value)> {
    let damages = damages(&serde_saphyr::from_str(&document(name)).unwrap());
    assert!((1000..2000).contains(&damages.len()), "{}", damages.len());
    damages
}

#[test]
fn damaged_calls_are_answered() {
    let damages = damaged("values");
    let of_calls = damages
        .iter()
        .filter(|(damage, _)| !damage.contains(" /components/schemas"));
    let objections = objections(of_calls);
    assert!(objections.is_empty(), "{objections:#?}");
}

#[test]
fn damaged_schemas_are_answered() {
    let damages = damaged("values");
    let of_schemas = damages
        .iter()
        .filter(|(damage, _)| damage.contains(" /components/schemas"));
    let objections = objections(of_schemas);
    assert!(objections.is_empty(), "{objections:#?}");
}

/// Much of this document is like the other, so some of its damages are enough; the step meets each kind in turn, as
/// there are seven.
#[test]
fn damaged_bodies_are_answered() {
    let damages = damaged("bodies");
    let objections = objections(damages.iter().step_by(3));
    assert!(objections.is_empty(), "{objections:#?}");
}
