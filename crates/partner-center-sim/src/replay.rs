//! Was this write asked for before, and what was the answer?
//!
//! A write with a request id is carried out once: the same id gets the remembered answer, or is told that the first
//! request is still at work. Only what the operation itself answered is remembered. A request that came to nothing,
//! because it could not be read or its client went away, leaves its id free.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};

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
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) tenant: String,
    pub(crate) customer_id: String,
    pub(crate) operation: Operation,
    pub(crate) request_id: String,
}

/// The writes that have a request id.
#[derive(Debug)]
pub(crate) struct Replays(Mutex<State>);

#[derive(Debug)]
struct State {
    request_ids: RequestIds,
    writes: BTreeMap<Key, Write>,
}

#[derive(Debug)]
enum Write {
    AtWork,
    Answered { at: DateTime<Utc>, answer: Answer },
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

/// A write at work. Its id is free again when it is dropped without an answer to remember.
#[derive(Debug)]
pub(crate) struct Ticket<'r> {
    replays: &'r Replays,
    key: Option<Key>,
}

impl Replays {
    pub(crate) fn new(request_ids: RequestIds) -> Self {
        Self(Mutex::new(State {
            request_ids,
            writes: BTreeMap::new(),
        }))
    }

    /// What is made of request ids now.
    pub(crate) fn request_ids(&self) -> RequestIds {
        self.state().request_ids
    }

    /// From now on, for what was remembered before as well.
    pub(crate) fn set(&self, request_ids: RequestIds) {
        self.state().request_ids = request_ids;
    }

    /// A write comes in; without an id there is no key.
    pub(crate) fn begin(&self, key: Option<Key>, now: DateTime<Utc>) -> Begun<'_> {
        let mut state = self.state();
        let span = match state.request_ids {
            RequestIds::Remembered(span) => span,
            RequestIds::Ignored => return Begun::First(self.ticket(None)),
        };
        state
            .writes
            .retain(|_, write| !write.is_forgotten(span, now));
        let Some(key) = key else {
            return Begun::First(self.ticket(None));
        };
        match state.writes.get(&key) {
            Some(Write::AtWork) => Begun::AtWork,
            Some(Write::Answered { answer, .. }) => Begun::Answered(answer.clone()),
            None => {
                state.writes.insert(key.clone(), Write::AtWork);
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

impl Write {
    fn is_forgotten(&self, span: Duration, now: DateTime<Utc>) -> bool {
        match self {
            Self::AtWork => false,
            Self::Answered { at, .. } => {
                let passed = now.signed_duration_since(*at).to_std();
                passed.is_ok_and(|passed| passed >= span)
            }
        }
    }
}

impl Ticket<'_> {
    /// The operation gave this answer.
    pub(crate) fn remember(mut self, answer: &Answer, now: DateTime<Utc>) {
        if let Some(key) = self.key.take() {
            let answer = answer.clone();
            let write = Write::Answered { at: now, answer };
            self.replays.state().writes.insert(key, write);
        }
    }
}

impl Drop for Ticket<'_> {
    fn drop(&mut self) {
        if let Some(key) = self.key.take() {
            self.replays.state().writes.remove(&key);
        }
    }
}
