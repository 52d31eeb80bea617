//! What can be different from one simulator to another?

use std::io;
use std::time::Duration;

use chrono::TimeDelta;

use crate::server::Simulator;

/// How a simulator is to be, before it runs.
#[derive(Clone, Debug)]
#[must_use = "a simulator runs only when this is started"]
pub struct Builder {
    token_lifetime: Duration,
    multi_factor: bool,
}

/// The same, as the parts need it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) token_lifetime: TimeDelta,
    pub(crate) multi_factor: bool,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            token_lifetime: Duration::from_secs(60 * 60),
            multi_factor: true,
        }
    }

    /// How long an access token is good, in the simulator's own time: an hour unless this is set.
    ///
    /// [`Simulator::ACCESS_TOKEN`] never expires.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = lifetime;
        self
    }

    /// Whether the user behind the refresh tokens signed in with multi-factor authentication, as they did unless this is
    /// set to `false`. Without it their tokens are refused with 401 and the code 900421.
    pub fn multi_factor(mut self, did: bool) -> Self {
        self.multi_factor = did;
        self
    }

    /// Starts it on a free port.
    ///
    /// # Errors
    ///
    /// As [`Simulator::start`].
    pub async fn start(self) -> io::Result<Simulator> {
        let settings = Settings {
            // A span that no calendar holds is one without end.
            token_lifetime: TimeDelta::from_std(self.token_lifetime).unwrap_or(TimeDelta::MAX),
            multi_factor: self.multi_factor,
        };
        Simulator::run(settings).await
    }
}
