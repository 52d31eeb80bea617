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
#![doc = include_str!("../docs/abilities.md")]
#![doc = include_str!("../docs/control.md")]
#![doc = include_str!("../docs/state.md")]
#![doc = include_str!("../docs/limits.md")]

mod activation;
mod add_on;
mod amount;
mod answer;
mod attachment;
mod billing;
mod body;
mod broken;
mod cancel;
mod catalogue;
mod change;
mod clock;
mod connection;
mod contract;
mod control;
mod create;
mod denial;
mod document;
mod fault;
mod fault_body;
mod filter;
mod fit;
mod id;
mod json;
mod keeper;
mod link;
mod log;
mod members;
mod offer;
mod operation;
mod order;
mod outgoing;
mod paging;
mod pipeline;
mod price;
mod progress;
mod provisioning;
mod purchase;
mod refusal;
mod replay;
mod request;
mod rule;
mod schema;
mod seed;
mod seeding;
mod server;
mod service;
mod settings;
mod sign_in;
mod spelled;
mod state;
mod state_file;
mod store;
mod subscription;
mod term;
mod throttle;
mod token;
mod upload;

pub use clock::Clock;
pub use fault::Fault;
pub use log::LoggedRequest;
pub use operation::Operation;
pub use replay::RequestIds;
pub use rule::Rule;
pub use server::Simulator;
pub use settings::Builder;
