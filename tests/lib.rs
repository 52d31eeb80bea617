//! What do the tests share? Published bodies, and servers that send bytes which no code of ours wrote.
#![allow(clippy::panic, reason = "a test fails by panicking")]

mod fixtures;
mod recorded;
mod scripted;
mod watch;

pub use fixtures::{fixture, fixture_names};
pub use recorded::{Answer, Recorded, Sent};
pub use scripted::{Ending, Reply, ScriptedServer};
pub use watch::is_secret;

use std::time::Duration;

use partner_center_orders::{Builder, CustomerId, Orders, PartnerCenter, SignIn, StaticToken};
use partner_center_sim::Simulator;

/// The README's examples are compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

/// The token that the tests sign in with. It must turn up nowhere but in `Authorization`.
pub const TOKEN: &str = "token-of-the-tests";

/// The application's secret. It must turn up nowhere but in the body of a request for a token, as all that ends so.
pub const CLIENT_SECRET: &str = "secret-of-the-tests";

/// The tenant and the application that the tests sign in with.
pub const TENANT: &str = "contoso.onmicrosoft.com";
/// See [`TENANT`].
pub const APPLICATION: &str = "a11c7c6b-0a34-4e9e-8f0c-5d1f6d4a9b21";

/// The customer of the documented samples.
pub const CUSTOMER: &str = "b0d70a69-4c42-4b27-b17b-91a835d8686a";

/// The path of a customer's orders.
pub const ORDERS: &str = "/v1/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/orders";

/// A client that is about to be built. It sends each request once, so that a test sees what one attempt came to.
pub fn builder(base_url: impl Into<String>) -> Builder {
    watch::watch();
    PartnerCenter::builder(StaticToken::new(TOKEN))
        .endpoint(base_url)
        .attempts(1)
}

/// The same, but one that sends again what may be sent again, as often as usual and almost at once.
pub fn persistent(base_url: impl Into<String>) -> Builder {
    let moment = Duration::from_millis(1);
    builder(base_url)
        .attempts(5)
        .backoff(moment, moment)
        .retry_budget(false)
}

/// A client of the server at that address.
///
/// # Panics
/// When the address is no endpoint.
pub fn client(base_url: impl Into<String>) -> PartnerCenter {
    builder(base_url)
        .build()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A client of the simulator with a token. It sends each request once.
///
/// # Panics
/// Never: the simulator's address is an endpoint.
pub fn client_of(simulator: &Simulator, token: &str) -> PartnerCenter {
    watch::watch();
    PartnerCenter::builder(StaticToken::new(token))
        .endpoint(simulator.base_url())
        .attempts(1)
        .build()
        .unwrap_or_else(|error| panic!("{error}"))
}

/// A sign-in at that authority, with a secret. It asks once, so that a test sees what one attempt came to.
pub fn sign_in(authority: impl Into<String>) -> SignIn {
    watch::watch();
    SignIn::new(TENANT, APPLICATION)
        .client_secret(CLIENT_SECRET)
        .authority(authority)
        .attempts(1)
}

/// The orders of [`CUSTOMER`].
pub fn orders(partner: &PartnerCenter) -> Orders<'_> {
    partner.customer(customer()).orders()
}

/// [`CUSTOMER`], read.
///
/// # Panics
/// Never: it is a GUID.
pub fn customer() -> CustomerId {
    CUSTOMER.parse().unwrap_or_else(|error| panic!("{error}"))
}
