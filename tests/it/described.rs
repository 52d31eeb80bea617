//! Does the document describe every call, header and member that the sources know?

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::document::{assert_valid, document, validator, validator_of};

/// Method, path, operation id, status of success.
const CALLS: [(&str, &str, &str, &str); 12] = [
    (
        "get",
        "/customers/{customer_id}/orders",
        "list_orders",
        "200",
    ),
    (
        "post",
        "/customers/{customer_id}/orders",
        "create_order",
        "201",
    ),
    (
        "get",
        "/customers/{customer_id}/orders/{order_id}",
        "get_order",
        "200",
    ),
    (
        "patch",
        "/customers/{customer_id}/orders/{order_id}",
        "update_order",
        "200",
    ),
    (
        "get",
        "/customers/{customer_id}/orders/{order_id}/provisioningstatus",
        "get_order_provisioning_status",
        "200",
    ),
    (
        "get",
        "/customers/{customer_id}/orders/{order_id}/activationlinks",
        "list_order_activation_links",
        "200",
    ),
    (
        "get",
        "/customers/{customer_id}/orders/{order_id}/lineitems/{line_item_number}/activationlinks",
        "list_line_item_activation_links",
        "200",
    ),
    (
        "get",
        "/customers/{customer_id}/orders/{order_id}/attachments",
        "list_order_attachments",
        "200",
    ),
    (
        "post",
        "/customers/{customer_id}/orders/{order_id}/attachment",
        "upload_order_attachments",
        "201",
    ),
    (
        "get",
        "/customers/{customer_id}/orders/{order_id}/attachment/{attachment_id}",
        "download_order_attachment",
        "200",
    ),
    (
        "get",
        "/customers/{customer_id}/subscriptions",
        "list_subscriptions_by_order",
        "200",
    ),
    (
        "get",
        "/customers/{customer_id}/subscriptions/{subscription_id}/activationlinks",
        "list_subscription_activation_links",
        "200",
    ),
];

/// What a reference names, or the value itself.
fn followed<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(&reference[1..]).unwrap(),
        None => value,
    }
}

/// The names of an operation's parameters of one kind, its path item's included.
fn parameters(document: &Value, path: &str, method: &str, kind: &str) -> BTreeSet<String> {
    let item = &document["paths"][path];
    let shared = item["parameters"].as_array().into_iter().flatten();
    let own = item[method]["parameters"].as_array().into_iter().flatten();
    shared
        .chain(own)
        .map(|parameter| followed(document, parameter))
        .filter(|parameter| parameter["in"] == kind)
        .map(|parameter| parameter["name"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn every_documented_call_is_there_with_its_errors_and_headers() {
    let document = document();
    for (method, path, id, success) in CALLS {
        let operation = &document["paths"][path][method];
        assert_eq!(operation["operationId"], id);
        let responses = operation["responses"].as_object().unwrap();
        for status in [success, "400", "401", "403", "404", "429", "4XX", "5XX"] {
            assert!(responses.contains_key(status), "{id} {status}");
        }
        let is_write = method != "get";
        assert_eq!(responses.contains_key("409"), is_write, "{id}");
        assert_eq!(operation.get("requestBody").is_some(), is_write, "{id}");
        let mut headers = BTreeSet::from([
            "MS-RequestId",
            "MS-CorrelationId",
            "MS-CV",
            "X-Locale",
            "MS-Contract-Version",
            "MS-PartnerCenter-Application",
            "MS-PartnerCenter-Client",
            "MS-SdkVersion",
            "ValidateMfa",
            "ocp-apim-subscription-key",
        ]);
        match id {
            "create_order" => headers.insert("x-ms-customeruser-upn"),
            "update_order" => headers.insert("If-Match"),
            _ => false,
        };
        let found = parameters(&document, path, method, "header");
        assert!(found.iter().eq(&headers), "{id}: {found:?}");
        let named: BTreeSet<String> = path
            .split(['{', '}'])
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        assert_eq!(parameters(&document, path, method, "path"), named, "{id}");
        for header in ["MS-RequestId", "MS-CorrelationId", "MS-CV", "MS-ServerId"] {
            let headers = &responses[success]["headers"];
            assert!(headers.get(header).is_some(), "{id} {header}");
        }
    }
    let orders = "/customers/{customer_id}/orders";
    let of = |path: &str| parameters(&document, path, "get", "query");
    let filters = [
        "billingType",
        "include_price",
        "include_system_purchases",
        "indirect_reseller_id",
    ];
    assert!(of(orders).iter().eq(filters));
    assert!(
        of(&format!("{orders}/{{order_id}}"))
            .iter()
            .eq(["include_price"])
    );
    assert!(
        of("/customers/{customer_id}/subscriptions")
            .iter()
            .eq(["order_id"])
    );
}

#[test]
fn every_call_has_examples_and_they_are_valid() {
    fn check(id: &str, content: &Value) -> usize {
        let mut count = 0;
        for (media_type, content) in content.as_object().unwrap() {
            let validator = validator_of(&content["schema"]);
            for (name, example) in content["examples"].as_object().into_iter().flatten() {
                let value = &example["value"];
                let problems: Vec<String> = validator
                    .iter_errors(value)
                    .map(|error| format!("{} at {}", error, error.instance_path()))
                    .collect();
                assert!(
                    problems.is_empty(),
                    "{id} {media_type} {name}: {problems:#?}"
                );
                count += 1;
            }
        }
        count
    }
    let document = document();
    for (method, path, id, success) in CALLS {
        let operation = &document["paths"][path][method];
        assert!(
            check(id, &operation["responses"][success]["content"]) > 0,
            "{id}"
        );
        if method != "get" {
            assert!(check(id, &operation["requestBody"]["content"]) > 0, "{id}");
        }
    }
}

/// The members that the sources give to each object.
#[test]
fn every_known_member_is_there() {
    let table: [(&str, &[&str]); 20] = [
        (
            "Order",
            &[
                "id",
                "alternateId",
                "referenceCustomerId",
                "billingCycle",
                "currencyCode",
                "currencySymbol",
                "lineItems",
                "creationDate",
                "status",
                "transactionType",
                "totalPrice",
                "partnerOnRecordAttestationAccepted",
                "links",
                "client",
                "attributes",
            ],
        ),
        (
            "OrderLineItem",
            &[
                "lineItemNumber",
                "offerId",
                "subscriptionId",
                "parentSubscriptionId",
                "friendlyName",
                "quantity",
                "termDuration",
                "transactionType",
                "promotionId",
                "customTermEndDate",
                "renewsTo",
                "partnerIdOnRecord",
                "additionalPartnerIdsOnRecord",
                "provisioningContext",
                "attestationAccepted",
                "pricing",
                "purchaseCommitment",
                "links",
                "attributes",
            ],
        ),
        (
            "NewOrder",
            &[
                "referenceCustomerId",
                "billingCycle",
                "currencyCode",
                "lineItems",
                "partnerOnRecordAttestationAccepted",
            ],
        ),
        (
            "NewOrderLineItem",
            &[
                "lineItemNumber",
                "offerId",
                "friendlyName",
                "quantity",
                "termDuration",
                "promotionId",
                "customTermEndDate",
                "renewsTo",
                "partnerIdOnRecord",
                "additionalPartnerIdsOnRecord",
                "provisioningContext",
                "attestationAccepted",
                "purchaseCommitment",
            ],
        ),
        (
            "OrderPatch",
            &[
                "id",
                "referenceCustomerId",
                "billingCycle",
                "status",
                "lineItems",
            ],
        ),
        (
            "OrderPatchLineItem",
            &[
                "lineItemNumber",
                "offerId",
                "subscriptionId",
                "parentSubscriptionId",
                "friendlyName",
                "quantity",
                "partnerIdOnRecord",
            ],
        ),
        ("PurchaseCommitment", &["amount", "currency", "grain"]),
        ("OrderLineItemActivationLink", &["lineItemNumber", "link"]),
        (
            "OrderAttachment",
            &[
                "attachmentId",
                "fileName",
                "sizeInKB",
                "attachmentType",
                "attributes",
            ],
        ),
        (
            "AttachmentMetadata",
            &[
                "customerPrice",
                "currency",
                "fxRate",
                "isPartOfTender",
                "tenderLink",
            ],
        ),
        ("AttachmentUpload", &["metadata", "POFiles", "TenderFiles"]),
        (
            "Subscription",
            &[
                "id",
                "offerId",
                "offerName",
                "friendlyName",
                "entitlementId",
                "quantity",
                "unitType",
                "parentSubscriptionId",
                "creationDate",
                "effectiveStartDate",
                "commitmentEndDate",
                "commitmentEndDateTime",
                "billingCycleEndDate",
                "billingCycleEndDateTime",
                "cancellationAllowedUntilDate",
                "status",
                "suspensionReasons",
                "autoRenewEnabled",
                "isTrial",
                "isMicrosoftProduct",
                "publisherName",
                "hasPurchasableAddons",
                "billingType",
                "billingCycle",
                "termDuration",
                "renewalTermDuration",
                "contractType",
                "actions",
                "partnerId",
                "promotionId",
                "productOrderId",
                "orderId",
                "links",
                "attributes",
            ],
        ),
        (
            "SubscriptionLinks",
            &[
                "self",
                "offer",
                "parentSubscription",
                "product",
                "sku",
                "availability",
                "activationLinks",
            ],
        ),
        (
            "OrderLineItemLinks",
            &[
                "subscription",
                "product",
                "sku",
                "availability",
                "provisioningStatus",
                "activationLinks",
            ],
        ),
        (
            "OrderLinks",
            &["self", "provisioningStatus", "patchOperation"],
        ),
        (
            "Pricing",
            &[
                "listPrice",
                "discountedPrice",
                "proratedPrice",
                "price",
                "extendedPrice",
            ],
        ),
        ("RenewalTerm", &["termDuration"]),
        ("ResourceAttributes", &["objectType", "etag"]),
        ("ThrottleFault", &["statusCode", "message"]),
        ("ServiceFault", &["code", "description", "data", "source"]),
    ];
    let document = document();
    for (name, members) in table {
        let found = document["components"]["schemas"][name]["properties"]
            .as_object()
            .unwrap();
        let found: BTreeSet<_> = found.keys().map(String::as_str).collect();
        assert_eq!(found, members.iter().copied().collect(), "{name}");
    }
}

/// Nothing that is read has a rule which an odd answer of the service could break.
#[test]
fn what_is_only_sent_may_have_limits_and_what_is_read_has_none() {
    let document = document();
    let sent = [
        "NewOrder",
        "NewOrderLineItem",
        "OrderPatch",
        "OrderPatchLineItem",
        "AttachmentUpload",
        "AttachmentMetadata",
    ];
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        let text = schema.to_string();
        let limits = [
            "\"minimum\"",
            "\"minItems\"",
            "\"maxItems\"",
            "\"pattern\"",
            "\"enum\"",
        ];
        let has_limits = limits.iter().any(|limit| text.contains(limit));
        assert!(!has_limits || sent.contains(&name.as_str()), "{name}");
    }
    let order = |quantity: i32| json!({ "lineItems": [{ "lineItemNumber": 0, "offerId": "x", "quantity": quantity }] });
    assert_valid("NewOrder", &order(1));
    for wrong in [json!({}), json!({ "lineItems": [] }), order(0)] {
        assert!(!validator("NewOrder").is_valid(&wrong), "{wrong}");
    }
}
