//! What is sent for an order, and what is said before anything is sent?

use std::collections::BTreeSet;
use std::fmt::Write as _;

use partner_center_orders::{
    BillingCycle, CustomerId, Decimal, ErrorKind, NewLineItem, NewOrder, OrderStatus,
};
use partner_center_orders_tests::{CUSTOMER, Recorded, client, client_of, orders};
use partner_center_sim::Simulator;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::document::{assert_valid, document};
use crate::sent::{Untouched, snapshot, with_body};

const SEATS: &str = "CFQ7TTC0SB01:0002:CFQ7TTC0RK4D";
const OTHER_SEATS: &str = "CFQ7TTC0SB02:0001:CFQ7TTC0RL7W";
const RESERVATION: &str = "DZH318Z0SB13:001D:DZH318Z0RZ7N";
const SAVINGS_PLAN: &str = "DZH318Z0SB11:000B:DZH318Z0RW8M";
const AZURE: &str = "2f8c5a0e-7a53-4d41-9a0e-6f2f1d6f6f10";

/// The documented answer, as text.
fn placed() -> String {
    let document = document();
    let answer = "/paths/~1customers~1{customer_id}~1orders/post/responses/201/content/application~1json/examples/seats\
        /value";
    document.pointer(answer).unwrap().to_string()
}

/// The documented requests, by name.
fn examples() -> Vec<(String, Value)> {
    let document = document();
    let body = "/paths/~1customers~1{customer_id}~1orders/post/requestBody/content/application~1json/examples";
    let examples = document.pointer(body).unwrap().as_object().unwrap().clone();
    examples
        .into_iter()
        .map(|(name, mut example)| (name, example["value"].take()))
        .collect()
}

fn amount(digits: &str) -> Decimal {
    digits.parse().unwrap()
}

/// Seats with everything that can be said about them.
fn everything() -> NewOrder {
    let first = NewLineItem::new(SEATS, 25)
        .friendly_name("Sales \u{201c}north\u{201d}")
        .term_duration("P1Y")
        .renews_to("P1M")
        .custom_term_end_date("2024-07-31T00:00:00")
        .promotion("39NFJQT1PWDP:0007")
        .partner_id_on_record("5120041")
        .additional_partner_ids_on_record(["5847392", "5847393"])
        .attestation(true)
        .provisioning_context("region", "eu")
        .purchase_commitment(amount("12.50"), "EUR", "hourly");
    let second = NewLineItem::new(OTHER_SEATS, 1);
    NewOrder::new([first, second])
        .billing_cycle(BillingCycle::Monthly)
        .currency("EUR")
        .partner_on_record_attestation(true)
        .customer_user_upn("buyer@contoso.example")
}

fn reservation() -> NewOrder {
    let line = NewLineItem::reservation(RESERVATION, 2, AZURE, "shared", "1Year")
        .friendly_name("Two small machines, one year");
    NewOrder::new([line])
        .billing_cycle(BillingCycle::OneTime)
        .currency("USD")
}

fn savings_plan(hourly: &str) -> NewOrder {
    let line = NewLineItem::savings_plan(SAVINGS_PLAN, "P1Y", amount(hourly), "usd")
        .provisioning_context("scope", "shared")
        .provisioning_context("subscriptionId", "77e2b6c3-1d1f-4a5b-8e0b-0d3c1c0c6d21");
    NewOrder::new([line]).billing_cycle(BillingCycle::OneTime)
}

fn indirect() -> NewOrder {
    let line = NewLineItem::new(SEATS, 10)
        .term_duration("P1Y")
        .partner_id_on_record("5120041")
        .additional_partner_ids_on_record(["5847392"]);
    NewOrder::new([line])
        .billing_cycle(BillingCycle::Annual)
        .partner_on_record_attestation(true)
}

/// An amount with thirty digits, and others that a binary number would change.
const AMOUNTS: [&str; 4] = ["0.35", "123456789012345678901234567890.12", "0.10", "1e-7"];

#[tokio::test]
async fn what_is_sent_for_each_kind_of_order() {
    let server = Recorded::json([placed()]);
    let partner = client(server.base_url());
    let mut kinds = vec![
        ("seats", NewOrder::new([NewLineItem::new(SEATS, 1)])),
        ("everything", everything()),
        ("reservation", reservation()),
        ("indirect reseller", indirect()),
    ];
    kinds.extend(AMOUNTS.map(|hourly| ("savings plan", savings_plan(hourly))));
    for (name, order) in &kinds {
        let sent = orders(&partner).create(order.clone()).send().await;
        sent.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    let mut shown = String::new();
    for ((name, _), sent) in kinds.iter().zip(server.sent()) {
        write!(shown, "== {name}\n{}\n", with_body(&sent)).unwrap();
        let body: Value = serde_json::from_slice(&sent.body).unwrap();
        assert_valid("NewOrder", &body);
        assert_eq!(body["referenceCustomerId"], CUSTOMER, "{name}");
    }
    snapshot("create_order.sent", shown);
    for (sent, digits) in server.sent()[4..].iter().zip(AMOUNTS) {
        let body = std::str::from_utf8(&sent.body).unwrap();
        let amount = format!(r#""amount":{digits},"#);
        assert!(body.contains(&amount), "{digits}");
    }
}

/// There is a way to send every member that may be sent, and none to send another.
#[tokio::test]
async fn exactly_the_writable_members_can_be_sent() {
    let partner = Untouched::start().partner;
    let preview = orders(&partner).create(everything()).preview().await;
    let sent: Value = serde_json::from_slice(preview.unwrap().body()).unwrap();
    let document = document();
    let schemas = &document["components"]["schemas"];
    let names = |object: &Value| -> BTreeSet<String> {
        object.as_object().unwrap().keys().cloned().collect()
    };
    for (schema, object) in [
        ("NewOrder", &sent),
        ("NewOrderLineItem", &sent["lineItems"][0]),
        ("RenewalTerm", &sent["lineItems"][0]["renewsTo"]),
        (
            "PurchaseCommitment",
            &sent["lineItems"][0]["purchaseCommitment"],
        ),
    ] {
        assert_eq!(
            names(object),
            names(&schemas[schema]["properties"]),
            "{schema}"
        );
    }
}

#[tokio::test]
async fn the_documents_orders_are_read_sent_as_they_stand_and_placed() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    for (name, example) in examples() {
        let order = NewOrder::from_json(&example.to_string()).unwrap();
        let create = orders(&partner).create(order);
        let preview = create.clone().preview().await.unwrap();
        let sent: Value = serde_json::from_slice(preview.body()).unwrap();
        assert_eq!(sent, example, "{name}");
        let placed = create.send().await.unwrap();
        assert_eq!(placed.status(), 201, "{name}");
        assert_eq!(placed.body().status, Some(OrderStatus::Pending), "{name}");
        assert!(
            simulator
                .order_ids(CUSTOMER)
                .contains(&placed.body().id.to_string())
        );
    }
}

/// The setters lead to the documented requests, member by member.
#[tokio::test]
async fn built_orders_are_the_documented_ones() {
    let partner = Untouched::start().partner;
    let seats = NewLineItem::new(SEATS, 25)
        .friendly_name("Business Premium for the sales team")
        .term_duration("P1Y");
    let seats = NewOrder::new([seats])
        .billing_cycle(BillingCycle::Monthly)
        .partner_on_record_attestation(true);
    let built = [
        ("indirect_reseller", indirect()),
        ("reservation", reservation()),
        ("savings_plan", savings_plan("0.35")),
        ("seats", seats),
    ];
    let mut examples = examples();
    examples.sort_by(|one, other| one.0.cmp(&other.0));
    assert_eq!(examples.len(), built.len());
    for ((name, order), (example, wanted)) in built.into_iter().zip(examples) {
        assert_eq!(name, example);
        let preview = orders(&partner).create(order).preview().await.unwrap();
        let sent: Value = serde_json::from_slice(preview.body()).unwrap();
        assert_eq!(sent, wanted, "{name}");
    }
}

#[tokio::test]
async fn what_the_simulator_stores_is_what_was_meant() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    for digits in AMOUNTS {
        let placed = orders(&partner).create(savings_plan(digits)).send().await;
        let placed = placed.unwrap().into_body();
        let read = orders(&partner).order(&placed.id).get().send().await;
        let read = read.unwrap().into_body();
        assert_eq!(read, placed);
        let commitment = read.line_items()[0].purchase_commitment.clone().unwrap();
        assert_eq!(commitment.amount.unwrap().as_str(), digits);
    }
    let order = everything().currency("USD");
    let placed = orders(&partner).create(order).send().await.unwrap();
    let line = &placed.body().line_items()[0];
    assert_eq!(line.promotion_id.as_deref(), Some("39NFJQT1PWDP:0007"));
    assert_eq!(
        line.custom_term_end_date.as_ref().unwrap().as_str(),
        "2024-07-31T00:00:00"
    );
    assert_eq!(
        line.friendly_name.as_deref(),
        Some("Sales \u{201c}north\u{201d}")
    );
}

#[tokio::test]
async fn an_answer_of_201_or_200_is_an_order_with_or_without_a_mark() {
    let mark: &[u8] = b"\xef\xbb\xbf";
    for status in [200, 201] {
        for before in [mark, b""] {
            let body = [before, placed().as_bytes()].concat();
            let json = vec![("content-type", "application/json; charset=utf-8".to_owned())];
            let server = Recorded::start(vec![(status, json, body)]);
            let partner = client(server.base_url());
            let answer = orders(&partner).create(indirect()).send().await.unwrap();
            assert_eq!(answer.status().as_u16(), status);
            assert_eq!(answer.body().id.as_str(), "5cf72f14a001");
            assert_eq!(answer.raw_body(), Some(placed().as_bytes()));
        }
    }
}

#[tokio::test]
async fn the_customer_of_the_path_is_the_customer_of_the_order() {
    let untouched = Untouched::start();
    let with = |customer: &str| {
        let order = json!({ "referenceCustomerId": customer, "lineItems":
            [{ "lineItemNumber": 0, "offerId": SEATS, "quantity": 1 }] });
        NewOrder::from_json(&order.to_string()).unwrap()
    };
    for same in [CUSTOMER.to_owned(), CUSTOMER.to_uppercase()] {
        let preview = orders(&untouched.partner).create(with(&same)).preview();
        let sent: Value = serde_json::from_slice(preview.await.unwrap().body()).unwrap();
        assert_eq!(sent["referenceCustomerId"], CUSTOMER);
    }
    let [_, other] = Simulator::CUSTOMERS;
    for other in [other, "", "contoso.example", &CUSTOMER.replace('-', "")] {
        let create = orders(&untouched.partner).create(with(other));
        let wanted = "referenceCustomerId must be b0d70a69-4c42-4b27-b17b-91a835d8686a, the customer that the request is for";
        for error in [
            create.clone().preview().await.unwrap_err(),
            create.send().await.unwrap_err(),
        ] {
            assert_eq!(untouched.said(&error), wanted);
        }
    }
    // The same order can be meant for somebody else.
    let customer: CustomerId = other.parse().unwrap();
    let orders = untouched.partner.customer(customer).orders();
    assert!(orders.create(with(other)).preview().await.is_ok());
}

#[tokio::test]
async fn a_preview_is_what_is_sent() {
    let server = Recorded::json([placed()]);
    let partner = client(server.base_url());
    let id = Uuid::from_u128(7);
    let create = orders(&partner).create(everything());
    let preview = create.clone().request_id(id).preview().await.unwrap();
    assert_eq!(server.sent().len(), 0);
    create.request_id(id).send().await.unwrap();
    let sent = &server.sent()[0];
    assert_eq!(
        sent.line,
        format!("{} {}", preview.method(), preview.path())
    );
    assert_eq!(sent.body, preview.body());
    for (name, value) in preview.headers() {
        assert_eq!(sent.header(name.as_str()), value.to_str().ok(), "{name}");
    }
    assert_eq!(preview.headers()["ms-requestid"], id.to_string().as_str());
    assert!(!preview.headers().contains_key("authorization"));
    // What is made up on sending is not in it, and the body not in its `Debug`.
    let preview = orders(&partner)
        .create(everything())
        .preview()
        .await
        .unwrap();
    assert!(!preview.headers().contains_key("ms-requestid"));
    assert!(!format!("{preview:?}").contains("Sales"));
}

/// What is wrong, in whole sentences, for orders that can be built.
#[tokio::test]
async fn a_wrong_order_is_refused_before_it_is_sent() {
    let seats = || NewLineItem::new(SEATS, 1);
    let one = |line: NewLineItem| NewOrder::new([line]);
    let order = || one(seats());
    let plan = |amount: &str, currency: &str, grain: &str| {
        one(seats().purchase_commitment(self::amount(amount), currency, grain))
    };
    let second = |line: NewLineItem| NewOrder::new([seats(), line]);
    let rows = [
        (
            NewOrder::new([]),
            "lineItems is empty: an order has at least one line item",
        ),
        (
            order().billing_cycle(BillingCycle::Unknown),
            "billingCycle must not be unknown: leave it out, or say none for a trial",
        ),
        (order().billing_cycle(" ".into()), "billingCycle is blank"),
        (
            order().currency("US"),
            "currencyCode must be a code of three letters, such as USD",
        ),
        (
            order().currency("US$"),
            "currencyCode must be a code of three letters, such as USD",
        ),
        (
            order().currency("\u{20ac}"),
            "currencyCode must be a code of three letters, such as USD",
        ),
        (
            one(NewLineItem::new("", 1)),
            "lineItems[0].offerId is blank",
        ),
        (
            second(NewLineItem::new(" \t", 1)),
            "lineItems[1].offerId is blank",
        ),
        (
            second(NewLineItem::new(SEATS, 0)),
            "lineItems[1].quantity must be at least 1, not 0",
        ),
        (
            one(NewLineItem::new(SEATS, i32::MIN)),
            "lineItems[0].quantity must be at least 1, not -2147483648",
        ),
        (
            one(seats().friendly_name(" ")),
            "lineItems[0].friendlyName is blank",
        ),
        (
            one(seats().term_duration("")),
            "lineItems[0].termDuration is blank",
        ),
        (
            one(seats().promotion("")),
            "lineItems[0].promotionId is blank",
        ),
        (
            one(seats().partner_id_on_record("")),
            "lineItems[0].partnerIdOnRecord is blank",
        ),
        (
            one(seats().additional_partner_ids_on_record(["1", "2", "3", "4", "5", "6"])),
            "lineItems[0].additionalPartnerIdsOnRecord has 6 entries; there may be 5",
        ),
        (
            one(seats().additional_partner_ids_on_record(["1", " "])),
            "lineItems[0].additionalPartnerIdsOnRecord is blank",
        ),
        (
            one(seats().provisioning_context("", "x")),
            "lineItems[0].provisioningContext is blank",
        ),
        (
            one(seats().provisioning_context("scope", "")),
            "lineItems[0].provisioningContext.scope is blank",
        ),
        (
            one(seats().renews_to("")),
            "lineItems[0].renewsTo.termDuration is blank",
        ),
        (
            one(seats().custom_term_end_date("2024-02-30T00:00:00Z")),
            "lineItems[0].customTermEndDate is no time: write it as 2026-11-30T00:00:00Z",
        ),
        (
            plan("0", "USD", "hourly"),
            "lineItems[0].purchaseCommitment.amount must be a number above 0",
        ),
        (
            plan("-0.35", "USD", "hourly"),
            "lineItems[0].purchaseCommitment.amount must be a number above 0",
        ),
        (
            plan("1e999", "USD", "hourly"),
            "lineItems[0].purchaseCommitment.amount must be a number above 0",
        ),
        (
            plan("0.35", "dollar", "hourly"),
            "lineItems[0].purchaseCommitment.currency must be a code of three letters, such as USD",
        ),
        (
            plan("0.35", "USD", ""),
            "lineItems[0].purchaseCommitment.grain is blank",
        ),
        (
            order().customer_user_upn(" "),
            "x-ms-customeruser-upn is blank",
        ),
        (
            one(seats().provisioning_context("a\nb", "")),
            "lineItems[0].provisioningContext.a\\nb is blank",
        ),
        (
            order().customer_user_upn("a@b\r\nx: y"),
            "x-ms-customeruser-upn has characters that cannot be sent in a header",
        ),
        (
            order().customer_user_upn("m\u{fc}ller@contoso.example"),
            "x-ms-customeruser-upn has characters that cannot be sent in a header",
        ),
    ];
    let untouched = Untouched::start();
    for (order, wanted) in rows {
        let create = orders(&untouched.partner).create(order.clone());
        for error in [
            order.check().unwrap_err(),
            create.clone().preview().await.unwrap_err(),
            create.send().await.unwrap_err(),
        ] {
            assert_eq!(untouched.said(&error), wanted);
        }
    }
    // What is close to wrong and is not.
    let lines = [
        seats().additional_partner_ids_on_record(["1", "2", "3", "4", "5"]),
        seats().custom_term_end_date("2024-07-31T00:00:00"),
        seats().purchase_commitment(amount("0.05"), "usd", "hourly"),
        NewLineItem::new("MS-AZR-0146P", i32::MAX),
    ];
    let order = NewOrder::new(lines)
        .billing_cycle("weekly".into())
        .currency("zzz");
    order.check().unwrap();
}

/// The numbers of lines that were read. An order that is built has the right ones.
#[tokio::test]
async fn lines_are_numbered_from_0_without_gap() {
    let untouched = Untouched::start();
    let numbered = |numbers: &[i64]| {
        let line =
            |number: &i64| json!({ "lineItemNumber": number, "offerId": SEATS, "quantity": 1 });
        let lines: Vec<Value> = numbers.iter().map(line).collect();
        NewOrder::from_json(&json!({ "lineItems": lines }).to_string()).unwrap()
    };
    for (wrong, last) in [
        (&[1][..], 0),
        (&[-1], 0),
        (&[0, 0], 1),
        (&[1, 2], 1),
        (&[0, 2], 1),
        (&[0, 1, 1], 2),
        (&[2, 0, 3], 2),
        (&[0, 1, 2_147_483_647], 2),
    ] {
        let error = orders(&untouched.partner)
            .create(numbered(wrong))
            .send()
            .await;
        let wanted =
            format!("lineItems: the members lineItemNumber must be 0 to {last}, each once");
        assert_eq!(untouched.said(&error.unwrap_err()), wanted, "{wrong:?}");
    }
    for right in [&[0][..], &[0, 1], &[1, 0], &[2, 0, 1]] {
        numbered(right).check().unwrap();
    }
    let built = NewOrder::new([1, 2, 3].map(|quantity| NewLineItem::new(SEATS, quantity)));
    let preview = orders(&untouched.partner).create(built).preview().await;
    let sent: Value = serde_json::from_slice(preview.unwrap().body()).unwrap();
    for number in 0..3 {
        assert_eq!(sent["lineItems"][number]["lineItemNumber"], number);
        assert_eq!(sent["lineItems"][number]["quantity"], number + 1);
    }
}

const LINE: &str = r#"{"lineItemNumber":0,"offerId":"o","quantity":1}"#;

/// An order with one line that has this member as well.
fn with(member: &str) -> String {
    format!(r#"{{"lineItems":[{{"lineItemNumber":0,"offerId":"o","quantity":1,{member}}}]}}"#)
}

/// What a person may get wrong in a file, and what they are told.
#[test]
fn an_order_that_cannot_be_read_says_where() {
    let untouched = Untouched::start();
    let deep = format!(r#"{{"lineItems":{}{}}}"#, "[".repeat(200), "]".repeat(200));
    let deep_amount = with(&format!(
        r#""purchaseCommitment":{{"amount":{}{},"currency":"usd","grain":"hourly"}}"#,
        "[".repeat(100_000),
        "]".repeat(100_000)
    ));
    let with_line =
        |before: &str, after: &str| format!(r#"{{{before}"lineItems":[{LINE}]{after}}}"#);
    let texts = [
        // No object.
        String::new(),
        " \n".to_owned(),
        "null".to_owned(),
        "\"order\"".to_owned(),
        format!("[{LINE}]"),
        r#"[null,null,[],null,null]"#.to_owned(),
        // No JSON, or more than one.
        r#"{"lineItems":["#.to_owned(),
        r#"{"lineItems":[],}"#.to_owned(),
        with_line("", "") + "x",
        with_line("", "") + "{}",
        "\u{feff}\u{feff}".to_owned() + &with_line("", ""),
        deep,
        deep_amount,
        with(r#""purchaseCommitment":{"amount":1e999,"currency":"usd","grain":"hourly"}"#),
        // Something is missing, or of another type.
        "{}".to_owned(),
        r#"{"lineItems":null}"#.to_owned(),
        r#"{"lineItems":{}}"#.to_owned(),
        r#"{"lineItems":[{"lineItemNumber":0,"offerId":"o"}]}"#.to_owned(),
        r#"{"lineItems":[{"lineItemNumber":0,"offerId":"o","quantity":"1"}]}"#.to_owned(),
        r#"{"lineItems":[{"lineItemNumber":0,"offerId":"o","quantity":1.0}]}"#.to_owned(),
        r#"{"lineItems":[{"lineItemNumber":0,"offerId":"o","quantity":3000000000}]}"#.to_owned(),
        r#"{"lineItems":[{"lineItemNumber":0,"offerId":7,"quantity":1}]}"#.to_owned(),
        with(r#""additionalPartnerIdsOnRecord":["1",null]"#),
        with(r#""additionalPartnerIdsOnRecord":"1""#),
        with(r#""provisioningContext":{"scope":null}"#),
        with(r#""provisioningContext":{"scope":1}"#),
        with(r#""attestationAccepted":"true""#),
        // Read all the same by what reads answers.
        with_line(r#""billingCycle":1,"#, ""),
        with_line(r#""billingCycle":true,"#, ""),
        with(r#""customTermEndDate":20240731"#),
        with(r#""renewsTo":["P1Y"]"#),
        with(r#""purchaseCommitment":[0.35,"usd","hourly"]"#),
        r#"{"lineItems":[[[],null,null,null,0,"o",null,null,{},null,1,null,null]]}"#.to_owned(),
        // Members that are not there to be sent.
        with_line(r#""status":"none","#, ""),
        with_line(r#""status":null,"id":null,"#, ""),
        with_line(r#""LineItems":[],"currencycode":"USD","#, ""),
        with(r#""subscriptionId":"s","parentSubscriptionId":"p""#),
        with(r#""renewsTo":{"termDuration":"P1Y","promotionId":"p"}"#),
        with(r#""purchaseCommitment":{"amount":1,"currency":"usd","grain":"hourly","total":2}"#),
        // Members that are there twice.
        with_line("", r#","lineItems":[]"#),
        with_line(r#""currencyCode":"USD","#, r#","currencyCode":"USD""#),
        with(r#""quantity":1000"#),
        with(r#""provisioningContext":{"scope":"shared","duration":"1Year","scope":"single"}"#),
        with(r#""renewsTo":{"termDuration":"P1Y","termDuration":null}"#),
        with_line(r#""odd":1,"#, r#","odd":2"#),
        // An error is one line, whatever a member is called.
        with_line(r#""a\nb":1,"#, ""),
        with(r#""provisioningContext":{"a\nb":"1","a\nb":"2"}"#),
        with(r#""provisioningContext":{"a\nb":1}"#),
    ];
    let mut shown = String::new();
    for text in texts {
        let error = NewOrder::from_json(&text).unwrap_err();
        let said = untouched.said(&error);
        let text: String = if text.len() > 200 {
            format!("{}.. ({} bytes)", &text[..80], text.len())
        } else {
            text
        };
        writeln!(shown, "{text:?}\n  {said}").unwrap();
    }
    snapshot("create_order.unreadable", shown);
}

#[test]
fn what_says_nothing_may_be_there() {
    let plain = NewOrder::from_json(&format!(r#"{{"lineItems":[{LINE}]}}"#)).unwrap();
    for text in [
        format!("\u{feff}{{\"lineItems\":[{LINE}]}}"),
        format!("\n {{ \"lineItems\" : [ {LINE} ] }} \n"),
        format!(r#"{{"billingCycle":null,"currencyCode":null,"lineItems":[{LINE}]}}"#),
        with(r#""renewsTo":null,"additionalPartnerIdsOnRecord":[],"provisioningContext":{}"#),
        with(r#""friendlyName":null"#),
    ] {
        let read = NewOrder::from_json(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(read, plain, "{text}");
    }
    // A word in any letter case is the word.
    let cycle = format!(r#"{{"billingCycle":"OneTime","lineItems":[{LINE}]}}"#);
    let read = NewOrder::from_json(&cycle).unwrap();
    assert_eq!(read, plain.billing_cycle(BillingCycle::OneTime));
}

/// Values are for `check`, so that a file can be read first and mended then.
#[tokio::test]
async fn wrong_values_that_only_a_file_can_have() {
    let untouched = Untouched::start();
    for (text, wanted) in [
        (
            with(r#""purchaseCommitment":{}"#),
            "lineItems[0].purchaseCommitment.amount must be a number above 0",
        ),
        (
            with(r#""purchaseCommitment":{"amount":"0.35","currency":"usd","grain":"hourly"}"#),
            "lineItems[0].purchaseCommitment.amount must be a number above 0",
        ),
        (
            with(r#""purchaseCommitment":{"amount":0.35,"grain":"hourly"}"#),
            "lineItems[0].purchaseCommitment.currency must be a code of three letters, such as USD",
        ),
        (
            with(r#""purchaseCommitment":{"amount":0.35,"currency":"usd"}"#),
            "lineItems[0].purchaseCommitment.grain is blank",
        ),
        (
            with(r#""renewsTo":{}"#),
            "lineItems[0].renewsTo.termDuration is blank",
        ),
        (
            r#"{"lineItems":[]}"#.to_owned(),
            "lineItems is empty: an order has at least one line item",
        ),
    ] {
        let order = NewOrder::from_json(&text).unwrap();
        let error = orders(&untouched.partner).create(order).send().await;
        assert_eq!(untouched.said(&error.unwrap_err()), wanted, "{text}");
    }
}

/// Nothing that the simulator refuses for its form passes unseen.
#[tokio::test]
async fn what_an_offer_allows_is_the_services_to_say() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let before = simulator.order_ids(CUSTOMER).len();
    for (order, code) in [
        (NewOrder::new([NewLineItem::new("no offer", 1)]), "800004"),
        (
            NewOrder::new([NewLineItem::new(SEATS, 1)]).currency("JPY"),
            "900169",
        ),
        (
            NewOrder::new([NewLineItem::new(SEATS, 1).partner_id_on_record("5120041")]),
            "900206",
        ),
        (
            NewOrder::new([NewLineItem::new(SEATS, 1).custom_term_end_date("2024-07-30T00:00:00")]),
            "900242",
        ),
        (NewOrder::new([NewLineItem::new(SAVINGS_PLAN, 1)]), "800002"),
    ] {
        let error = orders(&partner).create(order).send().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Service);
        assert_eq!(error.code(), Some(code), "{error:?}");
    }
    assert_eq!(simulator.order_ids(CUSTOMER).len(), before);
}
