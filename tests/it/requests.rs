//! What holds of any order, of any change and of any answer to them, not of examples only?
//!
//! The seed is fixed, as in `properties`.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::net::TcpListener;
use std::time::Duration;

use jsonschema::Validator;
use partner_center_orders::{
    BillingCycle, Decimal, Delivery, Error, ErrorKind, NewLineItem, NewOrder, Order, OrderHandle,
    OrderPatch, PartnerCenter, PatchLineItem, SubscriptionId, Upload, UploadFile,
};
use partner_center_orders_tests::{CUSTOMER, client, client_of, orders};
use partner_center_sim::Simulator;
use proptest::prelude::*;
use serde_json::{Map, Number, Value, json};
use tokio::runtime::Runtime;

use crate::document::{document, validator};
use crate::properties::config;

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// A place where nobody may knock, and a client of it.
fn nowhere() -> (TcpListener, PartnerCenter) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let partner = client(format!("http://{}", listener.local_addr().unwrap()));
    (listener, partner)
}

fn is_untouched(nowhere: &TcpListener) -> bool {
    nowhere.accept().map(drop).map_err(|error| error.kind()) == Err(std::io::ErrorKind::WouldBlock)
}

fn problems(validator: &Validator, body: &Value) -> Vec<String> {
    validator
        .iter_errors(body)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect()
}

/// The members that each schema has.
struct Known(Value);

impl Known {
    fn new() -> Self {
        Self(document()["components"]["schemas"].take())
    }

    /// The members of an object that its schema does not have.
    fn strangers(&self, schema: &str, object: &Value) -> Vec<String> {
        let known = &self.0[schema]["properties"];
        let members = object.as_object().into_iter().flatten();
        members
            .map(|(name, _)| name.clone())
            .filter(|name| known.get(name).is_none())
            .collect()
    }
}

/// A text that says something, most of the time.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        60 => "[A-Za-z0-9:._-]{1,20}",
        10 => "[ -~]{1,12}",
        4 => any::<String>(),
        1 => "[ \t\u{a0}]{0,2}",
    ]
}

fn maybe<T: Clone + std::fmt::Debug + 'static>(
    one: impl Strategy<Value = T> + 'static,
) -> impl Strategy<Value = Option<T>> {
    prop::option::weighted(0.3, one)
}

fn quantity() -> impl Strategy<Value = i32> {
    prop_oneof![40 => 1..1_000, 1 => any::<i32>(), 1 => -1..=0]
}

fn amount() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        20 => "[1-9][0-9]{0,30}(\\.[0-9]{1,20})?",
        5 => "0\\.[0-9]{0,3}[1-9]",
        2 => "-?[1-9][eE][+-]?[0-9]{1,3}",
        1 => "-?0(\\.0)?",
    ]
    .prop_map(|digits| digits.parse().unwrap())
}

fn currency() -> impl Strategy<Value = String> {
    prop_oneof![20 => "[A-Za-z]{3}", 1 => text()]
}

fn time() -> impl Strategy<Value = String> {
    prop_oneof![
        20 => "20[0-9]{2}-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])T00:00:00Z?",
        1 => text(),
    ]
}

fn cycle() -> impl Strategy<Value = BillingCycle> {
    prop_oneof![
        20 => prop::sample::select(&BillingCycle::WORDS[1..]).prop_map(BillingCycle::from),
        1 => Just(BillingCycle::Unknown),
        1 => text().prop_map(BillingCycle::from),
    ]
}

fn new_line() -> impl Strategy<Value = NewLineItem> {
    let names = (maybe(text()), maybe(text()), maybe(text()), maybe(text()));
    let partners = (maybe(text()), prop::collection::vec("[0-9]{4,7}", 0..7));
    let context = prop::collection::vec((text(), text()), 0..3);
    let rest = (
        maybe(time()),
        maybe(any::<bool>()),
        maybe((amount(), currency(), text())),
    );
    let offer = prop_oneof![40 => text(), 1 => ".{0,2}"];
    ((offer, quantity()), names, partners, context, rest).prop_map(
        |((offer, quantity), names, partners, context, (end, attested, commitment))| {
            let mut line = NewLineItem::new(offer, quantity);
            let (name, term, renewal, promotion) = names;
            for (value, set) in [
                (
                    name,
                    NewLineItem::friendly_name as fn(NewLineItem, String) -> NewLineItem,
                ),
                (term, NewLineItem::term_duration),
                (renewal, NewLineItem::renews_to),
                (promotion, NewLineItem::promotion),
                (partners.0, NewLineItem::partner_id_on_record),
            ] {
                line = match value {
                    Some(value) => set(line, value),
                    None => line,
                };
            }
            line = line.additional_partner_ids_on_record(partners.1);
            for (name, value) in context {
                line = line.provisioning_context(name, value);
            }
            if let Some(end) = end {
                line = line.custom_term_end_date(end.as_str());
            }
            if let Some(attested) = attested {
                line = line.attestation(attested);
            }
            match commitment {
                Some((amount, currency, grain)) => {
                    line.purchase_commitment(amount, currency, grain)
                }
                None => line,
            }
        },
    )
}

fn new_order() -> impl Strategy<Value = NewOrder> {
    let lines = prop::collection::vec(new_line(), 0..4);
    let upn = prop_oneof![5 => "[a-z]{1,8}@[a-z]{1,8}\\.example", 1 => text()];
    let rest = (
        maybe(cycle()),
        maybe(currency()),
        maybe(any::<bool>()),
        maybe(upn),
    );
    (lines, rest).prop_map(|(lines, (cycle, currency, attested, upn))| {
        let mut order = NewOrder::new(lines);
        if let Some(cycle) = cycle {
            order = order.billing_cycle(cycle);
        }
        if let Some(currency) = currency {
            order = order.currency(currency);
        }
        if let Some(attested) = attested {
            order = order.partner_on_record_attestation(attested);
        }
        match upn {
            Some(upn) => order.customer_user_upn(upn),
            None => order,
        }
    })
}

/// How often something was fine, and how often it was not: a property that is about one of them only says little.
#[derive(Default)]
struct Tally {
    fine: Cell<u32>,
    refused: Cell<u32>,
}

impl Tally {
    fn add(&self, is_fine: bool) {
        let count = if is_fine { &self.fine } else { &self.refused };
        count.set(count.get() + 1);
    }

    fn has_both(&self) -> bool {
        let (fine, refused) = (self.fine.get(), self.refused.get());
        fine * 10 > refused && refused * 10 > fine
    }
}

/// An order that passes the check is valid under the document and comes back as it is; one that does not is not sent.
#[test]
fn an_order_is_valid_or_not_sent() {
    let (nowhere, partner) = nowhere();
    let (runtime, validator, tally) = (runtime(), validator("NewOrder"), Tally::default());
    let known = Known::new();
    proptest!(config(1_500), |(order in new_order())| {
        let create = orders(&partner).create(order.clone());
        let preview = runtime.block_on(create.clone().preview());
        tally.add(preview.is_ok());
        match preview {
            Ok(preview) => {
                order.check().unwrap();
                let text = std::str::from_utf8(preview.body()).unwrap();
                let body: Value = serde_json::from_str(text).unwrap();
                prop_assert_eq!(problems(&validator, &body), Vec::<String>::new());
                prop_assert_eq!(known.strangers("NewOrder", &body), Vec::<String>::new());
                for (number, line) in body["lineItems"].as_array().unwrap().iter().enumerate() {
                    prop_assert_eq!(&line["lineItemNumber"], number);
                    prop_assert_eq!(known.strangers("NewOrderLineItem", line), Vec::<String>::new());
                }
                prop_assert_eq!(&body["referenceCustomerId"], CUSTOMER);
                // Byte for byte: amounts keep their digits.
                let again = NewOrder::from_json(text).unwrap();
                let again = runtime.block_on(orders(&partner).create(again).preview()).unwrap();
                prop_assert_eq!(std::str::from_utf8(again.body()).unwrap(), text);
            }
            Err(error) => {
                let told = order.check().unwrap_err();
                let sent = runtime.block_on(create.send()).unwrap_err();
                prop_assert_eq!(told.to_string(), error.to_string());
                prop_assert_eq!(told.to_string(), sent.to_string());
                prop_assert_eq!((sent.kind(), sent.delivery()), (ErrorKind::Input, Delivery::NotSent));
                prop_assert!(!sent.to_string().contains('\n'), "{}", sent);
            }
        }
        prop_assert!(is_untouched(&nowhere));
    });
    assert!(tally.has_both(), "{:?} {:?}", tally.fine, tally.refused);
}

/// Any JSON, small.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3..4_i64).prop_map(Value::from),
        Just(json!(0.35)),
        "[a-zA-Z_0-9]{0,6}".prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 3, |inner| {
        let name = prop::sample::select(vec!["termDuration", "scope", "amount", "status"]);
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((name, inner), 0..3).prop_map(|members| {
                let members = members.into_iter();
                Value::Object(
                    members
                        .map(|(name, value)| (name.to_owned(), value))
                        .collect(),
                )
            }),
        ]
    })
}

/// A member with a value of the right type, or of any.
fn member(
    name: &'static str,
    right: impl Strategy<Value = Value> + 'static,
) -> impl Strategy<Value = Option<(String, Value)>> {
    let value = prop_oneof![40 => right, 1 => any_json()];
    maybe(value).prop_map(move |value| value.map(|value| (name.to_owned(), value)))
}

fn object(members: Vec<Option<(String, Value)>>) -> Map<String, Value> {
    members.into_iter().flatten().collect()
}

fn words() -> impl Strategy<Value = Value> {
    "[a-z0-9]{1,8}".prop_map(Value::from)
}

fn written_line() -> impl Strategy<Value = Map<String, Value>> {
    let number = amount().prop_map(|amount| {
        amount
            .parse::<f64>()
            .and_then(Number::from_f64)
            .map_or(Value::Null, Value::from)
    });
    let commitment = (
        member("amount", number),
        member("currency", Just(json!("usd"))),
        member("grain", words()),
    );
    let commitment =
        commitment.prop_map(|(one, two, three)| Value::from(object(vec![one, two, three])));
    let renewal = member("termDuration", words()).prop_map(|one| Value::from(object(vec![one])));
    let context = (member("scope", words()), member("duration", words()));
    let context = context.prop_map(|(one, two)| Value::from(object(vec![one, two])));
    let ids = prop::collection::vec(words(), 0..3).prop_map(Value::from);
    (
        member("friendlyName", words()),
        member("termDuration", words()),
        member("promotionId", words()),
        member("customTermEndDate", Just(json!("2024-07-31T00:00:00"))),
        member("renewsTo", renewal),
        member("partnerIdOnRecord", words()),
        member("additionalPartnerIdsOnRecord", ids),
        member("provisioningContext", context),
        member("attestationAccepted", any::<bool>().prop_map(Value::from)),
        member("purchaseCommitment", commitment),
        prop_oneof![20 => Just(None), 1 => member("subscriptionId", words())],
    )
        .prop_map(|(a, b, c, d, e, f, g, h, i, j, k)| object(vec![a, b, c, d, e, f, g, h, i, j, k]))
}

fn written_order() -> impl Strategy<Value = Value> {
    let cycle = prop::sample::select(vec!["monthly", "Annual", "OneTime", "weekly"]);
    let lines = prop::collection::vec((written_line(), quantity()), 1..3).prop_map(|lines| {
        let lines = lines
            .into_iter()
            .enumerate()
            .map(|(number, (mut line, quantity))| {
                line.insert("lineItemNumber".to_owned(), json!(number));
                line.insert("offerId".to_owned(), json!("o"));
                line.insert("quantity".to_owned(), json!(quantity));
                Value::from(line)
            });
        Value::from(lines.collect::<Vec<_>>())
    });
    let lines = prop_oneof![40 => lines, 1 => any_json()];
    (
        lines,
        member("billingCycle", cycle.prop_map(Value::from)),
        member("currencyCode", Just(json!("EUR"))),
        member(
            "partnerOnRecordAttestationAccepted",
            any::<bool>().prop_map(Value::from),
        ),
        prop_oneof![20 => Just(None), 1 => member("status", words())],
    )
        .prop_map(|(lines, a, b, c, d)| {
            let lines = Some(("lineItems".to_owned(), lines));
            Value::from(object(vec![lines, a, b, c, d]))
        })
}

/// Without what says nothing, and with words as they are compared.
fn said(value: &Value, name: &str) -> Option<Value> {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(elements) => elements.is_empty(),
        // An empty map says nothing; an empty object is one.
        Value::Object(members) => members.is_empty() && name == "provisioningContext",
        _ => false,
    };
    match value {
        value if is_empty(value) => None,
        Value::Object(members) => {
            let members = members.iter();
            let members =
                members.filter_map(|(name, value)| Some((name.clone(), said(value, name)?)));
            Some(Value::Object(members.collect()))
        }
        Value::Array(elements) => Some(
            elements
                .iter()
                .filter_map(|value| said(value, ""))
                .collect(),
        ),
        Value::String(word) if name == "billingCycle" => {
            Some(json!(word.replace('_', "").to_lowercase()))
        }
        value => Some(value.clone()),
    }
}

/// An order from a file is the one in the file, or it is refused.
#[test]
fn an_order_that_is_read_is_the_one_that_was_written() {
    let (nowhere, partner) = nowhere();
    let (runtime, tally) = (runtime(), Tally::default());
    let shown = Cell::new(0);
    proptest!(config(2_000), |(written in written_order())| {
        let text = written.to_string();
        let read = NewOrder::from_json(&text);
        tally.add(read.is_ok());
        match read {
            Ok(order) => {
                // A value that is refused can be looked at no further: nothing else shows the order.
                let preview = runtime.block_on(orders(&partner).create(order).preview());
                if let Ok(preview) = preview {
                    let mut sent: Value = serde_json::from_slice(preview.body()).unwrap();
                    sent.as_object_mut().unwrap().remove("referenceCustomerId");
                    prop_assert_eq!(said(&sent, ""), said(&written, ""));
                    shown.set(shown.get() + 1);
                }
            }
            Err(error) => {
                prop_assert_eq!((error.kind(), error.delivery()), (ErrorKind::Input, Delivery::NotSent));
                prop_assert!(!error.to_string().contains('\n'), "{}", error);
            }
        }
        prop_assert!(is_untouched(&nowhere));
    });
    assert!(tally.has_both(), "{:?} {:?}", tally.fine, tally.refused);
    assert!(shown.get() > 400, "{shown:?}");
}

fn patch_line() -> impl Strategy<Value = PatchLineItem> {
    let number = prop_oneof![20 => 0..4, 1 => -1..=0];
    let quantity = maybe(prop_oneof![10 => 0..50, 1 => -1..=0]);
    let texts = (maybe(text()), maybe(text()), maybe(text()));
    let any = (number, text(), quantity, texts).prop_map(
        |(number, offer, quantity, (subscription, name, partner))| {
            let mut line = PatchLineItem::new(number, offer);
            if let Some(quantity) = quantity {
                line = line.quantity(quantity);
            }
            if let Some(id) = subscription {
                line = line.subscription(id);
            }
            if let Some(name) = name {
                line = line.friendly_name(name);
            }
            match partner {
                Some(partner) => line.partner_id_on_record(partner),
                None => line,
            }
        },
    );
    let add_on = (text(), text(), quantity_of_add_on())
        .prop_map(|(offer, parent, quantity)| PatchLineItem::add_on(offer, parent, quantity));
    prop_oneof![3 => any, 1 => add_on]
}

fn quantity_of_add_on() -> impl Strategy<Value = i32> {
    prop_oneof![20 => 1..50, 1 => -1..=0]
}

fn patch() -> impl Strategy<Value = OrderPatch> {
    let lines = prop::collection::vec(patch_line(), 0..3);
    (lines, maybe(cycle()), 0..5_u8).prop_map(|(lines, cycle, purpose)| {
        let patch = match (purpose, cycle.clone()) {
            (0, _) => OrderPatch::cancellation(lines),
            (1, _) => OrderPatch::add_on(lines),
            (2, Some(cycle)) => OrderPatch::billing_cycle_change(cycle, lines),
            _ => lines
                .into_iter()
                .fold(OrderPatch::default(), OrderPatch::line_item),
        };
        match cycle {
            Some(cycle) => patch.billing_cycle(cycle),
            None => patch,
        }
    })
}

/// What holds of orders to be placed holds of changes.
#[test]
fn a_change_is_valid_or_not_sent() {
    let (nowhere, partner) = nowhere();
    let (runtime, validator, tally) = (runtime(), validator("OrderPatch"), Tally::default());
    let known = Known::new();
    proptest!(config(1_500), |(patch in patch())| {
        let update = orders(&partner).order("o").update(patch.clone());
        let preview = runtime.block_on(update.clone().preview());
        tally.add(preview.is_ok());
        match preview {
            Ok(preview) => {
                patch.check().unwrap();
                let text = std::str::from_utf8(preview.body()).unwrap();
                let body: Value = serde_json::from_str(text).unwrap();
                prop_assert_eq!(problems(&validator, &body), Vec::<String>::new());
                prop_assert_eq!(known.strangers("OrderPatch", &body), Vec::<String>::new());
                // A cancellation names the order, everything else the customer.
                let is_cancellation = body.get("status").is_some();
                prop_assert_eq!(body.get("id").is_some(), is_cancellation);
                prop_assert_eq!(body.get("referenceCustomerId").is_some(), !is_cancellation);
                let again = OrderPatch::from_json(text).unwrap();
                let again = orders(&partner).order("o").update(again).preview();
                let again = runtime.block_on(again).unwrap();
                prop_assert_eq!(std::str::from_utf8(again.body()).unwrap(), text);
            }
            Err(error) => {
                let told = patch.check().unwrap_err();
                let sent = runtime.block_on(update.send()).unwrap_err();
                prop_assert_eq!(told.to_string(), error.to_string());
                prop_assert_eq!(told.to_string(), sent.to_string());
                prop_assert_eq!((sent.kind(), sent.delivery()), (ErrorKind::Input, Delivery::NotSent));
            }
        }
        prop_assert!(is_untouched(&nowhere));
    });
    assert!(tally.has_both(), "{:?} {:?}", tally.fine, tally.refused);
}

/// Something that a partner does, with an order that is picked from those that there are.
#[derive(Clone, Debug)]
enum Deed {
    Place(Vec<(&'static str, i32)>),
    Cancel(usize),
    CancelLine(usize),
    AddOn(usize, i32),
    Cycle(usize, BillingCycle),
    Quantity(usize, i32),
    SendBack(usize),
    Upload(usize),
    Wait(u64),
}

/// One of each kind of offer: seats, a trial, software, software that waits for documents, a reservation, a savings plan,
/// something of the marketplace, two legacy offers.
const OFFERS: [&str; 9] = [
    "CFQ7TTC0SB01:0002:CFQ7TTC0RK4D",
    "CFQ7TTC0SB04:0004:CFQ7TTC0RN9B",
    "DG7GMGF0SB09:0005:DG7GMGF0RT6V",
    "DG7GMGF0D7FV:0003:DG7GMGF0D2G1",
    "DZH318Z0SB13:001D:DZH318Z0RZ7N",
    "DZH318Z0SB11:000B:DZH318Z0RW8M",
    "DZH318Z0SB07:0008:DZH318Z0RR5T",
    "031C9E47-4802-4248-838E-778FB1D2CC05",
    "7a2c4e68-91d4-4f8a-8b3e-0e5d6c7b8a21",
];

fn deed() -> impl Strategy<Value = Deed> {
    let line = (prop::sample::select(&OFFERS[..]), 1..100_i32);
    let cycle = prop::sample::select(vec![BillingCycle::Monthly, BillingCycle::Annual]);
    prop_oneof![
        5 => prop::collection::vec(line, 1..4).prop_map(Deed::Place),
        1 => any::<usize>().prop_map(Deed::Cancel),
        1 => any::<usize>().prop_map(Deed::CancelLine),
        1 => (any::<usize>(), 1..9).prop_map(|(order, quantity)| Deed::AddOn(order, quantity)),
        1 => (any::<usize>(), cycle).prop_map(|(order, cycle)| Deed::Cycle(order, cycle)),
        1 => (any::<usize>(), 1..9).prop_map(|(order, quantity)| Deed::Quantity(order, quantity)),
        1 => any::<usize>().prop_map(Deed::SendBack),
        2 => any::<usize>().prop_map(Deed::Upload),
        3 => (0..20_u64).prop_map(Deed::Wait),
    ]
}

/// What came of a deed: it was done, or the service had something against it.
fn done<T>(outcome: Result<T, Error>) -> bool {
    match outcome {
        Ok(_) => true,
        Err(error) => {
            // A change of nothing, and of an order that cannot have it, is the only thing that this side refuses.
            let is_expected = matches!(error.kind(), ErrorKind::Service | ErrorKind::Input);
            assert!(is_expected, "{error:?}");
            false
        }
    }
}

/// Does it to an order of the customer. Tells whether it was done.
async fn perform(
    simulator: &Simulator,
    partner: &PartnerCenter,
    customer: &str,
    deed: Deed,
) -> bool {
    let orders = partner.customer(customer.parse().unwrap()).orders();
    let ids = simulator.order_ids(customer);
    // Those that were placed last are picked more often.
    let pick = |number: usize| orders.order(ids[(number % 60).min(number % ids.len())].as_str());
    let read = async |order: &OrderHandle<'_>| order.get().send().await.unwrap().into_body();
    let lines = |order: &Order| -> Vec<PatchLineItem> {
        order
            .line_items()
            .iter()
            .filter_map(PatchLineItem::of)
            .collect()
    };
    match deed {
        Deed::Place(lines) => {
            let lines = lines.into_iter().map(|(offer, quantity)| {
                let line = NewLineItem::new(offer, quantity);
                if offer == OFFERS[5] {
                    line.purchase_commitment("0.35".parse().unwrap(), "usd", "hourly")
                } else {
                    line
                }
            });
            done(orders.create(NewOrder::new(lines)).send().await)
        }
        Deed::Cancel(number) => done(pick(number).cancel().send().await),
        Deed::CancelLine(number) => {
            let order = pick(number);
            let line = lines(&read(&order).await).into_iter().next();
            done(order.update(OrderPatch::cancellation(line)).send().await)
        }
        Deed::AddOn(number, quantity) => {
            let order = pick(number);
            let parent = read(&order).await.line_items()[0].subscription_id.clone();
            let parent = parent.unwrap_or(SubscriptionId::from(OFFERS[7]));
            done(order.add_on(OFFERS[8], parent, quantity).send().await)
        }
        Deed::Cycle(number, cycle) => {
            let order = pick(number);
            let lines = lines(&read(&order).await);
            done(order.change_billing_cycle(cycle, lines).send().await)
        }
        Deed::Quantity(number, quantity) => {
            let order = pick(number);
            let line = lines(&read(&order).await).remove(0).quantity(quantity);
            let patch = OrderPatch::default().line_item(line);
            done(order.update(patch).send().await)
        }
        Deed::SendBack(number) => {
            let order = pick(number);
            let patch = OrderPatch::from(&read(&order).await);
            done(order.update(patch).send().await)
        }
        Deed::Upload(number) => {
            let file = UploadFile::new("order.pdf", "application/pdf", vec![7; number % 3_000]);
            let upload = Upload::new("1", "USD").purchase_order(file);
            done(pick(number).attachments().upload(upload).send().await)
        }
        Deed::Wait(minutes) => {
            simulator.clock().advance(Duration::from_secs(60 * minutes));
            false
        }
    }
}

/// Everything that can be read about an order. Tells how many calls that were.
async fn read_all(partner: &PartnerCenter, customer: &str, order: &Order) -> u32 {
    let customer = partner.customer(customer.parse().unwrap());
    let handle = customer.orders().order(&order.id);
    let mut calls = 6;
    let read = handle.get().include_price(true).send().await.unwrap();
    assert_eq!(read.body().id, order.id);
    let status = handle.provisioning_status().send().try_collect().await;
    assert_eq!(status.unwrap().len(), order.line_items().len());
    handle
        .activation_links()
        .send()
        .try_collect()
        .await
        .unwrap();
    for line in order.line_items() {
        let line = handle.line_item(line.line_item_number.unwrap());
        line.activation_links().send().try_collect().await.unwrap();
        calls += 1;
    }
    let subscriptions = handle.subscriptions().send().try_collect().await;
    for subscription in subscriptions.unwrap() {
        let subscription = customer.subscription(subscription.id.unwrap());
        subscription
            .activation_links()
            .send()
            .try_collect()
            .await
            .unwrap();
        calls += 1;
    }
    for attachment in handle
        .attachments()
        .list()
        .send()
        .try_collect()
        .await
        .unwrap()
    {
        let id = attachment.attachment_id.unwrap();
        let mut file = handle
            .attachments()
            .download(id)
            .send()
            .await
            .unwrap()
            .into_body();
        while file.try_next().await.unwrap().is_some() {}
        calls += 1;
    }
    calls
}

/// Whatever was done before, every answer can be read, and every order that was read can be sent back.
#[test]
fn every_answer_is_read_after_any_deeds() {
    let runtime = runtime();
    let simulator = runtime.block_on(Simulator::start()).unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let (patches, counts) = (validator("OrderPatch"), Cell::new((0, 0, 0)));
    let deeds = prop::collection::vec((0..2_usize, deed()), 1..25);
    proptest!(config(24), |(deeds in deeds)| {
        simulator.reset().unwrap();
        let before: BTreeSet<String> =
            Simulator::CUSTOMERS.iter().flat_map(|customer| simulator.order_ids(customer)).collect();
        runtime.block_on(async {
            for (customer, deed) in deeds {
                let is_done = perform(&simulator, &partner, Simulator::CUSTOMERS[customer], deed).await;
                let (deeds, calls, orders) = counts.get();
                counts.set((deeds + u32::from(is_done), calls, orders));
            }
            simulator.clock().advance(Duration::from_secs(15 * 60));
            for customer in Simulator::CUSTOMERS {
                let orders = partner.customer(customer.parse().unwrap()).orders();
                let list = orders.list().include_price(true).include_system_purchases(true).send();
                let list = list.try_collect().await.unwrap();
                assert_eq!(list.len(), simulator.order_ids(customer).len());
                for (number, order) in list.iter().enumerate() {
                    let patch = OrderPatch::from(order);
                    patch.check().unwrap();
                    let preview = orders.order(&order.id).update(patch).preview().await.unwrap();
                    let body: Value = serde_json::from_slice(preview.body()).unwrap();
                    assert_eq!(problems(&patches, &body), [""; 0], "{}", order.id);
                    // Of those that were there from the start, some each time.
                    let is_new = !before.contains(order.id.as_str());
                    if is_new || number % 9 == 0 {
                        let (deeds, calls, orders) = counts.get();
                        let more = read_all(&partner, customer, order).await;
                        counts.set((deeds, calls + more, orders + 1));
                    }
                }
            }
        });
    });
    let (deeds, calls, orders) = counts.get();
    assert!(deeds > 80 && calls > 1_500 && orders > 200, "{counts:?}");
}
