//! How is the HTTP client set up that tokens and secrets go through?

use std::time::Duration;

use reqwest::{Client, ClientBuilder};
use url::Url;

use crate::cloud;

const CONNECT: Duration = Duration::from_secs(10);

/// What the user changes of it.
pub(crate) type Configure = Box<dyn FnOnce(ClientBuilder) -> ClientBuilder + Send>;

/// Why there is no client.
#[derive(Debug)]
pub(crate) struct NoClient {
    pub(crate) message: &'static str,
    pub(crate) source: Option<reqwest::Error>,
}

/// A client for requests to this origin. What keeps secrets safe is set after what the user changes.
pub(crate) fn to(url: &Url, configure: Option<Configure>) -> Result<Client, NoClient> {
    let is_plain = url.scheme() == "http";
    if !is_plain && cfg!(not(any(feature = "rustls", feature = "native-tls"))) {
        return Err(NoClient {
            message: "https needs the feature rustls or native-tls",
            source: None,
        });
    }
    let mut http = ClientBuilder::new()
        .user_agent(concat!("partner-center-orders/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT);
    if let Some(configure) = configure {
        http = configure(http);
    }
    http = http
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        // It would log every byte, secrets included.
        .connection_verbose(false)
        .https_only(!is_plain);
    if cloud::is_loopback(url) {
        http = http.no_proxy();
    }
    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    if is_plain {
        // No certificate is looked at; reading the machine's store takes 20 ms and can fail.
        http = http.tls_certs_only([]);
    }
    http.build().map_err(|error| NoClient {
        message: "the HTTP client cannot be made",
        source: Some(error),
    })
}
