//! Is the document built as OpenAPI 3.0 says?
//!
//! The types that the generator takes would tell, too, but not where: they try one variant after another, and they pass
//! over members that they do not know, such as misspelled ones. Here each kind of object lists its members.

use serde_json::Value;

use crate::document::{Place, child, elements, members};
use crate::problem::Problem;

use Kind::*;
use Shape::*;

/// The kinds of objects that a document consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Document,
    Info,
    PathItem,
    Operation,
    Parameter,
    Header,
    RequestBody,
    Response,
    MediaType,
    Components,
    Schema,
}

/// What a member can be.
#[derive(Clone, Copy)]
enum Shape {
    Text,
    Flag,
    Number,
    Count,
    /// One of these words.
    Word(&'static [&'static str]),
    /// Texts in a list.
    Texts,
    /// What neither the rules nor the generator look at.
    Free,
    /// Values of no particular kind in a list.
    Values,
    One(Kind),
    List(Kind),
    /// Objects by a name of the document's choice.
    Map(Kind),
    SchemaOrFlag,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Document => "a document",
            Info => "an info object",
            PathItem => "a path item",
            Operation => "an operation",
            Parameter => "a parameter",
            Header => "a header",
            RequestBody => "a request body",
            Response => "a response",
            MediaType => "a media type",
            Components => "the components object",
            Schema => "a schema",
        }
    }

    /// Where under `components` objects of this kind are, if a reference can stand for one.
    pub(crate) fn section(self) -> Option<&'static str> {
        match self {
            Parameter => Some("parameters"),
            Header => Some("headers"),
            RequestBody => Some("requestBodies"),
            Response => Some("responses"),
            Schema => Some("schemas"),
            _ => None,
        }
    }

    fn required(self) -> &'static [&'static str] {
        match self {
            Document => &["openapi", "info", "paths"],
            Info => &["title", "version"],
            Operation => &["responses"],
            Parameter => &["name", "in"],
            RequestBody => &["content"],
            Response => &["description"],
            _ => &[],
        }
    }

    fn members(self) -> &'static [(&'static str, Shape)] {
        match self {
            Document => &[
                ("openapi", Text),
                ("info", One(Info)),
                ("servers", Free),
                ("paths", Map(PathItem)),
                ("components", One(Components)),
                ("security", Free),
                ("tags", Free),
                ("externalDocs", Free),
            ],
            Info => &[
                ("title", Text),
                ("description", Text),
                ("termsOfService", Text),
                ("contact", Free),
                ("license", Free),
                ("version", Text),
            ],
            PathItem => &[
                ("$ref", Text),
                ("summary", Text),
                ("description", Text),
                ("get", One(Operation)),
                ("put", One(Operation)),
                ("post", One(Operation)),
                ("delete", One(Operation)),
                ("options", One(Operation)),
                ("head", One(Operation)),
                ("patch", One(Operation)),
                ("trace", One(Operation)),
                ("servers", Free),
                ("parameters", List(Parameter)),
            ],
            Operation => &[
                ("tags", Texts),
                ("summary", Text),
                ("description", Text),
                ("externalDocs", Free),
                ("operationId", Text),
                ("parameters", List(Parameter)),
                ("requestBody", One(RequestBody)),
                ("responses", Map(Response)),
                ("callbacks", Free),
                ("deprecated", Flag),
                ("security", Free),
                ("servers", Free),
            ],
            Parameter => &[
                ("name", Text),
                ("in", Word(&["path", "query", "header", "cookie"])),
                ("description", Text),
                ("required", Flag),
                ("deprecated", Flag),
                ("allowEmptyValue", Flag),
                ("style", Word(STYLES)),
                ("explode", Flag),
                ("allowReserved", Flag),
                ("schema", One(Schema)),
                ("example", Free),
                ("examples", Free),
                ("content", Map(MediaType)),
            ],
            Header => &[
                ("description", Text),
                ("required", Flag),
                ("deprecated", Flag),
                ("style", Word(&["simple"])),
                ("explode", Flag),
                ("schema", One(Schema)),
                ("example", Free),
                ("examples", Free),
                ("content", Map(MediaType)),
            ],
            RequestBody => &[
                ("description", Text),
                ("content", Map(MediaType)),
                ("required", Flag),
            ],
            Response => &[
                ("description", Text),
                ("headers", Map(Header)),
                ("content", Map(MediaType)),
                ("links", Free),
            ],
            MediaType => &[
                ("schema", One(Schema)),
                ("example", Free),
                ("examples", Free),
                ("encoding", Free),
            ],
            Components => &[
                ("schemas", Map(Schema)),
                ("responses", Map(Response)),
                ("parameters", Map(Parameter)),
                ("examples", Free),
                ("requestBodies", Map(RequestBody)),
                ("headers", Map(Header)),
                ("securitySchemes", Free),
                ("links", Free),
                ("callbacks", Free),
            ],
            Schema => SCHEMA,
        }
    }
}

const STYLES: &[&str] = &[
    "simple",
    "label",
    "matrix",
    "form",
    "spaceDelimited",
    "pipeDelimited",
    "deepObject",
];

const TYPES: &[&str] = &["string", "number", "integer", "boolean", "array", "object"];

const SCHEMA: &[(&str, Shape)] = &[
    ("title", Text),
    ("description", Text),
    ("type", Word(TYPES)),
    ("format", Text),
    ("nullable", Flag),
    ("enum", Values),
    ("default", Free),
    ("multipleOf", Number),
    ("minimum", Number),
    ("maximum", Number),
    ("exclusiveMinimum", Flag),
    ("exclusiveMaximum", Flag),
    ("minLength", Count),
    ("maxLength", Count),
    ("pattern", Text),
    ("minItems", Count),
    ("maxItems", Count),
    ("uniqueItems", Flag),
    ("minProperties", Count),
    ("maxProperties", Count),
    ("required", Texts),
    ("properties", Map(Schema)),
    ("additionalProperties", SchemaOrFlag),
    ("items", One(Schema)),
    ("allOf", List(Schema)),
    ("oneOf", List(Schema)),
    ("anyOf", List(Schema)),
    ("not", One(Schema)),
    ("discriminator", Free),
    ("readOnly", Flag),
    ("writeOnly", Flag),
    ("deprecated", Flag),
    ("xml", Free),
    ("externalDocs", Free),
    ("example", Free),
    ("x-extensible-enum", Texts),
];

/// An object of the document and what it is.
pub(crate) struct Node<'a> {
    pub(crate) kind: Kind,
    pub(crate) place: Place<'a>,
}

/// Every object that the table knows, references included, in the order of the document; what is built in another way
/// is added to the problems.
pub(crate) fn nodes<'a>(tree: &'a Value, problems: &mut Vec<Problem>) -> Vec<Node<'a>> {
    let mut walk = Walk {
        nodes: Vec::new(),
        problems,
    };
    walk.object(Document, "#".to_owned(), tree);
    walk.nodes
}

struct Walk<'a, 'p> {
    nodes: Vec<Node<'a>>,
    problems: &'p mut Vec<Problem>,
}

impl<'a> Walk<'a, '_> {
    fn report(&mut self, pointer: &str, message: String) {
        self.problems
            .push(Problem::new(pointer, "structure", message));
    }

    fn object(&mut self, kind: Kind, pointer: String, value: &'a Value) {
        let name = kind.name();
        if !value.is_object() {
            return self.report(&pointer, format!("{name} must be an object"));
        }
        let place = Place { pointer, value };
        let pointer = place.pointer.clone();
        self.nodes.push(Node { kind, place });
        if let Some(reference) = value.get("$ref")
            && kind.section().is_some()
        {
            return self.shape(Text, child(&pointer, "$ref"), reference);
        }
        for (pointer, key, value) in members(Some(value), &pointer) {
            match kind.members().iter().find(|(known, _)| *known == key) {
                Some((_, shape)) => self.shape(*shape, pointer, value),
                None if key.starts_with("x-") => {}
                None => {
                    let message = format!(
                        "{name} has no member {key:?}: check the spelling, or begin it with x-"
                    );
                    self.report(&pointer, message);
                }
            }
        }
        for needed in kind.required() {
            if value.get(needed).is_none() {
                self.report(&pointer, format!("{name} needs {needed}"));
            }
        }
    }

    fn shape(&mut self, shape: Shape, pointer: String, value: &'a Value) {
        let expected = match shape {
            Free => return,
            Text if value.is_string() => return,
            Flag if value.is_boolean() => return,
            Number if value.is_number() => return,
            Count if value.is_u64() => return,
            Values if value.is_array() => return,
            Word(words) if value.as_str().is_some_and(|word| words.contains(&word)) => return,
            One(kind) => return self.object(kind, pointer, value),
            SchemaOrFlag if value.is_boolean() => return,
            SchemaOrFlag => return self.object(Schema, pointer, value),
            Texts if value.is_array() => {
                for (pointer, text) in elements(Some(value), &pointer) {
                    self.shape(Text, pointer, text);
                }
                return;
            }
            List(kind) if value.is_array() => {
                for (pointer, value) in elements(Some(value), &pointer) {
                    self.object(kind, pointer, value);
                }
                return;
            }
            Map(kind) if value.is_object() => {
                for (pointer, key, value) in members(Some(value), &pointer) {
                    // In components, this is a name like any other.
                    let is_extension =
                        key.starts_with("x-") && !pointer.starts_with("#/components/");
                    if !is_extension {
                        self.object(kind, pointer, value);
                    }
                }
                return;
            }
            Text => "text".to_owned(),
            Flag => "true or false".to_owned(),
            Number => "a number".to_owned(),
            Count => "a whole number, 0 or more".to_owned(),
            Word(words) => format!("one of {}", words.join(", ")),
            Texts | Values | List(_) => "a list".to_owned(),
            Map(_) => "an object".to_owned(),
        };
        self.report(&pointer, format!("this must be {expected}"));
    }
}
