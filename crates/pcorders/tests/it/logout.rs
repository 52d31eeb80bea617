//! `pcorders auth logout`: is it forgotten, and nothing else?

use partner_center_sim::Simulator;

use crate::home::{Home, SECRET};

const LIST: [&str; 4] = [
    "order",
    "list",
    "--customer",
    "b0d70a69-4c42-4b27-b17b-91a835d8686a",
];

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_forgotten_and_the_profile_stays() {
    let simulator = Simulator::start().await.unwrap();
    let home = Home::signed_in(&simulator);
    let others = format!("# kept\n[other]\nclient-secret = \"{SECRET}\"\n");
    let mine = home.text("secrets.toml").unwrap();
    home.write("secrets.toml", &format!("{mine}{others}"));
    let before = home.text("profiles.toml");
    let run = home.run(&["auth", "logout"]);
    assert_eq!((run.exit, run.stdout.as_str()), (0, ""), "{run:?}");
    for word in [
        "profile contoso are forgotten",
        "stay good until they expire",
    ] {
        assert!(run.stderr.contains(word), "{}", run.stderr);
    }
    let left = home.text("secrets.toml").unwrap();
    assert_eq!(left, format!("{others}# The end of what pcorders wrote.\n"));
    assert_eq!(home.text("profiles.toml"), before);
    // It says who is signed out, and how to sign in again.
    let run = home.run(&LIST);
    let error = run.error();
    assert_eq!(
        (run.exit, error["kind"].as_str()),
        (4, Some("credential")),
        "{run:?}"
    );
    assert_eq!(
        error["hint"],
        "Sign in: pcorders auth login --profile contoso --refresh-token-stdin"
    );
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .ends_with("the profile contoso is signed out"),
        "{error}"
    );
    assert!(simulator.requests().is_empty());
    // Once more is no mistake.
    let run = home.run(&["auth", "logout", "--profile", "contoso"]);
    assert!(
        run.exit == 0 && run.stderr.contains("had no secrets"),
        "{run:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_profile_is_removed_when_that_is_said() {
    let simulator = Simulator::start().await.unwrap();
    let home = Home::signed_in(&simulator);
    let text = home.text("profiles.toml").unwrap();
    home.write(
        "profiles.toml",
        &format!("{text}\n# the other one\n[profiles.other]\nenvironment = \"simulator\"\n"),
    );
    // Not by the way.
    let before = (home.text("profiles.toml"), home.text("secrets.toml"));
    let run = home.run(&["auth", "logout", "--remove"]);
    assert!(run.exit == 2 && run.stderr.contains("--profile"), "{run:?}");
    assert_eq!(
        (home.text("profiles.toml"), home.text("secrets.toml")),
        before
    );
    let run = home.run(&["auth", "logout", "--remove", "--profile", "contoso"]);
    assert!(
        run.exit == 0 && run.stderr.contains("the profile contoso is removed"),
        "{run:?}"
    );
    let text = home.text("profiles.toml").unwrap();
    assert!(
        !text.contains("contoso") && text.contains("# the other one\n[profiles.other]"),
        "{text}"
    );
    // None is the default one any more, and which there are is said.
    let run = home.run(&LIST);
    assert!(
        run.exit == 4 && run.stderr.contains("--profile other"),
        "{run:?}"
    );
    assert_eq!(home.run(&["auth", "logout"]).exit, 2);
    let run = home.run(&["auth", "logout", "--profile", "contoso"]);
    assert!(
        run.exit == 2 && run.stderr.contains("there are other"),
        "{run:?}"
    );
}

#[test]
fn nobody_signs_out_of_the_simulator() {
    let home = Home::new();
    for flags in [&["--simulate"][..], &["--environment", "simulator"]] {
        let run = home.run(&[flags, &["auth", "logout"]].concat());
        assert_eq!((run.exit, run.error()["kind"].as_str()), (2, Some("usage")));
        assert!(run.stderr.contains("needs nothing"), "{}", run.stderr);
    }
}
