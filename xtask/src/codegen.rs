//! Is the committed generated code what the document gives?

use std::fs;
use std::path::Path;

use partner_center_orders_codegen::generate;
use partner_center_orders_spec::{ORDERS_YAML, fingerprint};
use similar::TextDiff;

/// Where the generated code is, seen from the workspace's folder.
pub(crate) const TARGET: &str = "crates/partner-center-orders-api/src/generated/mod.rs";

/// Lines of a difference that are shown; who wants more regenerates and asks git.
const SHOWN: usize = 200;

/// Writes the generated code.
pub(crate) fn write() -> Result<(), String> {
    run(false)
}

/// Compares without writing; the difference is printed.
pub(crate) fn check() -> Result<(), String> {
    run(true)
}

fn run(check: bool) -> Result<(), String> {
    let fresh = generate(ORDERS_YAML, &fingerprint(ORDERS_YAML))
        .map_err(|problems| format!("spec/orders.yaml cannot be used:\n{problems}"))?;
    match settle(&crate::root().join(TARGET), &fresh, check)? {
        Settled::Fresh => println!("{TARGET} is up to date"),
        Settled::Written => println!("wrote {TARGET}"),
        Settled::Stale(difference) => {
            println!("{difference}");
            return Err(format!(
                "{TARGET} is stale: run `cargo xtask codegen` and commit the result"
            ));
        }
    }
    Ok(())
}

#[derive(Debug, PartialEq)]
enum Settled {
    Fresh,
    Written,
    /// With the difference to what is generated now.
    Stale(String),
}

/// Makes the file hold the fresh text, or only tells the difference.
fn settle(path: &Path, fresh: &str, check: bool) -> Result<Settled, String> {
    // A checkout may have turned the line ends; the content is what counts. No file is an empty one.
    let committed = fs::read_to_string(path)
        .unwrap_or_default()
        .replace("\r\n", "\n");
    if committed == fresh {
        return Ok(Settled::Fresh);
    }
    if check {
        return Ok(Settled::Stale(difference(&committed, fresh, SHOWN)));
    }
    fs::create_dir_all(path.parent().unwrap_or(path))
        .and_then(|()| fs::write(path, fresh))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))?;
    Ok(Settled::Written)
}

/// A unified difference, cut off after so many lines.
fn difference(committed: &str, generated: &str, shown: usize) -> String {
    let whole = TextDiff::from_lines(committed, generated)
        .unified_diff()
        .context_radius(3)
        .header("committed", "generated")
        .to_string();
    let lines: Vec<&str> = whole.lines().collect();
    let (head, rest) = lines.split_at(shown.min(lines.len()));
    let mut text = head.join("\n");
    if !rest.is_empty() {
        text.push_str(&format!("\n.. and {} lines more", rest.len()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Settled, difference, settle};
    use crate::scratch::Scratch;
    use std::fs;

    #[test]
    fn checking_tells_the_difference_and_writes_nothing() {
        let folder = Scratch::new("settle-check").unwrap();
        let path = folder.path().join("mod.rs");
        fs::write(&path, "a\nb\nc\n").unwrap();
        let expected = "--- committed\n+++ generated\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c";
        assert_eq!(
            settle(&path, "a\nB\nc\n", true),
            Ok(Settled::Stale(expected.to_owned()))
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), "a\nb\nc\n");
        assert_eq!(settle(&path, "a\nb\nc\n", true), Ok(Settled::Fresh));
    }

    #[test]
    fn writing_makes_a_missing_file_and_then_leaves_it_alone() {
        let folder = Scratch::new("settle-write").unwrap();
        let path = folder.path().join("generated/mod.rs");
        assert!(matches!(settle(&path, "a\n", true), Ok(Settled::Stale(_))));
        assert!(!path.exists());
        assert_eq!(settle(&path, "a\n", false), Ok(Settled::Written));
        assert_eq!(fs::read_to_string(&path).unwrap(), "a\n");
        assert_eq!(settle(&path, "a\n", false), Ok(Settled::Fresh));
    }

    #[test]
    fn turned_line_ends_are_no_difference() {
        let folder = Scratch::new("settle-line-ends").unwrap();
        let path = folder.path().join("mod.rs");
        fs::write(&path, "a\r\nb\r\n").unwrap();
        assert_eq!(settle(&path, "a\nb\n", true), Ok(Settled::Fresh));
    }

    #[test]
    fn a_long_difference_is_cut_off_with_a_count() {
        let generated: String = (1..=300).map(|line| format!("{line}\n")).collect();
        let shown = difference("", &generated, 200);
        // Three of the 303 lines are the headers.
        let lines: Vec<&str> = shown.lines().collect();
        assert_eq!(lines.len(), 201);
        assert_eq!(
            lines[..4],
            ["--- committed", "+++ generated", "@@ -0,0 +1,300 @@", "+1"]
        );
        assert_eq!(lines[200], ".. and 103 lines more");
        assert!(!difference("", &generated, 303).contains(" lines more"));
    }
}
