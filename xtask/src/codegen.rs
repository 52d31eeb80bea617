//! Is the committed generated code what the document gives?

use std::fs;
use std::path::PathBuf;

use partner_center_orders_codegen::generate;
use partner_center_orders_spec::{ORDERS_YAML, fingerprint};
use similar::TextDiff;

const TARGET: &str = "crates/partner-center-orders-api/src/generated/mod.rs";

/// Writes the generated code.
pub(crate) fn write() -> Result<(), String> {
    let fresh = fresh()?;
    if committed() == fresh {
        println!("{TARGET} is up to date");
        return Ok(());
    }
    let path = target();
    let written =
        fs::create_dir_all(path.parent().unwrap_or(&path)).and_then(|()| fs::write(&path, fresh));
    written.map_err(|error| format!("cannot write {TARGET}: {error}"))?;
    println!("wrote {TARGET}");
    Ok(())
}

/// Compares without writing; the difference is printed.
pub(crate) fn check() -> Result<(), String> {
    let (committed, fresh) = (committed(), fresh()?);
    if committed == fresh {
        println!("{TARGET} is up to date");
        return Ok(());
    }
    print!(
        "{}",
        TextDiff::from_lines(&committed, &fresh)
            .unified_diff()
            .header("committed", "generated")
    );
    Err(format!(
        "{TARGET} is stale: run `cargo xtask codegen` and commit the result"
    ))
}

fn fresh() -> Result<String, String> {
    generate(ORDERS_YAML, &fingerprint(ORDERS_YAML))
        .map_err(|problems| format!("spec/orders.yaml cannot be used:\n{problems}"))
}

fn committed() -> String {
    // A checkout may have turned the line ends; the content is what counts.
    fs::read_to_string(target())
        .unwrap_or_default()
        .replace("\r\n", "\n")
}

fn target() -> PathBuf {
    crate::root().join(TARGET)
}
