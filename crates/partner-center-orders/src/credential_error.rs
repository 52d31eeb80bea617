//! Why is there no token, and what is there to do about it?

use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

/// Why there is no token.
///
/// Its `Display` and `Debug` show no secret and nothing of a body but Entra's word for the error and its number.
#[derive(Clone)]
pub struct CredentialError(Box<Detail>);

#[derive(Clone)]
struct Detail {
    kind: CredentialErrorKind,
    message: String,
    status: Option<StatusCode>,
    refusal: Refusal,
    retry_after: Option<Duration>,
    attempts: u32,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

/// What the authority says of an error of its own.
#[derive(Clone, Default)]
pub(crate) struct Refusal {
    /// A word of OAuth 2.0, or one of Entra's own.
    pub(crate) error: Option<String>,
    /// The number of the first `AADSTS` code.
    pub(crate) code: Option<u64>,
    pub(crate) description: Option<String>,
    pub(crate) correlation_id: Option<String>,
}

/// The coarse reason why there is no token.
///
/// An error of Microsoft Entra ID is told by its `AADSTS` code where that is known here, else by its word: `invalid_grant`
/// alone stands for most of these. The codes are documented, and so is that they may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialErrorKind {
    /// A credential that is not of this crate has no token: its message or its cause says why.
    Other,
    /// The tenant, the authority, the application or the cloud is not one that a token can be asked for. Nothing was sent.
    Configuration,
    /// The application is unknown to the tenant, or its secret is wrong (`invalid_client`, `unauthorized_client`).
    InvalidClient,
    /// The application's secret has expired (AADSTS7000222).
    SecretExpired,
    /// The refresh token is not good any more, or is not one of this application (`invalid_grant`).
    InvalidGrant,
    /// The user has to sign in again, with multi-factor authentication perhaps (`interaction_required`).
    InteractionRequired,
    /// Nobody consented to what the application asks for (AADSTS65001).
    ConsentRequired,
    /// A conditional access policy forbids it (AADSTS53000 to 53005, 50158 ..).
    ConditionalAccess,
    /// The user declined to sign the device in.
    Declined,
    /// Nobody entered the device code in time.
    CodeExpired,
    /// The authority refused the request for another reason.
    Refused,
    /// There is no refresh token in the store: nobody has signed in.
    SignedOut,
    /// The refresh token cannot be read from its store, or not be written to it.
    Store,
    /// The authority cannot be reached, or the connection to it broke.
    Network,
    /// The authority took too long.
    Timeout,
    /// The authority answered 429, or asks for a longer wait than there is time for. Until the wait that it asked for is
    /// over, it is not asked again.
    Throttled,
    /// The authority failed: 5xx, or `temporarily_unavailable`.
    Server,
    /// The authority answered with a redirect, which is not followed: the secret would go along.
    Redirect,
    /// The answer of the authority is no token and no error that can be read.
    Unreadable,
}

impl CredentialErrorKind {
    /// A word for programs, such as `invalid_grant`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Configuration => "configuration",
            Self::InvalidClient => "invalid_client",
            Self::SecretExpired => "secret_expired",
            Self::InvalidGrant => "invalid_grant",
            Self::InteractionRequired => "interaction_required",
            Self::ConsentRequired => "consent_required",
            Self::ConditionalAccess => "conditional_access",
            Self::Declined => "declined",
            Self::CodeExpired => "code_expired",
            Self::Refused => "refused",
            Self::SignedOut => "signed_out",
            Self::Store => "store",
            Self::Network => "network",
            Self::Timeout => "timeout",
            Self::Throttled => "throttled",
            Self::Server => "server",
            Self::Redirect => "redirect",
            Self::Unreadable => "unreadable",
        }
    }
}

impl CredentialError {
    /// An error of a credential of your own, with a message in lower case and without a full stop. Say in it what to do, and
    /// keep secrets out of it.
    pub fn new(message: impl Into<String>) -> Self {
        Self::of_kind(CredentialErrorKind::Other, message)
    }

    pub(crate) fn of_kind(kind: CredentialErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Detail {
            kind,
            message: message.into(),
            status: None,
            refusal: Refusal::default(),
            retry_after: None,
            attempts: 0,
            source: None,
        }))
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::of_kind(CredentialErrorKind::Configuration, message)
    }

    /// Adds what caused it.
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(Arc::from(source.into()));
        self
    }

    pub(crate) fn with_status(mut self, status: StatusCode) -> Self {
        self.0.status = Some(status);
        self
    }

    pub(crate) fn with_refusal(mut self, refusal: Refusal) -> Self {
        self.0.refusal = refusal;
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn after(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Says that asking ended because the wait that the authority wants is too long.
    pub(crate) fn out_of_patience(mut self) -> Self {
        self.0.kind = CredentialErrorKind::Throttled;
        self.0
            .message
            .push_str("; the wait it asks for does not fit into the deadline");
        self
    }

    /// Whether there is nothing to add to the message and its cause.
    pub(crate) fn says_enough(&self) -> bool {
        self.kind() != CredentialErrorKind::Other || self.0.source.is_some()
    }

    /// The coarse reason.
    pub fn kind(&self) -> CredentialErrorKind {
        self.0.kind
    }

    /// The HTTP status of the authority's answer, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The authority's word for the error, such as `invalid_grant`.
    pub fn oauth_error(&self) -> Option<&str> {
        self.0.refusal.error.as_deref()
    }

    /// The number of the first `AADSTS` code, such as 7000222.
    pub fn code(&self) -> Option<u64> {
        self.0.refusal.code
    }

    /// What the authority says went wrong. `None` also when that repeats a secret of the request.
    pub fn description(&self) -> Option<&str> {
        self.0.refusal.description.as_deref()
    }

    /// The authority's id of the request, to quote to Microsoft's support.
    pub fn correlation_id(&self) -> Option<&str> {
        self.0.refusal.correlation_id.as_deref()
    }

    /// How long the authority asks to wait before the next try.
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How often a token was asked for; 0 when nothing was sent.
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// What to do next, in a sentence or two; `None` where the message says it.
    ///
    /// ```
    /// use partner_center_orders::{CredentialErrorKind, SignIn};
    /// use partner_center_sim::Simulator;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let simulator = Simulator::start().await?;
    /// let error = SignIn::new("contoso.onmicrosoft.com", "a11c7c6b-0a34-4e9e-8f0c-5d1f6d4a9b21")
    ///     .authority(simulator.base_url())
    ///     .client_credentials()
    ///     .unwrap_err();
    ///
    /// assert_eq!(error.kind(), CredentialErrorKind::Configuration);
    /// println!("{error}: {:?}", error.hint());
    /// # Ok(())
    /// # }
    /// ```
    pub fn hint(&self) -> Option<&'static str> {
        use CredentialErrorKind as Kind;
        if let Some(hint) = self.code().and_then(of_code) {
            return Some(hint);
        }
        Some(match self.kind() {
            Kind::InvalidClient => {
                "Check the application's id, that it is registered in this tenant, and its secret: the secret's value \
                 is wanted, not its id."
            }
            Kind::SecretExpired => {
                "The application's secret has expired: make a new one in its registration (Certificates & secrets), \
                 and use that."
            }
            Kind::InvalidGrant => {
                "Sign in again: the refresh token has expired, was revoked (by a changed password, say), or belongs to \
                 another application or tenant."
            }
            Kind::InteractionRequired => {
                "The user has to sign in again in a browser, with multi-factor authentication: Partner Center asks for it in \
                 every sign-in of a user."
            }
            Kind::ConsentRequired => {
                "An administrator of the tenant has to consent to the application's permission for Microsoft Partner \
                 Center (user_impersonation)."
            }
            Kind::ConditionalAccess => {
                "A conditional access policy of the tenant refuses this sign-in: its place, device or risk. Ask the \
                 tenant's administrator, who finds it in the sign-in log by the correlation id."
            }
            Kind::Declined => "The user declined. Begin again if that was not meant.",
            Kind::CodeExpired => "Begin again, and enter the new code within its time.",
            Kind::SignedOut => {
                "Sign in first, with a device code, say, and keep the refresh token in the store."
            }
            Kind::Store => "Mend the place where the refresh token is kept, and try again.",
            Kind::Network => "Check the authority, the network and the proxy, and try again.",
            Kind::Timeout | Kind::Server => "Try again in some minutes.",
            Kind::Throttled => {
                "Too many tokens are asked for. Wait as long as the authority asks, and let calls share one credential, \
                 which keeps its token."
            }
            Kind::Redirect | Kind::Unreadable => {
                "Check the authority and the proxy: what answers does not speak like Microsoft Entra ID."
            }
            Kind::Other | Kind::Configuration | Kind::Refused => return None,
        })
    }
}

/// What a number says that its kind does not.
fn of_code(code: u64) -> Option<&'static str> {
    Some(match code {
        90_002 | 900_023 => {
            "Check the tenant, and that it is one of this cloud: no such tenant is known there."
        }
        500_011 | 650_052 | 650_057 => {
            "The tenant does not know Partner Center as a service, or the application has no permission for it: check \
             the cloud, and add Microsoft Partner Center to the application's permissions."
        }
        7_000_112 => "The application is disabled in its registration: enable it.",
        700_025 => "The application is a public one: sign in without a secret.",
        7_000_218 => {
            "The application has to say its secret; or allow public client flows in its registration, for a device code."
        }
        50_057 => "The user's account is disabled: sign in as another user, or have it enabled.",
        _ => return None,
    })
}

impl fmt::Display for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        if self.0.attempts > 1 {
            write!(f, " (after {} attempts)", self.0.attempts)?;
        }
        Ok(())
    }
}

impl fmt::Debug for CredentialError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialError")
            .field("kind", &self.0.kind)
            .field("message", &self.0.message)
            .field("status", &self.0.status)
            .field("error", &self.0.refusal.error)
            .field("code", &self.0.refusal.code)
            .field("attempts", &self.0.attempts)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for CredentialError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
