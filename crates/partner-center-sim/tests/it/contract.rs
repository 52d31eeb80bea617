//! Is every request held against the spec, after all other checks and before anything is changed?

use partner_center_sim::{Fault, Simulator};
use serde_json::{Value, json};

use crate::wire::{
    AUTHORIZED, FIRST, Reply, SEATS, SOFTWARE, exchange, get, order_of, place, request, send,
    send_json,
};

const REQUEST_ID: &str = "0e5fc923-8e3c-4560-9100-ce7283c3e081";
const NOT_BOOLEAN: &str = "value is not of type \"boolean\"";
const NOT_TEXT: &str = "value is not of type \"string\"";

fn path() -> String {
    format!("/v1/customers/{FIRST}/orders")
}

/// An order of one seat with another member in its line.
fn with(member: &str, value: Value) -> Value {
    let mut order = order_of(SEATS, 1);
    order["lineItems"][0][member] = value;
    order
}

/// What the log says of the last request.
fn problems(simulator: &Simulator) -> Vec<String> {
    let requests = simulator.requests();
    requests.last().unwrap().problems().to_vec()
}

/// Refused with the general code; the problem is in the description and in the log.
fn assert_unfit(simulator: &Simulator, reply: &Reply, problem: &str) {
    let expected = json!({
        "code": "800002",
        "description": format!("The request is not as it is described: {problem}."),
        "data": [],
        "source": "PartnerFD",
    });
    assert_eq!((reply.status, reply.json()), (400, expected));
    assert_eq!(problems(simulator), [format!("request: {problem}")]);
}

#[tokio::test]
async fn an_order_outside_the_spec_is_not_placed() {
    let simulator = Simulator::start().await.unwrap();
    let before = simulator.order_ids(FIRST);
    let attested = "body /lineItems/0/attestationAccepted";
    let mut numbered = order_of(SEATS, 1);
    numbered["billingCycle"] = json!(1);
    let pascal = json!({ "LineItems": [{ "LineItemNumber": 0, "OFFERID": SEATS, "Quantity": 1,
        "AttestationAccepted": [] }] });
    let huge = r#"{"lineItems":[{"lineItemNumber":0,"offerId":"CFQ7TTC0SB01:0002:CFQ7TTC0RK4D","quantity":1,
        "purchaseCommitment":{"amount":1e999,"currency":"usd","grain":"hourly"}}]}"#;
    for (body, problem) in [
        (
            with("attestationAccepted", json!("yes")).to_string(),
            format!("{attested}: {NOT_BOOLEAN}"),
        ),
        (pascal.to_string(), format!("{attested}: {NOT_BOOLEAN}")),
        (
            numbered.to_string(),
            format!("body /billingCycle: {NOT_TEXT}"),
        ),
        (
            huge.to_owned(),
            "body /lineItems/0/purchaseCommitment/amount: value cannot be read".to_owned(),
        ),
    ] {
        let json = "application/json";
        let reply = send(&simulator, ("POST", &path()), &[], json, body.as_bytes()).await;
        assert_unfit(&simulator, &reply, &problem);
    }
    assert_eq!(simulator.order_ids(FIRST), before);
}

#[tokio::test]
async fn a_change_outside_the_spec_is_not_made() {
    let simulator = Simulator::start().await.unwrap();
    let placed = place(&simulator, FIRST, &order_of(SOFTWARE, 1)).await;
    let order = format!("{}/{}", path(), placed["id"].as_str().unwrap());
    let line = json!({ "lineItemNumber": 0, "offerId": SOFTWARE, "friendlyName": 7 });
    let mut cancel = json!({ "status": "cancelled", "lineItems": [line] });
    let reply = send_json(&simulator, "PATCH", &order, &cancel).await;
    let problem = format!("body /lineItems/0/friendlyName: {NOT_TEXT}");
    assert_unfit(&simulator, &reply, &problem);
    let reply = send_json(&simulator, "PATCH", &order, &json!({ "status": 3 })).await;
    assert_unfit(&simulator, &reply, &format!("body /status: {NOT_TEXT}"));
    assert_eq!(get(&simulator, &order).await.json(), placed);
    cancel["lineItems"][0]["friendlyName"] = json!("seven");
    let reply = send_json(&simulator, "PATCH", &order, &cancel).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
}

#[tokio::test]
async fn a_switch_is_on_or_off() {
    let simulator = Simulator::start().await.unwrap();
    let order = format!("{}/{}", path(), simulator.order_ids(FIRST)[0]);
    for (target, name) in [
        (path(), "include_price"),
        (path(), "include_system_purchases"),
        (order, "include_price"),
    ] {
        for value in ["maybe", "", "1", "true%20", "on"] {
            let reply = get(&simulator, &format!("{target}?{name}={value}")).await;
            assert_unfit(&simulator, &reply, &format!("query {name}: {NOT_BOOLEAN}"));
        }
        let twice = get(&simulator, &format!("{target}?{name}=true&{name}=2")).await;
        assert_unfit(&simulator, &twice, &format!("query {name}: {NOT_BOOLEAN}"));
        for value in ["true", "True", "FALSE"] {
            let reply = get(&simulator, &format!("{target}?{name}={value}")).await;
            assert_eq!(reply.status, 200, "{value}");
            assert_eq!(problems(&simulator), [""; 0]);
        }
    }
}

#[tokio::test]
async fn a_header_has_its_type_unless_it_is_an_id() {
    let simulator = Simulator::start().await.unwrap();
    let header = ("ValidateMfa", "maybe");
    let reply = request(&simulator, "GET", &path(), &[AUTHORIZED, header]).await;
    let problem = format!("header ValidateMfa: {NOT_BOOLEAN}");
    assert_unfit(&simulator, &reply, &problem);
    let header = ("ValidateMfa", "true");
    let reply = request(&simulator, "GET", &path(), &[AUTHORIZED, header]).await;
    assert_eq!((reply.status, problems(&simulator)), (200, Vec::new()));
    // The service makes one up: nothing says that it refuses another.
    for name in ["MS-RequestId", "MS-CorrelationId"] {
        let reply = request(&simulator, "GET", &path(), &[AUTHORIZED, (name, "mine")]).await;
        assert_eq!(reply.status, 200);
        let problem = format!("request: header {name}: value is not a \"uuid\"");
        assert_eq!(problems(&simulator), [problem]);
    }
}

#[tokio::test]
async fn documents_are_not_taken_with_a_request_outside_the_spec() {
    let simulator = Simulator::start().await.unwrap();
    let waiting = order_of("DG7GMGF0D7FV:0003:DG7GMGF0D2G1", 1);
    let placed = place(&simulator, FIRST, &waiting).await;
    let order = format!("{}/{}", path(), placed["id"].as_str().unwrap());
    let form = "--b\r\nContent-Disposition: form-data; name=\"metadata\"\r\n\r\n\
        {\"customerPrice\":\"1\",\"currency\":\"USD\"}\r\n\
        --b\r\nContent-Disposition: form-data; name=\"POFiles\"; filename=\"a.pdf\"\r\n\r\n%PDF\r\n--b--\r\n";
    let headers = [("ValidateMfa", "maybe")];
    let target = format!("{order}/attachment");
    let multipart = "multipart/form-data; boundary=b";
    let call = ("POST", target.as_str());
    let reply = send(&simulator, call, &headers, multipart, form.as_bytes()).await;
    let problem = format!("header ValidateMfa: {NOT_BOOLEAN}");
    assert_unfit(&simulator, &reply, &problem);
    assert_eq!(get(&simulator, &order).await.json(), placed);
    let files = get(&simulator, &format!("{order}/attachments")).await;
    assert_eq!(files.json()["totalCount"], 0);
}

#[tokio::test]
async fn codes_of_other_checks_win_and_the_log_names_both() {
    let simulator = Simulator::start().await.unwrap();
    let mut order = with("attestationAccepted", json!("yes"));
    order["lineItems"][0]["quantity"] = json!(0);
    let reply = send_json(&simulator, "POST", &path(), &order).await;
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (400, &json!("900275"))
    );
    assert_eq!(
        problems(&simulator),
        [
            format!("request: body /lineItems/0/attestationAccepted: {NOT_BOOLEAN}"),
            "request: body /lineItems/0/quantity: value is less than the minimum of 1".to_owned(),
        ]
    );
    let order = format!("{}/{}", path(), simulator.order_ids(FIRST)[0]);
    for (target, status, code, problem) in [
        (
            format!("{order}/lineitems/x/activationlinks"),
            404,
            "1000",
            "path line_item_number: value is not of type \"integer\"",
        ),
        (
            "/v1/customers/contoso/orders".to_owned(),
            400,
            "900118",
            "path customer_id: value is not a \"uuid\"",
        ),
        (
            format!("/v1/customers/{FIRST}/subscriptions"),
            400,
            "800002",
            "query order_id: it is missing",
        ),
    ] {
        let reply = get(&simulator, &target).await;
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (status, &json!(code))
        );
        assert_eq!(problems(&simulator), [format!("request: {problem}")]);
    }
    // The price is computed last of all.
    let countrywide = "CFQ7TTC0SB12:0001:CFQ7TTC0RX4Q";
    let mut order = order_of(countrywide, 2_147_483_647);
    order["lineItems"][0]["attestationAccepted"] = json!("yes");
    let reply = send_json(&simulator, "POST", &path(), &order).await;
    assert_eq!(reply.json()["code"], "800017");
}

#[tokio::test]
async fn names_in_any_case_nulls_and_members_of_the_service_fit() {
    let simulator = Simulator::start().await.unwrap();
    let body = format!(
        r#"{{"Id":null,"ReferenceCustomerId":"{FIRST}","BillingCycle":"OneTime","CURRENCYCODE":null,
        "LineItems":[{{"LineItemNumber":0,"OfferId":"{SOFTWARE}","SubscriptionId":7,"FriendlyName":null,"Quantity":2,
        "AttestationAccepted":null,"attestationaccepted":true,"AdditionalPartnerIdsOnRecord":null,"RenewsTo":null,
        "ProvisioningContext":{{"Scope":"shared","none":null}},"Links":[],"Attributes":3}}],
        "CreationDate":[[[]]],"Status":1,"TotalPrice":1e999,"Links":{{"self":3}}}}"#
    );
    for body in [body.clone(), format!("\u{feff}{body}")] {
        let json = "application/json";
        let reply = send(&simulator, ("POST", &path()), &[], json, body.as_bytes()).await;
        assert_eq!((reply.status, problems(&simulator)), (201, Vec::new()));
    }
}

#[tokio::test]
async fn a_refusal_of_what_does_not_fit_is_remembered() {
    let simulator = Simulator::start().await.unwrap();
    let headers = [("MS-RequestId", REQUEST_ID)];
    let json = "application/json";
    let unfit = with("attestationAccepted", json!("yes")).to_string();
    let fit = order_of(SEATS, 1).to_string();
    for body in [unfit, fit] {
        let reply = send(
            &simulator,
            ("POST", &path()),
            &headers,
            json,
            body.as_bytes(),
        )
        .await;
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (400, &json!("800002"))
        );
    }
}

#[tokio::test]
async fn who_does_not_want_it_is_not_checked() {
    let simulator = Simulator::builder().unchecked().start().await.unwrap();
    let order = with("attestationAccepted", json!("yes"));
    let reply = send_json(&simulator, "POST", &path(), &order).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    let mut order = order_of(SEATS, 1);
    order["billingCycle"] = json!(1);
    let placed = place(&simulator, FIRST, &order).await;
    assert_eq!(placed["billingCycle"], "monthly");
    let headers = [AUTHORIZED, ("ValidateMfa", "x"), ("MS-RequestId", "x")];
    let target = format!("{}?include_price=maybe&include_system_purchases=", path());
    let reply = request(&simulator, "GET", &target, &headers).await;
    assert_eq!(
        (reply.status, &reply.json()["totalCount"]),
        (200, &json!(43))
    );
    let requests = simulator.requests();
    assert!(requests.iter().all(|request| request.problems().is_empty()));
}

#[tokio::test]
async fn what_a_fault_says_need_not_fit() {
    let simulator = Simulator::start().await.unwrap();
    for fault in [
        Fault::status(302),
        Fault::html(200),
        Fault::code(201, "nonsense"),
        Fault::unknown_word("id", "").after_change(),
        Fault::status(503).after_change(),
    ] {
        simulator.on_any().fault(fault);
        get(&simulator, &path()).await;
        assert_eq!(problems(&simulator), [""; 0]);
        simulator.clear_faults();
    }
}

#[tokio::test]
async fn what_does_not_fit_is_told_over_http_as_well() {
    let simulator = Simulator::start().await.unwrap();
    get(&simulator, &format!("{}?include_price=maybe", path())).await;
    let ask = "GET /_simulator/requests HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let log = exchange(&simulator, ask.as_bytes()).await.json();
    let expected = format!("request: query include_price: {NOT_BOOLEAN}");
    assert_eq!(log[0]["problems"], json!([expected]));
}
