//! A believable Microsoft Partner Center for orders on 127.0.0.1, to test against. It is unofficial.
//!
//! ```
//! use partner_center_sim::Simulator;
//!
//! # use tokio::io::{AsyncReadExt, AsyncWriteExt};
//! # async fn get(url: &str, token: &str) -> std::io::Result<String> {
//! #     let (host, path) = url["http://".len()..].split_at(url["http://".len()..].find('/').unwrap());
//! #     let mut connection = tokio::net::TcpStream::connect(host).await?;
//! #     let request = format!(
//! #         "GET {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\r\n"
//! #     );
//! #     connection.write_all(request.as_bytes()).await?;
//! #     let mut answer = String::new();
//! #     connection.read_to_string(&mut answer).await?;
//! #     Ok(answer)
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> std::io::Result<()> {
//! let simulator = Simulator::start().await?;
//! let [customer, _] = Simulator::CUSTOMERS;
//!
//! // `get` stands for the HTTP client under test.
//! let url = format!("{}/v1/customers/{customer}/orders", simulator.base_url());
//! let answer = get(&url, Simulator::ACCESS_TOKEN).await?;
//!
//! assert!(answer.starts_with("HTTP/1.1 200 OK"));
//! assert!(answer.contains(r#""totalCount":43"#));
//! assert_eq!(simulator.requests()[0].status(), 200);
//! # Ok(())
//! # }
//! ```
//!
//! It is an independent reading of the spec in `partner-center-orders-spec` and shares no type with any client: the two
//! meet on the wire only. Two customers have some forty orders each: three generations of order ids, every known status
//! and billing cycle, old orders without status or currency, a savings plan, perpetual software, a cancelled line, and
//! the orders of the spec's examples, member by member.
//!
//! - Orders can be placed: they are in lists after fifteen minutes of the simulator's [clock](Simulator::clock), and are
//!   completed and provisioned before. Orders of legacy offers can get add-ons and another billing cycle, reservations and
//!   software can be cancelled, and an order that waits for a purchase order can have one uploaded. A write with the same `MS-RequestId` gets the remembered answer: [`RequestIds`].
//! - Below `/v1` can be read: a list of orders, one order, its provisioning status, activation links, attachments and
//!   subscriptions, and the activation links of a line or a subscription.
//! - Lists of orders come in pages of ten. `links.next` has the same uri for every page and carries its token in a header.
//! - `billingType` and `indirect_reseller_id` narrow a list. Orders that the service placed by itself are in a list when
//!   `include_system_purchases` asks for them, and can always be read by their ids.
//! - `totalPrice` and `pricing` appear when `include_price` asks for them. Some amounts do not survive `f64`.
//! - Subscriptions agree with the lines they came from; some orders have two. One attachment is of 3 MiB.
//! - The JSON of a 200, and of a 201 for an order, starts with a UTF-8 byte order mark, the body of an error does not.
//! - Errors have the bodies of the spec's examples, where there is one.
//! - All of it is deterministic: the same requests to two simulators get the same answers, but for the `Date` header.
//!
#![doc = include_str!("../docs/limits.md")]

mod activation;
mod add_on;
mod amount;
mod answer;
mod attachment;
mod billing;
mod body;
mod cancel;
mod catalogue;
mod change;
mod clock;
mod create;
mod denial;
mod document;
mod filter;
mod id;
mod link;
mod log;
mod members;
mod offer;
mod order;
mod paging;
mod price;
mod progress;
mod provisioning;
mod purchase;
mod refusal;
mod replay;
mod request;
mod seed;
mod server;
mod service;
mod store;
mod subscription;
mod term;
mod upload;

pub use clock::Clock;
pub use log::LoggedRequest;
pub use replay::RequestIds;
pub use server::Simulator;
