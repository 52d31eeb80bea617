//! Which secrets does the command keep for a profile, and how does a new one take the place of the old one?
//!
//! In one file, `secrets.toml`, that the user alone can read. Messages about it name lines and keys, and quote nothing.
//!
//! Beside the secrets stands where they were got. `profiles.toml` is another file, which people change, and which a sign-in
//! writes later: a profile that leads elsewhere by now does not take the secrets along.

pub(crate) mod known;
pub(crate) mod store;

use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;

use partner_center_orders::{ExposeSecret, SecretString};
use serde::Deserialize;
use toml_edit::{DocumentMut, Item, Table, value};

use crate::config::{self, ConfigError, Folder, Lock, Mistake, Readers, SECRETS};
use crate::profiles::Named;

const CLIENT_SECRET: &str = "client-secret";
const REFRESH_TOKEN: &str = "refresh-token";
const SIGNED_IN_TO: &str = "signed-in-to";

/// What is kept for one profile.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(from = "Written")]
pub(crate) struct Secrets {
    pub(crate) client_secret: Option<SecretString>,
    pub(crate) refresh_token: Option<SecretString>,
    /// Where they were got. Whoever writes the file by hand may leave it out.
    pub(crate) signed_in_to: Option<String>,
}

/// The secrets of a profile are not for the place that it leads to.
#[derive(Debug)]
pub(crate) struct Elsewhere(String);

impl fmt::Display for Elsewhere {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(name) = self;
        write!(
            f,
            "the profile {name} was changed or signed in again since: sign in again"
        )
    }
}

impl StdError for Elsewhere {}

/// The same, as the file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Written {
    client_secret: Option<String>,
    refresh_token: Option<String>,
    signed_in_to: Option<String>,
}

impl From<Written> for Secrets {
    fn from(written: Written) -> Self {
        let secret = |text: Option<String>| {
            let text = text.filter(|text| !text.is_empty())?;
            known::learn(&text);
            Some(SecretString::from(text))
        };
        Self {
            client_secret: secret(written.client_secret),
            refresh_token: secret(written.refresh_token),
            signed_in_to: written.signed_in_to,
        }
    }
}

impl Secrets {
    /// What is kept for a profile; nothing when nobody signed in.
    pub(crate) fn of(folder: &Folder, profile: &str) -> Result<Self, ConfigError> {
        let Some(text) = folder.read(SECRETS, Readers::Owner)? else {
            return Ok(Self::default());
        };
        let mut secrets: BTreeMap<String, Self> =
            config::parse(&text).map_err(|mistake| unquoted(&mistake, folder))?;
        Ok(secrets.remove(profile).unwrap_or_default())
    }

    /// Refuses to be used for a profile that leads to another place.
    pub(crate) fn check(&self, named: &Named) -> Result<(), Elsewhere> {
        let place = named.profile.signs_in_to();
        match &self.signed_in_to {
            Some(signed_in_to) if *signed_in_to != place => Err(Elsewhere(named.name.clone())),
            _ => Ok(()),
        }
    }

    /// Keeps these for a profile, and nothing else for it.
    pub(crate) fn keep(
        &self,
        folder: &Folder,
        lock: &Lock,
        profile: &str,
    ) -> Result<(), ConfigError> {
        let mut document = read(folder)?;
        let mut table = Table::new();
        for (key, secret) in [
            (CLIENT_SECRET, &self.client_secret),
            (REFRESH_TOKEN, &self.refresh_token),
        ] {
            if let Some(secret) = secret {
                table.insert(key, value(secret.expose_secret()));
            }
        }
        if let Some(place) = &self.signed_in_to {
            table.insert(SIGNED_IN_TO, value(place));
        }
        document.insert(profile, Item::Table(table));
        folder.write(lock, SECRETS, &document.to_string())
    }
}

/// Puts a new refresh token into the place of the old one.
pub(crate) fn renew(
    folder: &Folder,
    lock: &Lock,
    profile: &str,
    token: &SecretString,
) -> Result<(), ConfigError> {
    let mut document = read(folder)?;
    let Some(table) = document.get_mut(profile).and_then(Item::as_table_like_mut) else {
        return Err(ConfigError::new(format!(
            "the profile {profile} was signed out meanwhile"
        )));
    };
    table.insert(REFRESH_TOKEN, value(token.expose_secret()));
    folder.write(lock, SECRETS, &document.to_string())
}

/// Forgets what is kept for a profile. `false` when nothing was.
pub(crate) fn forget(folder: &Folder, lock: &Lock, profile: &str) -> Result<bool, ConfigError> {
    let mut document = read(folder)?;
    if document.remove(profile).is_none() {
        return Ok(false);
    }
    folder.write(lock, SECRETS, &document.to_string())?;
    Ok(true)
}

/// The file, to be changed; it was looked at whole before.
fn read(folder: &Folder) -> Result<DocumentMut, ConfigError> {
    let Some(text) = folder.read(SECRETS, Readers::Owner)? else {
        return Ok(DocumentMut::new());
    };
    config::parse::<BTreeMap<String, Secrets>>(&text)
        .map_err(|mistake| unquoted(&mistake, folder))?;
    text.parse::<DocumentMut>()
        .map_err(|_| ConfigError::new("the file of secrets is no TOML"))
}

/// Says where the mistake is, and quotes nothing: what is wrong may be a secret.
fn unquoted(mistake: &Mistake, folder: &Folder) -> ConfigError {
    let place = mistake.place(&folder.file(SECRETS));
    let key = mistake.key.as_deref();
    let key = key.and_then(|key| {
        let known = [CLIENT_SECRET, REFRESH_TOKEN, SIGNED_IN_TO];
        known.into_iter().find(|known| key.ends_with(known))
    });
    ConfigError::new(match key {
        Some(key) => format!("{place}: {key} must be a text in quotes"),
        None => format!(
            "{place}: there must be nothing but a [table] for each profile, with {CLIENT_SECRET} and {REFRESH_TOKEN}"
        ),
    })
}
