//! Where is the state, and how does it change?
//!
//! All that requests change is in one place, behind one lock: what one request sees, no other changes meanwhile. When the
//! state is kept in a file, a change is made to a copy, which takes the place of the state once it is in the file: nobody
//! hears of a change that a restart would not find. Writing holds up the thread, as it is short and everybody has to wait
//! for it.

use std::io;
use std::ops::Deref;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::state::State;
use crate::state_file::StateFile;

/// The state, and the only way to it.
#[derive(Debug)]
pub(crate) struct Keeper(Mutex<Kept>);

#[derive(Debug)]
struct Kept {
    state: State,
    file: Option<StateFile>,
    /// Whether the file lags behind.
    is_unsaved: bool,
    /// Whether there was a file that is not ours any more: nothing changes then.
    is_closed: bool,
}

/// The state, which stays as it is until this is dropped.
#[derive(Debug)]
pub(crate) struct Reading<'k>(MutexGuard<'k, Kept>);

impl Deref for Reading<'_> {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0.state
    }
}

impl Keeper {
    /// Begins with this state, which is in the file from now on.
    pub(crate) fn new(state: State, file: Option<StateFile>) -> io::Result<Self> {
        let mut kept = Kept {
            state,
            file,
            is_unsaved: true,
            is_closed: false,
        };
        kept.save()?;
        Ok(Self(Mutex::new(kept)))
    }

    pub(crate) fn read(&self) -> Reading<'_> {
        Reading(self.lock())
    }

    /// Makes a change. One that fails must have changed nothing; one that cannot be saved is not made.
    pub(crate) fn change<T, E: From<io::Error>>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut kept = self.lock();
        if kept.is_closed {
            return Err(io::Error::other("the simulator has been dropped").into());
        }
        let Some(file) = &kept.file else {
            return change(&mut kept.state);
        };
        let mut changed = kept.state.clone();
        let value = change(&mut changed)?;
        file.write(&changed)?;
        (kept.state, kept.is_unsaved) = (changed, false);
        Ok(value)
    }

    /// Makes a change of which nobody can be told that it cannot be saved: nobody hears of anything until it is.
    pub(crate) fn change_anyway(&self, change: impl FnOnce(&mut State)) {
        let mut kept = self.lock();
        change(&mut kept.state);
        kept.is_unsaved = true;
        // The next request tries again, and tells.
        let _ = kept.save();
    }

    /// Saves what could not be saved before.
    pub(crate) fn settle(&self) -> io::Result<()> {
        self.lock().save()
    }

    /// Gives the file free, after whatever is being written.
    pub(crate) fn close(&self) {
        let mut kept = self.lock();
        kept.is_closed = kept.file.take().is_some();
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // A change is made in one step, after everything that can go wrong with it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn save(&mut self) -> io::Result<()> {
        if let (true, Some(file)) = (self.is_unsaved, &self.file) {
            file.write(&self.state)?;
        }
        self.is_unsaved = false;
        Ok(())
    }
}
