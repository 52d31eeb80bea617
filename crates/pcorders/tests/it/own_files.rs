//! The command's own files: is what is wrong with them said with its place, and no secret with it?

#[cfg(unix)]
use std::fs::{self, File};
#[cfg(unix)]
use std::sync::mpsc;
#[cfg(unix)]
use std::time::Duration;

use partner_center_sim::Simulator;

use crate::home::{Home, SECRET, profile};
use crate::run::{Run, finish, with};

const STATUS: [&str; 2] = ["auth", "status"];

/// What the command says of its configuration.
fn refused(run: &Run) -> String {
    let error = run.error();
    assert_eq!((run.exit, run.stdout.as_str()), (2, ""), "{run:?}");
    assert_eq!(
        (error["kind"].as_str(), error["delivery"].as_str()),
        (Some("configuration"), Some("not_sent"))
    );
    error["message"].as_str().unwrap().to_owned()
}

fn with_profile() -> Home {
    let home = Home::new();
    home.write(
        "profiles.toml",
        &profile("http://127.0.0.1:1", "client-secret"),
    );
    home
}

#[test]
fn a_mistake_in_the_profiles_is_named_with_file_line_and_key() {
    for (line, words) in [
        (
            "tenent = \"a\"",
            &["line 9", "profiles.contoso.tenent", "unknown field"][..],
        ),
        ("sandbox = \"yes\"", &["line 9", "profiles.contoso.sandbox"]),
        (
            "environment = \"mars\"",
            &["line 9", "profiles.contoso.environment", "us-gov"],
        ),
        ("[profiles.\"a b\"]", &["line 9", "letters"]),
        (
            "[profiles.b]\ntenant = \"b\"",
            &["line 9", "profiles.b", "sign-in is missing"],
        ),
        ("oops", &["line 9"]),
    ] {
        let home = with_profile();
        let text = home.text("profiles.toml").unwrap();
        home.write("profiles.toml", &format!("{text}{line}\n"));
        let file = home.file("profiles.toml").to_str().unwrap().to_owned();
        for command in [
            &STATUS[..],
            &["auth", "logout"],
            &["auth", "login", "--device-code"],
        ] {
            let message = refused(&home.run(command));
            assert!(message.starts_with(&file), "{message}");
            assert!(
                words.iter().all(|word| message.contains(word)),
                "{line}: {message}"
            );
        }
        // Somebody who signs in otherwise is not concerned.
        let mut command = home.command(&STATUS);
        let run = finish(command.env("PARTNERCENTER_ACCESS_TOKEN", "opaque-token"));
        assert_eq!(run.exit, 0, "{run:?}");
        assert_eq!(home.run(&with(&["--simulate"], &STATUS)).exit, 0);
    }
    let home = with_profile();
    let text = home
        .text("profiles.toml")
        .unwrap()
        .replace("= \"contoso\"", "= \"fabrikam\"");
    home.write("profiles.toml", &text);
    let message = refused(&home.run(&STATUS));
    assert!(
        message.ends_with("profiles.toml, line 1: default: there is no profile of this name"),
        "{message}"
    );
    let message = refused(&with_profile().run(&with(&["--profile", "none"], &STATUS)));
    assert!(
        message.contains("there is no profile none") && message.contains("contoso"),
        "{message}"
    );
}

/// A mistake may stand beside the secret, or be it.
#[test]
fn a_mistake_in_the_secrets_is_named_and_nothing_of_them_is_quoted() {
    for (text, words) in [
        (
            format!("[contoso]\nclient-secret = \"{SECRET}\"\nrefresh-token = 8812345678\n"),
            &["line 3", "refresh-token"][..],
        ),
        (
            format!("[contoso]\nclient-secret = [\"{SECRET}\"]\n"),
            &["line 2", "client-secret"],
        ),
        (
            format!("[contoso]\nclient-secert = \"{SECRET}\"\n"),
            &["line 2"],
        ),
        (format!("[contoso]\n{SECRET} = \"x\"\n"), &["line 2"]),
        (
            format!("[contoso]\n\nclient-secret = {SECRET}\n"),
            &["line 3"],
        ),
        (
            format!("[contoso]\nclient-secret = \"{SECRET}\n"),
            &["line 2"],
        ),
        (format!("contoso = \"{SECRET}\"\n"), &["line 1"]),
    ] {
        let home = with_profile();
        home.write("secrets.toml", &text);
        for command in [&STATUS[..], &["auth", "logout"]] {
            let run = home.run(command);
            let message = refused(&run);
            assert!(
                message.contains("secrets.toml, ")
                    && words.iter().all(|word| message.contains(word)),
                "{message}"
            );
            for piece in [SECRET, &SECRET[..8], "8812345678"] {
                assert!(!format!("{run:?}").contains(piece), "{run:?}");
            }
        }
        assert_eq!(home.text("secrets.toml"), Some(text));
    }
}

#[cfg(unix)]
#[test]
fn secrets_that_others_can_read_are_refused_with_the_command_that_mends_it() {
    let home = with_profile();
    home.write(
        "secrets.toml",
        &format!("[contoso]\nclient-secret = \"{SECRET}\"\n"),
    );
    let file = home.file("secrets.toml").to_str().unwrap().to_owned();
    for mode in [0o640, 0o604, 0o620, 0o601, 0o644] {
        home.set_mode("secrets.toml", mode);
        for command in [&STATUS[..], &["auth", "logout"]] {
            let message = refused(&home.run(command));
            assert!(
                message.ends_with(&format!(": chmod 600 {file}")),
                "{mode:o}: {message}"
            );
        }
    }
    for mode in [0o600, 0o400] {
        home.set_mode("secrets.toml", mode);
        // Nobody listens there.
        assert_eq!(home.run(&with(&STATUS, &["--attempts", "1"])).exit, 7);
    }
}

/// Only somebody who may give files away can try this.
#[cfg(unix)]
#[test]
fn secrets_of_another_user_are_refused() {
    let home = with_profile();
    home.write(
        "secrets.toml",
        &format!("[contoso]\nclient-secret = \"{SECRET}\"\n"),
    );
    if std::os::unix::fs::chown(home.file("secrets.toml"), Some(4711), None).is_err() {
        return;
    }
    let message = refused(&home.run(&STATUS));
    assert!(message.contains("belongs to another user"), "{message}");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn what_the_command_makes_nobody_else_can_read() {
    let simulator = Simulator::start().await.unwrap();
    let home = Home::new();
    let base_url = simulator.base_url();
    let login = [
        "auth",
        "login",
        "--tenant",
        "t",
        "--client-id",
        "c",
        "--client-secret-stdin",
    ];
    let run = home.fed(
        &with(&login, &["--endpoint", base_url, "--authority", base_url]),
        SECRET,
    );
    assert_eq!(run.exit, 0, "{run:?}");
    assert_eq!(home.mode("."), 0o700);
    for name in ["secrets.toml", "profiles.toml", "lock"] {
        assert_eq!(home.mode(name), 0o600, "{name}");
    }
    let names = fs::read_dir(home.file(".")).unwrap().count();
    assert_eq!(names, 3);
}

/// It may be kept with other such files in a place of its own.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_link_stays_a_link() {
    let simulator = Simulator::start().await.unwrap();
    let home = Home::signed_in(&simulator);
    for name in ["profiles.toml", "secrets.toml"] {
        let elsewhere = home.file("elsewhere");
        fs::create_dir_all(&elsewhere).unwrap();
        fs::rename(home.file(name), elsewhere.join(name)).unwrap();
        std::os::unix::fs::symlink(elsewhere.join(name), home.file(name)).unwrap();
    }
    let before = home.secrets();
    assert_eq!(home.run(&STATUS).exit, 0);
    assert_ne!(home.secrets(), before);
    assert!(home.file("secrets.toml").is_symlink());
    assert_eq!(
        home.run(&["auth", "logout", "--remove", "--profile", "contoso"])
            .exit,
        0
    );
    assert!(home.file("profiles.toml").is_symlink());
    assert!(home.secrets().is_empty());
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_waited_for() {
    for name in ["profiles.toml", "secrets.toml"] {
        let home = with_profile();
        let file = home.file(name);
        let _ = fs::remove_file(&file);
        let made = std::process::Command::new("mkfifo")
            .arg(&file)
            .status()
            .unwrap();
        assert!(made.success());
        let mut command = home.command(&STATUS);
        let (ended, end) = mpsc::channel();
        let running = std::thread::spawn(move || ended.send(finish(&mut command)));
        let run = end.recv_timeout(Duration::from_secs(30));
        // Whoever waits for the other end of the pipe after all is let go.
        drop(File::options().read(true).write(true).open(&file));
        running.join().unwrap().unwrap();
        let message = refused(&run.expect("the command waits"));
        assert!(
            message.ends_with(&format!("{name} is no file")),
            "{message}"
        );
    }
}
