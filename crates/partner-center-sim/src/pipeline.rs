//! What happens to a request between the socket and the service?
//!
//! What steers the simulator is answered apart. All else is noted. Who asks for a token gets one here; who asks for
//! anything else must have one. Then the request is counted, and either carried out or broken on purpose. Every body is
//! read to its end, whatever becomes of the request: closing a connection with unread bytes in it can cost the client the
//! answer.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{self, ConnectInfo, Request};
use axum::response::Response;
use http::{StatusCode, request};
use tokio::time::sleep;

use crate::answer::Answer;
use crate::body;
use crate::broken::{Broken, Instead};
use crate::clock::{Clock, Time};
use crate::connection::Connection;
use crate::control::{self, Control};
use crate::document::Document;
use crate::fault_body::{FaultBodies, throttled};
use crate::keeper::Keeper;
use crate::log::Log;
use crate::operation::{Operation, customer_id};
use crate::outgoing::Outgoing;
use crate::refusal::Refusal;
use crate::request::bearer;
use crate::rule::{Call, Faults};
use crate::seeding::Seed;
use crate::service::Service;
use crate::settings::Settings;
use crate::sign_in::Endpoint;
use crate::state::State;
use crate::state_file::{self, StateFile, Storage};
use crate::throttle::Throttle;
use crate::token::{Caller, TokenRules, Unaccepted, User};

/// All that a simulator consists of, but for the socket.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) clock: Clock,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) service: Service,
    bodies: FaultBodies,
    token_rules: TokenRules,
    throttle: Throttle,
    /// Of a clock that shows the time of day at the start.
    speed: Option<u32>,
}

impl Pipeline {
    pub(crate) fn new(settings: Settings) -> io::Result<Self> {
        let document = Document::read()?;
        let (file, saved) = match &settings.storage {
            Storage::Memory => (None, None),
            Storage::Snapshot(path) => (None, state_file::read(path)?),
            Storage::File(path) => {
                let file = StateFile::own(path)?;
                let saved = file.read()?;
                (Some(file), saved)
            }
        };
        let state = match (saved, settings.speed) {
            (None, speed) => State::begin(&document, Time::begin(speed))?,
            (Some(state), None) => state,
            (Some(mut state), Some(speed)) => {
                state.time.set_speed(speed);
                state
            }
        };
        let keeper = Arc::new(Keeper::new(state, file)?);
        Ok(Self {
            clock: Clock::new(Arc::clone(&keeper)),
            faults: Faults::default(),
            log: Log::default(),
            service: Service::new(&document, Arc::clone(&keeper), settings.request_ids)?,
            keeper,
            bodies: FaultBodies::read(&document)?,
            token_rules: TokenRules {
                lifetime: settings.token_lifetime,
                user: User {
                    multi_factor: settings.multi_factor,
                },
            },
            throttle: Throttle::new(settings.rate_limit),
            speed: settings.speed,
        })
    }

    /// Begins again, but for the settings.
    pub(crate) fn reset(&self) -> io::Result<()> {
        let document = Document::read()?;
        self.keeper.change(|state| {
            let mut time = Time::begin(self.speed);
            time.set_speed(state.time.speed());
            *state = State::begin(&document, time)?;
            io::Result::Ok(())
        })?;
        self.faults.clear();
        self.throttle.clear();
        self.log.clear();
        Ok(())
    }

    /// Takes up customers and orders of the caller's own.
    pub(crate) fn seed(&self, seed: Seed) -> io::Result<()> {
        self.keeper.change(|state| {
            seed.plant(state);
            Ok(())
        })
    }

    /// Who asks; or the answer for somebody who may not, or asks too often.
    fn caller(
        &self,
        head: &request::Parts,
        operation: Option<Operation>,
    ) -> Result<Caller, Box<Answer>> {
        let refused = |refusal| Box::new(self.service.refuse(refusal));
        let coded = |status, code| Box::new(self.bodies.answer(status, Some(code), None));
        let token = bearer(&head.headers).ok_or_else(|| refused(Refusal::TokenMissing))?;
        let (time, caller) = {
            let state = self.keeper.read();
            (state.time, state.tokens.caller(token, state.time.now()))
        };
        let caller = caller.map_err(|unaccepted| match unaccepted {
            Unaccepted::NotValid => refused(Refusal::TokenNotAccepted),
            Unaccepted::AnotherAudience => coded(StatusCode::UNAUTHORIZED, "900420"),
            Unaccepted::WithoutMultiFactor => coded(StatusCode::UNAUTHORIZED, "900421"),
        })?;
        if let Err(seconds) = self.throttle.admit(&caller.tenant, &time) {
            return Err(Box::new(throttled(seconds)));
        }
        // The only operation that the spec has no application-only token for.
        if operation == Some(Operation::GetOrderProvisioningStatus) && !caller.is_user {
            return Err(coded(StatusCode::FORBIDDEN, "900329"));
        }
        Ok(caller)
    }

    async fn carried_out(&self, head: &request::Parts, caller: &Caller, body: Body) -> Answer {
        self.service.answer(head, &caller.tenant, body).await
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
    extract::State(pipeline): extract::State<Arc<Pipeline>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let control = Control::at(head.uri.path());
    let number = control.map_or_else(|| pipeline.log.received(&head), |_| 0);
    if let Some(control) = control {
        let answer = match body::read(body).await {
            Ok(body) => control.answer(&pipeline, &head.method, &body),
            Err(_) => control::unreadable(),
        };
        return answer.into_bare_response();
    }
    if let Some(endpoint) = Endpoint::at(head.uri.path()) {
        // One that is cut or too long is as good as none.
        let body = body::read(body).await.unwrap_or_default();
        let rules = pipeline.token_rules;
        let answer = endpoint.answer(&pipeline.keeper, rules, (&head, &body), number);
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
