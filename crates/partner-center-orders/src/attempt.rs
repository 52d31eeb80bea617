//! May a request be sent again?
//!
//! One pure function decides; what it decides on is what the last attempt came to. The rules for writes rest on the
//! documented promise that the service recognises a repeated `MS-RequestId`, so every attempt of one operation has the
//! same one.

use http::{Method, StatusCode};

use crate::delivery::{Delivery, is_in_progress};
use crate::error::{Error, ErrorKind};

/// What an attempt came to that did not bring an answer to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// Nothing was sent, because no connection could be made.
    NotConnected,
    /// Nothing was sent, for a reason that the next attempt would meet again.
    Unsendable,
    /// Time ran out before a status line came.
    TimedOut,
    /// The connection broke before a status line came.
    Interrupted,
    /// Something came that is no answer of HTTP: its status may have been anything.
    Garbled,
    /// A 2xx status line came, and its body broke off or was late.
    Cut,
    /// A 2xx status line came, with something that cannot be used.
    Unusable,
    /// Another status line came.
    Answered {
        status: StatusCode,
        /// The service says that it is still at work on the same request, or may be.
        in_progress: bool,
        /// All of the body came.
        is_complete: bool,
    },
}

impl Outcome {
    /// What an error of one attempt says.
    pub(crate) fn of(error: &Error) -> Self {
        match (error.delivery(), error.kind(), error.status()) {
            (Delivery::Accepted, ErrorKind::Timeout | ErrorKind::Interrupted, _) => Self::Cut,
            (Delivery::Accepted, ..) => Self::Unusable,
            (_, _, Some(status)) => Self::Answered {
                status,
                in_progress: is_in_progress(status, error.code()),
                is_complete: error.body().is_some(),
            },
            (_, ErrorKind::Connect, None) => Self::NotConnected,
            (Delivery::NotSent, ..) => Self::Unsendable,
            (_, ErrorKind::Timeout, None) => Self::TimedOut,
            (_, ErrorKind::Decode, None) => Self::Garbled,
            _ => Self::Interrupted,
        }
    }
}

/// Whether a request may change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Read,
    Write,
}

impl Effect {
    pub(crate) fn of(method: &Method) -> Self {
        if matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS) {
            Self::Read
        } else {
            Self::Write
        }
    }
}

/// How far a call got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    /// Attempts made, the last one included.
    pub(crate) made: u32,
    /// Attempts allowed.
    pub(crate) allowed: u32,
    /// A token was refused before, and another one was used since.
    pub(crate) renewed: bool,
}

/// What comes after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The call ends as the attempt did.
    End,
    /// The same request again, with another token, at once.
    Renewed,
    /// The same request again, after a wait.
    Again,
}

/// Decides what comes after an attempt.
///
/// Source: documented for a time-out; for everything else inferred.
pub(crate) fn next(outcome: Outcome, effect: Effect, progress: Progress) -> Next {
    let again = match outcome {
        Outcome::Answered {
            status: StatusCode::UNAUTHORIZED,
            ..
        } => {
            return if progress.renewed {
                Next::End
            } else {
                Next::Renewed
            };
        }
        Outcome::NotConnected | Outcome::TimedOut | Outcome::Interrupted => true,
        Outcome::Unsendable | Outcome::Unusable => false,
        // A read has no effect to be done twice; of a write the service said that it was done, or may have.
        Outcome::Cut | Outcome::Garbled => effect == Effect::Read,
        Outcome::Answered { status, .. } => match status.as_u16() {
            408 | 429 | 502 | 503 | 504 => true,
            500 => effect == Effect::Read,
            _ => false,
        },
    };
    if again && progress.made < progress.allowed {
        Next::Again
    } else {
        Next::End
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::{Effect, Next, Outcome, Progress, next};

    const PLAIN: [Outcome; 7] = [
        Outcome::NotConnected,
        Outcome::Unsendable,
        Outcome::TimedOut,
        Outcome::Interrupted,
        Outcome::Cut,
        Outcome::Garbled,
        Outcome::Unusable,
    ];

    fn answered(status: u16) -> Outcome {
        Outcome::Answered {
            status: StatusCode::from_u16(status).unwrap(),
            in_progress: false,
            is_complete: true,
        }
    }

    fn first(outcome: Outcome, effect: Effect) -> Next {
        let progress = Progress {
            made: 1,
            allowed: 5,
            renewed: false,
        };
        next(outcome, effect, progress)
    }

    #[test]
    fn every_outcome_of_a_first_attempt_is_decided_as_the_table_says() {
        use Next::{Again, End, Renewed};
        for (outcome, read, write) in [
            (Outcome::NotConnected, Again, Again),
            (Outcome::Unsendable, End, End),
            (Outcome::TimedOut, Again, Again),
            (Outcome::Interrupted, Again, Again),
            (Outcome::Cut, Again, End),
            (Outcome::Garbled, Again, End),
            (Outcome::Unusable, End, End),
            (answered(401), Renewed, Renewed),
        ] {
            assert_eq!(first(outcome, Effect::Read), read, "{outcome:?}");
            assert_eq!(first(outcome, Effect::Write), write, "{outcome:?}");
        }
        for status in (300..600).filter(|status| *status != 401) {
            let both = [408, 429, 502, 503, 504].contains(&status);
            let read = if both || status == 500 { Again } else { End };
            let write = if both { Again } else { End };
            assert_eq!(first(answered(status), Effect::Read), read, "{status}");
            assert_eq!(first(answered(status), Effect::Write), write, "{status}");
        }
    }

    #[test]
    fn neither_a_cut_body_nor_work_in_progress_changes_what_a_status_means() {
        for status in [400, 409, 500, 503] {
            for (in_progress, is_complete) in [(true, true), (true, false), (false, false)] {
                let outcome = Outcome::Answered {
                    status: StatusCode::from_u16(status).unwrap(),
                    in_progress,
                    is_complete,
                };
                for effect in [Effect::Read, Effect::Write] {
                    assert_eq!(first(outcome, effect), first(answered(status), effect));
                }
            }
        }
    }

    #[test]
    fn the_last_attempt_ends_the_call() {
        let outcomes = PLAIN.into_iter().chain((300..600).map(answered));
        for outcome in outcomes {
            for effect in [Effect::Read, Effect::Write] {
                for (made, allowed) in [(1, 1), (5, 5), (6, 5), (1, 0)] {
                    let progress = Progress {
                        made,
                        allowed,
                        renewed: true,
                    };
                    assert_eq!(next(outcome, effect, progress), Next::End, "{outcome:?}");
                }
                let halfway = Progress {
                    made: 4,
                    allowed: 5,
                    renewed: true,
                };
                let wanted = match first(outcome, effect) {
                    Next::Renewed => Next::End,
                    other => other,
                };
                assert_eq!(next(outcome, effect, halfway), wanted, "{outcome:?}");
            }
        }
    }

    #[test]
    fn a_token_is_renewed_once_even_when_nothing_is_repeated_otherwise() {
        let once = |renewed| Progress {
            made: 1,
            allowed: 1,
            renewed,
        };
        let refused = answered(401);
        assert_eq!(next(refused, Effect::Write, once(false)), Next::Renewed);
        assert_eq!(next(refused, Effect::Write, once(true)), Next::End);
    }
}
