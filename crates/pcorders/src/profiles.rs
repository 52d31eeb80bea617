//! Which ways to sign in did the user write down?
//!
//! In `profiles.toml`, which people edit too: what is wrong with it is said with line and key, and a change by the command
//! leaves everything else as it stands there.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use toml_edit::{Document, DocumentMut, Item, Table, value};

use crate::args::Environment;
use crate::config::{self, ConfigError, Folder, Lock, Mistake, PROFILES, Readers};

/// The name of a profile that was given none.
pub(crate) const UNNAMED: &str = "default";

/// How somebody signs in.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Way {
    /// The application alone.
    ClientSecret,
    /// The application with the user whose refresh token was handed over.
    RefreshToken,
    /// The application with a user who enters a code.
    DeviceCode,
}

impl Way {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::ClientSecret => "client-secret",
            Self::RefreshToken => "refresh-token",
            Self::DeviceCode => "device-code",
        }
    }
}

/// A profile, without its secrets.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub(crate) struct Profile {
    /// This, the tenant and the application are there unless the profile is of the simulator.
    pub(crate) sign_in: Option<Way>,
    pub(crate) tenant: Option<String>,
    pub(crate) client_id: Option<String>,
    pub(crate) environment: Option<Environment>,
    pub(crate) endpoint: Option<String>,
    pub(crate) authority: Option<String>,
    pub(crate) sandbox: bool,
}

impl Profile {
    pub(crate) fn environment(&self) -> Environment {
        self.environment.unwrap_or_default()
    }

    /// Where it signs in, and as which application, by its own words alone: secrets made for this go nowhere else.
    pub(crate) fn signs_in_to(&self) -> String {
        let place = self.authority.as_deref();
        let place = place.unwrap_or(self.environment().as_str());
        let (tenant, application) = (self.tenant.as_deref(), self.client_id.as_deref());
        let (tenant, application) = (tenant.unwrap_or_default(), application.unwrap_or_default());
        format!("{place} {tenant} {application}")
    }

    /// A key that is not there and has to be.
    fn lacks(&self) -> Option<&'static str> {
        if self.environment() == Environment::Simulator {
            return None;
        }
        let keys = [
            ("sign-in", self.sign_in.is_some()),
            ("tenant", self.tenant.is_some()),
            ("client-id", self.client_id.is_some()),
        ];
        keys.into_iter()
            .find(|(_, is_there)| !is_there)
            .map(|(key, _)| key)
    }
}

/// A profile that was chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) name: String,
    pub(crate) profile: Profile,
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Profiles {
    path: PathBuf,
    pub(crate) default: Option<String>,
    profiles: BTreeMap<String, Profile>,
}

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    default: Option<String>,
    #[serde(default)]
    profiles: BTreeMap<String, Profile>,
}

impl Profiles {
    pub(crate) fn read(folder: &Folder) -> Result<Self, ConfigError> {
        let path = folder.file(PROFILES);
        match folder.read(PROFILES, Readers::Anybody)? {
            Some(text) => {
                Self::parse(&text, path.clone()).map_err(|mistake| mistake.in_file(&path))
            }
            None => Ok(Self {
                path,
                ..Self::default()
            }),
        }
    }

    pub(crate) fn parse(text: &str, path: PathBuf) -> Result<Self, Mistake> {
        let Written { default, profiles } = config::parse(text)?;
        let mistake = |key: &[&str], what: &str| Mistake {
            line: line_of(text, key),
            key: Some(key.join(".")),
            what: what.to_owned(),
        };
        for (name, profile) in &profiles {
            if let Err(what) = check_name(name) {
                return Err(mistake(&["profiles", name], what));
            }
            if let Some(key) = profile.lacks() {
                return Err(mistake(&["profiles", name], &format!("{key} is missing")));
            }
        }
        if let Some(default) = &default
            && !profiles.contains_key(default)
        {
            return Err(mistake(&["default"], "there is no profile of this name"));
        }
        Ok(Self {
            path,
            default,
            profiles,
        })
    }

    /// The profile of a name.
    pub(crate) fn named(&self, name: &str) -> Option<Named> {
        self.profiles.get(name).map(|profile| Named {
            name: name.to_owned(),
            profile: profile.clone(),
        })
    }

    /// The profile for when none is named.
    pub(crate) fn default_profile(&self) -> Option<Named> {
        self.named(self.default.as_deref()?)
    }

    /// Why there is no such profile.
    pub(crate) fn missing(&self, name: &str) -> ConfigError {
        if let Err(rule) = check_name(name) {
            return ConfigError::new(format!("there is no profile of this name: {rule}"));
        }
        let path = config::shown(&self.path);
        let names: Vec<&str> = self.names().collect();
        if names.is_empty() {
            return ConfigError::new(format!(
                "there is no profile {name}: {path} has none; pcorders auth login --profile {name} makes it"
            ));
        }
        let names = names.join(", ");
        ConfigError::new(format!(
            "there is no profile {name} in {path}: there are {names}"
        ))
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.profiles.keys().map(String::as_str)
    }
}

/// Writes a profile into the file, as the default one if there is none or this is to be it. What is not said of the profile
/// is taken out; comments and all else stay.
pub(crate) fn keep(
    folder: &Folder,
    lock: &Lock,
    named: &Named,
    is_default: bool,
) -> Result<(), ConfigError> {
    let mut document = document(folder)?;
    let Named { name, profile } = named;
    if is_default || document.get("default").is_none() {
        set(
            document.as_table_mut(),
            "default",
            Some(name.as_str().into()),
        );
    }
    let profiles = document.entry("profiles").or_insert_with(|| {
        let mut table = Table::new();
        // Without a heading of its own.
        table.set_implicit(true);
        Item::Table(table)
    });
    let profiles = profiles.as_table_like_mut().ok_or_else(changed)?;
    let table = profiles
        .entry(name)
        .or_insert_with(|| Item::Table(Table::new()));
    let table = table.as_table_like_mut().ok_or_else(changed)?;
    let texts = [
        ("sign-in", profile.sign_in.map(Way::as_str)),
        ("tenant", profile.tenant.as_deref()),
        ("client-id", profile.client_id.as_deref()),
        ("environment", profile.environment.map(Environment::as_str)),
        ("endpoint", profile.endpoint.as_deref()),
        ("authority", profile.authority.as_deref()),
    ];
    for (key, text) in texts {
        set(table, key, text.map(Into::into));
    }
    set(table, "sandbox", profile.sandbox.then(|| true.into()));
    folder.write(lock, PROFILES, &document.to_string())
}

/// Takes a profile out of the file. `false` when it is not there.
pub(crate) fn remove(folder: &Folder, lock: &Lock, name: &str) -> Result<bool, ConfigError> {
    let mut document = document(folder)?;
    let profiles = document
        .get_mut("profiles")
        .and_then(Item::as_table_like_mut);
    if profiles
        .and_then(|profiles| profiles.remove(name))
        .is_none()
    {
        return Ok(false);
    }
    if document.get("default").and_then(Item::as_str) == Some(name) {
        document.remove("default");
    }
    folder.write(lock, PROFILES, &document.to_string())?;
    Ok(true)
}

/// Sets a key to a value, in its place and with its comment if it is there.
fn set(table: &mut dyn toml_edit::TableLike, key: &str, new: Option<toml_edit::Value>) {
    let Some(mut new) = new else {
        table.remove(key);
        return;
    };
    if let Some(old) = table.get(key).and_then(Item::as_value) {
        *new.decor_mut() = old.decor().clone();
    }
    table.insert(key, value(new));
}

/// The file, to be changed. It is as it should be: it is read before it is changed.
fn document(folder: &Folder) -> Result<DocumentMut, ConfigError> {
    Profiles::read(folder)?;
    let text = folder.read(PROFILES, Readers::Anybody)?.unwrap_or_default();
    text.parse::<DocumentMut>().map_err(|_| changed())
}

fn changed() -> ConfigError {
    ConfigError::new("profiles.toml was changed while it was read: try again")
}

/// The line of a key, or of the table that it names.
fn line_of(text: &str, path: &[&str]) -> Option<usize> {
    let document = Document::parse(text).ok()?;
    let mut item = document.as_item();
    for key in path {
        item = item.get(key)?;
    }
    item.span().map(|span| config::line(text, span.start))
}

/// Whether a profile can have this name.
pub(crate) fn check_name(name: &str) -> Result<(), &'static str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if !name.is_empty() && name.len() <= 100 && name.chars().all(is_plain) {
        return Ok(());
    }
    Err("a profile is named by up to 100 letters, digits, -, _ and .")
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::Profiles;

    const WHOLE: &str = "\
default = \"contoso\"
[profiles.contoso]
sign-in = \"device-code\"
tenant = \"contoso.onmicrosoft.com\"
client-id = \"2c9d…\"
";

    fn mistake(text: &str) -> String {
        let path = PathBuf::from("p");
        let mistake = Profiles::parse(text, path.clone()).unwrap_err();
        mistake.in_file(&path).to_string()
    }

    #[test]
    fn a_mistake_is_named_with_its_line_and_key() {
        assert!(Profiles::parse(WHOLE, PathBuf::new()).is_ok());
        for (wrong, line, words) in [
            (
                "tenent = \"a\"",
                6,
                &["profiles.contoso.tenent", "unknown field", "client-id"][..],
            ),
            (
                "sandbox = \"yes\"",
                6,
                &["profiles.contoso.sandbox", "boolean"],
            ),
            (
                "environment = \"mars\"",
                6,
                &["profiles.contoso.environment", "mars", "us-gov"],
            ),
            ("tenant = 5", 6, &["duplicate key"]),
            ("[profiles.\"a b\"]", 6, &["profiles.a b", "letters"]),
            (
                "[profiles.two]\ntenant = \"t\"",
                6,
                &["profiles.two", "sign-in is missing"],
            ),
            ("[other]", 6, &["other", "unknown field"]),
            ("endpoint", 6, &["expected"]),
        ] {
            let said = mistake(&format!("{WHOLE}{wrong}\n"));
            assert!(
                said.starts_with(&format!("p, line {line}: ")),
                "{wrong}: {said}"
            );
            for word in words {
                assert!(said.contains(word), "{wrong}: {said}");
            }
        }
        let said = mistake(&WHOLE.replace("= \"contoso\"", "= \"fabrikam\""));
        assert_eq!(said, "p, line 1: default: there is no profile of this name");
        let said = mistake(&WHOLE.replace("\"device-code\"", "\"password\""));
        assert!(
            said.starts_with("p, line 3: profiles.contoso.sign-in: "),
            "{said}"
        );
        assert!(mistake("default = 5").starts_with("p, line 1: default: "));
    }

    #[test]
    fn a_profile_of_the_simulator_needs_nothing_else() {
        let profiles = Profiles::parse("[profiles.s]\nenvironment = \"simulator\"", PathBuf::new());
        assert!(profiles.is_ok(), "{profiles:?}");
    }
}
