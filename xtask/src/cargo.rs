//! How is cargo called?

use std::process::{Command, Stdio};

/// A call of cargo.
pub(crate) struct Cargo {
    command: Command,
    shown: String,
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

    fn show(&self) {
        println!("$ {}", self.shown);
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8_lossy(&bytes).into_owned()
}

fn cannot_start(error: std::io::Error) -> String {
    format!("cannot start cargo: {error}")
}
