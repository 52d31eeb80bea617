//! Can somebody else use what is here?

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cargo::{Cargo, target};
use crate::scratch::Scratch;

/// The orders of the simulator's first customer.
const ORDERS: &str = "43";

/// Those that are published.
const PACKAGES: [&str; 6] = [
    "partner-center-orders-spec",
    "partner-center-orders-codegen",
    "partner-center-orders-api",
    "partner-center-orders",
    "partner-center-sim",
    "pcorders",
];

/// A crate outside this workspace builds against it, and lists what the simulator has.
pub(crate) fn consume() -> Result<(), String> {
    let folder = Scratch::new("outside")?;
    let root = crate::root();
    let manifest = include_str!("../outside/manifest.toml")
        .replace("{workspace}", &root.display().to_string());
    write(&folder.path().join("Cargo.toml"), &manifest)?;
    write(
        &folder.path().join("src/main.rs"),
        include_str!("../outside/main.rs"),
    )?;
    // Cargo takes out what is not needed; the versions stay.
    copy_lock_file(folder.path())?;
    let printed = Cargo::apart(folder.path(), "run").stdout()?;
    if printed.trim() != ORDERS {
        return Err(format!(
            "a crate outside the workspace lists {printed:?} instead of {ORDERS} orders"
        ));
    }
    println!("listed {ORDERS} orders");
    Ok(())
}

/// What would be published is complete: the packages build with nothing around them but each other.
///
/// `cargo package` could build them itself. It keeps what it unpacked once under the user's home, though, and takes that
/// again for a package whose content changed and whose version did not.
pub(crate) fn package() -> Result<(), String> {
    // Uncommitted files are packaged like the others: nothing is published, and what is to be checked is what is there.
    let mut arguments = String::from("package --no-verify --no-metadata --allow-dirty --locked");
    for package in PACKAGES {
        arguments.push_str(" --package ");
        arguments.push_str(package);
    }
    Cargo::apart(&crate::root(), &arguments).run()?;

    let folder = Scratch::new("packages")?;
    let mut manifest =
        String::from("[workspace]\nresolver = \"3\"\nmembers = [\"*-*\"]\n\n[patch.crates-io]\n");
    for package in PACKAGES {
        let unpacked = format!("{package}-{}", env!("CARGO_PKG_VERSION"));
        unpack(
            &target().join("package").join(format!("{unpacked}.crate")),
            folder.path(),
        )?;
        manifest.push_str(&format!("{package} = {{ path = \"{unpacked}\" }}\n"));
    }
    write(&folder.path().join("Cargo.toml"), &manifest)?;
    copy_lock_file(folder.path())?;
    Cargo::apart(folder.path(), "build --workspace").run()
}

fn unpack(archive: &Path, folder: &Path) -> Result<(), String> {
    let unpacked = Command::new("tar")
        // Times in a package are those of no file; cargo would take a changed file for one that it has built already.
        .args(["-x", "-z", "-m", "-f"])
        .arg(archive)
        .current_dir(folder)
        .status()
        .map_err(|error| format!("cannot start tar: {error}"))?;
    if unpacked.success() {
        Ok(())
    } else {
        Err(format!("cannot unpack {}", archive.display()))
    }
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::create_dir_all(path.parent().unwrap_or(path))
        .and_then(|()| fs::write(path, text))
        .map_err(|error| format!("cannot write {}: {error}", path.display()))
}

fn copy_lock_file(folder: &Path) -> Result<(), String> {
    fs::copy(crate::root().join("Cargo.lock"), folder.join("Cargo.lock"))
        .map(drop)
        .map_err(|error| format!("cannot copy Cargo.lock: {error}"))
}
