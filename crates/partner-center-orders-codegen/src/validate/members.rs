//! Are the members of objects fields that answers can be read into?

use std::collections::BTreeMap;

use serde_json::Value;

use super::survey::Survey;
use super::{folded, is_nameable};
use crate::document::{child, elements, members};
use crate::problem::Problem;
use crate::structure::Kind;

/// A new member of the service's must not cost anybody an order.
pub(super) fn objects_stay_open(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for schema in survey.all(Kind::Schema) {
        if schema.value.get("additionalProperties") == Some(&Value::Bool(false)) {
            let message =
                "additionalProperties: false rejects every answer with a new member; remove it";
            problems.push(Problem::new(&schema.pointer, "closed-object", message));
        }
        let links = schema
            .child("properties")
            .and_then(|properties| properties.child("links"));
        if let Some(links) = links
            && survey.meant(links.value).get("properties").is_none()
        {
            let message = "name the known links: a map of them decodes at half the speed";
            problems.push(Problem::new(links.pointer, "links-map", message));
        }
    }
}

pub(super) fn members_are_named(survey: &Survey<'_>, problems: &mut Vec<Problem>) {
    for schema in survey.generated() {
        let properties = child(&schema.pointer, "properties");
        let mut seen: BTreeMap<String, &str> = BTreeMap::new();
        // What is not named goes into a field of this name.
        if schema
            .value
            .get("additionalProperties")
            .is_some_and(Value::is_object)
        {
            seen.insert("extra".to_owned(), "additionalProperties");
        }
        for (pointer, name, _) in members(schema.value.get("properties"), &properties) {
            let mut report = |message: String| {
                problems.push(Problem::new(&pointer, "member-name", message));
            };
            if !is_nameable(name) {
                report(format!(
                    "{name:?} makes no field name; leave the member out"
                ));
            }
            if let Some(other) = seen.insert(folded(name), name) {
                report(format!(
                    "{name} and {other} may be the same as field names; leave one out"
                ));
            }
        }
    }
    for schema in survey.all(Kind::Schema) {
        let known = schema.value.get("properties");
        let place = child(&schema.pointer, "required");
        for (pointer, name) in elements(schema.value.get("required"), &place) {
            let name = name.as_str().unwrap_or_default();
            if known.is_none_or(|known| known.get(name).is_none()) {
                let message = format!(
                    "{name} is required and not among the properties; describe it there, or correct the name"
                );
                problems.push(Problem::new(pointer, "required-member", message));
            }
        }
    }
}
