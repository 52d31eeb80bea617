//! What is there to do about an error that no documented code explains?

use std::time::SystemTime;

use crate::claims::TokenClaims;
use crate::delivery::Delivery;
use crate::error::ErrorKind;

/// Nobody knows whether a write was carried out.
pub(crate) const OPEN: &str = "A read can be repeated. A write may have been carried out: look first, or repeat it \
                               within minutes with the same request id, and never with a new one.";

/// What the status of an answer suggests.
pub(crate) fn of_status(status: u16) -> Option<&'static str> {
    let hint = match status {
        401 => {
            "Get a new access token and repeat the request. The token must be meant for Partner Center and for the \
             cloud that the client talks to."
        }
        403 => {
            "See whether the customer is this partner's and the caller has the role that the call needs, usually Admin \
             agent. Some calls need the token of an application with a user."
        }
        404 => {
            "Check the ids in the path, whose they are, and the cloud. An order that was just placed may show up to 15 \
             minutes late: then read again before anything else."
        }
        409 => {
            "The order, or what it rests on, is busy. Look it up before you send a write again: a list shows a new \
             order up to 15 minutes late."
        }
        412 => {
            "It was changed since it was read. Read it again, see whether the change is still wanted, and send it with \
             the new etag."
        }
        429 => {
            "Wait as long as the answer asks, longer from one time to the next, and send less at once: 500 requests a \
             minute are allowed for orders, and each one counts."
        }
        408 | 500..=599 => OPEN,
        _ => return None,
    };
    Some(hint)
}

/// What tokens for Partner Center are meant for: an address, or the service's own id.
const PARTNER_CENTER: [&str; 3] = [
    "https://api.partnercenter.microsoft.com",
    "https://partner.partnercenterapi.microsoftonline.cn",
    "fa3d9a0c-3fb0-42cc-9193-47c7ecd2edbd",
];

/// Azure AD Graph and Microsoft Graph, which the same applications often ask for.
const AZURE_AD_GRAPH: [&str; 3] = [
    "https://graph.windows.net",
    "https://graph.chinacloudapi.cn",
    "00000002-0000-0000-c000-000000000000",
];
const MICROSOFT_GRAPH: [&str; 4] = [
    "https://graph.microsoft.com",
    "https://graph.microsoft.us",
    "https://microsoftgraph.chinacloudapi.cn",
    "00000003-0000-0000-c000-000000000000",
];

/// What the claims of a refused token suggest. They are not verified, and explain what the service said already.
pub(crate) fn of_token(
    status: u16,
    code: Option<&str>,
    claims: &TokenClaims,
    now: SystemTime,
) -> Option<&'static str> {
    let audience = claims
        .audience()
        .map(|audience| audience.trim_end_matches('/'));
    let is_for = |services: &[&str]| audience.is_some_and(|audience| services.contains(&audience));
    match (status, code) {
        (401, _) if is_for(&AZURE_AD_GRAPH) => Some(
            "The token is meant for Azure AD Graph, which Partner Center has refused since August 2025, whatever older \
             samples say: ask for one with the scope of Partner Center, https://api.partnercenter.microsoft.com/.default in \
             the global cloud.",
        ),
        (401, _) if is_for(&MICROSOFT_GRAPH) => Some(
            "The token is meant for Microsoft Graph: ask for another one, with the scope of Partner Center, \
             https://api.partnercenter.microsoft.com/.default in the global cloud.",
        ),
        (401, Some("900420")) if is_for(&PARTNER_CENTER) => Some(
            "The token says that it is meant for Partner Center, so it may be one for another cloud: compare the cloud of \
             the sign-in with that of the endpoint.",
        ),
        (401, Some("900420")) if audience.is_some() => Some(
            "The token is meant for another service than Partner Center: ask for another one, with the scope of Partner \
             Center, https://api.partnercenter.microsoft.com/.default in the global cloud.",
        ),
        (401, Some("900421")) if claims.is_application() != Some(true) => match claims.has_mfa()? {
            false => Some(
                "The user signed in without multi-factor authentication: sign in again, with it. A refresh token from \
                 before does not get any better by being renewed.",
            ),
            true => Some(
                "The token says that there was multi-factor authentication, and the service wants it again: sign in \
                 again, and let the tenant's own authentication do it.",
            ),
        },
        (403, Some("900329")) if claims.is_application() == Some(true) => Some(
            "The token is one of an application alone, and this call wants an application with a user: sign in with a \
             refresh token or a device code.",
        ),
        (401, _) if claims.expires_at().is_some_and(|end| end <= now) => {
            Some("The token has expired: sign in again, or get a new one.")
        }
        _ => None,
    }
}

/// What the kind of an error suggests whose status says nothing.
pub(crate) fn of_kind(kind: ErrorKind, delivery: Delivery) -> Option<&'static str> {
    let hint = match (kind, delivery) {
        (_, Delivery::Accepted) => {
            "The service said yes. Never send a write again that got so far: look up what it did. A read can be \
             repeated."
        }
        (ErrorKind::Connect, Delivery::NotSent) => {
            "Nothing was sent. Check the endpoint, the network and the proxy, and try again."
        }
        (ErrorKind::Credential, Delivery::Refused) => {
            "The service refused the access token, and there is no other: sign in again."
        }
        (ErrorKind::Credential, Delivery::NotSent) => {
            "Nothing was sent. Get an access token with the scope of the cloud in use, \
             https://api.partnercenter.microsoft.com/.default for the global one."
        }
        (ErrorKind::Link, Delivery::Unknown) => {
            "Check the endpoint: no redirect is followed, as the token would go along. A write may have been carried \
             out: look first."
        }
        (ErrorKind::Link, _) => {
            "What was read before is sound, and not all. Begin the list again; if it comes to the same end, tell \
             Partner Center support the correlation id."
        }
        (ErrorKind::Timeout, Delivery::NotSent) => {
            "Nothing was sent. Try again, and allow more time."
        }
        (_, Delivery::Unknown) => OPEN,
        _ => return None,
    };
    Some(hint)
}

#[cfg(test)]
mod tests {
    use super::{OPEN, of_kind, of_status};
    use crate::delivery::Delivery::{Accepted, NotSent, Refused, Unknown};
    use crate::error::ErrorKind;

    #[test]
    fn a_status_that_leaves_a_write_open_says_so() {
        for status in [408, 500, 501, 502, 503, 504, 599] {
            assert_eq!(of_status(status), Some(OPEN), "{status}");
        }
        for status in [401, 403, 404, 409, 412, 429] {
            assert!(
                of_status(status).is_some_and(|hint| hint != OPEN),
                "{status}"
            );
        }
        for status in [200, 302, 400, 405, 418] {
            assert_eq!(of_status(status), None, "{status}");
        }
    }

    #[test]
    fn a_kind_has_a_hint_where_the_message_is_not_enough() {
        for (kind, delivery, beginning) in [
            (ErrorKind::Connect, NotSent, "Nothing was sent."),
            (ErrorKind::Credential, NotSent, "Nothing was sent."),
            (ErrorKind::Timeout, NotSent, "Nothing was sent."),
            (ErrorKind::Connect, Unknown, OPEN),
            (ErrorKind::Credential, Refused, "The service refused"),
            (ErrorKind::Credential, Unknown, OPEN),
            (ErrorKind::Timeout, Unknown, OPEN),
            (ErrorKind::Timeout, Accepted, "The service said yes."),
            (ErrorKind::Interrupted, Unknown, OPEN),
            (ErrorKind::Interrupted, Accepted, "The service said yes."),
            (ErrorKind::Decode, Accepted, "The service said yes."),
            (ErrorKind::Link, Unknown, "Check the endpoint"),
            (ErrorKind::Link, NotSent, "What was read before is sound"),
        ] {
            let hint = of_kind(kind, delivery).unwrap();
            assert!(hint.starts_with(beginning), "{kind:?} {delivery:?}: {hint}");
        }
        for (kind, delivery) in [
            (ErrorKind::Input, NotSent),
            (ErrorKind::Configuration, NotSent),
            (ErrorKind::Service, Refused),
        ] {
            assert_eq!(of_kind(kind, delivery), None, "{kind:?}");
        }
    }
}
