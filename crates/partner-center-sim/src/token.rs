//! For whom does a token speak, and until when?
//!
//! Tokens look like JSON Web Tokens, so that a client can read their claims, but they are not signed: every token that was
//! handed out is remembered, and no other is accepted. That needs no key and no cryptography, and the same requests get
//! the same tokens.

use std::collections::BTreeMap;

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine as _};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::server::Simulator;
use crate::sign_in_error::SignInError;
use crate::sign_in_rules::{SignInRules, end};

/// What a token for Partner Center is meant for: the global service and the one in China.
const AUDIENCES: [&str; 2] = [
    "https://api.partnercenter.microsoft.com",
    "https://partner.partnercenterapi.microsoftonline.cn",
];

/// The one user that there is.
const USER_ID: &str = "5d9a8b6e-2f17-4c3a-9d52-7e1f0c4b8a36";
const USER_NAME: &str = "buyer@partner.example";

/// Who is behind a request.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Caller {
    /// The partner.
    pub(crate) tenant: String,
    /// Whether a user signed in, or the application acts alone.
    pub(crate) is_user: bool,
}

/// What is wrong with a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unaccepted {
    /// Made up, or expired.
    NotValid,
    AnotherAudience,
    /// A user without multi-factor authentication.
    WithoutMultiFactor,
}

/// Which tokens are to be good no longer.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Revoked {
    #[serde(default)]
    pub(crate) access_tokens: bool,
    #[serde(default)]
    pub(crate) refresh_tokens: bool,
}

/// What a token is asked for.
#[derive(Clone, Debug)]
pub(crate) struct Grant<'g> {
    pub(crate) tenant: &'g str,
    pub(crate) application: &'g str,
    pub(crate) audience: &'g str,
    pub(crate) user: Option<User>,
}

/// The user, and how they signed in.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct User {
    pub(crate) multi_factor: bool,
}

/// A token that was handed out.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Issued {
    caller: Caller,
    audience: String,
    user: Option<User>,
    expires: DateTime<Utc>,
}

/// A refresh token that was handed out.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(from = "WrittenRenewal")]
struct Renewal {
    /// Whose it is; anybody's when there is none.
    application: Option<String>,
    /// It has no end when there is none.
    expires: Option<DateTime<Utc>>,
    standing: Standing,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Standing {
    Good,
    UsedUp,
    Revoked,
}

/// What a state file has of a refresh token: nothing but the application, before refresh tokens had an end.
#[derive(Deserialize)]
#[serde(untagged)]
enum WrittenRenewal {
    Owner(String),
    Whole {
        application: Option<String>,
        expires: Option<DateTime<Utc>>,
        standing: Standing,
    },
}

impl From<WrittenRenewal> for Renewal {
    fn from(written: WrittenRenewal) -> Self {
        match written {
            WrittenRenewal::Owner(application) => Self {
                application: Some(application),
                expires: None,
                standing: Standing::Good,
            },
            WrittenRenewal::Whole {
                application,
                expires,
                standing,
            } => Self {
                application,
                expires,
                standing,
            },
        }
    }
}

/// Every token that is good for something, but for the fixed ones.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tokens {
    /// How many were ever handed out.
    count: u64,
    issued: BTreeMap<String, Issued>,
    /// Refresh tokens. The fixed one is not in it before something became of it.
    renewals: BTreeMap<String, Renewal>,
    #[serde(default)]
    is_fixed_token_revoked: bool,
}

#[derive(Serialize)]
struct Header {
    typ: &'static str,
    alg: &'static str,
    kid: &'static str,
}

/// The claims, named as in the tokens of Microsoft Entra ID for Partner Center.
#[derive(Serialize)]
struct Claims<'c> {
    aud: &'c str,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<&'static [&'static str]>,
    appid: &'c str,
    idtyp: &'static str,
    oid: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    scp: Option<&'static str>,
    sub: &'c str,
    tid: &'c str,
    #[serde(skip_serializing_if = "Option::is_none")]
    upn: Option<&'static str>,
    uti: String,
    ver: &'static str,
}

impl Tokens {
    /// Whose token this is.
    pub(crate) fn caller(&self, token: &[u8], now: DateTime<Utc>) -> Result<Caller, Unaccepted> {
        if token == Simulator::ACCESS_TOKEN.as_bytes() && !self.is_fixed_token_revoked {
            return Ok(Caller {
                tenant: Simulator::TENANT.to_owned(),
                is_user: true,
            });
        }
        let issued = std::str::from_utf8(token).ok();
        let issued = issued.and_then(|token| self.issued.get(token));
        let issued = issued.filter(|issued| now < issued.expires);
        let issued = issued.ok_or(Unaccepted::NotValid)?;
        if !AUDIENCES.contains(&issued.audience.trim_end_matches('/')) {
            return Err(Unaccepted::AnotherAudience);
        }
        if issued.user.is_some_and(|user| !user.multi_factor) {
            return Err(Unaccepted::WithoutMultiFactor);
        }
        Ok(issued.caller.clone())
    }

    /// Lets a refresh token be used by an application, perhaps for the last time.
    pub(crate) fn renew(
        &mut self,
        refresh_token: &str,
        application: &str,
        rules: &SignInRules,
        now: DateTime<Utc>,
    ) -> Result<(), SignInError> {
        let fixed = (refresh_token == Simulator::REFRESH_TOKEN).then(Renewal::fixed);
        let renewal = self.renewals.get(refresh_token).cloned().or(fixed);
        let mut renewal = renewal.ok_or(SignInError::RefreshTokenNotValid)?;
        renewal.check(application, now)?;
        if rules.single_use {
            renewal.standing = Standing::UsedUp;
            self.renewals.insert(refresh_token.to_owned(), renewal);
        }
        Ok(())
    }

    /// Lets no access token be good any more that was handed out so far, and not the fixed one.
    pub(crate) fn revoke(&mut self) {
        self.issued.clear();
        self.is_fixed_token_revoked = true;
    }

    /// The same of refresh tokens.
    pub(crate) fn revoke_renewals(&mut self) {
        self.renewals
            .entry(Simulator::REFRESH_TOKEN.to_owned())
            .or_insert_with(Renewal::fixed);
        for renewal in self.renewals.values_mut() {
            renewal.standing = Standing::Revoked;
        }
    }

    /// Hands out a token.
    pub(crate) fn issue(
        &mut self,
        grant: &Grant<'_>,
        rules: &SignInRules,
        now: DateTime<Utc>,
    ) -> String {
        let number = self.next_number();
        // What expired is as good as what never was.
        self.issued.retain(|_, issued| now < issued.expires);
        let expires = end(now, rules.token_lifetime);
        let token = written(grant, now, expires, number);
        let caller = Caller {
            tenant: grant.tenant.to_owned(),
            is_user: grant.user.is_some(),
        };
        let issued = Issued {
            caller,
            audience: grant.audience.to_owned(),
            user: grant.user,
            expires,
        };
        self.issued.insert(token.clone(), issued);
        token
    }

    /// Hands out a refresh token. Those before it stay as they are.
    pub(crate) fn renewal(
        &mut self,
        application: &str,
        rules: &SignInRules,
        now: DateTime<Utc>,
    ) -> String {
        let text = format!("refresh token {}", self.next_number());
        let token = format!("1.{}", BASE64_URL_SAFE_NO_PAD.encode(text));
        let renewal = Renewal {
            application: Some(application.to_owned()),
            expires: Some(end(now, rules.refresh_token_lifetime)),
            standing: Standing::Good,
        };
        self.renewals.insert(token.clone(), renewal);
        token
    }

    fn next_number(&mut self) -> u64 {
        self.count = self.count.saturating_add(1);
        self.count
    }
}

impl Renewal {
    /// The one that is anybody's and has no end.
    fn fixed() -> Self {
        Self {
            application: None,
            expires: None,
            standing: Standing::Good,
        }
    }

    fn check(&self, application: &str, now: DateTime<Utc>) -> Result<(), SignInError> {
        let owner = self.application.as_deref();
        let is_own = owner.is_none_or(|owner| owner.eq_ignore_ascii_case(application));
        match self.standing {
            _ if !is_own => Err(SignInError::RefreshTokenNotValid),
            Standing::Revoked => Err(SignInError::RefreshTokenRevoked),
            Standing::UsedUp => Err(SignInError::RefreshTokenNotValid),
            Standing::Good if self.expires.is_some_and(|expires| now >= expires) => {
                Err(SignInError::RefreshTokenExpired)
            }
            Standing::Good => Ok(()),
        }
    }
}

fn written(grant: &Grant<'_>, now: DateTime<Utc>, expires: DateTime<Utc>, number: u64) -> String {
    let subject = grant.user.map_or(grant.application, |_| USER_ID);
    let header = Header {
        typ: "JWT",
        alg: "RS256",
        kid: "simulated",
    };
    let claims = Claims {
        aud: grant.audience,
        iss: format!("https://sts.windows.net/{}/", grant.tenant),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: expires.timestamp(),
        amr: grant.user.map(|user| match user.multi_factor {
            true => ["pwd", "mfa"].as_slice(),
            false => ["pwd"].as_slice(),
        }),
        appid: grant.application,
        idtyp: grant.user.map_or("app", |_| "user"),
        oid: subject,
        scp: grant.user.map(|_| "user_impersonation"),
        sub: subject,
        tid: grant.tenant,
        upn: grant.user.map(|_| USER_NAME),
        uti: format!("simulated-{number}"),
        ver: "1.0",
    };
    [
        part(&header),
        part(&claims),
        BASE64_URL_SAFE_NO_PAD.encode(format!("no signature {number}")),
    ]
    .join(".")
}

fn part<T: Serialize>(value: &T) -> String {
    // Plain structures: this cannot fail.
    BASE64_URL_SAFE_NO_PAD.encode(serde_json::to_vec(value).unwrap_or_default())
}
