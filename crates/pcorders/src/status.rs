//! Who is signed in, and what would the service say to that?

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use partner_center_orders::{AccessToken, TokenClaims};
use serde::Serialize;

use crate::args::Environment;
use crate::failure::Failure;
use crate::output::{Output, table};
use crate::profiles::{Named, Way};
use crate::secrets::known::hidden;
use crate::target::{Identity, Service};
use crate::variables::Credentials;

/// What is known of who is signed in. The JSON form is part of the command's contract. What a token says of itself is not
/// verified; what it does not say is null.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    /// `profile`, `environment`, `azure` or `simulator`.
    source: &'static str,
    profile: Option<String>,
    sandbox: bool,
    /// `device-code`, `refresh-token`, `client-secret` or `access-token`.
    sign_in: Option<&'static str>,
    environment: &'static str,
    tenant: Option<String>,
    application: Option<String>,
    user: Option<String>,
    /// `user` or `application`.
    acts_as: Option<&'static str>,
    audience: Option<String>,
    mfa: Option<bool>,
    expires_at: Option<String>,
    expires_in_seconds: Option<i64>,
    endpoint: Option<String>,
    authority: Option<String>,
    /// Why the service would not accept the token.
    problem: Option<String>,
}

impl Status {
    /// With the embedded simulator nobody signs in.
    pub(crate) fn simulated() -> Self {
        Self {
            source: "simulator",
            environment: Environment::Simulator.as_str(),
            ..Self::default()
        }
    }

    /// What is known of a token that was handed out.
    pub(crate) fn of(service: &Service, token: &AccessToken) -> Self {
        let now = Utc::now();
        let claims = TokenClaims::read(token).unwrap_or_default();
        // Whoever hands out a token can write anything into it.
        let owned = |text: Option<&str>| text.map(|text| hidden(text.to_owned()));
        // What was measured here does not depend on whose clock is right.
        let end = token.expires_at().or(claims.expires_at()).and_then(instant);
        let endpoint = service
            .endpoint
            .as_deref()
            .unwrap_or(service.cloud.endpoint());
        let mut status = Self {
            environment: service.environment.as_str(),
            tenant: owned(claims.tenant_id()),
            application: owned(claims.application_id()),
            user: owned(claims.user()),
            acts_as: claims.is_application().map(|alone| match alone {
                true => "application",
                false => "user",
            }),
            audience: owned(claims.audience()),
            mfa: claims.has_mfa(),
            expires_at: end.map(|end| end.to_rfc3339_opts(SecondsFormat::Secs, true)),
            expires_in_seconds: end.map(|end| (end - now).num_seconds()),
            endpoint: Some(endpoint.to_owned()),
            authority: Some(service.authority().to_owned()),
            ..Self::default()
        };
        status.name_source(service);
        status.problem = status.problem(service);
        status
    }

    /// Says where the credentials are from, and with what the token is silent about.
    fn name_source(&mut self, service: &Service) {
        let (tenant, application) = match &service.identity {
            Identity::Nobody { .. } => return,
            Identity::Variables(Credentials::AccessToken(_)) => {
                self.source = "environment";
                self.sign_in = Some("access-token");
                // Nobody signs in.
                self.authority = None;
                return;
            }
            Identity::Variables(Credentials::Application {
                tenant,
                client_id,
                refresh_token,
                is_azure,
                ..
            }) => {
                self.source = if *is_azure { "azure" } else { "environment" };
                let way = match refresh_token {
                    Some(_) => Way::RefreshToken,
                    None => Way::ClientSecret,
                };
                self.sign_in = Some(way.as_str());
                (Some(tenant), Some(client_id))
            }
            Identity::Profile(Named { name, profile }) => {
                self.source = "profile";
                self.profile = Some(name.clone());
                self.sandbox = profile.sandbox;
                self.sign_in = profile.sign_in.map(Way::as_str);
                (profile.tenant.as_ref(), profile.client_id.as_ref())
            }
        };
        self.tenant = self.tenant.take().or_else(|| tenant.cloned());
        self.application = self.application.take().or_else(|| application.cloned());
    }

    fn problem(&self, service: &Service) -> Option<String> {
        if self.expires_in_seconds.is_some_and(|seconds| seconds <= 0) {
            return Some("the token has expired".to_owned());
        }
        let wanted = service.cloud.scope().trim_end_matches("/.default");
        // An audience can be written as an id as well, of which nothing is known.
        let other = self.audience.as_deref().filter(|audience| {
            audience.contains("://") && audience.trim_end_matches('/') != wanted
        });
        if let Some(other) = other {
            return Some(format!(
                "the token is for {other}, and one for {wanted} is needed"
            ));
        }
        if self.acts_as == Some("user") && self.mfa == Some(false) {
            return Some(
                "the user signed in without multi-factor authentication, which Partner Center asks for since April 2026"
                    .to_owned(),
            );
        }
        None
    }

    /// What is wrong with the token, as a failure.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match &self.problem {
            None => Ok(()),
            Some(problem) => Err(Failure::unusable_token(problem)),
        }
    }

    /// What is wrong with the token, in words.
    pub(crate) fn note(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    pub(crate) fn print(&self, output: &mut Output) -> Result<(), Failure> {
        output.value(self, Self::in_words)
    }

    fn in_words(&self) -> String {
        if self.source == "simulator" {
            return table(
                &["SIGNED IN", ""],
                [row("from", "the simulator: nobody signs in")],
            );
        }
        let said = |text: &Option<String>| text.clone().unwrap_or_else(|| "not said".to_owned());
        let from = match (&self.profile, self.source) {
            (Some(profile), _) => format!("the profile {profile}"),
            (None, "azure") => "the environment (AZURE_..)".to_owned(),
            (None, _) => "the environment".to_owned(),
        };
        let from = match self.sign_in {
            Some(way) => format!("{from}, {way}"),
            None => from,
        };
        let mut rows = vec![
            row(
                "user",
                &match self.acts_as {
                    Some("application") => "none: the application acts alone".to_owned(),
                    _ => said(&self.user),
                },
            ),
            row("application", &said(&self.application)),
            row("tenant", &said(&self.tenant)),
            row("environment", self.environment),
            row("audience", &said(&self.audience)),
            row(
                "MFA",
                match (self.acts_as, self.mfa) {
                    (Some("application"), _) => "not needed",
                    (_, Some(true)) => "yes",
                    (_, Some(false)) => "no",
                    (_, None) => "not said",
                },
            ),
            row("expires (UTC)", &self.expiry_in_words()),
            row("from", &from),
            row("endpoint", &said(&self.endpoint)),
        ];
        if let Some(authority) = &self.authority {
            rows.push(row("authority", authority));
        }
        if self.sandbox {
            rows.push(row("sandbox", "yes"));
        }
        table(&["SIGNED IN", ""], rows)
    }

    fn expiry_in_words(&self) -> String {
        let (Some(end), Some(seconds)) = (&self.expires_at, self.expires_in_seconds) else {
            return "not said".to_owned();
        };
        let end = end.replace('T', " ").replace('Z', "");
        let span = span(seconds.unsigned_abs());
        if seconds > 0 {
            format!("{end}, in {span}")
        } else {
            format!("{end}, {span} ago")
        }
    }
}

fn row(name: &str, value: &str) -> Vec<String> {
    vec![name.to_owned(), value.to_owned()]
}

/// A span of time to its two greatest units.
fn span(seconds: u64) -> String {
    match seconds {
        ..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        3600..86_400 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// The instant, where it can be written as a date.
fn instant(time: std::time::SystemTime) -> Option<DateTime<Utc>> {
    let since = time.duration_since(std::time::UNIX_EPOCH).ok()?;
    DateTime::UNIX_EPOCH.checked_add_signed(TimeDelta::from_std(since).ok()?)
}
