//! How is one token shared by all calls, and got once?
//!
//! A token is kept in memory and renewed before it expires, in the background, so that nobody waits for it and nobody fails
//! when that fails. Where there is no good token, one call gets it and all others wait for that one.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

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
        if gate.at.is_some_and(|at| at >= came) {
            // Somebody asked while this call waited.
            match (&gate.failure, self.current()) {
                (Some(failure), _) => return Err(failure.clone()),
                // However short its life is, it is as good as one that this call would get.
                (None, Some(fetched))
                    if refused.is_none_or(|refused| !fetched.token.is(refused)) =>
                {
                    return Ok(fetched.token);
                }
                _ => {}
            }
        }
        // On a task of its own: when this call is given up, what came is still kept, a new refresh token above all.
        let fetch = tokio::spawn(Arc::clone(self).fetch(gate).in_current_span());
        fetch.await.unwrap_or_else(|error| {
            Err(CredentialError::new("the request for a token was broken off").with_source(error))
        })
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
            // Nobody waits for it, and no call fails with it as long as the old token is good.
            let fetch = Arc::clone(self).fetch(gate).in_current_span();
            tokio::spawn(async {
                if let Err(error) = fetch.await {
                    trace::not_renewed(&error);
                }
            });
        }
        Some(fetched.token)
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
        let ended = self.source.fetch().await;
        if let Ok(fetched) = &ended {
            *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(fetched.clone());
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
        self.failure.is_some() && self.at.is_some_and(|at| at.elapsed() < PAUSE)
    }
}
