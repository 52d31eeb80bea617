//! How does the simulator run inside a test?
//!
//! It listens on a port of 127.0.0.1 that the system picks, unless told otherwise, and serves on the runtime of the test, until it is dropped.

use std::fmt;
use std::io;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::connection::{Connection, Door};
use crate::control::NO_DEVICE;
use crate::device::Decision;
use crate::log::LoggedRequest;
use crate::operation::Operation;
use crate::pipeline::{Pipeline, answer};
use crate::replay::RequestIds;
use crate::rule::Rule;
use crate::seeding::Seed;
use crate::settings::{Builder, Settings};
use crate::state_file::StateFile;
use crate::token::Revoked;

/// A running Partner Center on 127.0.0.1. It stops when it is dropped.
pub struct Simulator {
    base_url: String,
    pipeline: Arc<Pipeline>,
    /// Dropping it is the signal to stop.
    _running: oneshot::Sender<()>,
}

impl Simulator {
    /// A bearer token that is accepted until it is [revoked](Self::revoke_tokens): of an application with a user who did
    /// multi-factor authentication, for the right audience, without an end.
    pub const ACCESS_TOKEN: &str = "simulated";

    /// A refresh token that stands for any application with that user, and stays good however often it is used, until it is
    /// [revoked](Self::revoke_refresh_tokens); [once](Builder::single_use_refresh_tokens), when that is asked for.
    pub const REFRESH_TOKEN: &str = "simulated";

    /// The partner's own tenant: that of [`ACCESS_TOKEN`](Self::ACCESS_TOKEN). Other tenants get tokens just as well.
    pub const TENANT: &str = "6b2e4f0a-93d1-4c58-a7be-1f8d05c2e973";

    /// The customers of the start, each with somewhat more than 40 orders. The first one has the documented sample
    /// orders, the second one the order of the documented provisioning status.
    pub const CUSTOMERS: [&str; 2] = [
        "b0d70a69-4c42-4b27-b17b-91a835d8686a",
        "0c39d6d5-c70d-4c55-bc02-f620844f3fd1",
    ];

    /// Starts a simulator on a free port.
    ///
    /// It runs on the Tokio runtime of the caller, which must have I/O and time enabled.
    ///
    /// # Errors
    ///
    /// When no port can be had, or when the data that comes with this crate is broken
    /// ([`InvalidData`](io::ErrorKind::InvalidData)). With a [state file](Builder::state_file) also when
    ///
    /// - another simulator owns it ([`WouldBlock`](io::ErrorKind::WouldBlock)),
    /// - it is broken, cut or of another version ([`InvalidData`](io::ErrorKind::InvalidData)): the message says where and
    ///   why, and removing the file lets everything begin again,
    /// - it cannot be read, locked or written; the kind is that of the cause.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// A simulator that is somehow different.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(crate) async fn run(settings: Settings) -> io::Result<Self> {
        let address = (settings.address, settings.port);
        let pipeline = Arc::new(Pipeline::new(settings)?);
        let listener = TcpListener::bind(address).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&pipeline))
            .into_make_service_with_connect_info::<Connection>();
        let (running, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let stopped = async {
                // Nothing is ever sent: the wait ends when the simulator is dropped.
                let _ = stopped.await;
            };
            axum::serve(Door(listener), router)
                .with_graceful_shutdown(stopped)
                .await
        });
        Ok(Self {
            base_url,
            pipeline,
            _running: running,
        })
    }

    /// Takes a [state file](Builder::state_file) away, so that the next simulator with it begins as usual. That there is none
    /// is fine.
    ///
    /// # Errors
    ///
    /// [`WouldBlock`](io::ErrorKind::WouldBlock) when a simulator owns it, else when it cannot be removed.
    pub fn remove_state(path: impl AsRef<Path>) -> io::Result<()> {
        StateFile::own(path.as_ref())?.remove()
    }

    /// Where it listens, such as `http://127.0.0.1:40123`: without `/v1` and without a slash at the end.
    ///
    /// The endpoints for signing in are there as well: `/{tenant}/oauth2/v2.0/token`, `/{tenant}/oauth2/token`,
    /// `/{tenant}/oauth2/v2.0/devicecode`, and the page `/devicelogin`.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The clock, which stands still until it is moved.
    pub fn clock(&self) -> &Clock {
        &self.pipeline.clock
    }

    /// Lets something go wrong with calls of this operation: say with which of them, and then what.
    ///
    /// ```no_run
    /// # async fn example() -> std::io::Result<()> {
    /// use partner_center_sim::{Fault, Operation, Simulator};
    ///
    /// let simulator = Simulator::start().await?;
    /// // The first order is placed, and nobody hears of it.
    /// simulator.on(Operation::CreateOrder).nth(1).fault(Fault::reset().after_change());
    /// # Ok(())
    /// # }
    /// ```
    pub fn on(&self, operation: Operation) -> Rule<'_> {
        Rule::new(&self.pipeline.faults, Some(operation))
    }

    /// Lets something go wrong with calls of any operation, and with requests that are none. Signing in is
    /// [apart](Self::on_sign_in).
    pub fn on_any(&self) -> Rule<'_> {
        Rule::new(&self.pipeline.faults, None)
    }

    /// Lets something go wrong with requests for signing in: those to the two token endpoints and to that for device codes,
    /// which are counted together. No other rule is about them.
    ///
    /// ```no_run
    /// # async fn example() -> std::io::Result<()> {
    /// use partner_center_sim::{Fault, SignInError, Simulator};
    ///
    /// let simulator = Simulator::start().await?;
    /// // The first renewal is made, and nobody hears of the new refresh token.
    /// simulator.on_sign_in().nth(1).fault(Fault::reset().after_change());
    /// // At the third, the user has to do multi-factor authentication.
    /// simulator.on_sign_in().nth(3).fault(Fault::sign_in(SignInError::MultiFactorRequired));
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_sign_in(&self) -> Rule<'_> {
        Rule::of_sign_in(&self.pipeline.faults)
    }

    /// Takes back every fault.
    pub fn clear_faults(&self) {
        self.pipeline.faults.clear();
    }

    /// Begins again: with the orders and the time of the start, and without what was [seeded](Self::seed), faults, tokens, requests and remembered
    /// answers. What the [builder](Self::builder), [`set_request_ids`](Self::set_request_ids) or `/_simulator/sign-in` set stays,
    /// and so does the clock's speed.
    ///
    /// A request that is under way meanwhile is carried out before that or after it.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), but for the port. What was there before is there still then.
    pub fn reset(&self) -> io::Result<()> {
        self.pipeline.reset()
    }

    /// Adds customers and orders of the caller's own, as JSON: see
    /// [Customers and orders of your own](crate#customers-and-orders-of-your-own).
    ///
    /// ```
    /// # use partner_center_sim::Simulator;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let simulator = Simulator::start().await?;
    /// let customer = "4d2c7a5e-8f31-4b6d-9a0c-5e1f7b3d2c48";
    /// simulator.seed(r#"{"customers": [{"id": "4d2c7a5e-8f31-4b6d-9a0c-5e1f7b3d2c48"}]}"#)?;
    ///
    /// // A customer who never bought anything.
    /// assert!(simulator.order_ids(customer).is_empty());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// - [`InvalidInput`](io::ErrorKind::InvalidInput): the JSON is no seed. The message names the place. Nothing was added.
    /// - Any other kind: it cannot be written to the [state file](Builder::state_file). Nothing was added.
    pub fn seed(&self, json: &str) -> io::Result<()> {
        let seed = Seed::read(json.as_bytes())
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
        self.pipeline.seed(seed)
    }

    /// Says for a person that the device with this code may sign in. The letter case is of no matter.
    ///
    /// # Errors
    ///
    /// - [`InvalidInput`](io::ErrorKind::InvalidInput): no device waits with this code. It was never given out, or it has
    ///   expired, or somebody decided before.
    /// - Any other kind: it cannot be written to the [state file](Builder::state_file), and nothing is decided.
    pub fn approve_device(&self, user_code: &str) -> io::Result<()> {
        self.decide_device(user_code, Decision::Approve)
    }

    /// Says for a person that the device with this code may not sign in.
    ///
    /// # Errors
    ///
    /// As [`approve_device`](Self::approve_device).
    pub fn decline_device(&self, user_code: &str) -> io::Result<()> {
        self.decide_device(user_code, Decision::Decline)
    }

    fn decide_device(&self, user_code: &str, decision: Decision) -> io::Result<()> {
        if self.pipeline.decide_device(user_code, decision)? {
            return Ok(());
        }
        Err(io::Error::new(io::ErrorKind::InvalidInput, NO_DEVICE))
    }

    /// Lets the service accept no access token any more that there is by now: 401 with the code 400. New ones are good;
    /// [`ACCESS_TOKEN`](Self::ACCESS_TOKEN) is not before a [reset](Self::reset).
    ///
    /// # Errors
    ///
    /// When it cannot be written to the [state file](Builder::state_file). All tokens are as good as before then.
    pub fn revoke_tokens(&self) -> io::Result<()> {
        self.pipeline.revoke(Revoked {
            access_tokens: true,
            ..Revoked::default()
        })
    }

    /// Lets no refresh token be good any more that there is by now: `invalid_grant` with AADSTS50173. Access tokens stay
    /// good. New ones are good; [`REFRESH_TOKEN`](Self::REFRESH_TOKEN) is not before a [reset](Self::reset).
    ///
    /// # Errors
    ///
    /// As [`revoke_tokens`](Self::revoke_tokens).
    pub fn revoke_refresh_tokens(&self) -> io::Result<()> {
        self.pipeline.revoke(Revoked {
            refresh_tokens: true,
            ..Revoked::default()
        })
    }

    /// The ids of all orders of a customer, newest first, also of those that no list has yet.
    pub fn order_ids(&self, customer_id: &str) -> Vec<String> {
        self.pipeline.service.order_ids(customer_id)
    }

    /// Says what becomes of the `MS-RequestId` of a write.
    pub fn set_request_ids(&self, request_ids: RequestIds) {
        self.pipeline.service.replays.set(request_ids);
    }

    /// Every request received so far, in the order in which they came.
    ///
    /// Bytes that are no HTTP request are answered with 400 before they get here and are not in it; neither are requests
    /// to `/_simulator/`.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.pipeline.log.requests()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        // Connections outlive this for a moment. They are not to keep the file from the next simulator.
        self.pipeline.keeper.close();
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The orders would fill pages.
        f.debug_struct("Simulator")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}
