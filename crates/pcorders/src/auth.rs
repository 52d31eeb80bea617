//! `pcorders auth`: who is signed in? What signs somebody in is elsewhere.

use std::io::{self, IsTerminal};

use partner_center_orders::{AccessToken, ExposeSecret};
use partner_center_sim::Simulator;

use crate::args::{self, AuthVerb, Connection, Logout};
use crate::connect::{check_endpoint, remedy, target};
use crate::credential::{self, credential, folder};
use crate::failure::Failure;
use crate::login::login;
use crate::output::{Output, notice};
use crate::profiles::{self, Profiles, check_name};
use crate::secrets;
use crate::status::Status;
use crate::target::{Service, Target};

pub(crate) async fn run(
    verb: AuthVerb,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    match verb {
        AuthVerb::Login(_) | AuthVerb::Logout(_) if connection.is_simulated() => {
            Err(nothing_needed())
        }
        AuthVerb::Login(login) => self::login(login, connection, output).await,
        AuthVerb::Status => status(connection, output).await,
        AuthVerb::Token(token) => self::token(token, connection, output).await,
        AuthVerb::Logout(logout) => self::logout(logout, connection).await,
    }
}

/// Why nobody signs in to the simulator, or out of it.
pub(crate) fn nothing_needed() -> Failure {
    Failure::usage("the embedded simulator needs nothing: there is nobody to sign in or out")
}

async fn status(connection: &Connection, output: &mut Output) -> Result<(), Failure> {
    let service = match target(connection)? {
        Target::Simulator => return Status::simulated().print(output),
        Target::Service(service) => service,
    };
    let token = handed_out(&service, connection).await?;
    let status = Status::of(&service, &token);
    status.print(output)?;
    let checked = status.check();
    checked.map_err(|failure| failure.with_sign_in(remedy(&service).as_ref()))
}

async fn token(
    token: args::Token,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    if io::stdout().is_terminal() && !token.force {
        let message =
            "this would show the token to whoever sees the terminal: say --force, or use a pipe";
        return Err(Failure::usage(message));
    }
    let token = match target(connection)? {
        Target::Simulator => AccessToken::new(Simulator::ACCESS_TOKEN),
        Target::Service(service) => handed_out(&service, connection).await?,
    };
    let line = format!("{}\n", token.secret().expose_secret());
    output.piece(line.as_bytes()).map(|_| ())
}

/// Gets a token, as a call of the service would.
async fn handed_out(service: &Service, connection: &Connection) -> Result<AccessToken, Failure> {
    check_endpoint(service)?;
    let credential = credential(service, connection)?;
    let token = credential::token(credential.as_ref(), service).await;
    token.map_err(|error| Failure::from(error).with_sign_in(remedy(service).as_ref()))
}

async fn logout(logout: Logout, connection: &Connection) -> Result<(), Failure> {
    if logout.remove && connection.profile.is_none() {
        return Err(Failure::usage(
            "say which profile is to be removed: --profile NAME",
        ));
    }
    let folder = folder()?;
    let profiles = Profiles::read(&folder)?;
    let name = match (&connection.profile, &profiles.default) {
        (Some(name), _) | (None, Some(name)) => name,
        (None, None) => {
            return Err(Failure::usage(
                "there is no default profile: say which one, --profile NAME",
            ));
        }
    };
    check_name(name).map_err(Failure::usage)?;
    let lock = folder.lock().await?;
    let had_secrets = secrets::forget(&folder, &lock, name)?;
    let is_known = profiles.named(name).is_some();
    if !had_secrets && !is_known {
        return Err(profiles.missing(name).into());
    }
    notice(&match had_secrets {
        true => format!("the secrets of the profile {name} are forgotten"),
        false => format!("the profile {name} had no secrets"),
    });
    if logout.remove && profiles::remove(&folder, &lock, name)? {
        notice(&format!("the profile {name} is removed"));
    }
    if had_secrets {
        notice("note: tokens that were handed out stay good until they expire");
    }
    Ok(())
}
