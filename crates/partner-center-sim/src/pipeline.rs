//! What happens to a request between the socket and the service?
//!
//! What steers the simulator is answered apart. All else is noted. Who signs in is answered here, or met by a fault; who
//! asks for anything else must have a token. Then the request is counted, and either carried out or broken on purpose. What the service
//! answers is held against the spec before it leaves or a fault changes it. Every body is read to its end, or until patience
//! ends, whatever becomes of the request: closing a connection with unread bytes in it can cost the client the answer.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{self, ConnectInfo, Request};
use axum::response::Response;
use bytes::Bytes;
use http::{StatusCode, request};
use tokio::time::sleep;

use crate::answer::Answer;
use crate::body::Incoming;
use crate::broken::{Broken, Instead, Voice};
use crate::clock::{Clock, Time};
use crate::connection::Connection;
use crate::contract::{Contract, Contracts};
use crate::control::{self, Control};
use crate::device::Decision;
use crate::device_page;
use crate::document::Document;
use crate::fault_body::{FaultBodies, throttled};
use crate::fit::Problem;
use crate::keeper::Keeper;
use crate::log::Log;
use crate::operation::{Operation, customer_id};
use crate::outgoing::Outgoing;
use crate::refusal::{Refusal, mistaken};
use crate::request::bearer;
use crate::rule::{Call, Faults};
use crate::seeding::Seed;
use crate::service::{Answered, Service};
use crate::settings::Settings;
use crate::sign_in::Endpoint;
use crate::sign_in_rules::CurrentRules;
use crate::state::State;
use crate::state_file::{self, StateFile, Storage};
use crate::throttle::Throttle;
use crate::token::{Caller, Revoked, Unaccepted};

/// What is known of a request beside what it says.
#[derive(Clone, Copy)]
struct Noted<'c> {
    /// Its place in the log, from 1.
    number: usize,
    /// What the spec says of its operation, if that is to be checked.
    contract: Option<&'c Contract>,
}

/// All that a simulator consists of, but for the socket.
#[derive(Debug)]
pub(crate) struct Pipeline {
    pub(crate) clock: Clock,
    pub(crate) keeper: Arc<Keeper>,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) service: Service,
    pub(crate) sign_in_rules: CurrentRules,
    /// Without them nothing is held against the spec.
    contracts: Option<&'static Contracts>,
    byte_order_mark: bool,
    body_timeout: Duration,
    bodies: FaultBodies,
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
            (None, speed) => State::begin(document, Time::begin(speed))?,
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
            service: Service::new(document, Arc::clone(&keeper), settings.request_ids)?,
            sign_in_rules: CurrentRules::new(settings.sign_in),
            keeper,
            contracts: match settings.checked {
                true => Some(Contracts::read()?),
                false => None,
            },
            byte_order_mark: settings.byte_order_mark,
            body_timeout: settings.body_timeout,
            bodies: FaultBodies::read(document)?,
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
            *state = State::begin(document, time)?;
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

    /// Says what becomes of a device; `false` when none waits with this code.
    pub(crate) fn decide_device(&self, user_code: &str, decision: Decision) -> io::Result<bool> {
        device_page::decide(&self.keeper, user_code, decision)
    }

    /// Lets tokens be good no longer that were handed out so far.
    pub(crate) fn revoke(&self, revoked: Revoked) -> io::Result<()> {
        self.keeper.change(|state| {
            if revoked.access_tokens {
                state.tokens.revoke();
            }
            if revoked.refresh_tokens {
                state.tokens.revoke_renewals();
            }
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

    /// The body of a request that is not for the service. One that is cut or too long is as good as none.
    async fn whole(&self, body: Incoming) -> Result<Bytes, Box<Answer>> {
        match body.read().await {
            Err(Refusal::BodyLate) => Err(Box::new(self.service.refuse(Refusal::BodyLate))),
            body => Ok(body.unwrap_or_default()),
        }
    }

    async fn carried_out(
        &self,
        head: &request::Parts,
        caller: &Caller,
        body: Incoming,
        noted: Noted<'_>,
    ) -> Answer {
        let answered = self
            .service
            .answer(head, &caller.tenant, body, noted.contract);
        let Answered { answer, problems } = answered.await;
        let told = |problem: Problem| format!("request: {}", problem.text);
        self.log.found(noted.number, problems.into_iter().map(told));
        self.completed(answer, head, noted)
    }

    /// An answer of the service itself, as it is meant to leave. One that does not fit the spec does not leave.
    fn completed(&self, answer: Answer, head: &request::Parts, noted: Noted<'_>) -> Answer {
        let mut answer = answer.complete(noted.number, &head.headers);
        let problems = noted
            .contract
            .map(|contract| contract.problems_of_answer(&answer));
        let problems = problems.unwrap_or_default();
        if let Some(problem) = problems.first() {
            answer = mistaken(problem).complete(noted.number, &head.headers);
        }
        let told = |problem| format!("answer: {problem}");
        self.log.found(noted.number, problems.into_iter().map(told));
        if self.byte_order_mark {
            answer
        } else {
            answer.without_mark()
        }
    }

    async fn api(
        &self,
        mut head: request::Parts,
        body: Incoming,
        number: usize,
        connection: Connection,
    ) -> Response {
        let operation = Operation::of(&head.method, head.uri.path());
        let contracts = self.contracts.zip(operation);
        let noted = Noted {
            number,
            contract: contracts.and_then(|(contracts, operation)| contracts.get(operation)),
        };
        let caller = match self.caller(&head, operation) {
            Ok(caller) => caller,
            Err(answer) => {
                let late = body.discard().await.err();
                let answer = late.map_or(*answer, |late| self.service.refuse(late));
                let answer = self.completed(answer, &head, noted);
                self.log.answered(number, answer.status);
                return answer.into_response();
            }
        };
        let customer = customer_id(head.uri.path());
        let broken = Broken::by(self.faults.struck(&Call {
            operation,
            customer: customer.as_deref(),
            ..Call::default()
        }));
        pause(broken.delay).await;
        if let Some((instead, after_change)) = broken.instead(Voice::Service(&self.bodies)) {
            if after_change {
                self.carried_out(&head, &caller, body, noted).await;
            } else {
                // What strikes the request strikes it whether or not its rest comes.
                let _ = body.discard().await;
            }
            pause(broken.late).await;
            return self.replaced(instead, &head, number, &connection);
        }
        let asked = head.uri.clone();
        broken.ask(&mut head);
        let answer = self.carried_out(&head, &caller, body, noted).await;
        pause(broken.late).await;
        let answer = broken.spoil(answer, &asked);
        self.leaving(answer, &broken, number, connection)
    }

    async fn sign_in(
        &self,
        endpoint: &Endpoint,
        head: request::Parts,
        body: Incoming,
        number: usize,
        connection: Connection,
    ) -> Response {
        let broken = Broken::by(self.faults.struck(&Call {
            is_sign_in: true,
            ..Call::default()
        }));
        let body = self.whole(body).await;
        if let Ok(body) = &body {
            self.log.asked(number, &head, body);
        }
        pause(broken.delay).await;
        let carried_out = || match &body {
            Ok(body) => {
                let rules = self.sign_in_rules.get();
                endpoint.answer(&self.keeper, &rules, (&head, body), number)
            }
            Err(late) => Answer::clone(late),
        };
        let voice = Voice::SignIn(self.clock.now(), number);
        if let Some((instead, after_change)) = broken.instead(voice) {
            if after_change {
                carried_out();
            }
            pause(broken.late).await;
            return self.replaced(instead, &head, number, &connection);
        }
        let answer = carried_out();
        pause(broken.late).await;
        let answer = broken.spoil(answer, &head.uri);
        self.leaving(answer, &broken, number, connection)
    }

    /// An answer on its way out.
    fn leaving(
        &self,
        answer: Answer,
        broken: &Broken,
        number: usize,
        connection: Connection,
    ) -> Response {
        self.log.answered(number, answer.status);
        answer.into_response().map(|body| match broken.manner() {
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
                answer.into_response()
            }
            Instead::Answer(answer) => {
                self.log.answered(number, answer.status);
                answer.complete(number, &head.headers).into_response()
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
    let body = Incoming::new(body, pipeline.body_timeout);
    let number = control.map_or_else(|| pipeline.log.received(&head), |_| 0);
    if let Some(control) = control {
        let answer = match body.read().await {
            Ok(body) => control.answer(&pipeline, &head.method, &body),
            Err(Refusal::BodyLate) => pipeline.service.refuse(Refusal::BodyLate),
            Err(_) => control::unreadable(),
        };
        return answer.into_response();
    }
    if let Some(endpoint) = Endpoint::at(head.uri.path()) {
        return pipeline
            .sign_in(&endpoint, head, body, number, connection)
            .await;
    }
    if head.uri.path() == device_page::PATH {
        let answer = match pipeline.whole(body).await {
            Ok(body) => device_page::answer(&pipeline.keeper, &head, &body),
            Err(late) => *late,
        };
        pipeline.log.answered(number, answer.status);
        return answer.into_response();
    }
    pipeline.api(head, body, number, connection).await
}

/// Waits for a span of the wall clock. No wait asks nothing of the runtime.
async fn pause(span: Duration) {
    if !span.is_zero() {
        sleep(span).await;
    }
}

#[cfg(test)]
mod tests {
    use axum::extract::Request;
    use http::{HeaderMap, StatusCode};
    use serde_json::{Value, json};

    use super::{Noted, Pipeline};
    use crate::answer::Answer;
    use crate::operation::Operation;
    use crate::settings::Builder;

    #[test]
    fn an_answer_that_does_not_fit_is_replaced_and_noted() {
        let pipeline = Pipeline::new(Builder::new().settings()).expect("a pipeline");
        let (head, ()) = Request::new(()).into_parts();
        let noted = Noted {
            number: pipeline.log.received(&head),
            contract: pipeline
                .contracts
                .expect("contracts")
                .get(Operation::GetOrder),
        };
        let answer = Answer::json(StatusCode::OK, HeaderMap::new(), &json!({ "id": 7 }));
        let answer = pipeline.completed(answer, &head, noted);
        let body: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(body["code"], "800003");
        let problem = "body: \"referenceCustomerId\" is a required property";
        let description = format!(
            "The simulator made a mistake: its answer is not as it is described: {problem}."
        );
        assert_eq!(body["description"], description);
        assert!(answer.headers.contains_key("ms-requestid"));
        let told = pipeline.log.requests();
        assert!(told[0].problems().contains(&format!("answer: {problem}")));
    }
}
