//! Where is the refresh token of a sign-in, so that no two commands use one and none is lost?

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use partner_center_orders::{ExposeSecret, RefreshTokenStore, SecretString, StoreFuture};
use tokio::sync::watch;

use super::{Secrets, known, renew};
use crate::config::{ConfigError, Folder, Lock};
use crate::output::notice;
use crate::profiles::Named;
use crate::variables::REFRESH_TOKEN;

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How long a renewal under way is waited for when nobody needs its token any more.
pub(crate) const TO_END: Duration = Duration::from_secs(10);

/// How many renewals are under way in this process: they have a lock, and what they were sent may not be kept yet.
static UNDER_WAY: LazyLock<watch::Sender<usize>> = LazyLock::new(|| watch::Sender::new(0));

/// Waits until what was handed out is kept. A process that ended before would lose a refresh token whose predecessor is
/// used up.
pub(crate) async fn settled() {
    let mut under_way = UNDER_WAY.subscribe();
    let none = under_way.wait_for(|count| *count == 0);
    // The sender is never dropped.
    let _ = tokio::time::timeout(TO_END, none).await;
}

/// The refresh token of a profile, in the file of secrets.
///
/// From before it is read until the next one is written the folder's lock is held, so that another command waits and finds
/// the next one. That a used one stays good is documented; where it does not, the two would take it from each other.
#[derive(Debug)]
pub(crate) struct Kept {
    folder: Folder,
    /// As it was when the command began.
    profile: Named,
    held: Held,
}

/// The folder's lock, while a renewal has it.
type Held = Arc<Mutex<Option<Lock>>>;

/// A renewal under way. It gives the lock back when it ends.
struct Renewal(Held);

impl Renewal {
    fn begin(held: &Held, lock: Lock) -> Self {
        UNDER_WAY.send_modify(|count| *count += 1);
        *locked(held) = Some(lock);
        Self(Arc::clone(held))
    }
}

impl Drop for Renewal {
    fn drop(&mut self) {
        locked(&self.0).take();
        UNDER_WAY.send_modify(|count| *count -= 1);
    }
}

impl Kept {
    pub(crate) fn new(folder: Folder, profile: Named) -> Self {
        Self {
            folder,
            profile,
            held: Held::default(),
        }
    }
}

impl RefreshTokenStore for Kept {
    fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
        Box::pin(async {
            let secrets = Secrets::of(&self.folder, &self.profile.name)?;
            // Somebody may have signed in elsewhere while this command waited for the lock.
            secrets.check(&self.profile)?;
            Ok(secrets.refresh_token)
        })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        Box::pin(async {
            known::learn(token.expose_secret());
            let held = locked(&self.held);
            let lock = held.as_ref().ok_or("the folder is not locked")?;
            renew(&self.folder, lock, &self.profile.name, token)?;
            Ok(())
        })
    }

    fn lock(&self) -> StoreFuture<'_, Box<dyn Send>> {
        Box::pin(async {
            let lock = self.folder.lock().await?;
            Ok(Box::new(Renewal::begin(&self.held, lock)) as Box<dyn Send>)
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
    signed_in_to: Option<String>,
    client_secret: Option<SecretString>,
    newest: Mutex<Option<SecretString>>,
    is_kept: Mutex<bool>,
}

impl Fresh {
    /// Begins with the token that was handed over, if one was.
    pub(crate) fn new(
        folder: Folder,
        profile: &str,
        signed_in_to: Option<String>,
        client_secret: Option<SecretString>,
        token: Option<SecretString>,
    ) -> Self {
        Self {
            folder,
            profile: profile.to_owned(),
            signed_in_to,
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
            signed_in_to: self.signed_in_to.clone(),
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
