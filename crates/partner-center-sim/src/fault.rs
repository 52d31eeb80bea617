//! What can go wrong on request?
//!
//! A fault is a value: what it does to the answer is decided in `broken`, when it strikes in `rule`.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::sign_in_error::SignInError;

/// Something that goes wrong with a request on purpose: [`Rule::fault`](crate::Rule::fault) says with which.
///
/// Waits are of the wall clock, so that they are felt while the simulator's own clock stands still. They need a Tokio
/// runtime that has time enabled.
///
/// Most faults strike before the request is carried out, so that nothing is changed. With
/// [`after_change`](Self::after_change) it is carried out and its answer is lost.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Fault(pub(crate) Kind);

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Kind {
    Status {
        status: u16,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        code: Option<String>,
        /// In seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
        #[serde(default)]
        after_change: bool,
    },
    Html {
        status: u16,
        #[serde(default)]
        after_change: bool,
    },
    Empty {
        status: u16,
        #[serde(default)]
        after_change: bool,
    },
    Redirect {
        location: String,
        #[serde(default)]
        after_change: bool,
    },
    SignIn {
        error: SignInError,
        /// In seconds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
        #[serde(default)]
        after_change: bool,
    },
    TokenRefused {},
    Reset {
        #[serde(default)]
        after_change: bool,
    },
    Delay {
        milliseconds: u64,
        #[serde(default)]
        after_change: bool,
    },
    CutBody {
        bytes: u64,
    },
    SlowBody {
        bytes: usize,
        milliseconds: u64,
    },
    HugeBody {
        bytes: u64,
    },
    RepeatedNext {},
    EndlessNext {},
    ForeignNext {
        uri: String,
    },
    UnknownWord {
        member: String,
        word: String,
    },
    OddMember {
        member: String,
        value: Value,
    },
    MissingMember {
        member: String,
    },
}

impl Fault {
    /// The answer is this error, with the body that the spec has for the status.
    ///
    /// A 429 also asks to wait for 57 seconds, as the documented one does. A status outside of 200 to 599 becomes 500.
    ///
    /// A request for [signing in](crate::Simulator::on_sign_in) gets the shape that errors have there, and is not asked to
    /// wait.
    pub fn status(status: u16) -> Self {
        Self(Kind::Status {
            status,
            code: None,
            retry_after: None,
            after_change: false,
        })
    }

    /// The answer is an error of the service with this code, such as 409 with `800060`. Of an error of
    /// [signing in](crate::Simulator::on_sign_in) it is the number, such as `50034` of AADSTS50034.
    pub fn code(status: u16, code: impl Into<String>) -> Self {
        Self(Kind::Status {
            status,
            code: Some(code.into()),
            retry_after: None,
            after_change: false,
        })
    }

    /// The answer asks to wait this long, in whole seconds. It is for [`status`](Self::status), [`code`](Self::code) and
    /// [`sign_in`](Self::sign_in); other faults stay as they are.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        if let Kind::Status { retry_after, .. } | Kind::SignIn { retry_after, .. } = &mut self.0 {
            *retry_after = Some(wait.as_secs());
        }
        self
    }

    /// The answer is a page of HTML with this status, from something in front of the service: it has none of the
    /// service's headers.
    pub fn html(status: u16) -> Self {
        Self(Kind::Html {
            status,
            after_change: false,
        })
    }

    /// The answer is an error of Microsoft Entra ID. It is for requests of [signing in](crate::Simulator::on_sign_in); calls
    /// of the service stay as they are.
    pub fn sign_in(error: SignInError) -> Self {
        Self(Kind::SignIn {
            error,
            retry_after: None,
            after_change: false,
        })
    }

    /// The answer has this status and no body, and none of the service's headers.
    pub fn empty(status: u16) -> Self {
        Self(Kind::Empty {
            status,
            after_change: false,
        })
    }

    /// The answer is a 302 with this `Location` and without a body, from something in front of the service. What no header
    /// can have is left out.
    pub fn redirect(location: impl Into<String>) -> Self {
        Self(Kind::Redirect {
            location: location.into(),
            after_change: false,
        })
    }

    /// The token is refused (401 with the code 400), although there is nothing wrong with it. Requests of
    /// [signing in](crate::Simulator::on_sign_in), which have none, stay as they are.
    pub fn token_refused() -> Self {
        Self(Kind::TokenRefused {})
    }

    /// The connection is reset without a byte of an answer.
    pub fn reset() -> Self {
        Self(Kind::Reset {
            after_change: false,
        })
    }

    /// The answer comes this much later. What a client waits for in vain is not carried out, unless it is
    /// [`after_change`](Self::after_change).
    pub fn delay(wait: Duration) -> Self {
        Self(Kind::Delay {
            milliseconds: milliseconds(wait),
            after_change: false,
        })
    }

    /// The connection ends after so many bytes of the body, although the head announced all of them. A body that is no
    /// longer than that comes whole.
    pub fn cut_body(bytes: u64) -> Self {
        Self(Kind::CutBody { bytes })
    }

    /// The body comes so many bytes at a time, with this pause after each piece but the last. No bytes at all count as
    /// one.
    pub fn slow_body(bytes: usize, pause: Duration) -> Self {
        Self(Kind::SlowBody {
            bytes,
            milliseconds: milliseconds(pause),
        })
    }

    /// The body is filled up with blanks until it has so many bytes: JSON as before, and too much of it.
    pub fn huge_body(bytes: u64) -> Self {
        Self(Kind::HugeBody { bytes })
    }

    /// The next page of a collection is always the same one: the same items, the same link.
    pub fn repeated_next() -> Self {
        Self(Kind::RepeatedNext {})
    }

    /// There is always a next page of a collection. It has the same items, and a link with a token that was not there
    /// before.
    pub fn endless_next() -> Self {
        Self(Kind::EndlessNext {})
    }

    /// The link to the next page of a collection has this uri, such as one of another host.
    pub fn foreign_next(uri: impl Into<String>) -> Self {
        Self(Kind::ForeignNext { uri: uri.into() })
    }

    /// Wherever the JSON of the answer has a text as the member of this name, such as `status`, it says this word.
    pub fn unknown_word(member: impl Into<String>, word: impl Into<String>) -> Self {
        Self(Kind::UnknownWord {
            member: member.into(),
            word: word.into(),
        })
    }

    /// Wherever the JSON of the answer has a member of this name, it has this value: `3599` as text in place of a number, or
    /// `()` for null. What cannot be written as JSON is null as well.
    pub fn odd_member(member: impl Into<String>, value: impl Serialize) -> Self {
        Self(Kind::OddMember {
            member: member.into(),
            value: serde_json::to_value(value).unwrap_or_default(),
        })
    }

    /// Wherever the JSON of the answer has a member of this name, it is left out.
    pub fn missing_member(member: impl Into<String>) -> Self {
        Self(Kind::MissingMember {
            member: member.into(),
        })
    }

    /// The request is carried out before the fault strikes: what it changes is changed. It is for
    /// [`status`](Self::status), [`code`](Self::code), [`html`](Self::html), [`empty`](Self::empty),
    /// [`redirect`](Self::redirect), [`sign_in`](Self::sign_in), [`reset`](Self::reset) and [`delay`](Self::delay);
    /// others stay as they are.
    #[must_use]
    pub fn after_change(mut self) -> Self {
        if let Kind::Status { after_change, .. }
        | Kind::Html { after_change, .. }
        | Kind::Empty { after_change, .. }
        | Kind::Redirect { after_change, .. }
        | Kind::SignIn { after_change, .. }
        | Kind::Reset { after_change }
        | Kind::Delay { after_change, .. } = &mut self.0
        {
            *after_change = true;
        }
        self
    }
}

fn milliseconds(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Fault;
    use crate::sign_in_error::SignInError;

    #[test]
    fn a_fault_survives_json() {
        for fault in [
            Fault::status(503),
            Fault::code(409, "800060").after_change(),
            Fault::status(429).retry_after(Duration::from_secs(3)),
            Fault::html(502).after_change(),
            Fault::token_refused(),
            Fault::reset().after_change(),
            Fault::delay(Duration::MAX),
            Fault::cut_body(7),
            Fault::slow_body(1, Duration::from_millis(5)),
            Fault::huge_body(1 << 40),
            Fault::repeated_next(),
            Fault::endless_next(),
            Fault::foreign_next("https://elsewhere.example/"),
            Fault::unknown_word("status", "quantum"),
            Fault::empty(502).after_change(),
            Fault::redirect("https://elsewhere.example/").after_change(),
            Fault::sign_in(SignInError::TemporarilyUnavailable)
                .retry_after(Duration::from_secs(3))
                .after_change(),
            Fault::odd_member("expires_in", "3599"),
            Fault::odd_member("expires_in", ()),
            Fault::missing_member("expires_in"),
        ] {
            let json = serde_json::to_string(&fault).expect("JSON");
            let read: Fault = serde_json::from_str(&json).expect(&json);
            assert_eq!(read, fault, "{json}");
        }
    }

    #[test]
    fn a_misspelled_member_is_refused() {
        for json in [
            r#"{"kind":"reset","after":true}"#,
            r#"{"kind":"token_refused","status":401}"#,
            r#"{"kind":"status"}"#,
            r#"{"kind":"fire"}"#,
        ] {
            assert!(serde_json::from_str::<Fault>(json).is_err(), "{json}");
        }
    }
}
