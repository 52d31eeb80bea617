//! What is asked of Microsoft Entra ID, and what is made of the answer?

use std::fmt;
use std::sync::Arc;

use oauth2::basic::{BasicRevocationErrorResponse, BasicTokenIntrospectionResponse};
use oauth2::{
    AuthType, Client, ClientId, ClientSecret, DeviceAuthorizationUrl, EndpointNotSet, EndpointSet,
    RefreshToken, RequestTokenError, Scope, StandardRevocableToken, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use url::Url;

use super::cache::Fetched;
use super::fault::Fault;
use super::granted::{Granted, Tokens};
use super::wire::{Exchange, Wire};
use super::{EntraVersion, RefreshTokenStore};
use crate::cloud::Cloud;
use crate::credential_error::{CredentialError, CredentialErrorKind as Kind};

/// What ends a cloud's scope: everything that the application was granted.
const DEFAULT: &str = "/.default";
/// What a user lets the application do.
const USER: &str = "/user_impersonation";
/// Asks for a refresh token.
const OFFLINE: &str = "offline_access";

/// The client of the library: which endpoints are set is part of its type.
type Oauth = Client<
    Fault,
    Granted,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

/// An application at the endpoints of its tenant.
pub(super) struct Entra {
    pub(super) oauth: Oauth,
    wire: Arc<Wire>,
    secret: Option<SecretString>,
    cloud: Cloud,
    version: EntraVersion,
}

impl Entra {
    pub(super) fn new(
        wire: Wire,
        authority: &Url,
        tenant: &str,
        client_id: String,
        secret: Option<SecretString>,
        cloud: Cloud,
        version: EntraVersion,
    ) -> Result<Self, CredentialError> {
        let at = |path: &str| {
            let mut url = authority.clone();
            let Ok(mut segments) = url.path_segments_mut() else {
                return Err(CredentialError::configuration(
                    "the authority is not a base URL",
                ));
            };
            segments.pop_if_empty().push(tenant).extend(path.split('/'));
            drop(segments);
            Ok(url)
        };
        let (token, device) = match version {
            EntraVersion::V1 => ("oauth2/token", "oauth2/devicecode"),
            EntraVersion::V2 => ("oauth2/v2.0/token", "oauth2/v2.0/devicecode"),
        };
        let mut oauth = Client::new(ClientId::new(client_id))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(TokenUrl::from_url(at(token)?))
            .set_device_authorization_url(DeviceAuthorizationUrl::from_url(at(device)?));
        if let Some(secret) = &secret {
            oauth = oauth.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()));
        }
        Ok(Self {
            oauth,
            wire: Arc::new(wire),
            secret,
            cloud,
            version,
        })
    }

    pub(super) fn version(&self) -> EntraVersion {
        self.version
    }

    /// A token for one cloud is of no use in another, and none of its business.
    pub(super) fn check_scopes(&self, scopes: &[&str]) -> Result<(), CredentialError> {
        let Some(other) = scopes.iter().find(|scope| **scope != self.cloud.scope()) else {
            return Ok(());
        };
        let message = format!(
            "a token for {other} is wanted, and this credential has those for {}: give the client and the sign-in the \
             same cloud",
            self.cloud.scope(),
        );
        Err(CredentialError::configuration(message))
    }

    fn resource(&self) -> &'static str {
        let scope = self.cloud.scope();
        scope.strip_suffix(DEFAULT).unwrap_or(scope)
    }

    /// What is asked for with a user.
    pub(super) fn user_scopes(&self) -> [Scope; 2] {
        let scope = format!("{}{USER}", self.resource());
        [scope, OFFLINE.to_owned()].map(Scope::new)
    }

    async fn client_credentials(&self) -> Result<Tokens, CredentialError> {
        let request = self.oauth.exchange_client_credentials();
        let request = match self.version {
            EntraVersion::V1 => request.add_extra_param("resource", self.resource()),
            EntraVersion::V2 => request.add_scope(Scope::new(self.cloud.scope().to_owned())),
        };
        let exchange = self.exchange(None);
        tokens(request.request_async(&exchange).await, &exchange)
    }

    async fn renewal(&self, refresh_token: &SecretString) -> Result<Tokens, CredentialError> {
        check_secret(refresh_token, "the refresh token")?;
        let token = RefreshToken::new(refresh_token.expose_secret().to_owned());
        let request = self.oauth.exchange_refresh_token(&token);
        let request = match self.version {
            // As documented for the secure application model.
            EntraVersion::V1 => request
                .add_scope(Scope::new("openid".to_owned()))
                .add_extra_param("resource", self.resource()),
            EntraVersion::V2 => request.add_scopes(self.user_scopes()),
        };
        let exchange = self.exchange(Some(refresh_token));
        tokens(request.request_async(&exchange).await, &exchange)
    }

    /// The way for one request, which brings the application's secret and perhaps another.
    pub(super) fn exchange(&self, other: Option<&SecretString>) -> Exchange {
        let secrets = self.secret.iter().chain(other).cloned().collect();
        Exchange::new(&self.wire, secrets)
    }
}

/// What the library made of the answer.
fn tokens(
    granted: Result<Granted, RequestTokenError<CredentialError, Fault>>,
    exchange: &Exchange,
) -> Result<Tokens, CredentialError> {
    let granted = granted.map_err(|error| exchange.failed(error, |fault| fault))?;
    let tokens = granted.into_tokens(exchange.asked());
    tokens.map_err(|error| exchange.explained(error))
}

impl fmt::Debug for Entra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entra")
            .field("token_uri", &self.oauth.token_uri().as_str())
            .field("client_id", &self.oauth.client_id().as_str())
            .field("cloud", &self.cloud)
            .finish_non_exhaustive()
    }
}

/// On what grounds a token is handed out.
#[derive(Debug)]
pub(super) enum Grant {
    ClientCredentials,
    RefreshToken {
        store: Arc<dyn RefreshTokenStore>,
        /// One that was handed out and could not be saved yet.
        unsaved: Mutex<Option<SecretString>>,
    },
}

impl Grant {
    pub(super) fn refresh_token(store: Arc<dyn RefreshTokenStore>) -> Self {
        Self::RefreshToken {
            store,
            unsaved: Mutex::new(None),
        }
    }

    /// Gets a token. A refresh token that comes with it is saved before anybody hears of it.
    pub(super) async fn fetch(&self, entra: &Entra) -> Result<Fetched, CredentialError> {
        let tokens = match self {
            Self::ClientCredentials => entra.client_credentials().await?,
            Self::RefreshToken { store, unsaved } => {
                let mut unsaved = unsaved.lock().await;
                renew(entra, store.as_ref(), &mut unsaved).await?
            }
        };
        Ok(tokens.access)
    }
}

async fn renew(
    entra: &Entra,
    store: &dyn RefreshTokenStore,
    unsaved: &mut Option<SecretString>,
) -> Result<Tokens, CredentialError> {
    if let Some(token) = unsaved.as_ref() {
        save(store, token).await?;
        *unsaved = None;
    }
    let mut loaded = Loaded::from(store).await?;
    let tokens = match entra.renewal(&loaded.token).await {
        // Another process may have used it up and saved the next one meanwhile.
        Err(error) if error.kind() == Kind::InvalidGrant => {
            let used = loaded.token.clone();
            drop(loaded);
            loaded = Loaded::from(store).await?;
            if loaded.token.expose_secret() == used.expose_secret() {
                return Err(error);
            }
            entra.renewal(&loaded.token).await?
        }
        renewed => renewed?,
    };
    if let Some(next) = &tokens.refresh
        && let Err(error) = save(store, next).await
    {
        *unsaved = Some(next.clone());
        return Err(error);
    }
    Ok(tokens)
}

/// A refresh token on loan from its store.
struct Loaded<'s> {
    token: SecretString,
    store: &'s dyn RefreshTokenStore,
}

impl<'s> Loaded<'s> {
    async fn from(store: &'s dyn RefreshTokenStore) -> Result<Self, CredentialError> {
        let failed = "the refresh token cannot be read from its store";
        let token = store.load().await;
        let token = token
            .map_err(|error| CredentialError::of_kind(Kind::Store, failed).with_source(error))?;
        Ok(Self { token, store })
    }
}

impl Drop for Loaded<'_> {
    fn drop(&mut self) {
        self.store.release();
    }
}

pub(super) async fn save(
    store: &dyn RefreshTokenStore,
    token: &SecretString,
) -> Result<(), CredentialError> {
    let failed = "the new refresh token cannot be saved";
    store
        .save(token)
        .await
        .map_err(|error| CredentialError::of_kind(Kind::Store, failed).with_source(error))
}

/// What was pasted wrong is said before it is sent.
pub(super) fn check_secret(secret: &SecretString, what: &str) -> Result<(), CredentialError> {
    let text = secret.expose_secret();
    let wrong = if text.trim().is_empty() {
        "is empty"
    } else if text.trim() != text || text.chars().any(char::is_control) {
        "begins or ends with white space, or has line breaks"
    } else {
        return Ok(());
    };
    Err(CredentialError::configuration(format!("{what} {wrong}")))
}
