//! How is a body held against the document?

use jsonschema::Validator;
use partner_center_orders_spec::ORDERS_YAML;
use serde_json::{Value, json};

pub(crate) fn document() -> Value {
    serde_saphyr::from_str(ORDERS_YAML).unwrap()
}

/// A validator for a named schema of the document.
pub(crate) fn validator(name: &str) -> Validator {
    validator_of(&json!({ "$ref": format!("#/components/schemas/{name}") }))
}

/// A validator for a schema of the document. OpenAPI 3.0 is close to draft 4, apart from `nullable`.
pub(crate) fn validator_of(schema: &Value) -> Validator {
    fn without_nullable(value: &mut Value) {
        if value.get("nullable") == Some(&json!(true)) {
            let kind = value["type"].take();
            value["type"] = json!([kind, "null"]);
        }
        match value {
            Value::Object(members) => members.values_mut().for_each(without_nullable),
            Value::Array(elements) => elements.iter_mut().for_each(without_nullable),
            _ => {}
        }
    }
    let mut components = document()["components"].take();
    without_nullable(&mut components);
    let mut schema = schema.clone();
    schema["components"] = components;
    jsonschema::draft4::options()
        .should_validate_formats(true)
        .build(&schema)
        .unwrap()
}

pub(crate) fn assert_valid(name: &str, body: &Value) {
    assert_valid_by(&validator(name), name, body);
}

/// The same with a validator that was built before: building one takes longer than what it does.
pub(crate) fn assert_valid_by(validator: &Validator, name: &str, body: &Value) {
    let problems: Vec<String> = validator
        .iter_errors(body)
        .map(|error| format!("{} at {}", error, error.instance_path()))
        .collect();
    assert!(problems.is_empty(), "{name}: {problems:#?}");
}
