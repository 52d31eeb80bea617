//! When does a wait for an order end, and how?

use std::error::Error as _;
use std::time::{Duration, Instant};

use partner_center_orders::{
    Delivery, Error, ErrorKind, NewLineItem, NewOrder, Order, OrderHandle, OrderPatch, OrderStatus,
    Orders, PatchLineItem, ProvisioningStatus, Upload, UploadFile, Uuid,
};
use partner_center_orders_tests::{Recorded, client, client_of, orders};
use partner_center_sim::{Fault, LoggedRequest, Operation, Simulator};
use serde_json::json;

const SEATS: &str = "CFQ7TTC0SB01:0002:CFQ7TTC0RK4D";
const SOFTWARE: &str = "DG7GMGF0SB09:0005:DG7GMGF0RT6V";
const ACCESS: &str = "DG7GMGF0SB10:0007:DG7GMGF0RV2J";
const WAITING: &str = "DG7GMGF0D7FV:0003:DG7GMGF0D2G1";
const MINUTE: Duration = Duration::from_secs(60);
const MOMENT: Duration = Duration::from_millis(1);
const PATIENCE: Duration = Duration::from_secs(20);

/// A wait that is over soon, or the test fails.
async fn soon<T>(wait: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, wait).await.unwrap()
}

/// The reads of one operation so far.
fn reads(simulator: &Simulator, path: &str) -> Vec<LoggedRequest> {
    let mut requests = simulator.requests();
    requests.retain(|request| request.method() == "GET" && request.path().ends_with(path));
    requests
}

/// Lets a minute pass after each read that was answered, for as long as somebody waits.
async fn a_minute_a_read<T>(simulator: &Simulator, wait: impl Future<Output = T>) -> T {
    let minutes = async {
        let mut seen = reads(simulator, "").len();
        loop {
            let answered = |request: &LoggedRequest| request.status() != 0;
            let count = reads(simulator, "")
                .iter()
                .filter(|read| answered(read))
                .count();
            if count > seen {
                seen = count;
                simulator.clock().advance(MINUTE);
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        ended = soon(wait) => ended,
        () = minutes => unreachable!(),
    }
}

async fn place<'c>(orders: Orders<'c>, lines: &[(&str, i32)]) -> OrderHandle<'c> {
    let lines = lines
        .iter()
        .map(|(offer, quantity)| NewLineItem::new(*offer, *quantity));
    let placed = orders.create(NewOrder::new(lines)).send().await.unwrap();
    orders.order(&placed.body().id)
}

#[tokio::test]
async fn an_order_is_read_until_it_is_completed() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let order = place(orders(&partner), &[(SEATS, 1)]).await;
    let correlation = Uuid::from_u128(7);
    let wait = order
        .wait_for_status(OrderStatus::Completed)
        .every(MOMENT, MOMENT)
        .correlation_id(correlation);
    let done = a_minute_a_read(&simulator, wait.send()).await.unwrap();
    assert_eq!(done.body().status, Some(OrderStatus::Completed));
    // It is completed after five minutes: one read each until then, of the order and never of the list.
    let reads = reads(&simulator, "");
    assert_eq!(reads.len(), 6);
    let mut ids: Vec<_> = reads
        .iter()
        .map(|read| read.header("ms-requestid").unwrap())
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), 6);
    for read in &reads {
        assert!(read.path().ends_with(done.body().id.as_str()));
        let sent = read.header("ms-correlationid");
        assert_eq!(sent, Some(correlation.to_string().as_str()));
    }
}

#[tokio::test]
async fn a_wait_begins_with_a_read() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let order = orders(&partner).order("YxH1q4KScfvfkJQjgRI8QY1DznnUWZTH1");
    // The usual pace would be seen in the time that this takes.
    let begun = Instant::now();
    let wait = order.wait_for_status(OrderStatus::Completed);
    soon(wait.send()).await.unwrap();
    soon(order.wait_until_provisioned().send()).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(4));
    assert_eq!(simulator.requests().len(), 2);
}

/// Statuses that an order leaves by itself, or may; all others end a wait for any.
const UNSETTLED: [&str; 4] = ["unknown", "pending", "pending_review", "po_upload_complete"];
const SETTLED: [&str; 7] = [
    "completed",
    "cancelled",
    "suspended",
    "pending_po_upload",
    "po_review_rejected",
    "partial_success",
    "error",
];

#[tokio::test]
async fn every_settled_status_ends_a_wait_and_no_other() {
    assert_eq!(OrderStatus::WORDS.len(), SETTLED.len() + UNSETTLED.len());
    let with = |status: &str| json!({ "id": "o", "status": status }).to_string();
    for status in SETTLED {
        let server = Recorded::json([with(status)]);
        let partner = client(server.base_url());
        let order = orders(&partner).order("o");
        let ended = soon(order.wait_for_status("quantum".into()).send()).await;
        assert_eq!(ended.unwrap().body().status, Some(status.into()));
        assert_eq!(server.sent().len(), 1, "{status}");
    }
    for status in UNSETTLED.into_iter().chain(["frozen"]) {
        // Three times, and then what was waited for, in another spelling.
        let mut bodies = vec![with(status); 3];
        bodies.push(with("Quan_Tum"));
        let server = Recorded::json(bodies);
        let partner = client(server.base_url());
        let order = orders(&partner).order("o");
        let wait = order
            .wait_for_status("Quan_Tum".into())
            .every(MOMENT, MOMENT);
        let ended = soon(wait.send()).await.unwrap();
        assert_eq!(ended.body().status, Some("Quan_Tum".into()));
        assert_eq!(server.sent().len(), 4, "{status}");
    }
    // An order that does not say where it stands may say so yet.
    let server = Recorded::json([r#"{"id":"o"}"#, r#"{"id":"o","status":"Pending_Review"}"#]);
    let partner = client(server.base_url());
    let wait = orders(&partner)
        .order("o")
        .wait_for_status(OrderStatus::PendingReview)
        .every(MOMENT, MOMENT);
    assert_eq!(soon(wait.send()).await.unwrap().status(), 200);
    assert_eq!(server.sent().len(), 2);
}

fn causes(error: &Error) -> Vec<String> {
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(error) = cause {
        causes.push(error.to_string());
        cause = error.source();
    }
    causes
}

#[tokio::test]
async fn a_wait_that_is_too_long_says_how_far_it_came() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let order = place(orders(&partner), &[(SEATS, 1), (SOFTWARE, 1)]).await;
    let limit = Duration::from_millis(500);
    let wait = order
        .wait_for_status(OrderStatus::Completed)
        .every(MOMENT, MOMENT)
        .deadline(limit);
    let begun = Instant::now();
    let error = soon(wait.send()).await.unwrap_err();
    assert!(begun.elapsed() >= limit - 100 * MOMENT);
    assert!(begun.elapsed() < 10 * limit, "{:?}", begun.elapsed());
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.to_string(),
        "no more time to wait: the order's last status was pending"
    );
    assert!(reads(&simulator, "").len() > 3);

    let wait = order.wait_until_provisioned().every(MOMENT, MOMENT);
    let error = soon(wait.deadline(limit).send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.to_string(),
        "no more time to wait: 2 of 2 line items are not delivered yet, the first of them is prefulfillmentpending"
    );

    // There is no time for another look: nobody waits for it.
    let wait = order.wait_for_status(OrderStatus::Completed);
    let begun = Instant::now();
    let error = soon(wait.deadline(Duration::from_millis(900)).send()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Timeout);
    assert!(begun.elapsed() < Duration::from_secs(2));

    // Nothing was read in no time.
    let wait = order.wait_for_status(OrderStatus::Completed);
    let error = soon(wait.deadline(Duration::ZERO).send())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(
        error.to_string(),
        "no more time to wait: no status was read"
    );
}

#[tokio::test]
async fn delivery_is_settled_line_by_line() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let order = place(orders(&partner), &[(SOFTWARE, 1), (ACCESS, 5)]).await;
    let line = OrderPatch::cancellation([PatchLineItem::new(0, SOFTWARE)]);
    order.update(line).send().await.unwrap();
    let wait = order.wait_until_provisioned().every(MOMENT, MOMENT);
    let lines = a_minute_a_read(&simulator, wait.send()).await.unwrap();
    let statuses: Vec<_> = lines.iter().map(|line| line.status.clone()).collect();
    assert_eq!(
        statuses,
        [
            Some(ProvisioningStatus::Unfulfilled),
            Some(ProvisioningStatus::Fulfilled)
        ]
    );
    assert_eq!(reads(&simulator, "/provisioningstatus").len(), 11);
}

#[tokio::test]
async fn a_delivery_of_which_nothing_is_said_is_not_settled() {
    let empty = r#"{"items":[]}"#;
    let without = r#"{"items":[{"lineItemNumber":0,"status":"fulfilled"},{"lineItemNumber":1}]}"#;
    let odd = r#"{"items":[{"status":"Prefulfillment_Pending"},{"status":"thawing"}]}"#;
    let done = r#"{"items":[{"status":"Fulfilled"},{"status":"UNFULFILLED"}]}"#;
    let server = Recorded::json([empty, without, odd, done]);
    let partner = client(server.base_url());
    let wait = orders(&partner).order("o").wait_until_provisioned();
    let lines = soon(wait.every(MOMENT, MOMENT).send()).await.unwrap();
    assert_eq!((lines.len(), server.sent().len()), (2, 4));
    for (body, wanted) in [
        (
            empty,
            "0 of 0 line items are not delivered yet, the first of them is without status",
        ),
        (
            without,
            "1 of 2 line items are not delivered yet, the first of them is without status",
        ),
        (
            odd,
            "2 of 2 line items are not delivered yet, the first of them is prefulfillmentpending",
        ),
    ] {
        let server = Recorded::json([body]);
        let partner = client(server.base_url());
        let wait = orders(&partner).order("o").wait_until_provisioned();
        let error = soon(wait.deadline(Duration::from_millis(900)).send()).await;
        let wanted = format!("no more time to wait: {wanted}");
        assert_eq!(error.unwrap_err().to_string(), wanted);
    }
}

#[tokio::test]
async fn a_wait_that_no_patience_helps_ends_at_once() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let nowhere = orders(&partner).order("none");
    let error = soon(nowhere.wait_for_status(OrderStatus::Completed).send()).await;
    let error = error.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Service, Some("20000"))
    );
    let error = soon(nowhere.wait_until_provisioned().send())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Service, Some("20000"))
    );
    let bad = orders(&partner).order("..");
    let error = soon(bad.wait_for_status(OrderStatus::Completed).send()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Input);
    assert_eq!(simulator.requests().len(), 2);
    let stranger = client_of(&simulator, "another");
    let order = orders(&stranger).order("o");
    let error = soon(order.wait_for_status(OrderStatus::Completed).send()).await;
    assert_eq!(error.unwrap_err().status().unwrap(), 401);
    // A body that cannot be read will not be readable later.
    let server = Recorded::json(["{\"id\":7}"]);
    let partner = client(server.base_url());
    let order = orders(&partner).order("o");
    let error = soon(order.wait_for_status(OrderStatus::Completed).send()).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Decode);
}

/// A token of an application alone.
async fn application_token(simulator: &Simulator) -> String {
    let address = format!(
        "{}/{}/oauth2/v2.0/token",
        simulator.base_url(),
        Simulator::TENANT
    );
    let form = "grant_type=client_credentials&client_id=an-app&client_secret=s\
        &scope=https%3A%2F%2Fapi.partnercenter.microsoft.com%2F.default";
    let answer = reqwest::Client::new()
        .post(address)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(form)
        .send()
        .await
        .unwrap();
    let said: serde_json::Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    said["access_token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn an_application_alone_can_wait_for_the_status_and_not_for_the_delivery() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, &application_token(&simulator).await);
    let order = place(orders(&partner), &[(SEATS, 1)]).await;
    let error = soon(order.wait_until_provisioned().send())
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.code(), error.delivery()),
        (ErrorKind::Service, Some("900329"), Delivery::Refused)
    );
    assert_eq!(reads(&simulator, "/provisioningstatus").len(), 1);
    let wait = order
        .wait_for_status(OrderStatus::Completed)
        .every(MOMENT, MOMENT);
    let done = a_minute_a_read(&simulator, wait.send()).await.unwrap();
    assert_eq!(done.body().status, Some(OrderStatus::Completed));
}

#[tokio::test]
async fn what_passes_is_waited_out() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    for fault in [
        Fault::status(503),
        Fault::status(408),
        Fault::status(500),
        Fault::html(502),
        Fault::reset(),
        Fault::cut_body(10),
        Fault::status(429).retry_after(Duration::ZERO),
    ] {
        for operation in [Operation::GetOrder, Operation::GetOrderProvisioningStatus] {
            simulator.reset().unwrap();
            simulator.on(operation).first(2).fault(fault.clone());
            let order = orders(&partner).order("YxH1q4KScfvfkJQjgRI8QY1DznnUWZTH1");
            let (status, delivery) = (
                order
                    .wait_for_status(OrderStatus::Completed)
                    .every(MOMENT, MOMENT),
                order.wait_until_provisioned().every(MOMENT, MOMENT),
            );
            if operation == Operation::GetOrder {
                soon(status.send()).await.unwrap();
            } else {
                soon(delivery.send()).await.unwrap();
            }
            assert_eq!(simulator.requests().len(), 3, "{fault:?}");
        }
    }
    // Until there is no more time, and then the last of them is the cause.
    simulator.reset().unwrap();
    simulator.on(Operation::GetOrder).fault(Fault::status(503));
    let order = orders(&partner).order("YxH1q4KScfvfkJQjgRI8QY1DznnUWZTH1");
    let wait = order.wait_for_status(OrderStatus::Completed);
    let wait = wait
        .every(MOMENT, MOMENT)
        .deadline(Duration::from_millis(500));
    let error = soon(wait.send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(causes(&error)[0].contains("503"), "{:?}", causes(&error));
}

#[tokio::test]
async fn a_throttled_read_is_repeated_when_the_service_said() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let asked = Duration::from_secs(1);
    for operation in [Operation::GetOrder, Operation::GetOrderProvisioningStatus] {
        let fault = Fault::status(429).retry_after(asked);
        simulator.on(operation).nth(1).fault(fault);
    }
    let order = orders(&partner).order("YxH1q4KScfvfkJQjgRI8QY1DznnUWZTH1");
    let begun = Instant::now();
    let wait = order.wait_for_status(OrderStatus::Completed);
    soon(wait.every(MOMENT, MOMENT).send()).await.unwrap();
    let first = begun.elapsed();
    let wait = order.wait_until_provisioned();
    soon(wait.every(MOMENT, MOMENT).send()).await.unwrap();
    let second = begun.elapsed() - first;
    assert!(first >= asked && first < 4 * asked, "{first:?}");
    assert!(second >= asked && second < 4 * asked, "{second:?}");
    // A wait that does not fit ends at once.
    let fault = Fault::status(429).retry_after(MINUTE);
    simulator.on(Operation::GetOrder).fault(fault);
    let begun = Instant::now();
    let wait = order.wait_for_status(OrderStatus::Completed);
    let wait = wait.every(MOMENT, MOMENT).deadline(MINUTE / 2);
    let error = soon(wait.send()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert!(causes(&error)[0].contains("429"), "{:?}", causes(&error));
    assert!(begun.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn the_pace_slows_down_and_is_never_none() {
    let pending = r#"{"id":"o","status":"pending"}"#;
    let count = async |first: Duration, longest: Duration| {
        let server = Recorded::json([pending]);
        let partner = client(server.base_url());
        let wait = orders(&partner)
            .order("o")
            .wait_for_status(OrderStatus::Completed)
            .every(first, longest)
            .deadline(Duration::from_secs(1));
        soon(wait.send()).await.unwrap_err();
        server.sent().len()
    };
    // 20, 30, 45, 67 .. milliseconds: the waits of nine reads are 760 together, of ten 1150.
    let growing = count(20 * MOMENT, MINUTE).await;
    assert!((3..=10).contains(&growing), "{growing}");
    // Nothing, or next to nothing, grows as well: 1, 1.5, 2.25 .. milliseconds.
    for first in [Duration::ZERO, Duration::from_nanos(1)] {
        let from_nothing = count(first, MINUTE).await;
        assert!((6..=17).contains(&from_nothing), "{from_nothing}");
    }
    // Longest is never shorter than first.
    let steady = count(300 * MOMENT, MOMENT).await;
    assert!((2..=4).contains(&steady), "{steady}");
}

/// The whole way of an order that waits for its documents.
#[tokio::test]
async fn an_order_that_waits_for_somebody_ends_the_wait_until_it_goes_on() {
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let order = place(orders(&partner), &[(WAITING, 2)]).await;
    let status = |order: &Order| order.status.clone().unwrap();
    let wait = || {
        order
            .wait_for_status(OrderStatus::Completed)
            .every(MOMENT, MOMENT)
    };
    let waiting = soon(wait().send()).await.unwrap();
    assert_eq!(status(waiting.body()), OrderStatus::PendingPoUpload);
    let file = UploadFile::new("order.pdf", "application/pdf", "%PDF");
    let upload = Upload::new("1840.50", "USD").purchase_order(file);
    order.attachments().upload(upload).send().await.unwrap();
    let begun = order.wait_for_status(OrderStatus::PoUploadComplete);
    let begun = soon(begun.send()).await.unwrap();
    assert_eq!(status(begun.body()), OrderStatus::PoUploadComplete);
    let done = a_minute_a_read(&simulator, wait().send()).await.unwrap();
    assert_eq!(status(done.body()), OrderStatus::Completed);
    let delivery = order.wait_until_provisioned().every(MOMENT, MOMENT);
    let lines = a_minute_a_read(&simulator, delivery.send()).await.unwrap();
    assert_eq!(lines[0].status, Some(ProvisioningStatus::Fulfilled));
    // Waiting reads and nothing else.
    let writes = simulator.requests();
    let writes = writes.iter().filter(|request| request.method() != "GET");
    assert_eq!(writes.count(), 2);
}

/// A wait can be sent to another task, and dropped.
#[tokio::test]
async fn a_wait_that_is_dropped_asks_no_more() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let simulator = Simulator::start().await.unwrap();
    let partner = client_of(&simulator, Simulator::ACCESS_TOKEN);
    let order = place(orders(&partner), &[(SEATS, 1)]).await;
    let wait = is_send(order.wait_for_status(OrderStatus::Completed).send());
    let ended = tokio::time::timeout(Duration::from_secs(1), wait).await;
    assert!(ended.is_err());
    assert_eq!(reads(&simulator, "").len(), 1);
    drop(is_send(order.wait_until_provisioned().send()));
    assert_eq!(reads(&simulator, "/provisioningstatus").len(), 0);
}

/// Whoever waits for so long is told what is so then, not what was so before the last pause.
#[tokio::test]
async fn a_pause_that_does_not_fit_is_cut_short_for_a_last_look() {
    let (second, long) = (Duration::from_secs(1), Duration::from_secs(60));
    let server = Recorded::json([r#"{"id":"o","status":"pending"}"#]);
    let partner = client(server.base_url());
    let order = orders(&partner).order("o");
    let wait = order.wait_for_status(partner_center_orders::OrderStatus::Completed);
    let begun = Instant::now();
    let error = soon(wait.every(long, long).deadline(second * 3 / 2).send()).await;
    assert_eq!(
        error.unwrap_err().kind(),
        partner_center_orders::ErrorKind::Timeout
    );
    assert_eq!(server.sent().len(), 2);
    assert!(begun.elapsed() >= second / 2);
}
