//! What do the service's error codes mean, and what is there to do?
//!
//! One number can mean two things, so that an entry is found by the HTTP status and the code together:
//!
//! ```
//! use partner_center_orders::StatusCode;
//! use partner_center_orders::codes::{self, Repeat};
//!
//! let barred = codes::find(StatusCode::FORBIDDEN, "2006").ok_or("unknown")?;
//! let frozen = codes::find(StatusCode::BAD_REQUEST, "2006").ok_or("unknown")?;
//! assert_eq!(barred.meaning(), "This partner may not sell this offer.");
//! assert_eq!(frozen.meaning(), "Subscriptions of this offer cannot be changed.");
//! assert_eq!(frozen.repeat(), Repeat::No);
//!
//! let undocumented = codes::all().iter().filter(|code| !code.source().starts_with("documented"));
//! for code in undocumented {
//!     println!("{} {}: {}", code.status(), code.code(), code.remedy());
//! }
//! # Ok::<(), &str>(())
//! ```
//!
//! [`Error::documented`](crate::Error::documented) finds the entry of an error, [`Error::hint`](crate::Error::hint) says
//! what is to be done about errors without one as well.
//!
//! The catalogue has the documented codes that concern orders, carts and subscriptions, and some that were seen
//! elsewhere; those of transfers, migrations and customers' accounts are left out. Meanings are in this project's words.
//! Remedies are its advice, drawn from the documentation of the calls that they name, and so is [`Repeat`]: the
//! documentation gives a code one sentence and hardly any advice. In a path that a remedy names, `GUID`, `ORDER`, `CART`
//! and `ID` stand for ids, and `XX` for the customer's country;
//! [`PartnerCenter::request`](crate::PartnerCenter::request) sends any of them.

mod access;
mod catalogue;
mod customer;
mod order;
mod provisioning;
mod subscription;

use std::fmt;
use std::sync::LazyLock;

use http::StatusCode;

/// One error code of the service, under one HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    status: u16,
    code: &'static str,
    meaning: &'static str,
    remedy: &'static str,
    repeat: Repeat,
    source: &'static str,
}

/// Whether it helps to send a request again that was answered with a code, and how. Inferred, as none of it is
/// documented but for looking after 800060.
///
/// After a refusal a write is sent with a new request id: the old one may get the old answer again (inferred).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Repeat {
    /// It does not help: this call will not do it. The remedy may name another one.
    No,
    /// With another request, as the remedy says.
    Changed,
    /// As it is, once somebody did what the remedy says: signed in again, accepted an agreement, raised a limit.
    AfterAction,
    /// As it is, later: something else is still at work.
    Later,
    /// A read as it is. A write may have been carried out: look first, or send it with the same request id, which the
    /// service remembers for minutes (inferred), and with no other.
    SameRequestId,
}

impl Code {
    /// The HTTP status that the code comes with.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The code: digits.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// What the service says by it.
    pub fn meaning(&self) -> &'static str {
        self.meaning
    }

    /// What to do next.
    pub fn remedy(&self) -> &'static str {
        self.remedy
    }

    /// Whether sending the request again can help.
    pub fn repeat(&self) -> Repeat {
        self.repeat
    }

    /// Where the code is known from, as in `documented: error-codes`: the kind of evidence (`documented`, `seen` or
    /// `inferred`) and keys of `SOURCES.md` beside the OpenAPI document.
    pub fn source(&self) -> &'static str {
        self.source
    }

    const fn means(mut self, meaning: &'static str) -> Self {
        self.meaning = meaning;
        self
    }

    const fn advise(mut self, remedy: &'static str) -> Self {
        self.remedy = remedy;
        self
    }

    const fn known_from(mut self, source: &'static str) -> Self {
        self.source = source;
        self
    }
}

/// An entry of the tables, to be filled in. Most codes are on the documentation's page on error codes.
///
/// The tables are kept from rustfmt, which gives up on texts that are longer than a line.
const fn code(status: u16, code: &'static str, repeat: Repeat) -> Code {
    Code {
        status,
        code,
        meaning: "",
        remedy: "",
        repeat,
        source: "documented: error-codes",
    }
}

impl Repeat {
    /// The word for it: `no`, `changed`, `after_action`, `later` or `same_request_id`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Changed => "changed",
            Self::AfterAction => "after_action",
            Self::Later => "later",
            Self::SameRequestId => "same_request_id",
        }
    }
}

impl fmt::Display for Repeat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The whole catalogue, sorted by the codes as numbers and then by status.
pub fn all() -> &'static [Code] {
    static ALL: LazyLock<Vec<Code>> = LazyLock::new(|| {
        let mut all = [
            access::CODES,
            catalogue::CODES,
            customer::CODES,
            order::CODES,
            provisioning::CODES,
            subscription::CODES,
        ]
        .concat();
        all.sort_by_key(place);
        all
    });
    &ALL
}

/// What the catalogue is sorted by. Of numbers without leading zeros, the longer text is the greater one.
fn place(code: &Code) -> (usize, &'static str, u16) {
    (code.code.len(), code.code, code.status)
}

/// What the catalogue says of a code, by the status and the code of [`Error`](crate::Error). `None` when it is not there
/// under this status.
pub fn find(status: StatusCode, code: &str) -> Option<&'static Code> {
    let mut all = all().iter();
    all.find(|known| known.status == status.as_u16() && known.code == code)
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::{Repeat, all, find, place};
    use crate::Delivery;
    use crate::attempt::Outcome;
    use crate::delivery::is_in_progress;

    #[test]
    fn every_entry_can_be_found_and_there_is_one_for_each_key() {
        assert!(all().len() > 150);
        for code in all() {
            let status = StatusCode::from_u16(code.status()).unwrap();
            assert_eq!(find(status, code.code()), Some(code));
            let number: u32 = code.code().parse().unwrap();
            assert_eq!(number.to_string(), code.code());
        }
        for pair in all().windows(2) {
            assert!(place(&pair[0]) < place(&pair[1]), "{:?}", pair[1]);
            let number = |index: usize| pair[index].code().parse::<u32>().unwrap();
            assert!(number(0) <= number(1), "{:?}", pair[1]);
        }
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        for (status, code) in [
            (404, "2006"),
            (400, "02006"),
            (400, " 2006"),
            (400, "2006.0"),
            (400, ""),
            (409, "0800060"),
            (503, "800003"),
        ] {
            assert_eq!(find(StatusCode::from_u16(status).unwrap(), code), None);
        }
    }

    #[test]
    fn texts_are_short_sentences_and_each_remedy_is_more_than_its_meaning() {
        for code in all() {
            for text in [code.meaning(), code.remedy()] {
                let length = text.chars().count();
                assert!((15..=200).contains(&length), "{length}: {code:?}");
                assert!(text.ends_with('.') && text.trim() == text, "{code:?}");
                assert!(!text.contains("  ") && !text.contains('\n'), "{code:?}");
                assert!(text.starts_with(char::is_uppercase), "{code:?}");
            }
            assert_ne!(code.meaning(), code.remedy());
        }
    }

    /// An answer that leaves open whether a write was carried out must not invite a second one.
    #[test]
    fn what_may_have_been_carried_out_is_looked_up_first() {
        for code in all() {
            let status = StatusCode::from_u16(code.status()).unwrap();
            let is_safe = matches!(code.repeat(), Repeat::No | Repeat::SameRequestId);
            let answered = Outcome::Answered {
                status,
                in_progress: is_in_progress(status, Some(code.code())),
                is_complete: true,
            };
            if Delivery::of_call([answered]) == Delivery::Refused {
                assert_ne!(code.repeat(), Repeat::SameRequestId, "{code:?}");
            } else {
                assert!(is_safe, "{code:?}");
                assert!(
                    code.remedy().contains(" up") || code.remedy().contains("Read the"),
                    "{code:?}"
                );
            }
        }
    }
}
