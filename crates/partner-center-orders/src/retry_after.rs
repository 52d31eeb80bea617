//! How long does the service ask to wait?

use std::time::{Duration, SystemTime};

use http::HeaderMap;
use http::header::{DATE, RETRY_AFTER};

/// The wait that `Retry-After` asks for: seconds, or a date, which counts from the answer's own `Date`, since clocks
/// differ. `None` when there is no such header or it is neither.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More seconds than there are numbers for are very many.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let answered = headers
        .get(DATE)
        .and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
    // A date that has passed asks for no wait.
    Some(
        until
            .duration_since(answered.unwrap_or(now))
            .unwrap_or_default(),
    )
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use http::{HeaderMap, HeaderValue};

    use super::retry_after;

    fn asked(headers: &[(&'static str, &'static str)]) -> Option<Duration> {
        let headers: HeaderMap = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect();
        retry_after(&headers, SystemTime::UNIX_EPOCH)
    }

    #[test]
    fn seconds_and_dates_are_read() {
        let date = ("date", "Thu, 15 Mar 2018 20:44:40 GMT");
        assert_eq!(
            asked(&[("retry-after", "57")]),
            Some(Duration::from_secs(57))
        );
        assert_eq!(
            asked(&[("retry-after", "Thu, 15 Mar 2018 20:45:40 GMT"), date]),
            Some(Duration::from_secs(60))
        );
        assert_eq!(
            asked(&[("retry-after", "Thu, 15 Mar 2018 20:00:00 GMT"), date]),
            Some(Duration::ZERO)
        );
        assert_eq!(
            asked(&[("retry-after", "Thu, 01 Jan 1970 00:01:00 GMT")]),
            Some(Duration::from_secs(60))
        );
        let digits = "9999999999999999999999999999999999999999";
        let endless = Some(Duration::from_secs(u64::MAX));
        assert_eq!(asked(&[("retry-after", digits)]), endless);
        for odd in ["", "-1", "1.5", "soon"] {
            assert_eq!(asked(&[("retry-after", odd)]), None, "{odd}");
        }
        assert_eq!(asked(&[]), None);
    }
}
