//! What do the rules look at?

use std::collections::BTreeSet;

use serde_json::Value;

use crate::call::{Call, calls};
use crate::document::{Place, parts, reached, resolve, schemas};
use crate::emit::is_hand_written;
use crate::structure::{Kind, Node};

/// The document and what all rules would have to find out about it.
pub(super) struct Survey<'a> {
    pub(super) tree: &'a Value,
    pub(super) nodes: Vec<Node<'a>>,
    pub(super) calls: Vec<Call<'a>>,
    /// Names of the schemas that occur in answers.
    pub(super) answered: BTreeSet<&'a str>,
    /// The schemas and parts of schemas in answers that the generator makes types of.
    pub(super) read: Vec<Place<'a>>,
    /// Those in requests only.
    pub(super) written: Vec<Place<'a>>,
}

impl<'a> Survey<'a> {
    pub(super) fn new(tree: &'a Value, nodes: Vec<Node<'a>>) -> Self {
        let calls = calls(tree);
        let answers: Vec<_> = calls.iter().flat_map(Call::answered).collect();
        let requests: Vec<_> = calls.iter().flat_map(Call::sent).collect();
        let answered = reached(tree, answers.iter().map(|place| place.value));
        let sent = reached(tree, requests.iter().map(|place| place.value));
        let named = |wanted: &dyn Fn(&str) -> bool| -> Vec<Place<'a>> {
            schemas(tree)
                .filter(|(_, name, schema)| wanted(name) && !is_hand_written(name, schema))
                .map(|(pointer, _, value)| Place { pointer, value })
                .collect()
        };
        let in_answers = named(&|name| answered.contains(name));
        let only_sent = named(&|name| sent.contains(name) && !answered.contains(name));
        Self {
            tree,
            nodes,
            read: with_parts(answers.into_iter().chain(in_answers)),
            written: with_parts(requests.into_iter().chain(only_sent)),
            calls,
            answered,
        }
    }

    /// The places of one kind, without references.
    pub(super) fn all(&self, kind: Kind) -> impl Iterator<Item = &Place<'a>> {
        self.nodes
            .iter()
            .filter(move |node| node.kind == kind)
            .map(|node| &node.place)
            .filter(|place| place.value.get("$ref").is_none())
    }

    /// The schemas and parts of schemas that the generator makes types of.
    pub(super) fn generated(&self) -> impl Iterator<Item = &Place<'a>> {
        self.read.iter().chain(&self.written)
    }

    /// The schema itself, or the one that it refers to, also through a lone `allOf`.
    pub(super) fn meant(&self, schema: &'a Value) -> &'a Value {
        let mut schema = schema;
        // Longer chains are circles.
        for _ in 0..8 {
            let Some(next) = alias(schema).and_then(|reference| resolve(self.tree, reference))
            else {
                break;
            };
            schema = next;
        }
        schema
    }
}

/// What a schema stands for: what it refers to, directly or by a lone `allOf`.
pub(super) fn alias(schema: &Value) -> Option<&str> {
    let lone = match schema.get("allOf").and_then(Value::as_array) {
        Some(all) if all.len() == 1 => &all[0],
        _ => schema,
    };
    lone.get("$ref").and_then(Value::as_str)
}

/// The type that a schema names.
pub(super) fn type_of(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(Value::as_str)
}

/// Whether the schema is one of `components/schemas` itself, not a part of one.
pub(super) fn is_named(pointer: &str) -> bool {
    pointer.starts_with("#/components/schemas/") && pointer.matches('/').count() == 3
}

/// Each schema once, with those inside it, but not those that it refers to.
fn with_parts<'a>(schemas: impl Iterator<Item = Place<'a>>) -> Vec<Place<'a>> {
    fn descend<'a>(place: Place<'a>, all: &mut Vec<Place<'a>>) {
        let inside = parts(place.value, &place.pointer);
        all.push(place);
        for (pointer, value) in inside {
            descend(Place { pointer, value }, all);
        }
    }
    let mut all = Vec::new();
    let mut seen = BTreeSet::new();
    for place in schemas {
        if seen.insert(place.pointer.clone()) {
            descend(place, &mut all);
        }
    }
    all
}
