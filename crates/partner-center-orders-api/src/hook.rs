//! Where does a request of the generated client go?
//!
//! To the [`Transport`] that the client was made with, and nowhere else.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;

use progenitor_client::{ClientHooks, ClientInfo, OperationInfo};
use reqwest::{Request, Response};

use crate::Client;

/// What [`Transport::send`] returns.
pub type TransportFuture<'a> = Pin<Box<dyn Future<Output = reqwest::Result<Response>> + Send + 'a>>;

/// Sends the requests of a generated [`Client`].
///
/// The generated code builds a request and decodes the reply; everything between is the transport's: token, headers,
/// waiting, giving up.
///
/// ```
/// use partner_center_orders_api::{Client, Inner, Transport, TransportFuture};
///
/// /// Sends each request once, as it is.
/// struct Plain;
///
/// impl Transport for Plain {
///     fn send<'a>(
///         &'a self,
///         http: &'a reqwest::Client,
///         request: reqwest::Request,
///         _operation: &'static str,
///     ) -> TransportFuture<'a> {
///         Box::pin(http.execute(request))
///     }
/// }
///
/// let client = Client::new_with_client("http://127.0.0.1:8080/v1", reqwest::Client::new(), Inner::new(Plain));
/// ```
pub trait Transport: Send + Sync {
    /// Sends one request and returns the reply that the generated code decodes.
    ///
    /// `operation` is the operation's id in the document, such as `get_order`.
    fn send<'a>(
        &'a self,
        http: &'a reqwest::Client,
        request: Request,
        operation: &'static str,
    ) -> TransportFuture<'a>;
}

/// The transport inside a generated client.
#[derive(Clone)]
pub struct Inner(Arc<dyn Transport>);

impl Inner {
    /// Wraps a transport.
    pub fn new(transport: impl Transport + 'static) -> Self {
        Self(Arc::new(transport))
    }
}

impl From<Arc<dyn Transport>> for Inner {
    fn from(transport: Arc<dyn Transport>) -> Self {
        Self(transport)
    }
}

/// Says nothing of the transport, which may hold a token.
impl fmt::Debug for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Inner(..)")
    }
}

impl ClientHooks<Inner> for Client {
    async fn exec(&self, mut request: Request, info: &OperationInfo) -> reqwest::Result<Response> {
        // The generator adds this to every request; the service knows no such header.
        request.headers_mut().remove("api-version");
        self.inner()
            .0
            .send(self.client(), request, info.operation_id)
            .await
    }
}
