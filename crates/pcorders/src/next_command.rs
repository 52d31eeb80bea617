//! What can be run next? Commands for a hint, to be copied into a shell.

use std::ffi::OsString;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use partner_center_orders::{CustomerId, OrderId, Uuid};

use crate::args::Consent;

/// Clocks differ, and so does the time of an order from that of the request.
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// This very command, under the id that it had: the service takes the two for one.
pub(crate) fn again(consent: &Consent, id: Uuid) -> Option<String> {
    let added = consent.request_id.is_none().then_some(id);
    let arguments = std::env::args_os().skip(1).map(OsString::into_string);
    // What is no text cannot be shown.
    let arguments = arguments.collect::<Result<Vec<_>, _>>().ok()?;
    line(with_request_id(arguments, added))
}

fn with_request_id(mut arguments: Vec<String>, id: Option<Uuid>) -> Vec<String> {
    if let Some(id) = id {
        let end = arguments.iter().position(|argument| argument == "--");
        let end = end.unwrap_or(arguments.len());
        arguments.splice(end..end, ["--request-id".to_owned(), id.to_string()]);
    }
    arguments
}

/// Where to look whether something was done.
#[derive(Debug)]
pub(crate) enum Look {
    /// Among the orders since then, where one that was placed has an id that is not known.
    AmongOrders(DateTime<Utc>),
    AtOrder(OrderId),
    AtAttachments(OrderId),
}

impl Look {
    /// What is to be known about looking there.
    pub(crate) fn caveat(&self) -> &'static str {
        match self {
            Self::AmongOrders(_) => " (a list shows an order up to 15 minutes late)",
            Self::AtOrder(_) | Self::AtAttachments(_) => "",
        }
    }

    /// The arguments that show it. An id may begin with a hyphen, and stands last.
    pub(crate) fn arguments(&self, customer: CustomerId) -> Vec<String> {
        let customer = customer.to_string();
        match self {
            Self::AmongOrders(time) => {
                let since = time.checked_sub_signed(SKEW).unwrap_or(*time);
                let since = since.to_rfc3339_opts(SecondsFormat::Secs, true);
                owned(["order", "list", "--customer", &customer, "--since", &since])
            }
            Self::AtOrder(id) => about(&["order", "show"], &customer, id),
            Self::AtAttachments(id) => about(&["order", "attachment", "list"], &customer, id),
        }
    }
}

/// The command about one order, whose id may look like a flag.
fn about(command: &[&str], customer: &str, id: &OrderId) -> Vec<String> {
    let end_of_flags = id.as_str().starts_with("--").then_some("--");
    let customer = ["--customer", customer];
    let words = command.iter().copied().chain(customer);
    let words = words.chain(end_of_flags).chain([id.as_str()]);
    words.map(str::to_owned).collect()
}

fn owned<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).into()
}

/// The command with these arguments, as a shell reads it.
pub(crate) fn line(arguments: impl IntoIterator<Item = String>) -> Option<String> {
    let words: Vec<String> = ["pcorders".to_owned()]
        .into_iter()
        .chain(arguments.into_iter().map(without_secrets))
        .collect();
    shlex::try_join(words.iter().map(String::as_str)).ok()
}

/// An address with more than host and path may hold a password or a signature.
fn without_secrets(argument: String) -> String {
    match argument.split_once("://") {
        Some((scheme, rest)) if rest.contains(['@', '?', '#']) => format!("{scheme}://[..]"),
        _ => argument,
    }
}

#[cfg(test)]
mod tests {
    use super::{line, owned, with_request_id};

    #[test]
    fn a_command_is_quoted_and_shows_no_secret() {
        let arguments = owned([
            "order",
            "show",
            "a b",
            "it's",
            "--tender-link=https://x.example/a?sig=secret",
        ]);
        let line = line(arguments).unwrap();
        assert_eq!(
            line,
            r#"pcorders order show 'a b' "it's" '--tender-link=https://[..]'"#
        );
        let plain = super::line(owned(["--endpoint", "http://127.0.0.1:8080"])).unwrap();
        assert_eq!(plain, "pcorders --endpoint http://127.0.0.1:8080");
        let user = super::line(owned(["https://user:secret@x.example/"])).unwrap();
        assert!(!user.contains("secret"), "{user}");
    }

    #[test]
    fn the_request_id_is_a_flag_wherever_the_flags_end() {
        let id = "0e5fc923-8e3c-4560-9100-ce7283c3e081";
        let added = |arguments: &[&str]| {
            let arguments = arguments.iter().map(|word| (*word).to_owned()).collect();
            with_request_id(arguments, id.parse().ok()).join(" ")
        };
        assert_eq!(
            added(&["order", "cancel", "o"]),
            format!("order cancel o --request-id {id}")
        );
        assert_eq!(
            added(&["cancel", "--", "-9q"]),
            format!("cancel --request-id {id} -- -9q")
        );
        assert_eq!(with_request_id(owned(["a"]), None), ["a"]);
    }
}
