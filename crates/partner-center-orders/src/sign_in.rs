//! How does one sign in with Microsoft Entra ID?
//!
//! [`SignIn`] says where and as which application; a grant makes an [`EntraCredential`] of it, which gets tokens when they
//! are needed. `entra` asks, by `exchange` and `wire`; `grant` sees to refresh tokens, `cache` shares one token among all
//! calls.

pub(crate) mod cache;
mod device_code;
mod entra;
mod exchange;
mod fault;
mod grant;
mod granted;
mod store;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use reqwest::ClientBuilder;
use secrecy::SecretString;

pub use device_code::DeviceCode;
pub use store::{RefreshTokenInMemory, RefreshTokenStore, StoreFuture};

use self::cache::{Cache, Fetched, Source};
use self::entra::Entra;
use self::grant::Grant;
use self::wire::Wire;
use crate::cloud::{self, Cloud};
use crate::credential::{AccessToken, Credential, TokenFuture, TokenRequest};
use crate::credential_error::CredentialError;
use crate::http_client::{self, Configure};
use crate::repeats::Repeats;

/// How long a token may take with all attempts.
const DEADLINE: Duration = Duration::from_secs(60);

/// Three attempts, seconds apart: whoever wants the token waits for it.
const REPEATS: Repeats = Repeats {
    attempts: 3,
    first_wait: Duration::from_millis(500),
    longest_wait: Duration::from_secs(5),
    has_budget: false,
};

/// Which generation of Entra's endpoints is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntraVersion {
    /// `/oauth2/token`, with a `resource`: what older registrations and scripts use.
    V1,
    /// `/oauth2/v2.0/token`, with a `scope`.
    #[default]
    V2,
}

/// Says where one signs in, and as which application: the start of every [`EntraCredential`].
///
/// The grant comes last. An application alone:
///
/// ```
/// use partner_center_orders::{PartnerCenter, SignIn};
/// # use partner_center_sim::Simulator;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let simulator = Simulator::start().await?;
/// # let secret = "secret";
/// let credential = SignIn::new("contoso.onmicrosoft.com", "a11c7c6b-0a34-4e9e-8f0c-5d1f6d4a9b21")
///     .client_secret(secret)
/// #   .authority(simulator.base_url())
///     .client_credentials()?;
/// let partner = PartnerCenter::builder(credential)
/// #   .endpoint(simulator.base_url())
///     .build()?;
/// # partner.customer(Simulator::CUSTOMERS[0].parse()?).orders().list().send().try_next().await?;
/// # Ok(())
/// # }
/// ```
///
/// An application with a user, as the secure application model has it: [`refresh_token`](Self::refresh_token). Getting the
/// first refresh token in a terminal: [`device_code`](Self::device_code).
///
/// Only a TLS connection, or one to a loopback address, is given a secret; no redirect is followed. Sources: the grants and
/// the older endpoints are documented in authentication and secure-application-model, the newer endpoints with their scopes
/// seen in node-client and powershell; device codes are seen in powershell, and go by RFC 8628.
#[must_use = "a credential exists only when a grant was chosen"]
pub struct SignIn {
    tenant: String,
    client_id: String,
    client_secret: Option<SecretString>,
    cloud: Cloud,
    authority: Option<String>,
    version: EntraVersion,
    repeats: Repeats,
    deadline: Duration,
    configure: Option<Configure>,
}

impl SignIn {
    /// The partner's tenant, as a GUID or a domain, and the id of an application that is registered there.
    pub fn new(tenant: impl Into<String>, client_id: impl Into<String>) -> Self {
        Self {
            tenant: tenant.into(),
            client_id: client_id.into(),
            client_secret: None,
            cloud: Cloud::default(),
            authority: None,
            version: EntraVersion::default(),
            repeats: REPEATS,
            deadline: DEADLINE,
            configure: None,
        }
    }

    /// The application's secret. With a refresh token or a device code only a confidential application has one.
    pub fn client_secret(mut self, secret: impl Into<SecretString>) -> Self {
        self.client_secret = Some(secret.into());
        self
    }

    /// The cloud: where one signs in, and what the tokens are for. [`Cloud::Global`] unless said otherwise. The client must
    /// have the same one ([`Builder::cloud`](crate::Builder::cloud)).
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// Signs in at another host than the cloud's, given without the tenant; tokens are still those of the cloud. Together
    /// with [`Builder::endpoint`](crate::Builder::endpoint), this is a cloud of your own.
    ///
    /// It must be https, except on a loopback address.
    pub fn authority(mut self, url: impl Into<String>) -> Self {
        self.authority = Some(url.into());
        self
    }

    /// The generation of the endpoints: the newer one unless said otherwise.
    pub fn version(mut self, version: EntraVersion) -> Self {
        self.version = version;
        self
    }

    /// How often a token is asked for at most, when the authority cannot be reached, throttles or fails: 3 times unless
    /// said otherwise.
    pub fn attempts(mut self, most: u32) -> Self {
        self.repeats.attempts = most;
        self
    }

    /// How long the waits between attempts are: a random time up to `first`, which doubles up to `longest`; half a second
    /// and 5 s unless said otherwise. A `Retry-After` that asks for more is kept to.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.repeats.set_waits(first, longest);
        self
    }

    /// How long getting a token may take with all attempts, all waits, and the store of a refresh token: 60 s unless said
    /// otherwise, of which one attempt takes 30 s at most. A store that has to save what came late has 10 s for it.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = limit;
        self
    }

    /// Changes the HTTP client underneath, for a proxy or a private certificate authority, as
    /// [`Builder::configure_http`](crate::Builder::configure_http) does for the requests to Partner Center.
    pub fn configure_http(
        mut self,
        configure: impl FnOnce(ClientBuilder) -> ClientBuilder + Send + 'static,
    ) -> Self {
        self.configure = Some(Box::new(configure));
        self
    }

    /// A credential of the application alone, by its secret. Sends nothing yet.
    ///
    /// Some calls, such as the provisioning status, want a user as well.
    ///
    /// # Errors
    /// `Configuration` when there is no secret, or something of the above cannot be used.
    pub fn client_credentials(self) -> Result<EntraCredential, CredentialError> {
        if self.client_secret.is_none() {
            let message = "an application signs in with a secret, and none was given";
            return Err(CredentialError::configuration(message));
        }
        Ok(EntraCredential::new(
            self.entra()?,
            Grant::ClientCredentials,
            None,
        ))
    }

    /// A credential of the application with the user whose refresh token is in the store: the secure application model.
    /// Sends nothing yet.
    ///
    /// ```
    /// use partner_center_orders::{PartnerCenter, RefreshTokenInMemory, SignIn};
    /// # use partner_center_sim::Simulator;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::start().await?;
    /// # let (secret, refresh_token) = ("secret", Simulator::REFRESH_TOKEN);
    /// // In earnest a store that outlives the process: every renewal brings another refresh token.
    /// let store = RefreshTokenInMemory::new(refresh_token);
    /// let credential = SignIn::new("contoso.onmicrosoft.com", "a11c7c6b-0a34-4e9e-8f0c-5d1f6d4a9b21")
    ///     .client_secret(secret)
    /// #   .authority(simulator.base_url())
    ///     .refresh_token(store)?;
    /// let partner = PartnerCenter::builder(credential)
    /// #   .endpoint(simulator.base_url())
    ///     .build()?;
    /// # partner.customer(Simulator::CUSTOMERS[0].parse()?).orders().list().send().try_next().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// `Configuration` when something of the above cannot be used.
    pub fn refresh_token(
        self,
        store: impl RefreshTokenStore + 'static,
    ) -> Result<EntraCredential, CredentialError> {
        Ok(EntraCredential::new(
            self.entra()?,
            Grant::refresh_token(Arc::new(store)),
            None,
        ))
    }

    /// Asks for a code with which a user signs this device in, in a browser anywhere: the way to a first refresh token.
    ///
    /// ```
    /// use partner_center_orders::{PartnerCenter, RefreshTokenInMemory, SignIn};
    /// # use partner_center_sim::Simulator;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::builder().approve_devices().start().await?;
    /// let code = SignIn::new("contoso.onmicrosoft.com", "a11c7c6b-0a34-4e9e-8f0c-5d1f6d4a9b21")
    /// #   .authority(simulator.base_url())
    ///     .device_code()
    ///     .await?;
    /// println!("open {} and enter {}", code.verification_uri(), code.user_code());
    /// let credential = code.wait(RefreshTokenInMemory::empty()).await?;
    /// let partner = PartnerCenter::builder(credential)
    /// #   .endpoint(simulator.base_url())
    ///     .build()?;
    /// # partner.customer(Simulator::CUSTOMERS[0].parse()?).orders().list().send().try_next().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// Those of the authority; `Configuration` also with [`EntraVersion::V1`], whose way of doing this is not documented.
    pub async fn device_code(self) -> Result<DeviceCode, CredentialError> {
        DeviceCode::begin(self.entra()?).await
    }

    fn entra(self) -> Result<Entra, CredentialError> {
        let wrong = |what: String| CredentialError::configuration(what);
        let authority = self.authority.as_deref().unwrap_or(self.cloud.authority());
        let authority =
            cloud::base(authority).map_err(|why| wrong(format!("the authority {why}")))?;
        let is_tenant =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if !self.tenant.bytes().all(is_tenant) || self.tenant.trim_matches('.').is_empty() {
            return Err(wrong(
                "the tenant must be a GUID or a domain name such as contoso.onmicrosoft.com"
                    .to_owned(),
            ));
        }
        let last = authority.path_segments().and_then(Iterator::last);
        if last.is_some_and(|last| last.eq_ignore_ascii_case(&self.tenant)) {
            return Err(wrong(
                "the authority must be given without the tenant at its end".to_owned(),
            ));
        }
        if self.client_id.trim().is_empty() {
            return Err(wrong("the application's id is empty".to_owned()));
        }
        if let Some(secret) = &self.client_secret {
            entra::check_secret(secret, "the application's secret")?;
        }
        let http = http_client::to(&authority, self.configure).map_err(|none| {
            let error = CredentialError::configuration(none.message);
            match none.source {
                Some(source) => error.with_source(source),
                None => error,
            }
        })?;
        let wire = Wire {
            http,
            repeats: self.repeats,
            deadline: self.deadline,
        };
        Entra::new(
            wire,
            &authority,
            &self.tenant,
            self.client_id,
            self.client_secret,
            self.cloud,
            self.version,
        )
    }
}

/// Shows no secret.
impl fmt::Debug for SignIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The authority is not checked yet: it may hold a password.
        f.debug_struct("SignIn")
            .field("tenant", &self.tenant)
            .field("client_id", &self.client_id)
            .field("cloud", &self.cloud)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// A credential that gets its tokens from Microsoft Entra ID, made by [`SignIn`].
///
/// It keeps one token in memory, shares it among all its clones and all calls, and gets the next one in the background
/// some minutes before the end. Where there is none, calls wait for the one that asks: a hundred at once make one request.
/// After a 401 it gets another token, unless that was done since.
#[derive(Clone, Debug)]
pub struct EntraCredential {
    cache: Arc<Cache<Asked>>,
}

/// What is asked, and how.
#[derive(Debug)]
struct Asked {
    entra: Entra,
    grant: Grant,
}

impl Source for Asked {
    async fn fetch(&self) -> Result<Fetched, CredentialError> {
        self.grant.fetch(&self.entra).await
    }
}

impl EntraCredential {
    fn new(entra: Entra, grant: Grant, first: Option<Fetched>) -> Self {
        Self {
            cache: Cache::new(Asked { entra, grant }, first),
        }
    }
}

impl EntraCredential {
    /// A good token, without a call: to see at the start whether one can sign in, or to use it elsewhere.
    ///
    /// # Errors
    /// When there is none.
    pub async fn access_token(&self) -> Result<AccessToken, CredentialError> {
        self.cache.token(None).await
    }

    /// Waits for a renewal that is under way, if one is: before a process ends, so that the refresh token that it brings is
    /// saved.
    ///
    /// One that was replaced stays good, as Microsoft documents; who does not want to rely on that calls this last.
    pub async fn finish_renewal(&self) {
        self.cache.settled().await;
    }
}

impl Credential for EntraCredential {
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> TokenFuture<'a> {
        Box::pin(async move {
            self.cache.source().entra.check_scopes(request.scopes)?;
            self.cache.token(request.refused).await
        })
    }
}
