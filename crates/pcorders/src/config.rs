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

/// What the user wrote down of the ways to sign in.
pub(crate) const PROFILES: &str = "profiles.toml";
/// What signs the user in.
pub(crate) const SECRETS: &str = "secrets.toml";

/// The last line of secrets that are written: where it is missing, the writer was killed before the end.
const MARK: &str = "# The end of what pcorders wrote.";

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

fn no_file(path: &Path) -> ConfigError {
    ConfigError(format!("{} is no file", shown(path)))
}

/// Who may read a file. To change it is up to its owner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Readers {
    /// Its owner is the user or the administrator.
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
        check_trusted(&self.0)?;
        read(&self.file(name), readers)
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
        // Whoever opens a pipe waits for the other end.
        if fs::metadata(&path).is_ok_and(|kind| !kind.is_file()) {
            return Err(no_file(&path));
        }
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(failed)?;
        let until = Instant::now() + PATIENCE;
        loop {
            match file.try_lock() {
                Ok(()) => {
                    self.recover()?;
                    return Ok(Lock(file));
                }
                Err(TryLockError::WouldBlock) if Instant::now() < until => {
                    sleep(BETWEEN_TRIES).await;
                }
                Err(TryLockError::WouldBlock) => {
                    let message = format!(
                        "{} was not free for {} s: other commands have it while they sign in; try again",
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
    ///
    /// When the process is killed meanwhile, what it leaves beside the file is taken care of by whoever has the lock next.
    pub(crate) fn write(&self, _: &Lock, name: &str, text: &str) -> Result<(), ConfigError> {
        let (target, next) = self.places(name);
        let written = || -> io::Result<()> {
            let mut options = File::options();
            options.create_new(true).write(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&next)?;
            let whole = match name {
                SECRETS => marked(text),
                _ => text.to_owned(),
            };
            let kept = file
                .write_all(whole.as_bytes())
                .and_then(|()| file.sync_all());
            if kept.is_err() {
                let _ = fs::remove_file(&next);
            }
            kept?;
            put(&next, &target)
        };
        written().map_err(|error| ConfigError::of("cannot be written", &self.file(name), error))
    }

    /// Takes care of what somebody left who was killed while writing. Whole secrets are put in their place: the token
    /// before them may be used up. All else is as if it had not been begun.
    fn recover(&self) -> Result<(), ConfigError> {
        for name in [SECRETS, PROFILES] {
            let (target, next) = self.places(name);
            let failed = |error| ConfigError::of("cannot be put in its place", &next, error);
            // A link is nothing that was left.
            let kind = fs::symlink_metadata(&next);
            let Ok(kind) = kind.as_ref().map(Metadata::file_type) else {
                continue;
            };
            let is_whole = name == SECRETS
                && kind.is_file()
                && read(&next, Readers::Owner)?.is_some_and(|text| is_marked(&text));
            if is_whole {
                put(&next, &target).map_err(failed)?;
            } else {
                // What cannot be taken away is said when something is to be written.
                let _ = fs::remove_file(&next);
            }
        }
        Ok(())
    }

    /// Where a file is, and where its next version is until it is whole. What a link leads to is meant, not the link.
    fn places(&self, name: &str) -> (PathBuf, PathBuf) {
        let path = self.file(name);
        let target = path.canonicalize().unwrap_or(path);
        let mut next = target.clone().into_os_string();
        next.push(".next");
        (target, next.into())
    }
}

/// Reads a file; `None` when it is not there.
fn read(path: &Path, readers: Readers) -> Result<Option<String>, ConfigError> {
    let failed = |error| ConfigError::of("cannot be read", path, error);
    let kind = match fs::metadata(path) {
        Ok(kind) => kind,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    };
    // What is no file may have no end, or no beginning.
    if !kind.is_file() {
        return Err(no_file(path));
    }
    let file = File::open(path).map_err(failed)?;
    match readers {
        Readers::Anybody => check_trusted(path)?,
        Readers::Owner => check_private(path, &file.metadata().map_err(failed)?)?,
    }
    let mut bytes = Vec::new();
    let length = file.take(LONGEST + 1).read_to_end(&mut bytes);
    if length.map_err(failed)? as u64 > LONGEST {
        let message = format!("{} is longer than {LONGEST} bytes", shown(path));
        return Err(ConfigError(message));
    }
    // The error would not quote the bytes, but neither does it help.
    let text = String::from_utf8(bytes);
    text.map(Some)
        .map_err(|_| ConfigError(format!("{} is not UTF-8", shown(path))))
}

/// Puts a file in the place of another, for good.
fn put(next: &Path, target: &Path) -> io::Result<()> {
    fs::rename(next, target)?;
    // The new name is in the folder, which has to reach the disk as well.
    #[cfg(unix)]
    if let Some(folder) = target.parent() {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// The text with the mark at its end, and nowhere else.
fn marked(text: &str) -> String {
    let lines = text.lines().filter(|line| *line != MARK);
    let lines = lines.chain([MARK]).map(|line| format!("{line}\n"));
    lines.collect()
}

/// Whether nothing is cut off.
fn is_marked(text: &str) -> bool {
    let last = text.strip_suffix('\n').and_then(|text| text.lines().last());
    last == Some(MARK)
}

/// Refuses a file that somebody else can read, change or take away from the user.
#[cfg(unix)]
fn check_private(path: &Path, of: &Metadata) -> Result<(), ConfigError> {
    use std::os::unix::fs::MetadataExt;
    let quoted = quoted(path);
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

/// Refuses a file or a folder that somebody else can change: they would decide where secrets are sent.
#[cfg(unix)]
fn check_trusted(path: &Path) -> Result<(), ConfigError> {
    use std::os::unix::fs::MetadataExt;
    // What is not there is nobody's; what cannot be looked at cannot be read either.
    let Ok(of) = fs::metadata(path) else {
        return Ok(());
    };
    if of.uid() != 0 && of.uid() != rustix::process::geteuid().as_raw() {
        let message = format!("{} belongs to another user: move it away", shown(path));
        return Err(ConfigError(message));
    }
    if of.mode() & 0o022 != 0 {
        let (name, quoted) = (shown(path), quoted(path));
        let message = format!("{name} can be changed by others: chmod go-w {quoted}");
        return Err(ConfigError(message));
    }
    Ok(())
}

/// A path, as a shell takes it.
#[cfg(unix)]
fn quoted(path: &Path) -> String {
    let name = path.to_string_lossy();
    shlex::try_quote(&name).map_or_else(|_| shown(path), |name| clean(&name))
}

/// Here nobody looks at modes either.
#[cfg(not(unix))]
fn check_trusted(_: &Path) -> Result<(), ConfigError> {
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
