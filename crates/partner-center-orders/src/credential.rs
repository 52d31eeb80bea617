//! Where do tokens come from?

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use secrecy::{ExposeSecret, SecretString};

use crate::credential_error::CredentialError;

/// What [`Credential::token`] returns.
pub type TokenFuture<'a> =
    Pin<Box<dyn Future<Output = Result<AccessToken, CredentialError>> + Send + 'a>>;

/// Hands out access tokens.
///
/// [`SignIn`](crate::SignIn) makes credentials that get them from Microsoft Entra ID, and [`StaticToken`] is one that has
/// one; this trait is for sources of your own. A credential is asked at the beginning of every call, and of every page of a
/// list, so it should keep a token while that is good. When the service answers 401 it is asked once more, and told which
/// token was refused.
///
/// ```
/// use partner_center_orders::{AccessToken, Credential, CredentialError, TokenFuture, TokenRequest};
///
/// /// Reads the token that another program keeps fresh in a file.
/// #[derive(Debug)]
/// struct TokenFile(std::path::PathBuf);
///
/// impl Credential for TokenFile {
///     fn token<'a>(&'a self, _: TokenRequest<'a>) -> TokenFuture<'a> {
///         Box::pin(async {
///             let text = std::fs::read_to_string(&self.0)
///                 .map_err(|error| CredentialError::new("the token file cannot be read").with_source(error))?;
///             Ok(AccessToken::new(text.trim()))
///         })
///     }
/// }
/// ```
pub trait Credential: fmt::Debug + Send + Sync {
    /// Returns a token that is good for the scopes of the request.
    ///
    /// # Errors
    /// When there is none. The call then ends without having been sent.
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> TokenFuture<'a>;
}

impl<C: Credential + ?Sized> Credential for Arc<C> {
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> TokenFuture<'a> {
        (**self).token(request)
    }
}

impl<C: Credential + ?Sized> Credential for Box<C> {
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> TokenFuture<'a> {
        (**self).token(request)
    }
}

/// What a token is wanted for.
#[derive(Debug)]
#[non_exhaustive]
pub struct TokenRequest<'a> {
    /// The scopes that the token must be good for.
    pub scopes: &'a [&'a str],
    /// The token that the service just answered with 401. Handing out the same one again ends the call.
    pub refused: Option<&'a AccessToken>,
}

impl<'a> TokenRequest<'a> {
    /// A first request for a token. The client makes these; so does the test of a credential.
    pub fn new(scopes: &'a [&'a str]) -> Self {
        Self {
            scopes,
            refused: None,
        }
    }

    /// Says which token was refused.
    pub fn refused(mut self, token: &'a AccessToken) -> Self {
        self.refused = Some(token);
        self
    }
}

/// A bearer token. Its text is shown nowhere.
#[derive(Clone, Debug)]
pub struct AccessToken {
    secret: SecretString,
    expires_at: Option<SystemTime>,
}

impl AccessToken {
    /// A token of unknown life.
    pub fn new(secret: impl Into<SecretString>) -> Self {
        Self {
            secret: secret.into(),
            expires_at: None,
        }
    }

    /// Says until when the token is good. The client does not look at it; a credential that keeps tokens may.
    pub fn with_expiry(mut self, instant: SystemTime) -> Self {
        self.expires_at = Some(instant);
        self
    }

    /// The token itself; reading it takes [`ExposeSecret`](crate::ExposeSecret).
    pub fn secret(&self) -> &SecretString {
        &self.secret
    }

    /// Whether it is the same token.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.secret.expose_secret() == other.secret.expose_secret()
    }

    /// Until when the token is good, where that is known.
    pub fn expires_at(&self) -> Option<SystemTime> {
        self.expires_at
    }
}

/// One token that somebody else got: always the same one.
///
/// ```
/// use partner_center_orders::StaticToken;
///
/// let credential = StaticToken::new("eyJ0eXAiOi");
/// assert!(!format!("{credential:?}").contains("eyJ0eXAiOi"));
/// ```
#[derive(Clone, Debug)]
pub struct StaticToken(AccessToken);

impl StaticToken {
    /// Wraps the token.
    pub fn new(token: impl Into<SecretString>) -> Self {
        Self(AccessToken::new(token))
    }
}

impl Credential for StaticToken {
    fn token<'a>(&'a self, _: TokenRequest<'a>) -> TokenFuture<'a> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}
