//! Do references lead somewhere?

use serde_json::Value;

use super::survey::{Survey, alias};
use crate::document::{child, members, resolve, schemas};
use crate::problem::Problem;
use crate::structure::{Kind, Node};

fn references<'s>(survey: &'s Survey<'_>) -> impl Iterator<Item = (&'s Node<'s>, &'s str)> {
    survey
        .nodes
        .iter()
        .filter_map(|node| Some((node, node.place.text("$ref")?)))
}

/// Nothing but this text is read.
pub(super) fn references_stay_inside(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for (node, reference) in references(survey) {
        if node.kind.section().is_some() && !reference.starts_with("#/") {
            let message = format!(
                "{reference} is outside of this document, which is all that is read; copy it into components"
            );
            problems.push(Problem::new(
                &node.place.pointer,
                "external-reference",
                message,
            ));
        }
    }
}

/// The generator looks only at the last segment of a reference, and follows one to another without end.
pub(super) fn references_resolve(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for (node, reference) in references(survey) {
        let (Some(section), true) = (node.kind.section(), reference.starts_with("#/")) else {
            continue;
        };
        let pointer = &node.place.pointer;
        let in_section = reference.strip_prefix(&format!("#/components/{section}/"));
        let is_one_of_them = in_section.is_some_and(|name| !name.contains('/'));
        match resolve(survey.tree, reference) {
            None => {
                let message = format!("{reference} names nothing in this document");
                problems.push(Problem::new(pointer, "dangling-reference", message));
            }
            Some(_) if !is_one_of_them => {
                let message = format!(
                    "{reference} is not directly below #/components/{section}; move what it names there"
                );
                problems.push(Problem::new(pointer, "reference-place", message));
            }
            Some(named) if section != "schemas" && named.get("$ref").is_some() => {
                let message = format!("{reference} is a reference itself; refer to what it names");
                problems.push(Problem::new(pointer, "reference-place", message));
            }
            Some(_) => {}
        }
    }
}

pub(super) fn references_stand_alone(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for (node, reference) in references(survey) {
        let others = members(Some(node.place.value), &node.place.pointer);
        for (pointer, key, _) in others.filter(|(_, key, _)| *key != "$ref") {
            let message = match node.kind {
                Kind::Schema => format!(
                    "beside $ref, {key} is ignored; write allOf: [{{ $ref: '{reference}' }}] instead of $ref"
                ),
                // This reference has a rule of its own.
                Kind::PathItem => continue,
                _ => format!("beside $ref, {key} is ignored; say it where {reference} is"),
            };
            problems.push(Problem::new(pointer, "reference-sibling", message));
        }
    }
}

/// A schema that stands for itself has no type, and no value has one that needs itself.
pub(super) fn schemas_end(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    let needs = |name: &str, schema: &Value| -> Vec<String> {
        let named = |schema: &Value| Some(alias(schema)?.rsplit('/').next()?.to_owned());
        let required = schema.get("required").and_then(Value::as_array);
        // In answers, nothing but the essential is required.
        let required = required.filter(|_| !survey.answered.contains(name));
        let required = required.into_iter().flatten().filter_map(Value::as_str);
        let properties = schema.get("properties");
        required
            .filter_map(|member| named(properties?.get(member)?))
            .chain(named(schema))
            .collect()
    };
    for (pointer, name, schema) in schemas(survey.tree) {
        let mut open = needs(name, schema);
        let mut seen = Vec::new();
        while let Some(next) = open.pop() {
            if seen.contains(&next) {
                continue;
            }
            let place = child("#/components/schemas", &next);
            if let Some(schema) = resolve(survey.tree, &place) {
                open.extend(needs(&next, schema));
            }
            seen.push(next);
        }
        if seen.iter().any(|needed| needed == name) {
            let message = format!(
                "{name} cannot do without another {name}, so there is none; break the circle"
            );
            problems.push(Problem::new(pointer, "circular-schema", message));
        }
    }
}

pub(super) fn path_items_are_here(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for (pointer, _, item) in members(survey.tree.get("paths"), "#/paths") {
        if item.get("$ref").is_some() {
            let message = "describe the operations here: a path item cannot be a reference";
            problems.push(Problem::new(pointer, "path-item-reference", message));
        }
    }
}
