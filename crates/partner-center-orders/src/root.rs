//! Where may a token go, and what may the caller or the service not say about a request?

use http::HeaderName;
use url::{ParseError, Url};

/// The address of the service: where `/v1` hangs.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    endpoint: Url,
    /// The endpoint with `/v1`, no slash at the end: what paths are put behind.
    v1: String,
}

/// Headers that say who asks, or how the message is framed: the transport's to set.
const TRANSPORTS: [&str; 10] = [
    "authorization",
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "upgrade",
    "te",
    "proxy-authorization",
    // A part of an answer is not the answer.
    "range",
    "if-range",
];

/// Longer uris are not sent by HTTP libraries, and not taken by most servers.
pub(crate) const LONGEST_URI: usize = 32 * 1024;

/// One header is documented for links; whoever writes a request needs a few more.
pub(crate) const MOST_HEADERS: usize = 50;

impl Root {
    pub(crate) fn new(endpoint: Url) -> Self {
        let v1 = format!("{}/v1", endpoint.as_str().trim_end_matches('/'));
        Self { endpoint, v1 }
    }

    pub(crate) fn v1(&self) -> &str {
        &self.v1
    }

    /// Whether a token may be sent there.
    pub(crate) fn owns(&self, url: &Url) -> bool {
        let base = self.endpoint.path().trim_end_matches('/');
        let is_below = url
            .path()
            .strip_prefix(base)
            .is_some_and(|rest| rest.starts_with('/'));
        url.origin() == self.endpoint.origin()
            && is_below
            && url.username().is_empty()
            && url.password().is_none()
    }

    /// The address that a uri, or a path of the caller's, stands for.
    pub(crate) fn url(&self, uri: &str) -> Result<Url, Unusable> {
        if uri.is_empty()
            || uri.len() > LONGEST_URI
            || uri.contains(|c: char| c.is_ascii_control() || c == ' ' || c == '\\')
        {
            return Err(Unusable::NoUri);
        }
        // Whatever has a scheme of its own is absolute; `//host` would take the scheme along.
        let mut url = match Url::parse(uri) {
            Ok(absolute) => absolute,
            Err(ParseError::RelativeUrlWithoutBase) if uri.starts_with("//") => {
                return Err(Unusable::Elsewhere);
            }
            Err(ParseError::RelativeUrlWithoutBase) => {
                let path = uri.trim_start_matches('/');
                let has_version =
                    path == "v1" || path.starts_with("v1/") || path.starts_with("v1?");
                let endpoint = self.endpoint.as_str().trim_end_matches('/');
                let version = if has_version { "" } else { "v1/" };
                Url::parse(&format!("{endpoint}/{version}{path}")).map_err(|_| Unusable::NoUri)?
            }
            Err(_) => return Err(Unusable::NoUri),
        };
        // A fragment is never sent: two links that differ in it alone are the same.
        url.set_fragment(None);
        if self.owns(&url) {
            Ok(url)
        } else {
            Err(Unusable::Elsewhere)
        }
    }
}

/// Why a uri stands for no address that a token may go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unusable {
    NoUri,
    Elsewhere,
}

/// Whether a header is the transport's to set, and neither a link's nor the caller's.
pub(crate) fn is_transports(name: &HeaderName) -> bool {
    TRANSPORTS.contains(&name.as_str())
}
