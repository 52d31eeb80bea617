//! How does signing in go in this simulator?

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::token::User;

/// What is the same for all who sign in.
#[derive(Clone, Debug)]
pub(crate) struct SignInRules {
    /// How long an access token is good.
    pub(crate) token_lifetime: TimeDelta,
    pub(crate) refresh_token_lifetime: TimeDelta,
    /// Whether a refresh token is used up by a renewal.
    pub(crate) single_use: bool,
    /// How the one user signed in.
    pub(crate) user: User,
    pub(crate) device_code_lifetime: TimeDelta,
    /// How many seconds a device is asked to wait between two questions.
    pub(crate) device_interval: u64,
    /// Whether device codes are approved by themselves.
    pub(crate) approve_devices: bool,
}

/// The same for another process, spans in seconds.
#[derive(Serialize)]
pub(crate) struct Told {
    token_lifetime: i64,
    refresh_token_lifetime: i64,
    single_use_refresh_tokens: bool,
    multi_factor: bool,
    device_code_lifetime: i64,
    device_interval: u64,
    approve_devices: bool,
}

/// What is to be different from now on.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Change {
    token_lifetime: Option<u64>,
    refresh_token_lifetime: Option<u64>,
    single_use_refresh_tokens: Option<bool>,
    multi_factor: Option<bool>,
    device_code_lifetime: Option<u64>,
    device_interval: Option<u64>,
    approve_devices: Option<bool>,
}

impl Change {
    fn apply(&self, rules: &mut SignInRules) {
        // A span that no calendar holds is one without end.
        let span = |seconds: Option<u64>, old: TimeDelta| {
            let Some(seconds) = seconds else { return old };
            let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
            TimeDelta::try_seconds(seconds).unwrap_or(TimeDelta::MAX)
        };
        let multi_factor = self.multi_factor.unwrap_or(rules.user.multi_factor);
        *rules = SignInRules {
            token_lifetime: span(self.token_lifetime, rules.token_lifetime),
            refresh_token_lifetime: span(self.refresh_token_lifetime, rules.refresh_token_lifetime),
            single_use: self.single_use_refresh_tokens.unwrap_or(rules.single_use),
            user: User { multi_factor },
            device_code_lifetime: span(self.device_code_lifetime, rules.device_code_lifetime),
            device_interval: self.device_interval.unwrap_or(rules.device_interval),
            approve_devices: self.approve_devices.unwrap_or(rules.approve_devices),
        };
    }
}

/// The rules of a running simulator.
#[derive(Debug)]
pub(crate) struct CurrentRules(Mutex<SignInRules>);

impl CurrentRules {
    pub(crate) fn new(rules: SignInRules) -> Self {
        Self(Mutex::new(rules))
    }

    /// As they are now.
    pub(crate) fn get(&self) -> SignInRules {
        self.lock().clone()
    }

    pub(crate) fn change(&self, change: &Change) {
        change.apply(&mut self.lock());
    }

    pub(crate) fn told(&self) -> Told {
        let rules = self.lock();
        Told {
            token_lifetime: rules.token_lifetime.num_seconds(),
            refresh_token_lifetime: rules.refresh_token_lifetime.num_seconds(),
            single_use_refresh_tokens: rules.single_use,
            multi_factor: rules.user.multi_factor,
            device_code_lifetime: rules.device_code_lifetime.num_seconds(),
            device_interval: rules.device_interval,
            approve_devices: rules.approve_devices,
        }
    }

    fn lock(&self) -> MutexGuard<'_, SignInRules> {
        // Rules are replaced as a whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When something ends that begins now.
pub(crate) fn end(now: DateTime<Utc>, lifetime: TimeDelta) -> DateTime<Utc> {
    now.checked_add_signed(lifetime)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
