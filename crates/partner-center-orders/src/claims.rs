//! What does an access token say of itself?

use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;

use crate::credential::AccessToken;

/// What an access token says of itself. **Never verified**: anybody can write such a text, and only the service decides what
/// a token is good for. It serves to say more exactly what is wrong, and no call is refused or changed because of it.
///
/// The tokens of Microsoft Entra ID are documented to be opaque to those who ask for them; in fact those for Partner Center
/// are JSON Web Tokens, which is inferred from published samples.
///
/// ```
/// use partner_center_orders::{AccessToken, TokenClaims};
///
/// // {"aud":"https://api.partnercenter.microsoft.com","idtyp":"app","exp":1732147200}
/// let token = "e30.eyJhdWQiOiJodHRwczovL2FwaS5wYXJ0bmVyY2VudGVyLm1pY3Jvc29mdC5jb20iLCJpZHR5cCI6ImFwcCIsImV4cCI6MTczMjE0NzIwMH0.";
/// let claims = TokenClaims::read(&AccessToken::new(token)).ok_or("no claims")?;
/// assert_eq!(claims.audience(), Some("https://api.partnercenter.microsoft.com"));
/// assert_eq!((claims.is_application(), claims.has_mfa()), (Some(true), None));
///
/// assert!(TokenClaims::read(&AccessToken::new("opaque")).is_none());
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, Default, Deserialize)]
pub struct TokenClaims {
    #[serde(default)]
    aud: Value,
    #[serde(default)]
    tid: Value,
    #[serde(default)]
    appid: Value,
    #[serde(default)]
    azp: Value,
    #[serde(default)]
    upn: Value,
    #[serde(default)]
    preferred_username: Value,
    #[serde(default)]
    unique_name: Value,
    #[serde(default)]
    idtyp: Value,
    #[serde(default)]
    scp: Value,
    #[serde(default)]
    roles: Value,
    #[serde(default)]
    oid: Value,
    #[serde(default)]
    sub: Value,
    #[serde(default)]
    amr: Value,
    #[serde(default)]
    exp: Value,
}

/// A longer token fits into no header.
const LONGEST: usize = 64 * 1024;

/// Some libraries write the padding that the format leaves out.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

impl TokenClaims {
    /// Reads them. `None` when the token is no JSON Web Token.
    pub fn read(token: &AccessToken) -> Option<Self> {
        let text = token.secret().expose_secret();
        let mut parts = text.split('.');
        let (_, claims, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next())
        else {
            return None;
        };
        let json = BASE64
            .decode(claims)
            .ok()
            .filter(|_| text.len() <= LONGEST)?;
        json.starts_with(b"{")
            .then(|| serde_json::from_slice(&json).ok())?
    }

    /// What the token is meant for (`aud`): `https://api.partnercenter.microsoft.com` in the global cloud.
    pub fn audience(&self) -> Option<&str> {
        // It may be a list, as the format has it.
        self.aud.as_str().or_else(|| self.aud.get(0)?.as_str())
    }

    /// The tenant in which one signed in (`tid`).
    pub fn tenant_id(&self) -> Option<&str> {
        self.tid.as_str()
    }

    /// The application (`appid` or `azp`).
    pub fn application_id(&self) -> Option<&str> {
        self.appid.as_str().or_else(|| self.azp.as_str())
    }

    /// The name under which the user signed in (`upn`, `preferred_username` or `unique_name`).
    pub fn user(&self) -> Option<&str> {
        let names = [&self.upn, &self.preferred_username, &self.unique_name];
        names.into_iter().find_map(Value::as_str)
    }

    /// Whether the application acts alone, without a user (`idtyp`, else whether there are scopes, a name or roles, else
    /// whether `sub` is `oid`). `None` when the
    /// token does not say.
    pub fn is_application(&self) -> Option<bool> {
        match self.idtyp.as_str() {
            Some("app") => Some(true),
            Some("user") => Some(false),
            _ if self.scp.is_string() || self.user().is_some() => Some(false),
            // Roles are an application's; alone, it is its own subject.
            _ if self.roles.is_array() => Some(true),
            _ => (self.oid.as_str()? == self.sub.as_str()?).then_some(true),
        }
    }

    /// Whether the user signed in with multi-factor authentication (`amr`). `None` when the token does not say.
    pub fn has_mfa(&self) -> Option<bool> {
        let methods = self.amr.as_array()?;
        Some(
            methods
                .iter()
                .any(|method| matches!(method.as_str(), Some("mfa" | "ngcmfa"))),
        )
    }

    /// When the token ends (`exp`), by the clock of whoever made it.
    pub fn expires_at(&self) -> Option<SystemTime> {
        let seconds = self
            .exp
            .as_u64()
            .or_else(|| self.exp.as_str()?.parse().ok())?;
        SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds))
    }
}
