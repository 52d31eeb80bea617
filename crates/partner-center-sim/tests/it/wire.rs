//! How do the tests speak HTTP? In plain text, so that no library hides a byte.

use partner_center_sim::Simulator;
use serde_json::Value;
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
