//! Which texts must never be printed?
//!
//! Every secret that the process reads or is handed is told here, so that one that somebody else repeats, such as a
//! service in its error, is found in what is about to be printed.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use partner_center_sim::Simulator;

/// Anything shorter is no secret, and would tear holes into the text.
const SHORTEST: usize = 8;

static KNOWN: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Remembers a secret until the process ends.
pub(crate) fn learn(secret: &str) {
    if secret == Simulator::ACCESS_TOKEN {
        // Everybody knows it, and it is a word that is said elsewhere.
        return;
    }
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    for form in forms(secret) {
        if form.len() >= SHORTEST {
            known.insert(form);
        }
    }
}

/// The text with every secret replaced.
pub(crate) fn hidden(text: String) -> String {
    let known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    // The longer ones first: one may be a part of another.
    let mut secrets: Vec<&String> = known.iter().collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets
        .into_iter()
        .fold(text, |text, secret| text.replace(secret, "[secret]"))
}

/// How a secret may come back: as it is, as a form or an address has it, or as a quotation has it.
fn forms(secret: &str) -> [String; 5] {
    let percent = |encode: fn(u8) -> String, keeps: &str| -> String {
        let bytes = secret.bytes();
        bytes
            .map(|byte| match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => char::from(byte).to_string(),
                byte if keeps.contains(char::from(byte)) => char::from(byte).to_string(),
                byte => encode(byte),
            })
            .collect()
    };
    let upper = |byte| format!("%{byte:02X}");
    [
        secret.to_owned(),
        secret.escape_debug().to_string(),
        percent(upper, "-._~"),
        percent(|byte| format!("%{byte:02x}"), "-._~"),
        // As HTML forms do it.
        percent(upper, "-._*").replace("%20", "+"),
    ]
}

#[cfg(test)]
mod tests {
    use super::{hidden, learn};

    #[test]
    fn a_secret_is_found_in_every_form_that_it_may_come_back_in() {
        learn("a secret~/with+\"signs\"");
        for form in [
            "a secret~/with+\"signs\"",
            "a secret~/with+\\\"signs\\\"",
            "a%20secret~%2Fwith%2B%22signs%22",
            "a%20secret~%2fwith%2b%22signs%22",
            "a+secret%7E%2Fwith%2B%22signs%22",
        ] {
            assert_eq!(hidden(format!("<{form}>")), "<[secret]>");
        }
    }

    #[test]
    fn a_secret_within_another_does_not_save_the_rest_of_it() {
        learn("inner-secret");
        learn("an-inner-secret-and-more");
        let text = "inner-secret an-inner-secret-and-more".to_owned();
        assert_eq!(hidden(text), "[secret] [secret]");
    }

    #[test]
    fn what_is_too_short_tears_no_holes() {
        learn("short");
        learn("");
        assert_eq!(hidden("a short text".to_owned()), "a short text");
    }
}
