//! What does the authority say that is wrong?
//!
//! The words are those of OAuth 2.0 and of Microsoft Entra ID, the numbers those of its documented `AADSTS` codes.

use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use crate::credential_error::{CredentialError, CredentialErrorKind as Kind, Refusal};

/// The body of a refusal. Only the word has to be there.
#[derive(Deserialize)]
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

impl Fault {
    /// Whether a device code waits for its user.
    pub(super) fn is_pending(&self) -> bool {
        matches!(self.error.as_str(), "authorization_pending" | "slow_down")
    }

    /// The error for people and programs. A user may be there, who decides.
    pub(super) fn into_error(self, secrets: &[SecretString], is_of_user: bool) -> CredentialError {
        let kind = self.kind(is_of_user);
        let refusal = self.into_refusal(secrets);
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

    /// What it says. What repeats one of the secrets is left out.
    pub(super) fn into_refusal(self, secrets: &[SecretString]) -> Refusal {
        let code = self.codes().first().copied();
        let text = |value: Value| value.as_str().map(str::to_owned);
        Refusal {
            code,
            error: Some(self.error).filter(|word| is_word(word)),
            description: text(self.error_description),
            correlation_id: text(self.correlation_id).filter(|id| is_word(id)),
        }
        .without(secrets)
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

    fn kind(&self, is_of_user: bool) -> Kind {
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
            ("access_denied", _) if is_of_user => Kind::Declined,
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
        // Unknown application; its secret is wrong, missing or unexpected; it is disabled.
        700_016 | 700_025 | 7_000_112 | 7_000_215 | 7_000_218 => Kind::InvalidClient,
        // No consent; declined; only an administrator can.
        65_001 | 65_004 | 90_094 => Kind::ConsentRequired,
        // Device, place, application or risk; a challenge of somebody else's.
        50_097 | 50_131 | 50_158 | 53_000..=53_011 | 530_000..=530_099 => Kind::ConditionalAccess,
        // No session; multi-factor authentication, and one that was too long ago.
        50_058 | 50_072 | 50_074 | 50_076 | 50_078 | 50_079 => Kind::InteractionRequired,
        // Too many requests of the tenant, or in a loop.
        50_196 | 90_055 => Kind::Throttled,
        _ => return None,
    })
}

/// No more of a description is kept, or looked at.
const LONGEST_DESCRIPTION: usize = 4_000;

/// So many letters and digits in a row of a secret are a part of it, and no coincidence.
const PART: usize = 12;
const SHORTEST: usize = 8;

impl Refusal {
    /// What repeats a secret is dropped: who answers so may be anybody.
    fn without(self, secrets: &[SecretString]) -> Self {
        let secrets: Vec<String> = secrets
            .iter()
            .map(|secret| plain(secret.expose_secret()))
            .collect();
        let kept = |text: Option<String>| text.filter(|text| !repeats(text, &secrets));
        Self {
            error: kept(self.error),
            description: kept(self.description.map(shortened)),
            correlation_id: kept(self.correlation_id),
            ..self
        }
    }
}

/// Whether a text has a secret in it, or a part of one: in other letters, percent-encoded, or split. What is very short is no
/// secret, and is in every text.
fn repeats(text: &str, secrets: &[String]) -> bool {
    let text = plain(text);
    secrets
        .iter()
        .filter(|secret| secret.len() >= SHORTEST)
        .any(|secret| {
            let length = secret.len().min(PART);
            (0..=secret.len() - length).any(|start| text.contains(&secret[start..start + length]))
        })
}

/// The letters and digits of a text, all small, after its percent-encoding.
fn plain(text: &str) -> String {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    let decoded = percent_decode_str(&decoded)
        .decode_utf8_lossy()
        .into_owned();
    let plain = decoded.chars().filter(char::is_ascii_alphanumeric);
    plain.map(|sign| sign.to_ascii_lowercase()).collect()
}

fn shortened(text: String) -> String {
    text.chars().take(LONGEST_DESCRIPTION).collect()
}

/// Reads a refusal from a body, if it is one.
pub(super) fn read(body: &[u8]) -> Option<Fault> {
    serde_json::from_slice(body).ok()
}

/// Whether a text can stand in a message. It is from outside and could be anything.
fn is_word(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(is_plain)
}
