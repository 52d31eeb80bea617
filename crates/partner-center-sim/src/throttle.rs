//! Who asks too often?
//!
//! Requests are counted for each tenant that got a token, in windows of a minute that begin with a request. The minutes are
//! the simulator's own. While its clock stands still a minute never ends, so that the usual limit would stop every test
//! after 500 requests: it holds only while the clock runs. A limit that was set always holds.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};

use crate::clock::Time;

/// What the service documents for orders.
const USUAL: u32 = 500;
const WINDOW: TimeDelta = TimeDelta::minutes(1);

/// How many requests a tenant may make in a minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RateLimit {
    /// The documented number, while the clock runs.
    Usual,
    Set(u32),
    None,
}

#[derive(Clone, Copy, Debug)]
struct Window {
    begun: DateTime<Utc>,
    requests: u32,
}

/// The requests of the last minute.
#[derive(Debug)]
pub(crate) struct Throttle {
    limit: RateLimit,
    windows: Mutex<BTreeMap<String, Window>>,
}

impl Throttle {
    pub(crate) fn new(limit: RateLimit) -> Self {
        Self {
            limit,
            windows: Mutex::default(),
        }
    }

    /// Forgets what was asked so far.
    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// Counts a request; or says how many seconds to wait, when there were too many.
    pub(crate) fn admit(&self, tenant: &str, time: &Time) -> Result<(), u64> {
        let limit = match self.limit {
            RateLimit::Set(limit) => limit,
            RateLimit::Usual if time.speed() > 0 => USUAL,
            RateLimit::Usual | RateLimit::None => return Ok(()),
        };
        let now = time.now();
        let mut windows = self.lock();
        let window = windows.entry(tenant.to_owned()).or_insert(Window {
            begun: now,
            requests: 0,
        });
        let mut passed = now.signed_duration_since(window.begun);
        // A clock that was set back begins a window, too.
        if passed >= WINDOW || passed < TimeDelta::zero() {
            *window = Window {
                begun: now,
                requests: 0,
            };
            passed = TimeDelta::zero();
        }
        window.requests = window.requests.saturating_add(1);
        if window.requests <= limit {
            return Ok(());
        }
        // Whole seconds, rounded up: who waits that long is not refused again.
        let left = (WINDOW - passed).num_milliseconds();
        Err(u64::try_from(left)
            .unwrap_or_default()
            .div_ceil(1_000)
            .max(1))
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Window>> {
        // Counts are sound even after a panic.
        self.windows.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{RateLimit, Throttle};
    use crate::clock::Time;

    #[test]
    fn a_window_begins_with_a_request_and_lasts_a_minute() {
        let (mut time, throttle) = (Time::begin(None), Throttle::new(RateLimit::Set(2)));
        let three = |time: &Time| [(); 3].map(|()| throttle.admit("a", time));
        assert_eq!(three(&time), [Ok(()), Ok(()), Err(60)]);
        time.advance(Duration::from_millis(2_500));
        assert_eq!(throttle.admit("a", &time), Err(58));
        assert_eq!(throttle.admit("b", &time), Ok(()));
        time.advance(Duration::from_millis(57_499));
        assert_eq!(throttle.admit("a", &time), Err(1));
        time.advance(Duration::from_millis(1));
        assert_eq!(three(&time), [Ok(()), Ok(()), Err(60)]);
        throttle.clear();
        assert_eq!(throttle.admit("a", &time), Ok(()));
    }

    #[test]
    fn the_usual_limit_holds_while_the_clock_runs() {
        let (mut time, throttle) = (Time::begin(None), Throttle::new(RateLimit::Usual));
        let admits = |time: &Time| throttle.admit("a", time).is_ok();
        assert!((0..600).all(|_| admits(&time)));
        time.set_speed(1);
        assert!((0..500).all(|_| admits(&time)));
        assert!(!admits(&time));
        time.set_speed(0);
        assert!(admits(&time));
    }

    #[test]
    fn there_may_be_no_limit_or_nothing_else() {
        let mut time = Time::begin(None);
        time.set_speed(1);
        let throttle = Throttle::new(RateLimit::None);
        assert!((0..600).all(|_| throttle.admit("a", &time).is_ok()));
        assert!(Throttle::new(RateLimit::Set(0)).admit("a", &time).is_err());
    }
}
