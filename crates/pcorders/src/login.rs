//! `pcorders auth login`: how does somebody sign in, and what is kept of it?

use std::sync::Arc;

use partner_center_orders::{AccessToken, SecretString};
use url::{Host, Url};

use crate::args::{Connection, Environment, Login};
use crate::ask;
use crate::auth::nothing_needed;
use crate::config::Folder;
use crate::connect::check_endpoint;
use crate::credential::{self, Watched, folder, sign_in};
use crate::failure::Failure;
use crate::output::{Output, clean, notice};
use crate::profiles::{self, Named, Profile, Profiles, UNNAMED, Way, check_name};
use crate::secrets::Secrets;
use crate::secrets::store::Fresh;
use crate::status::Status;
use crate::target::{Identity, Service};
use crate::variables::{self, Variables};

/// Signs in, and keeps how and with what when there is a token. What can be known to be wrong is said before.
pub(crate) async fn login(
    login: Login,
    connection: &Connection,
    output: &mut Output,
) -> Result<(), Failure> {
    let name = connection.profile.as_deref().unwrap_or(UNNAMED);
    check_name(name).map_err(Failure::usage)?;
    let folder = folder()?;
    let profiles = Profiles::read(&folder)?;
    let before = profiles.named(name);
    let before = before.map(|named| named.profile).unwrap_or_default();
    let variables = Variables::of_process();
    let profile = merged(&login, connection, &variables, before.clone())?;
    let kept = Secrets::of(&folder, name)?;
    let service = service(name, profile.clone())?;
    // What was got elsewhere, or for another application, goes nowhere with this sign-in.
    let place = kept.signed_in_to.clone();
    let kept = match place.unwrap_or_else(|| before.signs_in_to()) == profile.signs_in_to() {
        true => kept,
        false => Secrets::default(),
    };
    check_user(&login, name, &profile, &kept)?;
    let secrets = with_given(&login, kept).await?;
    // Where nothing can be kept, nobody is signed in either: what is handed out would be lost.
    folder.lock().await?;
    let store = Fresh::new(
        folder.clone(),
        name,
        service.profile().map(|named| named.profile.signs_in_to()),
        secrets.client_secret.clone(),
        secrets.refresh_token.filter(|_| !login.device_code),
    );
    let store = Arc::new(store);
    let token = signed_in(&login, &service, secrets.client_secret, &store, connection).await?;
    keep(&folder, &service, &store, login.default).await?;
    notice(&format!(
        "signed in: the profile {name} is kept in {}",
        folder.shown()
    ));
    if let Some(other) = profiles.default.filter(|other| other != name)
        && connection.profile.is_none()
        && !login.default
    {
        notice(&format!(
            "note: the default profile is {other}: say --profile {name} to use this one, or log in with --default"
        ));
    }
    if !matches!(variables.credentials(), Ok(None)) {
        notice(&format!(
            "note: the environment has credentials, which are used unless --profile {name} is said"
        ));
    }
    let status = Status::of(&service, &token);
    if let Some(problem) = status.note() {
        notice(&format!("note: {}", clean(problem)));
    }
    status.print(output)
}

/// The profile as it is to be: what is said, else what it was, else what the environment says.
fn merged(
    login: &Login,
    connection: &Connection,
    variables: &Variables,
    before: Profile,
) -> Result<Profile, Failure> {
    let is_new = before == Profile::default();
    let environment = match (connection.environment, is_new) {
        (Some(environment), _) => Some(environment),
        (None, false) => before.environment,
        (None, true) => variables.environment()?,
    };
    let environment = environment
        .filter(|environment| *environment != Environment::Global || before.environment.is_some());
    // In another cloud, its addresses mean nothing.
    let is_same = environment.unwrap_or_default() == before.environment();
    let address = |said: &Option<String>, was: Option<String>, name| {
        let known = said.clone().or(was.filter(|_| is_same));
        match known {
            None if is_new => variables.address(name),
            known => Ok(known),
        }
    };
    let way = way(login, before.sign_in);
    if environment == Some(Environment::Simulator) {
        return Err(nothing_needed());
    }
    let missing = |flag: &str| Failure::usage(format!("say {flag}"));
    Ok(Profile {
        sign_in: Some(way.ok_or_else(|| {
            missing("how to sign in: --device-code, --client-secret-stdin or --refresh-token-stdin")
        })?),
        tenant: Some(
            login
                .tenant
                .clone()
                .or(before.tenant)
                .ok_or_else(|| missing("--tenant"))?,
        ),
        client_id: Some(
            login
                .client_id
                .clone()
                .or(before.client_id)
                .ok_or_else(|| missing("--client-id"))?,
        ),
        environment,
        endpoint: address(&connection.endpoint, before.endpoint, variables::ENDPOINT)?,
        authority: address(&login.authority, before.authority, variables::AUTHORITY)?,
        sandbox: login.sandbox.unwrap_or(before.sandbox),
    })
}

/// How somebody signs in from now on. A secret alone makes no user's profile one of the application.
fn way(login: &Login, before: Option<Way>) -> Option<Way> {
    if login.device_code {
        Some(Way::DeviceCode)
    } else if login.refresh_token_stdin {
        Some(Way::RefreshToken)
    } else if login.client_secret_stdin {
        Some(before.unwrap_or(Way::ClientSecret))
    } else {
        None
    }
}

/// Where a user's profile gets another secret of the application, there has to be the user.
fn check_user(login: &Login, name: &str, profile: &Profile, kept: &Secrets) -> Result<(), Failure> {
    let is_of_user = profile.sign_in != Some(Way::ClientSecret);
    let brings_user = login.device_code || login.refresh_token_stdin;
    if !is_of_user || brings_user || kept.refresh_token.is_some() {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "the profile {name} is of a user, who is not signed in to this application: say --device-code or \
         --refresh-token-stdin, too; the application alone signs in as another --profile"
    )))
}

/// The service of a profile, whose endpoint can be one.
fn service(name: &str, profile: Profile) -> Result<Service, Failure> {
    let environment = profile.environment();
    let cloud = environment.cloud().ok_or_else(nothing_needed)?;
    let service = Service {
        environment,
        cloud,
        endpoint: profile.endpoint.clone(),
        authority: profile.authority.clone(),
        identity: Identity::Profile(Named {
            name: name.to_owned(),
            profile,
        }),
    };
    check_endpoint(&service)?;
    let is_here = service.endpoint.as_deref().is_some_and(is_loopback);
    if is_here && service.authority.is_none() {
        // Secrets of a simulator's would go to Microsoft.
        let message =
            "the endpoint is on this machine and the sign-in would not be: say --authority, too";
        return Err(Failure::usage(message));
    }
    Ok(service)
}

/// Whether a URL names this very machine.
fn is_loopback(url: &str) -> bool {
    let url = Url::parse(url).ok();
    match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What is kept, with what is handed over in its place.
async fn with_given(login: &Login, kept: Secrets) -> Result<Secrets, Failure> {
    let wanted = [
        (login.client_secret_stdin, "client secret"),
        (login.refresh_token_stdin, "refresh token"),
    ];
    let names = wanted.into_iter().filter(|(is_wanted, _)| *is_wanted);
    let names: Vec<&'static str> = names.map(|(_, name)| name).collect();
    if names.is_empty() {
        return Ok(kept);
    }
    let mut secrets = ask::secrets(&names).await?.into_iter();
    let mut next = |is_wanted: bool| is_wanted.then(|| secrets.next()).flatten();
    Ok(Secrets {
        signed_in_to: None,
        client_secret: next(login.client_secret_stdin).or(kept.client_secret),
        refresh_token: next(login.refresh_token_stdin).or(kept.refresh_token),
    })
}

/// Gets the first token.
async fn signed_in(
    login: &Login,
    service: &Service,
    client_secret: Option<SecretString>,
    store: &Arc<Fresh>,
    connection: &Connection,
) -> Result<AccessToken, Failure> {
    let Some(Named { profile, .. }) = service.profile() else {
        return Err(nothing_needed());
    };
    let (tenant, client_id) = (profile.tenant.as_deref(), profile.client_id.as_deref());
    let mut sign_in = sign_in(
        service,
        tenant.unwrap_or_default(),
        client_id.unwrap_or_default(),
        connection,
    );
    if let Some(secret) = client_secret {
        sign_in = sign_in.client_secret(secret);
    }
    let entra = match profile.sign_in {
        Some(Way::ClientSecret) => sign_in.client_credentials()?,
        // Also where a code was entered once, and the application has another secret now.
        _ if !login.device_code => sign_in.refresh_token(Arc::clone(store))?,
        _ => {
            let code = sign_in.device_code().await?;
            let (address, user_code) = (code.verification_uri(), code.user_code());
            notice(&format!(
                "to sign in, open {} in a browser, and enter the code {}",
                clean(address),
                clean(user_code)
            ));
            code.wait(Arc::clone(store)).await?
        }
    };
    let watched = Watched(entra);
    Ok(credential::token(&watched, service).await?)
}

/// Keeps the profile, and the secrets that are not kept yet.
async fn keep(
    folder: &Folder,
    service: &Service,
    store: &Fresh,
    is_default: bool,
) -> Result<(), Failure> {
    let lock = folder.lock().await?;
    store.keep(&lock)?;
    if let Some(named) = service.profile() {
        profiles::keep(folder, &lock, named, is_default)?;
    }
    Ok(())
}
