//! How is one token shared by all calls, and got once?
//!
//! A token is kept in memory and renewed before it expires, in the background, so that nobody waits for it and nobody fails
//! when that fails. Where there is no good token, one call gets it and all others wait for that one.

use std::fmt;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt as _;
use tokio::runtime::Handle;
use tokio::sync::{Mutex, OwnedMutexGuard};
use tokio::time::Instant;
use tracing::Instrument as _;

use crate::credential::AccessToken;
use crate::credential_error::CredentialError;
use crate::trace;

/// A token is renewed this long before it expires, or after half its life if that is later.
const AHEAD: Duration = Duration::from_secs(5 * 60);
/// A token is not used this close to its end, as the request takes a while and clocks run differently; of a short one
/// the last tenth is not.
const MARGIN: Duration = Duration::from_secs(30);
/// After a renewal ahead of time failed, the next one begins no sooner than this.
const PAUSE: Duration = Duration::from_secs(30);

/// Gets a token that is not there yet.
pub(crate) trait Source: Send + Sync + 'static {
    fn fetch(&self) -> impl Future<Output = Result<Fetched, CredentialError>> + Send;
}

/// A token, and how long it is good from the moment it was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Fetched {
    pub(crate) token: AccessToken,
    pub(crate) asked: Moment,
    pub(crate) lifetime: Duration,
}

/// A point in time by two clocks: one stands still while the machine sleeps, the other may be set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment(Instant, SystemTime);

impl Moment {
    pub(crate) fn now() -> Self {
        Self(Instant::now(), SystemTime::now())
    }

    /// The same moment on the wall clock, so much later.
    pub(crate) fn wall_after(self, span: Duration) -> Option<SystemTime> {
        self.1.checked_add(span)
    }

    /// So much later, by the clock that nobody sets.
    pub(crate) fn after(self, span: Duration) -> Instant {
        self.0 + span
    }

    /// Whether so much time has passed since, by either clock.
    fn is_past(self, span: Duration) -> bool {
        let by_the_wall = SystemTime::now().duration_since(self.1).unwrap_or_default();
        self.0.elapsed().max(by_the_wall) >= span
    }
}

impl Fetched {
    fn is_good(&self) -> bool {
        let margin = MARGIN.min(self.lifetime / 10);
        !self.asked.is_past(self.lifetime.saturating_sub(margin))
    }

    fn has_ended(&self) -> bool {
        self.asked.is_past(self.lifetime)
    }

    fn is_due(&self) -> bool {
        self.asked
            .is_past(self.lifetime.saturating_sub(AHEAD).max(self.lifetime / 2))
    }
}

/// One token and the way to the next.
pub(crate) struct Cache<S> {
    source: S,
    current: RwLock<Option<Fetched>>,
    /// Whoever holds it fetches. What came of the last time is in it.
    gate: Arc<Mutex<Last>>,
}

/// The end of a fetch, for those who waited for it.
#[derive(Debug, Default)]
struct Last {
    at: Option<Instant>,
    failure: Option<CredentialError>,
}

impl<S: fmt::Debug> fmt::Debug for Cache<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

impl<S: Source> Cache<S> {
    pub(crate) fn new(source: S, first: Option<Fetched>) -> Arc<Self> {
        Arc::new(Self {
            source,
            current: RwLock::new(first),
            gate: Arc::default(),
        })
    }

    /// The source of the tokens.
    pub(crate) fn source(&self) -> &S {
        &self.source
    }

    /// A good token that is not the refused one.
    pub(crate) async fn token(
        self: &Arc<Self>,
        refused: Option<&AccessToken>,
    ) -> Result<AccessToken, CredentialError> {
        if Handle::try_current().is_err() {
            let message = "a token is got by network, which needs a Tokio runtime";
            return Err(CredentialError::configuration(message));
        }
        let came = Instant::now();
        if let Some(token) = self.kept(refused) {
            return Ok(token);
        }
        let gate = Arc::clone(&self.gate).lock_owned().await;
        let failure = if gate.at.is_some_and(|at| at >= came) {
            // Somebody asked while this call waited, and got what this call would have got.
            match (&gate.failure, self.current()) {
                (None, Some(fetched)) => return Ok(fetched.token),
                (failure, _) => failure.clone(),
            }
        } else {
            gate.still_asks_to_wait()
        };
        let ended = match failure {
            Some(failure) => Err(failure),
            // On a task of its own: when this call is given up, what came is still kept, a new refresh token above all.
            None => tokio::spawn(Arc::clone(self).fetch(gate).in_current_span())
                .await
                .unwrap_or_else(|_| {
                    Err(CredentialError::new(
                        "the runtime ended while a token was asked for",
                    ))
                }),
        };
        ended.or_else(|failure| self.last_resort(refused).ok_or(failure))
    }

    /// Returns when nobody asks for a token.
    pub(crate) async fn settled(&self) {
        drop(self.gate.lock().await);
    }

    /// The token at hand, if it is good. When its end is near, its successor is sent for.
    fn kept(self: &Arc<Self>, refused: Option<&AccessToken>) -> Option<AccessToken> {
        let fetched = self.current().filter(Fetched::is_good)?;
        if refused.is_some_and(|refused| fetched.token.is(refused)) {
            return None;
        }
        if fetched.is_due()
            && let Ok(gate) = Arc::clone(&self.gate).try_lock_owned()
            && !gate.has_just_failed()
            // Somebody may have been faster.
            && self.current().is_some_and(|fetched| fetched.is_due())
        {
            // Nobody waits for it, and no call fails with it as long as the old token is good. It belongs to no call.
            let fetch = Arc::clone(self).fetch(gate);
            tokio::spawn(async {
                if let Err(error) = fetch.await {
                    trace::not_renewed(&error);
                }
            });
        }
        Some(fetched.token)
    }

    /// A token so close to its end that it is used only when there is no other.
    fn last_resort(&self, refused: Option<&AccessToken>) -> Option<AccessToken> {
        let fetched = self.current().filter(|fetched| !fetched.has_ended())?;
        let is_refused = refused.is_some_and(|refused| fetched.token.is(refused));
        (!is_refused).then_some(fetched.token)
    }

    fn current(&self) -> Option<Fetched> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    async fn fetch(
        self: Arc<Self>,
        mut gate: OwnedMutexGuard<Last>,
    ) -> Result<AccessToken, CredentialError> {
        // A credential or a store of somebody else's may panic. What it said is not kept: it could have a token in it.
        let ended = AssertUnwindSafe(self.source.fetch()).catch_unwind().await;
        let ended =
            ended.unwrap_or_else(|_| Err(CredentialError::new("what gets the token panicked")));
        if let Ok(fetched) = &ended {
            let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
            // One that comes a second time is as old as it was.
            if current
                .as_ref()
                .is_none_or(|current| !current.token.is(&fetched.token))
            {
                *current = Some(fetched.clone());
            }
        }
        *gate = Last {
            at: Some(Instant::now()),
            failure: ended.as_ref().err().cloned(),
        };
        ended.map(|fetched| fetched.token)
    }
}

impl Last {
    fn has_just_failed(&self) -> bool {
        let pause = self
            .failure
            .as_ref()
            .map(|failure| failure.retry_after().unwrap_or_default().max(PAUSE));
        let since = self.at.map(|at| at.elapsed());
        pause.zip(since).is_some_and(|(pause, since)| since < pause)
    }

    /// The last failure, if whoever failed asked to wait and the wait is not over.
    fn still_asks_to_wait(&self) -> Option<CredentialError> {
        let failure = self.failure.as_ref()?;
        let left = failure.retry_after()?.checked_sub(self.at?.elapsed())?;
        (!left.is_zero()).then(|| failure.clone().with_retry_after(Some(left)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use tokio::time::Instant;

    use super::Moment;

    /// One clock stands still while the machine sleeps, the other may be set back.
    #[test]
    fn time_passes_by_either_clock() {
        let hour = Duration::from_secs(3600);
        let (now, wall) = (Instant::now(), SystemTime::now());
        assert!(!Moment(now, wall).is_past(hour));
        assert!(Moment(now, wall - hour).is_past(hour));
        let then = now.checked_sub(hour);
        assert!(then.is_none_or(|then| Moment(then, wall + hour).is_past(hour)));
    }
}
