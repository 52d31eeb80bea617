//! What time is it?
//!
//! Time in the simulator is virtual. It stands still until a test moves it, so that a test of fifteen minutes takes none;
//! a server for people lets it run, as fast as the wall clock or faster.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, Datelike as _, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::keeper::Keeper;

/// When the time of a simulator begins that stands still: some months after the newest order of the seed.
const BEGINNING: i64 = 1_719_820_800; // 2024-07-01T08:00:00Z

/// No time is before or after these, so that what follows from one, as the end of a term, has a year of four digits too.
const FIRST: i64 = -30_610_224_000; // 1000-01-01T00:00:00Z
const LAST: i64 = 221_845_392_000; // 9000-01-01T00:00:00Z

/// The clock of a simulator. Clones are the same clock.
#[derive(Clone)]
pub struct Clock(Arc<Keeper>);

impl Clock {
    pub(crate) fn new(keeper: Arc<Keeper>) -> Self {
        Self(keeper)
    }

    /// The virtual time.
    pub fn now(&self) -> DateTime<Utc> {
        self.0.read().time.now()
    }

    /// Moves the time forward, on top of what passes by itself.
    ///
    /// With a [state file](crate::Builder::state_file) the change is in it when this returns. Should it not be possible to
    /// write it, the next requests are answered 500 until it is.
    pub fn advance(&self, span: Duration) {
        self.0.change_anyway(|state| state.time.advance(span));
    }

    /// Lets the time run so many times faster than the wall clock; 1 is as fast, 0 stands still. A state file has this like
    /// a [move](Self::advance).
    pub fn set_speed(&self, speed: u32) {
        self.0.change_anyway(|state| state.time.set_speed(speed));
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.0.read().time).finish()
    }
}

/// The time at a moment of the wall clock, and how it passes.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(try_from = "Anchor", into = "Anchor")]
pub(crate) struct Time {
    /// The virtual time at `since`.
    at: DateTime<Utc>,
    since: Instant,
    /// Virtual seconds to one of the wall clock.
    speed: u32,
}

/// The same for another process, which has other instants.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Anchor {
    /// The virtual time when the wall clock showed the next one.
    now: DateTime<Utc>,
    wall_clock: DateTime<Utc>,
    speed: u32,
}

impl From<Time> for Anchor {
    fn from(time: Time) -> Self {
        Self {
            now: time.now(),
            wall_clock: SystemTime::now().into(),
            speed: time.speed,
        }
    }
}

impl TryFrom<Anchor> for Time {
    type Error = String;

    fn try_from(anchor: Anchor) -> Result<Self, String> {
        let now = anchor.now;
        if !(0..=9999).contains(&now.year()) {
            return Err(format!("the year of {now} has more than four digits"));
        }
        let wall_clock = DateTime::<Utc>::from(SystemTime::now());
        let passed = wall_clock.signed_duration_since(anchor.wall_clock);
        // A wall clock that was set back does not set this one back.
        let passed = passed.to_std().unwrap_or_default();
        Ok(Self {
            at: later(now, passed, anchor.speed),
            since: Instant::now(),
            speed: anchor.speed,
        })
    }
}

impl Time {
    /// With a speed, the time of day, which runs so fast; without one, a time that is the same for all and stands still.
    pub(crate) fn begin(speed: Option<u32>) -> Self {
        let at = match speed {
            Some(_) => SystemTime::now().into(),
            None => DateTime::from_timestamp(BEGINNING, 0).unwrap_or_default(),
        };
        Self {
            at,
            since: Instant::now(),
            speed: speed.unwrap_or_default(),
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        later(self.at, self.since.elapsed(), self.speed)
    }

    pub(crate) fn speed(&self) -> u32 {
        self.speed
    }

    pub(crate) fn advance(&mut self, span: Duration) {
        (self.at, self.since) = (later(self.now(), span, 1), Instant::now());
    }

    pub(crate) fn set_speed(&mut self, speed: u32) {
        (self.at, self.since) = (self.now(), Instant::now());
        self.speed = speed;
    }
}

/// The time after a span at a speed, within the bounds that there are.
fn later(at: DateTime<Utc>, span: Duration, speed: u32) -> DateTime<Utc> {
    let bound = |seconds| DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    TimeDelta::from_std(span.saturating_mul(speed))
        .ok()
        .and_then(|span| at.checked_add_signed(span))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
        .clamp(bound(FIRST), bound(LAST))
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

    use super::{Time, written};

    #[test]
    fn time_stands_still_until_it_is_moved() {
        let mut time = Time::begin(None);
        let begun = time.now();
        assert_eq!(written(begun), "2024-07-01T08:00:00.0000000Z");
        assert_eq!(time.now(), begun);
        time.advance(Duration::from_millis(90_500));
        assert_eq!(written(time.now()), "2024-07-01T08:01:30.5000000Z");
        time.advance(Duration::MAX);
        assert_eq!(written(time.now()), "9000-01-01T00:00:00.0000000Z");
    }

    #[test]
    fn time_runs_when_it_is_told_to() {
        let mut time = Time::begin(None);
        let begun = time.now();
        time.set_speed(1_000_000);
        while time.now() == begun {
            std::thread::yield_now();
        }
        time.set_speed(0);
        let stopped = time.now();
        assert_eq!(time.now(), stopped);
    }
}
