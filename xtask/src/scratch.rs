//! Where does a chore leave what nobody needs afterwards?

use std::fs;
use std::path::{Path, PathBuf};

/// An empty folder outside the workspace, removed when dropped.
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    /// Makes the folder; `name` tells it from the others of this process.
    pub(crate) fn new(name: &str) -> Result<Self, String> {
        let name = format!("partner-center-orders-{name}-{}", std::process::id());
        let path = std::env::temp_dir().join(name);
        // One of that name is from a process that was killed.
        let _ = fs::remove_dir_all(&path);
        fs::create_dir(&path)
            .map_err(|error| format!("cannot make {}: {error}", path.display()))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder that is left behind is in nobody's way.
        let _ = fs::remove_dir_all(&self.0);
    }
}
