//! When does a fault strike?
//!
//! Rules are asked in the order in which they were made. Each counts the calls that it is about, by itself and from 1, so
//! that the same calls always meet the same faults; what is left to chance comes from a seed.

use std::ops::Not;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::operation::Operation;

/// Calls with which something is to go wrong, in the making: nothing happens before [`fault`](Self::fault).
///
/// All that is said must hold. `nth(2)` of an operation and a customer is the second call of that operation for that
/// customer.
#[derive(Debug)]
#[must_use = "nothing goes wrong before a fault is given"]
pub struct Rule<'s> {
    faults: &'s Faults,
    when: When,
}

/// The calls that a rule is about.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct When {
    /// Requests of signing in, and nothing else.
    #[serde(default, skip_serializing_if = "Not::not")]
    sign_in: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<Operation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nth: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    #[serde(default)]
    seed: u64,
}

impl<'s> Rule<'s> {
    pub(crate) fn new(faults: &'s Faults, operation: Option<Operation>) -> Self {
        let when = When {
            operation,
            ..When::default()
        };
        Self { faults, when }
    }

    pub(crate) fn of_sign_in(faults: &'s Faults) -> Self {
        let when = When {
            sign_in: true,
            ..When::default()
        };
        Self { faults, when }
    }

    /// Only calls for this customer, in any letter case. Requests of signing in are for none.
    pub fn customer(mut self, id: impl Into<String>) -> Self {
        self.when.customer = Some(id.into());
        self
    }

    /// Only the call with this number, from 1.
    pub fn nth(mut self, number: u64) -> Self {
        self.when.nth = Some(number);
        self
    }

    /// Only the first calls, so many.
    pub fn first(mut self, count: u64) -> Self {
        self.when.first = Some(count);
        self
    }

    /// Only some calls: each with this probability, from 0 to 1. The same seed picks the same calls.
    pub fn probability(mut self, probability: f64, seed: u64) -> Self {
        self.when.probability = Some(probability);
        self.when.seed = seed;
        self
    }

    /// This goes wrong with these calls from now on.
    ///
    /// When several rules are about one call, their delays add up; of their other faults the one that was given first
    /// strikes.
    pub fn fault(self, fault: Fault) {
        self.faults.add(self.when, fault);
    }
}

impl When {
    fn is_about(&self, call: &Call<'_>) -> bool {
        let same = |id: &str| {
            call.customer
                .is_some_and(|customer| customer.eq_ignore_ascii_case(id))
        };
        self.sign_in == call.is_sign_in
            && (self.operation.is_none() || self.operation == call.operation)
            && self.customer.as_deref().is_none_or(same)
    }

    fn picks(&self, number: u64) -> bool {
        self.nth.is_none_or(|nth| number == nth)
            && self.first.is_none_or(|first| number <= first)
            && self
                .probability
                .is_none_or(|probability| chance(self.seed, number) < probability)
    }
}

/// A number from 0 to 1, without 1, that is always the same for a seed and a call (the finisher of SplitMix64).
fn chance(seed: u64, number: u64) -> f64 {
    let mut bits = seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^= bits >> 31;
    // The upper 32 bits are plenty, and no float rounds them.
    f64::from(u32::try_from(bits >> 32).unwrap_or_default()) / (f64::from(u32::MAX) + 1.0)
}

/// What a rule needs to know of a request.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Call<'r> {
    /// Whether it is one of signing in. Then it is none of the service.
    pub(crate) is_sign_in: bool,
    pub(crate) operation: Option<Operation>,
    pub(crate) customer: Option<&'r str>,
}

/// A fault that strikes a call.
#[derive(Clone, Debug)]
pub(crate) struct Strike {
    pub(crate) fault: Fault,
    /// Which call of its rule this is, from 1.
    pub(crate) number: u64,
}

/// A rule as it is kept, and as it is written in JSON.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kept {
    #[serde(default)]
    when: When,
    fault: Fault,
    /// How many calls it was about so far.
    #[serde(default, skip_deserializing)]
    calls: u64,
}

/// All rules.
#[derive(Debug, Default)]
pub(crate) struct Faults(Mutex<Vec<Kept>>);

impl Faults {
    pub(crate) fn add(&self, when: When, fault: Fault) {
        self.keep(Kept {
            when,
            fault,
            calls: 0,
        });
    }

    /// Takes up a rule as it is written.
    pub(crate) fn keep(&self, rule: Kept) {
        self.lock().push(rule);
    }

    /// A copy of all rules.
    pub(crate) fn rules(&self) -> Vec<Kept> {
        self.lock().clone()
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    /// Counts a call and tells what goes wrong with it.
    pub(crate) fn struck(&self, call: &Call<'_>) -> Vec<Strike> {
        let mut struck = Vec::new();
        for rule in self.lock().iter_mut() {
            if rule.when.is_about(call) {
                rule.calls += 1;
                if rule.when.picks(rule.calls) {
                    struck.push(Strike {
                        fault: rule.fault.clone(),
                        number: rule.calls,
                    });
                }
            }
        }
        struck
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Kept>> {
        // Rules are added whole and counted one step at a time: they are sound even after a panic.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{Call, Faults, Rule, chance};
    use crate::fault::Fault;
    use crate::operation::Operation;

    fn strikes(faults: &Faults, operation: Operation, customer: &str) -> usize {
        let call = Call {
            operation: Some(operation),
            customer: Some(customer),
            ..Call::default()
        };
        faults.struck(&call).len()
    }

    #[test]
    fn a_rule_counts_only_what_it_is_about() {
        let faults = Faults::default();
        Rule::new(&faults, Some(Operation::GetOrder))
            .customer("AB")
            .nth(2)
            .fault(Fault::reset());
        assert_eq!(strikes(&faults, Operation::GetOrder, "ab"), 0);
        assert_eq!(strikes(&faults, Operation::GetOrder, "cd"), 0);
        assert_eq!(strikes(&faults, Operation::ListOrders, "ab"), 0);
        assert_eq!(strikes(&faults, Operation::GetOrder, "ab"), 1);
        assert_eq!(strikes(&faults, Operation::GetOrder, "ab"), 0);
    }

    #[test]
    fn the_first_calls_and_every_call() {
        let faults = Faults::default();
        Rule::new(&faults, None).first(2).fault(Fault::reset());
        Rule::new(&faults, None).fault(Fault::status(503));
        let counts = [(); 3].map(|()| strikes(&faults, Operation::GetOrder, "ab"));
        assert_eq!(counts, [2, 2, 1]);
        faults.clear();
        assert_eq!(strikes(&faults, Operation::GetOrder, "ab"), 0);
    }

    #[test]
    fn chance_is_fair_and_repeatable() {
        let below = |seed, limit: f64| (1..=10_000).filter(|n| chance(seed, *n) < limit).count();
        for seed in [0, 1, 7, u64::MAX] {
            assert!((2_800..=3_200).contains(&below(seed, 0.3)), "{seed}");
            assert_eq!((below(seed, 0.0), below(seed, 1.0)), (0, 10_000));
        }
        assert_ne!(chance(1, 1).to_bits(), chance(2, 1).to_bits());
    }
}
