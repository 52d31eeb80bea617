//! How is an amount kept exact?

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::json_text::JsonText;

/// An amount with exactly the digits that the service sent: `12.10` stays `12.10`.
///
/// It is text, not a number to calculate with. [`parse`](Self::parse) turns it into the decimal type of your choice.
/// Two are equal when their digits are: `12.1` and `12.10` differ.
///
/// ```
/// use partner_center_orders_api::Decimal;
///
/// let price: Decimal = serde_json::from_str("90071992547409.93")?;
/// assert_eq!(price.to_string(), "90071992547409.93");
/// assert_eq!(price.parse::<f64>(), Some(90071992547409.93));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Decimal(JsonText);

impl Decimal {
    /// The digits as they came. Should the service send something else than a number, that, as JSON.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the service sent a number, as it should.
    pub fn is_number(&self) -> bool {
        matches!(self.as_str().as_bytes(), [b'-' | b'0'..=b'9', ..])
    }

    /// The amount as another type; `None` when there is no number or the type cannot read it.
    ///
    /// JSON allows exponents (`1e-7`), which not every decimal type reads.
    pub fn parse<T: FromStr>(&self) -> Option<T> {
        if self.is_number() {
            self.as_str().parse().ok()
        } else {
            None
        }
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Decimal {
    type Err = NotANumber;

    /// Reads a JSON number: digits, at most one point, perhaps an exponent; no plus sign, no grouping, no spaces.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let decimal = JsonText::new(text.to_owned()).map(Self).ok_or(NotANumber)?;
        let is_whole_text = decimal.as_str() == text;
        if is_whole_text && decimal.is_number() && !text.ends_with(char::is_whitespace) {
            Ok(decimal)
        } else {
            Err(NotANumber)
        }
    }
}

/// A text is no JSON number, such as `12.10`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotANumber;

impl fmt::Display for NotANumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a JSON number such as 12.10")
    }
}

impl std::error::Error for NotANumber {}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn digits_survive_both_ways() {
        let numbers = [
            "12.10",
            "0",
            "-0",
            "90071992547409.93",
            "1e-7",
            "1E+400",
            "123456789012345678901234567890.123",
        ];
        for digits in numbers {
            let read: Vec<Decimal> = serde_json::from_str(&format!("[{digits}]")).unwrap();
            assert_eq!(read[0].as_str(), digits);
            assert_eq!(serde_json::to_string(&read[0]).unwrap(), digits);
        }
    }

    #[test]
    fn what_is_no_number_is_kept_and_has_no_value() {
        for json in [r#""12.10""#, "true", "[1]"] {
            let read: Decimal = serde_json::from_str(json).unwrap();
            assert_eq!(read.as_str(), json);
            assert_eq!(read.parse::<f64>(), None);
        }
    }

    #[test]
    fn only_a_json_number_is_read_from_text() {
        assert!("12.10".parse::<Decimal>().is_ok());
        for text in [
            "", "+1", "1,000", " 1", "1 ", "1.", ".5", "0x1", "1 2", "null", "\"1\"", "NaN",
        ] {
            assert!(text.parse::<Decimal>().is_err(), "{text:?}");
        }
    }
}
