//! What can be different from one simulator to another?

use std::io;
use std::time::Duration;

use chrono::TimeDelta;

use crate::replay::RequestIds;
use crate::server::Simulator;
use crate::throttle::RateLimit;

/// How a simulator is to be, before it runs.
#[derive(Clone, Debug)]
#[must_use = "a simulator runs only when this is started"]
pub struct Builder {
    token_lifetime: Duration,
    multi_factor: bool,
    rate_limit: RateLimit,
    request_ids: RequestIds,
}

/// The same, as the parts need it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) token_lifetime: TimeDelta,
    pub(crate) multi_factor: bool,
    pub(crate) rate_limit: RateLimit,
    pub(crate) request_ids: RequestIds,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            token_lifetime: Duration::from_secs(60 * 60),
            multi_factor: true,
            rate_limit: RateLimit::Usual,
            request_ids: RequestIds::default(),
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

    /// How many requests a tenant may make in a minute of the simulator's own time, before it is told to
    /// wait (429).
    ///
    /// Unless this is set it is 500, the documented number, but only while the [clock](Simulator::clock) runs: a minute
    /// of a clock that stands still would have no end. A number that is set holds in any case. A minute begins with a
    /// request, and is over for all that came in it. What has no accepted token is not counted.
    pub fn rate_limit(mut self, requests: u32) -> Self {
        self.rate_limit = RateLimit::Set(requests);
        self
    }

    /// Lets everybody ask as often as they like, whether or not the clock runs.
    pub fn no_rate_limit(mut self) -> Self {
        self.rate_limit = RateLimit::None;
        self
    }

    /// What becomes of the `MS-RequestId` of a write. [`Simulator::set_request_ids`] changes it later.
    pub fn request_ids(mut self, request_ids: RequestIds) -> Self {
        self.request_ids = request_ids;
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
            rate_limit: self.rate_limit,
            request_ids: self.request_ids,
        };
        Simulator::run(settings).await
    }
}
