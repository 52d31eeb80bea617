//! Which Partner Center, and where is it?

use std::net::IpAddr;

use url::{Host, Url};

use crate::error::Error;

/// A cloud that has a Partner Center of its own.
///
/// It decides where requests go and for whom tokens are meant. Source: documented in rest-urls.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cloud {
    /// The global cloud.
    #[default]
    Global,
    /// The cloud for US Government; the interface is at the global address.
    UsGov,
    /// The cloud in China, operated by 21Vianet.
    China,
}

impl Cloud {
    /// The base URL of the interface, without `/v1`.
    pub fn endpoint(self) -> &'static str {
        match self {
            Self::Global | Self::UsGov => "https://api.partnercenter.microsoft.com",
            Self::China => "https://partner.partnercenterapi.microsoftonline.cn",
        }
    }

    /// Where one signs in: the host of Microsoft Entra ID. Source: documented in authentication for the global cloud, seen in
    /// powershell and digest for US Government, and in digest for China, where powershell of 2020 has another address.
    pub fn authority(self) -> &'static str {
        match self {
            Self::Global => "https://login.microsoftonline.com",
            Self::UsGov => "https://login.microsoftonline.us",
            Self::China => "https://login.partner.microsoftonline.cn",
        }
    }

    /// What a token must be good for: the scope to ask for.
    pub fn scope(self) -> &'static str {
        match self {
            Self::Global | Self::UsGov => "https://api.partnercenter.microsoft.com/.default",
            Self::China => "https://partner.partnercenterapi.microsoftonline.cn/.default",
        }
    }
}

/// Reads a base URL that tokens may be sent to.
///
/// # Errors
/// `Configuration` when the text is no URL, is neither https nor a loopback address, or has parts that a base URL
/// does not have.
pub(crate) fn endpoint(text: &str) -> Result<Url, Error> {
    let refused = |why: &str| Error::configuration(format!("the endpoint {why}"));
    let url = base(text).map_err(|why| refused(&why))?;
    let mut segments = url.path_segments().into_iter().flatten();
    if segments
        .next_back()
        .is_some_and(|last| last.eq_ignore_ascii_case("v1"))
    {
        return Err(refused("must be given without the /v1 at its end"));
    }
    Ok(url)
}

/// Reads a base URL that secrets may be sent to; the error ends a sentence about it.
pub(crate) fn base(text: &str) -> Result<Url, String> {
    let refused = |why: &str| Err(why.to_owned());
    // The reason is one of a few sentences, and never has the text.
    let url =
        Url::parse(text.trim_end_matches('/')).map_err(|why| format!("is not a URL: {why}"))?;
    if !url.username().is_empty() || url.password().is_some() {
        return refused("must not contain a user name or password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refused("must not contain a query or fragment");
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        "http" => refused("must be https: http is for loopback addresses only"),
        _ => refused("must begin with https://"),
    }
}

/// Whether the URL names this very machine.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Cloud, endpoint};

    #[test]
    fn every_cloud_has_an_endpoint_that_tokens_may_go_to() {
        for cloud in [Cloud::Global, Cloud::UsGov, Cloud::China] {
            assert!(endpoint(cloud.endpoint()).is_ok());
            assert!(cloud.scope().starts_with(cloud.endpoint()));
        }
    }

    #[test]
    fn http_is_for_loopback_only() {
        for text in [
            "http://127.0.0.1:8080",
            "http://[::1]:1",
            "http://localhost:80/",
            "http://127.8.9.1/base",
        ] {
            assert!(endpoint(text).is_ok(), "{text}");
        }
        for text in [
            "http://example.com",
            "http://127.0.0.1.example.com",
            "http://0.0.0.0",
            "ftp://127.0.0.1",
        ] {
            assert!(endpoint(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_no_base_url_is_refused_without_repeating_it() {
        for text in [
            "",
            "api",
            "https://user:secret@host",
            "https://host?secret",
            "https://host#secret",
            "https://host/v1",
            "https://host/V1/",
        ] {
            let error = endpoint(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("secret"), "{text}");
        }
    }
}
