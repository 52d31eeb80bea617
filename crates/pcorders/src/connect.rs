//! Which service does the command talk to, and as whom?

use partner_center_orders::{Builder, CustomerId, PartnerCenter, StaticToken};
use partner_center_sim::Simulator;

use crate::args::Connection;
use crate::config::{ConfigError, Folder};
use crate::credential::credential;
use crate::failure::{Failure, Remedy};
use crate::next_command::{self, Look};
use crate::output::notice;
use crate::profiles::{Named, Profiles, Way};
use crate::state;
use crate::target::{Identity, Service, Target, decide};
use crate::variables::{ACCESS_TOKEN, Credentials, Variables};

/// A client, and the simulator that it talks to, if that is one.
pub(crate) struct Connected {
    pub(crate) partner: PartnerCenter,
    simulator: Option<Simulator>,
    /// The profile that is signed in.
    profile: Option<Named>,
    /// As whom, for people; nothing where nobody is.
    who: Option<String>,
    /// What to do when nobody is signed in, or not any more.
    remedy: Option<Remedy>,
    /// The flags that led here.
    flags: Vec<String>,
}

impl Connected {
    /// Where something is bought and as whom, in the words of a question.
    pub(crate) fn place(&self) -> String {
        let endpoint = self.partner.endpoint();
        if self.simulator.is_some() {
            return "in the simulator, where nothing is bought".to_owned();
        }
        // Plain http leads to this machine, where anything may listen.
        let is_real = !endpoint.starts_with("http:");
        let how = match (&self.profile, is_real) {
            (Some(named), _) if named.profile.sandbox => ", in the sandbox",
            (_, true) => ", for real",
            (_, false) => "",
        };
        let who = self.who.iter().map(|who| format!(", {who}"));
        format!("at {endpoint}{how}{}", who.collect::<String>())
    }

    /// What is said before a write in a sandbox is sent.
    pub(crate) fn banner(&self) -> Option<String> {
        let named = self
            .profile
            .as_ref()
            .filter(|named| named.profile.sandbox)?;
        Some(format!("sandbox: {}", whom(named)))
    }

    /// Adds to a failure what somebody has to do who is not signed in, or not any more.
    pub(crate) fn explain(&self, failure: Failure) -> Failure {
        failure.with_sign_in(self.remedy.as_ref())
    }

    /// Says how to look at something of the same service.
    pub(crate) fn advise(&self, look: &Look, customer: CustomerId) -> Option<String> {
        let arguments = look.arguments(customer);
        let command = next_command::line(self.flags.iter().cloned().chain(arguments))?;
        Some(format!("look{}: {command}", look.caveat()))
    }

    /// The customer that was named; the first simulated one when there is a simulator.
    pub(crate) fn customer(&self, named: Option<CustomerId>) -> Result<CustomerId, Failure> {
        if let Some(customer) = named {
            return Ok(customer);
        }
        if self.simulator.is_none() {
            return Err(Failure::usage("say whose orders: --customer GUID"));
        }
        Simulator::CUSTOMERS[0]
            .parse()
            .map_err(|error| Failure::other("simulator", "the simulator has no customer", error))
    }
}

/// Builds the client. A simulator keeps what a command that may write does.
pub(crate) async fn connect(
    connection: &Connection,
    may_write: bool,
) -> Result<Connected, Failure> {
    let service = match target(connection)? {
        Target::Simulator => return simulated(connection, may_write).await,
        Target::Service(service) => service,
    };
    let credential = credential(&service, connection)?;
    let builder = PartnerCenter::builder(credential).cloud(service.cloud);
    let builder = match &service.endpoint {
        Some(endpoint) => builder.endpoint(endpoint),
        None => builder,
    };
    Ok(Connected {
        partner: configured(builder, connection).build()?,
        simulator: None,
        who: who(&service),
        remedy: remedy(&service),
        profile: service.profile().cloned(),
        flags: connection.flags(),
    })
}

/// Whether tokens may go to the service's endpoint.
pub(crate) fn check_endpoint(service: &Service) -> Result<(), Failure> {
    if let Some(endpoint) = &service.endpoint {
        let builder = PartnerCenter::builder(StaticToken::new("none"));
        builder.cloud(service.cloud).endpoint(endpoint).build()?;
    }
    Ok(())
}

/// Where the command goes, by all that was said.
pub(crate) fn target(connection: &Connection) -> Result<Target, Failure> {
    decide(connection, &Variables::of_process(), profiles)
}

/// The user's profiles; none where there is no place for them.
fn profiles() -> Result<Profiles, ConfigError> {
    Folder::find().map_or_else(|| Ok(Profiles::default()), |folder| Profiles::read(&folder))
}

async fn simulated(connection: &Connection, may_write: bool) -> Result<Connected, Failure> {
    let simulator = state::simulator(may_write).await?;
    notice("simulated: no real customer, nothing is bought");
    let builder = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
        .endpoint(simulator.base_url());
    Ok(Connected {
        partner: configured(builder, connection).build()?,
        simulator: Some(simulator),
        profile: None,
        who: None,
        remedy: None,
        flags: connection.flags(),
    })
}

fn configured(mut builder: Builder, connection: &Connection) -> Builder {
    if let Some(deadline) = connection.deadline {
        // An attempt may take what there is.
        builder = builder.deadline(deadline).answer_timeout(deadline);
    }
    if let Some(attempts) = connection.attempts {
        builder = builder.attempts(attempts);
    }
    builder
}

/// What to do when there is no token, or none any more. With credentials of the environment, the error says it.
pub(crate) fn remedy(service: &Service) -> Option<Remedy> {
    let only = |sign_in| Remedy {
        sign_in,
        another_secret: None,
    };
    match &service.identity {
        Identity::Variables(_) => None,
        Identity::Profile(Named { name, profile }) => {
            let way = match profile.sign_in {
                Some(Way::ClientSecret) => "--client-secret-stdin",
                Some(Way::RefreshToken) => "--refresh-token-stdin",
                Some(Way::DeviceCode) | None => "--device-code",
            };
            let login = format!("pcorders auth login --profile {name}");
            Some(Remedy {
                sign_in: format!("Sign in: {login} {way}"),
                another_secret: Some(format!("Put it in: {login} --client-secret-stdin")),
            })
        }
        Identity::Nobody { profiles } if profiles.is_empty() => Some(only(
            "Sign in: pcorders auth login --tenant TENANT --client-id ID --device-code\n\
             Or set PARTNERCENTER_ACCESS_TOKEN (--help has the other variables); --simulate needs nothing."
                .to_owned(),
        )),
        Identity::Nobody { profiles } => Some(only(format!(
            "Say which profile: --profile {}; `default = ..` in profiles.toml makes it one that need not be said.\n\
             Or set PARTNERCENTER_ACCESS_TOKEN (--help has the other variables); --simulate needs nothing.",
            profiles.join(" or ")
        ))),
    }
}

/// As whom something is bought, for people.
fn who(service: &Service) -> Option<String> {
    Some(match &service.identity {
        Identity::Nobody { .. } => return None,
        Identity::Variables(Credentials::AccessToken(_)) => format!("with {ACCESS_TOKEN}"),
        Identity::Variables(Credentials::Application {
            tenant, client_id, ..
        }) => format!("as the application {client_id} of {tenant} (from the environment)"),
        Identity::Profile(named) => format!("as {}", whom(named)),
    })
}

/// A profile and its tenant, for people.
fn whom(Named { name, profile }: &Named) -> String {
    let tenant = profile.tenant.as_deref().unwrap_or("no tenant");
    format!("the profile {name} of {tenant}")
}
