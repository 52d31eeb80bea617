//! Does every claim say where it is from?

use super::survey::{Survey, is_named};
use crate::document::Place;
use crate::problem::Problem;
use crate::structure::Kind;

pub(super) fn facts_have_sources(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    let is_claim = |kind: Kind, pointer: &str| match kind {
        Kind::Operation | Kind::Parameter | Kind::Header => true,
        Kind::Schema => is_named(pointer) || is_property(pointer),
        _ => false,
    };
    let nodes = survey.nodes.iter();
    for node in nodes.filter(|node| is_claim(node.kind, &node.place.pointer)) {
        if node.place.value.get("$ref").is_none()
            && let Some(message) = objection(&node.place)
        {
            problems.push(Problem::new(&node.place.pointer, "x-source", message));
        }
    }
}

/// Whether the pointer names a member of a named schema, or of an object in one.
fn is_property(pointer: &str) -> bool {
    pointer.starts_with("#/components/schemas/") && pointer.rsplit('/').nth(1) == Some("properties")
}

fn objection(place: &Place<'_>) -> Option<String> {
    let Some(source) = place.text("x-source") else {
        let message = "say where this is from: x-source: 'documented: ..; seen: ..; inferred: ..'";
        return Some(message.to_owned());
    };
    let part = source.split("; ").find(|part| !has_basis(part))?;
    Some(format!(
        "{part:?} must begin with documented:, seen: or inferred:"
    ))
}

fn has_basis(part: &str) -> bool {
    ["documented: ", "seen: ", "inferred: "]
        .iter()
        .any(|basis| part.starts_with(basis) && part.len() > basis.len())
}
