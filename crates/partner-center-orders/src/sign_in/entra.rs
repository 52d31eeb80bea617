//! What is asked of Microsoft Entra ID, and what is made of the answer?

use std::fmt;
use std::sync::Arc;

use oauth2::basic::{
    BasicErrorResponse, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
};
use oauth2::{
    AuthType, Client, ClientId, ClientSecret, DeviceAuthorizationUrl, EndpointNotSet, EndpointSet,
    RefreshToken, RequestTokenError, Scope, StandardRevocableToken, TokenUrl,
};
use secrecy::{ExposeSecret, SecretString};
use tokio::time::Instant;
use url::Url;

use super::EntraVersion;
use super::exchange::Exchange;
use super::granted::{Granted, Tokens};
use super::wire::Wire;
use crate::call::in_time;
use crate::cloud::Cloud;
use crate::credential_error::CredentialError;

/// What ends a cloud's scope: everything that the application was granted.
const DEFAULT: &str = "/.default";
/// What a user lets the application do.
const USER: &str = "/user_impersonation";
/// Where a device code is asked for. The older endpoints have none that is documented.
const DEVICE: &str = "oauth2/v2.0/devicecode";
/// Asks for a refresh token.
const OFFLINE: &str = "offline_access";

/// The client of the library: which endpoints are set is part of its type.
type Oauth = Client<
    BasicErrorResponse,
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
        let token = match version {
            EntraVersion::V1 => "oauth2/token",
            EntraVersion::V2 => "oauth2/v2.0/token",
        };
        let mut oauth = Client::new(ClientId::new(client_id))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(TokenUrl::from_url(at(token)?))
            .set_device_authorization_url(DeviceAuthorizationUrl::from_url(at(DEVICE)?));
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

    /// Asks as the application alone, until then at most.
    pub(super) async fn client_credentials(
        &self,
        until: Instant,
    ) -> Result<Tokens, CredentialError> {
        let request = self.oauth.exchange_client_credentials();
        let request = match self.version {
            EntraVersion::V1 => request.add_extra_param("resource", self.resource()),
            EntraVersion::V2 => request.add_scope(Scope::new(self.cloud.scope().to_owned())),
        };
        let exchange = self.exchange(None, until);
        tokens(request.request_async(&exchange).await, &exchange)
    }

    /// Asks with a user's refresh token, until then at most.
    pub(super) async fn renewal(
        &self,
        refresh_token: &SecretString,
        until: Instant,
    ) -> Result<Tokens, CredentialError> {
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
        let exchange = self.exchange(Some(refresh_token), until);
        tokens(request.request_async(&exchange).await, &exchange)
    }

    /// The way for one request, which brings the application's secret and perhaps another.
    pub(super) fn exchange(&self, other: Option<&SecretString>, until: Instant) -> Exchange {
        let secrets = self.secret.iter().chain(other).cloned().collect();
        Exchange::new(&self.wire, secrets, until)
    }

    /// The end of all that getting a token takes, from now on.
    pub(super) fn deadline(&self) -> Instant {
        in_time(self.wire.deadline)
    }
}

/// What the library made of the answer.
fn tokens(
    granted: Result<Granted, RequestTokenError<CredentialError, BasicErrorResponse>>,
    exchange: &Exchange,
) -> Result<Tokens, CredentialError> {
    let granted = granted.map_err(|error| exchange.failed(error))?;
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
