//! Did the service get the request, and did it act on it?

use http::StatusCode;

use crate::attempt::Outcome;

/// What is known of a call that ended in an error. The order is that of growing certainty that something was done.
///
/// Inferred from HTTP and from what the documentation says of `MS-RequestId`, not documented as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// Nothing reached the service. Try again as you like.
    NotSent,
    /// The service received the request and declined it. Try again with what was wrong mended, under a new request id: with
    /// the old one the same refusal may come again.
    Refused,
    /// The request may have been carried out. Send a write again only with the same request id, or look first.
    Unknown,
    /// The service said that it did it, whatever became of the answer. Do not send a write again.
    Accepted,
}

/// The code, with 409, that says that the same thing is still being done.
const IN_PROGRESS: &str = "800060";

impl Delivery {
    /// A word for programs: `not_sent`, `refused`, `unknown` or `accepted`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "not_sent",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
            Self::Accepted => "accepted",
        }
    }

    /// What is known of a call after all its attempts: the greatest of what each of them gives. One that was refused takes
    /// nothing from one before it that may have been carried out.
    pub(crate) fn of_call(attempts: impl IntoIterator<Item = Outcome>) -> Self {
        let each = attempts.into_iter().map(Self::of_attempt);
        each.max().unwrap_or(Self::NotSent)
    }

    fn of_attempt(outcome: Outcome) -> Self {
        match outcome {
            Outcome::NotConnected | Outcome::Unsendable => Self::NotSent,
            Outcome::TimedOut | Outcome::Interrupted | Outcome::Garbled => Self::Unknown,
            Outcome::Cut | Outcome::Unusable => Self::Accepted,
            Outcome::Answered { status, .. } if status.is_success() => Self::Accepted,
            // Only a complete refusal is one.
            Outcome::Answered {
                in_progress: true, ..
            }
            | Outcome::Answered {
                is_complete: false, ..
            } => Self::Unknown,
            Outcome::Answered { status, .. } => match status.as_u16() {
                400 | 401 | 403..=406 | 409 | 412 | 415 | 417 | 429 => Self::Refused,
                _ => Self::Unknown,
            },
        }
    }
}

/// Whether the service says that it is still at work on the same request. A 409 without a code that can be read may be
/// the one that says so.
pub(crate) fn is_in_progress(status: StatusCode, code: Option<&str>) -> bool {
    status == StatusCode::CONFLICT && !code.is_some_and(is_other_refusal)
}

/// Whether a code is a number, and another one than that.
fn is_other_refusal(code: &str) -> bool {
    let is_number = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    is_number && code.trim_start_matches('0') != IN_PROGRESS
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::Delivery::{self, Accepted, NotSent, Refused, Unknown};
    use super::is_in_progress;
    use crate::attempt::Outcome;

    fn answered(status: u16, code: Option<&str>, is_complete: bool) -> Outcome {
        let status = StatusCode::from_u16(status).unwrap();
        Outcome::Answered {
            status,
            in_progress: is_in_progress(status, code),
            is_complete,
        }
    }

    /// One outcome of each kind, and what it gives.
    fn table() -> Vec<(Outcome, Delivery)> {
        let mut table = vec![
            (Outcome::NotConnected, NotSent),
            (Outcome::Unsendable, NotSent),
            (Outcome::TimedOut, Unknown),
            (Outcome::Interrupted, Unknown),
            (Outcome::Garbled, Unknown),
            (Outcome::Cut, Accepted),
            (Outcome::Unusable, Accepted),
        ];
        for status in [200, 201, 206] {
            table.push((answered(status, None, true), Accepted));
            table.push((answered(status, None, false), Accepted));
        }
        for status in [400, 401, 403, 404, 405, 406, 409, 412, 415, 417, 429] {
            table.push((answered(status, Some("1"), true), Refused));
            table.push((answered(status, Some("1"), false), Unknown));
        }
        for status in [
            301, 302, 307, 402, 408, 410, 418, 500, 502, 503, 504, 599, 999,
        ] {
            table.push((answered(status, Some("1"), true), Unknown));
        }
        table
    }

    #[test]
    fn every_outcome_gives_the_delivery_of_the_table() {
        for (outcome, expected) in table() {
            assert_eq!(Delivery::of_call([outcome]), expected, "{outcome:?}");
        }
        assert_eq!(Delivery::of_call([]), NotSent);
    }

    #[test]
    fn of_two_attempts_the_greater_counts_in_either_order() {
        let certainty = |delivery| match delivery {
            NotSent => 0,
            Refused => 1,
            Unknown => 2,
            Accepted => 3,
        };
        for (first, of_first) in table() {
            for (second, of_second) in table() {
                let both = Delivery::of_call([first, second]);
                let wanted = certainty(of_first).max(certainty(of_second));
                assert_eq!(certainty(both), wanted, "{first:?} then {second:?}");
            }
        }
    }

    #[test]
    fn a_refusal_is_one_only_when_it_is_complete_and_says_so() {
        let of =
            |status, code, is_complete| Delivery::of_call([answered(status, code, is_complete)]);
        assert_eq!(of(409, Some("800060"), true), Unknown);
        for unclear in [
            None,
            Some(""),
            Some("800060 "),
            Some("800060.0"),
            Some("0800060"),
        ] {
            assert_eq!(of(409, unclear, true), Unknown);
        }
        assert_eq!(of(409, Some("800014"), true), Refused);
        assert_eq!(of(400, Some("800060"), true), Refused);
        assert_eq!(of(400, None, true), Refused);
        assert_eq!(of(400, None, false), Unknown);
    }
}
