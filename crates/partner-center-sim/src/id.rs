//! Which id does a thing have?
//!
//! An id is computed from the place of the thing in the seed, so that two runs have the same ids and a new order in the
//! seed leaves the others theirs. What comes with an id of its own has a place by that. Three shapes of order ids coexist; clients must take all of them for opaque text.

use serde::{Deserialize, Serialize};

/// The place of a thing in the seed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Place {
    pub(crate) customer: usize,
    pub(crate) order: usize,
}

/// What an id is for: one place has several things that need one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    Order,
    Offer,
    Subscription { line: usize },
    Attachment { number: usize },
    Entitlement,
    AzurePlan,
    Instant,
    Price,
}

impl Place {
    /// The place of an order that came with its id, apart from all others.
    pub(crate) fn of_id(customer: usize, id: &str) -> Self {
        let bits = id.bytes().fold(0, |bits, byte| mix(bits ^ u64::from(byte)));
        // The upper half of 32 bits.
        let order = (1 << 31) | (bits >> 33);
        Self {
            customer,
            order: order as usize,
        }
    }

    /// The same well-mixed bits for the same place, purpose and round.
    pub(crate) fn bits(self, purpose: Purpose, round: u64) -> u64 {
        let purpose = match purpose {
            Purpose::Order => 1,
            Purpose::Offer => 2,
            Purpose::Entitlement => 3,
            Purpose::Instant => 4,
            Purpose::AzurePlan => 5,
            Purpose::Price => 6,
            // No line has so large a number, but for what somebody wrote into a state file.
            Purpose::Subscription { line } => 100_u64.wrapping_add(line as u64),
            Purpose::Attachment { number } => 10_000_u64.wrapping_add(number as u64),
        };
        let place = ((self.customer as u64) << 32) | self.order as u64;
        mix(mix(mix(place) ^ purpose) ^ round)
    }

    /// A GUID in lower case.
    pub(crate) fn guid(self, purpose: Purpose) -> String {
        let high = u128::from(self.bits(purpose, 0));
        let low = u128::from(self.bits(purpose, 1));
        let bytes = (high << 64 | low).to_be_bytes();
        uuid::Builder::from_random_bytes(bytes)
            .into_uuid()
            .to_string()
    }

    /// The id of a new commerce order: twelve hexadecimal digits.
    pub(crate) fn short_order_id(self) -> String {
        format!("{:012x}", self.bits(Purpose::Order, 0) >> 16)
    }

    /// The id of a reservation: 32 characters of URL-safe base64 and a `1`.
    pub(crate) fn long_order_id(self) -> String {
        const ALPHABET: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let mut id: String = (0..32)
            .map(|round| char::from(ALPHABET[(self.bits(Purpose::Order, round) % 64) as usize]))
            .collect();
        id.push('1');
        id
    }
}

/// Whether a text is a GUID with hyphens, in any letter case.
pub(crate) fn is_guid(text: &str) -> bool {
    // The length rules out the other forms that the parser takes: without hyphens, in braces, as a URN.
    text.len() == 36 && uuid::Uuid::try_parse(text).is_ok()
}

/// The finalizer of SplitMix64: neighbouring numbers come out unrelated.
pub(crate) fn mix(number: u64) -> u64 {
    let mut bits = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Place, Purpose, is_guid};

    #[test]
    fn ids_have_their_shapes() {
        let place = Place {
            customer: 0,
            order: 3,
        };
        assert!(is_guid(&place.guid(Purpose::Order)));
        assert_eq!(place.short_order_id().len(), 12);
        assert_eq!(place.long_order_id().len(), 33);
    }

    #[test]
    fn only_a_hyphenated_guid_is_one() {
        assert!(is_guid("B0D70A69-4c42-4b27-b17b-91a835d8686a"));
        for text in [
            "",
            "b0d70a694c424b27b17b91a835d8686a",
            "{b0d70a69-4c42-4b27-b17b-91a835d8686a}",
            "b0d70a69-4c42-4b27-b17b-91a835d8686g",
        ] {
            assert!(!is_guid(text), "{text:?}");
        }
    }
}
