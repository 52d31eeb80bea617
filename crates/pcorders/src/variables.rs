//! What does the environment say?
//!
//! The one place of the command where it is read. A variable is looked at when it is asked for, so that one that a flag
//! makes unimportant can hold anything.

use std::collections::BTreeMap;
use std::ffi::OsString;

use clap::ValueEnum;
use partner_center_orders::{ExposeSecret, SecretString};

use crate::args::Environment;
use crate::failure::Failure;
use crate::secrets::known;

const ENVIRONMENT: &str = "PARTNERCENTER_ENVIRONMENT";
pub(crate) const ENDPOINT: &str = "PARTNERCENTER_ENDPOINT";
pub(crate) const AUTHORITY: &str = "PARTNERCENTER_AUTHORITY";
pub(crate) const ACCESS_TOKEN: &str = "PARTNERCENTER_ACCESS_TOKEN";
/// Tenant, application, secret.
const OURS: [&str; 3] = [
    "PARTNERCENTER_TENANT_ID",
    "PARTNERCENTER_CLIENT_ID",
    "PARTNERCENTER_CLIENT_SECRET",
];
pub(crate) const REFRESH_TOKEN: &str = "PARTNERCENTER_REFRESH_TOKEN";
/// The same three, as other tools for Azure name them.
const AZURE: [&str; 3] = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"];

/// The variables, as they were when the command started.
#[derive(Clone, Debug, Default)]
pub(crate) struct Variables(BTreeMap<&'static str, OsString>);

/// What somebody signs in with whom the environment names. It is taken as a whole, from one family of names.
#[derive(Clone, Debug)]
pub(crate) enum Credentials {
    /// A token that somebody else got.
    AccessToken(SecretString),
    Application {
        tenant: String,
        client_id: String,
        client_secret: Option<SecretString>,
        refresh_token: Option<SecretString>,
        /// Whether the names are those of other tools.
        is_azure: bool,
    },
}

impl Variables {
    /// Those of the process. Whatever is secret in them is known from then on.
    pub(crate) fn of_process() -> Self {
        let places = [ENVIRONMENT, ENDPOINT, AUTHORITY];
        let secrets = [ACCESS_TOKEN, REFRESH_TOKEN, OURS[2], AZURE[2]];
        let names = [OURS[0], OURS[1], AZURE[0], AZURE[1]];
        let all = places.into_iter().chain(secrets).chain(names);
        let set = all.filter_map(|name| Some((name, std::env::var_os(name)?)));
        let variables = Self(set.collect());
        for name in secrets {
            if let Some(secret) = variables.0.get(name) {
                known::learn(&secret.to_string_lossy());
            }
        }
        variables
    }

    #[cfg(test)]
    pub(crate) fn of(pairs: &[(&'static str, &str)]) -> Self {
        Self(
            pairs
                .iter()
                .map(|(name, value)| (*name, value.into()))
                .collect(),
        )
    }

    /// A variable that is set to nothing is not set.
    fn text(&self, name: &str) -> Result<Option<String>, Failure> {
        let Some(value) = self.0.get(name).filter(|value| !value.is_empty()) else {
            return Ok(None);
        };
        let text = value.to_str().map(str::to_owned);
        text.map(Some)
            .ok_or_else(|| Failure::configuration(format!("{name} is not UTF-8")))
    }

    fn secret(&self, name: &str) -> Result<Option<SecretString>, Failure> {
        Ok(self.text(name)?.map(SecretString::from))
    }

    /// Which cloud is meant.
    pub(crate) fn environment(&self) -> Result<Option<Environment>, Failure> {
        let Some(text) = self.text(ENVIRONMENT)? else {
            return Ok(None);
        };
        let environment = Environment::from_str(&text, true);
        environment.map(Some).map_err(|_| {
            Failure::configuration(format!(
                "{ENVIRONMENT} must be global, us-gov, china or simulator"
            ))
        })
    }

    /// Where requests go. One that is set to nothing is a mistake in a script, which must not buy from the real service, or
    /// sign in there, instead.
    pub(crate) fn address(&self, name: &'static str) -> Result<Option<String>, Failure> {
        if self.0.get(name).is_some_and(|value| value.is_empty()) {
            let message = format!("{name} is set to nothing: set it to a base URL, or unset it");
            return Err(Failure::configuration(message));
        }
        self.text(name)
    }

    /// What to sign in with, if anything. A part of what is needed is a mistake, but for the names of other tools, which
    /// are there for many reasons: they count when all three are, and nothing of ours is.
    pub(crate) fn credentials(&self) -> Result<Option<Credentials>, Failure> {
        if let Some(token) = self.secret(ACCESS_TOKEN)? {
            let text = token.expose_secret();
            if !text.is_ascii() || text.contains(|sign: char| sign.is_ascii_control()) {
                let message = format!("{ACCESS_TOKEN} has characters that no access token has");
                return Err(Failure::configuration(message));
            }
            return Ok(Some(Credentials::AccessToken(token)));
        }
        let refresh_token = self.secret(REFRESH_TOKEN)?;
        let ours = self.application(OURS)?;
        if ours.is_empty() && refresh_token.is_none() {
            let azure = self.application(AZURE)?;
            return Ok(match (azure.tenant, azure.client_id, azure.client_secret) {
                (Some(tenant), Some(client_id), secret @ Some(_)) => {
                    Some(Credentials::Application {
                        tenant,
                        client_id,
                        client_secret: secret,
                        refresh_token: None,
                        is_azure: true,
                    })
                }
                _ => None,
            });
        }
        let has_secret = ours.client_secret.is_some() || refresh_token.is_some();
        let missing = [
            (OURS[0].to_owned(), ours.tenant.is_none()),
            (OURS[1].to_owned(), ours.client_id.is_none()),
            (format!("{} or {REFRESH_TOKEN}", OURS[2]), !has_secret),
        ];
        match (ours.tenant, ours.client_id) {
            (Some(tenant), Some(client_id)) if has_secret => Ok(Some(Credentials::Application {
                tenant,
                client_id,
                client_secret: ours.client_secret,
                refresh_token,
                is_azure: false,
            })),
            _ => {
                let missing = missing.into_iter().filter(|(_, is_missing)| *is_missing);
                let missing = missing.map(|(name, _)| format!("{name} is missing"));
                Err(Failure::configuration(format!(
                    "the environment names a part of what to sign in with: {}",
                    missing.collect::<Vec<_>>().join(", ")
                )))
            }
        }
    }

    fn application(&self, [tenant, client_id, secret]: [&str; 3]) -> Result<Application, Failure> {
        Ok(Application {
            tenant: self.text(tenant)?,
            client_id: self.text(client_id)?,
            client_secret: self.secret(secret)?,
        })
    }
}

/// One family of names.
struct Application {
    tenant: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
}

impl Application {
    fn is_empty(&self) -> bool {
        self.tenant.is_none() && self.client_id.is_none() && self.client_secret.is_none()
    }
}
