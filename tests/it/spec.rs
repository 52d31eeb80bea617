//! Does the document say what the sources say, and does everything that rests on it agree with it?

use std::collections::BTreeSet;

use partner_center_orders_api as api;
use partner_center_orders_spec::{ORDERS_YAML, SOURCES_MD};
use partner_center_orders_tests::fixture;
use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::document::{assert_valid, document, validator, validator_of};

/// Operation, schema of its body, fixture, name of the example in the document.
const BODIES: [(&str, &str, &str, &str); 4] = [
    (
        "list_orders",
        "OrderCollection",
        "list_orders/by_billing_type.json",
        "by_billing_type",
    ),
    (
        "get_order",
        "Order",
        "get_order/reserved_instance.json",
        "reserved_instance",
    ),
    (
        "get_order_provisioning_status",
        "OrderLineItemProvisioningStatusCollection",
        "get_order_provisioning_status/page_in_english.json",
        "fulfilled",
    ),
    (
        "get_order_provisioning_status",
        "OrderLineItemProvisioningStatusCollection",
        "get_order_provisioning_status/page_in_polish.json",
        "fulfilled",
    ),
];

fn operation(document: &Value, id: &str) -> Value {
    let paths = document["paths"].as_object().unwrap().values();
    let mut operations = paths.flat_map(|item| item.as_object().unwrap().values());
    operations
        .find(|operation| operation["operationId"] == id)
        .unwrap()
        .clone()
}

#[test]
fn the_document_is_openapi_3_0() {
    let document: openapiv3::OpenAPI = serde_saphyr::from_str(ORDERS_YAML).unwrap();
    assert_eq!(document.openapi, "3.0.3");
    assert_eq!(document.operations().count(), 12);
}

#[test]
fn published_bodies_are_valid_and_are_the_examples() {
    let document = document();
    for (id, schema, name, example) in BODIES {
        let body: Value = serde_json::from_slice(&fixture(name)).unwrap();
        assert_valid(schema, &body);
        let content = &operation(&document, id)["responses"]["200"]["content"]["application/json"];
        assert_eq!(content["examples"][example]["value"], body, "{name}");
    }
}

#[test]
fn a_body_that_breaks_the_schema_is_invalid() {
    let validator = validator("Order");
    let body: Value = serde_json::from_slice(&fixture("get_order/reserved_instance.json")).unwrap();
    for (pointer, odd) in [
        ("/lineItems", json!(null)),
        ("/creationDate", json!("soon")),
        ("/lineItems/0/quantity", json!("1")),
    ] {
        let mut body = body.clone();
        *body.pointer_mut(pointer).unwrap() = odd;
        assert!(!validator.is_valid(&body), "{pointer}");
    }
}

#[test]
fn error_examples_are_valid() {
    let document = document();
    for response in document["components"]["responses"]
        .as_object()
        .unwrap()
        .values()
    {
        let content = &response["content"]["application/json"];
        let validator = validator_of(&content["schema"]);
        for (name, example) in content["examples"].as_object().into_iter().flatten() {
            assert!(validator.is_valid(&example["value"]), "{name}");
        }
    }
}

/// The definition tables of the reference page on the provisioning status, which has no sample body.
#[test]
fn the_definitions_of_the_reference_are_in_the_document() {
    let definitions: [(&str, &[(&str, &str)]); 7] = [
        (
            "Link",
            &[
                ("body", "string"),
                ("headers", "array"),
                ("method", "string"),
                ("uri", "string"),
            ],
        ),
        (
            "ResourceAttributes",
            &[("etag", "string"), ("objectType", "string")],
        ),
        (
            "OrderLineItemProvisioningStatusCollection",
            &[
                ("attributes", "object"),
                ("items", "array"),
                ("links", "object"),
                ("totalCount", "integer"),
            ],
        ),
        (
            "ResourceLinks",
            &[
                ("next", "object"),
                ("previous", "object"),
                ("self", "object"),
            ],
        ),
        (
            "OrderLineItemProvisioningStatus",
            &[
                ("lineItemNumber", "integer"),
                ("orderLineItemId", "integer"),
                ("quantityProvisioningInformation", "array"),
                ("status", "string"),
            ],
        ),
        (
            "QuantityProvisioningStatus",
            &[("quantity", "integer"), ("status", "string")],
        ),
        ("LinkHeader", &[("key", "string"), ("value", "string")]),
    ];
    let document = document();
    let schemas = &document["components"]["schemas"];
    for (name, members) in definitions {
        for (member, kind) in members {
            let property = &schemas[name]["properties"][member];
            let referred = property["allOf"][0]["$ref"]
                .as_str()
                .and_then(|pointer| document.pointer(&pointer[1..]));
            assert_eq!(
                referred.unwrap_or(property)["type"],
                *kind,
                "{name}.{member}"
            );
        }
    }
}

#[test]
fn every_source_is_explained() {
    let mut keys = BTreeSet::new();
    let sources = ORDERS_YAML
        .lines()
        .filter_map(|line| line.trim().strip_prefix("x-source: '"));
    for part in sources.flat_map(|source| source.trim_end_matches('\'').split("; ")) {
        if let Some(list) = part
            .strip_prefix("documented: ")
            .or_else(|| part.strip_prefix("seen: "))
        {
            keys.extend(list.split(", "));
        }
    }
    assert!(keys.len() > 10);
    for key in keys {
        assert!(
            SOURCES_MD.contains(&format!("| `{key}` |")),
            "SOURCES.md does not explain {key}"
        );
    }
}

#[test]
fn the_words_of_the_enums_are_those_of_the_document() {
    fn words<T: JsonSchema>() -> (String, Value) {
        let schema = schemars::SchemaGenerator::default().into_root_schema_for::<T>();
        (
            T::schema_name().into_owned(),
            schema.as_value()["x-extensible-enum"].clone(),
        )
    }
    let enums = [
        words::<api::AttachmentType>(),
        words::<api::BillingCycle>(),
        words::<api::BillingType>(),
        words::<api::ContractType>(),
        words::<api::LineItemTransactionType>(),
        words::<api::OrderStatus>(),
        words::<api::OrderTransactionType>(),
        words::<api::ProvisioningStatus>(),
        words::<api::SubscriptionBillingType>(),
        words::<api::SubscriptionStatus>(),
    ];
    let document = document();
    let documented = document["components"]["schemas"]
        .as_object()
        .unwrap()
        .iter();
    let documented: Vec<_> = documented
        .filter(|(_, schema)| schema.get("x-extensible-enum").is_some())
        .collect();
    assert_eq!(documented.len(), enums.len());
    for (name, words) in enums {
        assert_eq!(
            document["components"]["schemas"][&name]["x-extensible-enum"], words,
            "{name}"
        );
    }
}
