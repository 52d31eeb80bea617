//! How is a running simulator steered and watched over HTTP?
//!
//! What a test does by method, another process does below `/_simulator/`: no path of the service begins like that, and no
//! tenant has such a name. Nothing here needs a token, and nothing here is in the log.

use std::io;
use std::time::Duration;

use http::header::{ALLOW, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::clock::{Time, written};
use crate::device::Decision;
use crate::pipeline::Pipeline;
use crate::rule::Kept;
use crate::seeding::Seed;
use crate::sign_in_rules::Change;
use crate::token::Revoked;

const PREFIX: &str = "/_simulator/";

/// There is no such code, or none any more.
pub(crate) const NO_DEVICE: &str = "no device waits with this code";

/// What can be steered or watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    Reset,
    Clock,
    Faults,
    Requests,
    Seed,
    SignIn,
    DeviceCodes,
    Revoke,
    /// There is no such thing.
    Nothing,
}

/// How the clock is to be changed: first moved, then set to run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockChange {
    #[serde(default)]
    advance_seconds: u64,
    speed: Option<u32>,
}

#[derive(Serialize)]
struct ClockState {
    now: String,
    speed: u32,
}

/// Which customers there are now.
#[derive(Serialize)]
struct Customers {
    customers: Vec<ListedCustomer>,
}

#[derive(Serialize)]
struct ListedCustomer {
    id: String,
    /// How many.
    orders: usize,
}

/// What a person would say on the page for it.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct DeviceDecision {
    user_code: String,
    decision: Decision,
}

#[derive(Serialize)]
struct Wrong<'w> {
    error: &'w str,
}

impl Control {
    /// What a path names, when it is not one of the service's.
    pub(crate) fn at(path: &str) -> Option<Self> {
        Some(match path.strip_prefix(PREFIX)? {
            "reset" => Self::Reset,
            "clock" => Self::Clock,
            "faults" => Self::Faults,
            "requests" => Self::Requests,
            "seed" => Self::Seed,
            "sign-in" => Self::SignIn,
            "device-codes" => Self::DeviceCodes,
            "revoke" => Self::Revoke,
            _ => Self::Nothing,
        })
    }

    pub(crate) fn answer(self, pipeline: &Pipeline, method: &Method, body: &[u8]) -> Answer {
        match (self, method.as_str()) {
            (Self::Reset, "POST") => saved(pipeline.reset().map(|()| clock(pipeline))),
            (Self::Clock, "GET") => saved(pipeline.keeper.settle().map(|()| clock(pipeline))),
            (Self::Clock, "POST") => match read::<ClockChange>(body) {
                Ok(change) => saved(pipeline.keeper.change(|state| {
                    change.apply(&mut state.time);
                    Ok(ClockState::of(state.time))
                })),
                Err(error) => wrong(StatusCode::BAD_REQUEST, &error),
            },
            (Self::Faults, "GET") => done(&pipeline.faults.rules()),
            (Self::Faults, "POST") => match read::<Kept>(body) {
                Ok(rule) => {
                    pipeline.faults.keep(rule);
                    done(&pipeline.faults.rules())
                }
                Err(error) => wrong(StatusCode::BAD_REQUEST, &error),
            },
            (Self::Faults, "DELETE") => {
                pipeline.faults.clear();
                done(&pipeline.faults.rules())
            }
            (Self::Requests, "GET") => done(&pipeline.log.requests()),
            (Self::Seed, "POST") => match Seed::read(body) {
                Ok(seed) => saved(pipeline.seed(seed).map(|()| customers(pipeline))),
                Err(error) => wrong(StatusCode::BAD_REQUEST, &error),
            },
            (Self::SignIn, "GET") => done(&pipeline.sign_in_rules.told()),
            (Self::SignIn, "POST") => match read::<Change>(body) {
                Ok(change) => {
                    pipeline.sign_in_rules.change(&change);
                    done(&pipeline.sign_in_rules.told())
                }
                Err(error) => wrong(StatusCode::BAD_REQUEST, &error),
            },
            (Self::DeviceCodes, "POST") => match read::<DeviceDecision>(body) {
                Ok(said) => match pipeline.decide_device(&said.user_code, said.decision) {
                    Ok(false) => wrong(StatusCode::NOT_FOUND, NO_DEVICE),
                    decided => saved(decided.map(|_| said)),
                },
                Err(error) => wrong(StatusCode::BAD_REQUEST, &error),
            },
            (Self::Revoke, "POST") => match read::<Revoked>(body) {
                Ok(revoked) => saved(pipeline.revoke(revoked).map(|()| revoked)),
                Err(error) => wrong(StatusCode::BAD_REQUEST, &error),
            },
            (Self::Nothing, _) => wrong(StatusCode::NOT_FOUND, "nothing is at this address"),
            _ => {
                let error = "this address takes another method";
                let mut answer = wrong(StatusCode::METHOD_NOT_ALLOWED, error);
                let allowed = HeaderValue::from_static(self.methods());
                answer.headers.insert(ALLOW, allowed);
                answer
            }
        }
    }

    fn methods(self) -> &'static str {
        match self {
            Self::Reset | Self::Seed | Self::DeviceCodes | Self::Revoke => "POST",
            Self::Clock | Self::SignIn => "GET, POST",
            Self::Faults => "GET, POST, DELETE",
            Self::Requests | Self::Nothing => "GET",
        }
    }
}

impl ClockChange {
    fn apply(&self, time: &mut Time) {
        time.advance(Duration::from_secs(self.advance_seconds));
        if let Some(speed) = self.speed {
            time.set_speed(speed);
        }
    }
}

impl ClockState {
    fn of(time: Time) -> Self {
        Self {
            now: written(time.now()),
            speed: time.speed(),
        }
    }
}

fn clock(pipeline: &Pipeline) -> ClockState {
    ClockState::of(pipeline.keeper.read().time)
}

fn customers(pipeline: &Pipeline) -> Customers {
    let state = pipeline.keeper.read();
    let customers = state.customers.iter().map(|customer| ListedCustomer {
        id: customer.id.clone(),
        orders: customer.orders.len(),
    });
    Customers {
        customers: customers.collect(),
    }
}

/// The answer to a request whose body did not come whole.
pub(crate) fn unreadable() -> Answer {
    let error = "the body is cut, or longer than 16 MiB";
    wrong(StatusCode::BAD_REQUEST, error)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_slice(body).map_err(|error| error.to_string())
}

/// The answer about something that is to be in the state file, if there is one.
fn saved<T: Serialize>(outcome: io::Result<T>) -> Answer {
    match outcome {
        Ok(value) => done(&value),
        Err(error) => wrong(StatusCode::INTERNAL_SERVER_ERROR, &error.to_string()),
    }
}

fn done<T: Serialize>(value: &T) -> Answer {
    Answer::json(StatusCode::OK, HeaderMap::new(), value)
}

fn wrong(status: StatusCode, error: &str) -> Answer {
    Answer::json(status, HeaderMap::new(), &Wrong { error })
}
