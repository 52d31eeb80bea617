//! Where is a refresh token between two sign-ins?

use std::error::Error as StdError;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use secrecy::SecretString;

/// What the methods of [`RefreshTokenStore`] return.
pub type StoreFuture<'a, T> =
    Pin<Box<dyn Future<Output = Result<T, Box<dyn StdError + Send + Sync>>> + Send + 'a>>;

/// Keeps the one refresh token of a sign-in: in a vault, say, or in a file that only its owner can read.
///
/// Every renewal hands out a new refresh token. It is given to [`save`](Self::save) before the access token that came with
/// it is used; when that fails, the call fails, and the new one is kept in memory and saved before the next renewal, unless
/// the store has another one by then. So the store has the newest one that was used, whatever happens later. That a
/// replaced refresh token stays good until it expires is documented for Microsoft Entra ID; only a request that got no
/// answer relies on it, as it is sent again.
///
/// The first token gets there by [`SignIn::device_code`](super::SignIn::device_code), or by a call of your own to `save`. One
/// that was revoked stays until another one is saved.
///
/// Write such that a crash leaves the old or the new token, and nothing in between; lock where several processes renew.
/// This example takes tempfile, and may block for a moment:
///
/// ```
/// use std::fs::{File, TryLockError};
/// use std::io::Write as _;
/// use std::path::PathBuf;
/// use std::time::Duration;
///
/// use partner_center_orders::{ExposeSecret, RefreshTokenStore, SecretString, StoreFuture};
///
/// /// A file, with another one beside it that is locked.
/// struct TokenFile(PathBuf);
///
/// impl RefreshTokenStore for TokenFile {
///     fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
///         Box::pin(async {
///             match std::fs::read_to_string(&self.0) {
///                 Ok(text) => Ok(Some(text.trim().into())),
///                 Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
///                 Err(error) => Err(error.into()),
///             }
///         })
///     }
///
///     fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
///         Box::pin(async {
///             let folder = self.0.parent().ok_or("a file has a folder")?;
///             let mut file = tempfile::NamedTempFile::new_in(folder)?; // nobody else can read it
///             file.write_all(token.expose_secret().as_bytes())?;
///             file.as_file().sync_all()?;
///             file.persist(&self.0)?;
///             Ok(())
///         })
///     }
///
///     fn lock(&self) -> StoreFuture<'_, Box<dyn Send>> {
///         Box::pin(async {
///             let lock = File::create(self.0.with_extension("lock"))?;
///             loop {
///                 match lock.try_lock() {
///                     Ok(()) => return Ok(Box::new(lock) as Box<dyn Send>), // closing the file unlocks it
///                     // Whoever waits here is given up after the deadline of the sign-in.
///                     Err(TryLockError::WouldBlock) => tokio::time::sleep(Duration::from_millis(20)).await,
///                     Err(TryLockError::Error(error)) => return Err(error.into()),
///                 }
///             }
///         })
///     }
/// }
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
/// # let folder = tempfile::tempdir()?;
/// # let store = TokenFile(folder.path().join("token"));
/// # drop(store.lock().await?);
/// # let _lock = store.lock().await?;
/// # store.save(&"first".into()).await?;
/// # store.save(&"second".into()).await?;
/// # assert_eq!(store.load().await?.ok_or("nothing")?.expose_secret(), "second");
/// # Ok(())
/// # }
/// ```
pub trait RefreshTokenStore: Send + Sync {
    /// Returns the newest refresh token, or `None` when nobody has signed in. Asked in every renewal, so that one that
    /// another process saved is used.
    ///
    /// # Errors
    /// When it cannot be known. No token is then asked for.
    fn load(&self) -> StoreFuture<'_, Option<SecretString>>;

    /// Keeps the refresh token in place of the one before, for good when it returns.
    ///
    /// # Errors
    /// When it could not be kept. The access token that came with it is then not used.
    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()>;

    /// Locks the store for a renewal, from before [`load`](Self::load) until after [`save`](Self::save); dropping what is
    /// returned unlocks it. For a store that several processes share: they then renew one after the other. Locks nothing
    /// unless you write it.
    ///
    /// # Errors
    /// When it cannot be locked. No token is then asked for.
    fn lock(&self) -> StoreFuture<'_, Box<dyn Send>> {
        Box::pin(async { Ok(Box::new(()) as Box<dyn Send>) })
    }
}

/// A store behind a pointer is the same store.
macro_rules! forward {
    ($pointer:ty) => {
        impl<S: RefreshTokenStore + ?Sized> RefreshTokenStore for $pointer {
            fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
                (**self).load()
            }

            fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
                (**self).save(token)
            }

            fn lock(&self) -> StoreFuture<'_, Box<dyn Send>> {
                (**self).lock()
            }
        }
    };
}

forward!(Arc<S>);
forward!(Box<S>);

/// Keeps the refresh token in memory: the newest one is lost when the process ends.
///
/// ```
/// use partner_center_orders::RefreshTokenInMemory;
///
/// let store = RefreshTokenInMemory::new("0.AXoAx");
/// assert!(!format!("{store:?}").contains("0.AXoAx"));
/// ```
#[derive(Debug, Default)]
pub struct RefreshTokenInMemory(Mutex<Option<SecretString>>);

impl RefreshTokenInMemory {
    /// Begins with this one.
    pub fn new(token: impl Into<SecretString>) -> Self {
        Self(Mutex::new(Some(token.into())))
    }

    /// Begins with none, for a sign-in that brings the first.
    pub fn empty() -> Self {
        Self::default()
    }
}

impl RefreshTokenStore for RefreshTokenInMemory {
    fn load(&self) -> StoreFuture<'_, Option<SecretString>> {
        let token = self
            .0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        Box::pin(async { Ok(token) })
    }

    fn save<'a>(&'a self, token: &'a SecretString) -> StoreFuture<'a, ()> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Box::pin(async { Ok(()) })
    }
}
