//! Why is there no token?
//!
//! The errors of Microsoft Entra ID have names here. What each says on the wire is what Microsoft documents or what people
//! report to have been told; the sentences, and where no number is known the number, are this crate's own.

use std::io;

use chrono::{DateTime, SecondsFormat, Utc};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::answer::Answer;

/// Why Microsoft Entra ID gives no token: [`Fault::sign_in`](crate::Fault::sign_in) says so on request.
///
/// In JSON a name is written like `multi_factor_required`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignInError {
    /// 401 `invalid_client`, AADSTS7000215: the secret is not one of the application.
    ClientSecretWrong,
    /// 401 `invalid_client`, AADSTS7000222: the secret was one of the application, and has expired.
    ClientSecretExpired,
    /// 401 `invalid_client`, AADSTS7000218: the application has a secret and sent none.
    ClientSecretMissing,
    /// 401 `invalid_client`, AADSTS700025: the application has no secret and sent one.
    ClientSecretUnexpected,
    /// 400 `unauthorized_client`, AADSTS700016: there is no such application in the tenant.
    ApplicationUnknown,
    /// 400 `invalid_request`, AADSTS90002: there is no such tenant.
    TenantUnknown,
    /// 400 `invalid_grant`, AADSTS70000: the refresh token is made up, of another application, or used up.
    RefreshTokenNotValid,
    /// 400 `invalid_grant`, AADSTS700082: the refresh token was not used for too long.
    RefreshTokenExpired,
    /// 400 `invalid_grant`, AADSTS50173: the refresh token was revoked, as after a change of the password.
    RefreshTokenRevoked,
    /// 400 `interaction_required` (`basic_action`), AADSTS50076: the user must do multi-factor authentication.
    MultiFactorRequired,
    /// 400 `interaction_required` (`basic_action`), AADSTS50079: the user must enrol for multi-factor authentication.
    MultiFactorEnrollmentRequired,
    /// 400 `invalid_grant` (`consent_required`), AADSTS65001: nobody has consented to what the application asks for.
    ConsentRequired,
    /// 400 `invalid_grant` (`message_only`), AADSTS53003: a policy of conditional access gives no token.
    ConditionalAccess,
    /// 503 `temporarily_unavailable`, AADSTS90033: it may work in a moment.
    TemporarilyUnavailable,
    /// 400 `authorization_pending`, AADSTS70016: nobody has decided about the device code yet.
    AuthorizationPending,
    /// 400 `slow_down`: the device asks too often. Microsoft does not document it; RFC 8628 does. The number (70016) is this
    /// crate's choice.
    SlowDown,
    /// 400 `authorization_declined`: the user said no. The number (65004) is this crate's choice.
    AuthorizationDeclined,
    /// 400 `expired_token`, AADSTS70020: the device code has expired.
    DeviceCodeExpired,
    /// 400 `bad_verification_code`, AADSTS70018: the device code is made up, of another application, or was used.
    DeviceCodeUnknown,
}

impl SignInError {
    fn denied(self) -> Denied {
        let (status, error, code, description) = match self {
            Self::ClientSecretWrong => (
                401,
                "invalid_client",
                7_000_215,
                "The client secret is wrong.",
            ),
            Self::ClientSecretExpired => (
                401,
                "invalid_client",
                7_000_222,
                "The client secret has expired.",
            ),
            Self::ClientSecretMissing => (
                401,
                "invalid_client",
                7_000_218,
                "The application signs in with a secret.",
            ),
            Self::ClientSecretUnexpected => (
                401,
                "invalid_client",
                700_025,
                "The application is public and has no secret.",
            ),
            Self::ApplicationUnknown => (
                400,
                "unauthorized_client",
                700_016,
                "The tenant has no such application.",
            ),
            Self::TenantUnknown => (400, "invalid_request", 90_002, "There is no such tenant."),
            Self::RefreshTokenNotValid => (
                400,
                "invalid_grant",
                70_000,
                "The refresh token is not one of this application.",
            ),
            Self::RefreshTokenExpired => (
                400,
                "invalid_grant",
                700_082,
                "The refresh token was not used for too long.",
            ),
            Self::RefreshTokenRevoked => (
                400,
                "invalid_grant",
                50_173,
                "The refresh token was revoked.",
            ),
            Self::MultiFactorRequired => (
                400,
                "interaction_required",
                50_076,
                "Multi-factor authentication is needed.",
            ),
            Self::MultiFactorEnrollmentRequired => (
                400,
                "interaction_required",
                50_079,
                "The user must enrol for multi-factor authentication.",
            ),
            Self::ConsentRequired => (
                400,
                "invalid_grant",
                65_001,
                "Nobody has consented to the application.",
            ),
            Self::ConditionalAccess => (
                400,
                "invalid_grant",
                53_003,
                "A policy of conditional access gives no token.",
            ),
            Self::TemporarilyUnavailable => (
                503,
                "temporarily_unavailable",
                90_033,
                "Try again in a moment.",
            ),
            Self::AuthorizationPending => (
                400,
                "authorization_pending",
                70_016,
                "Nobody has entered the code yet.",
            ),
            Self::SlowDown => (400, "slow_down", 70_016, "The device asks too often."),
            Self::AuthorizationDeclined => {
                (400, "authorization_declined", 65_004, "The user said no.")
            }
            Self::DeviceCodeExpired => {
                (400, "expired_token", 70_020, "The device code has expired.")
            }
            Self::DeviceCodeUnknown => (
                400,
                "bad_verification_code",
                70_018,
                "The device code is not known.",
            ),
        };
        Denied {
            // The numbers above are all of them statuses.
            status: StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST),
            error,
            code,
            suberror: self.suberror(),
            description: description.to_owned(),
        }
    }

    fn suberror(self) -> Option<&'static str> {
        match self {
            Self::MultiFactorRequired | Self::MultiFactorEnrollmentRequired => Some("basic_action"),
            Self::ConsentRequired => Some("consent_required"),
            Self::ConditionalAccess => Some("message_only"),
            _ => None,
        }
    }
}

/// An error of a sign-in endpoint, as it is told.
#[derive(Debug)]
pub(crate) struct Denied {
    status: StatusCode,
    error: &'static str,
    code: u64,
    suberror: Option<&'static str>,
    description: String,
}

#[derive(Serialize)]
struct Body<'d> {
    error: &'d str,
    error_description: String,
    error_codes: [u64; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    suberror: Option<&'static str>,
    timestamp: String,
    trace_id: String,
    correlation_id: String,
}

impl Denied {
    /// A 400.
    pub(crate) fn request(error: &'static str, code: u64, description: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            code,
            suberror: None,
            description: description.into(),
        }
    }

    /// An error that was asked for by its status, and perhaps its number.
    pub(crate) fn with(status: StatusCode, code: Option<&str>) -> Self {
        let (error, usual) = match status.as_u16() {
            401 => ("invalid_client", 7_000_215),
            429 | 503 | 504 => ("temporarily_unavailable", 90_033),
            500..=599 => ("server_error", 50_000),
            _ => ("invalid_request", 9_002_313),
        };
        let code = code.and_then(|code| code.parse().ok()).unwrap_or(usual);
        let description = "The simulator was told to say so.";
        Self {
            status,
            ..Self::request(error, code, description)
        }
    }

    pub(crate) fn method() -> Self {
        Self {
            status: StatusCode::METHOD_NOT_ALLOWED,
            ..Self::request("invalid_request", 900_561, "This endpoint takes POST.")
        }
    }

    pub(crate) fn missing(name: &str) -> Self {
        let description = format!("The form has no '{name}'.");
        Self::request("invalid_request", 900_144, description)
    }

    /// The answer at a time to the request with this number, which makes up ids.
    pub(crate) fn answer(&self, headers: HeaderMap, now: DateTime<Utc>, number: usize) -> Answer {
        let body = Body {
            error: self.error,
            error_description: format!("AADSTS{}: {}", self.code, self.description),
            error_codes: [self.code],
            suberror: self.suberror,
            timestamp: now
                .to_rfc3339_opts(SecondsFormat::Secs, true)
                .replace('T', " "),
            trace_id: format!("{number:08x}-0000-4000-8000-000000000003"),
            correlation_id: format!("{number:08x}-0000-4000-8000-000000000004"),
        };
        Answer::json(self.status, headers, &body)
    }
}

impl From<SignInError> for Denied {
    fn from(error: SignInError) -> Self {
        error.denied()
    }
}

/// What cannot be saved is not handed out.
impl From<io::Error> for Denied {
    fn from(error: io::Error) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            ..Self::request("server_error", 50_000, error.to_string())
        }
    }
}
