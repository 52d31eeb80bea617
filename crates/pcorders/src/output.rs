//! How is something printed: data to stdout, all else to stderr?

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal, Stdout, Write};

use clap::ValueEnum;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

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
    ) -> io::Result<()> {
        let text = match self.format {
            Format::Json => serde_json::to_string_pretty(value)? + "\n",
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
    ) -> io::Result<()> {
        match self.format {
            Format::Json => self.value(&items, |_| String::new()),
            Format::Jsonl => self.lines(items).map(|_| ()),
            Format::Table => self.write(&table(items)),
        }
    }

    /// Prints a line of JSON for each item, at once. `false` when nobody reads any more.
    pub(crate) fn lines<T: Serialize>(&mut self, items: &[T]) -> io::Result<bool> {
        let mut text = String::new();
        for item in items {
            text.push_str(&line(item)?);
        }
        self.piece(text.as_bytes())
    }

    /// Prints a body as it came, and ends its line. A terminal is not steered by it. `false` when nobody reads any more.
    pub(crate) fn body(&mut self, body: &[u8]) -> io::Result<bool> {
        if body.is_empty() {
            return Ok(true);
        }
        let mut body = Cow::Borrowed(body);
        if self.stdout.is_terminal() {
            let Ok(text) = std::str::from_utf8(&body) else {
                let message = "the body is not text: redirect the output to a file";
                return Err(io::Error::new(ErrorKind::InvalidData, message));
            };
            let lines: Vec<String> = text.lines().map(clean).collect();
            body = Cow::Owned(lines.join("\n").into_bytes());
        }
        if !body.ends_with(b"\n") {
            body.to_mut().push(b'\n');
        }
        self.piece(&body)
    }

    /// Prints bytes. `false` when nobody reads any more.
    pub(crate) fn piece(&mut self, bytes: &[u8]) -> io::Result<bool> {
        match self
            .stdout
            .write_all(bytes)
            .and_then(|()| self.stdout.flush())
        {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.piece(text.as_bytes()).map(|_| ())
    }
}

/// One line of JSON. Members that are kept as they came may hold line ends, which in JSON are only ever space.
fn line<T: Serialize>(value: &T) -> serde_json::Result<String> {
    let mut line = serde_json::to_string(value)?.replace(['\n', '\r'], "");
    line.push('\n');
    Ok(line)
}

/// Says something on stderr.
pub(crate) fn notice(text: &str) {
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

/// Text of the service's without the characters that could steer a terminal or feign a line.
pub(crate) fn clean(text: &str) -> String {
    let is_steering = |c: char| {
        let is_line_end = matches!(c, '\u{2028}' | '\u{2029}');
        let is_direction = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        c.is_control() || is_line_end || is_direction
    };
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
