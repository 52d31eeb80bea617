//! What can be different from one simulator to another?

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::time::Duration;

use chrono::TimeDelta;

use crate::application::Application;
use crate::replay::RequestIds;
use crate::server::Simulator;
use crate::sign_in_rules::SignInRules;
use crate::state_file::Storage;
use crate::throttle::RateLimit;
use crate::token::User;

/// How a simulator is to be, before it runs.
#[derive(Clone, Debug)]
#[must_use = "a simulator runs only when this is started"]
pub struct Builder {
    sign_in: SignInRules,
    rate_limit: RateLimit,
    request_ids: RequestIds,
    address: IpAddr,
    port: u16,
    speed: Option<u32>,
    storage: Storage,
    byte_order_mark: bool,
    body_timeout: Duration,
    checked: bool,
}

/// The same, as the parts need it.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) sign_in: SignInRules,
    pub(crate) rate_limit: RateLimit,
    pub(crate) request_ids: RequestIds,
    pub(crate) address: IpAddr,
    pub(crate) port: u16,
    /// Of a clock that shows the time of day; without it, the clock stands still.
    pub(crate) speed: Option<u32>,
    pub(crate) storage: Storage,
    pub(crate) byte_order_mark: bool,
    pub(crate) body_timeout: Duration,
    pub(crate) checked: bool,
}

impl Builder {
    pub(crate) fn new() -> Self {
        Self {
            sign_in: SignInRules {
                token_lifetime: TimeDelta::hours(1),
                refresh_token_lifetime: TimeDelta::days(90),
                single_use: false,
                user: User { multi_factor: true },
                device_code_lifetime: TimeDelta::minutes(15),
                device_interval: 5,
                approve_devices: false,
                applications: Vec::new(),
            },
            rate_limit: RateLimit::Usual,
            request_ids: RequestIds::default(),
            address: Ipv4Addr::LOCALHOST.into(),
            port: 0,
            speed: None,
            storage: Storage::default(),
            byte_order_mark: true,
            body_timeout: Duration::from_secs(30),
            checked: true,
        }
    }

    /// How long an access token is good, in the simulator's own time: an hour unless this is set.
    ///
    /// [`Simulator::ACCESS_TOKEN`] never expires.
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.sign_in.token_lifetime = span(lifetime);
        self
    }

    /// How long a refresh token is good, in the simulator's own time: 90 days unless this is set, as documented. Then it is
    /// refused with AADSTS700082. Each renewal brings another one, with a span of its own.
    ///
    /// [`Simulator::REFRESH_TOKEN`] never expires.
    pub fn refresh_token_lifetime(mut self, lifetime: Duration) -> Self {
        self.sign_in.refresh_token_lifetime = span(lifetime);
        self
    }

    /// Lets a refresh token be used once, [`Simulator::REFRESH_TOKEN`] included: for tests of who keeps the new one.
    ///
    /// Unless this is set, those that were used stay good, as documented.
    pub fn single_use_refresh_tokens(mut self) -> Self {
        self.sign_in.single_use = true;
        self
    }

    /// Whether the one user signs in with multi-factor authentication, as they do unless this is set to `false`: behind a
    /// refresh token as behind a device code. Without it their tokens are refused with 401 and the code 900421.
    pub fn multi_factor(mut self, did: bool) -> Self {
        self.sign_in.user.multi_factor = did;
        self
    }

    /// Lets this application ask for tokens. From the first one on, others are unknown, and secrets count.
    ///
    /// Unless this is set, any application may ask with any secret, which an application that acts alone needs. When two
    /// have the same id, the first counts.
    ///
    /// ```
    /// # use partner_center_sim::{Application, Simulator};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// let application = Application::new("an-app").secret("new").expired_secret("old");
    /// let simulator = Simulator::builder().application(application).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn application(mut self, application: Application) -> Self {
        self.sign_in.applications.push(application);
        self
    }

    /// How long a device code is good, in the simulator's own time: 15 minutes unless this is set, as documented. Then the
    /// device is told `expired_token`.
    pub fn device_code_lifetime(mut self, lifetime: Duration) -> Self {
        self.sign_in.device_code_lifetime = span(lifetime);
        self
    }

    /// How long a device is asked to wait between two questions, in whole seconds: 5 unless this is set, as documented.
    /// Nobody minds when it asks sooner.
    pub fn device_interval(mut self, interval: Duration) -> Self {
        self.sign_in.device_interval = interval.as_secs();
        self
    }

    /// Approves every device code by itself, as if a person had entered it at once.
    pub fn approve_devices(mut self) -> Self {
        self.sign_in.approve_devices = true;
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

    /// Listens on this address instead of 127.0.0.1, such as `0.0.0.0` for every one that the machine has.
    ///
    /// **Whoever reaches that address can use and steer the simulator**, as nothing but the API itself asks for a token. Keep
    /// what is not invented out of it.
    pub fn address(mut self, address: IpAddr) -> Self {
        self.address = address;
        self
    }

    /// Listens on this port; 0 is any that is free, as unless this is set.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Lets the clock show the time of day when it starts, and run so many times faster than the wall clock. Unless this is
    /// set it stands still, at the same time for all.
    ///
    /// With a [state file](Self::state_file) that is there, the time goes on from the one in the file instead, and this is
    /// its speed from now on. Unless this is set it is the speed in the file.
    pub fn running_clock(mut self, speed: u32) -> Self {
        self.speed = Some(speed);
        self
    }

    /// Keeps the state in this file, so that a simulator that is started with it later goes on where this one was.
    ///
    /// A file that is there is read; otherwise one is written, into a folder that must exist. Every change is in it before
    /// the answer that tells of it leaves; what cannot be saved is answered 500 and does not happen. The file is replaced
    /// as a whole at each change. What is in it and what is not: see [State between runs](crate#state-between-runs).
    ///
    /// The file belongs to one simulator at a time, by a lock on another file beside it, with `.lock` at the end of its
    /// name, which stays there. The lock is free when the process ends, or when [`Simulator`] is dropped: what is still
    /// being answered then cannot change anything any more.
    ///
    /// This and [`state_snapshot`](Self::state_snapshot) replace each other.
    pub fn state_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.storage = Storage::File(path.into());
        self
    }

    /// Begins with what is in this state file, if it is there, and leaves it alone: for who only reads, also while the file
    /// belongs to another simulator.
    pub fn state_snapshot(mut self, path: impl Into<PathBuf>) -> Self {
        self.storage = Storage::Snapshot(path.into());
        self
    }

    /// Lets no answer start with a byte order mark, for readers of JSON that cannot take one.
    pub fn without_byte_order_mark(mut self) -> Self {
        self.byte_order_mark = false;
        self
    }

    /// Holds neither requests nor answers against the spec, as under load.
    ///
    /// Unless this is set, a request that does not fit is refused with 400 and the code 800002, after all other checks and
    /// before anything is changed. An answer that does not fit is a mistake of the simulator: it is replaced by a 500 that
    /// says so. Both are in the log, see [`LoggedRequest::problems`](crate::LoggedRequest::problems).
    pub fn unchecked(mut self) -> Self {
        self.checked = false;
        self
    }

    /// How long the rest of a body may keep the simulator waiting for its next byte, by the wall clock: 30 seconds unless
    /// this is set. Then the request is answered with 408, nothing of it is carried out, and its connection ends.
    pub fn body_timeout(mut self, patience: Duration) -> Self {
        self.body_timeout = patience;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    ///
    /// As [`Simulator::start`].
    pub async fn start(self) -> io::Result<Simulator> {
        Simulator::run(self.settings()).await
    }

    pub(crate) fn settings(self) -> Settings {
        Settings {
            sign_in: self.sign_in,
            rate_limit: self.rate_limit,
            request_ids: self.request_ids,
            address: self.address,
            port: self.port,
            speed: self.speed,
            storage: self.storage,
            byte_order_mark: self.byte_order_mark,
            body_timeout: self.body_timeout,
            checked: self.checked,
        }
    }
}

/// A span that no calendar holds is one without end.
fn span(span: Duration) -> TimeDelta {
    TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX)
}
