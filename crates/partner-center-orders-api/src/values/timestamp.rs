//! How is a time kept that may be written in any of several ways?

use std::convert::Infallible;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::open_enum::scalar;

/// A point in time, as the service wrote it.
///
/// Documented samples have up to seven fractional digits, `Z` or an offset, and in one place no zone at all. Two are
/// equal when their texts are; compare [`to_utc`](Self::to_utc) for the same instant.
///
/// ```
/// use partner_center_orders_api::Timestamp;
///
/// let placed = Timestamp::from("2018-03-06T17:37:05.253-08:00");
/// assert_eq!(placed.as_str(), "2018-03-06T17:37:05.253-08:00");
/// assert_eq!(placed.to_utc().map(|at| at.timestamp_millis()), Some(1_520_386_625_253));
/// assert_eq!(Timestamp::from("soon").to_utc(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Timestamp(Box<str>);

impl Timestamp {
    /// The text as it came.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The instant, as a `chrono::DateTime<chrono::Utc>` (chrono 0.4); `None` when the text is none.
    ///
    /// A time without zone is taken for UTC, which is inferred.
    pub fn to_utc(&self) -> Option<DateTime<Utc>> {
        let text = self.as_str();
        let with_zone = DateTime::parse_from_rfc3339(text).map(|instant| instant.to_utc());
        with_zone
            .or_else(|_| text.parse::<NaiveDateTime>().map(|time| time.and_utc()))
            .ok()
    }
}

impl From<&str> for Timestamp {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl FromStr for Timestamp {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self::from(text))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn every_documented_form_gives_the_instant() {
        let forms = [
            ("2018-03-15T02:17:15.6455674Z", 1_521_080_235_645),
            ("2018-03-06T17:37:05.253-08:00", 1_520_386_625_253),
            ("2019-12-04T01:19:14+00:00", 1_575_422_354_000),
            ("2023-07-31T00:00:00", 1_690_761_600_000),
            ("0001-01-01T00:00:00", -62_135_596_800_000),
        ];
        for (text, millis) in forms {
            let at = Timestamp::from(text)
                .to_utc()
                .map(|instant| instant.timestamp_millis());
            assert_eq!(at, Some(millis), "{text}");
        }
    }

    #[test]
    fn a_text_that_is_no_time_is_kept() {
        for text in ["2023-05-18TT21:22:26Z", "2018-02-30T00:00:00Z", "soon", ""] {
            let json = serde_json::to_string(text).unwrap();
            let read: Timestamp = serde_json::from_str(&json).unwrap();
            assert_eq!(read.to_utc(), None, "{text}");
            assert_eq!(serde_json::to_string(&read).unwrap(), json);
        }
    }
}
