//! Can an id be one segment of a path?
//!
//! URL libraries resolve `.` and `..`, even percent-encoded, and take a backslash for a slash, which the generated code
//! does not encode. No documented id has any of them.

use crate::error::Error;

/// Refuses an id that cannot be one segment. `what` is said in the message.
pub(crate) fn check(what: &str, id: &str) -> Result<(), Error> {
    let why = match id {
        blank if blank.trim().is_empty() => "is empty",
        "." | ".." => "must not be . or ..",
        text if text.contains('\\') => "must not have a backslash",
        _ => return Ok(()),
    };
    Err(Error::input(format!("the {what} id {why}")))
}
