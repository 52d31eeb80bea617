//! Which service does the command talk to, and as whom?

use partner_center_orders::{
    Builder, Cloud, Credential, CredentialError, CustomerId, PartnerCenter, StaticToken,
    TokenFuture, TokenRequest,
};
use partner_center_sim::Simulator;

use crate::args::{Connection, Environment};
use crate::failure::Failure;
use crate::next_command::{self, Look};
use crate::output::notice;
use crate::state;

/// A client, and the simulator that it talks to, if that is one.
pub(crate) struct Connected {
    pub(crate) partner: PartnerCenter,
    simulator: Option<Simulator>,
    /// The flags that led here.
    flags: Vec<String>,
}

impl Connected {
    /// Where something is bought, in the words of a question.
    pub(crate) fn place(&self) -> String {
        let endpoint = self.partner.endpoint();
        match self.simulator {
            Some(_) => "in the simulator, where nothing is bought".to_owned(),
            // Plain http leads to this machine, where anything may listen.
            None if endpoint.starts_with("http:") => format!("at {endpoint}"),
            None => format!("at {endpoint}, for real"),
        }
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

/// Flags win over the environment: what a flag decides, no variable is asked for. A simulator keeps what a command that may
/// write does.
pub(crate) async fn connect(
    connection: &Connection,
    may_write: bool,
) -> Result<Connected, Failure> {
    if connection.simulate || connection.environment == Some(Environment::Simulator) {
        return simulated(connection, may_write).await;
    }
    let environment = match (connection.environment, &connection.endpoint) {
        (Some(environment), _) => environment,
        (None, endpoint) => match (environment_variable()?, endpoint) {
            // The flag leads away from the simulator, to the cloud that is meant unless said otherwise.
            (Environment::Simulator, Some(_)) => Environment::Global,
            (environment, _) => environment,
        },
    };
    let endpoint = match &connection.endpoint {
        Some(endpoint) => Some(endpoint.clone()),
        None => endpoint_variable()?,
    };
    let cloud = match environment {
        Environment::Global => Cloud::Global,
        Environment::UsGov => Cloud::UsGov,
        Environment::China => Cloud::China,
        Environment::Simulator if endpoint.is_none() => {
            return simulated(connection, may_write).await;
        }
        Environment::Simulator => {
            let message =
                "the environment is simulator and an endpoint is set: take one of them away";
            return Err(Failure::configuration(message));
        }
    };
    let credential: Box<dyn Credential> = match access_token()? {
        Some(token) => Box::new(StaticToken::new(token)),
        None => Box::new(NotSignedIn),
    };
    let builder = PartnerCenter::builder(credential).cloud(cloud);
    let builder = match endpoint {
        Some(endpoint) => builder.endpoint(endpoint),
        None => builder,
    };
    Ok(Connected {
        partner: configured(builder, connection).build()?,
        simulator: None,
        flags: connection.flags(),
    })
}

async fn simulated(connection: &Connection, may_write: bool) -> Result<Connected, Failure> {
    let simulator = state::simulator(may_write).await?;
    notice("simulated: no real customer, nothing is bought");
    let builder = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
        .endpoint(simulator.base_url());
    Ok(Connected {
        partner: configured(builder, connection).build()?,
        simulator: Some(simulator),
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

/// Says that there is no token when one is needed: after everything that is wrong with the input was said.
#[derive(Debug)]
struct NotSignedIn;

impl Credential for NotSignedIn {
    fn token<'a>(&'a self, _: TokenRequest<'a>) -> TokenFuture<'a> {
        let message = "set PARTNERCENTER_ACCESS_TOKEN, or try --simulate, which needs nothing";
        Box::pin(async move { Err(CredentialError::new(message)) })
    }
}

/// The token to sign in with.
pub(crate) fn access_token() -> Result<Option<String>, Failure> {
    variable("PARTNERCENTER_ACCESS_TOKEN")
}

/// One that is set to nothing is a mistake in a script, which must not buy from the real service instead.
fn endpoint_variable() -> Result<Option<String>, Failure> {
    const NAME: &str = "PARTNERCENTER_ENDPOINT";
    if std::env::var_os(NAME).is_some_and(|value| value.is_empty()) {
        let message = format!("{NAME} is set to nothing: set it to a base URL, or unset it");
        return Err(Failure::configuration(message));
    }
    variable(NAME)
}

fn environment_variable() -> Result<Environment, Failure> {
    use clap::ValueEnum;
    const NAME: &str = "PARTNERCENTER_ENVIRONMENT";
    match variable(NAME)? {
        None => Ok(Environment::Global),
        Some(text) => Environment::from_str(&text, true).map_err(|_| {
            Failure::configuration(format!("{NAME} must be global, us-gov, china or simulator"))
        }),
    }
}

/// A variable that is set to nothing is not set.
fn variable(name: &str) -> Result<Option<String>, Failure> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Failure::configuration(format!("{name} is not UTF-8")))
        }
    }
}
