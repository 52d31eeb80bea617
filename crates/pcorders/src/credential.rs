//! With which credential does the command sign in?

use std::sync::Arc;

use partner_center_orders::{
    AccessToken, Credential, CredentialError, EntraCredential, ExposeSecret, SignIn, StaticToken,
    TokenFuture, TokenRequest,
};

use crate::args::Connection;
use crate::config::Folder;
use crate::failure::Failure;
use crate::profiles::{Named, Way};
use crate::secrets::store::{Kept, TO_END, Unkept};
use crate::secrets::{Secrets, known};
use crate::target::{Identity, Service};
use crate::variables::Credentials;

/// The credential of whoever asks. Nothing is sent yet; that nobody signed in is said when a token is needed, after
/// everything that is wrong with the input.
pub(crate) fn credential(
    service: &Service,
    connection: &Connection,
) -> Result<Arc<dyn Credential>, Failure> {
    match &service.identity {
        Identity::Nobody { .. } => Ok(NotSignedIn::because("nobody is signed in")),
        Identity::Variables(Credentials::AccessToken(token)) => {
            Ok(Arc::new(StaticToken::new(token.clone())))
        }
        Identity::Variables(Credentials::Application {
            tenant,
            client_id,
            client_secret,
            refresh_token,
            ..
        }) => {
            let mut sign_in = sign_in(service, tenant, client_id, connection);
            if let Some(secret) = client_secret {
                sign_in = sign_in.client_secret(secret.clone());
            }
            let entra = match refresh_token {
                Some(token) => sign_in.refresh_token(Unkept::new(token.clone()))?,
                None => sign_in.client_credentials()?,
            };
            Ok(Arc::new(Watched(entra)))
        }
        Identity::Profile(named) => of_profile(named, service, connection),
    }
}

fn of_profile(
    named: &Named,
    service: &Service,
    connection: &Connection,
) -> Result<Arc<dyn Credential>, Failure> {
    let Named { name, profile } = named;
    let folder = folder()?;
    let secrets = Secrets::of(&folder, name)?;
    if let Err(elsewhere) = secrets.check(named) {
        return Ok(NotSignedIn::because(&elsewhere.to_string()));
    }
    let signed_out = || NotSignedIn::because(&format!("the profile {name} is signed out"));
    let (Some(tenant), Some(client_id)) = (&profile.tenant, &profile.client_id) else {
        return Ok(signed_out());
    };
    let mut sign_in = sign_in(service, tenant, client_id, connection);
    let has_secret = secrets.client_secret.is_some();
    if let Some(secret) = secrets.client_secret {
        sign_in = sign_in.client_secret(secret);
    }
    let entra = match profile.sign_in {
        Some(Way::ClientSecret) if has_secret => sign_in.client_credentials()?,
        Some(Way::RefreshToken | Way::DeviceCode) if secrets.refresh_token.is_some() => {
            // When the command gives up, the new refresh token may be on its way.
            if let Some(deadline) = connection.deadline {
                sign_in = sign_in.deadline(deadline.saturating_add(TO_END));
            }
            sign_in.refresh_token(Kept::new(folder, named.clone()))?
        }
        _ => return Ok(signed_out()),
    };
    Ok(Arc::new(Watched(entra)))
}

/// Where one signs in, and as which application.
pub(crate) fn sign_in(
    service: &Service,
    tenant: &str,
    client_id: &str,
    connection: &Connection,
) -> SignIn {
    let mut sign_in = SignIn::new(tenant, client_id).cloud(service.cloud);
    if let Some(authority) = &service.authority {
        sign_in = sign_in.authority(authority);
    }
    if let Some(deadline) = connection.deadline {
        sign_in = sign_in.deadline(deadline);
    }
    if let Some(attempts) = connection.attempts {
        sign_in = sign_in.attempts(attempts);
    }
    sign_in
}

/// The folder of profiles and secrets.
pub(crate) fn folder() -> Result<Folder, Failure> {
    Folder::find().ok_or_else(|| {
        Failure::configuration("there is no folder for profiles: set HOME or XDG_CONFIG_HOME")
    })
}

/// Gets a token for the service.
pub(crate) async fn token(
    credential: &dyn Credential,
    service: &Service,
) -> Result<AccessToken, CredentialError> {
    let scopes = [service.cloud.scope()];
    credential.token(TokenRequest::new(&scopes)).await
}

/// What hands out tokens, watched: each is a secret that must not be printed.
#[derive(Debug)]
pub(crate) struct Watched(pub(crate) EntraCredential);

impl Credential for Watched {
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> TokenFuture<'a> {
        Box::pin(async move {
            let token = self.0.token(request).await?;
            known::learn(token.secret().expose_secret());
            Ok(token)
        })
    }
}

/// Says that there is no token when one is needed.
#[derive(Debug)]
struct NotSignedIn(String);

impl NotSignedIn {
    fn because(message: &str) -> Arc<dyn Credential> {
        Arc::new(Self(message.to_owned()))
    }
}

impl Credential for NotSignedIn {
    fn token<'a>(&'a self, _: TokenRequest<'a>) -> TokenFuture<'a> {
        Box::pin(async { Err(CredentialError::new(&self.0)) })
    }
}
