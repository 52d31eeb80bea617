//! Can each operation be a method that sends a request?

use std::collections::BTreeMap;

use serde_json::Value;

use super::survey::Survey;
use super::{folded, is_nameable};
use crate::document::{child, members};
use crate::problem::Problem;

/// Names that the client has already, or that its generated code calls by.
const TAKEN: [&str; 9] = [
    "api_version",
    "baseurl",
    "client",
    "exec",
    "inner",
    "new",
    "new_with_client",
    "post",
    "pre",
];

/// The generated code makes a header value of it and would panic on another.
pub(super) fn the_version_is_a_header_value(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    let version = survey.tree.pointer("/info/version").and_then(Value::as_str);
    let fits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    if !version.is_some_and(fits) {
        let message =
            "name the version in visible ASCII characters: it becomes the value of a header";
        problems.push(Problem::new("#/info/version", "api-version", message));
    }
}

pub(super) fn operations_are_named(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    let mut report = |pointer: &str, message: String| {
        problems.push(Problem::new(pointer, "operation-id", message));
    };
    let mut seen: BTreeMap<String, (&str, &str)> = BTreeMap::new();
    for call in &survey.calls {
        let pointer = call.place.pointer.as_str();
        let Some(id) = call.place.text("operationId") else {
            report(pointer, "give the operation an operationId".to_owned());
            continue;
        };
        if !is_nameable(id) {
            let message = format!(
                "operationId {id:?} makes no method name; begin it with a letter and use a-z, 0-9 and _"
            );
            report(pointer, message);
        } else if TAKEN.iter().any(|taken| folded(taken) == folded(id)) {
            let message =
                format!("operationId {id} is a name that the client uses itself; choose another");
            report(pointer, message);
        }
        match seen.insert(folded(id), (id, pointer)) {
            Some((other, first)) if other == id => {
                report(
                    pointer,
                    format!("operationId {id} is already used at {first}"),
                );
            }
            Some((other, first)) => {
                let message = format!(
                    "operationId {id} is too close to {other} at {first}: as method names they may be the same"
                );
                report(pointer, message);
            }
            None => {}
        }
    }
}

pub(super) fn methods_can_be_sent(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for call in &survey.calls {
        let (pointer, method) = (&call.place.pointer, call.method);
        if matches!(method, "head" | "options" | "trace") {
            let message = format!("the client has no {method} requests; remove the operation");
            problems.push(Problem::new(pointer, "method", message));
        }
        if matches!(method, "get" | "delete") && call.request.is_some() {
            let place = child(pointer, "requestBody");
            let message =
                format!("a {method} request has no body; use another method or parameters");
            problems.push(Problem::new(place, "method", message));
        }
    }
}

pub(super) fn paths_are_templates(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for (pointer, path, _) in members(survey.tree.get("paths"), "#/paths") {
        if path.starts_with("x-") {
            continue;
        }
        if let Err(what) = names_in(path) {
            problems.push(Problem::new(pointer, "path-template", what));
        }
    }
}

/// The names in braces, or what is wrong with the path.
fn names_in(path: &str) -> Result<Vec<&str>, String> {
    if !path.starts_with('/') {
        return Err("a path begins with a slash".to_owned());
    }
    if path.contains("//") || path.split('/').any(|segment| matches!(segment, "." | "..")) {
        return Err(
            "write the path without empty segments and without . or ..: they get lost on the way"
                .to_owned(),
        );
    }
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}').unwrap_or_default();
        if name.is_empty() || name.contains(['{', '/']) {
            return Err("close each { with a }, with one name between them".to_owned());
        }
        if names.contains(&name) {
            return Err(format!("{{{name}}} is there twice; give one another name"));
        }
        check_constant(before)?;
        names.push(name);
        rest = after;
    }
    check_constant(rest)?;
    Ok(names)
}

/// The characters of a path, of RFC 3986.
fn check_constant(part: &str) -> Result<(), String> {
    let is_fine =
        |letter: char| letter.is_ascii_alphanumeric() || "-._~%!$&'()*+,;=:@/".contains(letter);
    match part.chars().find(|letter| !is_fine(*letter)) {
        Some(letter) => Err(format!(
            "{letter:?} cannot be in a path; percent-encode it, or describe a query as parameters"
        )),
        None => Ok(()),
    }
}

pub(super) fn path_parameters_match_the_path(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    let mut report = |pointer: &str, message: String| {
        problems.push(Problem::new(pointer, "path-parameter", message))
    };
    for call in &survey.calls {
        let Ok(names) = names_in(call.path) else {
            continue;
        };
        let in_path = call.parameters.iter();
        let declared: Vec<_> = in_path
            .filter(|parameter| parameter.text("in") == Some("path"))
            .collect();
        for name in &names {
            if !declared
                .iter()
                .any(|parameter| parameter.text("name") == Some(name))
            {
                report(
                    &call.place.pointer,
                    format!(
                        "{{{name}}} in the path is not among the parameters; describe it with in: path"
                    ),
                );
            }
        }
        for parameter in declared {
            let name = parameter.text("name").unwrap_or_default();
            if !names.contains(&name) {
                report(
                    &parameter.pointer,
                    format!(
                        "{{{name}}} is not in the path {}; add it there, or remove the parameter",
                        call.path
                    ),
                );
            }
            if parameter.value.get("required") != Some(&Value::Bool(true)) {
                report(
                    &parameter.pointer,
                    "say required: true, as there is no path without it".to_owned(),
                );
            }
        }
    }
}
