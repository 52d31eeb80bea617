//! Where does a link of the service lead, and may one go there?
//!
//! The server's text decides the next request, and the bearer token goes with it. So a link is followed only to the
//! origin that the client was set up with.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use partner_center_orders_api::Link;
use url::{ParseError, Url};

use crate::delivery::Delivery;
use crate::error::{Error, ErrorKind};

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
const LONGEST_URI: usize = 32 * 1024;

/// One header is documented for links; whoever writes a request needs a few more.
pub(crate) const MOST_HEADERS: usize = 50;

/// Headers that every request has anyway. A link's are neither sent nor compared.
const SET_BY_TRANSPORT: [&str; 3] = ["accept", "ms-requestid", "ms-correlationid"];

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

    /// Turns a link for the next page into the request that it stands for.
    ///
    /// A uri without `/v1` gets it, one with it keeps it, an absolute one is used as it is; the query stays as it
    /// is, but for characters that a URL may not hold. Published clients do the first two; the third is inferred.
    pub(crate) fn resolve(&self, link: &Link) -> Result<Target, Error> {
        let method = link.method.as_deref().unwrap_or("GET");
        if !method.eq_ignore_ascii_case(Method::GET.as_str()) {
            return Err(refused("it asks for a method other than GET"));
        }
        let uri = link.uri.as_deref().unwrap_or_default();
        Ok(Target {
            url: self.url(uri).map_err(|why| match why {
                Unusable::NoUri => refused("it is no uri"),
                Unusable::Elsewhere => refused("it leads away from the configured endpoint"),
            })?,
            headers: headers(link)?,
        })
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

fn headers(link: &Link) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    for header in link.headers() {
        let name = header
            .key
            .as_ref()
            .and_then(|key| HeaderName::try_from(key).ok());
        let value = header
            .value
            .as_ref()
            .and_then(|value| HeaderValue::try_from(value).ok());
        let (Some(name), Some(value)) = (name, value) else {
            // Without it the first page could come again.
            return Err(refused("it has a header that cannot be sent"));
        };
        if SET_BY_TRANSPORT.contains(&name.as_str()) {
            continue;
        }
        if is_transports(&name) {
            return Err(refused(format!(
                "it sets the header {name}, which is not a link's to set"
            )));
        }
        if headers.len() >= MOST_HEADERS || headers.try_append(name, value).is_err() {
            return Err(refused("it has too many headers"));
        }
    }
    Ok(headers)
}

fn refused(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Link, Delivery::NotSent, message)
}

/// What a link stands for: an address below the endpoint, and headers to send with the request.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
}

/// An address, and headers in order.
pub(crate) type Identity = (String, Vec<(String, Vec<u8>)>);

impl Target {
    /// What makes two links the same: address and headers, whatever the order of the headers.
    pub(crate) fn identity(&self) -> Identity {
        let mut headers: Vec<_> = self
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
            .collect();
        headers.sort();
        (self.url.to_string(), headers)
    }
}

#[cfg(test)]
mod tests {
    use partner_center_orders_api::{Link, LinkHeader};
    use url::Url;

    use super::{Root, Target};
    use crate::error::{Error, ErrorKind};

    fn resolve(endpoint: &str, uri: &str) -> Result<Target, Error> {
        let link = Link {
            uri: Some(uri.into()),
            method: Some("GET".into()),
            headers: None,
            body: None,
        };
        Root::new(Url::parse(endpoint).unwrap()).resolve(&link)
    }

    #[test]
    fn a_link_on_the_origin_is_followed_with_its_query_as_it_is() {
        let table = [
            (
                "/customers/c/orders?a=%2B+%20=&b",
                "https://host/v1/customers/c/orders?a=%2B+%20=&b",
            ),
            ("customers/c", "https://host/v1/customers/c"),
            ("/v1/customers/c", "https://host/v1/customers/c"),
            ("v1/customers/c", "https://host/v1/customers/c"),
            ("/v10/customers", "https://host/v1/v10/customers"),
            ("/v1", "https://host/v1"),
            ("/v1?x=1", "https://host/v1?x=1"),
            (
                "https://host/v1/customers?x=1",
                "https://host/v1/customers?x=1",
            ),
            ("HTTPS://HOST:443/anything", "https://host/anything"),
            ("/customers#part", "https://host/v1/customers"),
            // What a URL may not hold is escaped.
            (
                "/customers?q='ü'",
                "https://host/v1/customers?q=%27%C3%BC%27",
            ),
        ];
        for (uri, url) in table {
            assert_eq!(
                resolve("https://host", uri).unwrap().url.as_str(),
                url,
                "{uri}"
            );
        }
        let below_a_path = resolve("http://127.0.0.1:1/base", "/customers/c").unwrap();
        assert_eq!(
            below_a_path.url.as_str(),
            "http://127.0.0.1:1/base/v1/customers/c"
        );
    }

    #[test]
    fn a_link_off_the_origin_is_refused() {
        for uri in [
            "https://evil/v1/x",
            "http://host/v1/x",
            "https://host:444/v1",
            "https://host.evil/",
            "//evil/x",
            "///evil/x",
            "/\\evil/x",
            "\\\\evil/x",
            "https://user@host/v1",
            "https://u:p@host/v1",
            "ftp://host/v1",
            "javascript:alert(1)",
            "data:,x",
            "",
            "\thttps://evil",
            "/a b",
            "https:evil",
            "https://",
        ] {
            match resolve("https://host", uri) {
                Err(error) => assert_eq!(error.kind(), ErrorKind::Link, "{uri}"),
                // What still resolves stays at home.
                Ok(target) => assert_eq!(target.url.host_str(), Some("host"), "{uri}"),
            }
        }
        for uri in [
            "https://evil/v1/x",
            "//evil/x",
            "http://host/v1/x",
            "https://user@host/v1",
            "/\\evil/x",
        ] {
            assert!(resolve("https://host", uri).is_err(), "{uri}");
        }
    }

    #[test]
    fn a_link_cannot_set_who_asks_or_how_the_message_is_framed() {
        for (key, value) in [
            ("Authorization", "Bearer x"),
            ("Host", "evil"),
            ("x", "a\nb"),
            ("a b", "c"),
        ] {
            let header = LinkHeader {
                key: Some(key.into()),
                value: Some(value.into()),
            };
            let link = Link {
                uri: Some("/x".into()),
                method: None,
                headers: Some(vec![header]),
                body: None,
            };
            assert!(
                Root::new(Url::parse("https://host").unwrap())
                    .resolve(&link)
                    .is_err(),
                "{key}"
            );
        }
    }

    #[test]
    fn only_get_is_followed() {
        for (method, is_followed) in [("GET", true), ("get", true), ("POST", false), ("", false)] {
            let link = Link {
                uri: Some("/x".into()),
                method: Some(method.into()),
                headers: None,
                body: None,
            };
            let target = Root::new(Url::parse("https://host").unwrap()).resolve(&link);
            assert_eq!(target.is_ok(), is_followed, "{method}");
        }
    }
}
