//! `pcorders error explain`: what does a code mean, and what is there to do?

use partner_center_orders::codes::{self, Code};
use serde::Serialize;

use crate::args::Explain;
use crate::failure::Failure;
use crate::output::{Output, clean, table};

/// An entry of the catalogue. The JSON form is part of the command's contract.
#[derive(Serialize)]
struct Entry {
    status: u16,
    code: &'static str,
    meaning: &'static str,
    remedy: &'static str,
    repeat: &'static str,
    source: &'static str,
}

/// Prints what the catalogue says of the code, under every status that it comes with. It asks nobody.
pub(crate) fn run(explain: &Explain, output: &mut Output) -> Result<(), Failure> {
    let of_code = |code: &&Code| code.code() == explain.code.trim();
    let of_status = |code: &&Code| explain.status.is_none_or(|status| status == code.status());
    let known: Vec<&Code> = codes::all().iter().filter(of_code).collect();
    let entries: Vec<Entry> = known
        .iter()
        .copied()
        .filter(of_status)
        .map(Entry::from)
        .collect();
    if entries.is_empty() {
        return Err(unknown(explain, &known));
    }
    output.list(&entries, |entries| {
        let blocks: Vec<String> = entries.iter().map(block).collect();
        blocks.join("\n")
    })
}

impl From<&Code> for Entry {
    fn from(code: &Code) -> Self {
        Self {
            status: code.status(),
            code: code.code(),
            meaning: code.meaning(),
            remedy: code.remedy(),
            repeat: code.repeat().as_str(),
            source: code.source(),
        }
    }
}

fn block(entry: &Entry) -> String {
    let title = format!("{} {}", entry.status, entry.code);
    let rows = [
        ("meaning", entry.meaning),
        ("remedy", entry.remedy),
        ("repeat", entry.repeat),
        ("source", entry.source),
    ];
    let rows = rows.map(|(name, text)| vec![name.to_owned(), text.to_owned()]);
    table(&[&title, ""], rows)
}

/// The code is not known, or not under the status that was named.
fn unknown(explain: &Explain, known: &[&Code]) -> Failure {
    let code = clean(explain.code.trim());
    let statuses: Vec<String> = known.iter().map(|code| code.status().to_string()).collect();
    match explain.status {
        Some(status) if !known.is_empty() => Failure::not_found(format!(
            "the code {code} is known with {}, not with {status}",
            statuses.join(" and ")
        )),
        _ => {
            let hint = match of_entra(&code) {
                Some(number) => format!(
                    "It may be an AADSTS code of Microsoft Entra ID, which explains its own: \
                     https://login.microsoftonline.com/error?code={number}"
                ),
                None => "Read the description that came with it; Partner Center support asks for the correlation id."
                    .to_owned(),
            };
            let message = format!("the catalogue has no error code {code}");
            Failure::not_found(message).with_hint(Some(hint))
        }
    }
}

/// The number of a code that can be one of the sign-in: those have five digits or more.
fn of_entra(code: &str) -> Option<&str> {
    let number = code.strip_prefix("AADSTS").unwrap_or(code);
    let is_one =
        (5..=8).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
    is_one.then_some(number)
}
