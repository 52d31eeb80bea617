//! Are the names of schemas names of types?

use std::collections::BTreeMap;

use serde_json::Value;

use super::folded;
use super::survey::{Survey, is_named};
use crate::document::schemas;
use crate::problem::Problem;

/// What Rust calls by these names, the generated code does, too.
const TAKEN: [&str; 9] = [
    "Err", "None", "Ok", "Option", "Result", "Self", "Some", "String", "Vec",
];

/// A type is found under its schema's name, and the hand-written ones are.
pub(super) fn schemas_are_named(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    for (pointer, name, _) in schemas(survey.tree) {
        let mut report =
            |message: String| problems.push(Problem::new(&pointer, "schema-name", message));
        if !is_type_name(name) {
            report(format!(
                "{name:?} is no type name: write it like OrderId (not orderId, OrderID or Order-Id)"
            ));
        }
        if TAKEN.contains(&name) {
            report(format!(
                "{name} is something else in Rust; choose another name"
            ));
        }
        if let Some(other) = seen.insert(folded(name), name) {
            report(format!(
                "{name} and {other} differ only in letter case; rename one"
            ));
        }
    }
    for schema in survey.generated() {
        if is_named(&schema.pointer) && schema.value.get("nullable") == Some(&Value::Bool(true)) {
            let message = "say nullable where the schema is used: here it would add a second type around the first";
            problems.push(Problem::new(&schema.pointer, "nullable-schema", message));
        }
    }
}

/// Words with a capital, each beginning with one and going on without.
fn is_type_name(name: &str) -> bool {
    let letters = || name.chars();
    let two_capitals = letters()
        .zip(letters().skip(1))
        .any(|(one, next)| one.is_ascii_uppercase() && next.is_ascii_uppercase());
    letters()
        .next()
        .is_some_and(|first| first.is_ascii_uppercase())
        && letters().all(|letter| letter.is_ascii_alphanumeric())
        && !two_capitals
}
