//! Is the code that is about to be compiled what the document gives?
//!
//! The document is part of this script, through the crate that hands it out: another document makes another script,
//! which cargo runs again, and a packaged copy of this crate has everything it needs.
#![allow(clippy::print_stdout, reason = "a build script talks to cargo")]

#[cfg(not(feature = "build-time-codegen"))]
mod staleness;

use partner_center_orders_spec::{ORDERS_YAML, fingerprint};

fn main() {
    if let Err(message) = settle() {
        for line in message.lines() {
            println!("cargo::error={line}");
        }
    }
}

/// Stops a build whose committed code belongs to another document.
#[cfg(not(feature = "build-time-codegen"))]
fn settle() -> Result<(), String> {
    const COMMITTED: &str = "src/generated/mod.rs";
    let code = std::fs::read_to_string(COMMITTED)
        .map_err(|error| format!("cannot read {COMMITTED}: {error}: run `cargo xtask codegen`"))?;
    // A file that does not exist would make every build run this again, hence not before it was read.
    println!("cargo::rerun-if-changed={COMMITTED}");
    staleness::check(COMMITTED, &code, &fingerprint(ORDERS_YAML))
}

/// Writes the code that is compiled instead of the committed one.
#[cfg(feature = "build-time-codegen")]
fn settle() -> Result<(), String> {
    // Nothing is read, so nothing but another script asks for another run. Without a line, any file would.
    println!("cargo::rerun-if-changed=build/main.rs");
    let code = partner_center_orders_codegen::generate(ORDERS_YAML, &fingerprint(ORDERS_YAML))
        .map_err(|problems| format!("spec/orders.yaml cannot be used:\n{problems}"))?;
    let folder = std::env::var_os("OUT_DIR").ok_or("cargo did not set OUT_DIR")?;
    let path = std::path::Path::new(&folder).join("generated.rs");
    std::fs::write(&path, code).map_err(|error| format!("cannot write {}: {error}", path.display()))
}
