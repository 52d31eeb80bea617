//! Which service does the command talk to, and as whom?

use partner_center_orders::{Cloud, CustomerId, PartnerCenter, StaticToken};
use partner_center_sim::Simulator;
use secrecy::SecretString;

use crate::args::{Connection, Environment};
use crate::failure::Failure;
use crate::output::notice;

/// A client, and the simulator that it talks to, if that is one.
pub(crate) struct Connected {
    pub(crate) partner: PartnerCenter,
    simulator: Option<Simulator>,
}

impl Connected {
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

/// Flags win over the environment.
pub(crate) async fn connect(connection: &Connection) -> Result<Connected, Failure> {
    let endpoint = or_variable(connection.endpoint.clone(), "PARTNERCENTER_ENDPOINT")?;
    let environment = match connection.environment {
        Some(environment) => environment,
        None => environment_variable()?,
    };
    if connection.simulate {
        return simulated(connection).await;
    }
    if environment == Environment::Simulator {
        if endpoint.is_some() {
            let message =
                "the environment is simulator and an endpoint is set: take one of them away";
            return Err(Failure::configuration(message));
        }
        return simulated(connection).await;
    }
    let Some(token) = variable("PARTNERCENTER_ACCESS_TOKEN")? else {
        return Err(Failure::not_signed_in(
            "not signed in: set PARTNERCENTER_ACCESS_TOKEN, or try --simulate, which needs nothing",
        ));
    };
    let cloud = match environment {
        Environment::UsGov => Cloud::UsGov,
        Environment::China => Cloud::China,
        Environment::Global | Environment::Simulator => Cloud::Global,
    };
    let partner = client(connection, SecretString::from(token), Some(cloud), endpoint)?;
    Ok(Connected {
        partner,
        simulator: None,
    })
}

async fn simulated(connection: &Connection) -> Result<Connected, Failure> {
    let simulator = Simulator::start()
        .await
        .map_err(|error| Failure::other("simulator", "the simulator cannot be started", error))?;
    notice("simulated: no real customer, nothing is bought");
    let token = SecretString::from(Simulator::ACCESS_TOKEN);
    let partner = client(
        connection,
        token,
        None,
        Some(simulator.base_url().to_owned()),
    )?;
    Ok(Connected {
        partner,
        simulator: Some(simulator),
    })
}

fn client(
    connection: &Connection,
    token: SecretString,
    cloud: Option<Cloud>,
    endpoint: Option<String>,
) -> Result<PartnerCenter, Failure> {
    let mut builder =
        PartnerCenter::builder(StaticToken::new(token)).cloud(cloud.unwrap_or_default());
    if let Some(endpoint) = endpoint {
        builder = builder.endpoint(endpoint);
    }
    if let Some(deadline) = connection.deadline {
        builder = builder.deadline(deadline).answer_timeout(deadline);
    }
    Ok(builder.build()?)
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

fn or_variable(flag: Option<String>, name: &str) -> Result<Option<String>, Failure> {
    match flag {
        Some(value) => Ok(Some(value)),
        None => variable(name),
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
