//! How often is a request sent again, and how long is the wait?
//!
//! Waits double, are never the same for all who wait, and are as long as the service asks for. All calls of a client share
//! a budget, so that an outage of the service does not become a multiple of the load.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use tower::retry::budget::{Budget as _, TpsBudget};

/// Nobody waits longer than a day.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// A wait is spread by a tenth, but by no more than a tenth of this.
const MOST_SPREAD: Duration = Duration::from_secs(60 * 60);

/// How often, and how soon, requests are sent again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Repeats {
    /// Attempts of one operation, the first included.
    pub(crate) attempts: u32,
    /// Longest wait before the first repeat; it doubles from there.
    pub(crate) first_wait: Duration,
    /// Longest wait of all.
    pub(crate) longest_wait: Duration,
    /// Whether all calls together are held to a share of repeats.
    pub(crate) has_budget: bool,
}

impl Default for Repeats {
    fn default() -> Self {
        Self {
            attempts: 5,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(30),
            has_budget: true,
        }
    }
}

impl Repeats {
    /// Sets the waits, of which none is longer than a day.
    pub(crate) fn set_waits(&mut self, first: Duration, longest: Duration) {
        self.first_wait = first.min(LONGEST_WAIT);
        self.longest_wait = longest.min(LONGEST_WAIT);
    }

    /// The budget that all calls of a client share.
    pub(crate) fn budget(&self) -> Budget {
        // One repeat for five calls of the last ten seconds, and ten more for whoever makes few calls.
        let budget = || TpsBudget::new(Duration::from_secs(10), 1, 0.2);
        Budget(self.has_budget.then(budget))
    }

    /// The waits of one operation, in their order.
    pub(crate) fn waits(&self) -> Waits {
        let waits = ExponentialBuilder::new()
            .with_min_delay(self.first_wait.min(self.longest_wait))
            .with_max_delay(self.longest_wait)
            .with_factor(2.0)
            .without_max_times();
        Waits(waits.build())
    }
}

/// The waits before the repeats of one operation.
#[derive(Debug)]
pub(crate) struct Waits(ExponentialBackoff);

impl Waits {
    /// The wait before the next repeat: as long as the service asks for or longer, and never the same for all who
    /// wait.
    pub(crate) fn next(&mut self, asked: Option<Duration>) -> Duration {
        let longest = self.0.next().unwrap_or_default();
        let wait = asked
            .unwrap_or_default()
            .max(longest.mul_f64(fastrand::f64()));
        wait.saturating_add(wait.min(MOST_SPREAD).mul_f64(fastrand::f64() / 10.0))
    }
}

/// What all calls of a client may repeat together.
#[derive(Debug)]
pub(crate) struct Budget(Option<TpsBudget>);

impl Budget {
    /// A call begins, whose attempt is no repeat.
    pub(crate) fn earn(&self) {
        if let Some(budget) = &self.0 {
            budget.deposit();
        }
    }

    /// Whether a repeat is left, which is then spent.
    pub(crate) fn spend(&self) -> bool {
        self.0.as_ref().is_none_or(TpsBudget::withdraw)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Repeats;

    #[test]
    fn waits_double_up_to_the_longest_and_are_spread() {
        let second = Duration::from_secs(1);
        let repeats = Repeats {
            first_wait: second,
            longest_wait: 8 * second,
            ..Repeats::default()
        };
        let mut longest = [Duration::ZERO; 6];
        for _ in 0..2_000 {
            let mut waits = repeats.waits();
            for seen in &mut longest {
                *seen = (*seen).max(waits.next(None));
            }
        }
        for (seen, bound) in longest.iter().zip([1, 2, 4, 8, 8, 8]) {
            let bound = bound * second;
            assert!(*seen > bound.mul_f64(0.8), "{seen:?} of {bound:?}");
            assert!(*seen <= bound.mul_f64(1.1), "{seen:?} of {bound:?}");
        }
    }

    #[test]
    fn a_wait_is_as_long_as_the_service_asks_for_and_a_little_longer() {
        let asked = Duration::from_secs(57);
        let waits: Vec<Duration> = (0..100)
            .map(|_| Repeats::default().waits().next(Some(asked)))
            .collect();
        assert!(waits.iter().all(|wait| *wait >= asked), "{waits:?}");
        assert!(waits.iter().all(|wait| *wait <= asked.mul_f64(1.1)));
        assert!(waits.iter().any(|wait| *wait != waits[0]));
        let endless = Repeats::default().waits().next(Some(Duration::MAX));
        assert_eq!(endless, Duration::MAX);
    }

    #[tokio::test(start_paused = true)]
    async fn repeats_are_a_share_of_the_calls() {
        let budget = Repeats::default().budget();
        let spent = |budget: &super::Budget| (0..1_000).take_while(|_| budget.spend()).count();
        assert_eq!(spent(&budget), 10);
        for _ in 0..100 {
            budget.earn();
        }
        assert_eq!(spent(&budget), 20);
        // What was spent comes back.
        tokio::time::advance(Duration::from_secs(12)).await;
        assert_eq!(spent(&budget), 10);
        let without = Repeats {
            has_budget: false,
            ..Repeats::default()
        };
        assert_eq!(spent(&without.budget()), 1_000);
    }
}
