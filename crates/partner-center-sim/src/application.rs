//! Who may ask for tokens?

use std::fmt;

use crate::sign_in_error::SignInError;

/// An application that [`Builder::application`](crate::Builder::application) registers.
///
/// With a secret it is confidential: each of its requests for a token must bring one that is good. Without any it is
/// public, and must bring none.
#[derive(Clone, PartialEq, Eq)]
#[must_use = "an application is known only when a builder registers it"]
pub struct Application {
    client_id: String,
    secrets: Vec<String>,
    expired_secrets: Vec<String>,
    has_consent: bool,
}

impl Application {
    /// A public application that users have consented to. The letter case of the id is of no matter.
    pub fn new(client_id: impl Into<String>) -> Self {
        Self {
            client_id: client_id.into(),
            secrets: Vec::new(),
            expired_secrets: Vec::new(),
            has_consent: true,
        }
    }

    /// One of its secrets.
    pub fn secret(mut self, secret: impl Into<String>) -> Self {
        self.secrets.push(secret.into());
        self
    }

    /// A secret that was one of its own, and is refused with AADSTS7000222.
    pub fn expired_secret(mut self, secret: impl Into<String>) -> Self {
        self.expired_secrets.push(secret.into());
        self
    }

    /// Nobody has consented to what it asks for: renewals are refused with AADSTS65001.
    pub fn without_consent(mut self) -> Self {
        self.has_consent = false;
        self
    }

    pub(crate) fn is_called(&self, client_id: &str) -> bool {
        self.client_id.eq_ignore_ascii_case(client_id)
    }

    /// Whether it may ask with this secret, or with none.
    pub(crate) fn admit(&self, secret: Option<&str>) -> Result<(), SignInError> {
        let is_public = self.secrets.is_empty() && self.expired_secrets.is_empty();
        let is_in = |secrets: &[String]| secrets.iter().any(|one| Some(one.as_str()) == secret);
        match secret {
            None if is_public => Ok(()),
            None => Err(SignInError::ClientSecretMissing),
            Some(_) if is_public => Err(SignInError::ClientSecretUnexpected),
            Some(_) if is_in(&self.secrets) => Ok(()),
            Some(_) if is_in(&self.expired_secrets) => Err(SignInError::ClientSecretExpired),
            Some(_) => Err(SignInError::ClientSecretWrong),
        }
    }

    /// Whether it may act for its users.
    pub(crate) fn act_for_user(&self) -> Result<(), SignInError> {
        match self.has_consent {
            true => Ok(()),
            false => Err(SignInError::ConsentRequired),
        }
    }
}

impl fmt::Debug for Application {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Application")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
