//! How does one get a token?
//!
//! Two token endpoints of Microsoft Entra ID are imitated: the newer one (v2.0), which asks for scopes, and the older one,
//! which asks for a resource and writes numbers as text. Beside the newer one is the endpoint where a device without a
//! browser begins.

use chrono::{DateTime, Utc};
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HOST, HeaderValue, PRAGMA};
use http::{HeaderMap, Method, StatusCode, request};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::answer::Answer;
use crate::application::Application;
use crate::device_page;
use crate::keeper::Keeper;
use crate::request::pair;
use crate::sign_in_error::{Denied, SignInError};
use crate::sign_in_rules::SignInRules;
use crate::state::State;
use crate::token::{Grant, Tokens, User};

/// What a user lets the application do.
const USER_SCOPE: &str = "user_impersonation";
/// What an application that acts alone asks for: all that it was granted.
const DEFAULT_SCOPE: &str = "/.default";
/// What a device asks for that wants a refresh token.
const OFFLINE_SCOPE: &str = "offline_access";
/// How a device asks whether somebody approved.
const DEVICE_GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// What is meant when a user's application does not say.
const PARTNER_CENTER: &str = "https://api.partnercenter.microsoft.com";

/// An endpoint of a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Endpoint {
    tenant: String,
    purpose: Purpose,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    Token(Version),
    DeviceCode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    /// With `resource`, and numbers as text.
    First,
    /// With `scope`.
    Second,
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
        let purpose = match rest {
            "oauth2/v2.0/token" => Purpose::Token(Version::Second),
            "oauth2/token" => Purpose::Token(Version::First),
            "oauth2/v2.0/devicecode" => Purpose::DeviceCode,
            _ => return None,
        };
        let tenant = percent_decode_str(tenant).decode_utf8_lossy().into_owned();
        (!tenant.is_empty()).then_some(Self { tenant, purpose })
    }

    /// Answers a request. The number makes up ids.
    pub(crate) fn answer(
        &self,
        keeper: &Keeper,
        rules: &SignInRules,
        (head, body): (&request::Parts, &[u8]),
        number: usize,
    ) -> Answer {
        let mut headers = unkept();
        let granted = if head.method == Method::POST {
            let body = if is_form(&head.headers) { body } else { b"" };
            let body = String::from_utf8_lossy(body);
            keeper.change(|state| {
                let (form, now) = (Form(&body), state.time.now());
                match self.purpose {
                    Purpose::Token(version) => self.granted(state, (rules, version), &form, now),
                    Purpose::DeviceCode => begun(state, rules, (head, &form), now),
                }
            })
        } else {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
            Err(Denied::method())
        };
        match granted {
            Ok(granted) => Answer::json(StatusCode::OK, headers, &granted),
            Err(denied) => denied.answer(headers, keeper.read().time.now(), number),
        }
    }

    fn granted(
        &self,
        state: &mut State,
        (rules, version): (&SignInRules, Version),
        form: &Form<'_>,
        now: DateTime<Utc>,
    ) -> Result<Value, Denied> {
        let grant_type = form.required("grant_type")?;
        let application = form.required("client_id")?;
        let known = rules.application(&application)?;
        let secret = form.get("client_secret");
        if secret.as_deref().is_some_and(str::is_empty) {
            return Err(SignInError::ClientSecretWrong.into());
        }
        known.map_or(Ok(()), |known| known.admit(secret.as_deref()))?;
        let (audience, user, is_renewable) = match (grant_type.as_str(), version) {
            ("client_credentials", _) => {
                secret.ok_or(SignInError::ClientSecretMissing)?;
                (audience_of_application(version, form)?, None, false)
            }
            ("refresh_token", _) => {
                let refresh_token = form.required("refresh_token")?;
                known.map_or(Ok(()), Application::act_for_user)?;
                state
                    .tokens
                    .renew(&refresh_token, &application, rules, now)?;
                (audience_of_renewal(version, form), Some(rules.user), true)
            }
            (DEVICE_GRANT, Version::Second) => {
                let device_code = form.required("device_code")?;
                let scope = state.devices.redeem(&device_code, &application, now)?;
                let is_renewable = scope.split(' ').any(|scope| scope == OFFLINE_SCOPE);
                let audience = audience_of_user(audience_of_scopes(&scope));
                (audience, Some(rules.user), is_renewable)
            }
            _ => {
                let description = "This endpoint knows no such grant type.";
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
        let mut said = said(&mut state.tokens, (rules, version), &grant, now);
        if is_renewable {
            let renewal = state.tokens.renewal(&application, rules, now);
            said.insert("refresh_token".to_owned(), json!(renewal));
        }
        Ok(Value::Object(said))
    }
}

/// Headers of what nobody is to keep.
pub(crate) fn unkept() -> HeaderMap {
    HeaderMap::from_iter([
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (PRAGMA, HeaderValue::from_static("no-cache")),
    ])
}

/// Gives a device its codes.
fn begun(
    state: &mut State,
    rules: &SignInRules,
    (head, form): (&request::Parts, &Form<'_>),
    now: DateTime<Utc>,
) -> Result<Value, Denied> {
    let application = form.required("client_id")?;
    rules.application(&application)?;
    let scope = form.required("scope")?;
    let codes = state.devices.begin(&application, &scope, rules, now);
    let page = format!("http://{}{}", host(head), device_page::PATH);
    let message = format!(
        "To sign in, open the page {page} in a web browser and enter the code {}.",
        codes.user_code
    );
    Ok(json!({
        "user_code": codes.user_code,
        "device_code": codes.device_code,
        "verification_uri": page,
        "expires_in": rules.device_code_lifetime.num_seconds(),
        "interval": rules.device_interval,
        "message": message,
    }))
}

/// The name under which the simulator was reached.
fn host(head: &request::Parts) -> &str {
    let host = || head.headers.get(HOST)?.to_str().ok();
    let authority = head.uri.authority().map(|authority| authority.as_str());
    authority.or_else(host).unwrap_or("localhost")
}

fn audience_of_application(version: Version, form: &Form<'_>) -> Result<String, Denied> {
    match version {
        Version::First => form.required("resource"),
        Version::Second => {
            let scope = form.required("scope")?;
            match scope.strip_suffix(DEFAULT_SCOPE) {
                Some(audience) if !audience.is_empty() && !audience.contains(' ') => {
                    Ok(audience.to_owned())
                }
                _ => {
                    let description = "An application asks for one scope, which ends in /.default.";
                    Err(Denied::request("invalid_scope", 1_002_012, description))
                }
            }
        }
    }
}

fn audience_of_renewal(version: Version, form: &Form<'_>) -> String {
    audience_of_user(match version {
        Version::First => form.get("resource"),
        Version::Second => form
            .get("scope")
            .and_then(|scopes| audience_of_scopes(&scopes)),
    })
}

fn audience_of_scopes(scopes: &str) -> Option<String> {
    // `openid` and the like name no audience.
    let scope = scopes.split(' ').find(|scope| scope.contains("://"))?;
    let (audience, _) = scope.rsplit_once('/')?;
    Some(audience.to_owned())
}

/// A user's application that does not say for what is for Partner Center.
fn audience_of_user(named: Option<String>) -> String {
    named
        .filter(|audience| !audience.trim().is_empty())
        .unwrap_or_else(|| PARTNER_CENTER.to_owned())
}

/// The token, and what is said about it.
fn said(
    tokens: &mut Tokens,
    (rules, version): (&SignInRules, Version),
    grant: &Grant<'_>,
    now: DateTime<Utc>,
) -> Map<String, Value> {
    let seconds = rules.token_lifetime.num_seconds();
    let mut said = Map::new();
    said.insert("token_type".to_owned(), json!("Bearer"));
    let mut number = |name: &str, value: i64| {
        let value = match version {
            Version::First => json!(value.to_string()),
            Version::Second => json!(value),
        };
        said.insert(name.to_owned(), value);
    };
    number("expires_in", seconds);
    number("ext_expires_in", seconds);
    if version == Version::First {
        number("expires_on", now.timestamp().saturating_add(seconds));
        number("not_before", now.timestamp());
        said.insert("resource".to_owned(), json!(grant.audience));
    }
    if let Some(User { .. }) = grant.user {
        let scope = match version {
            Version::First => USER_SCOPE.to_owned(),
            Version::Second => format!("{}/{USER_SCOPE}", grant.audience),
        };
        said.insert("scope".to_owned(), json!(scope));
    }
    let token = tokens.issue(grant, rules, now);
    said.insert("access_token".to_owned(), json!(token));
    said
}

/// Whether the headers call the body a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
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
    use super::{Endpoint, Purpose, Version};

    #[test]
    fn an_endpoint_belongs_to_a_tenant() {
        let at = |path| Endpoint::at(path).map(|endpoint| (endpoint.tenant, endpoint.purpose));
        let tenant = |purpose| Some(("a b".to_owned(), purpose));
        for (path, purpose) in [
            ("/a%20b/oauth2/v2.0/token", Purpose::Token(Version::Second)),
            ("/a%20b/oauth2/token", Purpose::Token(Version::First)),
            ("/a%20b/oauth2/v2.0/devicecode", Purpose::DeviceCode),
        ] {
            assert_eq!(at(path), tenant(purpose));
        }
        for path in [
            "",
            "/",
            "//oauth2/token",
            "/a/oauth2/token/",
            "/a/b/oauth2/token",
            "/oauth2/token",
            "/a/oauth2/devicecode",
        ] {
            assert_eq!(at(path), None, "{path}");
        }
    }
}
