//! How do the tests speak HTTP? In plain text, so that no library hides a byte.

use std::time::Duration;

use partner_center_sim::Simulator;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) const FIRST: &str = Simulator::CUSTOMERS[0];
pub(crate) const SECOND: &str = Simulator::CUSTOMERS[1];
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    /// The body without its byte order mark, as text.
    pub(crate) fn text(&self) -> &str {
        let body = self.body.strip_prefix(BYTE_ORDER_MARK);
        std::str::from_utf8(body.unwrap_or(&self.body)).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(self.text()).unwrap()
    }
}

/// Sends these bytes and reads until the simulator closes the connection.
pub(crate) async fn exchange(simulator: &Simulator, bytes: &[u8]) -> Reply {
    let address = simulator.base_url().strip_prefix("http://").unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).await.unwrap();
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .expect("an answer with a head");
    let head = String::from_utf8(answer[..end].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let body = answer[end + 4..].to_vec();
    Reply { status, head, body }
}

/// Sends a request with these header lines.
pub(crate) async fn request(
    simulator: &Simulator,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
) -> Reply {
    let mut text =
        format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += "\r\n";
    exchange(simulator, text.as_bytes()).await
}

/// Sends a request with a body of this type.
pub(crate) async fn send(
    simulator: &Simulator,
    (method, target): (&str, &str),
    headers: &[(&str, &str)],
    media_type: &str,
    body: &[u8],
) -> Reply {
    let mut text = format!(
        "{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Authorization: Bearer simulated\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\n",
        body.len()
    );
    for (name, value) in headers {
        text += &format!("{name}: {value}\r\n");
    }
    text += "\r\n";
    exchange(simulator, &[text.as_bytes(), body].concat()).await
}

/// Sends JSON with the right token.
pub(crate) async fn send_json(
    simulator: &Simulator,
    method: &str,
    target: &str,
    body: &Value,
) -> Reply {
    let body = body.to_string();
    let json = "application/json";
    send(simulator, (method, target), &[], json, body.as_bytes()).await
}

/// Places an order, which must be possible.
pub(crate) async fn place(simulator: &Simulator, customer: &str, order: &Value) -> Value {
    let target = format!("/v1/customers/{customer}/orders");
    let reply = send_json(simulator, "POST", &target, order).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    reply.json()
}

/// One line of an offer.
pub(crate) fn order_of(offer_id: &str, quantity: u32) -> Value {
    json!({ "lineItems": [{ "lineItemNumber": 0, "offerId": offer_id, "quantity": quantity }] })
}

pub(crate) const SEATS: &str = "CFQ7TTC0SB01:0002:CFQ7TTC0RK4D";
pub(crate) const SOFTWARE: &str = "DG7GMGF0SB09:0005:DG7GMGF0RT6V";
pub(crate) const RESERVATION: &str = "DZH318Z0SB13:001D:DZH318Z0RZ7N";
pub(crate) const MARKETPLACE: &str = "DZH318Z0SB07:0008:DZH318Z0RR5T";
pub(crate) const LEGACY: &str = "3f0b1d57-50c2-4b6e-9c55-7c1f4f3f2a10";

pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// Reads something with the right token.
pub(crate) async fn get(simulator: &Simulator, target: &str) -> Reply {
    request(simulator, "GET", target, &[AUTHORIZED]).await
}

pub(crate) const AUTHORIZED: (&str, &str) = ("Authorization", "Bearer simulated");

/// The pages of a list, each reached by the link of the one before.
pub(crate) async fn pages(simulator: &Simulator, target: &str) -> Vec<Value> {
    let mut pages = vec![get(simulator, target).await.json()];
    while let Some(next) = pages.last().unwrap().pointer("/links/next").cloned() {
        let target = format!("/v1{}", next["uri"].as_str().unwrap());
        let header = &next["headers"][0];
        let token = (
            header["key"].as_str().unwrap(),
            header["value"].as_str().unwrap(),
        );
        let reply = request(simulator, "GET", &target, &[AUTHORIZED, token]).await;
        assert_eq!(reply.status, 200, "{}", reply.head);
        pages.push(reply.json());
    }
    pages
}

/// Every order of a list.
pub(crate) async fn all(simulator: &Simulator, target: &str) -> Vec<Value> {
    let pages = pages(simulator, target).await;
    let items = pages.iter().map(|page| page["items"].as_array().unwrap());
    items.flatten().cloned().collect()
}

/// What the spec has at a JSON pointer.
pub(crate) fn example(pointer: &str) -> Value {
    let spec: Value = serde_saphyr::from_str(partner_center_orders_spec::ORDERS_YAML).unwrap();
    spec.pointer(pointer).expect(pointer).clone()
}
