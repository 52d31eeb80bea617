//! How does the simulator run inside a test?
//!
//! It listens on a port of 127.0.0.1 that the system picks and serves on the runtime of the test, until it is dropped.

use std::fmt;
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use axum::serve::ListenerExt;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::clock::Clock;
use crate::log::LoggedRequest;
use crate::replay::RequestIds;
use crate::service::Service;

/// A running Partner Center on 127.0.0.1. It stops when it is dropped.
pub struct Simulator {
    base_url: String,
    service: Arc<Service>,
    /// Dropping it is the signal to stop.
    _running: oneshot::Sender<()>,
}

impl Simulator {
    /// The one bearer token that is accepted.
    pub const ACCESS_TOKEN: &str = "simulated";

    /// The customers that there are, each with somewhat more than 40 orders. The first one has the documented sample
    /// orders, the second one the order of the documented provisioning status.
    pub const CUSTOMERS: [&str; 2] = [
        "b0d70a69-4c42-4b27-b17b-91a835d8686a",
        "0c39d6d5-c70d-4c55-bc02-f620844f3fd1",
    ];

    /// Starts a simulator on a free port.
    ///
    /// It runs on the Tokio runtime of the caller, which must have I/O enabled.
    ///
    /// # Errors
    ///
    /// When no port can be had, or when the data that comes with this crate is broken
    /// ([`InvalidData`](io::ErrorKind::InvalidData)).
    pub async fn start() -> io::Result<Self> {
        let service = Arc::new(Service::new(Self::ACCESS_TOKEN, Self::CUSTOMERS)?);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let base_url = format!("http://{}", listener.local_addr()?);
        let listener = listener.tap_io(|connection| {
            // A small answer should not wait for more; when that cannot be set, it is only slower.
            let _ = connection.set_nodelay(true);
        });
        let router = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&service));
        let (running, stopped) = oneshot::channel::<()>();
        tokio::spawn(async move {
            let stopped = async {
                // Nothing is ever sent: the wait ends when the simulator is dropped.
                let _ = stopped.await;
            };
            axum::serve(listener, router)
                .with_graceful_shutdown(stopped)
                .await
        });
        Ok(Self {
            base_url,
            service,
            _running: running,
        })
    }

    /// Where it listens, such as `http://127.0.0.1:40123`: without `/v1` and without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The clock, which stands still until it is moved.
    pub fn clock(&self) -> &Clock {
        &self.service.clock
    }

    /// The ids of all orders of a customer, newest first, also of those that no list has yet.
    pub fn order_ids(&self, customer_id: &str) -> Vec<String> {
        self.service.order_ids(customer_id)
    }

    /// Says what becomes of the `MS-RequestId` of a write.
    pub fn set_request_ids(&self, request_ids: RequestIds) {
        self.service.replays.set(request_ids);
    }

    /// Every request received so far, in the order in which they came.
    ///
    /// Bytes that are no HTTP request are answered with 400 before they get here and are not in it.
    pub fn requests(&self) -> Vec<LoggedRequest> {
        self.service.log.requests()
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

async fn answer(State(service): State<Arc<Service>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let number = service.log.received(&head);
    let answer = service.answer(&head, body).await;
    service.log.answered(number, answer.status);
    answer.into_response::<Body>(number, &head.headers)
}
