//! Which billing cycle does a word mean?
//!
//! Bodies and the query spell one cycle in several ways (`one_time`, `onetime`, `OneTime`, `4`). Here is the one place
//! that reads them all.

/// How often an order is billed. The order of the variants is the service's numbering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BillingCycle {
    Unknown,
    Monthly,
    Annual,
    None,
    OneTime,
    Triennial,
    Biennial,
}

impl BillingCycle {
    const ALL: [Self; 7] = [
        Self::Unknown,
        Self::Monthly,
        Self::Annual,
        Self::None,
        Self::OneTime,
        Self::Triennial,
        Self::Biennial,
    ];

    /// The word that bodies use.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Monthly => "monthly",
            Self::Annual => "annual",
            Self::None => "none",
            Self::OneTime => "one_time",
            Self::Triennial => "triennial",
            Self::Biennial => "biennial",
        }
    }

    /// Length in months, of those that have one.
    pub(crate) fn months(self) -> Option<u32> {
        match self {
            Self::Monthly => Some(1),
            Self::Annual => Some(12),
            Self::Biennial => Some(24),
            Self::Triennial => Some(36),
            Self::Unknown | Self::None | Self::OneTime => None,
        }
    }

    /// Reads a word in any letter case, with or without underscores.
    pub(crate) fn from_word(word: &str) -> Option<Self> {
        let folded = fold(word);
        Self::ALL
            .into_iter()
            .find(|cycle| fold(cycle.as_str()) == folded)
    }

    /// Reads a word, or the number of one.
    pub(crate) fn from_number_or_word(value: &str) -> Option<Self> {
        match value.as_bytes() {
            [digit @ b'0'..=b'9'] => Self::ALL.get(usize::from(digit - b'0')).copied(),
            _ => Self::from_word(value),
        }
    }
}

fn fold(word: &str) -> String {
    word.replace('_', "").to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::BillingCycle;

    #[test]
    fn every_spelling_of_a_cycle_is_read() {
        for spelling in ["onetime", "OneTime", "one_time", "ONE_TIME", "4"] {
            assert_eq!(
                BillingCycle::from_number_or_word(spelling),
                Some(BillingCycle::OneTime),
                "{spelling}"
            );
        }
        for (number, cycle) in BillingCycle::ALL.into_iter().enumerate() {
            assert_eq!(
                BillingCycle::from_number_or_word(&number.to_string()),
                Some(cycle),
                "{number}"
            );
        }
    }

    #[test]
    fn other_words_and_numbers_are_none() {
        for word in ["", "7", "04", "-1", "weekly", "one time"] {
            assert_eq!(BillingCycle::from_number_or_word(word), None, "{word:?}");
        }
    }
}
