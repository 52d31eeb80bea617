//! What does the authority hand out?

use std::fmt;
use std::time::{Duration, SystemTime};

use oauth2::basic::BasicTokenType;
use oauth2::{RefreshToken, Scope, TokenResponse};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::cache::{Fetched, Moment};
use crate::credential::AccessToken;
use crate::credential_error::{CredentialError, CredentialErrorKind as Kind};

/// The answer to a request for a token: numbers come as such from the newer endpoint, as text from the older one.
#[derive(Deserialize, Serialize)]
pub(super) struct Granted {
    access_token: oauth2::AccessToken,
    token_type: BasicTokenType,
    #[serde(default, deserialize_with = "seconds")]
    expires_in: Option<u64>,
    /// Seconds since 1970.
    #[serde(default, deserialize_with = "seconds")]
    expires_on: Option<u64>,
    #[serde(default)]
    refresh_token: Option<RefreshToken>,
}

/// A number, or the digits of one. Anything else is no span of time.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    })
}

impl TokenResponse for Granted {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &oauth2::AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        self.expires_in.map(Duration::from_secs)
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        None
    }
}

impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Granted")
    }
}

/// A longer token fits into no header, and is none of Entra's.
const LONGEST: usize = 32 * 1024;

/// Whether a text can be a token: of plain signs, and not too long.
fn can_be_sent(token: &str) -> bool {
    (1..=LONGEST).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Tokens, out of the hands of the library that asked for them.
pub(super) struct Tokens {
    pub(super) access: Fetched,
    pub(super) refresh: Option<SecretString>,
}

impl Granted {
    /// The tokens, if it can be known how long they are good: from the moment on that they were asked for.
    pub(super) fn into_tokens(self, asked: Moment) -> Result<Tokens, CredentialError> {
        let unusable = |what| Err(CredentialError::of_kind(Kind::Unreadable, what));
        if !self.token_type.as_ref().eq_ignore_ascii_case("bearer") {
            return unusable("the authority answered with a token that is no bearer token");
        }
        if !can_be_sent(self.access_token.secret()) {
            return unusable("the authority answered with a token that no request can carry");
        }
        // A span of time does not depend on whose clock is right.
        let lifetime = self.expires_in().or_else(|| {
            let until =
                SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(self.expires_on?))?;
            Some(until.duration_since(SystemTime::now()).unwrap_or_default())
        });
        let Some(lifetime) = lifetime else {
            return unusable("the authority answered with a token without saying when it expires");
        };
        let refresh = self
            .refresh_token
            .as_ref()
            .map(|token| token.secret().clone());
        let refresh = refresh.filter(|token| !token.is_empty());
        // It is about to replace one that is good.
        if refresh.as_deref().is_some_and(|token| !can_be_sent(token)) {
            return unusable("the authority answered with a refresh token that cannot be one");
        }
        let token = AccessToken::new(self.access_token.into_secret());
        let token = match asked.wall_after(lifetime) {
            Some(end) => token.with_expiry(end),
            None => token,
        };
        Ok(Tokens {
            access: Fetched {
                token,
                asked,
                lifetime,
            },
            refresh: refresh.map(SecretString::from),
        })
    }
}
