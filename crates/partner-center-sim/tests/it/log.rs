//! What can a test see of the requests, and what becomes of the simulator afterwards?

use partner_center_sim::Simulator;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wire::{AUTHORIZED, FIRST, get, request};

#[tokio::test]
async fn requests_are_logged_in_order_and_without_the_token() {
    let simulator = Simulator::start().await.unwrap();
    assert_eq!(simulator.requests(), []);
    let target = format!("/v1/customers/{FIRST}/orders/a%2Fb?include_price=true");
    let own = "0e5fc923-8e3c-4560-9100-ce7283c3e081";
    request(
        &simulator,
        "GET",
        &target,
        &[AUTHORIZED, ("MS-RequestId", own)],
    )
    .await;
    request(&simulator, "DELETE", "/elsewhere", &[]).await;
    request(
        &simulator,
        "GET",
        "/v1",
        &[("Authorization", "Bearer another-secret")],
    )
    .await;

    let requests = simulator.requests();
    let [first, second, third] = requests.as_slice() else {
        unreachable!("three requests")
    };
    assert_eq!(first.method(), "GET");
    assert_eq!(first.path(), format!("/v1/customers/{FIRST}/orders/a%2Fb"));
    assert_eq!(first.query(), Some("include_price=true"));
    assert_eq!(first.header("Ms-RequestID"), Some(own));
    assert_eq!(first.header("Authorization"), None);
    assert_eq!((first.is_authorized(), first.status()), (true, 404));
    assert_eq!(
        (second.method(), second.path(), second.query()),
        ("DELETE", "/elsewhere", None)
    );
    assert_eq!((second.is_authorized(), second.status()), (false, 401));
    assert_eq!((third.is_authorized(), third.status()), (true, 401));
    let printed = format!("{requests:?} {simulator:?}");
    assert!(!printed.contains("Bearer") && !printed.contains("another-secret"));
}

#[tokio::test]
async fn the_address_is_a_loopback_origin() {
    let simulator = Simulator::start().await.unwrap();
    let port = simulator
        .base_url()
        .strip_prefix("http://127.0.0.1:")
        .expect("loopback");
    assert_ne!(port.parse::<u16>().unwrap(), 0);
    let other = Simulator::start().await.unwrap();
    assert_ne!(simulator.base_url(), other.base_url());
    get(&simulator, "/").await;
    assert_eq!((simulator.requests().len(), other.requests().len()), (1, 0));
}

#[tokio::test]
async fn a_dropped_simulator_closes_its_connections() {
    let simulator = Simulator::start().await.unwrap();
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut first = [0; 1];
    connection.read_exact(&mut first).await.unwrap();
    drop(simulator);
    // Without the drop the connection would be kept for another request.
    let mut rest = Vec::new();
    connection.read_to_end(&mut rest).await.unwrap();
    assert!(rest.starts_with(b"TTP/1.1 401"));
}
