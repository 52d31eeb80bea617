//! How is a secret handed over? On stdin, and never as an argument, which every process of the machine can see.

use std::io::{self, IsTerminal, Read, Write};

use partner_center_orders::SecretString;

use crate::failure::Failure;
use crate::output::notice;
use crate::secrets::known;

/// The longest input, in bytes.
const LONGEST: u64 = 64 * 1024;

/// What a terminal hands over of a line at most, on Linux; the rest is lost, and nobody is told.
const LONGEST_TYPED: usize = 4095;

/// Reads secrets: each is a line, which is asked for when somebody is at the terminal.
pub(crate) async fn secrets(names: &[&'static str]) -> Result<Vec<SecretString>, Failure> {
    let lines = if io::stdin().is_terminal() {
        typed(names).await?
    } else {
        piped(names)?
    };
    let mut secrets = Vec::new();
    for (line, name) in lines.into_iter().zip(names) {
        if line.is_empty() {
            return Err(Failure::usage(format!("the {name} is empty")));
        }
        known::learn(&line);
        secrets.push(SecretString::from(line));
    }
    Ok(secrets)
}

/// All of stdin: a line for each name, and nothing else.
fn piped(names: &[&str]) -> Result<Vec<String>, Failure> {
    let mut bytes = Vec::new();
    let read = io::stdin().lock().take(LONGEST + 1).read_to_end(&mut bytes);
    let length = read.map_err(|error| Failure::input("stdin cannot be read".to_owned(), error))?;
    if length as u64 > LONGEST {
        return Err(Failure::usage("there is more on stdin than 64 KiB"));
    }
    let text = text(&bytes)?;
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if lines.len() != names.len() {
        let message = format!(
            "stdin must have one line for each of: {}; it has {}",
            names.join(", "),
            lines.len()
        );
        return Err(Failure::usage(message));
    }
    Ok(lines)
}

/// What editors and shells make of a text: UTF-8, with a byte order mark perhaps, which is no part of a secret.
fn text(bytes: &[u8]) -> Result<&str, Failure> {
    let text = str::from_utf8(bytes).ok();
    // Of UTF-16 without a mark, every other byte is this one.
    let text = text.filter(|text| !text.contains('\0'));
    let text = text.map(|text| text.strip_prefix('\u{feff}').unwrap_or(text));
    text.ok_or_else(|| {
        Failure::usage(
            "stdin is not UTF-8: save the file as UTF-8 without a byte order mark (PowerShell writes UTF-16)",
        )
    })
}

async fn typed(names: &[&'static str]) -> Result<Vec<String>, Failure> {
    if !io::stderr().is_terminal() {
        let message = "nobody can be asked for a secret while stderr is no terminal";
        return Err(Failure::usage(message));
    }
    let unread = |error| Failure::input("the answer cannot be read".to_owned(), error);
    // It ends with this future, also when the command is interrupted.
    let _unshown = Unshown::begin().map_err(unread)?;
    let mut lines = Vec::new();
    for name in names {
        let mut stderr = io::stderr();
        let asked = write!(stderr, "{name} (not shown): ").and_then(|()| stderr.flush());
        asked.map_err(unread)?;
        let line = tokio::task::spawn_blocking(line).await;
        notice("");
        let line = line.map_err(|error| Failure::other("internal", "nobody was asked", error))?;
        let line = line.map_err(unread)?;
        if line.len() >= LONGEST_TYPED {
            let message = "this is longer than a line that can be typed: put it into a file, and read stdin from that";
            return Err(Failure::usage(message));
        }
        lines.push(line);
    }
    Ok(lines)
}

#[cfg(unix)]
fn line() -> io::Result<String> {
    use std::io::BufRead as _;
    let mut line = String::new();
    io::stdin().lock().take(LONGEST).read_line(&mut line)?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

#[cfg(not(unix))]
fn line() -> io::Result<String> {
    console::Term::stderr().read_secure_line()
}

/// A terminal that does not show what is typed, as long as this lives.
#[cfg(unix)]
struct Unshown(rustix::termios::Termios);

#[cfg(unix)]
impl Unshown {
    fn begin() -> io::Result<Self> {
        use rustix::termios::{LocalModes, OptionalActions, tcgetattr, tcsetattr};
        let before = tcgetattr(io::stdin())?;
        let mut unshown = before.clone();
        unshown.local_modes.remove(LocalModes::ECHO);
        tcsetattr(io::stdin(), OptionalActions::Now, &unshown)?;
        Ok(Self(before))
    }
}

#[cfg(unix)]
impl Drop for Unshown {
    fn drop(&mut self) {
        use rustix::termios::{OptionalActions, tcsetattr};
        // When the terminal is gone, there is nothing to show.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.0);
    }
}

/// Elsewhere whoever reads the line does not show it.
#[cfg(not(unix))]
struct Unshown;

#[cfg(not(unix))]
impl Unshown {
    fn begin() -> io::Result<Self> {
        Ok(Self)
    }
}
