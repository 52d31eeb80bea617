//! What does a user's build contain?

use crate::cargo::Cargo;

/// The generator and what it rests on.
const GENERATOR: [&str; 5] = [
    "partner-center-orders-codegen",
    "progenitor",
    "progenitor-impl",
    "typify",
    "serde-saphyr",
];

/// The generator is no dependency of the client, and is one of the generated crate with the feature.
pub(crate) fn check() -> Result<(), String> {
    let client = packages("partner-center-orders")?;
    let generating = packages("partner-center-orders-api --features build-time-codegen")?;
    let has = |packages: &[String], name: &str| packages.iter().any(|package| package == name);
    for name in GENERATOR {
        if has(&client, name) {
            return Err(format!(
                "{name} is a dependency of partner-center-orders and may be one by the feature build-time-codegen only: \
                 `cargo tree --package partner-center-orders --edges normal,build --invert {name}` shows through what"
            ));
        }
        // Were a name misspelled or out of date, the line above would find nothing for ever.
        if !has(&generating, name) {
            return Err(format!(
                "{name} is not behind the feature build-time-codegen either: correct the list in xtask/src/tree.rs"
            ));
        }
    }
    println!("{} packages, none of them of the generator", client.len());
    Ok(())
}

/// The names of what is built for a package with its features.
fn packages(selection: &str) -> Result<Vec<String>, String> {
    let listed = Cargo::here(&format!(
        "tree --locked --edges normal,build --prefix none --format {{p}} --package {selection}"
    ))
    .stdout()?;
    let mut names: Vec<String> = listed
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect();
    names.sort();
    names.dedup();
    Ok(names)
}
