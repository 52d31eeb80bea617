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
//! - A list, one order and an order's provisioning status can be read, below `/v1`, and so can the activation links of an
//!   order, of one of its lines and of a subscription, and an order's attachments, of which one is of 3 MiB.
//! - Lists come in pages of ten. `links.next` has the same uri for every page and carries its token in a header.
//! - The body of a 200 starts with a UTF-8 byte order mark, the body of an error does not.
//! - `billingType` and `indirect_reseller_id` narrow a list. Orders that the service placed by itself are in a list when
//!   `include_system_purchases` asks for them, and can always be read by their ids.
//! - `totalPrice` and `pricing` appear when `include_price` asks for them. Some amounts do not survive `f64`.
//! - Errors have the bodies of the spec's examples, where there is one.
//! - All of it is deterministic: the same requests to two simulators get the same answers, but for the `Date` header.
//!
//! # What it does not imitate
//!
//! Nothing in it was compared with the live service, so a green run against it is no evidence about the real one.
//!
//! - Nothing can be placed or changed, nothing is ever provisioned, no time passes.
//! - One fixed token stands for every kind of sign-in: no expiry, audience, roles or multi-factor authentication, so that
//!   an application-only token is not told from another.
//! - No throttling, no faults, no delay before an order shows in a list.
//! - No document shows a list of orders with more than one page. The shape of `links.next` is that of other lists; the
//!   page size and the refusal of a token that does not fit are choices of this crate, as is the order of the checks.
//! - A reseller's id is digits; what else `indirect_reseller_id` holds is refused with `800016`, which is documented for
//!   partners that are no reseller. A switch of the query that is neither on nor off is off.
//! - Activation links lead to a made-up host. Only marketplace lines of completed orders have one; everything else
//!   answers with an empty collection. A line that is not there gets the general 404 (`1000`).
//! - Files belong to orders whose purchase order was uploaded (`po_upload_complete`, `po_review_rejected`) and to no
//!   others. They are no real PDF. A kilobyte is 1024 bytes, rounded up. A file that is not there gets the general 404,
//!   and the content type of one that is (`application/octet-stream`) is documented nowhere.
//! - The code of a 405 is made up (`405`), the code of a refused continuation token is a general one (`800002`).
//! - `WWW-Authenticate`, `MS-CV` and `MS-ServerId` have the right place and invented values.
//! - Paths and query names are compared letter by letter, after percent-decoding, and only JSON is spoken,
//!   whatever `Accept` says.
//! - Products, offers, prices and GUIDs are invented, except those of the spec's examples.

mod activation;
mod amount;
mod answer;
mod attachment;
mod billing;
mod catalogue;
mod document;
mod filter;
mod id;
mod link;
mod log;
mod order;
mod paging;
mod provisioning;
mod refusal;
mod request;
mod seed;
mod server;
mod service;
mod store;

pub use log::LoggedRequest;
pub use server::Simulator;
