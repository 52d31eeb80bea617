//! Was this write asked for before, and what was the answer?
//!
//! A write with a request id is carried out once: the same id gets the remembered answer, or is told that the first
//! request is still at work. Only what the operation itself answered is remembered. A request that came to nothing,
//! because it could not be read or its client went away, leaves its id free.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::answer::Answer;

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

/// Whose request id it is. That of another partner, or for another customer, is another one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) tenant: String,
    pub(crate) customer_id: String,
    pub(crate) request_id: String,
}

/// The answers of writes that had a request id.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers(BTreeMap<Key, Answered>);

#[derive(Clone, Debug)]
struct Answered {
    at: DateTime<Utc>,
    answer: Answer,
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
