//! How does the state outlive the process?
//!
//! It is one JSON file. A new one is written beside it and then put in its place, so that whoever reads the file finds a
//! whole state, whenever the writer was interrupted. A lock on another file beside it says whose the state is.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::state::State;

/// What is written, and all that can be read. A change of any type below `State` that files from before do not fit is
/// another version.
const VERSION: u32 = 1;

/// Where a state comes from, and where it goes.
#[derive(Clone, Debug, Default)]
pub(crate) enum Storage {
    #[default]
    Memory,
    /// From this file, and into it.
    File(PathBuf),
    /// From this file.
    Snapshot(PathBuf),
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Contents<S> {
    version: u32,
    state: S,
}

/// What files of all versions have.
#[derive(Deserialize)]
struct Head {
    version: u32,
}

/// A file that nobody else writes as long as this lives.
#[derive(Debug)]
pub(crate) struct StateFile {
    path: PathBuf,
    /// Closing it gives the file free. It is never removed: somebody else may have locked it in the meantime.
    _lock: File,
}

impl StateFile {
    /// Takes possession of a file, whether it is there or not.
    pub(crate) fn own(path: &Path) -> io::Result<Self> {
        // A process may go to another folder, and a link is not to be replaced by a file.
        let path = fs::canonicalize(path)
            .or_else(|_| std::path::absolute(path))
            .map_err(|error| about(path, "cannot be found", error))?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(beside(&path, ".lock"))
            .map_err(|error| about(&path, "cannot be locked", error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(io::Error::new(
                ErrorKind::WouldBlock,
                format!("another simulator owns the state file {}", path.display()),
            )),
            Err(TryLockError::Error(error)) => Err(about(&path, "cannot be locked", error)),
        }
    }

    /// What is in it; `None` when it is not there.
    pub(crate) fn read(&self) -> io::Result<Option<State>> {
        read(&self.path)
    }

    /// Puts a state into it. When that fails, the old one is still there.
    pub(crate) fn write(&self, state: &State) -> io::Result<()> {
        let written = self.replace(state);
        written.map_err(|error| about(&self.path, "cannot be written", error))
    }

    /// Takes it away, and gives it free.
    pub(crate) fn remove(self) -> io::Result<()> {
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(about(&self.path, "cannot be removed", error))
            }
            _ => Ok(()),
        }
    }

    fn replace(&self, state: &State) -> io::Result<()> {
        let version = VERSION;
        let mut text = serde_json::to_vec_pretty(&Contents { version, state })?;
        text.push(b'\n');
        // The owner is the only one who writes here: what is left of an interrupted one is written over.
        let beside = beside(&self.path, ".tmp");
        let replaced = write_synced(&beside, &text).and_then(|()| fs::rename(&beside, &self.path));
        if replaced.is_err() {
            // A part of a file is of no use, and the disk may be full.
            let _ = fs::remove_file(&beside);
        }
        replaced
    }
}

/// What is in a file, whoever owns it; `None` when it is not there.
pub(crate) fn read(path: &Path) -> io::Result<Option<State>> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(about(path, "cannot be read", error)),
    };
    let unusable = |what: String| {
        let path = path.display();
        let what = format!("the state file {path} {what}; remove it to begin again");
        io::Error::new(ErrorKind::InvalidData, what)
    };
    let broken = |error: serde_json::Error| unusable(format!("is broken: {error}"));
    let Head { version } = serde_json::from_slice(&text).map_err(broken)?;
    if version != VERSION {
        return Err(unusable(format!(
            "is of version {version}, and this simulator reads version {VERSION}"
        )));
    }
    let contents: Contents<State> = serde_json::from_slice(&text).map_err(broken)?;
    Ok(Some(contents.state))
}

fn write_synced(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text)?;
    file.sync_all()
}

/// The path with something more at its end.
fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn about(path: &Path, what: &str, error: io::Error) -> io::Error {
    let text = format!("the state file {} {what}: {error}", path.display());
    io::Error::new(error.kind(), text)
}
