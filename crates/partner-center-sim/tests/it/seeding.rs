//! Can one bring customers and orders of one's own?

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;

use partner_center_sim::Simulator;
use serde_json::{Map, Value, json};

use crate::state::upload;
use crate::wire::{
    FIRST, LEGACY, MINUTE, RESERVATION, Reply, SEATS, SECOND, all, example, exchange, get,
    order_of, place, send, send_json,
};

const OWN: &str = "4D2C7A5E-8f31-4b6d-9a0c-5e1f7b3d2c48";

async fn seed(simulator: &Simulator, json: &str) -> Reply {
    let request = format!(
        "POST /_simulator/seed HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{json}",
        json.len()
    );
    exchange(simulator, request.as_bytes()).await
}

/// Seeds orders of one customer, which must be possible.
async fn plant(simulator: &Simulator, customer: &str, orders: &Value) -> Value {
    let json = json!({ "customers": [{ "id": customer, "orders": orders }] });
    let reply = seed(simulator, &json.to_string()).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    reply.json()
}

fn path(customer: &str) -> String {
    format!("/v1/customers/{customer}/orders")
}

/// An order that has nothing but what the spec requires.
fn order(id: &str, date: &str, lines: &[(&str, u32)]) -> Value {
    let lines = lines.iter().enumerate().map(|(number, (offer, quantity))| {
        json!({ "lineItemNumber": number, "offerId": offer, "quantity": quantity })
    });
    json!({
        "id": id, "referenceCustomerId": OWN, "billingCycle": "monthly", "creationDate": date,
        "lineItems": lines.collect::<Vec<_>>(),
    })
}

const DATE: &str = "2024-05-01T09:30:00.1234567Z";

/// The order with one member set, or taken away.
fn with(mut order: Value, pointer: &str, value: Value) -> Value {
    let (parent, member) = pointer.rsplit_once('/').unwrap();
    let parent = order
        .pointer_mut(parent)
        .expect(pointer)
        .as_object_mut()
        .unwrap();
    match value {
        Value::Null => parent.remove(member),
        value => parent.insert(member.to_owned(), value),
    };
    order
}

/// Something of a schema of the spec, with every member that it describes.
fn of_schema(schema: &Value) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        return of_schema(&example(reference.strip_prefix('#').unwrap()));
    }
    for alternatives in ["allOf", "oneOf"] {
        if let Some(first) = schema.pointer(&format!("/{alternatives}/0")) {
            return of_schema(first);
        }
    }
    if let Some(word) = schema.pointer("/x-extensible-enum/1") {
        return word.clone();
    }
    match schema["type"].as_str().unwrap() {
        "object" => {
            let mut object = Map::new();
            for (name, schema) in schema["properties"].as_object().into_iter().flatten() {
                object.insert(name.clone(), of_schema(schema));
            }
            if let Some(schema) = schema.get("additionalProperties") {
                object.insert("any".to_owned(), of_schema(schema));
            }
            object.into()
        }
        "array" => json!([of_schema(&schema["items"])]),
        "boolean" => json!(true),
        "integer" => json!(0),
        "number" => json!(12.5),
        "string" if schema["format"] == "date-time" => json!(DATE),
        _ => json!("text"),
    }
}

#[tokio::test]
async fn every_member_that_the_spec_describes_is_kept() {
    let simulator = Simulator::start().await.unwrap();
    let mut full = of_schema(&example("/components/schemas/Order"));
    assert!(full["links"]["self"]["headers"][0]["key"].is_string());
    full["referenceCustomerId"] = json!(OWN);
    plant(&simulator, OWN, &json!([full])).await;
    let read = format!("{}/text", path(OWN));
    let with_prices = get(&simulator, &format!("{read}?include_price=true")).await;
    assert_eq!(with_prices.json(), full);
    // A savings plan shows its prices to whoever looks.
    let shown = with(full.clone(), "/totalPrice", Value::Null);
    assert_eq!(get(&simulator, &read).await.json(), shown);
    // Both shapes of the renewal.
    let several = json!([{ "termDuration": "P1Y" }, {}]);
    let full = with(full, "/lineItems/0/renewsTo", several);
    let full = with(full, "/lineItems/0/purchaseCommitment", Value::Null);
    plant(&simulator, OWN, &json!([full])).await;
    let with_prices = get(&simulator, &format!("{read}?include_price=true")).await;
    assert_eq!(with_prices.json(), full);
    // Prices are told to who asks.
    let mut full = with(full, "/totalPrice", Value::Null);
    full = with(full, "/lineItems/0/pricing", Value::Null);
    assert_eq!(get(&simulator, &read).await.json(), full);
    // Null is absence.
    full["client"] = Value::Null;
    plant(&simulator, OWN, &json!([full])).await;
    full = with(full, "/client", Value::Null);
    assert_eq!(get(&simulator, &read).await.json(), full);
}

#[tokio::test]
async fn the_documented_orders_can_be_anybodys() {
    let simulator = Simulator::start().await.unwrap();
    let list = "/paths/~1customers~1{customer_id}~1orders/get/responses/200/content/application~1json\
                /examples/by_billing_type/value/items";
    let mut orders = example(list);
    for order in orders.as_array_mut().unwrap() {
        order["referenceCustomerId"] = json!(OWN.to_lowercase());
    }
    let told = plant(&simulator, OWN, &orders).await;
    let count = orders.as_array().unwrap().len();
    let wanted = json!({ "customers": [
        { "id": FIRST, "orders": 45 }, { "id": SECOND, "orders": 42 }, { "id": OWN, "orders": count },
    ]});
    assert_eq!(told, wanted);
    for order in orders.as_array().unwrap() {
        let read = format!(
            "{}/{}",
            path(&OWN.to_lowercase()),
            order["id"].as_str().unwrap()
        );
        assert_eq!(get(&simulator, &read).await.json(), *order);
    }
    assert_eq!(all(&simulator, &path(OWN)).await.len(), count);
}

#[tokio::test]
async fn the_seed_of_the_documentation_is_one() {
    let simulator = Simulator::start().await.unwrap();
    let text = include_str!("../../docs/control.md");
    let (_, json) = text.split_once("```json\n").unwrap();
    let (json, _) = json.split_once("```").unwrap();
    simulator.seed(json).unwrap();
    let order = &all(&simulator, &path(&OWN.to_lowercase())).await[0];
    assert_eq!(
        (&order["id"], &order["status"]),
        (&json!("a1b2c3d4e5f6"), &json!("completed"))
    );
}

#[tokio::test]
async fn amounts_keep_their_digits() {
    let folder = tempfile::TempDir::new().unwrap();
    let state = folder.path().join("state.json");
    let start = || Simulator::builder().state_file(&state).start();
    let simulator = start().await.unwrap();
    let (total, price) = ("90071992547409.930000000000000001", "1E-7");
    let text = order("a", DATE, &[(SEATS, 1)]).to_string();
    let text = text.replacen('{', &format!(r#"{{"totalPrice": {total},"#), 1);
    let line = r#""lineItems":[{"#;
    assert!(text.contains(line));
    let text = text.replace(line, &format!(r#"{line}"pricing":{{"price": {price}}},"#));
    let json = format!(r#"{{"customers":[{{"id":"{OWN}","orders":[{text}]}}]}}"#);
    simulator.seed(&json).unwrap();
    drop(simulator);
    let simulator = start().await.unwrap();
    let reply = get(&simulator, &format!("{}/a?include_price=true", path(OWN))).await;
    assert!(
        reply.text().contains(&format!(r#""totalPrice":{total}"#)),
        "{}",
        reply.text()
    );
    assert!(
        reply
            .text()
            .contains(&format!(r#""pricing":{{"price":{price}}}"#))
    );
}

#[tokio::test]
async fn a_customer_can_have_nothing_and_buy() {
    let simulator = Simulator::start().await.unwrap();
    let (plain, other) = (OWN.replace('4', "5"), OWN.replace('4', "6"));
    simulator
        .seed(&format!(
            "\u{FEFF}{{\"customers\":[{{\"id\":\"{plain}\"}},\
             {{\"id\":\"{OWN}\",\"country\":\"jp\",\"orders\":[]}},\
             {{\"id\":\"{other}\",\"country\":\"DE\",\"currency\":\"idr\"}}]}}"
        ))
        .unwrap();
    let mut ids = Vec::new();
    for (customer, country, currency) in [
        (plain.as_str(), "US", "USD"),
        (OWN, "JP", "JPY"),
        (&other, "DE", "IDR"),
    ] {
        let list = get(&simulator, &path(customer)).await;
        assert_eq!((list.status, &list.json()["totalCount"]), (200, &json!(0)));
        let placed = place(&simulator, customer, &order_of(SEATS, 2)).await;
        assert_eq!(placed["currencyCode"], currency);
        let uri = placed.pointer("/lineItems/0/links/product/uri").unwrap();
        assert!(
            uri.as_str()
                .unwrap()
                .ends_with(&format!("country={country}"))
        );
        let id = placed["id"].as_str().unwrap().to_owned();
        assert_eq!(simulator.order_ids(customer), [id.as_str()]);
        ids.push(id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 3);
    // Who is there already can move.
    simulator
        .seed(&json!({ "customers": [{ "id": FIRST.to_uppercase(), "country": "DE", "currency": "EUR" }] }).to_string())
        .unwrap();
    let placed = place(&simulator, FIRST, &order_of(SEATS, 1)).await;
    assert_eq!(placed["currencyCode"], "EUR");
    assert_eq!(simulator.order_ids(FIRST).len(), 46);
}

#[tokio::test]
async fn orders_are_listed_at_once_and_newest_first() {
    let simulator = Simulator::start().await.unwrap();
    let dates = [
        ("c", "2024-05-01T10:00:00Z"),
        ("b", "2024-05-01T03:30:00.5-07:00"),
        ("d", "2024-05-01T10:00:00Z"),
        ("e", "2019-01-01T00:00:00Z"),
        ("a", "2030-01-01T00:00:00Z"),
    ];
    let orders: Vec<_> = dates
        .map(|(id, date)| order(id, date, &[(SEATS, 1)]))
        .into();
    plant(&simulator, OWN, &json!(orders)).await;
    let listed = all(&simulator, &path(OWN)).await;
    let listed: Vec<_> = listed
        .iter()
        .map(|order| order["id"].as_str().unwrap())
        .collect();
    assert_eq!(listed, ["a", "b", "c", "d", "e"]);
    assert_eq!(simulator.order_ids(OWN), listed);

    // Among others, each one is before the first that is older.
    let placed = place(&simulator, FIRST, &order_of(SEATS, 1)).await;
    let there = simulator.order_ids(FIRST);
    assert_eq!(placed["id"], there[0]);
    let orders = orders.into_iter();
    let orders: Vec<_> = orders
        .map(|order| with(order, "/referenceCustomerId", json!(FIRST)))
        .collect();
    plant(&simulator, FIRST, &json!(orders)).await;
    let ids = simulator.order_ids(FIRST);
    assert_eq!(ids[..5], ["a", there[0].as_str(), "b", "c", "d"]);
    let last = ids.iter().position(|id| id == "e").unwrap();
    let listed = get(&simulator, &format!("{}/{}", path(FIRST), ids[last + 1])).await;
    assert!(listed.json()["creationDate"].as_str().unwrap() < "2019");
    assert_eq!(ids.len(), there.len() + 5);
}

#[tokio::test]
async fn an_order_that_is_there_is_replaced() {
    let simulator = Simulator::start().await.unwrap();
    let guid = "3f0b1d57-50c2-4b6e-9c55-7c1f4f3f2a11";
    let first = json!([
        order(guid, DATE, &[(LEGACY, 1)]),
        order("Ab", DATE, &[(SEATS, 1)])
    ]);
    plant(&simulator, OWN, &first).await;
    // A GUID is the same in capitals, another id is not.
    let second = json!([
        order(&guid.to_uppercase(), DATE, &[(LEGACY, 7)]),
        order("aB", DATE, &[(SEATS, 1)]),
    ]);
    let told = plant(&simulator, OWN, &second).await;
    assert_eq!(told["customers"][2]["orders"], 3);
    let read = get(&simulator, &format!("{}/{guid}", path(OWN)))
        .await
        .json();
    assert_eq!(read, second[0]);

    // Nothing of the old one is left: neither its files nor its prices.
    let with_files = simulator.order_ids(FIRST);
    let mut replaced = 0;
    for id in with_files {
        let files = format!("{}/{id}/attachments", path(FIRST));
        if get(&simulator, &files).await.json()["totalCount"] == 0 {
            continue;
        }
        let new = with(
            order(&id, DATE, &[(SEATS, 1)]),
            "/referenceCustomerId",
            json!(FIRST),
        );
        plant(&simulator, FIRST, &json!([new])).await;
        assert_eq!(get(&simulator, &files).await.json()["totalCount"], 0);
        let read = format!("{}/{id}?include_price=true", path(FIRST));
        assert_eq!(get(&simulator, &read).await.json(), new);
        replaced += 1;
    }
    assert_eq!(replaced, 2);
    assert_eq!(simulator.order_ids(FIRST).len(), 45);
}

async fn patch(simulator: &Simulator, id: &str, body: &Value) -> Reply {
    let target = format!("{}/{id}", path(OWN));
    send_json(simulator, "PATCH", &target, body).await
}

#[tokio::test]
async fn seeded_orders_are_changed_like_others() {
    let simulator = Simulator::start().await.unwrap();
    let dollars = |order| with(order, "/currencyCode", json!("USD"));
    let legacy = dollars(order("legacy", DATE, &[(LEGACY, 2)]));
    let reservation = order("reservation", "2024-06-30T00:00:00Z", &[(RESERVATION, 1)]);
    let reservation = with(reservation, "/status", json!("completed"));
    let pending = with(
        order("pending", DATE, &[(SEATS, 1)]),
        "/status",
        json!("pending"),
    );
    let priced = with(legacy.clone(), "/id", json!("priced"));
    let priced = with(priced, "/totalPrice", json!(9));
    let orders = json!([legacy, reservation, pending, priced]);
    plant(&simulator, OWN, &orders).await;
    let prices = async |id: &str| {
        let read = format!("{}/{id}?include_price=true", path(OWN));
        get(&simulator, &read).await.json()["totalPrice"].clone()
    };

    // Those without prices have the simulator's, when they tell in which currency.
    let quantity = |quantity| json!({ "lineItems": [{ "lineItemNumber": 0, "offerId": LEGACY, "quantity": quantity }] });
    let before = prices("legacy").await.as_f64().unwrap();
    assert!(before > 0.0);
    assert_eq!(patch(&simulator, "legacy", &quantity(6)).await.status, 200);
    let after = prices("legacy").await.as_f64().unwrap();
    assert!((after - 3.0 * before).abs() < 0.001, "{before} {after}");
    assert_eq!(prices("pending").await, Value::Null);
    // Those that an order brought are its own for as long as they hold.
    let name =
        json!({ "lineItems": [{ "lineItemNumber": 0, "offerId": LEGACY, "friendlyName": "x" }] });
    assert_eq!(patch(&simulator, "priced", &name).await.status, 200);
    assert_eq!(prices("priced").await, 9);
    assert_eq!(patch(&simulator, "priced", &quantity(6)).await.status, 200);
    assert_eq!(prices("priced").await, Value::Null);

    let cancelled = patch(&simulator, "reservation", &json!({ "status": "cancelled" })).await;
    assert_eq!(
        (cancelled.status, &cancelled.json()["status"]),
        (200, &json!("cancelled"))
    );

    // Like those of the start, one that nobody touched stays as it is.
    let read = get(&simulator, &format!("{}/pending", path(OWN)))
        .await
        .json();
    assert_eq!(read["status"], "pending");
}

#[tokio::test]
async fn seeded_orders_can_wait_for_documents() {
    let simulator = Simulator::start().await.unwrap();
    let lines = [
        ("DG7GMGF0D7FV:0003:DG7GMGF0D2G1", 1),
        (SEATS, 1),
        (SEATS, 1),
    ];
    let subscription = "7A5E4D2C-8f31-4b6d-9a0c-5e1f7b3d2c48";
    let waiting = |id: &str| {
        let order = order(id, DATE, &lines);
        let order = with(order, "/status", json!("pending_po_upload"));
        with(order, "/lineItems/1/subscriptionId", json!(subscription))
    };
    plant(&simulator, OWN, &json!([waiting("a"), waiting("b")])).await;
    let mut new = BTreeSet::new();
    for id in ["a", "b"] {
        let order = format!("{}/{id}", path(OWN));
        let call = ("POST", format!("{order}/attachment"));
        let form = "multipart/form-data; boundary=b";
        let uploaded = send(&simulator, (call.0, &call.1), &[], form, &upload()).await;
        assert_eq!(uploaded.status, 201);
        simulator.clock().advance(10 * MINUTE);
        let read = get(&simulator, &order).await.json();
        assert_eq!(read["status"], "completed");
        let own = |line: usize| read["lineItems"][line]["subscriptionId"].clone();
        // Software has none, and one that was there stays.
        assert_eq!([own(0), own(1)], [Value::Null, json!(subscription)]);
        new.insert(own(2).to_string());
        new.insert(uploaded.json()["items"][0]["attachmentId"].to_string());
    }
    assert_eq!(new.len(), 4, "{new:?}");
}

#[tokio::test]
async fn what_another_simulator_placed_keeps_its_ids_apart() {
    let one = Simulator::start().await.unwrap();
    one.seed(&json!({ "customers": [{ "id": OWN }] }).to_string())
        .unwrap();
    for offer in [SEATS, RESERVATION, SEATS] {
        place(&one, OWN, &order_of(offer, 1)).await;
    }
    one.clock().advance(15 * MINUTE);
    let orders = all(&one, &path(OWN)).await;

    let other = Simulator::start().await.unwrap();
    plant(&other, OWN, &json!(orders)).await;
    // Whatever the shape of their ids.
    for offer in [LEGACY, SEATS, LEGACY] {
        place(&other, OWN, &order_of(offer, 1)).await;
    }
    other.clock().advance(15 * MINUTE);
    let orders = all(&other, &path(OWN)).await;
    let lines = orders
        .iter()
        .map(|order| &order["lineItems"][0]["subscriptionId"]);
    let subscriptions: Vec<_> = lines.filter_map(Value::as_str).collect();
    let ids = other.order_ids(OWN);
    assert_eq!((ids.len(), subscriptions.len()), (6, 5));
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 6);
    assert_eq!(subscriptions.iter().collect::<BTreeSet<_>>().len(), 5);
}

#[tokio::test]
async fn what_is_wrong_is_named_with_its_place_and_nothing_is_added() {
    let simulator = Simulator::start().await.unwrap();
    let good = order("good", DATE, &[(SEATS, 1)]);
    let bad = |pointer: &str, value: Value| {
        let wrong = with(
            order("bad", DATE, &[(SEATS, 1), (SEATS, 1)]),
            pointer,
            value,
        );
        json!({ "customers": [{ "id": OWN, "orders": [good] }, { "id": OWN, "orders": [good, wrong] }] })
    };
    let order_of = |place: &str| format!("customers[1].orders[1]{place}");
    let date = |date: &str| {
        let wanted = order_of(&format!(".creationDate: {date:?} is no date"));
        (bad("/creationDate", json!(date)), wanted)
    };
    let huge = u64::from(u32::MAX);
    let cases = [
        (json!({}), "`customers`".to_owned()),
        (json!({ "customers": {} }), "customers: ".to_owned()),
        (json!({ "customers": [], "more": 1 }), "`more`".to_owned()),
        (
            json!({ "customers": [{}] }),
            "customers[0]: missing field `id`".to_owned(),
        ),
        (
            json!({ "customers": [{ "id": "me" }] }),
            "customers[0].id: \"me\"".to_owned(),
        ),
        (
            json!({ "customers": [{ "id": OWN, "name": "" }] }),
            "customers[0].name: unknown field".to_owned(),
        ),
        (
            json!({ "customers": [{ "id": OWN, "country": "XX" }] }),
            "customers[0].country: \"XX\" is none of US, ".to_owned(),
        ),
        (
            json!({ "customers": [{ "id": OWN, "currency": "XXX" }] }),
            "customers[0].currency: \"XXX\" is none of USD, ".to_owned(),
        ),
        (
            json!({ "customers": [{ "id": OWN, "orders": [good, good] }] }),
            "customers[0].orders[1].id: \"good\" is there twice".to_owned(),
        ),
        (bad("/id", Value::Null), order_of(": missing field `id`")),
        (bad("/id", json!(" ")), order_of(".id: ")),
        (bad("/id", json!(7)), order_of(".id: invalid type")),
        (
            bad("/referenceCustomerId", json!(FIRST)),
            order_of(".referenceCustomerId: "),
        ),
        (
            bad("/billingCycle", json!("montly")),
            order_of(".billingCycle: \"montly\""),
        ),
        date("2024-05-01T10:00:00"),
        date("2024-05-01"),
        date("2024-05-01 10:00:00Z"),
        date("2024-05-01t10:00:00z"),
        date("2024-05-01T10:00:60Z"),
        date("2024-02-30T10:00:00Z"),
        date(""),
        (
            bad("/status", json!("quantum")),
            order_of(".status: unknown variant `quantum`"),
        ),
        (
            bad("/totalPrice", json!("12")),
            order_of(".totalPrice: an amount is a number"),
        ),
        (
            bad("/totalPrize", json!(12)),
            order_of(".totalPrize: unknown field `totalPrize`"),
        ),
        (
            bad("/links", json!({ "self": { "url": "" } })),
            order_of(".links.self.url: unknown field"),
        ),
        (
            bad("/lineItems/1/offer", json!(1)),
            order_of(".lineItems[1].offer: unknown field"),
        ),
        (
            bad("/lineItems/1/offerId", Value::Null),
            order_of(".lineItems[1]: missing field `offerId`"),
        ),
        (
            bad("/lineItems/1/lineItemNumber", json!(0)),
            order_of(".lineItems[1].lineItemNumber: 0"),
        ),
        (
            bad("/lineItems/1/quantity", json!(-1)),
            order_of(".lineItems[1].quantity: "),
        ),
        (
            bad("/lineItems/1/quantity", json!(1.5)),
            order_of(".lineItems[1].quantity: "),
        ),
        (
            bad("/lineItems/1/quantity", json!(huge)),
            order_of(".lineItems[1].quantity: 4294967295"),
        ),
        (
            bad("/lineItems/1/renewsTo", json!([{ "term": "P1Y" }])),
            order_of(".lineItems[1].renewsTo[0].term: unknown field"),
        ),
        (
            bad("/lineItems/1/renewsTo", json!("P1Y")),
            order_of(".lineItems[1].renewsTo: "),
        ),
    ];
    let text = cases.map(|(json, wanted)| (json.to_string(), wanted));
    let broken = [
        ("".to_owned(), "line 1 column 0".to_owned()),
        ("{\n\"customers\": [}".to_owned(), "line 2".to_owned()),
        (
            r#"{"customers":[]} {}"#.to_owned(),
            "trailing characters".to_owned(),
        ),
        (
            format!(r#"{{"customers":[{{"id":"{OWN}","id":"{OWN}"}}]}}"#),
            "duplicate field `id`".to_owned(),
        ),
        (
            format!(r#"{{"customers":{}"#, "[".repeat(100_000)),
            "customers".to_owned(),
        ),
    ];
    for (json, wanted) in text.into_iter().chain(broken) {
        let reply = seed(&simulator, &json).await;
        let told = reply.json()["error"].as_str().unwrap().to_owned();
        assert_eq!(reply.status, 400, "{json}");
        assert!(told.contains(&wanted), "{wanted}: {told}");
        let refused = simulator.seed(&json).unwrap_err();
        assert_eq!(
            (refused.kind(), refused.to_string()),
            (ErrorKind::InvalidInput, told)
        );
        assert_eq!(get(&simulator, &path(OWN)).await.status, 403);
    }
    let long = seed(&simulator, &" ".repeat(16 * 1024 * 1024 + 1)).await;
    assert_eq!(long.status, 400);
    assert!(long.json()["error"].as_str().unwrap().contains("16 MiB"));
    // The very same without the fault.
    assert_eq!(
        seed(&simulator, &bad("/status", json!("completed")).to_string())
            .await
            .status,
        200
    );
    assert_eq!(simulator.order_ids(OWN).len(), 2);
    assert_eq!(simulator.requests().len(), 38, "a seed is in no log");
}

#[tokio::test]
async fn a_seed_survives_a_restart_and_a_reset_takes_it_away() {
    let folder = tempfile::TempDir::new().unwrap();
    let state = folder.path().join("state.json");
    let start = || Simulator::builder().state_file(&state).start();
    let mut simulator = start().await.unwrap();
    let one = order("one", DATE, &[(LEGACY, 2)]);
    plant(&simulator, OWN, &json!([one])).await;
    let lists = [
        path(OWN),
        format!("{}?include_price=true", path(OWN)),
        path(FIRST),
    ];
    for _ in 0..2 {
        let mut before = Vec::new();
        for list in &lists {
            before.push(get(&simulator, list).await.body);
        }
        drop(simulator);
        simulator = start().await.unwrap();
        for (list, before) in lists.iter().zip(before) {
            assert_eq!(get(&simulator, list).await.body, before);
        }
        place(&simulator, OWN, &order_of(SEATS, 1)).await;
        assert_eq!(
            patch(
                &simulator,
                "one",
                &json!({ "lineItems": [
            { "lineItemNumber": 0, "offerId": LEGACY, "quantity": 5 },
        ] })
            )
            .await
            .status,
            200
        );
    }
    // What cannot be saved is not taken up.
    let text = fs::read(&state).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let two = order("two", DATE, &[(LEGACY, 2)]);
    let json = json!({ "customers": [{ "id": OWN, "orders": [two] }] }).to_string();
    assert_eq!(seed(&simulator, &json).await.status, 500);
    assert_eq!(
        simulator.seed(&json).unwrap_err().kind(),
        ErrorKind::NotFound
    );
    assert_eq!(
        get(&simulator, &format!("{}/two", path(OWN))).await.status,
        404
    );
    fs::create_dir(&folder).unwrap();
    fs::write(&state, text).unwrap();

    simulator.reset().unwrap();
    assert_eq!(get(&simulator, &path(OWN)).await.status, 403);
    drop(simulator);
    assert_eq!(get(&start().await.unwrap(), &path(OWN)).await.status, 403);
}
