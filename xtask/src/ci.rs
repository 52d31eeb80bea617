//! What does continuous integration check beside the tests?

use std::time::Instant;

use crate::cargo::Cargo;
use crate::{codegen, gates, outside, tree};

enum Step {
    Cargo(&'static str),
    Chore(fn() -> Result<(), String>),
}

const STEPS: [(&str, Step); 9] = [
    ("generated code", Step::Chore(codegen::check)),
    ("formatting", Step::Cargo("fmt --all --check")),
    (
        "lints",
        Step::Cargo("clippy --workspace --all-targets --locked -- --deny warnings"),
    ),
    (
        "the client without TLS",
        Step::Cargo("check --package partner-center-orders --no-default-features --locked"),
    ),
    ("the client without the generator", Step::Chore(tree::check)),
    (
        "documentation",
        Step::Cargo("doc --workspace --no-deps --locked"),
    ),
    // These build apart from the workspace, in target/apart.
    ("an edited document is noticed", Step::Chore(gates::check)),
    (
        "use by a crate outside the workspace",
        Step::Chore(outside::consume),
    ),
    ("packages", Step::Chore(outside::package)),
];

/// Runs every step, in order, until one fails.
pub(crate) fn run() -> Result<(), String> {
    for (name, step) in STEPS {
        println!("== {name}");
        let begun = Instant::now();
        match step {
            Step::Cargo(arguments) => Cargo::here(arguments).run(),
            Step::Chore(chore) => chore(),
        }
        .map_err(|message| format!("{name}: {message}"))?;
        println!("   {} s", begun.elapsed().as_secs());
    }
    Ok(())
}
