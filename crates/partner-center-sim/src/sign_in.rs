//! How does one get a token?
//!
//! Two token endpoints of Microsoft Entra ID are imitated: the newer one (v2.0), which asks for scopes, and the older one,
//! which asks for a resource and writes numbers as text.

use std::io;

use chrono::{DateTime, SecondsFormat, Utc};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, PRAGMA};
use http::{HeaderMap, Method, StatusCode, request};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::keeper::Keeper;
use crate::request::pair;
use crate::token::{Grant, TokenRules, Tokens, User};

/// What a user lets the application do.
const USER_SCOPE: &str = "user_impersonation";
/// What an application that acts alone asks for: all that it was granted.
const DEFAULT_SCOPE: &str = "/.default";
/// What is meant when a renewal does not say.
const PARTNER_CENTER: &str = "https://api.partnercenter.microsoft.com";

/// A token endpoint of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    tenant: String,
    version: Version,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    /// With `resource`, and numbers as text.
    First,
    /// With `scope`.
    Second,
}

/// Why there is no token.
struct Denied {
    status: StatusCode,
    error: &'static str,
    code: u64,
    description: String,
}

#[derive(Serialize)]
struct TokenFault<'d> {
    error: &'d str,
    error_description: String,
    error_codes: [u64; 1],
    timestamp: String,
    trace_id: String,
    correlation_id: String,
}

impl Denied {
    fn request(error: &'static str, code: u64, description: impl Into<String>) -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            error,
            code,
            description: description.into(),
        }
    }

    fn missing(name: &str) -> Self {
        let description = format!("The form has no '{name}'.");
        Self::request("invalid_request", 900_144, description)
    }

    fn client(code: u64, description: &str) -> Self {
        Self {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_client",
            code,
            description: description.to_owned(),
        }
    }
}

/// A token that cannot be saved is not handed out.
impl From<io::Error> for Denied {
    fn from(error: io::Error) -> Self {
        Self {
            status: StatusCode::INTERNAL_SERVER_ERROR,
            ..Self::request("server_error", 50_000, error.to_string())
        }
    }
}

/// The form of a token request.
struct Form<'f>(&'f str);

impl Form<'_> {
    fn get(&self, name: &str) -> Option<String> {
        pair(self.0, name).map(|pair| pair.value)
    }

    fn required(&self, name: &str) -> Result<String, Denied> {
        self.get(name)
            .filter(|value| !value.trim().is_empty())
            .ok_or_else(|| Denied::missing(name))
    }
}

impl Endpoint {
    /// The endpoint at a path, if there is one.
    pub(crate) fn at(path: &str) -> Option<Self> {
        let (tenant, rest) = path.strip_prefix('/')?.split_once('/')?;
        let version = match rest {
            "oauth2/v2.0/token" => Version::Second,
            "oauth2/token" => Version::First,
            _ => return None,
        };
        let tenant = percent_decode_str(tenant).decode_utf8_lossy().into_owned();
        (!tenant.is_empty()).then_some(Self { tenant, version })
    }

    /// Answers a request for a token. The number makes up ids.
    pub(crate) fn answer(
        &self,
        keeper: &Keeper,
        rules: TokenRules,
        (head, body): (&request::Parts, &[u8]),
        number: usize,
    ) -> Answer {
        let mut headers = HeaderMap::new();
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        let granted = if head.method == Method::POST {
            let body = if is_form(&head.headers) { body } else { b"" };
            let body = String::from_utf8_lossy(body);
            keeper.change(|state| {
                let now = state.time.now();
                self.granted(&mut state.tokens, rules, &Form(&body), now)
            })
        } else {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
            Err(Denied {
                status: StatusCode::METHOD_NOT_ALLOWED,
                ..Denied::request("invalid_request", 900_561, "Tokens are asked for by POST.")
            })
        };
        match granted {
            Ok(granted) => Answer::json(StatusCode::OK, headers, &granted),
            Err(denied) => {
                let fault = TokenFault {
                    error: denied.error,
                    error_description: format!("AADSTS{}: {}", denied.code, denied.description),
                    error_codes: [denied.code],
                    timestamp: keeper
                        .read()
                        .time
                        .now()
                        .to_rfc3339_opts(SecondsFormat::Secs, true)
                        .replace('T', " "),
                    trace_id: format!("{number:08x}-0000-4000-8000-000000000003"),
                    correlation_id: format!("{number:08x}-0000-4000-8000-000000000004"),
                };
                Answer::json(denied.status, headers, &fault)
            }
        }
    }

    fn granted(
        &self,
        tokens: &mut Tokens,
        rules: TokenRules,
        form: &Form<'_>,
        now: DateTime<Utc>,
    ) -> Result<Value, Denied> {
        let grant_type = form.required("grant_type")?;
        let application = form.required("client_id")?;
        let secret = form.get("client_secret");
        if secret.as_deref().is_some_and(str::is_empty) {
            return Err(Denied::client(7_000_215, "The client secret is empty."));
        }
        let (audience, user) = match grant_type.as_str() {
            "client_credentials" => {
                secret.ok_or_else(|| {
                    Denied::client(7_000_218, "An application signs in with a secret.")
                })?;
                (self.audience_of_application(form)?, None)
            }
            "refresh_token" => {
                let refresh_token = form.required("refresh_token")?;
                if !tokens.may_renew(&refresh_token, &application) {
                    let description = "The refresh token is not one of this application.";
                    return Err(Denied::request("invalid_grant", 70_000, description));
                }
                (self.audience_of_user(form), Some(rules.user))
            }
            _ => {
                let description = "The grant type is none of client_credentials and refresh_token.";
                return Err(Denied::request(
                    "unsupported_grant_type",
                    70_003,
                    description,
                ));
            }
        };
        let grant = Grant {
            tenant: &self.tenant,
            application: &application,
            audience: &audience,
            user,
        };
        Ok(self.said(tokens, rules, &grant, now))
    }

    fn audience_of_application(&self, form: &Form<'_>) -> Result<String, Denied> {
        match self.version {
            Version::First => form.required("resource"),
            Version::Second => {
                let scope = form.required("scope")?;
                match scope.strip_suffix(DEFAULT_SCOPE) {
                    Some(audience) if !audience.is_empty() && !audience.contains(' ') => {
                        Ok(audience.to_owned())
                    }
                    _ => {
                        let description =
                            "An application asks for one scope, which ends in /.default.";
                        Err(Denied::request("invalid_scope", 1_002_012, description))
                    }
                }
            }
        }
    }

    /// A renewal that does not say for what is for Partner Center.
    fn audience_of_user(&self, form: &Form<'_>) -> String {
        let audience = match self.version {
            Version::First => form.get("resource"),
            Version::Second => form.get("scope").and_then(|scopes| {
                // `openid` and the like name no audience.
                let scope = scopes.split(' ').find(|scope| scope.contains("://"))?;
                let (audience, _) = scope.rsplit_once('/')?;
                Some(audience.to_owned())
            }),
        };
        audience
            .filter(|audience| !audience.trim().is_empty())
            .unwrap_or_else(|| PARTNER_CENTER.to_owned())
    }

    /// The token, and what is said about it.
    fn said(
        &self,
        tokens: &mut Tokens,
        rules: TokenRules,
        grant: &Grant<'_>,
        now: DateTime<Utc>,
    ) -> Value {
        let seconds = rules.lifetime.num_seconds();
        let mut said = Map::new();
        said.insert("token_type".to_owned(), json!("Bearer"));
        let mut number = |name: &str, value: i64| {
            let value = match self.version {
                Version::First => json!(value.to_string()),
                Version::Second => json!(value),
            };
            said.insert(name.to_owned(), value);
        };
        number("expires_in", seconds);
        number("ext_expires_in", seconds);
        if self.version == Version::First {
            number("expires_on", now.timestamp().saturating_add(seconds));
            number("not_before", now.timestamp());
            said.insert("resource".to_owned(), json!(grant.audience));
        }
        if let Some(User { .. }) = grant.user {
            let scope = match self.version {
                Version::First => USER_SCOPE.to_owned(),
                Version::Second => format!("{}/{USER_SCOPE}", grant.audience),
            };
            said.insert("scope".to_owned(), json!(scope));
            let renewal = tokens.renewal(grant.application);
            said.insert("refresh_token".to_owned(), json!(renewal));
        }
        let token = tokens.issue(grant, rules.lifetime, now);
        said.insert("access_token".to_owned(), json!(token));
        Value::Object(said)
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let value = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kind = value.and_then(|value| value.split(';').next());
    kind.is_some_and(|kind| {
        kind.trim()
            .eq_ignore_ascii_case("application/x-www-form-urlencoded")
    })
}

#[cfg(test)]
mod tests {
    use super::{Endpoint, Version};

    #[test]
    fn an_endpoint_belongs_to_a_tenant() {
        let at = |path| Endpoint::at(path).map(|endpoint| (endpoint.tenant, endpoint.version));
        let tenant = |version| Some(("a b".to_owned(), version));
        assert_eq!(at("/a%20b/oauth2/v2.0/token"), tenant(Version::Second));
        assert_eq!(at("/a%20b/oauth2/token"), tenant(Version::First));
        for path in [
            "",
            "/",
            "//oauth2/token",
            "/a/oauth2/token/",
            "/a/b/oauth2/token",
            "/oauth2/token",
        ] {
            assert_eq!(at(path), None, "{path}");
        }
    }
}
