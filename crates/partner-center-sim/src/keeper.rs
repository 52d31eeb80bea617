//! Where is the state, and how does it change?
//!
//! All that requests change is in one place, behind one lock: what one request sees, no other changes meanwhile.

use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::state::State;

/// The state, and the only way to it.
#[derive(Debug)]
pub(crate) struct Keeper(Mutex<State>);

impl Keeper {
    pub(crate) fn new(state: State) -> Self {
        Self(Mutex::new(state))
    }

    /// The state, which stays as it is until this is dropped.
    pub(crate) fn read(&self) -> impl Deref<Target = State> + '_ {
        self.lock()
    }

    /// Makes a change. One that fails must have changed nothing.
    pub(crate) fn change<T, E>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, E>,
    ) -> Result<T, E> {
        change(&mut self.lock())
    }

    /// Makes a change that cannot fail.
    pub(crate) fn change_anyway(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.lock());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A change is made in one step, after everything that can go wrong with it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
