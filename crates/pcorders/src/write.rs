//! How is something bought or changed: never without a yes, under an id that is known beforehand, and never reported as
//! less than what may have happened?

use std::fs::File;
use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::path::Path;

use partner_center_orders::{CustomerId, Delivery, Error, Preview, Response, Uuid};

use crate::args::{Consent, Writing};
use crate::connect::Connected;
use crate::dry_run;
use crate::failure::Failure;
use crate::next_command::{self, Look};
use crate::output::{Output, clean, notice};
use crate::secrets::known::hidden;

/// A write that was asked for, and what is said about it.
pub(crate) struct Plan<'a> {
    pub(crate) writing: &'a Writing,
    /// Where its body comes from, if from a file.
    pub(crate) file: Option<&'a Path>,
    /// What it does, in the words of a question.
    pub(crate) deed: String,
    pub(crate) customer: CustomerId,
    /// Where to look whether it was done.
    pub(crate) look: Look,
}

impl Plan<'_> {
    /// Sends the request when somebody says yes. After a dry run, which prints it instead, there is no answer.
    pub(crate) async fn carry_out<T, Sent>(
        self,
        preview: &Preview,
        send: impl FnOnce(Uuid) -> Sent,
        connected: &Connected,
        output: &mut Output,
    ) -> Result<Option<Response<T>>, Failure>
    where
        Sent: Future<Output = Result<Response<T>, Error>>,
    {
        let Writing { dry_run, consent } = self.writing;
        if *dry_run {
            dry_run::print(preview, connected, output)?;
            return Ok(None);
        }
        let id = agreed(consent, self.file, &self.deed, connected)?;
        match send(id).await {
            Ok(answer) => {
                announce(&answer);
                Ok(Some(answer))
            }
            Err(error) => {
                let look = match error.answered_id() {
                    Some(order) => Look::AtOrder(order.into()),
                    None => self.look,
                };
                let input = match self.file {
                    Some(file) if is_stdin(file) => ", with the same input",
                    _ => "",
                };
                let again = next_command::again(consent, id);
                let advice = Advice {
                    again: again.map(|command| format!("again{input}: {command}")),
                    look: connected.advise(&look, self.customer),
                };
                Err(Failure::of_write(error, &advice))
            }
        }
    }
}

/// What to do about a write of which is not known whether it was carried out, or as what.
#[derive(Debug, Default)]
pub(crate) struct Advice {
    /// How to send the same again, under the same id.
    pub(crate) again: Option<String>,
    /// How to look whether it was done.
    pub(crate) look: Option<String>,
}

impl Advice {
    /// What is said after a write that was not simply refused.
    pub(crate) fn in_words(&self, delivery: Delivery, id: Option<Uuid>) -> Option<String> {
        let with_id = || id.map(|id| format!("again: with --request-id {id}"));
        let (what, again) = match delivery {
            Delivery::NotSent | Delivery::Refused => return None,
            Delivery::Accepted => (
                "It was carried out, though the answer cannot be read: do not send it again.",
                None,
            ),
            Delivery::Unknown => (
                "It may have been carried out: look, or send it again soon, under the request id that it had.",
                self.again.clone().or_else(with_id),
            ),
        };
        let lines = [Some(what.to_owned()), again, self.look.clone()];
        Some(lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
    }
}

/// Asks, unless somebody agreed beforehand, and says the id that the write will have: it is known from then on, whatever
/// becomes of the command.
pub(crate) fn agreed(
    consent: &Consent,
    file: Option<&Path>,
    deed: &str,
    connected: &Connected,
) -> Result<Uuid, Failure> {
    if !consent.yes {
        ask(file, &format!("{deed} {}", connected.place()))?;
    }
    if let Some(banner) = connected.banner() {
        notice(&clean(&banner));
    }
    let id = consent.request_id.unwrap_or_else(Uuid::new_v4);
    consent.begun.set(id);
    notice(&format!("request id {id}"));
    Ok(id)
}

/// Says that a write was carried out.
pub(crate) fn announce<T>(answer: &Response<T>) {
    let attempts = match answer.attempts() {
        ..=1 => String::new(),
        attempts => format!(" after {attempts} attempts"),
    };
    let (status, correlation) = (answer.status(), answer.correlation_id());
    notice(&format!("{status}{attempts}, correlation id {correlation}"));
}

/// Nothing is written by accident: somebody says yes, here or beforehand.
fn ask(file: Option<&Path>, question: &str) -> Result<(), Failure> {
    let reads_stdin = file.is_some_and(is_stdin);
    if reads_stdin || !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        let message = "this is a write, and nobody can be asked: say --yes to send it";
        return Err(Failure::usage(message));
    }
    match answer_to(&format!("{}? [y/N] ", clean(question))) {
        Ok(answer) if matches!(answer.trim(), "y" | "Y" | "yes") => Ok(()),
        Ok(_) => Err(Failure::usage("nothing was sent")),
        Err(error) => Err(Failure::input(
            "nothing was sent: the answer cannot be read".to_owned(),
            error,
        )),
    }
}

fn answer_to(question: &str) -> io::Result<String> {
    let mut stderr = io::stderr();
    stderr.write_all(hidden(question.to_owned()).as_bytes())?;
    stderr.flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer)
}

/// The longest body that is read, in bytes. A device has no end.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Reads a file whole, or stdin when it is called `-`.
pub(crate) fn read(file: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error| Failure::input(format!("{} cannot be read", name(file)), error);
    let source: Box<dyn Read> = if is_stdin(file) {
        Box::new(io::stdin().lock())
    } else {
        Box::new(File::open(file).map_err(unreadable)?)
    };
    let mut body = Vec::new();
    let length = source.take(LONGEST + 1).read_to_end(&mut body);
    if length.map_err(unreadable)? as u64 > LONGEST {
        let megabytes = LONGEST >> 20;
        let message = format!("{} is longer than {megabytes} MiB", name(file));
        return Err(Failure::usage(message));
    }
    Ok(body)
}

/// Reads a file that is text.
pub(crate) fn read_text(file: &Path) -> Result<String, Failure> {
    String::from_utf8(read(file)?)
        .map_err(|error| Failure::input(format!("{} is no text", name(file)), error.utf8_error()))
}

fn name(file: &Path) -> String {
    clean(&file.to_string_lossy())
}

fn is_stdin(file: &Path) -> bool {
    file == Path::new("-")
}
