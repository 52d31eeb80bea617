//! On which day does a term end?
//!
//! Dates are read from the text of an order, in which the day stands first whatever follows it, and terms from their ISO
//! 8601 durations, of which whole months and whole years occur.

use std::fmt;

const MONTHS_OF_A_YEAR: u32 = 12;

/// A day of the calendar. It is written as its midnight in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    year: u32,
    /// From 1.
    month: u32,
    /// From 1.
    day: u32,
}

impl Day {
    /// The day that a date and time begins with.
    pub(crate) fn of(date: &str) -> Option<Self> {
        let mut numbers = date.get(..10)?.split('-').map(str::parse);
        let mut next = || numbers.next()?.ok();
        let (year, month, day) = (next()?, next()?, next()?);
        let is_on_the_calendar =
            (1..=MONTHS_OF_A_YEAR).contains(&month) && (1..=last_day(year, month)).contains(&day);
        is_on_the_calendar.then_some(Self { year, month, day })
    }

    /// The last day of a term that starts here, which belongs to the term: the one before the same day of a later month,
    /// or the last one of a shorter month.
    pub(crate) fn last_of(self, term: &str) -> Option<Self> {
        let months =
            (self.year * MONTHS_OF_A_YEAR + self.month - 1).checked_add(months_of(term)?)?;
        let in_month = |months: u32| (months / MONTHS_OF_A_YEAR, months % MONTHS_OF_A_YEAR + 1);
        let ((year, month), day) = match self.day {
            1 => (in_month(months.checked_sub(1)?), u32::MAX),
            day => (in_month(months), day - 1),
        };
        let day = day.min(last_day(year, month));
        Some(Self { year, month, day })
    }
}

impl Day {
    /// Whether a month ends on this day.
    pub(crate) fn ends_month(self) -> bool {
        self.day == last_day(self.year, self.month)
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month, day } = self;
        write!(f, "{year:04}-{month:02}-{day:02}T00:00:00Z")
    }
}

/// The length of a term that is whole months.
pub(crate) fn months_of(term: &str) -> Option<u32> {
    let term = term.strip_prefix('P')?;
    match (term.strip_suffix('M'), term.strip_suffix('Y')) {
        (Some(months), _) => months.parse().ok(),
        (_, Some(years)) => years.parse::<u32>().ok()?.checked_mul(MONTHS_OF_A_YEAR),
        _ => None,
    }
}

fn last_day(year: u32, month: u32) -> u32 {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    fn end(start: &str, term: &str) -> Option<String> {
        Some(Day::of(start)?.last_of(term)?.to_string())
    }

    #[test]
    fn a_term_ends_on_the_day_before_the_one_on_which_it_began() {
        for (start, term, expected) in [
            ("2022-07-17T05:04:03.25Z", "P1M", "2022-08-16T00:00:00Z"),
            ("2022-12-01T23:59:59Z", "P1M", "2022-12-31T00:00:00Z"),
            (
                "2018-03-06T17:37:05.253-08:00",
                "P1Y",
                "2019-03-05T00:00:00Z",
            ),
            ("2023-11-30T00:00:00", "P3Y", "2026-11-29T00:00:00Z"),
            ("2023-12-31", "P2M", "2024-02-29T00:00:00Z"),
            ("2024-02-29", "P1Y", "2025-02-28T00:00:00Z"),
            ("2024-05-31", "P1M", "2024-06-30T00:00:00Z"),
        ] {
            assert_eq!(
                end(start, term).as_deref(),
                Some(expected),
                "{start} {term}"
            );
        }
    }

    #[test]
    fn what_is_no_date_or_no_term_has_no_end() {
        for (start, term) in [
            ("2022-07-17", ""),
            ("2022-07-17", "1Y"),
            ("2022-07-17", "P1D"),
            ("2022-07-17", "PY"),
            ("2022-07-17", "P4294967295Y"),
            ("2022-07", "P1Y"),
            ("17.07.2022", "P1Y"),
            ("0000-00-01", "P1M"),
            ("2022-13-01", "P1M"),
            ("2023-02-29", "P1M"),
            ("", "P1Y"),
        ] {
            assert_eq!(end(start, term), None, "{start} {term}");
        }
    }
}
