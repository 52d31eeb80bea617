//! What does the authority say that is wrong?
//!
//! The words are those of OAuth 2.0 and of Microsoft Entra ID, the numbers those of its documented `AADSTS` codes.

use std::fmt;

use oauth2::ErrorResponse;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::form_urlencoded;

use crate::credential_error::{CredentialError, CredentialErrorKind as Kind, Refusal};

/// The body of a refusal. Only the word has to be there.
#[derive(Deserialize, Serialize)]
pub(super) struct Fault {
    error: String,
    #[serde(default)]
    error_description: Value,
    #[serde(default)]
    error_codes: Value,
    #[serde(default)]
    suberror: Value,
    #[serde(default)]
    correlation_id: Value,
}

impl ErrorResponse for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the authority refused")
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fault")
    }
}

impl Fault {
    /// What device code polls have of a refusal.
    pub(super) fn of_words(error: String, description: Option<&String>) -> Self {
        Self {
            error,
            error_description: description.map_or(Value::Null, |text| text.as_str().into()),
            error_codes: Value::Null,
            suberror: Value::Null,
            correlation_id: Value::Null,
        }
    }

    /// The error for people and programs. What repeats one of the secrets is left out.
    pub(super) fn into_error(self, secrets: &[SecretString]) -> CredentialError {
        let kind = self.kind();
        let refusal = self.into_refusal().without(secrets);
        let word = refusal
            .error
            .as_deref()
            .unwrap_or("an error that is no word");
        let number = refusal
            .code
            .map(|code| format!(", AADSTS{code}"))
            .unwrap_or_default();
        let message = format!("the authority refused: {word}{number}");
        CredentialError::of_kind(kind, message).with_refusal(refusal)
    }

    fn into_refusal(self) -> Refusal {
        let code = self.codes().first().copied();
        let text = |value: Value| value.as_str().map(str::to_owned);
        Refusal {
            code,
            error: Some(self.error).filter(|word| is_word(word)),
            description: text(self.error_description),
            correlation_id: text(self.correlation_id).filter(|id| is_word(id)),
        }
    }

    /// The numbers in `error_codes`, or the one that the description begins with.
    fn codes(&self) -> Vec<u64> {
        let numbers = self.error_codes.as_array().into_iter().flatten();
        let numbers: Vec<u64> = numbers.filter_map(Value::as_u64).collect();
        if !numbers.is_empty() {
            return numbers;
        }
        let text = self.error_description.as_str().unwrap_or_default();
        let Some((_, rest)) = text.split_once("AADSTS") else {
            return Vec::new();
        };
        let end = rest
            .find(|sign: char| !sign.is_ascii_digit())
            .unwrap_or(rest.len());
        rest[..end].parse().into_iter().collect()
    }

    fn kind(&self) -> Kind {
        match self.error.as_str() {
            // Of a device code: the word says more than the number.
            "authorization_declined" => return Kind::Declined,
            "expired_token" | "code_expired" => return Kind::CodeExpired,
            _ => {}
        }
        if let Some(kind) = self.codes().into_iter().find_map(of_code) {
            return kind;
        }
        match (self.error.as_str(), self.suberror.as_str()) {
            ("consent_required", _) | (_, Some("consent_required")) => Kind::ConsentRequired,
            ("interaction_required" | "login_required", _) => Kind::InteractionRequired,
            ("invalid_client" | "unauthorized_client", _) => Kind::InvalidClient,
            ("access_denied", _) => Kind::Declined,
            ("invalid_grant", _) => Kind::InvalidGrant,
            ("temporarily_unavailable" | "server_error", _) => Kind::Server,
            _ => Kind::Refused,
        }
    }
}

/// What a number says more exactly than its word: one word, `invalid_grant`, stands for most of these.
fn of_code(code: u64) -> Option<Kind> {
    Some(match code {
        7_000_222 => Kind::SecretExpired,
        // Unknown application, wrong secret, no secret.
        700_016 | 7_000_215 | 7_000_218 => Kind::InvalidClient,
        // No consent; declined; only an administrator can.
        65_001 | 65_004 | 90_094 => Kind::ConsentRequired,
        // Device, place, application or risk; a challenge of somebody else's.
        50_097 | 50_131 | 50_158 | 53_000..=53_011 | 530_000..=530_099 => Kind::ConditionalAccess,
        // Multi-factor authentication; no session.
        50_058 | 50_072 | 50_074 | 50_076 | 50_079 => Kind::InteractionRequired,
        _ => return None,
    })
}

impl Refusal {
    /// A description that repeats a secret is dropped: who answers so may be anybody.
    fn without(mut self, secrets: &[SecretString]) -> Self {
        let repeats = |text: &str| {
            secrets.iter().any(|secret| {
                let secret = secret.expose_secret();
                let encoded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
                !secret.is_empty() && (text.contains(secret) || text.contains(&encoded))
            })
        };
        self.description = self.description.filter(|text| !repeats(text));
        self.error = self.error.filter(|text| !repeats(text));
        self.correlation_id = self.correlation_id.filter(|text| !repeats(text));
        self
    }
}

/// Reads what there is of a refusal in the body of an answer that failed anyway.
pub(super) fn read(body: &[u8], secrets: &[SecretString]) -> Option<Refusal> {
    let fault: Fault = serde_json::from_slice(body).ok()?;
    Some(fault.into_refusal().without(secrets))
}

/// Whether a text can stand in a message. It is from outside and could be anything.
fn is_word(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(is_plain)
}
