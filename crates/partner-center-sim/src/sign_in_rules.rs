//! How does signing in go in this simulator?

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::application::Application;
use crate::sign_in_error::SignInError;
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
    /// Those that are known. Without any, every application is.
    pub(crate) applications: Vec<Application>,
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
        set_span(&mut rules.token_lifetime, self.token_lifetime);
        set_span(
            &mut rules.refresh_token_lifetime,
            self.refresh_token_lifetime,
        );
        set(&mut rules.single_use, self.single_use_refresh_tokens);
        set(&mut rules.user.multi_factor, self.multi_factor);
        set_span(&mut rules.device_code_lifetime, self.device_code_lifetime);
        set(&mut rules.device_interval, self.device_interval);
        set(&mut rules.approve_devices, self.approve_devices);
    }
}

fn set<T>(old: &mut T, new: Option<T>) {
    if let Some(new) = new {
        *old = new;
    }
}

fn set_span(old: &mut TimeDelta, seconds: Option<u64>) {
    // A span that no calendar holds is one without end.
    let span = |seconds| {
        let seconds = i64::try_from(seconds).ok();
        seconds.and_then(TimeDelta::try_seconds)
    };
    set(
        old,
        seconds.map(|seconds| span(seconds).unwrap_or(TimeDelta::MAX)),
    );
}

impl SignInRules {
    /// The application with this id, if there must be one: any will do when none is registered.
    pub(crate) fn application(&self, client_id: &str) -> Result<Option<&Application>, SignInError> {
        let mut applications = self.applications.iter();
        match applications.find(|application| application.is_called(client_id)) {
            None if !self.applications.is_empty() => Err(SignInError::ApplicationUnknown),
            found => Ok(found),
        }
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
        // One setting after the other: they are sound even after a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// When something ends that begins now.
pub(crate) fn end(now: DateTime<Utc>, lifetime: TimeDelta) -> DateTime<Utc> {
    now.checked_add_signed(lifetime)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}
