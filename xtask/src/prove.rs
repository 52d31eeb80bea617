//! What is shown with figures that nobody waits for every day?
//!
//! `cargo test` shows the same in a short form.

use crate::cargo::Cargo;

/// MiB that are downloaded, and uploaded.
const LONG: &str = "1024 100";

/// A long download is never held whole, and a long upload once: the tests of memory, with long files.
pub(crate) fn memory() -> Result<(), String> {
    if !cfg!(target_os = "linux") {
        return Err("the peak of a process is read from /proc, which Linux alone has".to_owned());
    }
    let tests =
        "test --package partner-center-orders-tests --test it --locked memory:: -- --nocapture";
    let printed = Cargo::here(tests).with("MEMORY_LONG", LONG).stdout()?;
    let figures = printed.lines().filter(|line| line.contains(" MiB: "));
    let figures: Vec<&str> = figures.collect();
    println!("{}", figures.join("\n"));
    match figures[..] {
        [_, _] => Ok(()),
        _ => Err(format!("two figures were expected:\n{printed}")),
    }
}

/// Purchases through faults, and through connections that break anywhere.
const PURCHASES: [(&str, &str); 2] = [("PROVE_ONCE", "2000"), ("PROVE_ONCE_CUT", "500")];

/// No purchase is made twice or lost, and each says what became of it: the tests of that, with many purchases.
pub(crate) fn once() -> Result<(), String> {
    let tests =
        "test --package partner-center-orders-tests --test it --locked once:: -- --nocapture";
    let cargo = PURCHASES
        .into_iter()
        .fold(Cargo::here(tests), |cargo, (name, value)| {
            cargo.with(name, value)
        });
    let printed = cargo.stdout()?;
    let told = printed
        .lines()
        .filter(|line| line.contains(" purchases: ") || line.contains(" ids"));
    let told: Vec<&str> = told.map(|line| line.trim_start_matches('.')).collect();
    println!("{}", told.join("\n"));
    match told[..] {
        [_, _, _, _, _, _] => Ok(()),
        _ => Err(format!("six figures were expected:\n{printed}")),
    }
}
