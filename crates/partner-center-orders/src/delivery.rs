//! Did the service get the request, and did it act on it?

use http::StatusCode;

/// What is known of a call that ended in an error. The order is that of growing certainty that something was done.
///
/// Inferred from HTTP and from what the documentation says of `MS-RequestId`, not documented as such.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// Nothing reached the service. Try again as you like.
    NotSent,
    /// The service received the request and declined it. Try again, with what was wrong mended.
    Refused,
    /// The request may have been carried out. Send a write again only with the same request id, or look first.
    Unknown,
    /// The service said that it did it, whatever became of the answer. Do not send a write again.
    Accepted,
}

/// The code, with 409, that says that the same thing is still being done.
const IN_PROGRESS: &str = "800060";

impl Delivery {
    /// What an answer says of its attempt: its status, the service's code, and whether all of its body came.
    pub(crate) fn of_answer(status: StatusCode, code: Option<&str>, is_complete: bool) -> Self {
        match status.as_u16() {
            200..=299 => Self::Accepted,
            // Only a complete refusal is one. A 409 without a readable code may be the one that is none.
            _ if !is_complete => Self::Unknown,
            409 if !code.is_some_and(is_other_refusal) => Self::Unknown,
            400 | 401 | 403..=406 | 409 | 412 | 415 | 417 | 429 => Self::Refused,
            _ => Self::Unknown,
        }
    }
}

/// Whether a code is a number, and another one than that.
fn is_other_refusal(code: &str) -> bool {
    let is_number = !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
    is_number && code.trim_start_matches('0') != IN_PROGRESS
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::Delivery::{self, Accepted, Refused, Unknown};

    #[test]
    fn every_status_gives_the_delivery_of_the_table() {
        let table = [
            (Accepted, &[200, 201, 204, 299][..]),
            (
                Refused,
                &[400, 401, 403, 404, 405, 406, 409, 412, 415, 417, 429],
            ),
            (
                Unknown,
                &[301, 302, 307, 402, 408, 410, 418, 500, 502, 503, 504, 999],
            ),
        ];
        for (expected, statuses) in table {
            for status in statuses {
                let found =
                    Delivery::of_answer(StatusCode::from_u16(*status).unwrap(), Some("1"), true);
                assert_eq!(found, expected, "{status}");
            }
        }
    }

    #[test]
    fn a_refusal_is_one_only_when_it_is_complete_and_says_so() {
        let of = Delivery::of_answer;
        assert_eq!(of(StatusCode::CONFLICT, Some("800060"), true), Unknown);
        for unclear in [
            None,
            Some(""),
            Some("800060 "),
            Some("800060.0"),
            Some("0800060"),
        ] {
            assert_eq!(of(StatusCode::CONFLICT, unclear, true), Unknown);
        }
        assert_eq!(of(StatusCode::CONFLICT, Some("800014"), true), Refused);
        assert_eq!(of(StatusCode::BAD_REQUEST, Some("800060"), true), Refused);
        assert_eq!(of(StatusCode::BAD_REQUEST, None, true), Refused);
        assert_eq!(of(StatusCode::BAD_REQUEST, None, false), Unknown);
        assert_eq!(of(StatusCode::CREATED, None, false), Accepted);
    }
}
