//! How does a user sign in a program that has no browser?
//!
//! The device authorization grant of RFC 8628: the program shows a code, the user enters it in a browser, and the program
//! asks until that has happened.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use chrono::DateTime;
use oauth2::{DeviceAuthorizationResponse, ExtraDeviceAuthorizationFields};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep_until};

use super::cache::Moment;
use super::entra::Entra;
use super::grant::{Grant, save_first};
use super::granted::Granted;
use super::{EntraCredential, EntraVersion, RefreshTokenStore};
use crate::credential_error::{CredentialError, CredentialErrorKind as Kind};

/// A code for a user to enter, from [`SignIn::device_code`](super::SignIn::device_code).
#[must_use = "the user must see the code, and somebody must wait for them"]
pub struct DeviceCode {
    entra: Entra,
    answer: DeviceAuthorizationResponse<Extra>,
    asked: Moment,
}

/// Whatever the authority says, it is not asked more often than ten times a second.
const SHORTEST: Duration = Duration::from_millis(100);

/// Whether it is something that a person can read and enter, in some time. Entra's are good for a quarter of an hour.
fn is_plausible(answer: &DeviceAuthorizationResponse<Extra>) -> bool {
    const DAY: Duration = Duration::from_secs(24 * 60 * 60);
    let address = answer.verification_uri().url();
    matches!(address.scheme(), "http" | "https")
        && address.as_str().len() <= 2_000
        && answer.user_code().secret().len() <= 100
        && answer.expires_in() <= DAY
        && answer.interval() <= DAY
}

/// How long the library waits at most after a poll that got no answer, unless the authority asks for longer waits.
const LOST: Duration = Duration::from_secs(10);

/// What Entra adds to RFC 8628.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct Extra {
    #[serde(default)]
    message: Option<String>,
}

impl ExtraDeviceAuthorizationFields for Extra {}

impl DeviceCode {
    pub(super) async fn begin(entra: Entra) -> Result<Self, CredentialError> {
        if entra.version() == EntraVersion::V1 {
            let message = "device codes are for the newer endpoints: leave out EntraVersion::V1";
            return Err(CredentialError::configuration(message));
        }
        let asked = Moment::now();
        let exchange = entra.exchange(None, entra.deadline());
        let request = entra.oauth.exchange_device_code();
        let request = request.add_scopes(entra.user_scopes());
        let answer = request.request_async(&exchange).await;
        let answer = answer.map_err(|error| exchange.failed(error))?;
        if !is_plausible(&answer) {
            let message = "the authority answered with a device code that cannot be one";
            return Err(exchange.explained(CredentialError::of_kind(Kind::Unreadable, message)));
        }
        Ok(Self {
            entra,
            answer,
            asked,
        })
    }

    /// What the user enters.
    pub fn user_code(&self) -> &str {
        self.answer.user_code().secret()
    }

    /// Where the user enters it.
    pub fn verification_uri(&self) -> &str {
        self.answer.verification_uri().as_str()
    }

    /// The authority's sentence about both. It is a text from outside.
    pub fn message(&self) -> Option<&str> {
        self.answer.extra_fields().message.as_deref()
    }

    /// Until when the code can be entered.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.asked.wall_after(self.answer.expires_in())
    }

    /// Waits until the user has signed in, declined, or let the code expire. The store has the refresh token when this
    /// returns a credential. Given up by its caller, it asks no more.
    ///
    /// While the authority cannot be reached or fails, it is asked again until the code expires.
    ///
    /// # Errors
    /// `Declined`, `CodeExpired`, `Store`, and what else the authority answers.
    pub async fn wait(
        self,
        store: impl RefreshTokenStore + 'static,
    ) -> Result<EntraCredential, CredentialError> {
        let Self {
            entra,
            answer,
            asked,
        } = self;
        let code = SecretString::from(answer.device_code().secret().as_str());
        let (begun, end) = (Instant::now(), asked.after(answer.expires_in()));
        let left = end.saturating_duration_since(begun);
        let exchange = entra.exchange(Some(&code), end).polling();
        // After a lost answer the library waits longer than it was told to, but no longer than this.
        let longest = answer.interval().saturating_mul(2).max(LOST);
        let granted: Result<Granted, _> = entra
            .oauth
            .exchange_device_access_token(&answer)
            .set_max_backoff_interval(longest)
            // The wall clock may be set meanwhile.
            .set_time_fn(move || DateTime::UNIX_EPOCH + begun.elapsed())
            .request_async(
                &exchange,
                // The last question is asked when the code ends, however long the waits have become.
                |wait| sleep_until((Instant::now() + wait.max(SHORTEST)).min(end)),
                Some(left),
            )
            .await;
        let granted = granted.map_err(|error| exchange.failed(error))?;
        let tokens = granted.into_tokens(exchange.asked());
        let tokens = tokens.map_err(|error| exchange.explained(error))?;
        let Some(refresh_token) = &tokens.refresh else {
            let message = "the authority answered without a refresh token";
            return Err(exchange.explained(CredentialError::of_kind(Kind::Unreadable, message)));
        };
        save_first(&store, refresh_token, entra.deadline()).await?;
        Ok(EntraCredential::new(
            entra,
            Grant::refresh_token(Arc::new(store)),
            Some(tokens.access),
        ))
    }
}

/// Shows neither of the codes.
impl fmt::Debug for DeviceCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeviceCode")
            .field("entra", &self.entra)
            .field("verification_uri", &self.verification_uri())
            .finish_non_exhaustive()
    }
}
