//! Where is the refresh token of a sign-in, so that no two commands use one and none is lost?

use std::sync::{Mutex, MutexGuard, PoisonError};

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
/// From reading it until the next one is written the folder's lock is held, so that another command waits and finds the
/// next one. That a used one stays good is documented; where it does not, the two would take it from each other.
#[derive(Debug)]
pub(crate) struct Kept {
    folder: Folder,
    profile: String,
    held: Mutex<Option<Lock>>,
}

impl Kept {
    pub(crate) fn new(folder: Folder, profile: &str) -> Self {
        Self {
            folder,
            profile: profile.to_owned(),
            held: Mutex::default(),
        }
    }

    /// The lock: that which is held since the token was read, or a new one.
    async fn lock(&self) -> Result<Lock, ConfigError> {
        let held = locked(&self.held).take();
        match held {
            Some(lock) => Ok(lock),
            None => self.folder.lock().await,
        }
    }
}

impl RefreshTokenStore for Kept {
    fn load(&self) -> StoreFuture<'_, SecretString> {
        Box::pin(async {
            let lock = self.lock().await?;
            let token = Secrets::of(&self.folder, &self.profile)?.refresh_token;
            let token = token
                .ok_or_else(|| format!("the profile {} was signed out meanwhile", self.profile))?;
            *locked(&self.held) = Some(lock);
            Ok(token)
        })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        Box::pin(async {
            known::learn(token.expose_secret());
            let lock = self.lock().await?;
            renew(&self.folder, &lock, &self.profile, token)?;
            Ok(())
        })
    }

    fn release(&self) {
        locked(&self.held).take();
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
    fn load(&self) -> StoreFuture<'_, SecretString> {
        let token = locked(&self.newest).clone();
        Box::pin(async { Ok(token) })
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
    fn load(&self) -> StoreFuture<'_, SecretString> {
        let token = locked(&self.newest).clone();
        Box::pin(async { token.ok_or_else(|| "nobody signed in yet".into()) })
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
