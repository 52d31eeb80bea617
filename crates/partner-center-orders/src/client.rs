//! How is a client set up?

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::Method;
use partner_center_orders_api::JsonText;
use reqwest::ClientBuilder;

use crate::cloud::{self, Cloud};
use crate::credential::Credential;
use crate::customer::{Customer, CustomerId};
use crate::error::Error;
use crate::http_client::{self, Configure};
use crate::list::ListRequest;
use crate::raw::{self, RawRequest};
use crate::repeats::{Budget, Repeats};
use crate::root::Root;

/// What ends a call that goes on too long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) answer: Duration,
    pub(crate) deadline: Duration,
    pub(crate) idle: Duration,
    pub(crate) body: u64,
}

const DEFAULTS: Limits = Limits {
    answer: Duration::from_secs(100),
    deadline: Duration::from_secs(300),
    idle: Duration::from_secs(60),
    body: 64 * 1024 * 1024,
};

/// What all calls of a client share.
pub(crate) struct Shared {
    pub(crate) http: reqwest::Client,
    pub(crate) root: Root,
    pub(crate) credential: Arc<dyn Credential>,
    pub(crate) scope: &'static str,
    pub(crate) limits: Limits,
    pub(crate) repeats: Repeats,
    pub(crate) budget: Budget,
}

/// A partner's access to Partner Center. Cheap to clone; clones share connections.
#[derive(Clone)]
pub struct PartnerCenter {
    shared: Arc<Shared>,
}

impl PartnerCenter {
    /// Begins to set up a client that signs in with the credential.
    pub fn builder(credential: impl Credential + 'static) -> Builder {
        Builder {
            credential: Arc::new(credential),
            cloud: Cloud::default(),
            endpoint: None,
            limits: DEFAULTS,
            repeats: Repeats::default(),
            configure: None,
        }
    }

    /// One of the partner's customers. Makes no request.
    pub fn customer(&self, id: CustomerId) -> Customer<'_> {
        Customer::new(self, id)
    }

    /// Asks for anything that has no call of its own here: any method, any path below the endpoint, through the same
    /// transport and under the same rules.
    ///
    /// The path is that of the documentation, with its query, with or without `/v1`, percent-encoded where needed
    /// (`/customers?size=20`). An absolute address below the endpoint is used as it is.
    ///
    /// ```
    /// use partner_center_orders::{Method, PartnerCenter, StaticToken};
    /// use partner_center_sim::Simulator;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let simulator = Simulator::start().await?;
    /// # let partner = PartnerCenter::builder(StaticToken::new(Simulator::ACCESS_TOKEN))
    /// #     .endpoint(simulator.base_url())
    /// #     .build()?;
    /// let path = "/customers/b0d70a69-4c42-4b27-b17b-91a835d8686a/orders/YxH1q4KScfvfkJQjgRI8QY1DznnUWZTH1";
    /// let order = partner.request(Method::GET, path).send().await?;
    /// assert!(order.body().starts_with(b"{"));
    /// # Ok(())
    /// # }
    /// ```
    pub fn request(&self, method: Method, path: impl AsRef<str>) -> RawRequest<'_> {
        RawRequest::new(self, method, path.as_ref())
    }

    /// Reads any list of the service that has no call of its own here, following `links.next` as typed lists do. The
    /// items are JSON as it came. The path is as for [`request`](Self::request).
    ///
    /// Lists that go on by a continuation token instead (in the body or in a header, as those of customers may) end with an
    /// error of the kind `Link` after their first page: read those page by page with [`request`](Self::request).
    pub fn list(&self, path: impl AsRef<str>) -> ListRequest<JsonText> {
        raw::list(self, path.as_ref())
    }

    /// Where requests go: the base URL with `/v1`.
    pub fn endpoint(&self) -> &str {
        self.shared.root.v1()
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }
}

impl fmt::Debug for PartnerCenter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PartnerCenter")
            .field("endpoint", &self.shared.root.v1())
            .finish_non_exhaustive()
    }
}

/// Sets up a [`PartnerCenter`].
#[must_use = "a client exists only when this is built"]
pub struct Builder {
    credential: Arc<dyn Credential>,
    cloud: Cloud,
    endpoint: Option<String>,
    limits: Limits,
    repeats: Repeats,
    configure: Option<Configure>,
}

impl Builder {
    /// The cloud: where requests go and what tokens are for. [`Cloud::Global`] unless said otherwise. A credential that
    /// signs in must have the same one ([`SignIn::cloud`](crate::SignIn::cloud)).
    pub fn cloud(mut self, cloud: Cloud) -> Self {
        self.cloud = cloud;
        self
    }

    /// Sends requests to another base URL, without `/v1`; tokens are still those of the cloud.
    ///
    /// It must be https, except on a loopback address.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// How long one request may take until the last byte of its answer: 100 s unless said otherwise.
    pub fn answer_timeout(mut self, limit: Duration) -> Self {
        self.limits.answer = limit;
        self
    }

    /// How long a call may take with everything that belongs to it: 5 min unless said otherwise. Each page of a list
    /// has this long.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.limits.deadline = limit;
        self
    }

    /// How often one request is sent at most: 5 times unless said otherwise; with 1 nothing is sent again, but after a 401
    /// with another token.
    ///
    /// A repeat has the same request id. Reads are repeated when nothing could be sent, when no answer or only a part of
    /// it came, and after 408, 429, 500, 502, 503 and 504; writes the same, but never after a 2xx status line, not
    /// after 500, and not five minutes after a first attempt that may have counted. That the service recognises a repeated request id is documented for time-outs, and inferred for the rest.
    pub fn attempts(mut self, most: u32) -> Self {
        self.repeats.attempts = most;
        self
    }

    /// How long the waits between attempts are: a random time up to `first`, which doubles from wait to wait up to
    /// `longest`; half a second and 30 s unless said otherwise. A `Retry-After` that asks for more is kept to, and one that
    /// does not fit into the deadline ends the call.
    pub fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.repeats.set_waits(first, longest);
        self
    }

    /// Whether all calls together are held to a budget of repeats, as they are unless said otherwise: ten in ten seconds,
    /// and one more for every fifth call. A call that finds it spent ends as its last attempt did.
    pub fn retry_budget(mut self, has_budget: bool) -> Self {
        self.repeats.has_budget = has_budget;
        self
    }

    /// How long a download may be silent: 60 s unless said otherwise. The other limits cover its head only, as a file
    /// takes as long as it takes.
    pub fn idle_timeout(mut self, limit: Duration) -> Self {
        self.limits.idle = limit;
        self
    }

    /// How many bytes the body of an answer may have: 64 MiB unless said otherwise. A download has no limit.
    pub fn body_limit(mut self, bytes: u64) -> Self {
        self.limits.body = bytes;
        self
    }

    /// Changes the HTTP client underneath, for a proxy or a private certificate authority.
    ///
    /// What keeps tokens and orders safe is set afterwards and cannot be changed here: no redirect is followed,
    /// nothing is sent again behind this crate's back, an https endpoint is asked by https only, and a proxy is never
    /// used for a loopback address. With an http endpoint, which is a loopback address, no certificates are read.
    ///
    /// ```
    /// use partner_center_orders::{PartnerCenter, Proxy, StaticToken};
    ///
    /// let proxy = Proxy::https("http://proxy.example:3128")?;
    /// let partner = PartnerCenter::builder(StaticToken::new("token"))
    ///     .configure_http(|http| http.proxy(proxy))
    ///     .build()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn configure_http(
        mut self,
        configure: impl FnOnce(ClientBuilder) -> ClientBuilder + Send + 'static,
    ) -> Self {
        self.configure = Some(Box::new(configure));
        self
    }

    /// Makes the client. Sends nothing.
    ///
    /// # Errors
    /// `Configuration` when the endpoint is not one that tokens may go to, or the HTTP client cannot be made, as on a
    /// machine without certificates.
    pub fn build(self) -> Result<PartnerCenter, Error> {
        let endpoint = cloud::endpoint(self.endpoint.as_deref().unwrap_or(self.cloud.endpoint()))?;
        let http = http_client::to(&endpoint, self.configure).map_err(|none| {
            let error = Error::configuration(none.message);
            match none.source {
                Some(source) => error.with_source(source),
                None => error,
            }
        })?;
        let shared = Shared {
            http,
            root: Root::new(endpoint),
            credential: self.credential,
            scope: self.cloud.scope(),
            limits: self.limits,
            repeats: self.repeats,
            budget: self.repeats.budget(),
        };
        Ok(PartnerCenter {
            shared: Arc::new(shared),
        })
    }
}

impl fmt::Debug for Builder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The endpoint is not checked yet: it may hold a password.
        f.debug_struct("Builder")
            .field("cloud", &self.cloud)
            .field("limits", &self.limits)
            .field("repeats", &self.repeats)
            .finish_non_exhaustive()
    }
}
