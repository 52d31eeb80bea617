//! How does a credential of the Azure SDK sign in to Partner Center?

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use azure_core::credentials::TokenCredential;
use tokio::time::timeout;

use crate::credential::{AccessToken, Credential, TokenFuture, TokenRequest};
use crate::credential_error::{CredentialError, CredentialErrorKind as Kind};
use crate::sign_in::cache::{Cache, Fetched, Moment, Source};

/// How long such a credential is waited for: some ask an address that is on another machine, or start a program.
const LIMIT: Duration = Duration::from_secs(60);

/// Any credential of the Azure SDK: a certificate, a managed identity, a workload identity, the Azure CLI, or one of your
/// own. Feature `azure-core`.
///
/// Its tokens are kept and shared as those of [`EntraCredential`](crate::EntraCredential) are. After a 401 it is asked again;
/// whether it then has another token is its own business.
///
/// ```
/// use std::sync::Arc;
///
/// use azure_core::credentials::{AccessToken, TokenCredential, TokenRequestOptions};
/// use partner_center_orders::{AzureCredential, PartnerCenter};
/// # use partner_center_sim::Simulator;
///
/// // In earnest one of the crate azure_identity, such as ManagedIdentityCredential.
/// #[derive(Debug)]
/// struct OfYourOwn;
///
/// #[async_trait::async_trait]
/// # /*
/// impl TokenCredential for OfYourOwn { .. }
/// # */
/// # impl TokenCredential for OfYourOwn {
/// #     async fn get_token(&self, scopes: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
/// #         assert_eq!(scopes, ["https://api.partnercenter.microsoft.com/.default"]);
/// #         let end = std::time::SystemTime::now() + std::time::Duration::from_secs(3600);
/// #         Ok(AccessToken::new(Simulator::ACCESS_TOKEN, end.into()))
/// #     }
/// # }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let simulator = Simulator::start().await?;
/// let partner = PartnerCenter::builder(AzureCredential::new(Arc::new(OfYourOwn)))
/// #   .endpoint(simulator.base_url())
///     .build()?;
/// # partner.customer(Simulator::CUSTOMERS[0].parse()?).orders().list().send().try_next().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AzureCredential {
    credential: Arc<dyn TokenCredential>,
    /// A token for each set of scopes that was asked for: one, unless clients of two clouds share this.
    caches: Arc<Mutex<Caches>>,
}

type Caches = HashMap<Vec<String>, Arc<Cache<Asked>>>;

struct Asked {
    credential: Arc<dyn TokenCredential>,
    scopes: Vec<String>,
}

impl AzureCredential {
    /// Takes tokens from this one.
    pub fn new(credential: Arc<dyn TokenCredential>) -> Self {
        Self {
            credential,
            caches: Arc::default(),
        }
    }

    fn cache(&self, scopes: &[&str]) -> Arc<Cache<Asked>> {
        let scopes: Vec<String> = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        let mut caches = self.caches.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            let credential = Arc::clone(&self.credential);
            let scopes = scopes.clone();
            Cache::new(Asked { credential, scopes }, None)
        };
        Arc::clone(caches.entry(scopes.clone()).or_insert_with(new))
    }
}

impl From<Arc<dyn TokenCredential>> for AzureCredential {
    fn from(credential: Arc<dyn TokenCredential>) -> Self {
        Self::new(credential)
    }
}

impl Credential for AzureCredential {
    fn token<'a>(&'a self, request: TokenRequest<'a>) -> TokenFuture<'a> {
        let cache = self.cache(request.scopes);
        Box::pin(async move { cache.token(request.refused).await })
    }
}

impl Source for Asked {
    async fn fetch(&self) -> Result<Fetched, CredentialError> {
        let asked = Moment::now();
        let scopes: Vec<&str> = self.scopes.iter().map(String::as_str).collect();
        let got = timeout(LIMIT, self.credential.get_token(&scopes, None)).await;
        let got = got
            .map_err(|_| {
                CredentialError::of_kind(Kind::Timeout, "the Azure credential had no token in time")
            })?
            .map_err(|error| {
                CredentialError::new("the Azure credential has no token").with_source(error)
            })?;
        let end = SystemTime::from(got.expires_on);
        Ok(Fetched {
            token: AccessToken::new(got.token.secret()).with_expiry(end),
            asked,
            lifetime: end.duration_since(SystemTime::now()).unwrap_or_default(),
        })
    }
}

/// What the credential shows of itself is not known here.
impl fmt::Debug for AzureCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AzureCredential").finish_non_exhaustive()
    }
}
