//! Can each answer be read?

use serde_json::Value;

use super::survey::{Survey, alias};
use crate::call::{BYTES, JSON, json_schema, read_media_type};
use crate::document::{Place, child, elements, members};
use crate::problem::Problem;

pub(super) fn statuses_are_numbers(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for call in &survey.calls {
        let responses = child(&call.place.pointer, "responses");
        for (status, _) in &call.responses {
            let is_number = status.len() == 3
                && status
                    .parse()
                    .is_ok_and(|code: u16| (100..600).contains(&code));
            let is_range = matches!(*status, "1XX" | "2XX" | "3XX" | "4XX" | "5XX");
            if !is_number && !is_range && *status != "default" {
                let message =
                    format!("{status:?} is no status; write a number from 100 to 599, 4XX or 5XX");
                problems.push(Problem::new(child(&responses, status), "status", message));
            }
        }
    }
}

/// The generator knows one success type; which one a reply has must not depend on guessing.
pub(super) fn answers_can_be_told_apart(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for call in &survey.calls {
        let responses = child(&call.place.pointer, "responses");
        let mut report = |place: String, rule, message: &str| {
            problems.push(Problem::new(place, rule, message));
        };
        let bodies: Vec<_> = call
            .successes()
            .map(|(_, response)| {
                let read = read_media_type(response);
                read.map(|(media_type, place)| match media_type {
                    JSON => (media_type, place.value.get("schema")),
                    _ => (media_type, None),
                })
            })
            .collect();
        match bodies.split_first() {
            None => report(
                responses.clone(),
                "success-response",
                "describe a 2xx response by its number",
            ),
            Some((first, others)) if others.iter().any(|other| other != first) => {
                report(
                    responses.clone(),
                    "success-response",
                    "every 2xx response of an operation must have the same body",
                );
            }
            Some(_) => {}
        }
        for (status, _) in &call.responses {
            let place = child(&responses, status);
            match *status {
                "2XX" => report(
                    place,
                    "success-response",
                    "write the number instead: the client makes up answers with a status that no operation has",
                ),
                "default" => report(
                    place,
                    "default-response",
                    "say 4XX and 5XX: a default response would count as success, too",
                ),
                _ => {}
            }
        }
    }
}

pub(super) fn answers_can_be_read(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for call in &survey.calls {
        for (_, response) in call.successes() {
            let content = child(&response.pointer, "content");
            let has_content = members(response.value.get("content"), &content)
                .next()
                .is_some();
            if has_content && read_media_type(response).is_none() {
                let message = format!(
                    "the client reads {JSON} and {BYTES}: describe the body as one of them, or remove content"
                );
                problems.push(Problem::new(content, "answer-media-type", message));
            }
        }
    }
}

/// The wrapper reads every error of a call with one reader, whatever the status; so there must be a type that all of
/// them can be read as.
pub(super) fn errors_have_one_reader(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for call in &survey.calls {
        let responses = child(&call.place.pointer, "responses");
        let mut bodies = Vec::new();
        let errors = call.responses.iter();
        for (status, response) in errors.filter(|(status, _)| status.starts_with(['4', '5'])) {
            match json_schema(response) {
                Some(schema) => bodies.push((status, options(&schema))),
                None => {
                    let message = format!(
                        "describe the error's body as {JSON} with a schema: all errors are read alike"
                    );
                    problems.push(Problem::new(
                        child(&responses, status),
                        "error-body",
                        message,
                    ));
                }
            }
        }
        let Some((_, first)) = bodies.first() else {
            continue;
        };
        let is_common = |name: &&str| bodies.iter().all(|(_, options)| options.contains(name));
        if !first.iter().any(is_common) {
            let list: Vec<_> = bodies
                .iter()
                .map(|(status, options)| match options.as_slice() {
                    [] => format!("{status} without a name"),
                    _ => format!("{status} {}", options.join(" or ")),
                })
                .collect();
            let message = format!(
                "the errors of an operation are read alike, and these have no named schema in common: {}; let each \
                 refer to the same one, alone or in anyOf",
                list.join(", ")
            );
            problems.push(Problem::new(responses, "error-body", message));
        }
    }
}

/// The named schemas that a body may be read as.
fn options<'a>(schema: &Place<'a>) -> Vec<&'a str> {
    let choices = ["anyOf", "oneOf"].into_iter();
    let choices = choices.flat_map(|choice| elements(schema.value.get(choice), ""));
    choices
        .map(|(_, option): (_, &'a Value)| option)
        .chain([schema.value])
        .filter_map(|option| alias(option)?.rsplit('/').next())
        .collect()
}
