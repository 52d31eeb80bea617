//! What happens to a request between the socket and the service?
//!
//! It is noted, read to its end, and then either carried out or broken on purpose.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use http::request;
use tokio::time::sleep;

use crate::broken::{Broken, Instead};
use crate::clock::Clock;
use crate::connection::Connection;
use crate::document::Document;
use crate::fault_body::FaultBodies;
use crate::log::Log;
use crate::operation::{Operation, customer_id};
use crate::outgoing::Outgoing;
use crate::rule::{Call, Faults};
use crate::service::Service;

/// Longest body that is read to its end.
const BODY_LIMIT: usize = 16 * 1024 * 1024;

/// All that a simulator consists of, but for the socket.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    bodies: FaultBodies,
    service: Service,
}

impl Pipeline {
    pub(crate) fn new(
        clock: Clock,
        access_token: &'static str,
        customer_ids: [&'static str; 2],
    ) -> io::Result<Self> {
        let document = Document::read()?;
        Ok(Self {
            faults: Faults::default(),
            log: Log::default(),
            bodies: FaultBodies::read(&document)?,
            service: Service::new(&document, clock, access_token, customer_ids)?,
        })
    }

    async fn api(
        &self,
        mut head: request::Parts,
        number: usize,
        connection: Connection,
    ) -> Response {
        let customer = customer_id(head.uri.path());
        let broken = Broken::by(self.faults.struck(&Call {
            operation: Operation::of(&head.method, head.uri.path()),
            customer: customer.as_deref(),
        }));
        pause(broken.delay).await;
        if let Some((instead, after_change)) = broken.instead(&self.bodies) {
            if after_change {
                self.service.answer(&head);
            }
            pause(broken.late).await;
            return self.replaced(instead, &head, number, &connection);
        }
        let asked = head.uri.clone();
        broken.ask(&mut head);
        let answer = self.service.answer(&head);
        pause(broken.late).await;
        let answer = broken.spoil(answer, &asked);
        self.log.answered(number, answer.status);
        let response = answer.into_response(number, &head.headers);
        response.map(|body| match broken.manner() {
            Some(manner) => Body::new(Outgoing::new(body, manner, connection)),
            None => Body::from(body),
        })
    }

    fn replaced(
        &self,
        instead: Instead,
        head: &request::Parts,
        number: usize,
        connection: &Connection,
    ) -> Response {
        match instead {
            Instead::Reset => {
                connection.reset();
                // Nothing of it gets out, so it is not noted either.
                Response::default()
            }
            Instead::Bare(answer) => {
                self.log.answered(number, answer.status);
                answer.into_bare_response()
            }
            Instead::Answer(answer) => {
                self.log.answered(number, answer.status);
                answer.into_response(number, &head.headers)
            }
        }
    }
}

/// Answers a request. There is no request without an answer, unless a fault wants it.
pub(crate) async fn answer(
    State(pipeline): State<Arc<Pipeline>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let number = pipeline.log.received(&head);
    // Closing a connection with unread bytes in it can cost the client the answer. A body that is cut or too long is as
    // good as none here: no operation takes one.
    let _ = to_bytes(body, BODY_LIMIT).await;
    pipeline.api(head, number, connection).await
}

/// Waits for a span of the wall clock. No wait asks nothing of the runtime.
async fn pause(span: Duration) {
    if !span.is_zero() {
        sleep(span).await;
    }
}
