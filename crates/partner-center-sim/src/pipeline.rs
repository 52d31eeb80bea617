//! What happens to a request between the socket and the service?
//!
//! What steers the simulator is answered apart. All else is noted. Who asks for a token gets one here; who asks for
//! anything else must have one. Then the request is counted, and either carried out or broken on purpose. Every body is
//! read to its end, whatever becomes of the request: closing a connection with unread bytes in it can cost the client the
//! answer.

use std::io;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::response::Response;
use http::{StatusCode, request};
use tokio::time::sleep;

use crate::answer::Answer;
use crate::body;
use crate::broken::{Broken, Instead};
use crate::clock::Clock;
use crate::connection::Connection;
use crate::control::Control;
use crate::document::Document;
use crate::fault_body::{FaultBodies, throttled};
use crate::log::Log;
use crate::operation::{Operation, customer_id};
use crate::outgoing::Outgoing;
use crate::refusal::Refusal;
use crate::request::bearer;
use crate::rule::{Call, Faults};
use crate::server::Simulator;
use crate::service::Service;
use crate::settings::Settings;
use crate::sign_in::Endpoint;
use crate::throttle::Throttle;
use crate::token::{Caller, Tokens, Unaccepted};

/// All that a simulator consists of, but for the socket.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    bodies: FaultBodies,
    tokens: Tokens,
    throttle: Throttle,
    /// A reset puts a new one in its place.
    service: RwLock<Arc<Service>>,
}

impl Pipeline {
    pub(crate) fn new(settings: Settings) -> io::Result<Self> {
        let document = Document::read()?;
        let clock = settings.speed.map_or_else(Clock::still, Clock::running);
        let service = Service::new(
            document,
            clock.clone(),
            Simulator::CUSTOMERS,
            settings.request_ids,
        )?;
        Ok(Self {
            clock,
            faults: Faults::default(),
            log: Log::default(),
            bodies: FaultBodies::read(document)?,
            tokens: Tokens::new(settings.token_lifetime, settings.multi_factor),
            throttle: Throttle::new(settings.rate_limit),
            service: RwLock::new(Arc::new(service)),
        })
    }

    /// Begins again, but for the settings.
    pub(crate) fn reset(&self) -> io::Result<()> {
        let document = Document::read()?;
        self.clock.restart();
        let service = Service::new(
            document,
            self.clock.clone(),
            Simulator::CUSTOMERS,
            self.service().replays.request_ids(),
        )?;
        *self.service.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(service);
        self.faults.clear();
        self.tokens.clear();
        self.throttle.clear();
        self.log.clear();
        Ok(())
    }

    pub(crate) fn service(&self) -> Arc<Service> {
        // It is put in its place whole: there is one even after a panic.
        Arc::clone(&self.service.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Who asks; or the answer for somebody who may not, or asks too often.
    fn caller(
        &self,
        head: &request::Parts,
        operation: Option<Operation>,
    ) -> Result<Caller, Box<Answer>> {
        let refused = |refusal| Box::new(self.service().refuse(refusal));
        let coded = |status, code| Box::new(self.bodies.answer(status, Some(code), None));
        let token = bearer(&head.headers).ok_or_else(|| refused(Refusal::TokenMissing))?;
        let caller = self
            .tokens
            .caller(token, self.clock.now())
            .map_err(|unaccepted| match unaccepted {
                Unaccepted::NotValid => refused(Refusal::TokenNotAccepted),
                Unaccepted::AnotherAudience => coded(StatusCode::UNAUTHORIZED, "900420"),
                Unaccepted::WithoutMultiFactor => coded(StatusCode::UNAUTHORIZED, "900421"),
            })?;
        if let Err(seconds) = self.throttle.admit(&caller.tenant, &self.clock) {
            return Err(Box::new(throttled(seconds)));
        }
        // The only operation that the spec has no application-only token for.
        if operation == Some(Operation::GetOrderProvisioningStatus) && !caller.is_user {
            return Err(coded(StatusCode::FORBIDDEN, "900329"));
        }
        Ok(caller)
    }

    async fn carried_out(&self, head: &request::Parts, caller: &Caller, body: Body) -> Answer {
        let service = self.service();
        service.answer(head, &caller.tenant, body).await
    }

    async fn api(
        &self,
        mut head: request::Parts,
        body: Body,
        number: usize,
        connection: Connection,
    ) -> Response {
        let operation = Operation::of(&head.method, head.uri.path());
        let caller = match self.caller(&head, operation) {
            Ok(caller) => caller,
            Err(answer) => {
                body::discard(body).await;
                self.log.answered(number, answer.status);
                return answer.into_response(number, &head.headers);
            }
        };
        let customer = customer_id(head.uri.path());
        let broken = Broken::by(self.faults.struck(&Call {
            operation,
            customer: customer.as_deref(),
        }));
        pause(broken.delay).await;
        if let Some((instead, after_change)) = broken.instead(&self.bodies) {
            if after_change {
                self.carried_out(&head, &caller, body).await;
            } else {
                body::discard(body).await;
            }
            pause(broken.late).await;
            return self.replaced(instead, &head, number, &connection);
        }
        let asked = head.uri.clone();
        broken.ask(&mut head);
        let answer = self.carried_out(&head, &caller, body).await;
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
    let control = Control::at(head.uri.path());
    let number = control.map_or_else(|| pipeline.log.received(&head), |_| 0);
    if let Some(control) = control {
        let body = body::read(body).await;
        let answer = control.answer(&pipeline, &head.method, &body.unwrap_or_default());
        return answer.into_bare_response();
    }
    if let Some(endpoint) = Endpoint::at(head.uri.path()) {
        // One that is cut or too long is as good as none.
        let body = body::read(body).await.unwrap_or_default();
        let now = pipeline.clock.now();
        let answer = endpoint.answer(&pipeline.tokens, &head, &body, now, number);
        pipeline.log.answered(number, answer.status);
        return answer.into_bare_response();
    }
    pipeline.api(head, body, number, connection).await
}

/// Waits for a span of the wall clock. No wait asks nothing of the runtime.
async fn pause(span: Duration) {
    if !span.is_zero() {
        sleep(span).await;
    }
}
