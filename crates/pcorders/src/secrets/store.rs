//! Where is the refresh token of a sign-in, so that no two commands use one and none is lost?

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use partner_center_orders::{ExposeSecret, RefreshTokenStore, SecretString, StoreFuture};

use super::{Secrets, known, renew};
use crate::config::{ConfigError, Folder, Lock};
use crate::output::notice;
use crate::variables::REFRESH_TOKEN;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The refresh token of a profile, in the file of secrets.
///
/// From before it is read until the next one is written the folder's lock is held, so that another command waits and finds
/// the next one. That a used one stays good is documented; where it does not, the two would take it from each other.
#[derive(Debug)]
pub(crate) struct Kept {
    folder: Folder,
    profile: String,
    held: Held,
}

/// The folder's lock, while a renewal has it.
type Held = Arc<Mutex<Option<Lock>>>;

/// Gives the lock back.
struct Release(Held);

impl Drop for Release {
    fn drop(&mut self) {
        locked(&self.0).take();
    }
}

impl Kept {
    pub(crate) fn new(folder: Folder, profile: &str) -> Self {
        Self {
            folder,
            profile: profile.to_owned(),
            held: Held::default(),
        }
    }
}

impl RefreshTokenStore for Kept {
    fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
        Box::pin(async { Ok(Secrets::of(&self.folder, &self.profile)?.refresh_token) })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        Box::pin(async {
            known::learn(token.expose_secret());
            let held = locked(&self.held);
            let lock = held.as_ref().ok_or("the folder is not locked")?;
            renew(&self.folder, lock, &self.profile, token)?;
            Ok(())
        })
    }

    fn lock(&self) -> StoreFuture<'_, Box<dyn Send>> {
        Box::pin(async {
            let lock = self.folder.lock().await?;
            *locked(&self.held) = Some(lock);
            Ok(Box::new(Release(Arc::clone(&self.held))) as Box<dyn Send>)
        })
    }
}

/// The refresh token of the environment, which cannot be changed.
#[derive(Debug)]
pub(crate) struct Unkept {
    newest: Mutex<SecretString>,
    is_told: Mutex<bool>,
}

impl Unkept {
    pub(crate) fn new(token: SecretString) -> Self {
        Self {
            newest: Mutex::new(token),
            is_told: Mutex::new(false),
        }
    }
}

impl RefreshTokenStore for Unkept {
    fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
        let token = locked(&self.newest).clone();
        Box::pin(async { Ok(Some(token)) })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        known::learn(token.expose_secret());
        *locked(&self.newest) = token.clone();
        if !std::mem::replace(&mut *locked(&self.is_told), true) {
            notice(&format!(
                "note: a new refresh token was handed out, and is not kept: {REFRESH_TOKEN} stays good until it expires"
            ));
        }
        Box::pin(async { Ok(()) })
    }
}

/// The refresh token of a profile that is being signed in: with the first one that is handed out, the profile's secrets
/// are replaced.
#[derive(Debug)]
pub(crate) struct Fresh {
    folder: Folder,
    profile: String,
    client_secret: Option<SecretString>,
    newest: Mutex<Option<SecretString>>,
    is_kept: Mutex<bool>,
}

impl Fresh {
    /// Begins with the token that was handed over, if one was.
    pub(crate) fn new(
        folder: Folder,
        profile: &str,
        client_secret: Option<SecretString>,
        token: Option<SecretString>,
    ) -> Self {
        Self {
            folder,
            profile: profile.to_owned(),
            client_secret,
            newest: Mutex::new(token),
            is_kept: Mutex::new(false),
        }
    }

    /// Keeps what is not kept yet.
    pub(crate) fn keep(&self, lock: &Lock) -> Result<(), ConfigError> {
        if *locked(&self.is_kept) {
            return Ok(());
        }
        let secrets = Secrets {
            client_secret: self.client_secret.clone(),
            refresh_token: locked(&self.newest).clone(),
        };
        secrets.keep(&self.folder, lock, &self.profile)?;
        *locked(&self.is_kept) = true;
        Ok(())
    }
}

impl RefreshTokenStore for Fresh {
    fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
        let token = locked(&self.newest).clone();
        Box::pin(async { Ok(token) })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        Box::pin(async {
            known::learn(token.expose_secret());
            *locked(&self.newest) = Some(token.clone());
            *locked(&self.is_kept) = false;
            let lock = self.folder.lock().await?;
            self.keep(&lock)?;
            Ok(())
        })
    }
}
