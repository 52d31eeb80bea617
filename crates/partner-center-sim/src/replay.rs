//! Was this write asked for before, and what was the answer?
//!
//! A write with a request id is carried out once: the same id gets the remembered answer, or is told that the first
//! request is still at work. Only what the operation itself answered is remembered. A request that came to nothing,
//! because it could not be read or its client went away, leaves its id free.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::answer::Answer;
use crate::operation::Operation;

/// What the simulator makes of the `MS-RequestId` of a write.
///
/// The real span for which the service remembers an id is not documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestIds {
    /// The same id gets the same answer for this long, in the time of the simulator's clock. For ten minutes by default.
    Remembered(Duration),
    /// Every request is carried out, whatever its id.
    Ignored,
}

impl Default for RequestIds {
    fn default() -> Self {
        Self::Remembered(Duration::from_secs(600))
    }
}

/// Whose request id it is. That of another partner, for another customer or of another operation is another one.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Key {
    pub(crate) tenant: String,
    pub(crate) customer_id: String,
    pub(crate) operation: Operation,
    pub(crate) request_id: String,
}

/// The answers of writes that had a request id.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(try_from = "Vec<Remembered>", into = "Vec<Remembered>")]
pub(crate) struct Answers(BTreeMap<Key, Answered>);

#[derive(Clone, Debug)]
struct Answered {
    at: DateTime<Utc>,
    answer: Answer,
}

/// One of them, as it is kept in a file.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Remembered {
    key: Key,
    at: DateTime<Utc>,
    status: u16,
    headers: Vec<(String, String)>,
    /// What an operation answers is JSON.
    body: String,
}

/// What is made of request ids now, and those of the writes at work.
#[derive(Debug)]
pub(crate) struct Replays(Mutex<State>);

#[derive(Debug)]
struct State {
    request_ids: RequestIds,
    at_work: BTreeSet<Key>,
}

/// What a write is when it comes in.
#[derive(Debug)]
pub(crate) enum Begun<'r> {
    /// The first one with its id, or one without.
    First(Ticket<'r>),
    /// Another one has this id and is not answered yet.
    AtWork,
    /// Another one had this id and got this answer.
    Answered(Answer),
}

/// A write at work. Its id is free again when it is dropped, unless its answer is remembered.
#[derive(Debug)]
pub(crate) struct Ticket<'r> {
    replays: &'r Replays,
    key: Option<Key>,
}

impl Replays {
    pub(crate) fn new(request_ids: RequestIds) -> Self {
        Self(Mutex::new(State {
            request_ids,
            at_work: BTreeSet::new(),
        }))
    }

    /// From now on, for what was remembered before as well.
    pub(crate) fn set(&self, request_ids: RequestIds) {
        self.state().request_ids = request_ids;
    }

    /// A write comes in; without an id there is no key.
    pub(crate) fn begin(
        &self,
        key: Option<Key>,
        answers: &Answers,
        now: DateTime<Utc>,
    ) -> Begun<'_> {
        let mut state = self.state();
        let (RequestIds::Remembered(span), Some(key)) = (state.request_ids, key) else {
            return Begun::First(self.ticket(None));
        };
        if state.at_work.contains(&key) {
            return Begun::AtWork;
        }
        match answers.0.get(&key) {
            Some(answered) if !answered.is_forgotten(span, now) => {
                Begun::Answered(answered.answer.clone())
            }
            _ => {
                state.at_work.insert(key.clone());
                Begun::First(self.ticket(Some(key)))
            }
        }
    }

    fn ticket(&self, key: Option<Key>) -> Ticket<'_> {
        Ticket { replays: self, key }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change is one step.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<Answers> for Vec<Remembered> {
    fn from(answers: Answers) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let remembered = |(key, Answered { at, answer }): (Key, Answered)| Remembered {
            key,
            at,
            status: answer.status.as_u16(),
            headers: answer
                .headers
                .iter()
                .map(|(name, value)| (name.as_str().to_owned(), text(value.as_bytes())))
                .collect(),
            body: text(&answer.body),
        };
        answers.0.into_iter().map(remembered).collect()
    }
}

impl TryFrom<Vec<Remembered>> for Answers {
    type Error = http::Error;

    fn try_from(remembered: Vec<Remembered>) -> Result<Self, http::Error> {
        let answers = remembered.into_iter().map(|kept| {
            let mut headers = HeaderMap::new();
            for (name, value) in kept.headers {
                headers.append(HeaderName::try_from(name)?, HeaderValue::try_from(value)?);
            }
            let answer = Answer {
                status: StatusCode::from_u16(kept.status)?,
                headers,
                body: kept.body.into(),
            };
            let answered = Answered {
                at: kept.at,
                answer,
            };
            Ok((kept.key, answered))
        });
        answers.collect::<Result<_, _>>().map(Self)
    }
}

impl Answered {
    fn is_forgotten(&self, span: Duration, now: DateTime<Utc>) -> bool {
        let passed = now.signed_duration_since(self.at).to_std();
        passed.is_ok_and(|passed| passed >= span)
    }
}

impl Ticket<'_> {
    /// Whether an answer would be remembered.
    pub(crate) fn has_id(&self) -> bool {
        self.key.is_some()
    }

    /// The operation gives this answer. The id stays taken until the ticket is dropped, so that there is no gap between
    /// being at work and being answered.
    pub(crate) fn remember(&self, answers: &mut Answers, answer: &Answer, now: DateTime<Utc>) {
        let Some(key) = &self.key else {
            return;
        };
        if let RequestIds::Remembered(span) = self.replays.state().request_ids {
            answers
                .0
                .retain(|_, answered| !answered.is_forgotten(span, now));
        }
        let answer = answer.clone();
        answers.0.insert(key.clone(), Answered { at: now, answer });
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if let Some(key) = &self.key {
            self.replays.state().at_work.remove(key);
        }
    }
}
