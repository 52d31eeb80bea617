//! Is it noticed when somebody edits the document and forgets to generate?
//!
//! A copy of the repository is edited, never the repository. The build of the generated crate must stop,
//! `cargo xtask codegen --check` must show the difference, and after `cargo xtask codegen` both must pass. With the
//! feature `build-time-codegen` the edit must be all there is to do.

use std::fs;
use std::path::{Path, PathBuf};

use partner_center_orders_spec::{ORDERS_YAML, fingerprint};
use serde_json::Value;

use crate::cargo::{Answer, Cargo, target};
use crate::codegen::TARGET;

const API: &str = "--locked --package partner-center-orders-api";
const FEATURE: &str = "--features build-time-codegen";
const COMMAND: &str = "`cargo xtask codegen`";
/// What cargo needs to see of the repository.
const WORKSPACE: [&str; 7] = [
    "spec",
    "crates",
    "xtask",
    "tests",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo",
];
const MARK: &str = "Edited by a gate, ";

/// Edits a copy and watches what notices.
pub(crate) fn check() -> Result<(), String> {
    let copy = Copy::make()?;

    println!("-- with build-time-codegen: the tests pass, and the code is the committed one");
    copy.cargo(&format!("test {API} {FEATURE}")).run()?;
    same(&copy.generate_in_build()?, &copy.committed()?)?;

    let edited = ORDERS_YAML.replacen("\n      summary: ", &format!("\n      summary: {MARK}"), 1);
    if edited == ORDERS_YAML {
        return Err("spec/orders.yaml has no operation with a summary that could be edited".into());
    }
    copy.write("spec/orders.yaml", edited.as_bytes())?;

    println!("-- the document edited, nothing generated: the build must stop");
    let build = copy.cargo(&format!("build {API}")).answer()?;
    let (was, is) = (fingerprint(ORDERS_YAML), fingerprint(&edited));
    must_fail(
        &build,
        &build.stderr,
        &["src/generated/mod.rs", &was, &is, COMMAND],
    )?;

    println!("-- .. and `cargo xtask codegen --check` must show the difference");
    let check = copy.cargo("--locked xtask codegen --check").answer()?;
    must_fail(
        &check,
        &check.stdout,
        &[
            "--- committed\n+++ generated\n@@ ",
            &format!("+    /**{MARK}"),
        ],
    )?;
    must_fail(&check, &check.stderr, &[TARGET, COMMAND])?;

    println!("-- .. while with build-time-codegen there is nothing else to do");
    let in_build = copy.generate_in_build()?;

    println!("-- generated: the same code, the build and `cargo xtask codegen --check` pass");
    copy.cargo("--locked xtask codegen").run()?;
    same(&in_build, &copy.committed()?)?;
    copy.cargo("--locked xtask codegen --check").run()?;
    copy.cargo(&format!("build {API}")).run()
}

fn must_fail(answer: &Answer, said: &str, expected: &[&str]) -> Result<(), String> {
    let fault = match expected.iter().find(|expected| !said.contains(**expected)) {
        _ if answer.success => "it passed".to_owned(),
        Some(missing) => format!("it does not say {missing:?}"),
        None => return Ok(()),
    };
    Err(format!(
        "this gate is open: {fault}\n{}\n{}",
        answer.stdout, answer.stderr
    ))
}

fn same(in_build: &str, committed: &str) -> Result<(), String> {
    // A checkout may have turned the line ends.
    if in_build == committed.replace("\r\n", "\n") {
        return Ok(());
    }
    Err(format!(
        "the feature build-time-codegen gives other code than {TARGET}: see build/main.rs beside it"
    ))
}

/// A copy of the workspace.
struct Copy {
    folder: PathBuf,
}

impl Copy {
    /// Made anew each time, so that cargo takes every file for a changed one.
    fn make() -> Result<Self, String> {
        let copy = Self {
            folder: target().join("copy"),
        };
        if copy.folder.exists() {
            fs::remove_dir_all(&copy.folder)
                .map_err(|error| cannot("remove", &copy.folder, &error))?;
        }
        for part in WORKSPACE {
            copy_all(&crate::root().join(part), &copy.folder.join(part))?;
        }
        Ok(copy)
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<(), String> {
        let path = self.folder.join(path);
        fs::write(&path, bytes).map_err(|error| cannot("write", &path, &error))
    }

    fn committed(&self) -> Result<String, String> {
        read(&self.folder.join(TARGET))
    }

    fn cargo(&self, arguments: &str) -> Cargo {
        Cargo::apart(&self.folder, arguments)
    }

    /// Builds with the feature, and returns the code that was compiled.
    fn generate_in_build(&self) -> Result<String, String> {
        let messages = self
            .cargo(&format!(
                "build {API} {FEATURE} --message-format json-render-diagnostics"
            ))
            .stdout()?;
        let folder = messages
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok())
            .filter(|message| message["reason"] == "build-script-executed")
            .filter(|message| {
                message["package_id"]
                    .as_str()
                    .is_some_and(|id| id.contains("partner-center-orders-api"))
            })
            .find_map(|message| message["out_dir"].as_str().map(PathBuf::from))
            .ok_or(
                "cargo does not say where the build script of partner-center-orders-api writes",
            )?;
        read(&folder.join("generated.rs"))
    }
}

/// Copies a file, or a folder with all that is in it. The copies are new files, whatever the age of the originals.
fn copy_all(from: &Path, to: &Path) -> Result<(), String> {
    let copied = |error| cannot("copy", from, &error);
    if from.is_file() {
        let bytes = fs::read(from).map_err(copied)?;
        return fs::write(to, bytes).map_err(copied);
    }
    fs::create_dir_all(to).map_err(copied)?;
    for entry in fs::read_dir(from).map_err(copied)? {
        let name = entry.map_err(copied)?.file_name();
        copy_all(&from.join(&name), &to.join(&name))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| cannot("read", path, &error))
}

fn cannot(verb: &str, path: &Path, error: &std::io::Error) -> String {
    format!("cannot {verb} {}: {error}", path.display())
}
