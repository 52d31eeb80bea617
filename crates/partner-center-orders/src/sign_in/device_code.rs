//! How does a user sign in a program that has no browser?
//!
//! The device authorization grant of RFC 8628: the program shows a code, the user enters it in a browser, and the program
//! asks until that has happened.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use chrono::DateTime;
use oauth2::{
    AsyncHttpClient, DeviceAuthorizationResponse, DeviceCodeErrorResponse,
    ExtraDeviceAuthorizationFields, HttpRequest, HttpResponse, RequestTokenError,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tokio::time::{Instant, sleep};

use super::cache::Moment;
use super::entra::{self, Entra, Grant, kept, save, unreadable};
use super::fault::Fault;
use super::granted::Granted;
use super::wire::{Sent, Wire, may_pass};
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

/// What the library asks through until the user has decided.
///
/// It would go on after each failure of the way there, also after those that do not pass: of these it gets an empty answer,
/// which ends it.
struct Polls {
    wire: Arc<Wire>,
    secrets: Vec<SecretString>,
    last: Mutex<Last>,
}

struct Last {
    /// When the authority was asked last.
    asked: Moment,
    /// What ended it.
    ended: Option<CredentialError>,
}

impl Polls {
    async fn poll(&self, request: HttpRequest) -> Result<HttpResponse, CredentialError> {
        let last = || self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last().asked = Moment::now();
        match self.wire.once(request, &self.secrets).await {
            Err(error) if !may_pass(&error) => {
                last().ended = Some(error);
                Ok(HttpResponse::default())
            }
            answer => answer,
        }
    }
}

impl<'c> AsyncHttpClient<'c> for Polls {
    type Error = CredentialError;
    type Future = Sent<'c>;

    fn call(&'c self, request: HttpRequest) -> Sent<'c> {
        Box::pin(self.poll(request))
    }
}

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
        let secrets = entra.secrets(None);
        let request = entra.oauth.exchange_device_code();
        let request = request.add_scopes(entra.user_scopes());
        let answer = request.request_async(&entra.wire.with(&secrets)).await;
        let answer = answer.map_err(|error| entra::failed(error, &secrets))?;
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
    /// returns a credential.
    ///
    /// While the authority cannot be reached, it is asked again until the code expires.
    ///
    /// # Errors
    /// `Declined`, `CodeExpired`, `Store`, and what else the authority answers.
    pub async fn wait(
        self,
        store: impl RefreshTokenStore + 'static,
    ) -> Result<EntraCredential, CredentialError> {
        let Self { entra, answer, .. } = self;
        let code = SecretString::from(answer.device_code().secret().as_str());
        let secrets = entra.secrets(Some(&code));
        let polls = Polls {
            wire: Arc::clone(&entra.wire),
            secrets: secrets.clone(),
            last: Mutex::new(Last {
                asked: Moment::now(),
                ended: None,
            }),
        };
        let begun = Instant::now();
        let request = entra.oauth.exchange_device_access_token(&answer);
        let granted: Result<Granted, _> = request
            // The wall clock may be set meanwhile.
            .set_time_fn(move || DateTime::UNIX_EPOCH + begun.elapsed())
            .request_async(&polls, |wait| sleep(wait.max(SHORTEST)), None)
            .await;
        let Last { asked, ended } = polls
            .last
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(error) = ended {
            return Err(error);
        }
        let granted = granted.map_err(|error| failed(error, &secrets))?;
        let tokens = granted.into_tokens()?;
        let Some(refresh_token) = &tokens.refresh else {
            let message = "the authority answered without a refresh token";
            return Err(CredentialError::of_kind(Kind::Unreadable, message));
        };
        save(&store, refresh_token).await?;
        let first = kept(tokens, asked);
        Ok(EntraCredential::new(
            entra,
            Grant::refresh_token(Arc::new(store)),
            Some(first),
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

fn failed(
    error: RequestTokenError<CredentialError, DeviceCodeErrorResponse>,
    secrets: &[SecretString],
) -> CredentialError {
    match error {
        RequestTokenError::Request(error) => error,
        RequestTokenError::ServerResponse(answer) => {
            let word = answer.error().to_string();
            Fault::of_words(word, answer.error_description()).into_error(secrets)
        }
        RequestTokenError::Parse(..) | RequestTokenError::Other(_) => unreadable(),
    }
}
