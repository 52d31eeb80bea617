//! Which request does a link of the service stand for?
//!
//! The server's text decides the next request, and the bearer token goes with it. So a link is followed only to the
//! origin that the client was set up with.

use http::{HeaderMap, HeaderName, HeaderValue, Method};
use partner_center_orders_api::Link;
use url::Url;

use crate::delivery::Delivery;
use crate::error::{Error, ErrorKind};
use crate::root::{LONGEST_URI, MOST_HEADERS, Root, Unusable, is_transports};

/// Headers that every request has anyway. A link's are neither sent nor compared.
const SET_BY_TRANSPORT: [&str; 3] = ["accept", "ms-requestid", "ms-correlationid"];

impl Root {
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
        let value = value.filter(|value| value.len() <= LONGEST_URI);
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

    use super::Target;
    use crate::error::{Error, ErrorKind};
    use crate::root::Root;

    fn link(uri: &str, method: Option<&str>) -> Link {
        let mut link = Link::default();
        link.uri = Some(uri.into());
        link.method = method.map(str::to_owned);
        link
    }

    fn resolve(endpoint: &str, uri: &str) -> Result<Target, Error> {
        Root::new(Url::parse(endpoint).unwrap()).resolve(&link(uri, Some("GET")))
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
            let mut header = LinkHeader::default();
            (header.key, header.value) = (Some(key.into()), Some(value.into()));
            let mut link = link("/x", None);
            link.headers = Some(vec![header]);
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
            let link = link("/x", Some(method));
            let target = Root::new(Url::parse("https://host").unwrap()).resolve(&link);
            assert_eq!(target.is_ok(), is_followed, "{method}");
        }
    }
}
