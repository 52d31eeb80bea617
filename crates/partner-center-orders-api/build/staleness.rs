//! Was the generated code made from this document?

/// Compares the fingerprint in the code's header with the document's. The message names the file, both fingerprints
/// and what to run.
pub(crate) fn check(path: &str, code: &str, fingerprint: &str) -> Result<(), String> {
    let found = match recorded(code) {
        Some(recorded) if recorded == fingerprint => return Ok(()),
        Some(recorded) => format!(
            "is stale: it was generated from a spec/orders.yaml with fingerprint {recorded}"
        ),
        None => "has no fingerprint in its first lines".to_owned(),
    };
    Err(format!(
        "{path} {found}, the present one has {fingerprint}: run `cargo xtask codegen` and commit the result"
    ))
}

/// What the generator wrote into the header: `// spec/orders.yaml fingerprint 0123456789abcdef: ..`.
fn recorded(code: &str) -> Option<&str> {
    code.lines()
        .take_while(|line| line.starts_with("//"))
        .find_map(|line| line.split_once(" fingerprint "))
        .and_then(|(_, rest)| rest.split(':').next())
}
