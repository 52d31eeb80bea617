//! Is every purchase made at most once, whatever the network does, and is it always said what became of it?
//!
//! Many orders are placed through faults, each with a name of its own, and the simulator is then asked what it has. A few
//! hundred here; `cargo xtask prove once` places as many as it takes to believe it, and prints what became of them.

#![allow(clippy::print_stdout, reason = "the figures are for the reader")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt as _, stream};
use partner_center_orders::{
    Delivery, Error, NewLineItem, NewOrder, Order, Orders, PartnerCenter, Response, StaticToken,
    Uuid,
};
use partner_center_orders_tests::orders;
use partner_center_sim::{Fault, Operation, RequestIds, Simulator};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Time is short for who waits for an answer, and longer than any answer takes that comes at all.
const ANSWER: Duration = Duration::from_secs(1);
const LATE: Duration = Duration::from_millis(1_500);

/// For whom no fault is in the way.
const PATIENCE: Duration = Duration::from_secs(60);

/// So many purchases at a time.
const AT_ONCE: usize = 64;

/// A purchase that was tried, under its own name and request id.
struct Tried {
    name: String,
    id: Uuid,
    end: Result<Response<Order>, Error>,
}

/// How many orders to place: the number in the variable, if there is one.
fn count(usual: usize, variable: &str) -> usize {
    let chosen = std::env::var(variable).ok();
    chosen.map_or(usual, |number| number.parse().expect("a number"))
}

fn client(base_url: &str, answer: Duration) -> PartnerCenter {
    let moment = Duration::from_millis(1);
    PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
        .endpoint(base_url)
        .answer_timeout(answer)
        .backoff(moment, 4 * moment)
        .retry_budget(false)
        .build()
        .expect("a client")
}

fn order(name: &str) -> NewOrder {
    let line = NewLineItem::new("CFQ7TTC0LH16:0001:CFQ7TTC0K18P", 1).friendly_name(name);
    NewOrder::new([line.term_duration("P1Y")])
}

async fn place(orders: Orders<'_>, name: String, id: Uuid) -> Tried {
    let end = orders.create(order(&name)).request_id(id).send().await;
    Tried { name, id, end }
}

async fn place_all(
    orders: Orders<'_>,
    wanted: impl IntoIterator<Item = (String, Uuid)>,
) -> Vec<Tried> {
    let each = wanted.into_iter().map(|(name, id)| place(orders, name, id));
    stream::iter(each).buffer_unordered(AT_ONCE).collect().await
}

fn names(count: usize) -> Vec<(String, Uuid)> {
    (0..count)
        .map(|number| (format!("purchase {number}"), Uuid::new_v4()))
        .collect()
}

/// The ids of the orders that the simulator has, by the names of their lines. It is asked without a fault in the way.
async fn placed(simulator: &Simulator) -> BTreeMap<String, Vec<String>> {
    simulator.clear_faults();
    let partner = client(simulator.base_url(), PATIENCE);
    let orders = orders(&partner);
    let ids = simulator.order_ids(Simulator::CUSTOMERS[0]);
    let mut placed: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for id in ids {
        let order = orders.order(id).get().send().await.expect("an order");
        let order = order.into_body();
        let name = order
            .line_items()
            .first()
            .and_then(|line| line.friendly_name.clone());
        let name = name.filter(|name| name.starts_with("purchase "));
        if let Some(name) = name {
            placed.entry(name).or_default().push(order.id.to_string());
        }
    }
    placed
}

/// What became of many purchases.
#[derive(Debug, Default)]
struct Tally {
    ok: usize,
    accepted: usize,
    unknown: usize,
    unknown_and_placed: usize,
    refused: usize,
    not_sent: usize,
    /// Purchases that were sent more than once within their call.
    repeated: usize,
    most_attempts: u32,
    orders: usize,
    doubles: usize,
}

impl Tally {
    fn of(tried: &[Tried], placed: &BTreeMap<String, Vec<String>>) -> Self {
        let mut tally = Self {
            orders: placed.values().map(Vec::len).sum(),
            doubles: placed.values().filter(|ids| ids.len() > 1).count(),
            ..Self::default()
        };
        for tried in tried {
            let attempts = match &tried.end {
                Ok(order) => order.attempts(),
                Err(error) => error.attempts(),
            };
            tally.repeated += usize::from(attempts > 1);
            tally.most_attempts = tally.most_attempts.max(attempts);
            match tried.end.as_ref().map_err(Error::delivery) {
                Ok(_) => tally.ok += 1,
                Err(Delivery::Accepted) => tally.accepted += 1,
                Err(Delivery::Unknown) => {
                    tally.unknown += 1;
                    tally.unknown_and_placed += usize::from(placed.contains_key(&tried.name));
                }
                Err(Delivery::Refused) => tally.refused += 1,
                Err(Delivery::NotSent) => tally.not_sent += 1,
            }
        }
        tally
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} ok, {} accepted, {} unknown ({} of them placed), {} refused, {} not sent; {} sent more than once, at most \
             {} times; {} orders, {} purchases doubled",
            self.ok,
            self.accepted,
            self.unknown,
            self.unknown_and_placed,
            self.refused,
            self.not_sent,
            self.repeated,
            self.most_attempts,
            self.orders,
            self.doubles,
        )
    }
}

/// What each purchase says of itself is so.
fn is_true(tried: &[Tried], placed: &BTreeMap<String, Vec<String>>) {
    for Tried { name, end, .. } in tried {
        let orders = placed.get(name).map(Vec::as_slice).unwrap_or_default();
        match end {
            Ok(order) => assert_eq!(orders, [order.body().id.to_string()], "{name}"),
            Err(error) => match error.delivery() {
                Delivery::Accepted => {
                    assert_eq!(orders.len(), 1, "{name}: {error}");
                    if let Some(id) = error.answered_id() {
                        assert_eq!(orders, [id], "{name}");
                    }
                }
                Delivery::Unknown => assert!(orders.len() <= 1, "{name}: {error}"),
                Delivery::Refused | Delivery::NotSent => {
                    assert!(orders.is_empty(), "{name}: {error}: {orders:?}");
                }
            },
        }
    }
}

/// Sends what is not known to be placed again, each under its own request id, until all are.
async fn until_all_are_placed(orders: Orders<'_>, mut tried: Vec<Tried>) -> Vec<String> {
    let mut ids = Vec::new();
    for _ in 0..50 {
        let mut open = Vec::new();
        for Tried { name, id, end } in tried {
            match end {
                Ok(order) => ids.push(order.into_body().id.to_string()),
                Err(_) => open.push((name, id)),
            }
        }
        if open.is_empty() {
            return ids;
        }
        tried = place_all(orders, open).await;
    }
    panic!("there is no end to it");
}

/// Faults for a tenth of the attempts each. Rules with one seed pick the same calls: each has the tenth that those before
/// it have not.
fn break_attempts(simulator: &Simulator, seed: u64) {
    let rule = |share: f64| {
        simulator
            .on(Operation::CreateOrder)
            .probability(share, seed)
    };
    // A wait is a fault of its own: what stands before it changes nothing, and keeps the others away.
    rule(0.1).fault(Fault::unknown_word("nothing", "has this name"));
    rule(0.05).fault(Fault::delay(LATE));
    rule(0.1).fault(Fault::delay(LATE).after_change());
    rule(0.2).fault(Fault::reset());
    rule(0.3).fault(Fault::reset().after_change());
    // The documented one asks for a minute.
    rule(0.4).fault(Fault::status(429).retry_after(Duration::ZERO));
    rule(0.5).fault(Fault::status(503));
    rule(0.6).fault(Fault::cut_body(100));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_purchase_is_made_once_through_faults_of_every_kind() {
    let count = count(200, "PROVE_ONCE");
    let simulator = Simulator::start().await.expect("a simulator");
    break_attempts(&simulator, 20_261_121);
    let partner = client(simulator.base_url(), ANSWER);
    let tried = place_all(orders(&partner), names(count)).await;
    let found = placed(&simulator).await;
    is_true(&tried, &found);
    let tally = Tally::of(&tried, &found);
    println!("faults: {count} purchases: {tally}");
    assert!(
        tally.ok > count / 2 && tally.repeated > count / 4,
        "{tally}"
    );
    assert!(tally.accepted > 0 && tally.unknown > 0, "{tally}");
    assert_eq!(tally.doubles, 0, "{tally}");

    break_attempts(&simulator, 7);
    let ids = until_all_are_placed(orders(&partner), tried).await;
    let distinct: BTreeSet<&String> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (count, count));
    let found = placed(&simulator).await;
    assert_eq!(found.values().map(Vec::len).sum::<usize>(), count);
    assert_eq!(found.len(), count);
    println!("faults: sent again until all were known: {count} orders, {count} ids");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_purchase_that_the_service_failed_at_is_not_sent_again() {
    let count = count(100, "PROVE_ONCE");
    let simulator = Simulator::start().await.expect("a simulator");
    let rule = |share| simulator.on(Operation::CreateOrder).probability(share, 3);
    rule(0.2).fault(Fault::status(500));
    rule(0.4).fault(Fault::status(500).after_change());
    let partner = client(simulator.base_url(), PATIENCE);
    let tried = place_all(orders(&partner), names(count)).await;
    let found = placed(&simulator).await;
    is_true(&tried, &found);
    let tally = Tally::of(&tried, &found);
    println!("500s: {count} purchases: {tally}");
    assert_eq!(tally.most_attempts, 1, "{tally}");
    assert_eq!(tally.ok + tally.unknown, count, "{tally}");
    assert!(tally.unknown > count / 4, "{tally}");
    assert!(
        (1..tally.unknown).contains(&tally.unknown_and_placed),
        "{tally}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_service_that_ignores_ids_doubles_come_from_repeats_only() {
    let count = count(100, "PROVE_ONCE");
    let simulator = Simulator::builder()
        .request_ids(RequestIds::Ignored)
        .start()
        .await
        .expect("a simulator");
    break_attempts(&simulator, 20_261_121);
    let partner = client(simulator.base_url(), ANSWER);
    let tried = place_all(orders(&partner), names(count)).await;
    let found = placed(&simulator).await;
    let tally = Tally::of(&tried, &found);
    // How many doubles there are says something of the simulator only; that each comes from a call which says that it was
    // sent more than once is what the client is for.
    println!("ids ignored: {count} purchases: {tally}");
    for Tried { name, end, .. } in &tried {
        let attempts = match end {
            Ok(order) => order.attempts(),
            Err(error) => error.attempts(),
        };
        let orders = found.get(name).map_or(0, Vec::len);
        assert!(
            orders <= 1 || attempts > 1,
            "{name}: {orders} in one attempt"
        );
    }
}

/// Passes bytes on, and cuts each connection after some number of them that is left to chance.
async fn cutting_proxy(server: String, seed: u64) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move {
        let chance = Arc::new(std::sync::Mutex::new(Chance(seed)));
        while let Ok((client, _)) = listener.accept().await {
            let length = chance.lock().expect("a number").below(4_000);
            let server = server.clone();
            tokio::spawn(async move {
                if let Ok(server) = TcpStream::connect(server).await {
                    pass(client, server, length).await;
                }
            });
        }
    });
    address
}

/// Passes so many bytes on, in both directions together, and drops the connections.
async fn pass(mut client: TcpStream, mut server: TcpStream, mut left: usize) {
    let (mut up, mut down) = ([0; 512], [0; 512]);
    while left > 0 {
        let passed = tokio::select! {
            read = client.read(&mut up) => match read {
                Ok(length @ 1..) => {
                    let length = length.min(left);
                    server.write_all(&up[..length]).await.map(|()| length)
                }
                _ => return,
            },
            read = server.read(&mut down) => match read {
                Ok(length @ 1..) => {
                    let length = length.min(left);
                    client.write_all(&down[..length]).await.map(|()| length)
                }
                _ => return,
            },
        };
        let Ok(passed) = passed else { return };
        left -= passed;
    }
}

/// Numbers that look random and are the same for a seed (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((bits ^ (bits >> 31)) % bound).expect("a small number")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_purchase_is_made_once_through_a_connection_that_breaks_anywhere() {
    let count = count(100, "PROVE_ONCE_CUT");
    let simulator = Simulator::start().await.expect("a simulator");
    let server = simulator
        .base_url()
        .trim_start_matches("http://")
        .to_owned();
    let proxy = cutting_proxy(server, 500).await;
    let partner = client(&proxy, ANSWER);
    let tried = place_all(orders(&partner), names(count)).await;
    let found = placed(&simulator).await;
    is_true(&tried, &found);
    let tally = Tally::of(&tried, &found);
    println!("cuts: {count} purchases: {tally}");
    assert!(tally.repeated > count / 10, "{tally}");
    assert_eq!(tally.doubles, 0, "{tally}");

    let ids = until_all_are_placed(orders(&partner), tried).await;
    let distinct: BTreeSet<&String> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (count, count));
    assert_eq!(placed(&simulator).await.len(), count);
    println!("cuts: sent again until all were known: {count} orders, {count} ids");
}
