//! Can each body be sent?

use super::survey::{Survey, alias};
use crate::call::{BYTES, FORM, JSON};
use crate::document::{Place, child, members};
use crate::problem::Problem;

fn media_types<'a>(body: &Place<'a>) -> Vec<(&'a str, Place<'a>)> {
    members(body.value.get("content"), &child(&body.pointer, "content"))
        .map(|(pointer, media_type, value)| (media_type, Place { pointer, value }))
        .collect()
}

pub(super) fn requests_have_one_media_type(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for body in survey.calls.iter().filter_map(|call| call.request.as_ref()) {
        let mut report = |pointer: &str, message: String| {
            problems.push(Problem::new(pointer, "request-media-type", message));
        };
        let content = child(&body.pointer, "content");
        match media_types(body).as_slice() {
            [] => report(
                &content,
                format!("say what the body is: {JSON}, {BYTES} or {FORM}"),
            ),
            [(JSON | BYTES | FORM, _)] => {}
            [(other, place)] => {
                report(
                    &place.pointer,
                    format!("{other} cannot be sent; use {JSON}, {BYTES} or {FORM}"),
                );
            }
            several => {
                let count = several.len();
                report(
                    &content,
                    format!(
                        "{count} media types for one request; keep the one that the client sends"
                    ),
                );
            }
        }
    }
}

pub(super) fn bodies_have_schemas(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    let mut report = |pointer: &str, message: &str| {
        problems.push(Problem::new(pointer, "body-schema", message));
    };
    for call in &survey.calls {
        let read = call.successes().map(|(_, response)| response);
        for body in call.request.iter().chain(read) {
            for (media_type, place) in media_types(body) {
                match (media_type, place.child("schema")) {
                    (JSON, None) => report(&place.pointer, "say by a schema what is in the JSON"),
                    (BYTES, Some(schema)) => {
                        let schema = survey.meant(schema.value);
                        if schema.get("type").is_some_and(|kind| kind != "string") {
                            report(
                                &place.pointer,
                                "bytes have no other schema than type: string, format: binary",
                            );
                        }
                    }
                    (FORM, schema)
                        if schema
                            .as_ref()
                            .and_then(|schema| alias(schema.value))
                            .is_none() =>
                    {
                        report(
                            &place.pointer,
                            "name the form's schema and refer to it, so that it is found where a form is written",
                        );
                    }
                    _ => {}
                }
            }
        }
    }
}
