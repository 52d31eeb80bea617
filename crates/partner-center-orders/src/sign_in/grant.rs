//! On what grounds is a token handed out, and is no refresh token lost on the way?

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout_at};

use super::cache::Fetched;
use super::entra::Entra;
use super::granted::Tokens;
use super::store::{RefreshTokenStore, StoreFuture};
use crate::call::in_time;
use crate::credential_error::{CredentialError, CredentialErrorKind as Kind};

/// However late the authority answers, a store has this long to save what came.
const TO_SAVE: Duration = Duration::from_secs(10);

/// On what grounds a token is handed out.
pub(super) enum Grant {
    ClientCredentials,
    RefreshToken(Kept),
}

/// A refresh token and the place where it is kept.
pub(super) struct Kept {
    store: Arc<dyn RefreshTokenStore>,
    /// A renewal whose new token is not known to be saved.
    unsaved: Mutex<Option<Unsaved>>,
}

struct Unsaved {
    used: SecretString,
    next: SecretString,
}

impl Grant {
    pub(super) fn refresh_token(store: Arc<dyn RefreshTokenStore>) -> Self {
        Self::RefreshToken(Kept {
            store,
            unsaved: Mutex::new(None),
        })
    }

    /// Gets a token. A refresh token that comes with it is saved before anybody hears of it.
    pub(super) async fn fetch(&self, entra: &Entra) -> Result<Fetched, CredentialError> {
        let until = entra.deadline();
        let tokens = match self {
            Self::ClientCredentials => entra.client_credentials(until).await?,
            Self::RefreshToken(kept) => kept.renew(entra, until).await?,
        };
        Ok(tokens.access)
    }
}

impl Kept {
    async fn renew(&self, entra: &Entra, until: Instant) -> Result<Tokens, CredentialError> {
        let mut unsaved = self.unsaved.lock().await;
        let lock = self.lock(until).await?;
        let mut used = self.load(until).await?;
        // Unless somebody else saved another one since.
        if let Some(kept) = unsaved.take_if(|kept| is_same(&kept.used, &used)) {
            let next = kept.next.clone();
            *unsaved = Some(kept);
            save(self.store.as_ref(), &next, until).await?;
            used = next;
        }
        *unsaved = None;
        let tokens = match entra.renewal(&used, until).await {
            // Another process may have used it up, where nothing is locked, and saved the next one meanwhile.
            Err(error) if error.kind() == Kind::InvalidGrant => {
                let newest = self.load(until).await?;
                if is_same(&newest, &used) {
                    return Err(error);
                }
                used = newest;
                entra.renewal(&used, until).await?
            }
            renewed => renewed?,
        };
        if let Some(next) = tokens.refresh.clone().filter(|next| !is_same(next, &used)) {
            // Said first: the store may fail in any way, a panic included.
            *unsaved = Some(Unsaved {
                used,
                next: next.clone(),
            });
            save(self.store.as_ref(), &next, until).await?;
            *unsaved = None;
        }
        drop(lock);
        Ok(tokens)
    }

    async fn lock(&self, until: Instant) -> Result<Box<dyn Send>, CredentialError> {
        let failed = "the store of the refresh token cannot be locked";
        stored(self.store.lock(), until, failed).await
    }

    async fn load(&self, until: Instant) -> Result<SecretString, CredentialError> {
        let failed = "the refresh token cannot be read from its store";
        let token = stored(self.store.load(), until, failed).await?;
        let none =
            || CredentialError::of_kind(Kind::SignedOut, "there is no refresh token in the store");
        token.ok_or_else(none)
    }
}

/// Saves a first refresh token, which replaces whatever is there.
pub(super) async fn save_first(
    store: &dyn RefreshTokenStore,
    token: &SecretString,
    until: Instant,
) -> Result<(), CredentialError> {
    let failed = "the store of the refresh token cannot be locked";
    let _lock = stored(store.lock(), until, failed).await?;
    save(store, token, until).await
}

async fn save(
    store: &dyn RefreshTokenStore,
    token: &SecretString,
    until: Instant,
) -> Result<(), CredentialError> {
    let failed = "the new refresh token cannot be saved";
    stored(store.save(token), until.max(in_time(TO_SAVE)), failed).await
}

/// What a store came to, if it did in time: it may be a network away.
async fn stored<T>(
    work: StoreFuture<'_, T>,
    until: Instant,
    failed: &str,
) -> Result<T, CredentialError> {
    match timeout_at(until, work).await {
        Ok(done) => {
            done.map_err(|error| CredentialError::of_kind(Kind::Store, failed).with_source(error))
        }
        Err(_) => Err(CredentialError::of_kind(
            Kind::Store,
            format!("{failed}: it took too long"),
        )),
    }
}

fn is_same(one: &SecretString, other: &SecretString) -> bool {
    one.expose_secret() == other.expose_secret()
}

/// What a store shows of itself is not known here.
impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ClientCredentials => "ClientCredentials",
            Self::RefreshToken(_) => "RefreshToken",
        })
    }
}
