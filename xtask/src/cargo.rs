//! How is cargo called?

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A call of cargo.
pub(crate) struct Cargo {
    command: Command,
    shown: String,
}

/// What a call answered that was allowed to fail.
pub(crate) struct Answer {
    pub(crate) success: bool,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Cargo {
    /// In the workspace, as a developer calls it; the arguments have no spaces in them.
    pub(crate) fn here(arguments: &str) -> Self {
        let mut command = Command::new(env!("CARGO"));
        command
            .args(arguments.split_whitespace())
            .current_dir(crate::root())
            .env("RUSTDOCFLAGS", "--deny warnings");
        Self {
            command,
            shown: format!("cargo {arguments}"),
        }
    }

    /// In another folder, without network, and with a place for what is built that all such calls share and no other.
    ///
    /// Never build the workspace itself this way: cargo takes its members for those of the copy, which are at the same
    /// paths below another root, and would mix up the two.
    pub(crate) fn apart(folder: &Path, arguments: &str) -> Self {
        let mut cargo = Self::here(arguments);
        cargo
            .command
            .current_dir(folder)
            .env("CARGO_NET_OFFLINE", "true")
            .env("CARGO_TARGET_DIR", target())
            // Nobody debugs or edits what is built here. Without debug information the generator is also built once only, for
            // the build script and for xtask.
            .env("CARGO_INCREMENTAL", "0")
            .env("CARGO_PROFILE_DEV_DEBUG", "0");
        cargo
    }

    /// With a variable in its environment.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Must succeed; all that it says is shown.
    pub(crate) fn run(mut self) -> Result<(), String> {
        self.show();
        let status = self.command.status().map_err(cannot_start)?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("`{}` failed", self.shown))
        }
    }

    /// Must succeed; standard output is returned, the rest is shown.
    pub(crate) fn stdout(mut self) -> Result<String, String> {
        self.show();
        self.command.stderr(Stdio::inherit());
        let output = self.command.output().map_err(cannot_start)?;
        let stdout = text(output.stdout);
        if output.status.success() {
            Ok(stdout)
        } else {
            Err(format!("`{}` failed\n{stdout}", self.shown))
        }
    }

    /// May fail; nothing that it says is shown.
    pub(crate) fn answer(mut self) -> Result<Answer, String> {
        self.show();
        let output = self.command.output().map_err(cannot_start)?;
        Ok(Answer {
            success: output.status.success(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        })
    }

    fn show(&self) {
        println!("$ {}", self.shown);
    }
}

/// Where calls apart build.
pub(crate) fn target() -> PathBuf {
    crate::root().join("target").join("apart")
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

fn cannot_start(error: std::io::Error) -> String {
    format!("cannot start cargo: {error}")
}
