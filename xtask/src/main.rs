//! The chores of this repository: `cargo xtask <chore>`.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command talks")]

mod cargo;
mod ci;
mod codegen;
mod gates;
mod outside;
mod prove;
mod scratch;
mod tree;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask <chore>

  codegen            write crates/partner-center-orders-api/src/generated/ from spec/orders.yaml
  codegen --check    print what would change, as a difference, and fail if anything would
  ci                 everything that continuous integration checks beside the tests and the licences:
                       the generated code is fresh, formatting, lints, documentation
                       the client builds without TLS, and without the generator among its dependencies
                       a copy of the workspace notices an edited document, or generates from it while it is built
                       a crate outside the workspace lists orders from the simulator
                       the packages that would be published build on their own
  prove memory       a download of 1 GiB keeps the client below 32 MiB, an upload of 100 MiB is held once; on Linux
  prove once         2,000 purchases through faults and 500 through connections that break: each is made once";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let done = match arguments[..] {
        ["codegen"] => codegen::write(),
        ["codegen", "--check"] => codegen::check(),
        ["ci"] => ci::run(),
        ["prove", "memory"] => prove::memory(),
        ["prove", "once"] => prove::once(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's folder.
fn root() -> PathBuf {
    let mut folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    folder.pop();
    folder
}
