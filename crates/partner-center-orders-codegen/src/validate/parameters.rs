//! Can each parameter be an argument?

use std::collections::BTreeMap;

use serde_json::Value;

use super::survey::{Survey, type_of};
use super::{folded, is_nameable};
use crate::document::{Place, child};
use crate::problem::Problem;
use crate::structure::Kind;

/// Names of things in the generated methods that an argument would hide.
const TAKEN: [&str; 3] = ["body", "content_type", "header_map"];

/// The characters of a header's name, of RFC 9110.
fn is_header_name(name: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !name.is_empty() && name.bytes().all(is_fine)
}

pub(super) fn parameters_are_named(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for call in &survey.calls {
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        for parameter in call.arguments() {
            let name = parameter.text("name").unwrap_or_default();
            let mut report = |message: String| {
                problems.push(Problem::new(&parameter.pointer, "parameter-name", message));
            };
            if parameter.text("in") == Some("header") && !is_header_name(name) {
                report(format!(
                    "{name:?} is no name of a header; use letters, digits and -"
                ));
            } else if !is_nameable(name) {
                report(format!(
                    "{name:?} makes no argument name; begin it with a letter and use a-z, 0-9, - and _"
                ));
            } else if TAKEN.iter().any(|taken| folded(taken) == folded(name)) {
                report(format!(
                    "{name} is a name that the generated code uses itself; it cannot be a parameter's"
                ));
            }
            if let Some(other) = seen.insert(folded(name), name) {
                report(format!(
                    "{name} and {other} may be the same as argument names, and one call cannot have both"
                ));
            }
        }
    }
}

pub(super) fn parameters_have_a_place(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for parameter in survey.all(Kind::Parameter) {
        if parameter.text("in") == Some("cookie") {
            let message = "the client sends no cookies; remove the parameter";
            problems.push(Problem::new(
                &parameter.pointer,
                "cookie-parameter",
                message,
            ));
        }
    }
}

/// The generator knows one style for each place and ignores how it is varied.
pub(super) fn parameters_have_one_style(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for parameter in survey.all(Kind::Parameter) {
        let mut report = |member: &str, message: &str| {
            let place = child(&parameter.pointer, member);
            problems.push(Problem::new(place, "parameter-style", message));
        };
        let in_query = parameter.text("in") == Some("query");
        let only = if in_query { "form" } else { "simple" };
        if parameter.text("style").is_some_and(|style| style != only) {
            report(
                "style",
                &format!("{only} is the only style that can be sent here; remove the member"),
            );
        }
        if parameter.value.get("explode") == Some(&Value::Bool(!in_query)) {
            report(
                "explode",
                "an array is sent as one name=value pair for each element; remove the member",
            );
        }
        if parameter.value.get("allowReserved") == Some(&Value::Bool(true)) {
            report(
                "allowReserved",
                "reserved characters are always percent-encoded; remove the member",
            );
        }
        if parameter.value.get("content").is_some() {
            report(
                "content",
                "a parameter is plain text: describe it by a schema instead of content",
            );
        }
    }
}

pub(super) fn parameters_are_scalars(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    let is_scalar = |schema: &Value| !matches!(type_of(schema), None | Some("array" | "object"));
    for parameter in survey.all(Kind::Parameter) {
        let mut report = |pointer: &str, message: &str| {
            problems.push(Problem::new(pointer, "parameter-type", message));
        };
        let (Some(schema), Some(place)) = (parameter.child("schema"), parameter.text("in")) else {
            if parameter.value.get("content").is_none() {
                report(
                    &parameter.pointer,
                    "say by a schema what the parameter looks like",
                );
            }
            continue;
        };
        let meant = survey.meant(schema.value);
        if [schema.value, meant]
            .iter()
            .any(|schema| schema.get("nullable") == Some(&Value::Bool(true)))
        {
            report(
                &schema.pointer,
                "a parameter is sent or left out, never null; remove nullable",
            );
        }
        let items = meant.get("items").map(|items| survey.meant(items));
        match (place, type_of(meant)) {
            ("query", Some("array")) if items.is_some_and(is_scalar) => {}
            ("header", _) => {}
            _ if is_scalar(meant) => {}
            ("query", _) => report(
                &schema.pointer,
                "a query parameter must be a scalar or an array of scalars",
            ),
            _ => report(&schema.pointer, "a path parameter must be a scalar"),
        }
    }
}

/// An array in a header makes the generator emit code that does not compile.
pub(super) fn headers_are_scalars(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    let is_header = |parameter: &&Place<'_>| parameter.text("in") == Some("header");
    for parameter in survey.all(Kind::Parameter).filter(is_header) {
        let schema = parameter.child("schema");
        let schema = schema.map(|schema| survey.meant(schema.value));
        if schema.is_some_and(|schema| matches!(type_of(schema), None | Some("array" | "object"))) {
            let message = "a header parameter must be a scalar";
            problems.push(Problem::new(&parameter.pointer, "header-type", message));
        }
    }
}
