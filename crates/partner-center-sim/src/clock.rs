//! What time is it?
//!
//! Time in the simulator is virtual. It stands still until a test moves it, so that a test of fifteen minutes takes none;
//! a server for people lets it run, as fast as the wall clock or faster.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// When the time of a simulator begins that stands still: some months after the newest order of the seed.
const BEGINNING: i64 = 1_719_820_800; // 2024-07-01T08:00:00Z

/// The clock of a simulator. Clones are the same clock.
#[derive(Clone, Debug)]
pub struct Clock(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// The virtual time at `since`.
    at: DateTime<Utc>,
    since: Instant,
    /// Virtual seconds to one of the wall clock.
    speed: u32,
    beginning: Beginning,
}

/// When the time of a simulator begins.
#[derive(Clone, Copy, Debug)]
enum Beginning {
    /// At the same time for all.
    Fixed,
    /// When it is started, by the wall clock.
    Now,
}

impl Beginning {
    fn time(self) -> DateTime<Utc> {
        match self {
            Self::Fixed => DateTime::from_timestamp(BEGINNING, 0).unwrap_or_default(),
            Self::Now => SystemTime::now().into(),
        }
    }
}

impl State {
    fn now(&self) -> DateTime<Utc> {
        let passed = self.since.elapsed().saturating_mul(self.speed);
        later(self.at, passed)
    }
}

/// A time that no calendar holds is taken for the last one that it does.
fn later(at: DateTime<Utc>, span: Duration) -> DateTime<Utc> {
    TimeDelta::from_std(span)
        .ok()
        .and_then(|span| at.checked_add_signed(span))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

impl Clock {
    /// A clock that stands still.
    pub(crate) fn still() -> Self {
        Self::new(Beginning::Fixed, 0)
    }

    /// A clock that shows the time of day and runs so many times faster than the wall clock.
    pub(crate) fn running(speed: u32) -> Self {
        Self::new(Beginning::Now, speed)
    }

    fn new(beginning: Beginning, speed: u32) -> Self {
        Self(Arc::new(Mutex::new(State {
            at: beginning.time(),
            since: Instant::now(),
            speed,
            beginning,
        })))
    }

    /// The virtual time.
    pub fn now(&self) -> DateTime<Utc> {
        self.state().now()
    }

    /// Moves the time forward, on top of what passes by itself.
    pub fn advance(&self, span: Duration) {
        let mut state = self.state();
        (state.at, state.since) = (later(state.now(), span), Instant::now());
    }

    /// Lets the time run so many times faster than the wall clock; 1 is as fast, 0 stands still.
    pub fn set_speed(&self, speed: u32) {
        let mut state = self.state();
        (state.at, state.since) = (state.now(), Instant::now());
        state.speed = speed;
    }

    /// Virtual seconds to one of the wall clock.
    pub(crate) fn speed(&self) -> u32 {
        self.state().speed
    }

    /// Begins again; the speed stays.
    pub(crate) fn restart(&self) {
        let mut state = self.state();
        (state.at, state.since) = (state.beginning.time(), Instant::now());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As the service writes times: in UTC with seven fractional digits.
pub(crate) fn written(at: DateTime<Utc>) -> String {
    let text = at.to_rfc3339_opts(SecondsFormat::Nanos, true);
    // Nine digits and the `Z`: the last two digits go.
    format!("{}Z", &text[..text.len() - 3])
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Clock, written};

    #[test]
    fn time_stands_still_until_it_is_moved() {
        let clock = Clock::still();
        let begun = clock.now();
        assert_eq!(written(begun), "2024-07-01T08:00:00.0000000Z");
        assert_eq!(clock.now(), begun);
        clock.clone().advance(Duration::from_millis(90_500));
        assert_eq!(written(clock.now()), "2024-07-01T08:01:30.5000000Z");
        clock.advance(Duration::MAX);
        assert!(clock.now() > begun);
    }

    #[test]
    fn time_runs_when_it_is_told_to() {
        let clock = Clock::still();
        let begun = clock.now();
        clock.set_speed(1_000_000);
        while clock.now() == begun {
            std::thread::yield_now();
        }
        clock.set_speed(0);
        let stopped = clock.now();
        assert_eq!(clock.now(), stopped);
        clock.restart();
        assert_eq!(clock.now(), begun);
    }
}
