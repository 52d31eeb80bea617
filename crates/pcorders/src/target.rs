//! Where do requests go, and as whom? Decided from flags, environment and profiles, before anything is sent.
//!
//! Flags win over the environment, and the environment over the profile that is the default one; a profile that is named
//! by a flag wins over the environment. Credentials are taken whole, from the environment or from one profile, and those of
//! a profile go to the cloud that the profile or a flag names, and to no other.

use partner_center_orders::Cloud;

use crate::args::{Connection, Environment};
use crate::config::ConfigError;
use crate::failure::Failure;
use crate::profiles::{Named, Profiles};
use crate::variables::{self, Credentials, Variables};

/// Where requests go.
#[derive(Debug)]
pub(crate) enum Target {
    /// To the embedded simulator, which needs no credentials.
    Simulator,
    Service(Service),
}

/// A service and who asks it.
#[derive(Clone, Debug)]
pub(crate) struct Service {
    pub(crate) environment: Environment,
    pub(crate) cloud: Cloud,
    /// The cloud's unless said here, as is the authority.
    pub(crate) endpoint: Option<String>,
    pub(crate) authority: Option<String>,
    pub(crate) identity: Identity,
}

/// As whom something is asked.
#[derive(Clone, Debug)]
pub(crate) enum Identity {
    /// Nobody signed in. There may be profiles, none of which is the default.
    Nobody {
        profiles: Vec<String>,
    },
    Variables(Credentials),
    Profile(Named),
}

/// Decides. The profiles are read only where they count.
pub(crate) fn decide(
    flags: &Connection,
    variables: &Variables,
    profiles: impl FnOnce() -> Result<Profiles, ConfigError>,
) -> Result<Target, Failure> {
    if flags.is_simulated() {
        return Ok(Target::Simulator);
    }
    if let Some(name) = &flags.profile {
        let profiles = profiles()?;
        let named = profiles.named(name).ok_or_else(|| profiles.missing(name))?;
        return of_named(named, flags, variables);
    }
    if flags.environment.is_none()
        && flags.endpoint.is_none()
        && variables.environment()? == Some(Environment::Simulator)
    {
        // It needs no credentials: none go anywhere.
        return match variables.address(variables::ENDPOINT)? {
            None => Ok(Target::Simulator),
            Some(_) => Err(contradiction()),
        };
    }
    let identity = match variables.credentials()? {
        Some(credentials) => Identity::Variables(credentials),
        None => {
            let profiles = profiles()?;
            match profiles.default_profile() {
                Some(named) => return of_default(named, flags, variables),
                None => Identity::Nobody {
                    profiles: profiles.names().map(str::to_owned).collect(),
                },
            }
        }
    };
    let environment = match flags.environment {
        Some(environment) => environment,
        // A simulator is left behind here by an endpoint of the flags.
        None => variables
            .environment()?
            .filter(|environment| *environment != Environment::Simulator)
            .unwrap_or_default(),
    };
    service(
        environment,
        or(&flags.endpoint, || variables.address(variables::ENDPOINT))?,
        variables.address(variables::AUTHORITY)?,
        identity,
    )
}

/// As a profile that a flag names: what it says wins over the environment.
fn of_named(named: Named, flags: &Connection, variables: &Variables) -> Result<Target, Failure> {
    let environment = flags.environment.unwrap_or(named.profile.environment());
    if environment == Environment::Simulator {
        return match flags.endpoint {
            None => Ok(Target::Simulator),
            Some(_) => Err(contradiction()),
        };
    }
    let own = Own::of(&named, environment);
    let endpoint = flags.endpoint.clone().or(own.endpoint);
    let endpoint = or(&endpoint, || variables.address(variables::ENDPOINT))?;
    let authority = or(&own.authority, || variables.address(variables::AUTHORITY))?;
    service(environment, endpoint, authority, Identity::Profile(named))
}

/// As the profile that is used when none is named: what the environment says wins, but it does not lead its credentials
/// to another cloud.
fn of_default(named: Named, flags: &Connection, variables: &Variables) -> Result<Target, Failure> {
    let its = named.profile.environment();
    let environment = match flags.environment {
        Some(environment) => environment,
        None => match variables.environment()? {
            Some(other) if other != its => {
                return Err(Failure::configuration(format!(
                    "PARTNERCENTER_ENVIRONMENT is {}, and the default profile {} is of {}",
                    other.as_str(),
                    named.name,
                    its.as_str()
                ))
                .with_hint(Some(format!(
                    "Unset PARTNERCENTER_ENVIRONMENT, or say which profile is meant: --profile {}",
                    named.name
                ))));
            }
            _ => its,
        },
    };
    let endpoint = or(&flags.endpoint, || variables.address(variables::ENDPOINT))?;
    if environment == Environment::Simulator {
        return match endpoint {
            None => Ok(Target::Simulator),
            Some(_) => Err(contradiction()),
        };
    }
    let own = Own::of(&named, environment);
    let authority = variables.address(variables::AUTHORITY)?.or(own.authority);
    let endpoint = endpoint.or(own.endpoint);
    service(environment, endpoint, authority, Identity::Profile(named))
}

/// The addresses of a profile, which are those of its cloud: in another one they mean nothing.
struct Own {
    endpoint: Option<String>,
    authority: Option<String>,
}

impl Own {
    fn of(named: &Named, environment: Environment) -> Self {
        let is_its = named.profile.environment() == environment;
        let own = |address: &Option<String>| address.clone().filter(|_| is_its);
        Self {
            endpoint: own(&named.profile.endpoint),
            authority: own(&named.profile.authority),
        }
    }
}

fn service(
    environment: Environment,
    endpoint: Option<String>,
    authority: Option<String>,
    identity: Identity,
) -> Result<Target, Failure> {
    let Some(cloud) = environment.cloud() else {
        return Ok(Target::Simulator);
    };
    if let Identity::Profile(named) = &identity
        && named.profile.sign_in.is_none()
    {
        let name = &named.name;
        let message =
            format!("the profile {name} is of the simulator, and says nothing of how to sign in");
        return Err(Failure::configuration(message));
    }
    Ok(Target::Service(Service {
        environment,
        cloud,
        endpoint,
        authority,
        identity,
    }))
}

/// What is said, or else what the environment says, which is asked only then.
fn or<T: Clone, E>(
    said: &Option<T>,
    other: impl FnOnce() -> Result<Option<T>, E>,
) -> Result<Option<T>, E> {
    match said {
        Some(said) => Ok(Some(said.clone())),
        None => other(),
    }
}

fn contradiction() -> Failure {
    let message = "the environment is simulator and an endpoint is set: take one of them away";
    Failure::configuration(message)
}

impl Service {
    /// The profile whose credentials are used.
    pub(crate) fn profile(&self) -> Option<&Named> {
        match &self.identity {
            Identity::Profile(named) => Some(named),
            _ => None,
        }
    }

    /// Where somebody signs in.
    pub(crate) fn authority(&self) -> &str {
        self.authority.as_deref().unwrap_or(self.cloud.authority())
    }
}

#[cfg(test)]
mod tests {
    use super::{Identity, Target, decide};
    use crate::args::{Connection, Environment};
    use crate::config::ConfigError;
    use crate::profiles::Profiles;
    use crate::variables::{Credentials, Variables};

    /// `plain` is the default one.
    const PROFILES: &str = r#"
        default = "plain"
        [profiles.plain]
        sign-in = "device-code"
        tenant = "t"
        client-id = "c"
        [profiles.placed]
        sign-in = "client-secret"
        tenant = "t"
        client-id = "c"
        environment = "china"
        endpoint = "https://e.profile"
        authority = "https://a.profile"
        [profiles.try]
        environment = "simulator"
    "#;

    fn flags(text: &str) -> Connection {
        let mut flags = Connection::default();
        for (flag, value) in text
            .split_whitespace()
            .map(|flag| flag.split_once('=').unwrap())
        {
            match flag {
                "profile" => flags.profile = Some(value.to_owned()),
                "endpoint" => flags.endpoint = Some(value.to_owned()),
                "simulate" => flags.simulate = true,
                _ => flags.environment = Some(environment(value)),
            }
        }
        flags
    }

    fn environment(name: &str) -> Environment {
        clap::ValueEnum::from_str(name, false).unwrap()
    }

    /// What was decided, in a line: who, which cloud, endpoint, authority.
    fn decided(flag_text: &str, variables: &[(&'static str, &str)], default: &str) -> String {
        let text = PROFILES.replace("default = \"plain\"", default);
        let profiles = || Profiles::parse(&text, "p".into()).map_err(|_| ConfigError::new("wrong"));
        match decide(&flags(flag_text), &Variables::of(variables), profiles) {
            Ok(Target::Simulator) => "simulator".to_owned(),
            Ok(Target::Service(service)) => {
                let who = match &service.identity {
                    Identity::Nobody { .. } => "nobody".to_owned(),
                    Identity::Variables(Credentials::AccessToken(_)) => "token".to_owned(),
                    Identity::Variables(Credentials::Application {
                        tenant,
                        client_secret,
                        refresh_token,
                        ..
                    }) => {
                        let has = |secret: bool, word| if secret { word } else { "" };
                        let secret = has(client_secret.is_some(), "+secret");
                        let refresh = has(refresh_token.is_some(), "+refresh");
                        format!("{tenant}{secret}{refresh}")
                    }
                    Identity::Profile(named) => named.name.clone(),
                };
                let or_none = |address: &Option<String>| address.clone().unwrap_or("-".to_owned());
                let (endpoint, authority) =
                    (or_none(&service.endpoint), or_none(&service.authority));
                format!(
                    "{who} {} {endpoint} {authority}",
                    service.environment.as_str()
                )
            }
            Err(failure) => format!("error: {}", failure.message()),
        }
    }

    const ENVIRONMENT: &str = "PARTNERCENTER_ENVIRONMENT";
    const ENDPOINT: &str = "PARTNERCENTER_ENDPOINT";
    const AUTHORITY: &str = "PARTNERCENTER_AUTHORITY";
    const TOKEN: (&str, &str) = ("PARTNERCENTER_ACCESS_TOKEN", "x");
    const TENANT: (&str, &str) = ("PARTNERCENTER_TENANT_ID", "ours");
    const CLIENT: (&str, &str) = ("PARTNERCENTER_CLIENT_ID", "c");
    const SECRET: (&str, &str) = ("PARTNERCENTER_CLIENT_SECRET", "s");
    const REFRESH: (&str, &str) = ("PARTNERCENTER_REFRESH_TOKEN", "r");
    const AZURE: [(&str, &str); 3] = [
        ("AZURE_TENANT_ID", "azure"),
        ("AZURE_CLIENT_ID", "c"),
        ("AZURE_CLIENT_SECRET", "s"),
    ];

    #[test]
    fn credentials_are_taken_whole_from_one_place() {
        let azure = AZURE;
        for (flags, variables, expected) in [
            // The default profile, unless the environment has credentials.
            ("", vec![], "plain global - -"),
            ("", vec![TOKEN], "token global - -"),
            ("", vec![TENANT, CLIENT, SECRET], "ours+secret global - -"),
            ("", vec![TENANT, CLIENT, REFRESH], "ours+refresh global - -"),
            (
                "",
                vec![TENANT, CLIENT, SECRET, REFRESH],
                "ours+secret+refresh global - -",
            ),
            ("", vec![TENANT, CLIENT, SECRET, TOKEN], "token global - -"),
            // A token makes the rest unimportant, be it half.
            ("", vec![TENANT, TOKEN], "token global - -"),
            // Half of them is a mistake, and is not made whole from elsewhere.
            (
                "",
                vec![CLIENT],
                "error: PARTNERCENTER_TENANT_ID PARTNERCENTER_CLIENT_SECRET PARTNERCENTER_REFRESH_TOKEN",
            ),
            (
                "",
                vec![TENANT, CLIENT],
                "error: PARTNERCENTER_CLIENT_SECRET PARTNERCENTER_REFRESH_TOKEN",
            ),
            ("", vec![TENANT, SECRET], "error: PARTNERCENTER_CLIENT_ID"),
            (
                "",
                vec![REFRESH, azure[0], azure[1], azure[2]],
                "error: PARTNERCENTER_TENANT_ID PARTNERCENTER_CLIENT_ID",
            ),
            // Those of other tools count as a trio, after ours.
            (
                "",
                vec![azure[0], azure[1], azure[2]],
                "azure+secret global - -",
            ),
            ("", vec![azure[0], azure[1]], "plain global - -"),
            (
                "",
                vec![azure[0], azure[1], azure[2], TENANT, CLIENT, SECRET],
                "ours+secret global - -",
            ),
            (
                "",
                vec![azure[0], azure[1], azure[2], TENANT],
                "error: PARTNERCENTER_CLIENT_ID",
            ),
            // Set to nothing is not set.
            (
                "",
                vec![
                    ("PARTNERCENTER_ACCESS_TOKEN", ""),
                    ("PARTNERCENTER_TENANT_ID", ""),
                ],
                "plain global - -",
            ),
            // A named profile makes all of them unimportant.
            ("profile=plain", vec![TOKEN, TENANT], "plain global - -"),
            (
                "profile=plain",
                vec![azure[0], azure[1], azure[2]],
                "plain global - -",
            ),
            ("profile=none", vec![TOKEN], "error: none plain placed try"),
        ] {
            check(flags, &variables, "default = \"plain\"", expected);
        }
        check("", &[], "", "nobody global - -");
        check("", &[TOKEN], "", "token global - -");
        check(
            "",
            &[],
            "default = \"placed\"",
            "placed china https://e.profile https://a.profile",
        );
    }

    #[test]
    fn requests_go_where_flags_environment_and_profile_say() {
        let endpoint = (ENDPOINT, "https://e.env");
        let authority = (AUTHORITY, "https://a.env");
        let cloud = |name| (ENVIRONMENT, name);
        let contradiction = "error: environment simulator endpoint";
        for (default, flags, variables, expected) in [
            // With credentials of the environment, or none: flags, then environment, then the cloud.
            (
                "",
                "",
                vec![TOKEN, cloud("china"), endpoint, authority],
                "token china https://e.env https://a.env",
            ),
            (
                "",
                "environment=us-gov",
                vec![TOKEN, cloud("china")],
                "token us-gov - -",
            ),
            (
                "",
                "environment=us-gov",
                vec![TOKEN, cloud("mars")],
                "token us-gov - -",
            ),
            (
                "",
                "endpoint=https://e.flag",
                vec![TOKEN, endpoint],
                "token global https://e.flag -",
            ),
            (
                "",
                "endpoint=https://e.flag",
                vec![TOKEN, (ENDPOINT, "")],
                "token global https://e.flag -",
            ),
            (
                "",
                "",
                vec![cloud("mars")],
                "error: PARTNERCENTER_ENVIRONMENT",
            ),
            (
                "",
                "",
                vec![TOKEN, (ENDPOINT, "")],
                "error: PARTNERCENTER_ENDPOINT",
            ),
            (
                "",
                "",
                vec![TOKEN, (AUTHORITY, "")],
                "error: PARTNERCENTER_AUTHORITY",
            ),
            // The simulator needs no credentials, and no endpoint goes with it.
            ("", "", vec![TOKEN, cloud("simulator")], "simulator"),
            ("plain", "", vec![cloud("simulator")], "simulator"),
            ("plain", "", vec![cloud("simulator"), TENANT], "simulator"),
            (
                "",
                "",
                vec![TOKEN, cloud("simulator"), endpoint],
                contradiction,
            ),
            (
                "",
                "endpoint=https://e.flag",
                vec![TOKEN, cloud("simulator")],
                "token global https://e.flag -",
            ),
            (
                "plain",
                "simulate=yes",
                vec![cloud("mars"), (ENDPOINT, ""), TENANT],
                "simulator",
            ),
            (
                "plain",
                "environment=simulator",
                vec![cloud("mars"), endpoint],
                "simulator",
            ),
            ("plain", "simulate=yes profile=placed", vec![], "simulator"),
            // The default profile: the environment wins, but not over the cloud.
            (
                "plain",
                "",
                vec![endpoint, authority],
                "plain global https://e.env https://a.env",
            ),
            (
                "placed",
                "",
                vec![endpoint, authority],
                "placed china https://e.env https://a.env",
            ),
            (
                "placed",
                "endpoint=https://e.flag",
                vec![endpoint],
                "placed china https://e.flag https://a.profile",
            ),
            (
                "placed",
                "",
                vec![cloud("china")],
                "placed china https://e.profile https://a.profile",
            ),
            ("plain", "", vec![cloud("global")], "plain global - -"),
            (
                "plain",
                "",
                vec![cloud("us-gov")],
                "error: us-gov plain global",
            ),
            (
                "placed",
                "",
                vec![cloud("global")],
                "error: global placed china",
            ),
            (
                "try",
                "",
                vec![cloud("global")],
                "error: global try simulator",
            ),
            (
                "plain",
                "endpoint=https://e.flag",
                vec![cloud("simulator")],
                "error: simulator plain global",
            ),
            (
                "plain",
                "",
                vec![cloud("mars")],
                "error: PARTNERCENTER_ENVIRONMENT",
            ),
            (
                "plain",
                "",
                vec![(ENDPOINT, "")],
                "error: PARTNERCENTER_ENDPOINT",
            ),
            // A flag may lead it to another cloud; its addresses mean nothing there.
            ("placed", "environment=global", vec![], "placed global - -"),
            (
                "placed",
                "environment=global",
                vec![cloud("us-gov")],
                "placed global - -",
            ),
            // A named profile: what it says wins, and the environment fills in.
            (
                "",
                "profile=placed",
                vec![cloud("global"), endpoint, authority],
                "placed china https://e.profile https://a.profile",
            ),
            (
                "",
                "profile=placed",
                vec![cloud("mars"), (ENDPOINT, ""), (AUTHORITY, "")],
                "placed china https://e.profile https://a.profile",
            ),
            (
                "",
                "profile=plain",
                vec![cloud("simulator"), endpoint, authority],
                "plain global https://e.env https://a.env",
            ),
            (
                "",
                "profile=plain",
                vec![(ENDPOINT, "")],
                "error: PARTNERCENTER_ENDPOINT",
            ),
            (
                "",
                "profile=placed endpoint=https://e.flag",
                vec![],
                "placed china https://e.flag https://a.profile",
            ),
            (
                "",
                "profile=placed environment=us-gov",
                vec![],
                "placed us-gov - -",
            ),
            // A profile of the simulator.
            ("try", "", vec![], "simulator"),
            ("", "profile=try", vec![endpoint], "simulator"),
            ("try", "", vec![endpoint], contradiction),
            (
                "",
                "profile=try endpoint=https://e.flag",
                vec![],
                contradiction,
            ),
            (
                "",
                "profile=try environment=global",
                vec![],
                "error: try sign in",
            ),
            ("try", "", vec![TOKEN], "token global - -"),
        ] {
            let default = match default {
                "" => String::new(),
                name => format!("default = \"{name}\""),
            };
            check(flags, &variables, &default, expected);
        }
    }

    /// Of an error, the words have to be in it.
    #[track_caller]
    fn check(flags: &str, variables: &[(&'static str, &str)], default: &str, expected: &str) {
        let decided = decided(flags, variables, default);
        let is_right = match expected.strip_prefix("error: ") {
            Some(words) => {
                decided.starts_with("error: ")
                    && words.split(' ').all(|word| decided.contains(word))
            }
            None => decided == expected,
        };
        assert!(
            is_right,
            "{flags} {variables:?} {default}: {decided}, not {expected}"
        );
    }
}
