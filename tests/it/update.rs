//! What is sent for a change of an order, and what comes of it?

use std::collections::BTreeSet;
use std::fmt::Write as _;

use partner_center_orders::{
    BillingCycle, CustomerId, Delivery, Error, ErrorKind, NewLineItem, NewOrder, Order, OrderPatch,
    OrderStatus, Orders, PartnerCenter, PatchLineItem, UpdateOrder,
};
use partner_center_orders_tests::{CUSTOMER, Recorded, client, client_of, orders};
use partner_center_sim::Simulator;
use serde_json::{Value, json};

use crate::document::{assert_valid_by, document, validator};
use crate::sent::{Untouched, snapshot, with_body};

const ORDER: &str = "5cf72f14a001";
const SEATS: &str = "CFQ7TTC0SB01:0002:CFQ7TTC0RK4D";
const SOFTWARE: &str = "DG7GMGF0SB09:0005:DG7GMGF0RT6V";
const ACCESS: &str = "DG7GMGF0SB10:0007:DG7GMGF0RV2J";
const RESERVATION: &str = "DZH318Z0SB13:001D:DZH318Z0RZ7N";
const SAVINGS_PLAN: &str = "DZH318Z0SB11:000B:DZH318Z0RW8M";
const MARKETPLACE: &str = "DZH318Z0SB07:0008:DZH318Z0RR5T";
const LEGACY: &str = "031C9E47-4802-4248-838E-778FB1D2CC05";
const ADD_ON: &str = "7a2c4e68-91d4-4f8a-8b3e-0e5d6c7b8a21";
const MINUTE: std::time::Duration = std::time::Duration::from_secs(60);

/// A legacy order of one line of the simulator's second customer, paid monthly.
const MONTHLY: &str = "34828C05-C16C-4D6F-9CFC-4D2650EF19A1";

/// The documented bodies of a change, by name.
fn examples(pointer: &str) -> Value {
    let document = document();
    let patch = &document["paths"]["/customers/{customer_id}/orders/{order_id}"]["patch"];
    patch.pointer(pointer).unwrap()["content"]["application/json"]["examples"].clone()
}

/// The documented answer to an add-on: a legacy order, with an etag.
fn answered() -> Value {
    examples("/responses/200")["add_on"]["value"].clone()
}

fn read(order: &Value) -> Order {
    serde_json::from_str(&order.to_string()).unwrap()
}

/// Every kind of change, by name.
fn changes<'c>(partner: &'c PartnerCenter) -> Vec<(&'static str, UpdateOrder<'c>)> {
    let order = orders(partner).order(ORDER);
    let line = || PatchLineItem::new(1, ACCESS);
    let legacy = read(&answered());
    let first = PatchLineItem::of(&legacy.line_items()[0]).unwrap();
    let full = PatchLineItem::new(0, LEGACY)
        .quantity(12)
        .subscription("1a7c9f52-3a36-4c0e-8f7b-5b1f5f0f7d31")
        .friendly_name("Mailboxes \u{201c}north\u{201d}")
        .partner_id_on_record("5120041");
    let parent = "1a7c9f52-3a36-4c0e-8f7b-5b1f5f0f7d31";
    let two = [
        PatchLineItem::add_on(ADD_ON, parent, 2).friendly_name("Archive for the mailboxes"),
        PatchLineItem::add_on(ADD_ON, parent, 1),
    ];
    let cycle = BillingCycle::Annual;
    vec![
        ("cancel", order.cancel()),
        (
            "cancel a line",
            order.update(OrderPatch::cancellation([line()])),
        ),
        ("add on", order.add_on(ADD_ON, parent, 2)),
        ("two add-ons", order.update(OrderPatch::add_on(two))),
        ("billing cycle", order.change_billing_cycle(cycle, [first])),
        (
            "a line",
            order.update(OrderPatch::default().line_item(full)),
        ),
        (
            "an order that was read",
            orders(partner)
                .order(&legacy.id)
                .update(OrderPatch::from(&legacy)),
        ),
        ("with an etag", order.cancel().if_match("v1")),
    ]
}

#[tokio::test]
async fn what_is_sent_for_each_kind_of_change() {
    let marked = format!("\u{feff}{}", answered());
    let server = Recorded::json([marked]);
    let partner = client(server.base_url());
    let changes = changes(&partner);
    let names: Vec<_> = changes.iter().map(|(name, _)| *name).collect();
    for (name, change) in changes {
        let changed = change.send().await;
        let changed = changed.unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(changed.body(), &read(&answered()));
    }
    let mut shown = String::new();
    let (validator, mut members) = (validator("OrderPatch"), [(); 2].map(|()| BTreeSet::new()));
    for (name, sent) in names.into_iter().zip(server.sent()) {
        write!(shown, "== {name}\n{}\n", with_body(&sent)).unwrap();
        let body: Value = serde_json::from_slice(&sent.body).unwrap();
        assert_valid_by(&validator, "OrderPatch", &body);
        members[0].extend(body.as_object().unwrap().keys().cloned());
        for line in body["lineItems"].as_array().into_iter().flatten() {
            members[1].extend(line.as_object().unwrap().keys().cloned());
        }
    }
    snapshot("update_order.sent", shown);
    // There is a way to send every member that may be sent, and none to send another.
    let document = document();
    for (schema, members) in ["OrderPatch", "OrderPatchLineItem"]
        .into_iter()
        .zip(members)
    {
        let known = &document["components"]["schemas"][schema]["properties"];
        let known: BTreeSet<String> = known.as_object().unwrap().keys().cloned().collect();
        assert_eq!(members, known, "{schema}");
    }
}

#[tokio::test]
async fn the_documents_changes_are_read_and_sent_as_they_stand() {
    let partner = Untouched::start().partner;
    let examples = examples("/requestBody");
    for (name, example) in examples.as_object().unwrap() {
        let example = &example["value"];
        let patch = OrderPatch::from_json(&example.to_string()).unwrap();
        let id = example["id"].as_str().unwrap_or(ORDER);
        let preview = orders(&partner).order(id).update(patch).preview().await;
        let sent: Value = serde_json::from_slice(preview.unwrap().body()).unwrap();
        assert_eq!(&sent, example, "{name}");
    }
    assert!(examples.as_object().unwrap().len() > 3);
}

/// The named calls lead to the documented requests, member by member.
#[tokio::test]
async fn named_changes_are_the_documented_ones() {
    let partner = Untouched::start().partner;
    let examples = examples("/requestBody");
    let parent = "1a7c9f52-3a36-4c0e-8f7b-5b1f5f0f7d31";
    let archive =
        PatchLineItem::add_on(ADD_ON, parent, 2).friendly_name("Archive for the mailboxes");
    let mailboxes = PatchLineItem::new(0, "3f0b1d57-50c2-4b6e-9c55-7c1f4f3f2a10")
        .subscription(parent)
        .quantity(9);
    let order = |name: &str| {
        let id = examples[name]["value"]["id"].as_str().unwrap_or(ORDER);
        orders(&partner).order(id)
    };
    for (name, change) in [
        (
            "add_on",
            order("add_on").update(OrderPatch::add_on([archive])),
        ),
        (
            "billing_cycle",
            order("billing_cycle").change_billing_cycle(BillingCycle::Annual, [mailboxes]),
        ),
        ("cancel", order("cancel").cancel()),
        (
            "cancel_line",
            order("cancel_line").update(OrderPatch::cancellation([PatchLineItem::new(1, ACCESS)])),
        ),
    ] {
        let sent = change.preview().await.unwrap();
        let sent: Value = serde_json::from_slice(sent.body()).unwrap();
        assert_eq!(sent, examples[name]["value"], "{name}");
    }
}

#[tokio::test]
async fn a_preview_is_what_is_sent() {
    let server = Recorded::json([answered().to_string()]);
    let partner = client(server.base_url());
    for (name, change) in changes(&partner) {
        let preview = change.clone().preview().await.unwrap();
        let before = server.sent().len();
        change.send().await.unwrap();
        let sent = &server.sent()[before];
        assert_eq!(sent.line, format!("PATCH {}", preview.path()), "{name}");
        assert_eq!(sent.body, preview.body(), "{name}");
        for (key, value) in preview.headers() {
            assert_eq!(sent.header(key.as_str()), value.to_str().ok(), "{name}");
        }
    }
    assert_eq!(server.sent().len(), 8);
}

#[tokio::test]
async fn an_etag_is_sent_in_quotes_or_not_at_all() {
    let untouched = Untouched::start();
    let with = |etag: &str| {
        orders(&untouched.partner)
            .order(ORDER)
            .cancel()
            .if_match(etag)
    };
    for etag in ["a+b/c=", "\"a+b/c=\"", " \"a+b/c=\"\n"] {
        let preview = with(etag).preview().await.unwrap();
        assert_eq!(preview.headers()["if-match"], "\"a+b/c=\"", "{etag:?}");
    }
    let order = orders(&untouched.partner).order(ORDER);
    let preview = order.cancel().preview().await.unwrap();
    assert!(!preview.headers().contains_key("if-match"));
    for (etag, wanted) in [
        ("", "If-Match is blank"),
        ("\" \"", "If-Match is blank"),
        ("\"\"", "If-Match is blank"),
        ("W/\"v1\"", "If-Match must be one etag"),
        ("\"v1\", \"v2\"", "If-Match must be one etag"),
        ("*", "If-Match must be one etag"),
        (
            "v1\r\nx: y",
            "If-Match has characters that cannot be sent in a header",
        ),
        (
            "v\u{e9}",
            "If-Match has characters that cannot be sent in a header",
        ),
    ] {
        for error in [
            with(etag).preview().await.unwrap_err(),
            with(etag).send().await.unwrap_err(),
        ] {
            assert_eq!(untouched.said(&error), wanted, "{etag:?}");
        }
    }
}

/// What is wrong, in whole sentences.
#[tokio::test]
async fn a_wrong_change_is_refused_before_it_is_sent() {
    let untouched = Untouched::start();
    let line = || PatchLineItem::new(0, LEGACY);
    let one = |line: PatchLineItem| OrderPatch::default().line_item(line);
    let add_on = |quantity| PatchLineItem::add_on(ADD_ON, "s", quantity);
    let cycle =
        |lines: Vec<PatchLineItem>| OrderPatch::billing_cycle_change(BillingCycle::Annual, lines);
    let read = |json: Value| OrderPatch::from_json(&json.to_string()).unwrap();
    let numbered = "must be a number from 0 on that no other line has, not";
    let rows = [
        (OrderPatch::default(), "the change is empty".to_owned()),
        (
            read(json!({ "id": ORDER })),
            "the change is empty".to_owned(),
        ),
        (
            OrderPatch::add_on([]),
            "lineItems is empty: say which add-on to buy".to_owned(),
        ),
        (
            cycle(vec![]),
            "lineItems is empty: say for which line items the billing cycle changes".to_owned(),
        ),
        // A search that found nothing must not cancel everything.
        (
            OrderPatch::cancellation([]),
            "lineItems is empty: say which line items to cancel, or cancel the order".to_owned(),
        ),
        (
            read(json!({ "status": "completed" })),
            "status can be changed to cancelled only, not to \"completed\"".to_owned(),
        ),
        (
            read(json!({ "status": "" })),
            "status can be changed to cancelled only, not to \"\"".to_owned(),
        ),
        (
            OrderPatch::default().billing_cycle(BillingCycle::Unknown),
            "billingCycle must not be unknown".to_owned(),
        ),
        (
            OrderPatch::default().billing_cycle("".into()),
            "billingCycle is blank".to_owned(),
        ),
        (
            one(PatchLineItem::new(-1, LEGACY)),
            format!("lineItems[0].lineItemNumber {numbered} -1"),
        ),
        (
            one(line()).line_item(line()),
            format!("lineItems[1].lineItemNumber {numbered} 0"),
        ),
        (
            one(PatchLineItem::new(3, " ")),
            "lineItems[0].offerId is blank".to_owned(),
        ),
        (
            one(line().quantity(-1)),
            "lineItems[0].quantity must be at least 0, not -1".to_owned(),
        ),
        (
            one(line().subscription("")),
            "lineItems[0].subscriptionId is blank".to_owned(),
        ),
        (
            one(line().friendly_name("")),
            "lineItems[0].friendlyName is blank".to_owned(),
        ),
        (
            one(line().partner_id_on_record(" ")),
            "lineItems[0].partnerIdOnRecord is blank".to_owned(),
        ),
        (
            OrderPatch::add_on([add_on(1), add_on(0)]),
            "lineItems[1].quantity must be at least 1, not 0".to_owned(),
        ),
        (
            OrderPatch::add_on([PatchLineItem::add_on(ADD_ON, "", 1)]),
            "lineItems[0].parentSubscriptionId is blank".to_owned(),
        ),
        (
            OrderPatch::add_on([line().quantity(1)]),
            "lineItems[0].parentSubscriptionId is missing".to_owned(),
        ),
        // An add-on is one, however it came here.
        (
            read(
                json!({ "lineItems": [{ "lineItemNumber": 0, "offerId": ADD_ON, "parentSubscriptionId": "s" }] }),
            ),
            "lineItems[0].quantity is missing".to_owned(),
        ),
        (
            cycle(vec![line().quantity(1)]),
            "lineItems[0].subscriptionId is missing".to_owned(),
        ),
        (
            cycle(vec![line().subscription("s")]),
            "lineItems[0].quantity is missing".to_owned(),
        ),
        (
            read(json!({ "id": "another", "status": "cancelled" })),
            "id must be that of the order that the request is for".to_owned(),
        ),
        (
            read(json!({ "referenceCustomerId": Simulator::CUSTOMERS[1], "status": "cancelled" })),
            format!("referenceCustomerId must be {CUSTOMER}, the customer that the request is for"),
        ),
    ];
    for (patch, wanted) in rows {
        let update = orders(&untouched.partner)
            .order(ORDER)
            .update(patch.clone());
        let mut errors = vec![
            update.clone().preview().await.unwrap_err(),
            update.send().await.unwrap_err(),
        ];
        // What only the order and the customer can tell is not known to the change itself.
        if !wanted.contains("the request is for") {
            errors.extend(patch.check().err());
            assert_eq!(errors.len(), 3, "{wanted}");
        }
        for error in errors {
            assert_eq!(untouched.said(&error), wanted);
        }
    }
    let nowhere = orders(&untouched.partner).order("..").cancel().send().await;
    assert_eq!(
        untouched.said(&nowhere.unwrap_err()),
        "the order id must not be . or .."
    );
    // What is close to wrong and is not.
    let sparse = one(PatchLineItem::new(7, LEGACY).quantity(0)).line_item(line());
    sparse.check().unwrap();
    OrderPatch::default()
        .billing_cycle("weekly".into())
        .check()
        .unwrap();
}

#[test]
fn a_change_that_cannot_be_read_says_where() {
    let untouched = Untouched::start();
    let whole = answered().to_string();
    let line = r#"{"lineItemNumber":0,"offerId":"o""#;
    for (text, wanted) in [
        ("[]", "the change is no JSON object"),
        (
            &whole,
            "the change has members that cannot be sent: attributes, creationDate, lineItems[0].links, lineItems[1].links, \
             links",
        ),
        (
            r#"{"status":"cancelled","status":null}"#,
            "the change has status twice",
        ),
        (
            r#"{"status":2}"#,
            "the change cannot be read at status: it must be a text",
        ),
        (
            &format!(r#"{{"lineItems":[{line},"status":"cancelled"}}]}}"#),
            "the change has members that cannot be sent: lineItems[0].status",
        ),
        (
            r#"{"lineItems":[[null,0,"o",null,null,null,null]]}"#,
            "the change cannot be read at lineItems[0]: it must be an object",
        ),
    ] {
        let error = OrderPatch::from_json(text).unwrap_err();
        assert_eq!(untouched.said(&error), wanted, "{text}");
    }
    let null =
        OrderPatch::from_json(r#"{"status":"Cancelled","billingCycle":null,"lineItems":[]}"#);
    assert_eq!(
        null.unwrap(),
        OrderPatch::from_json(r#"{"status":"cancelled"}"#).unwrap()
    );
}

fn second() -> CustomerId {
    Simulator::CUSTOMERS[1].parse().unwrap()
}

async fn place(orders: Orders<'_>, lines: &[(&str, i32)]) -> Order {
    let lines = lines
        .iter()
        .map(|(offer, quantity)| NewLineItem::new(*offer, *quantity));
    let placed = orders.create(NewOrder::new(lines)).send().await;
    placed.unwrap().into_body()
}

fn refused(error: &Error) -> (Option<u16>, Option<&str>) {
    assert_eq!(
        (error.kind(), error.delivery()),
        (ErrorKind::Service, Delivery::Refused)
    );
    (error.status().map(|status| status.as_u16()), error.code())
}

#[tokio::test]
async fn software_and_reservations_are_cancelled_and_nothing_else() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let orders = orders(&partner);
    for offer in [SOFTWARE, RESERVATION] {
        let placed = place(orders, &[(offer, 2)]).await;
        let handle = orders.order(&placed.id);
        let cancelled = handle.cancel().send().await.unwrap();
        assert_eq!(cancelled.status(), 200);
        assert_eq!(cancelled.body().status, Some(OrderStatus::Cancelled));
        let read = handle.get().send().await.unwrap();
        assert_eq!(read.body(), cancelled.body());
        // Cancelled twice with another request id, it is refused; with the same one it is done once.
        let twice = handle.cancel().send().await.unwrap_err();
        assert_eq!(refused(&twice), (Some(400), Some("800061")));
        let again = handle.cancel().request_id(cancelled.request_id()).send();
        assert_eq!(again.await.unwrap().body(), cancelled.body());
    }
    let plan = NewLineItem::savings_plan(SAVINGS_PLAN, "P1Y", "0.35".parse().unwrap(), "usd");
    let plan = orders.create(NewOrder::new([plan])).send().await.unwrap();
    let mut others = vec![(plan.into_body().id, 403, "900321")];
    for (offer, status, code) in [
        (SEATS, 400, "800061"),
        (LEGACY, 400, "800063"),
        (MARKETPLACE, 403, "800077"),
    ] {
        others.push((place(orders, &[(offer, 1)]).await.id, status, code));
    }
    for (id, status, code) in others {
        let error = orders.order(&id).cancel().send().await.unwrap_err();
        assert_eq!(refused(&error), (Some(status), Some(code)));
        let read = orders.order(&id).get().send().await.unwrap();
        assert_eq!(read.body().status, Some(OrderStatus::Pending));
    }
}

#[tokio::test]
async fn a_line_is_cancelled_while_the_others_stay() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let orders = orders(&partner);
    let placed = place(orders, &[(SOFTWARE, 1), (ACCESS, 5)]).await;
    let handle = orders.order(&placed.id);
    let line = || PatchLineItem::of(&placed.line_items()[1]).unwrap();
    let change = handle.update(OrderPatch::cancellation([line()]));
    let changed = change.send().await.unwrap().into_body();
    let quantities = |order: &Order| -> Vec<Option<i32>> {
        order
            .line_items()
            .iter()
            .map(|line| line.quantity)
            .collect()
    };
    assert_eq!(quantities(&changed), [Some(1), Some(0)]);
    assert_eq!(changed.status, Some(OrderStatus::Pending));
    // The other one, by number and offer alone.
    let last = OrderPatch::cancellation([PatchLineItem::new(0, SOFTWARE)]);
    let changed = handle.update(last).send().await.unwrap().into_body();
    assert_eq!(quantities(&changed), [Some(0), Some(0)]);
    assert_eq!(changed.status, Some(OrderStatus::Cancelled));
    let wrong = OrderPatch::cancellation([PatchLineItem::new(2, SOFTWARE)]);
    let error = handle.update(wrong).send().await.unwrap_err();
    assert_eq!(refused(&error), (Some(400), Some("800071")));
}

#[tokio::test]
async fn legacy_orders_get_add_ons_another_cycle_and_other_quantities() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let orders = partner.customer(second()).orders();
    let handle = orders.order(MONTHLY);
    let before = handle.get().send().await.unwrap().into_body();
    let line = &before.line_items()[0];
    let parent = line.subscription_id.clone().unwrap();

    let with = handle.add_on(ADD_ON, &parent, 2).send().await.unwrap();
    let with = with.into_body();
    assert_eq!(with.line_items()[0], *line);
    assert_eq!(with.line_items()[1].line_item_number, Some(1));
    assert_eq!(with.line_items()[1].quantity, Some(2));

    let cycle = |order: &Order, cycle| {
        let lines = order.line_items().iter().filter_map(PatchLineItem::of);
        handle.change_billing_cycle(cycle, lines)
    };
    // The add-on is still being delivered.
    let early = cycle(&with, BillingCycle::Annual).send().await.unwrap_err();
    assert_eq!(refused(&early), (Some(400), Some("800072")));
    simulator.clock().advance(10 * MINUTE);
    let annual = cycle(&with, BillingCycle::Annual).send().await.unwrap();
    assert_eq!(annual.body().billing_cycle, Some(BillingCycle::Annual));

    let more = PatchLineItem::of(line).unwrap().quantity(7);
    let more = handle.update(OrderPatch::default().line_item(more));
    let more = more.send().await.unwrap().into_body();
    assert_eq!(more.line_items()[0].quantity, Some(7));
    assert_eq!(more.line_items()[1], with.line_items()[1]);

    let seats = place(orders, &[(SEATS, 1)]).await;
    let handle = orders.order(&seats.id);
    let line = || {
        PatchLineItem::new(0, SEATS)
            .subscription(&parent)
            .quantity(1)
    };
    let cycle = handle.change_billing_cycle(BillingCycle::Annual, [line()]);
    assert_eq!(
        refused(&cycle.send().await.unwrap_err()),
        (Some(400), Some("6001"))
    );
    let more = handle.update(OrderPatch::default().line_item(line().quantity(2)));
    assert_eq!(
        refused(&more.send().await.unwrap_err()),
        (Some(403), Some("800027"))
    );
}

#[tokio::test]
async fn only_the_version_that_was_read_is_changed() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let orders = partner.customer(second()).orders();
    let handle = orders.order(MONTHLY);
    let first = handle.get().send().await.unwrap().into_body();
    let etag = |order: &Order| order.attributes.as_ref().unwrap().etag.clone().unwrap();
    let named = |name: &str| {
        let line = PatchLineItem::of(&first.line_items()[0]).unwrap();
        handle.update(OrderPatch::default().line_item(line.friendly_name(name)))
    };
    let changed = named("a").if_match(etag(&first)).send().await.unwrap();
    let error = named("b").if_match(etag(&first)).send().await.unwrap_err();
    assert_eq!(refused(&error), (Some(400), Some("2055")));
    let quoted = format!("\"{}\"", etag(changed.body()));
    let changed = named("c").if_match(quoted).send().await.unwrap();
    let line = &changed.body().line_items()[0];
    assert_eq!(line.friendly_name.as_deref(), Some("c"));
    // An order of new commerce has no version.
    let seats = place(orders, &[(SOFTWARE, 1)]).await;
    assert_eq!(seats.attributes.unwrap().etag, None);
    let error = orders.order(&seats.id).cancel().if_match("v1").send().await;
    assert_eq!(refused(&error.unwrap_err()), (Some(400), Some("2055")));
}

/// Of every order of the simulator, all that may be sent back is sent, and changes nothing.
#[tokio::test]
async fn an_order_that_was_read_can_be_sent_back() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let validator = validator("OrderPatch");
    let mut count = 0;
    for customer in Simulator::CUSTOMERS {
        let orders = partner.customer(customer.parse().unwrap()).orders();
        for order in orders.list().send().try_collect().await.unwrap() {
            let patch = OrderPatch::from(&order);
            patch.check().unwrap();
            let update = orders.order(&order.id).update(patch);
            let sent = update.clone().preview().await.unwrap();
            let body: Value = serde_json::from_slice(sent.body()).unwrap();
            assert_valid_by(&validator, "OrderPatch", &body);
            assert_eq!(body["id"], order.id.as_str());
            assert_eq!(
                body["lineItems"].as_array().unwrap().len(),
                order.line_items().len()
            );
            if order.status == Some(OrderStatus::Cancelled) {
                continue;
            }
            let mut after = update.send().await.unwrap().into_body();
            after.attributes.clone_from(&order.attributes);
            assert_eq!(after, order);
            count += 1;
        }
    }
    assert!(count > 70, "{count}");
}

#[tokio::test]
async fn what_says_nothing_in_an_order_is_not_sent_back() {
    let partner = Untouched::start().partner;
    let order = read(&json!({
        "id": ORDER, "billingCycle": "unknown", "status": "completed", "totalPrice": 1.5, "lineItems": [
            { "lineItemNumber": 0, "offerId": LEGACY, "friendlyName": "", "subscriptionId": " ", "partnerIdOnRecord": "" },
            { "offerId": LEGACY }, { "lineItemNumber": 2 }, { "lineItemNumber": 3, "offerId": "" },
        ],
    }));
    let update = orders(&partner)
        .order(ORDER)
        .update(OrderPatch::from(&order));
    let sent: Value = serde_json::from_slice(update.preview().await.unwrap().body()).unwrap();
    let wanted = json!({ "id": ORDER, "referenceCustomerId": CUSTOMER,
        "lineItems": [{ "lineItemNumber": 0, "offerId": LEGACY }] });
    assert_eq!(sent, wanted);
    let blank = read(&json!({ "id": ORDER, "billingCycle": " " }));
    assert_eq!(
        OrderPatch::from(&blank).check().unwrap_err().to_string(),
        "the change is empty"
    );
}

/// GUIDs alone are compared without regard to letter case: it differs between path and body.
#[tokio::test]
async fn an_order_is_the_same_in_another_letter_case_when_its_id_is_a_guid() {
    let untouched = Untouched::start();
    let orders = orders(&untouched.partner);
    let patch = |id: &str| {
        let order = json!({ "id": id, "billingCycle": "annual" });
        OrderPatch::from_json(&order.to_string()).unwrap()
    };
    let update = orders.order(MONTHLY).update(patch(&MONTHLY.to_lowercase()));
    assert!(update.preview().await.is_ok());
    let other = orders.order("YxH1q4KScfvf").update(patch("yxh1q4kscfvf"));
    let error = other.send().await.unwrap_err();
    assert_eq!(
        untouched.said(&error),
        "id must be that of the order that the request is for"
    );
}
