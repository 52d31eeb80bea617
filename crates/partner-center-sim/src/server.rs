//! How does the simulator run inside a test?
//!
//! It listens on a port of 127.0.0.1 that the system picks and serves on the runtime of the test, until it is dropped.

use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::connection::{Connection, Door};
use crate::log::LoggedRequest;
use crate::operation::Operation;
use crate::pipeline::{Pipeline, answer};
use crate::replay::RequestIds;
use crate::rule::Rule;
use crate::settings::{Builder, Settings};

/// A running Partner Center on 127.0.0.1. It stops when it is dropped.
pub struct Simulator {
    base_url: String,
    pipeline: Arc<Pipeline>,
    /// Dropping it is the signal to stop.
    _running: oneshot::Sender<()>,
}

impl Simulator {
    /// A bearer token that is always accepted: of an application with a user who did multi-factor authentication, for the
    /// right audience, without an end.
    pub const ACCESS_TOKEN: &str = "simulated";

    /// A refresh token that stands for any application with that user, and stays good however often it is used.
    pub const REFRESH_TOKEN: &str = "simulated";

    /// The partner's own tenant: that of [`ACCESS_TOKEN`](Self::ACCESS_TOKEN). Other tenants get tokens just as well.
    pub const TENANT: &str = "6b2e4f0a-93d1-4c58-a7be-1f8d05c2e973";

    /// The customers that there are, each with somewhat more than 40 orders. The first one has the documented sample
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
    /// ([`InvalidData`](io::ErrorKind::InvalidData)).
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// A simulator that is somehow different.
    pub fn builder() -> Builder {
        Builder::new()
    }

    pub(crate) async fn run(settings: Settings) -> io::Result<Self> {
        let pipeline = Arc::new(Pipeline::new(settings)?);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, settings.port)).await?;
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

    /// Where it listens, such as `http://127.0.0.1:40123`: without `/v1` and without a slash at the end.
    ///
    /// The token endpoints are there as well: `/{tenant}/oauth2/v2.0/token` and `/{tenant}/oauth2/token`.
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

    /// Lets something go wrong with calls of any operation, and with requests that are none.
    pub fn on_any(&self) -> Rule<'_> {
        Rule::new(&self.pipeline.faults, None)
    }

    /// Takes back every fault.
    pub fn clear_faults(&self) {
        self.pipeline.faults.clear();
    }

    /// Begins again: with the orders and the time of the start, and without faults, tokens, requests and remembered
    /// answers. What the [builder](Self::builder) or [`set_request_ids`](Self::set_request_ids) set stays, and so does the
    /// clock's speed.
    ///
    /// Requests that are being answered meanwhile may still be answered by what was there before.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start), but for the port.
    pub fn reset(&self) -> io::Result<()> {
        self.pipeline.reset()
    }

    /// The ids of all orders of a customer, newest first, also of those that no list has yet.
    pub fn order_ids(&self, customer_id: &str) -> Vec<String> {
        self.pipeline.service().order_ids(customer_id)
    }

    /// Says what becomes of the `MS-RequestId` of a write.
    pub fn set_request_ids(&self, request_ids: RequestIds) {
        self.pipeline.service().replays.set(request_ids);
    }

    /// Every request received so far, in the order in which they came.
    ///
    /// Bytes that are no HTTP request are answered with 400 before they get here and are not in it; neither are requests
    /// to `/_simulator/`.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.pipeline.log.requests()
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
