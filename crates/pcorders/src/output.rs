//! How is something printed: data to stdout, all else to stderr?

use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal, Stdout, Write};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use crate::failure::Failure;
use crate::secrets::known::hidden;

/// The form of the data on stdout.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Columns for people.
    Table,
    /// One JSON value, printed when it is complete.
    Json,
    /// One JSON value to a line, printed while pages arrive.
    Jsonl,
}

/// A table on a terminal, JSON otherwise.
impl Default for Format {
    fn default() -> Self {
        if io::stdout().is_terminal() {
            Self::Table
        } else {
            Self::Json
        }
    }
}

impl Format {
    /// The format that arguments ask for which could not be parsed.
    pub(crate) fn from_raw(arguments: impl Iterator<Item = OsString>) -> Self {
        let arguments: Vec<String> = arguments
            .map(|argument| argument.to_string_lossy().into_owned())
            .collect();
        let joined = arguments.iter().find_map(|argument| {
            argument
                .strip_prefix("--output=")
                .or_else(|| argument.strip_prefix("-o"))
        });
        let separate = arguments
            .windows(2)
            .find(|pair| matches!(pair[0].as_str(), "-o" | "--output"))
            .map(|pair| pair[1].as_str());
        separate
            .or(joined)
            .and_then(|name| Self::from_str(name.trim_start_matches('='), false).ok())
            .unwrap_or_default()
    }
}

/// Standard output in one of the formats. A reader that closes the pipe ends the output, which is no error.
pub(crate) struct Output {
    format: Format,
    stdout: Stdout,
}

impl Output {
    pub(crate) fn new(format: Format) -> Self {
        Self {
            format,
            stdout: io::stdout(),
        }
    }

    pub(crate) fn format(&self) -> Format {
        self.format
    }

    /// Prints one value: in full as JSON, on one line as JSON lines, or as the text that `table` makes.
    pub(crate) fn value<T: Serialize>(
        &mut self,
        value: &T,
        table: impl FnOnce(&T) -> String,
    ) -> Result<(), Failure> {
        let text = match self.format {
            Format::Json => {
                escaped(serde_json::to_string_pretty(value).map_err(unwritable)?) + "\n"
            }
            Format::Jsonl => line(value)?,
            Format::Table => table(value),
        };
        self.write(&text)
    }

    /// Prints a complete list: one array as JSON, a line for each item as JSON lines.
    pub(crate) fn list<T: Serialize>(
        &mut self,
        items: &[T],
        table: impl FnOnce(&[T]) -> String,
    ) -> Result<(), Failure> {
        match self.format {
            Format::Json => self.value(&items, |_| String::new()),
            Format::Jsonl => self.lines(items).map(|_| ()),
            Format::Table => self.write(&table(items)),
        }
    }

    /// Prints a line of JSON for each item, at once. `false` when nobody reads any more.
    pub(crate) fn lines<T: Serialize>(&mut self, items: &[T]) -> Result<bool, Failure> {
        let mut text = String::new();
        for item in items {
            text.push_str(&line(item)?);
        }
        self.piece(text.as_bytes())
    }

    /// Prints a body exactly as it came. A terminal is not steered by it, and gets no bytes that are no text. `false` when
    /// nobody reads any more.
    pub(crate) fn body(&mut self, body: &[u8]) -> Result<bool, Failure> {
        if body.is_empty() || !self.stdout.is_terminal() {
            return self.piece(body);
        }
        let Ok(text) = std::str::from_utf8(body) else {
            let size = body.len();
            notice(&format!(
                "{size} bytes that are no text: redirect the output to a file"
            ));
            return Ok(true);
        };
        let cleaned = |line: &str| {
            let cells: Vec<String> = line.split('\t').map(clean).collect();
            cells.join("\t") + "\n"
        };
        let text: String = text.lines().map(cleaned).collect();
        self.piece(text.as_bytes())
    }

    /// Prints one body of several: each ends its line.
    pub(crate) fn body_line(&mut self, body: &[u8]) -> Result<bool, Failure> {
        let is_read = self.body(body)?;
        if is_read && !body.ends_with(b"\n") && !self.stdout.is_terminal() {
            return self.piece(b"\n");
        }
        Ok(is_read)
    }

    /// Prints bytes. `false` when nobody reads any more.
    pub(crate) fn piece(&mut self, bytes: &[u8]) -> Result<bool, Failure> {
        match self
            .stdout
            .write_all(bytes)
            .and_then(|()| self.stdout.flush())
        {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(Failure::output("the output cannot be written", error)),
        }
    }

    fn write(&mut self, text: &str) -> Result<(), Failure> {
        self.piece(text.as_bytes()).map(|_| ())
    }
}

/// One line of JSON. Members that are kept as they came may hold line ends, which in JSON are only ever space.
fn line<T: Serialize>(value: &T) -> Result<String, Failure> {
    let line = serde_json::to_string(value).map_err(unwritable)?;
    let mut line = escaped(line.replace(['\n', '\r'], ""));
    line.push('\n');
    Ok(line)
}

fn unwritable(error: serde_json::Error) -> Failure {
    Failure::output("the answer cannot be written as JSON", error)
}

/// Says something on stderr, without any secret.
pub(crate) fn notice(text: &str) {
    say(&hidden(text.to_owned()));
}

/// Says something on stderr in which there is no secret.
pub(crate) fn say(text: &str) {
    // When nobody listens any more, the exit code still says how it went.
    let _ = writeln!(io::stderr(), "{text}");
}

/// Columns with a header. Nothing is wrapped or cut: an id can be copied whatever the terminal's width.
pub(crate) fn table(header: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(header);
    for row in rows {
        table.add_row(row.iter().map(|cell| clean(cell)));
    }
    if let Some(first) = table.column_mut(0) {
        first.set_padding((0, 1));
    }
    let lines: Vec<String> = table
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect();
    lines.join("\n") + "\n"
}

/// JSON in which no character of a text could steer a terminal: the same JSON, with escapes.
pub(crate) fn escaped(json: String) -> String {
    let is_harmless = |c: char| matches!(c, '\n' | '\r' | '\t') || !is_steering(c);
    if json.chars().all(is_harmless) {
        return json;
    }
    let mut escaped = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        if is_harmless(c) {
            escaped.push(c);
        } else {
            // All of them are in the first plane of Unicode, and in JSON they stand within texts only.
            escaped.push_str(&format!("\\u{:04x}", u32::from(c)));
        }
    }
    escaped
}

/// Whether a character could steer a terminal or feign a line.
fn is_steering(c: char) -> bool {
    let is_line_end = matches!(c, '\u{2028}' | '\u{2029}');
    let is_direction = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || is_line_end || is_direction
}

/// Text of the service's without the characters that could steer a terminal or feign a line.
pub(crate) fn clean(text: &str) -> String {
    text.chars()
        .map(|c| {
            if is_steering(c) {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}
