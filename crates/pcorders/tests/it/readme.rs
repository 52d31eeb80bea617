//! Is what the README says of other SDKs' calls true?

use crate::home::Home;
use crate::run::{command, finish};

struct Row {
    sdk: String,
    rust: String,
    shell: String,
}

fn readme() -> String {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    std::fs::read_to_string(path).unwrap().replace("\r\n", "\n")
}

fn rows() -> Vec<Row> {
    let cell = |text: &str| text.trim().trim_matches('`').to_owned();
    let readme = readme();
    let rows = readme
        .lines()
        .filter(|line| line.contains("`pcorders order "));
    let rows = rows.filter_map(|line| match line.split('|').collect::<Vec<_>>()[..] {
        [_, sdk, _, rust, shell, _] => Some(Row {
            sdk: cell(sdk),
            rust: cell(rust),
            shell: cell(shell),
        }),
        _ => None,
    });
    rows.collect()
}

#[test]
fn every_documented_call_of_every_sdk_has_its_row() {
    let sdks: Vec<_> = rows().into_iter().map(|row| row.sdk).collect();
    assert_eq!(sdks, ["C#", "C#", "C#", "C#", "C#", "Java", "PowerShell"]);
}

#[test]
fn every_command_of_the_table_runs() {
    for row in rows() {
        let arguments: Vec<_> = row.shell.split(' ').skip(1).collect();
        let run = finish(command(&arguments).env("PARTNERCENTER_ENVIRONMENT", "simulator"));
        assert_eq!(run.exit, 0, "{}: {run:?}", row.shell);
        assert!(run.stdout.len() > 10, "{}", row.shell);
    }
}

/// The example is compiled and run as a documentation test; the table must say the same.
#[test]
fn every_rust_form_of_the_table_is_in_the_example() {
    let readme = readme();
    let example = readme
        .split("```rust")
        .nth(1)
        .and_then(|rest| rest.split("```").next())
        .unwrap();
    for row in rows() {
        assert!(example.contains(&row.rust), "{}", row.rust);
    }
}

/// Nobody is signed in there, but the file can be read.
#[test]
fn the_profile_of_the_readme_is_one() {
    let readme = readme();
    let mut blocks = readme.split("```toml\n").skip(1);
    let profiles = blocks.find_map(|block| {
        block
            .split("```")
            .next()
            .filter(|text| text.contains("[profiles."))
    });
    let home = Home::new();
    home.write("profiles.toml", profiles.unwrap());
    let run = home.run(&["auth", "status"]);
    assert!(
        run.exit == 4 && run.stderr.contains("the profile contoso is signed out"),
        "{run:?}"
    );
}
