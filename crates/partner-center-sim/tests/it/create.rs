//! What comes of an order that is placed, and of one that cannot be?

use partner_center_sim::Simulator;
use serde_json::{Value, json};

use crate::wire::{
    BYTE_ORDER_MARK, FIRST, LEGACY, MARKETPLACE, RESERVATION, SEATS, SECOND, SOFTWARE, all,
    example, get, order_of, place, send, send_json,
};

const POST: &str = "/paths/~1customers~1{customer_id}~1orders/post";

fn path() -> String {
    format!("/v1/customers/{FIRST}/orders")
}

/// An order of one seat with another member in the order or its line.
fn with(pointer: &str, value: Value) -> Value {
    let mut order = order_of(SEATS, 1);
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    order.pointer_mut(parent).unwrap()[member] = value;
    order
}

#[tokio::test]
async fn the_documented_orders_can_be_placed() {
    let simulator = Simulator::start().await.unwrap();
    let examples = example(&format!(
        "{POST}/requestBody/content/application~1json/examples"
    ));
    for (name, sample) in examples.as_object().unwrap() {
        let asked = &sample["value"];
        let reply = send_json(&simulator, "POST", &path(), asked).await;
        assert_eq!(reply.status, 201, "{name}: {}", reply.text());
        assert!(reply.body.starts_with(BYTE_ORDER_MARK));
        let placed = reply.json();
        assert_eq!(placed["status"], "pending");
        assert_eq!(placed["creationDate"], "2024-07-01T08:00:00.0000000Z");
        for member in ["referenceCustomerId", "billingCycle"] {
            assert_eq!(placed[member], asked[member], "{name}");
        }
        let (line, asked) = (&placed["lineItems"][0], &asked["lineItems"][0]);
        for (member, value) in asked.as_object().unwrap() {
            assert_eq!(&line[member], value, "{name}: {member}");
        }
        assert!(line.get("subscriptionId").is_none());
        let id = placed["id"].as_str().unwrap();
        let by_id = get(&simulator, &format!("{}/{id}", path())).await;
        assert_eq!(by_id.json(), placed);
    }
}

#[tokio::test]
async fn the_answer_has_the_members_of_the_documented_one() {
    let simulator = Simulator::start().await.unwrap();
    let seats = example(&format!(
        "{POST}/requestBody/content/application~1json/examples/seats/value"
    ));
    let mut expected = example(&format!(
        "{POST}/responses/201/content/application~1json/examples/seats/value"
    ));
    let placed = place(&simulator, FIRST, &seats).await;
    let text = expected.to_string().replace(
        expected["id"].as_str().unwrap(),
        placed["id"].as_str().unwrap(),
    );
    expected = serde_json::from_str(&text).unwrap();
    expected["creationDate"] = placed["creationDate"].clone();
    assert_eq!(placed, expected);
}

#[tokio::test]
async fn ids_have_the_shape_of_their_generation() {
    let simulator = Simulator::start().await.unwrap();
    let mut ids = Vec::new();
    for (offer, length) in [
        (SEATS, 12),
        (SOFTWARE, 12),
        (MARKETPLACE, 12),
        ("CFQ7TTC0LH16:0001:CFQ7TTC0QX51", 12),
        ("DG7GMGF0FKX9:0003:DG7GMGF0D3SJ", 12),
        (RESERVATION, 33),
        ("DZH318Z0BQ3Q:0017:DZH318Z08MCH", 33),
        (LEGACY, 36),
        (SEATS, 12),
    ] {
        let order = place(&simulator, FIRST, &order_of(offer, 1)).await;
        let id = order["id"].as_str().unwrap().to_owned();
        assert_eq!(id.len(), length, "{offer}");
        assert_eq!(order["alternateId"] == id, length == 12);
        assert_eq!(order["attributes"].get("etag").is_some(), length == 36);
        assert!(!ids.contains(&id));
        ids.push(id);
    }
    let other = Simulator::start().await.unwrap();
    let again = place(&other, FIRST, &order_of(SEATS, 1)).await;
    assert_eq!(again["id"], ids[0]);
    let second = place(&other, SECOND, &order_of(SEATS, 1)).await;
    assert_ne!(second["id"], ids[0]);
    assert_eq!(second["currencyCode"], "EUR");
}

#[tokio::test]
async fn keys_in_any_case_nulls_and_members_of_the_service_are_taken() {
    let simulator = Simulator::start().await.unwrap();
    let body = format!(
        r#"{{"Id":null,"AlternateId":null,"ReferenceCustomerId":"{}","BillingCycle":"OneTime","CurrencyCode":null,
        "LineItems":[{{"LineItemNumber":0,"OfferId":"{SOFTWARE}","SubscriptionId":null,"ParentSubscriptionId":null,
        "FriendlyName":null,"Quantity":2,"PartnerIdOnRecord":null,"AdditionalPartnerIdsOnRecord":null,
        "ProvisioningContext":{{"Scope":"shared","none":null}},"RenewsTo":null,"Links":null,
        "Attributes":{{"ObjectType":"OrderLineItem"}}}}],
        "CreationDate":null,"Status":null,"TotalPrice":1.5,"Links":{{"self":3}},"Attributes":{{"ObjectType":"Order"}}}}"#,
        FIRST.to_uppercase()
    );
    let json = "Application/JSON; charset=utf-8";
    let marked = [BYTE_ORDER_MARK, body.as_bytes()].concat();
    for body in [body.as_bytes(), &marked] {
        let reply = send(&simulator, ("POST", &path()), &[], json, body).await;
        assert_eq!(reply.status, 201, "{}", reply.text());
        let order = reply.json();
        assert_eq!(order["billingCycle"], "one_time");
        assert_eq!(order["referenceCustomerId"], FIRST);
        let line = &order["lineItems"][0];
        assert_eq!(line["quantity"], 2);
        assert_eq!(line["termDuration"], "");
        assert_eq!(
            line["friendlyName"],
            "Windows Server 2022 Standard, 16 cores"
        );
        assert_eq!(line["provisioningContext"], json!({ "Scope": "shared" }));
        assert!(!reply.text().contains("null"));
    }
}

#[tokio::test]
async fn the_billing_cycle_is_the_usual_one_unless_it_is_said() {
    let simulator = Simulator::start().await.unwrap();
    let trial = "CFQ7TTC0SB04:0004:CFQ7TTC0RN9B";
    for (offer, cycle) in [
        (SEATS, "monthly"),
        (LEGACY, "monthly"),
        (SOFTWARE, "one_time"),
        (RESERVATION, "one_time"),
        (trial, "none"),
    ] {
        let mut order = order_of(offer, 1);
        let placed = place(&simulator, FIRST, &order).await;
        assert_eq!(placed["billingCycle"], cycle, "{offer}");
        if offer != trial {
            order["billingCycle"] = json!("unknown");
            let placed = place(&simulator, FIRST, &order).await;
            assert_eq!(placed["billingCycle"], cycle, "{offer}");
        }
    }
    let placed = place(&simulator, FIRST, &with("/billingCycle", json!("Annual"))).await;
    assert_eq!(placed["billingCycle"], "annual");
}

#[tokio::test]
async fn lines_are_kept_in_the_order_of_their_numbers() {
    let simulator = Simulator::start().await.unwrap();
    let line = |number, offer| json!({ "lineItemNumber": number, "offerId": offer, "quantity": number + 1 });
    let order = json!({ "lineItems": [line(1, SEATS), line(0, MARKETPLACE)] });
    let placed = place(&simulator, FIRST, &order).await;
    assert_eq!(placed["lineItems"][0]["offerId"], MARKETPLACE);
    assert_eq!(placed["lineItems"][1]["quantity"], 2);
}

#[tokio::test]
async fn prices_keep_every_digit() {
    let simulator = Simulator::start().await.unwrap();
    let countrywide = "CFQ7TTC0SB12:0001:CFQ7TTC0RX4Q";
    let placed = place(&simulator, FIRST, &order_of(countrywide, 1)).await;
    assert!(placed.get("totalPrice").is_none());
    let id = placed["id"].as_str().unwrap();
    let target = format!("{}/{id}?include_price=true", path());
    let shown = get(&simulator, &target).await;
    assert!(shown.text().contains(r#""totalPrice":90071992547409.93"#));
    let reply = send_json(
        &simulator,
        "POST",
        &path(),
        &order_of(countrywide, 2_147_483_647),
    )
    .await;
    assert_eq!(reply.json()["code"], "800017");
}

#[tokio::test]
async fn each_wrong_order_has_its_code() {
    let simulator = Simulator::start().await.unwrap();
    let before = all(&simulator, &path()).await.len();
    let line = |number| json!({ "lineItemNumber": number, "offerId": SEATS, "quantity": 1 });
    let six: Vec<_> = (0..6).map(|number| format!("410000{number}")).collect();
    let long = json!({ "billingCycle": "annual", "lineItems":
        [{ "lineItemNumber": 0, "offerId": SEATS, "quantity": 1, "termDuration": "P1M" }] });
    let trial = json!({ "billingCycle": "unknown", "lineItems":
        [{ "lineItemNumber": 0, "offerId": "CFQ7TTC0SB04:0004:CFQ7TTC0RN9B", "quantity": 1 }] });
    let first = "/lineItems/0";
    for (order, code) in [
        (json!({}), json!("800002")),
        (json!({ "lineItems": [] }), json!("800002")),
        (json!({ "lineItems": null }), json!("800002")),
        (json!({ "lineItems": {} }), json!("800002")),
        (json!({ "lineItems": [null] }), json!("800002")),
        (json!({ "lineItems": [line(json!(1))] }), json!("800071")),
        (json!({ "lineItems": [line(json!(-1))] }), json!("800071")),
        (json!({ "lineItems": [line(json!(null))] }), json!("800071")),
        (json!({ "lineItems": [line(json!("0"))] }), json!("800002")),
        (
            json!({ "lineItems": [line(json!(0)), line(json!(0))] }),
            json!("800071"),
        ),
        (
            json!({ "lineItems": [line(json!(0)), line(json!(2))] }),
            json!("800071"),
        ),
        (
            with(&format!("{first}/offerId"), json!("CFQ7TTC0SB01")),
            json!("800004"),
        ),
        (
            with(&format!("{first}/offerId"), json!(null)),
            json!("800004"),
        ),
        (with(&format!("{first}/offerId"), json!(7)), json!("800002")),
        (
            with(&format!("{first}/quantity"), json!(0)),
            json!("900275"),
        ),
        (
            with(&format!("{first}/quantity"), json!(-3)),
            json!("900275"),
        ),
        (
            with(&format!("{first}/quantity"), json!(null)),
            json!("900275"),
        ),
        (
            with(&format!("{first}/quantity"), json!(1.5)),
            json!("800002"),
        ),
        (
            with(&format!("{first}/quantity"), json!(2_147_483_648_u64)),
            json!("800002"),
        ),
        (
            with(&format!("{first}/parentSubscriptionId"), json!(LEGACY)),
            json!("2000"),
        ),
        (
            with(&format!("{first}/termDuration"), json!("1 year")),
            json!("800121"),
        ),
        (
            with(&format!("{first}/termDuration"), json!("P0M")),
            json!("800121"),
        ),
        (
            with(&format!("{first}/customTermEndDate"), json!("2024-07-30")),
            json!("900242"),
        ),
        (
            with(&format!("{first}/customTermEndDate"), json!("soon")),
            json!("900242"),
        ),
        (
            with(&format!("{first}/partnerIdOnRecord"), json!("x")),
            json!("800016"),
        ),
        (
            with(&format!("{first}/partnerIdOnRecord"), json!("4100017")),
            json!("900206"),
        ),
        (
            with(&format!("{first}/additionalPartnerIdsOnRecord"), json!(six)),
            json!("800002"),
        ),
        (
            with(
                &format!("{first}/additionalPartnerIdsOnRecord"),
                json!(["x"]),
            ),
            json!("800016"),
        ),
        (
            with(&format!("{first}/provisioningContext"), json!({ "a": 1 })),
            json!("800002"),
        ),
        (with("/billingCycle", json!("weekly")), json!("900126")),
        (with("/billingCycle", json!(7)), json!("900126")),
        (with("/status", json!("none")), json!(0)),
        (with("/status", json!(11)), json!(0)),
        (with("/currencyCode", json!("EUR")), json!("900169")),
        (with("/referenceCustomerId", json!(SECOND)), json!("800002")),
        (
            order_of("DZH318Z0SB11:000B:DZH318Z0RW8M", 1),
            json!("800002"),
        ),
        (long, json!("900270")),
        (trial, json!("2004")),
    ] {
        let reply = send_json(&simulator, "POST", &path(), &order).await;
        assert_eq!(reply.status, 400, "{order}: {}", reply.text());
        let body = reply.json();
        assert_eq!(body["code"], code, "{order}");
        assert_eq!(body["source"], "PartnerFD");
    }
    simulator
        .clock()
        .advance(std::time::Duration::from_secs(3_600));
    assert_eq!(all(&simulator, &path()).await.len(), before);
}

#[tokio::test]
async fn a_term_can_end_with_a_month_or_another_subscription() {
    let simulator = Simulator::start().await.unwrap();
    let ends = |date: &str| with("/lineItems/0/customTermEndDate", json!(date));
    let placed = place(&simulator, FIRST, &ends("2025-02-28T00:00:00")).await;
    assert_eq!(
        placed["lineItems"][0]["customTermEndDate"],
        "2025-02-28T00:00:00"
    );
    place(&simulator, FIRST, &order_of(SEATS, 1)).await;
    let reply = send_json(&simulator, "POST", &path(), &ends("2025-06-29")).await;
    assert_eq!(reply.json()["code"], "900242");
    let aligned = ends("2025-07-01");
    let reply = send_json(&simulator, "POST", &path(), &aligned).await;
    assert_eq!(reply.json()["code"], "900242");
    // A year from the first of July has its last day at the end of June; one that is placed a day later does not.
    simulator
        .clock()
        .advance(std::time::Duration::from_secs(86_400));
    place(&simulator, FIRST, &order_of(SEATS, 1)).await;
    simulator
        .clock()
        .advance(std::time::Duration::from_secs(600));
    place(&simulator, FIRST, &aligned).await;
}

#[tokio::test]
async fn the_first_of_several_faults_in_an_order_is_named() {
    let simulator = Simulator::start().await.unwrap();
    let mut order = json!({ "referenceCustomerId": SECOND, "status": "none", "billingCycle": "weekly",
        "currencyCode": "XXX", "lineItems": [{ "lineItemNumber": 1, "offerId": "x", "quantity": 0,
        "parentSubscriptionId": LEGACY, "termDuration": "x", "customTermEndDate": "x" }] });
    for (code, pointer, good) in [
        (json!("800002"), "/referenceCustomerId", json!(FIRST)),
        (json!(0), "/status", json!("pending")),
        (json!("900126"), "/billingCycle", json!("monthly")),
        (json!("900169"), "/currencyCode", json!("usd")),
        (json!("800071"), "/lineItems/0/lineItemNumber", json!(0)),
        (json!("800004"), "/lineItems/0/offerId", json!(SEATS)),
        (json!("900275"), "/lineItems/0/quantity", json!(1)),
        (
            json!("2000"),
            "/lineItems/0/parentSubscriptionId",
            json!(""),
        ),
        (json!("800121"), "/lineItems/0/termDuration", json!("")),
        (
            json!("900242"),
            "/lineItems/0/customTermEndDate",
            json!("2024-12-31"),
        ),
    ] {
        let reply = send_json(&simulator, "POST", &path(), &order).await;
        assert_eq!(reply.json()["code"], code);
        *order.pointer_mut(pointer).unwrap() = good;
    }
    place(&simulator, FIRST, &order).await;
}
