//! Where are the command's own files, and how are they read and written, so that nothing is lost on the way?
//!
//! A file is replaced as a whole: whoever reads it finds the old one or the new one. Who changes one has the folder's lock
//! from before it reads until it has written.

use std::error::Error as StdError;
use std::fmt;
use std::fs::{self, DirBuilder, File, Metadata, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::{BaseStrategy as _, choose_base_strategy};
use serde::de::DeserializeOwned;
use tokio::time::{Instant, sleep};
use toml_edit::Document;

use crate::failure::Failure;
use crate::output::clean;

/// The longest file that is read, in bytes.
const LONGEST: u64 = 1024 * 1024;

/// How long another command is waited for, which may be waiting for an answer itself. Less than the time for a token.
const PATIENCE: Duration = Duration::from_secs(45);
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// What is wrong with the command's own files.
#[derive(Debug)]
pub(crate) struct ConfigError(String);

impl ConfigError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    fn of(what: &str, path: &Path, error: io::Error) -> Self {
        Self(format!("{} {what}: {error}", shown(path)))
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for ConfigError {}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::configuration(error.0)
    }
}

/// A path, as it is said in a message.
pub(crate) fn shown(path: &Path) -> String {
    clean(&path.to_string_lossy())
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    Anybody,
    /// Its owner alone, who is the user.
    Owner,
}

/// The folder of the command's files.
#[derive(Clone, Debug)]
pub(crate) struct Folder(PathBuf);

/// Held by the one command that may change something in the folder; given back when it is dropped, or when the process
/// ends, however it ends.
#[derive(Debug)]
pub(crate) struct Lock(#[expect(dead_code, reason = "its life is what counts")] File);

impl Folder {
    /// The user's. `None` where there is no place for such a folder.
    pub(crate) fn find() -> Option<Self> {
        let folders = choose_base_strategy().ok()?;
        Some(Self(folders.config_dir().join("pcorders")))
    }

    /// Its path, as it is said in a message.
    pub(crate) fn shown(&self) -> String {
        shown(&self.0)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Reads a file; `None` when it is not there.
    pub(crate) fn read(&self, name: &str, readers: Readers) -> Result<Option<String>, ConfigError> {
        let path = self.file(name);
        let failed = |error| ConfigError::of("cannot be read", &path, error);
        let kind = match fs::metadata(&path) {
            Ok(kind) => kind,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error)),
        };
        // What is no file may have no end, or no beginning.
        if !kind.is_file() {
            return Err(ConfigError(format!("{} is no file", shown(&path))));
        }
        let file = File::open(&path).map_err(failed)?;
        if readers == Readers::Owner {
            check_private(&path, &file.metadata().map_err(failed)?)?;
        }
        let mut bytes = Vec::new();
        let length = file.take(LONGEST + 1).read_to_end(&mut bytes);
        if length.map_err(failed)? as u64 > LONGEST {
            let message = format!("{} is longer than {LONGEST} bytes", shown(&path));
            return Err(ConfigError(message));
        }
        // The error would not quote the bytes, but neither does it help.
        let text = String::from_utf8(bytes);
        text.map(Some)
            .map_err(|_| ConfigError(format!("{} is not UTF-8", shown(&path))))
    }

    /// Makes the folder if it is not there, and waits until no other command changes anything in it.
    pub(crate) async fn lock(&self) -> Result<Lock, ConfigError> {
        let mut folder = DirBuilder::new();
        folder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
        let made = folder.create(&self.0);
        made.map_err(|error| ConfigError::of("cannot be made", &self.0, error))?;
        let path = self.file("lock");
        let failed = |error| ConfigError::of("cannot be locked", &path, error);
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(failed)?;
        let until = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock(file)),
                Err(TryLockError::WouldBlock) if Instant::now() < until => {
                    sleep(BETWEEN_TRIES).await;
                }
                Err(TryLockError::WouldBlock) => {
                    let message = format!(
                        "another command has had {} for {} s: wait for it, or end it",
                        shown(&path),
                        PATIENCE.as_secs()
                    );
                    return Err(ConfigError(message));
                }
                Err(TryLockError::Error(error)) => return Err(failed(error)),
            }
        }
    }

    /// Replaces a file, or makes it, readable by nobody else. It is on the disk when this returns.
    pub(crate) fn write(&self, _: &Lock, name: &str, text: &str) -> Result<(), ConfigError> {
        let path = self.file(name);
        let written = || -> io::Result<()> {
            // What a link leads to is meant, not the link.
            let target = path.canonicalize().unwrap_or_else(|_| path.clone());
            let folder = target.parent().unwrap_or(&self.0);
            // Such a file is readable by its owner alone from the beginning.
            let mut part = tempfile::Builder::new()
                .prefix(".pcorders-")
                .tempfile_in(folder)?;
            part.write_all(text.as_bytes())?;
            part.as_file().sync_all()?;
            part.persist(&target).map_err(|error| error.error)?;
            // The new name is in the folder, which has to reach the disk as well.
            #[cfg(unix)]
            File::open(folder)?.sync_all()?;
            Ok(())
        };
        written().map_err(|error| ConfigError::of("cannot be written", &path, error))
    }
}

/// Refuses a file that somebody else can read, change or take away from the user.
#[cfg(unix)]
fn check_private(path: &Path, of: &Metadata) -> Result<(), ConfigError> {
    use std::os::unix::fs::MetadataExt;
    let name = path.to_string_lossy();
    let quoted = shlex::try_quote(&name).map_or_else(|_| shown(path), |name| clean(&name));
    if of.uid() != rustix::process::geteuid().as_raw() {
        let message = format!(
            "{} belongs to another user: move it away, and sign in again",
            shown(path)
        );
        return Err(ConfigError(message));
    }
    if of.mode() & 0o077 != 0 {
        let message = format!(
            "{} can be read or changed by others: chmod 600 {quoted}",
            shown(path)
        );
        return Err(ConfigError(message));
    }
    Ok(())
}

/// Elsewhere files have no such modes: the folder is the user's own.
#[cfg(not(unix))]
fn check_private(_: &Path, _: &Metadata) -> Result<(), ConfigError> {
    Ok(())
}

/// What is wrong with the text of a TOML file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Counted from 1.
    pub(crate) line: Option<usize>,
    /// Such as `profiles.contoso.tenant`.
    pub(crate) key: Option<String>,
    /// It may quote what stands there.
    pub(crate) what: String,
}

impl Mistake {
    /// In words, with what is wrong.
    pub(crate) fn in_file(&self, path: &Path) -> ConfigError {
        let key = self.key.as_ref().map(|key| format!("{}: ", clean(key)));
        let key = key.unwrap_or_default();
        ConfigError(format!("{}: {key}{}", self.place(path), clean(&self.what)))
    }

    /// The file and the line.
    pub(crate) fn place(&self, path: &Path) -> String {
        let line = self.line.map(|line| format!(", line {line}"));
        format!("{}{}", shown(path), line.unwrap_or_default())
    }
}

/// The line of a place in a text, counted from 1.
pub(crate) fn line(text: &str, offset: usize) -> usize {
    let before = text.as_bytes().iter().take(offset);
    before.filter(|byte| **byte == b'\n').count() + 1
}

/// Reads TOML; what is wrong with it is said with its place.
pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, Mistake> {
    let line = |span: Option<std::ops::Range<usize>>| span.map(|span| line(text, span.start));
    let document = Document::parse(text).map_err(|error| Mistake {
        line: line(error.span()),
        key: None,
        what: error.message().to_owned(),
    })?;
    let deserializer = toml_edit::de::Deserializer::from(document);
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let key = error.path().to_string();
        let error = error.into_inner();
        Mistake {
            line: line(error.span()),
            key: Some(key).filter(|key| key != "."),
            what: error.message().to_owned(),
        }
    })
}
