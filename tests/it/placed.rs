//! Is an order found of which nobody knows whether it was placed?

use std::time::Duration;

use partner_center_orders::{
    BillingCycle, DateTime, Delivery, NewLineItem, NewOrder, Order, Orders, Utc, Uuid,
};
use partner_center_orders_tests::{CUSTOMER, Recorded, client, client_of, orders};
use partner_center_sim::{Fault, Operation, Simulator};
use serde_json::{Value, json};

const SEATS: &str = "CFQ7TTC0SB01:0002:CFQ7TTC0RK4D";
const SOFTWARE: &str = "DG7GMGF0SB09:0005:DG7GMGF0RT6V";
const LEGACY: &str = "031C9E47-4802-4248-838E-778FB1D2CC05";
const MINUTE: Duration = Duration::from_secs(60);

fn ids(orders: &[Order]) -> Vec<&str> {
    orders.iter().map(|order| order.id.as_str()).collect()
}

fn order() -> NewOrder {
    let lines = [
        NewLineItem::new(SEATS, 25).term_duration("P1Y"),
        NewLineItem::new(SOFTWARE, 3),
    ];
    NewOrder::new(lines).billing_cycle(BillingCycle::Monthly)
}

/// An order that was placed, and whose answer nobody got.
async fn lost(simulator: &Simulator, orders: Orders<'_>, order: &NewOrder) -> String {
    simulator.clear_faults();
    let fault = Fault::reset().after_change();
    simulator.on(Operation::CreateOrder).nth(1).fault(fault);
    let error = orders.create(order.clone()).send().await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::Unknown);
    simulator.order_ids(CUSTOMER)[0].clone()
}

#[tokio::test]
async fn an_order_is_found_when_the_list_has_it_and_not_before() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let orders = orders(&partner);
    let order = order();
    let begun = simulator.clock().now();
    let create = orders.create(order.clone());
    let id = lost(&simulator, orders, &order).await;
    for minutes in [0, 10, 4] {
        simulator.clock().advance(minutes * MINUTE);
        let found = orders.find_placed(&order, begun).send().await;
        assert_eq!(ids(&found.unwrap()), [""; 0], "{minutes}");
    }
    simulator.clock().advance(MINUTE);
    let found = orders.find_placed(&order, begun).send().await;
    assert_eq!(ids(&found.unwrap()), [id.as_str()]);
    // The same from the request that was to place it, and without a time.
    let found = create
        .find_placed(DateTime::<Utc>::UNIX_EPOCH)
        .send()
        .await
        .unwrap();
    assert_eq!(ids(&found), [id.as_str()]);
    // Another customer has no such order.
    let other = partner.customer(Simulator::CUSTOMERS[1].parse().unwrap());
    let found = other
        .orders()
        .find_placed(&order, DateTime::<Utc>::UNIX_EPOCH)
        .send()
        .await
        .unwrap();
    assert_eq!(ids(&found), [""; 0]);
}

#[tokio::test]
async fn two_equal_orders_are_two() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let orders = orders(&partner);
    let order = order();
    let first = lost(&simulator, orders, &order).await;
    simulator.clock().advance(20 * MINUTE);
    let between: DateTime<Utc> = simulator.clock().now();
    let second = lost(&simulator, orders, &order).await;
    simulator.clock().advance(15 * MINUTE);
    let found = orders
        .find_placed(&order, DateTime::<Utc>::UNIX_EPOCH)
        .send()
        .await
        .unwrap();
    assert_eq!(ids(&found), [second.as_str(), &first]);
    let found = orders.find_placed(&order, between).send().await;
    assert_eq!(ids(&found.unwrap()), [second.as_str()]);
}

#[tokio::test]
async fn clocks_may_differ_by_five_minutes() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let orders = orders(&partner);
    let order = order();
    let placed = simulator.clock().now();
    let id = lost(&simulator, orders, &order).await;
    simulator.clock().advance(15 * MINUTE);
    for (later, is_found) in [
        (Duration::ZERO, true),
        (5 * MINUTE, true),
        (5 * MINUTE + Duration::from_millis(1), false),
    ] {
        let found = orders.find_placed(&order, placed + later).send().await;
        let wanted: Vec<&str> = is_found.then_some(id.as_str()).into_iter().collect();
        assert_eq!(ids(&found.unwrap()), wanted, "{later:?}");
    }
    // Times that no calendar holds.
    for (since, is_found) in [
        (DateTime::<Utc>::MIN_UTC, true),
        (DateTime::<Utc>::MAX_UTC, false),
    ] {
        let found = orders.find_placed(&order, since).send().await;
        assert_eq!(found.unwrap().len(), usize::from(is_found), "{since}");
    }
}

/// An order with these lines: offer, quantity, term.
fn listed(lines: &[(&str, i32, Option<&str>)]) -> Value {
    let line = |(number, (offer, quantity, term)): (usize, &(&str, i32, Option<&str>))| {
        let mut line = json!({ "lineItemNumber": number, "offerId": offer, "quantity": quantity });
        if let Some(term) = term {
            line["termDuration"] = json!(term);
        }
        line
    };
    let lines: Vec<Value> = lines.iter().enumerate().map(line).collect();
    json!({ "id": "o", "lineItems": lines, "creationDate": "2024-07-01T08:00:00Z" })
}

fn wanted(lines: &[(&str, i32, Option<&str>)]) -> NewOrder {
    NewOrder::new(lines.iter().map(|(offer, quantity, term)| {
        let line = NewLineItem::new(*offer, *quantity);
        match term {
            Some(term) => line.term_duration(*term),
            None => line,
        }
    }))
}

#[tokio::test]
async fn an_order_is_known_by_its_lines() {
    let (month, year) = (Some("P1M"), Some("P1Y"));
    let seats = (SEATS, 5, None);
    let lower = LEGACY.to_lowercase();
    for (bought, asked, is_found) in [
        (vec![seats], vec![seats], true),
        // As many lines, in any order.
        (vec![seats, (SOFTWARE, 1, None)], vec![seats], false),
        (vec![seats], vec![seats, (SOFTWARE, 1, None)], false),
        (vec![seats], vec![seats, seats], false),
        (
            vec![seats, (SOFTWARE, 1, None)],
            vec![(SOFTWARE, 1, None), seats],
            true,
        ),
        (vec![seats, (SOFTWARE, 1, None)], vec![seats, seats], false),
        // The offer, in any letter case, and how many of it.
        (vec![(LEGACY, 1, None)], vec![(&lower, 1, None)], true),
        (vec![(SOFTWARE, 5, None)], vec![seats], false),
        (vec![(SEATS, 4, None)], vec![seats], false),
        (vec![(SEATS, 0, None)], vec![seats], false),
        // The term where both say it.
        (vec![(SEATS, 5, month)], vec![(SEATS, 5, Some("p1m"))], true),
        (vec![(SEATS, 5, month)], vec![(SEATS, 5, year)], false),
        (vec![(SEATS, 5, month)], vec![seats], true),
        (vec![seats], vec![(SEATS, 5, year)], true),
        (vec![(SEATS, 5, Some(""))], vec![(SEATS, 5, year)], true),
        // A line that would fit anything is not taken from one that needs it.
        (
            vec![(SEATS, 5, year), (SEATS, 5, month)],
            vec![seats, (SEATS, 5, year)],
            true,
        ),
        (
            vec![(SEATS, 5, month), (SEATS, 5, year)],
            vec![seats, (SEATS, 5, year)],
            true,
        ),
        (
            vec![seats, (SEATS, 5, year)],
            vec![(SEATS, 5, year), (SEATS, 5, month)],
            true,
        ),
        (
            vec![seats, (SEATS, 5, year)],
            vec![(SEATS, 5, month), (SEATS, 5, year)],
            true,
        ),
        (
            vec![(SEATS, 5, year), (SEATS, 5, year)],
            vec![seats, (SEATS, 5, month)],
            false,
        ),
    ] {
        let list = json!({ "totalCount": 1, "items": [listed(&bought)] });
        let server = Recorded::json([list.to_string()]);
        let partner = client(server.base_url());
        let found = orders(&partner)
            .find_placed(&wanted(&asked), DateTime::<Utc>::UNIX_EPOCH)
            .send()
            .await;
        assert_eq!(
            found.unwrap().len(),
            usize::from(is_found),
            "{bought:?} {asked:?}"
        );
    }
}

#[tokio::test]
async fn an_order_whose_time_cannot_be_read_may_be_it() {
    let lines = [(SEATS, 5, None)];
    let mut without = listed(&lines);
    without["creationDate"] = json!("yesterday");
    let mut old = listed(&lines);
    old["creationDate"] = json!("2024-06-30T08:00:00Z");
    let mut later = listed(&lines);
    later["creationDate"] = json!("2024-07-01T10:00:00+02:00");
    let list = json!({ "items": [without, old, later] });
    let server = Recorded::json([list.to_string()]);
    let partner = client(server.base_url());
    let since: DateTime<Utc> = "2024-07-01T08:04:59Z".parse().unwrap();
    let find = orders(&partner).find_placed(&wanted(&lines), since);
    assert_eq!(find.send().await.unwrap().len(), 2);
}

/// It is a listing like any other.
#[tokio::test]
async fn every_page_is_read_under_one_correlation_id() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let find = orders(&partner).find_placed(&order(), DateTime::<Utc>::UNIX_EPOCH);
    let id = Uuid::from_u128(7);
    let found = find.correlation_id(id).send().await.unwrap();
    assert_eq!(found.len(), 0);
    let requests = simulator.requests();
    assert_eq!(requests.len(), 5);
    for request in requests {
        assert_eq!(request.method(), "GET");
        let sent = request.header("ms-correlationid");
        assert_eq!(sent, Some(id.to_string().as_str()));
    }
    // A failure is one, and no answer that there is none.
    simulator
        .on(Operation::ListOrders)
        .nth(2)
        .fault(Fault::status(503));
    let find = orders(&partner).find_placed(&order(), DateTime::<Utc>::UNIX_EPOCH);
    let error = find.send().await.unwrap_err();
    assert_eq!(error.status().unwrap(), 503);
    let find = orders(&partner).find_placed(&order(), DateTime::<Utc>::UNIX_EPOCH);
    let error = find.deadline(Duration::ZERO).send().await.unwrap_err();
    assert_eq!(error.kind(), partner_center_orders::ErrorKind::Timeout);
}
