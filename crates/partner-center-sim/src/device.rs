//! What becomes of a device code?
//!
//! A device that has no browser shows a short code, which a person enters elsewhere. Until then the device asks again and
//! again, with a long code of its own.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::id::mix;
use crate::sign_in_error::SignInError;
use crate::sign_in_rules::{SignInRules, end};

/// What a person enters has no vowels, which make words, and nothing that looks like something else (RFC 8628, 6.1).
const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const USER_CODE_LENGTH: u32 = 9;

/// All codes that were given out and are not used.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Devices {
    /// How many were ever given out.
    count: u64,
    /// By the code that the device keeps.
    waiting: BTreeMap<String, Device>,
}

/// A device that wants to sign in.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Device {
    user_code: String,
    application: String,
    scope: String,
    expires: DateTime<Utc>,
    decision: Option<Decision>,
}

/// What the person said.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    Approve,
    Decline,
}

/// What a device is given.
#[derive(Debug)]
pub(crate) struct Codes {
    pub(crate) device_code: String,
    pub(crate) user_code: String,
}

impl Devices {
    /// Gives out codes.
    pub(crate) fn begin(
        &mut self,
        application: &str,
        scope: &str,
        rules: &SignInRules,
        now: DateTime<Utc>,
    ) -> Codes {
        self.count = self.count.saturating_add(1);
        let codes = Codes {
            device_code: device_code(self.count),
            user_code: user_code(self.count),
        };
        let device = Device {
            user_code: codes.user_code.clone(),
            application: application.to_owned(),
            scope: scope.to_owned(),
            expires: end(now, rules.device_code_lifetime),
            decision: rules.approve_devices.then_some(Decision::Approve),
        };
        self.waiting.insert(codes.device_code.clone(), device);
        codes
    }

    /// Notes what a person said, unless there is no such code that waits for it.
    #[must_use = "there may be no such code"]
    pub(crate) fn decide(
        &mut self,
        user_code: &str,
        decision: Decision,
        now: DateTime<Utc>,
    ) -> bool {
        let user_code = user_code.trim();
        let device = self.waiting.values_mut().find(|device| {
            let waits = device.decision.is_none() && now < device.expires;
            waits && device.user_code.eq_ignore_ascii_case(user_code)
        });
        if let Some(device) = device {
            device.decision = Some(decision);
            return true;
        }
        false
    }

    /// Uses a code up. The scopes that it was asked for with, if somebody approved.
    pub(crate) fn redeem(
        &mut self,
        device_code: &str,
        application: &str,
        now: DateTime<Utc>,
    ) -> Result<String, SignInError> {
        let device = self
            .waiting
            .get(device_code)
            .filter(|device| device.application.eq_ignore_ascii_case(application))
            .ok_or(SignInError::DeviceCodeUnknown)?;
        if now >= device.expires {
            return Err(SignInError::DeviceCodeExpired);
        }
        match device.decision {
            None => Err(SignInError::AuthorizationPending),
            Some(Decision::Decline) => Err(SignInError::AuthorizationDeclined),
            Some(Decision::Approve) => {
                let device = self.waiting.remove(device_code);
                Ok(device.map(|device| device.scope).unwrap_or_default())
            }
        }
    }
}

fn device_code(number: u64) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(format!("simulated device code {number}"))
}

fn user_code(number: u64) -> String {
    let bits = mix(number);
    let letter = |place| LETTERS[(bits / 20_u64.pow(place) % 20) as usize];
    (0..USER_CODE_LENGTH).map(letter).map(char::from).collect()
}
