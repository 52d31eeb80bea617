//! Which bodies were published?

use std::fs;
use std::path::{Path, PathBuf};

/// The bytes of a published body, such as `get_order/reserved_instance.json`.
///
/// # Panics
/// When there is no such fixture.
pub fn fixture(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap_or_else(|error| panic!("fixture {name}: {error}"))
}

/// The names of all fixtures, sorted.
///
/// # Panics
/// When the folder cannot be read.
pub fn fixture_names() -> Vec<String> {
    let entries = |folder: &Path| {
        let read =
            fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
        read.flatten().map(|entry| entry.path()).collect::<Vec<_>>()
    };
    let mut names: Vec<String> = entries(&folder())
        .iter()
        .filter(|path| path.is_dir())
        .flat_map(|operation| entries(operation))
        .filter_map(|path| {
            Some(
                path.strip_prefix(folder())
                    .ok()?
                    .to_str()?
                    .replace('\\', "/"),
            )
        })
        .collect();
    names.sort();
    names
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}
