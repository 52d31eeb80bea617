//! When was an order of the seed placed, and how is that written?
//!
//! Both generations write dates in their own way: with `Z` and up to seven fractional digits, or with milliseconds and
//! the offset of the American west coast.

use crate::id::{Place, Purpose};

/// A date and time on the clock that it is written for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment {
    year: u64,
    month: u64,
    day: u64,
    hour: u64,
    minute: u64,
    second: u64,
    /// Tenths of microseconds.
    ticks: u64,
}

impl Moment {
    /// Some time in the month that is so many months before the named one.
    pub(super) fn before(place: Place, (year, month): (u64, u64), months: usize) -> Self {
        let months = year * 12 + month - 1 - months as u64;
        let pick = |round, limit| place.bits(Purpose::Instant, round) % limit;
        Self {
            year: months / 12,
            month: months % 12 + 1,
            day: 1 + pick(0, 28),
            hour: pick(1, 24),
            minute: pick(2, 60),
            second: pick(3, 60),
            // One in five is a whole second.
            ticks: pick(4, 10_000_000) * u64::from(pick(5, 5) != 0),
        }
    }

    /// With `Z`. Zeros at the end of the fraction are left out, and so is a fraction of nothing.
    pub(super) fn in_utc(self) -> String {
        let fraction = format!(".{:07}", self.ticks);
        let fraction = fraction.trim_end_matches('0').trim_end_matches('.');
        format!("{}{fraction}Z", self.to_the_second())
    }

    /// With the offset of Redmond; its summer time is taken for whole months.
    pub(super) fn with_offset(self) -> String {
        let offset = if (4..=10).contains(&self.month) {
            "-07:00"
        } else {
            "-08:00"
        };
        let milliseconds = self.ticks / 10_000;
        format!("{}.{milliseconds:03}{offset}", self.to_the_second())
    }

    /// The end of June of the next year, without a zone, as ends that were chosen are written.
    pub(super) fn chosen_term_end(self) -> String {
        format!("{}-06-30T00:00:00", self.year + 1)
    }

    fn to_the_second(self) -> String {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
            second,
            ..
        } = self;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}
