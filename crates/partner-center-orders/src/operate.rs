//! How does one operation go, from a built request to a reply or an error, with all its attempts?
//!
//! Everything that is sent passes here: generated calls, followed links and requests of the caller's own. This is the only
//! place where a token is put on a request.

use std::time::{Duration, SystemTime};

use http::header::AUTHORIZATION;
use reqwest::Request;
use tokio::time::{Instant, sleep_until};
use tracing::Instrument as _;

use crate::attempt::{self, Effect, Next, Outcome, Progress};
use crate::call::CallIds;
use crate::client::Shared;
use crate::delivery::Delivery;
use crate::error::{Error, ErrorKind};
use crate::repeats::Waits;
use crate::trace;
use crate::transport::{CORRELATION_ID, REQUEST_ID, Reply, Take, bearer, id_value};

impl Shared {
    /// Sends the request until there is an answer to take, or no more attempt may be made. `deadline` is the end of all
    /// waiting for what is taken.
    pub(crate) async fn operate<B: Take>(
        &self,
        operation: &'static str,
        mut request: Request,
        ids: CallIds,
        deadline: Instant,
    ) -> Result<Reply<B>, Error> {
        let place = format!("{} {}", request.method(), request.url().path());
        if !self.root.owns(request.url()) {
            let message = "the address is not below the configured endpoint";
            return Err(
                Error::new(ErrorKind::Link, Delivery::NotSent, message).of_call(place, ids, 0)
            );
        }
        let headers = request.headers_mut();
        headers.insert(REQUEST_ID, id_value(ids.request));
        headers.insert(CORRELATION_ID, id_value(ids.correlation));
        let effect = Effect::of(request.method());
        let span = trace::call(operation, &request, ids);
        let open = trace::Open::new(span.clone());
        let mut outcomes = Vec::new();
        let ended = self
            .attempts(request, deadline, &mut outcomes)
            .instrument(span.clone())
            .await;
        // The attempt that succeeded left no outcome.
        let failed = u32::try_from(outcomes.len()).unwrap_or(u32::MAX);
        let ended = ended
            .map(|reply| reply.after(failed))
            .map_err(|error: Error| {
                error
                    .with_effect(effect)
                    .with_delivery(Delivery::of_call(outcomes))
                    .of_call(place, ids, failed)
            });
        open.ends(ended.as_ref());
        ended
    }

    /// Makes attempts, and keeps what each one that failed came to.
    async fn attempts<B: Take>(
        &self,
        mut request: Request,
        deadline: Instant,
        outcomes: &mut Vec<Outcome>,
    ) -> Result<Reply<B>, Error> {
        let effect = Effect::of(request.method());
        let mut waits = self.repeats.waits();
        let mut token = self.token(None, deadline).await?;
        let mut renewed = false;
        let begun = Begun::now();
        self.budget.earn();
        loop {
            // Kept for the next attempt. A body is shared, not copied.
            let again = request.try_clone();
            request.headers_mut().insert(AUTHORIZATION, bearer(&token)?);
            let span = trace::attempt(&request, outcomes.len());
            let attempt = self.attempt(request, deadline).instrument(span.clone());
            let ended = attempt.await;
            trace::ended(&span, ended.as_ref());
            let error = match ended {
                Ok(reply) => return Ok(reply),
                Err(error) => error.with_token(&token),
            };
            let outcome = Outcome::of(&error);
            outcomes.push(outcome);
            let progress = Progress {
                made: u32::try_from(outcomes.len()).unwrap_or(u32::MAX),
                allowed: self.repeats.attempts,
                renewed,
            };
            let Some(again) = again else {
                return Err(error);
            };
            match attempt::next(outcome, effect, progress) {
                Next::End => return Err(error),
                Next::Renewed => match self.token(Some(&token), deadline).await {
                    Ok(other) if other.is(&token) => return Err(error),
                    Ok(other) => (token, renewed) = (other, true),
                    // What the service said of the token comes first.
                    Err(none) => return Err(error.without_another_token(none)),
                },
                Next::Again => {
                    let is_open = effect == Effect::Write
                        && Delivery::of_call(outcomes.iter().copied()) == Delivery::Unknown;
                    let error = self
                        .pause(error, outcome, is_open, &mut waits, deadline)
                        .await?;
                    if is_open && begun.is_too_long_ago() {
                        return Err(error.too_late());
                    }
                }
            }
            request = again;
        }
    }

    /// Waits until the next attempt may be made. The error is that of the last one, and ends the call when there is no more
    /// time, or too much was repeated already; what may have been bought and is not known to be is worth a repeat anyway.
    async fn pause(
        &self,
        error: Error,
        outcome: Outcome,
        is_open: bool,
        waits: &mut Waits,
        deadline: Instant,
    ) -> Result<Error, Error> {
        let asked = error.retry_after();
        let wait = waits.next(asked);
        let fits = |wait| {
            let until = Instant::now().checked_add(wait);
            until.filter(|until| *until < deadline)
        };
        let Some(until) = fits(wait) else {
            let is_asked_too_much = asked.is_some_and(|asked| fits(asked).is_none());
            return Err(if is_asked_too_much {
                error.out_of_patience()
            } else {
                error
            });
        };
        if !self.budget.spend() && !is_open {
            return Err(error);
        }
        trace::again(outcome, wait);
        sleep_until(until).await;
        Ok(error)
    }
}

/// How long the service may be taken to know a request id: some minutes, inferred.
const REMEMBERED: Duration = Duration::from_secs(300);

/// When the first attempt was made, by two clocks: one stands still while the machine sleeps, the other may be set.
#[derive(Clone, Copy)]
struct Begun(Instant, SystemTime);

impl Begun {
    fn now() -> Self {
        Self(Instant::now(), SystemTime::now())
    }

    fn is_too_long_ago(self) -> bool {
        let by_the_wall = self.1.elapsed().unwrap_or_default();
        self.0.elapsed().max(by_the_wall) > REMEMBERED
    }
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind::WouldBlock;
    use std::net::TcpListener;
    use std::time::{Duration, SystemTime};

    use http::Method;
    use reqwest::Request;
    use tokio::time::Instant;
    use uuid::Uuid;

    use super::{Begun, REMEMBERED};
    use crate::call::{CallIds, in_time};
    use crate::delivery::Delivery;
    use crate::error::ErrorKind;
    use crate::{PartnerCenter, StaticToken};

    /// Whatever the layers above let through.
    #[tokio::test]
    async fn a_request_to_another_origin_is_not_sent() {
        let elsewhere = TcpListener::bind("127.0.0.1:0").unwrap();
        elsewhere.set_nonblocking(true).unwrap();
        let address = elsewhere.local_addr().unwrap();
        let partner = PartnerCenter::builder(StaticToken::new("token"))
            .endpoint("http://127.0.0.1:1")
            .build()
            .unwrap();
        for url in [
            format!("http://{address}/v1/x"),
            "http://user@127.0.0.1:1/v1/x".to_owned(),
        ] {
            let request = Request::new(Method::GET, url.parse().unwrap());
            let ids = CallIds {
                request: Uuid::nil(),
                correlation: Uuid::nil(),
            };
            let deadline = in_time(std::time::Duration::from_secs(60));
            let error = partner
                .shared()
                .operate::<bytes::Bytes>("test", request, ids, deadline)
                .await
                .unwrap_err();
            assert_eq!(
                (error.kind(), error.delivery()),
                (ErrorKind::Link, Delivery::NotSent)
            );
            assert_eq!(error.attempts(), 0);
        }
        assert_eq!(elsewhere.accept().unwrap_err().kind(), WouldBlock);
    }

    #[test]
    fn a_first_attempt_is_long_ago_by_either_clock() {
        let second = Duration::from_secs(1);
        let before = REMEMBERED + second;
        let now = (Instant::now(), SystemTime::now());
        assert!(!Begun(now.0, now.1).is_too_long_ago());
        assert!(!Begun(now.0, now.1 - REMEMBERED / 2).is_too_long_ago());
        // A machine that slept, and a wall clock that was set back.
        assert!(Begun(now.0, now.1 - before).is_too_long_ago());
        let monotonic = now.0.checked_sub(before);
        assert!(monotonic.is_none_or(|then| Begun(then, now.1 + before).is_too_long_ago()));
    }
}
