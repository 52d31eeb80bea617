//! How does a failure become words, an exit code, and JSON for programs?

use std::error::Error as StdError;
use std::process::ExitCode;

use partner_center_orders::{
    CredentialError, CredentialErrorKind, Delivery, Error, ErrorKind, Response, Uuid,
};
use serde::Serialize;

use crate::output::{Format, clean, escaped, say};
use crate::secrets::Elsewhere;
use crate::secrets::known::hidden;
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

/// Partner Center's code for a user who signed in without multi-factor authentication.
const WITHOUT_MFA: &str = "900421";
/// The number of Entra's code for a secret that is not the application's.
const WRONG_SECRET: u64 = 7_000_215;

/// Why the command failed.
#[derive(Debug)]
pub(crate) struct Failure {
    exit: u8,
    report: Box<Report>,
    /// Whether somebody who signs in mends it.
    sign_in: SignIn,
}

/// How to sign in.
#[derive(Debug)]
pub(crate) struct Remedy {
    pub(crate) sign_in: String,
    /// How to put in another secret of the application; the environment's is not put in here.
    pub(crate) another_secret: Option<String>,
}

/// What signing in does about a failure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum SignIn {
    /// Nothing.
    #[default]
    NoHelp,
    /// It is one way.
    Helps,
    /// Only another secret of the application does.
    WithAnotherSecret,
    /// Nobody is signed in, which is all that is wrong.
    IsAll,
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
            sign_in: SignIn::default(),
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

    /// A token was handed out, and the service would not accept it.
    pub(crate) fn unusable_token(problem: &str) -> Self {
        let kind = ErrorKind::Credential.as_str();
        Self {
            sign_in: SignIn::Helps,
            ..Self::unsent(NOT_SIGNED_IN, kind, problem)
        }
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

    /// Adds how to sign in, if that helps.
    pub(crate) fn with_sign_in(self, remedy: Option<&Remedy>) -> Self {
        let sign_in = remedy.map(|remedy| remedy.sign_in.clone());
        match self.sign_in {
            SignIn::NoHelp => self,
            SignIn::IsAll if self.exit == NOT_SIGNED_IN => self.with_hint(sign_in),
            // What is said about a write that may have been carried out stays first.
            SignIn::Helps | SignIn::IsAll => self.and_hint(sign_in),
            SignIn::WithAnotherSecret => {
                self.and_hint(remedy.and_then(|remedy| remedy.another_secret.clone()))
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn message(&self) -> &str {
        &self.report.message
    }

    /// Prints the failure in the form that goes with the output, and returns the exit code.
    pub(crate) fn report(mut self, format: Format) -> ExitCode {
        // Whoever repeats a secret must not bring it to the terminal. As JSON it might be written otherwise.
        self.report.message = hidden(self.report.message);
        self.report.code = self.report.code.map(hidden);
        self.report.hint = self.report.hint.map(hidden);
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
            (Format::Json | Format::Jsonl, Ok(json)) => say(&escaped(json)),
            _ => say(&self.report.in_words()),
        }
        ExitCode::from(self.exit)
    }
}

impl Report {
    fn in_words(&self) -> String {
        let mut text = format!("error: {}", clean(&self.message));
        if let (None, Some(correlation)) = (&self.request_id, &self.correlation_id) {
            text.push_str(&format!(
                "\n  correlation id of the sign-in {}",
                clean(correlation)
            ));
        }
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
            kind: match error.credential() {
                Some(credential) => kind_without_token(credential),
                None => error.kind().as_str(),
            },
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
        let failure = Self {
            exit,
            report: Box::new(report),
            sign_in: match (error.status().map(|status| status.as_u16()), error.code()) {
                (Some(401), Some(WITHOUT_MFA)) => SignIn::Helps,
                _ => SignIn::NoHelp,
            },
        };
        match error.credential() {
            Some(credential) => failure.because_of(credential),
            None => failure,
        }
    }
}

/// Nothing was sent to the service: there is no token for it.
impl From<CredentialError> for Failure {
    fn from(error: CredentialError) -> Self {
        let exit = exit_without_token(&error);
        let message = with_causes(error.to_string(), error.source());
        let mut failure = Self::unsent(exit, ErrorKind::Credential.as_str(), message);
        let report = &mut failure.report;
        report.kind = kind_without_token(&error);
        report.hint = error.hint().map(str::to_owned);
        report.retry_after_seconds = error.retry_after().map(|wait| wait.as_secs());
        failure.because_of(&error)
    }
}

impl Failure {
    /// Adds what the authority said of a token that it did not hand out.
    fn because_of(mut self, error: &CredentialError) -> Self {
        let report = &mut self.report;
        if let Some(description) = error.description() {
            // The message has the number already.
            let number = error.code().map(|code| format!("AADSTS{code}: "));
            let number = number.unwrap_or_default();
            let description = description.strip_prefix(&number).unwrap_or(description);
            let description = shortened(description.to_owned());
            report.message = format!("{}: {description}", report.message);
        }
        if let Some(code) = error.code() {
            report.code = Some(code.to_string());
        }
        // Of a request that was never sent, what is known is what became of the sign-in: the authority's id is the one to
        // quote.
        if report.attempts == 0 && error.attempts() > 0 {
            report.attempts = error.attempts();
            report.request_id = None;
            report.correlation_id = error.correlation_id().map(|id| shortened(id.to_owned()));
        }
        self.sign_in = match error.kind() {
            CredentialErrorKind::Other | CredentialErrorKind::SignedOut => SignIn::IsAll,
            CredentialErrorKind::InvalidGrant
            | CredentialErrorKind::InteractionRequired
            | CredentialErrorKind::Declined
            | CredentialErrorKind::CodeExpired => SignIn::Helps,
            CredentialErrorKind::Store if is_elsewhere(error) => SignIn::IsAll,
            CredentialErrorKind::SecretExpired => SignIn::WithAnotherSecret,
            // Elsewhere the id or the registration is wrong, of which the hint says what there is to correct.
            CredentialErrorKind::InvalidClient if error.code() == Some(WRONG_SECRET) => {
                SignIn::WithAnotherSecret
            }
            _ => SignIn::NoHelp,
        };
        self
    }
}

/// The exit code of a read; [`Failure::of_write`] says more of a write.
fn exit_of(error: &Error) -> u8 {
    if let Some(error) = error.credential() {
        return exit_without_token(error);
    }
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

/// The kind when there is no token.
fn kind_without_token(error: &CredentialError) -> &'static str {
    match error.kind() {
        CredentialErrorKind::Configuration => ErrorKind::Configuration.as_str(),
        _ => ErrorKind::Credential.as_str(),
    }
}

/// The exit code when there is no token.
fn exit_without_token(error: &CredentialError) -> u8 {
    match error.kind() {
        CredentialErrorKind::Configuration => USAGE,
        // Somebody is signed in; what is wrong is on this machine.
        CredentialErrorKind::Store if !is_elsewhere(error) => OTHER,
        CredentialErrorKind::Network
        | CredentialErrorKind::Timeout
        | CredentialErrorKind::Redirect => NETWORK,
        CredentialErrorKind::Throttled => THROTTLED,
        CredentialErrorKind::Server | CredentialErrorKind::Unreadable => SERVER,
        _ => NOT_SIGNED_IN,
    }
}

/// Whether the secrets turned out to be for another place than the profile's.
fn is_elsewhere(error: &CredentialError) -> bool {
    error
        .source()
        .is_some_and(|source| source.is::<Elsewhere>())
}

/// A cause may quote what it could not read, however long that is.
fn shortened(text: String) -> String {
    // Of a secret that was cut, nobody would see any more that it is one.
    let text = hidden(text);
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
