//! How does a failure become words, an exit code, and JSON for programs?

use std::error::Error as StdError;
use std::process::ExitCode;

use partner_center_orders::{Delivery, Error, ErrorKind, Response, Uuid};
use serde::Serialize;

use crate::connect;
use crate::output::{Format, clean, escaped, notice};
use crate::write::Advice;

const OTHER: u8 = 1;
pub(crate) const USAGE: u8 = 2;
const NOT_FOUND: u8 = 3;
const NOT_SIGNED_IN: u8 = 4;
const CONFLICT: u8 = 5;
const THROTTLED: u8 = 6;
const NETWORK: u8 = 7;
const SERVER: u8 = 8;
const OUTCOME_UNKNOWN: u8 = 9;
pub(crate) const INTERRUPTED: u8 = 130;

/// Why the command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: u8,
    report: Box<Report>,
}

/// What is said about it. The JSON form is part of the command's contract.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    kind: &'static str,
    message: String,
    status: Option<u16>,
    code: Option<String>,
    hint: Option<String>,
    request_id: Option<String>,
    correlation_id: Option<String>,
    delivery: &'static str,
    attempts: u32,
    retry_after_seconds: Option<u64>,
}

impl Failure {
    fn unsent(exit: u8, kind: &'static str, message: impl Into<String>) -> Self {
        let report = Report {
            kind,
            message: message.into(),
            delivery: Delivery::NotSent.as_str(),
            ..Report::default()
        };
        Self {
            exit,
            report: Box::new(report),
        }
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::unsent(USAGE, "usage", message)
    }

    pub(crate) fn configuration(message: impl Into<String>) -> Self {
        Self::unsent(USAGE, "configuration", message)
    }

    /// What was read cannot be handed over.
    pub(crate) fn output(what: &str, error: impl StdError) -> Self {
        Self::other("output", what, error).with_delivery(Delivery::Accepted)
    }

    /// An order was placed, and stays as it is without being what was waited for.
    pub(crate) fn unfinished(message: String) -> Self {
        Self::unsent(OTHER, "unfinished", message)
    }

    /// Something went wrong after a write was answered: it was carried out, whatever came later. `done` says so.
    pub(crate) fn after_write<T>(mut self, answer: &Response<T>, done: &str) -> Self {
        self.exit = OUTCOME_UNKNOWN;
        let report = &mut self.report;
        report.message = format!("{done}, and then: {}", report.message);
        if report.request_id.is_none() {
            // No request failed: the ids to know are those of the write.
            report.request_id = Some(answer.request_id().to_string());
            report.correlation_id = Some(answer.correlation_id().to_string());
            report.attempts = answer.attempts();
        }
        self.with_delivery(Delivery::Accepted)
            .and_hint(Some("Do not send it again.".to_owned()))
    }

    /// Somebody interrupted the command. What was sent until then may have been carried out.
    pub(crate) fn interrupted(written: Option<Uuid>) -> Self {
        let hint = |id| {
            format!(
                "It may have been carried out: look before you send it again, or repeat it with --request-id {id}."
            )
        };
        let mut failure = Self::unsent(INTERRUPTED, "cancelled", "interrupted")
            .with_delivery(Delivery::Unknown)
            .with_hint(written.map(hint));
        failure.report.request_id = written.map(|id| id.to_string());
        failure
    }

    /// A read that came before a write failed: nothing was changed.
    pub(crate) fn before_write(error: Error) -> Self {
        let remedy = error.documented().and(error.hint());
        let remedy = remedy.unwrap_or("Nothing was changed: what there is could not be read.");
        Self::from(error)
            .with_delivery(Delivery::NotSent)
            .with_hint(Some(remedy.to_owned()))
    }

    /// The command broke off, nobody knows where.
    pub(crate) fn broken_off(error: impl StdError, has_written: bool) -> Self {
        let failure = Self::other("internal", "the command broke off", error);
        let exit = if has_written { OUTCOME_UNKNOWN } else { OTHER };
        Self {
            exit,
            ..failure.with_delivery(Delivery::Unknown)
        }
    }

    /// Something that the command was given cannot be read.
    pub(crate) fn input(what: String, error: impl StdError) -> Self {
        Self::unsent(USAGE, "input", with_causes(what, Some(&error)))
    }

    /// A write that failed: what may have been carried out must not be sent again blindly, whatever else is known. That
    /// is said first, and after it what a documented code adds.
    pub(crate) fn of_write(error: Error, advice: &Advice) -> Self {
        let (delivery, id) = (error.delivery(), error.request_id());
        let answered = error.answered_id().map(|id| shortened(id.to_owned()));
        let remedy = error.documented().and(error.hint());
        let mut failure = Self::from(error);
        let Some(advice) = advice.in_words(delivery, id) else {
            return failure;
        };
        if let Some(answered) = answered {
            let message = &mut failure.report.message;
            message.push_str(&format!(
                "; the id in what came of the answer is {answered}"
            ));
        }
        failure.exit = OUTCOME_UNKNOWN;
        failure
            .with_hint(Some(advice))
            .and_hint(remedy.map(str::to_owned))
    }

    /// Something that was asked for is not there, and no service was asked.
    pub(crate) fn not_found(message: impl Into<String>) -> Self {
        Self::unsent(NOT_FOUND, "not_found", message)
    }

    pub(crate) fn other(kind: &'static str, what: &str, error: impl StdError) -> Self {
        Self::unsent(OTHER, kind, with_causes(what.to_owned(), Some(&error)))
    }

    /// Says what became of the request, when it is not that nothing was sent.
    pub(crate) fn with_delivery(mut self, delivery: Delivery) -> Self {
        self.report.delivery = delivery.as_str();
        self
    }

    /// Adds what to do about it.
    pub(crate) fn with_hint(mut self, hint: Option<String>) -> Self {
        self.report.hint = hint;
        self
    }

    /// Adds what else to do about it.
    pub(crate) fn and_hint(mut self, more: Option<String>) -> Self {
        let hints: Vec<_> = self.report.hint.into_iter().chain(more).collect();
        self.report.hint = Some(hints.join("\n")).filter(|hint| !hint.is_empty());
        self
    }

    /// Prints the failure in the form that goes with the output, and returns the exit code.
    pub(crate) fn report(mut self, format: Format) -> ExitCode {
        // A service that repeats the token must not bring it to the terminal.
        self.report.message = without_token(self.report.message);
        self.report.code = self.report.code.map(without_token);
        self.report.hint = self.report.hint.map(without_token);
        #[derive(Serialize)]
        struct Object<'a> {
            error: &'a Report,
        }
        match (
            format,
            serde_json::to_string(&Object {
                error: &self.report,
            }),
        ) {
            (Format::Json | Format::Jsonl, Ok(json)) => notice(&escaped(json)),
            _ => notice(&self.report.in_words()),
        }
        ExitCode::from(self.exit)
    }
}

impl Report {
    fn in_words(&self) -> String {
        let mut text = format!("error: {}", clean(&self.message));
        // Ids that were never sent are of no use to anybody.
        if let (1.., Some(request), Some(correlation)) =
            (self.attempts, &self.request_id, &self.correlation_id)
        {
            text.push_str(&format!(
                "\n  request id {request}, correlation id {correlation}"
            ));
        }
        if let Some(seconds) = self.retry_after_seconds {
            text.push_str(&format!("\n  the service asks to wait {seconds} s"));
        }
        for hint in self.hint.iter().flat_map(|hint| hint.lines()) {
            text.push_str(&format!("\n  {}", clean(hint)));
        }
        text
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let exit = exit_of(&error);
        let mut message = error.to_string();
        if let Some(description) = error.description() {
            message = format!("{message}: {}", shortened(description.to_owned()));
        }
        let report = Report {
            kind: error.kind().as_str(),
            message: with_causes(message, error.source()),
            status: error.status().map(|status| status.as_u16()),
            code: error.code().map(|code| shortened(code.to_owned())),
            hint: error.hint().map(str::to_owned),
            request_id: error.request_id().map(|id| id.to_string()),
            correlation_id: error.correlation_id().map(|id| id.to_string()),
            delivery: error.delivery().as_str(),
            attempts: error.attempts(),
            retry_after_seconds: error.retry_after().map(|wait| wait.as_secs()),
        };
        Self {
            exit,
            report: Box::new(report),
        }
    }
}

/// The exit code of a read; [`Failure::of_write`] says more of a write.
fn exit_of(error: &Error) -> u8 {
    match error.kind() {
        ErrorKind::Input | ErrorKind::Configuration => USAGE,
        ErrorKind::Credential => NOT_SIGNED_IN,
        ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Interrupted | ErrorKind::Link => {
            NETWORK
        }
        ErrorKind::Decode => SERVER,
        ErrorKind::Throttled => THROTTLED,
        ErrorKind::Service => match error.status().map(|status| status.as_u16()) {
            Some(404) => NOT_FOUND,
            Some(401 | 403) => NOT_SIGNED_IN,
            Some(409 | 412) => CONFLICT,
            Some(500..) => SERVER,
            _ => OTHER,
        },
        _ => OTHER,
    }
}

pub(crate) fn without_token(text: String) -> String {
    match connect::access_token() {
        // Anything shorter is no token, and would tear holes into the text.
        Ok(Some(token)) if token.len() >= 8 => text.replace(&token, "[access token]"),
        _ => text,
    }
}

/// A cause may quote what it could not read, however long that is.
fn shortened(text: String) -> String {
    // Of a token that was cut, nobody would see any more that it is one.
    let text = without_token(text);
    const LONGEST: usize = 400;
    const END: usize = 100;
    let length = text.chars().count();
    if length <= LONGEST {
        return text;
    }
    let beginning: String = text.chars().take(LONGEST - END).collect();
    let end: String = text.chars().skip(length - END).collect();
    format!("{beginning} [..] {end}")
}

/// Adds what caused the failure, down to the root.
fn with_causes(mut message: String, mut cause: Option<&dyn StdError>) -> String {
    while let Some(error) = cause {
        let text = shortened(error.to_string());
        // Some errors repeat what they wrap.
        if !message.contains(&text) {
            message = format!("{message}: {text}");
        }
        cause = error.source();
    }
    message
}
