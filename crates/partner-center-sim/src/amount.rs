//! How does an amount of money keep its digits?
//!
//! It is computed in whole minor units and written as text. No binary floating point is involved, so that `12.10` goes
//! out as `12.10` and an amount that `f64` cannot hold goes out as it is.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::value::RawValue;

/// A JSON number with exactly these digits.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Amount(Box<RawValue>);

impl Amount {
    /// So many minor units (cents), written with the number of decimal places that the currency has.
    pub(crate) fn of(minor_units: u64, places: u32) -> serde_json::Result<Self> {
        let text = if places == 0 {
            minor_units.to_string()
        } else {
            let scale = 10_u64.pow(places);
            let (whole, rest) = (minor_units / scale, minor_units % scale);
            format!("{whole}.{rest:0width$}", width = places as usize)
        };
        RawValue::from_string(text).map(Self)
    }
}

impl<'de> Deserialize<'de> for Amount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Box::<RawValue>::deserialize(deserializer)?;
        let first = value.get().bytes().next();
        if first.is_some_and(|byte| byte == b'-' || byte.is_ascii_digit()) {
            Ok(Self(value))
        } else {
            Err(D::Error::custom("an amount is a number"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Amount;

    #[test]
    fn digits_are_written_as_they_are() {
        let written = |minor_units, places| {
            let amount = Amount::of(minor_units, places).expect("a number");
            serde_json::to_string(&amount).expect("JSON")
        };
        assert_eq!(written(1_210, 2), "12.10");
        assert_eq!(written(5, 2), "0.05");
        assert_eq!(written(0, 2), "0.00");
        assert_eq!(written(1_500, 0), "1500");
        assert_eq!(written(9_007_199_254_740_993, 2), "90071992547409.93");
    }
}
