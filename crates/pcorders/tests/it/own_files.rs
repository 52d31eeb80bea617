//! The command's own files: is what is wrong with them said with its place, and no secret with it?

#[cfg(unix)]
use std::fs::{self, File};
#[cfg(unix)]
use std::sync::mpsc;
#[cfg(unix)]
use std::time::Duration;

use partner_center_sim::Simulator;

use crate::home::{Home, SECRET, profile, sign_ins};
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

fn names(home: &Home) -> Vec<String> {
    let files = std::fs::read_dir(home.file(".")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

const WHOLE: [&str; 3] = ["lock", "profiles.toml", "secrets.toml"];

/// Somebody was killed before the next secrets were in their place, where the token before is used up.
#[tokio::test(flavor = "multi_thread")]
async fn next_secrets_that_were_left_whole_are_adopted() {
    let strict = Simulator::builder().single_use_refresh_tokens();
    let simulator = strict.start().await.unwrap();
    let home = Home::signed_in(&simulator);
    let before = home.text("secrets.toml").unwrap();
    assert_eq!(home.run(&STATUS).exit, 0);
    let next = home.text("secrets.toml").unwrap();
    home.write("secrets.toml", &before);
    home.write("secrets.toml.next", &next);
    let run = home.run(&STATUS);
    assert_eq!(run.exit, 0, "{run:?}");
    assert_eq!(names(&home), WHOLE);
}

/// Wherever they were cut, and whatever was written before they were begun.
#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_left_cut_are_taken_away() {
    let simulator = Simulator::start().await.unwrap();
    let home = Home::signed_in(&simulator);
    assert_eq!(home.run(&STATUS).exit, 0);
    // What somebody adds comes before the end, next time.
    let text = home.text("secrets.toml").unwrap();
    home.write(
        "secrets.toml",
        &format!("{text}[other]\nclient-secret = \"{SECRET}\"\n"),
    );
    assert_eq!(home.run(&STATUS).exit, 0);
    let whole = home.text("secrets.toml").unwrap();
    assert_eq!(whole.matches("# The end").count(), 1, "{whole}");
    let lines = whole.match_indices('\n').map(|(end, _)| end + 1);
    let cuts = [0, 1, whole.len() / 2, whole.len() - 2, whole.len() - 1];
    for cut in cuts
        .into_iter()
        .chain(lines.filter(|end| *end < whole.len()))
    {
        let kept = home.secrets();
        // Were it adopted, nobody would be signed in.
        let cut = whole[..cut].replace("refresh-token", "client-secret");
        home.write("secrets.toml.next", &cut);
        home.write("profiles.toml.next", "default = \"none\"\n");
        let run = home.run(&STATUS);
        assert_eq!(run.exit, 0, "{run:?}");
        assert_eq!(names(&home), WHOLE);
        assert_eq!(home.secrets().len(), kept.len());
    }
}

/// The new secrets are not for the old place.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_whose_profile_cannot_be_written_sends_its_token_nowhere_else() {
    let old = Simulator::start().await.unwrap();
    let new = Simulator::start().await.unwrap();
    let home = Home::signed_in(&old);
    std::fs::create_dir(home.file("profiles.toml.next")).unwrap();
    let at = [
        "--endpoint",
        new.base_url(),
        "--authority",
        new.base_url(),
        "--profile",
        "contoso",
    ];
    let login = ["auth", "login", "--refresh-token-stdin"];
    let run = home.fed(&with(&login, &at), Simulator::REFRESH_TOKEN);
    assert!(refused(&run).contains("profiles.toml cannot be written"));
    let run = home.run(&STATUS);
    assert_eq!(run.exit, 4, "{run:?}");
    assert_eq!((sign_ins(&old), sign_ins(&new)), (0, 1));
}

/// Whoever can change them decides where secrets are sent.
#[cfg(unix)]
#[test]
fn profiles_that_others_can_change_are_refused_with_the_command_that_mends_it() {
    for (name, good) in [("profiles.toml", 0o644), (".", 0o755)] {
        let home = with_profile();
        home.write(
            "secrets.toml",
            &format!("[contoso]\nclient-secret = \"{SECRET}\"\n"),
        );
        let path = home.file(name).components().collect::<std::path::PathBuf>();
        let path = path.to_str().unwrap().to_owned();
        for mode in [good | 0o020, good | 0o002, 0o777] {
            home.set_mode(name, mode);
            for command in [&STATUS[..], &["auth", "logout"]] {
                let message = refused(&home.run(command));
                assert!(
                    message.ends_with(&format!(": chmod go-w {path}")),
                    "{mode:o}: {message}"
                );
            }
        }
        home.set_mode(name, good);
        // Nobody listens there.
        assert_eq!(home.run(&with(&STATUS, &["--attempts", "1"])).exit, 7);
        // Only somebody who may give files away can try this.
        if std::os::unix::fs::chown(home.file(name), Some(4711), None).is_ok() {
            let message = refused(&home.run(&STATUS));
            assert!(message.contains("belongs to another user"), "{message}");
        }
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_not_waited_for() {
    for (name, arguments) in [
        ("profiles.toml", STATUS),
        ("secrets.toml", STATUS),
        ("lock", ["auth", "logout"]),
    ] {
        let home = with_profile();
        let file = home.file(name);
        let _ = fs::remove_file(&file);
        let made = std::process::Command::new("mkfifo")
            .arg(&file)
            .status()
            .unwrap();
        assert!(made.success());
        let mut command = home.command(&arguments);
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
