//! A believable Microsoft Partner Center for orders on 127.0.0.1, to test against. It is unofficial.
//!
//! ```
//! use std::time::Duration;
//!
//! use partner_center_sim::{Fault, Operation, Simulator};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let simulator = Simulator::start().await?;
//! let [customer, _] = Simulator::CUSTOMERS;
//! let before = simulator.order_ids(customer).len();
//! // The first order is placed, and its answer is lost.
//! simulator.on(Operation::CreateOrder).nth(1).fault(Fault::reset().after_change());
//!
//! // Put the client under test here; `reqwest` stands for it.
//! let http = reqwest::Client::new();
//! let orders = format!("{}/v1/customers/{customer}/orders", simulator.base_url());
//! let order = r#"{"lineItems": [{"lineItemNumber": 0, "offerId": "CFQ7TTC0SB01:0002:CFQ7TTC0RK4D", "quantity": 5}]}"#;
//! let place = || {
//!     let request = http.post(&orders).bearer_auth(Simulator::ACCESS_TOKEN);
//!     let request = request.header("MS-RequestId", "0e5fc923-8e3c-4560-9100-ce7283c3e081");
//!     request.header("Content-Type", "application/json").body(order).send()
//! };
//! assert!(place().await.is_err());
//! assert_eq!(place().await?.status(), 201); // the same request id: the same order
//! assert_eq!(simulator.order_ids(customer).len(), before + 1);
//!
//! // Lists have it a quarter of an hour later, which takes no time here.
//! simulator.clock().advance(Duration::from_secs(15 * 60));
//! let list = http.get(&orders).bearer_auth(Simulator::ACCESS_TOKEN).send().await?;
//! assert!(list.text().await?.contains(r#""totalCount":44"#));
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
mod application;
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
mod device;
mod device_page;
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
mod sign_in_error;
mod sign_in_rules;
mod spelled;
mod state;
mod state_file;
mod store;
mod subscription;
mod term;
mod throttle;
mod token;
mod upload;

pub use application::Application;
pub use clock::Clock;
pub use fault::Fault;
pub use log::LoggedRequest;
pub use operation::Operation;
pub use replay::RequestIds;
pub use rule::Rule;
pub use server::Simulator;
pub use settings::Builder;
pub use sign_in_error::SignInError;
