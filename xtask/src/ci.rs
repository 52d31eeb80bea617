//! What does continuous integration check beside the tests?

use std::process::Command;

const STEPS: [(&str, &[&str]); 4] = [
    ("formatting", &["fmt", "--all", "--check"]),
    (
        "lints",
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--locked",
            "--",
            "--deny",
            "warnings",
        ],
    ),
    (
        "the client without TLS",
        &[
            "check",
            "--package",
            "partner-center-orders",
            "--no-default-features",
            "--locked",
        ],
    ),
    (
        "documentation",
        &["doc", "--workspace", "--no-deps", "--locked"],
    ),
];

/// Runs every step, in order, until one fails.
pub(crate) fn run() -> Result<(), String> {
    println!("== generated code");
    crate::codegen::check()?;
    for (name, arguments) in STEPS {
        println!("== {name}: cargo {}", arguments.join(" "));
        let status = Command::new(env!("CARGO"))
            .args(arguments)
            .current_dir(crate::root())
            .env("RUSTDOCFLAGS", "--deny warnings")
            .status()
            .map_err(|error| format!("cannot start cargo: {error}"))?;
        if !status.success() {
            return Err(format!("{name} failed: `cargo {}`", arguments.join(" ")));
        }
    }
    Ok(())
}
