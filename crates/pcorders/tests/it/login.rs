//! `pcorders auth login`: does somebody get in each way, and is nothing kept of those who do not?

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStderr, Stdio};
use std::time::Duration;

use partner_center_sim::{Application, Builder, Fault, Simulator};
use serde_json::json;

use crate::home::{CLIENT, Home, SECRET, TENANT, forms, profile, sign_ins};
use crate::run::{Run, with};

/// One whose tokens say the time of this machine.
fn simulator() -> Builder {
    let moment = Duration::from_millis(1);
    Simulator::builder()
        .running_clock(1)
        .device_interval(moment)
}

/// The arguments of a sign-in at a simulator.
fn at<'a>(simulator: &'a Simulator, more: &[&'a str]) -> Vec<&'a str> {
    let base_url = simulator.base_url();
    let login = [
        "auth",
        "login",
        "--endpoint",
        base_url,
        "--authority",
        base_url,
    ];
    with(
        &with(&login, &["--tenant", TENANT, "--client-id", CLIENT]),
        more,
    )
}

fn assert_nothing_is_kept(home: &Home) {
    for name in ["profiles.toml", "secrets.toml"] {
        assert_eq!(home.text(name), None, "{name}");
    }
}

fn assert_is_signed_in(home: &Home) {
    let run = home.run(&["order", "list", "--customer", Simulator::CUSTOMERS[0]]);
    assert_eq!(run.exit, 0, "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_code_signs_a_user_in() {
    let simulator = simulator().approve_devices().start().await.unwrap();
    let home = Home::new();
    let run = home.run(&at(&simulator, &["--device-code", "--profile", "contoso"]));
    assert_eq!(run.exit, 0, "{run:?}");
    let said = run.stderr.lines().next().unwrap();
    let page = format!("to sign in, open {}/devicelogin", simulator.base_url());
    assert!(
        said.starts_with(&page) && said.contains("enter the code "),
        "{said}"
    );
    let mut status = run.json();
    for time in ["expiresAt", "expiresInSeconds"] {
        assert!(!status[time].is_null(), "{status}");
        status[time] = json!("later");
    }
    assert_eq!(
        status,
        json!({
            "source": "profile", "profile": "contoso", "sandbox": false, "signIn": "device-code",
            "environment": "global", "tenant": TENANT, "application": CLIENT, "user": "buyer@partner.example",
            "actsAs": "user", "audience": "https://api.partnercenter.microsoft.com", "mfa": true,
            "expiresAt": "later", "expiresInSeconds": "later",
            "endpoint": simulator.base_url(), "authority": simulator.base_url(), "problem": null,
        })
    );
    assert_eq!(home.secrets().len(), 1);
    assert_is_signed_in(&home);
    assert_eq!(
        forms(&simulator, "grant_type").last().map(String::as_str),
        Some("refresh_token")
    );
}

/// A sign-in that waits for its user, and the code that it showed.
fn waiting(home: &Home, simulator: &Simulator) -> (Child, BufReader<ChildStderr>, String) {
    let mut child = home
        .command(&at(simulator, &["--device-code"]))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    stderr.read_line(&mut line).unwrap();
    let (_, code) = line.trim_end().rsplit_once(' ').unwrap();
    (child, stderr, code.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_code_is_waited_for_until_the_user_decides() {
    let simulator = simulator().start().await.unwrap();
    for (is_approved, exit) in [(true, 0), (false, 4)] {
        let home = Home::new();
        let (mut child, stderr, code) = waiting(&home, &simulator);
        assert_nothing_is_kept(&home);
        match is_approved {
            true => simulator.approve_device(&code).unwrap(),
            false => simulator.decline_device(&code).unwrap(),
        }
        assert_eq!(child.wait().unwrap().code(), Some(exit));
        let said: Vec<String> = stderr.lines().map(Result::unwrap).collect();
        if is_approved {
            // Without a name it is `default`.
            assert!(
                home.text("profiles.toml")
                    .unwrap()
                    .starts_with("default = \"default\"\n")
            );
            assert_is_signed_in(&home);
        } else {
            assert!(said.concat().contains("authorization_declined"), "{said:?}");
            assert_nothing_is_kept(&home);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_code_that_nobody_enters_ends() {
    let lifetime = Duration::from_secs(1);
    let simulator = simulator()
        .device_code_lifetime(lifetime)
        .start()
        .await
        .unwrap();
    let home = Home::new();
    let run = home.run(&at(&simulator, &["--device-code"]));
    assert_eq!((run.exit, run.stdout.as_str()), (4, ""), "{run:?}");
    let hint = run.error()["hint"].as_str().unwrap().to_owned();
    assert!(hint.starts_with("Begin again"), "{hint}");
    assert_nothing_is_kept(&home);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_signs_in_with_its_secret() {
    let application = Application::new(CLIENT).secret(SECRET);
    let simulator = simulator().application(application).start().await.unwrap();
    for input in [
        format!("{SECRET}\n"),
        format!("{SECRET}\r\n"),
        SECRET.to_owned(),
    ] {
        let home = Home::new();
        let run = home.fed(&at(&simulator, &["--client-secret-stdin"]), &input);
        assert_eq!(run.exit, 0, "{run:?}");
        let status = run.json();
        assert_eq!(
            (&status["signIn"], &status["actsAs"]),
            (&json!("client-secret"), &json!("application"))
        );
        assert_eq!(home.secrets(), [SECRET]);
        assert_is_signed_in(&home);
    }
    assert!(
        forms(&simulator, "grant_type")
            .iter()
            .all(|grant| grant == "client_credentials")
    );
    let home = Home::new();
    let run = home.fed(
        &at(&simulator, &["--client-secret-stdin"]),
        "wrong-secret-of-ours\n",
    );
    let error = run.error();
    assert_eq!(
        (run.exit, &error["kind"], &error["code"]),
        (4, &json!("credential"), &json!("7000215"))
    );
    assert!(
        error["hint"]
            .as_str()
            .unwrap()
            .starts_with("Check the application's id"),
        "{error}"
    );
    assert_nothing_is_kept(&home);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_signs_in_and_its_successor_is_kept() {
    let simulator = simulator()
        .single_use_refresh_tokens()
        .start()
        .await
        .unwrap();
    let home = Home::new();
    let line = format!("{}\n", Simulator::REFRESH_TOKEN);
    let run = home.fed(&at(&simulator, &["--refresh-token-stdin"]), &line);
    assert_eq!((run.exit, sign_ins(&simulator)), (0, 1), "{run:?}");
    assert_eq!(home.secrets().len(), 1);
    assert_ne!(home.secrets(), [Simulator::REFRESH_TOKEN]);
    assert_is_signed_in(&home);
    let other = Home::new();
    let run = other.fed(&at(&simulator, &["--refresh-token-stdin"]), &line);
    assert_eq!(
        (run.exit, run.error()["code"].as_str()),
        (4, Some("70000")),
        "{run:?}"
    );
    assert_nothing_is_kept(&other);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_confidential_application_with_a_user_has_two_lines_the_secret_first() {
    let application = Application::new(CLIENT).secret(SECRET);
    let simulator = simulator().application(application).start().await.unwrap();
    let both = ["--refresh-token-stdin", "--client-secret-stdin"];
    let token = Simulator::REFRESH_TOKEN;
    let home = Home::new();
    let run = home.fed(&at(&simulator, &both), &format!("{SECRET}\n{token}\n"));
    assert_eq!(
        (run.exit, run.json()["signIn"].as_str()),
        (0, Some("refresh-token")),
        "{run:?}"
    );
    assert_eq!(home.secrets().len(), 2);
    assert_is_signed_in(&home);
    let home = Home::new();
    let run = home.fed(&at(&simulator, &both), &format!("{token}\n{SECRET}\n"));
    assert_eq!(
        (run.exit, run.error()["code"].as_str()),
        (4, Some("7000215")),
        "{run:?}"
    );
    // The token alone is that of another kind of application.
    let run = home.fed(&at(&simulator, &both[..1]), &format!("{token}\n"));
    assert_eq!(
        (run.exit, run.error()["code"].as_str()),
        (4, Some("7000218")),
        "{run:?}"
    );
    assert_nothing_is_kept(&home);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_before_anything_is_sent() {
    let simulator = simulator().start().await.unwrap();
    let base_url = simulator.base_url();
    let long = "x".repeat(64 * 1024 + 1);
    let secret = &["--client-secret-stdin"][..];
    for input in [
        "",
        "\n",
        "secret-one\n\n",
        "secret-one\nsecret-two\n",
        &long,
    ] {
        let home = Home::new();
        let run = home.fed(&at(&simulator, secret), input);
        assert_eq!(
            (run.exit, run.error()["kind"].as_str()),
            (2, Some("usage")),
            "{input:.20}"
        );
        assert_nothing_is_kept(&home);
    }
    let login = |more: &[&'static str]| {
        let login = with(&["auth", "login", "--authority", base_url], more);
        Home::new().fed(&login, "secret-one\n")
    };
    let who = ["--tenant", TENANT, "--client-id", CLIENT];
    for (more, word) in [
        (&who[..], "--device-code"),
        (
            &["--client-id", CLIENT, "--client-secret-stdin"],
            "--tenant",
        ),
        (
            &["--tenant", TENANT, "--client-secret-stdin"],
            "--client-id",
        ),
        (&["--device-code", "--refresh-token-stdin"], "--device-code"),
        (&["--simulate", "--device-code"], "needs nothing"),
        (
            &["--environment", "simulator", "--device-code"],
            "needs nothing",
        ),
        (&["--profile", "a b", "--device-code"], "letters"),
        (&["--profile", "", "--device-code"], "letters"),
        (&["--sandbox=maybe"], "maybe"),
    ] {
        let run = login(more);
        let error = run.error();
        assert_eq!(
            (run.exit, error["kind"].as_str()),
            (2, Some("usage")),
            "{more:?}"
        );
        assert!(
            error["message"].as_str().unwrap().contains(word),
            "{more:?}: {error}"
        );
    }
    for (more, word) in [
        (&["--endpoint", "http://partner.example"][..], "endpoint"),
        (&["--endpoint", "https://127.0.0.1:1/v1"], "/v1"),
    ] {
        let run = login(&with(&with(&who, &["--client-secret-stdin"]), more));
        let error = run.error();
        assert_eq!(run.exit, 2, "{more:?}: {error}");
        assert!(
            error["message"].as_str().unwrap().contains(word),
            "{more:?}: {error}"
        );
    }
    for (tenant, client_id, word) in [
        ("a/b", CLIENT, "tenant"),
        ("", CLIENT, "tenant"),
        (TENANT, " ", "id"),
    ] {
        let run = login(&[
            "--tenant",
            tenant,
            "--client-id",
            client_id,
            "--client-secret-stdin",
        ]);
        let error = run.error();
        assert_eq!(
            (run.exit, error["kind"].as_str()),
            (2, Some("configuration")),
            "{error}"
        );
        assert!(error["message"].as_str().unwrap().contains(word), "{error}");
    }
    for endpoint in ["http://127.0.0.1:1", "https://localhost", "http://[::1]:1/"] {
        let here = [
            "auth",
            "login",
            "--client-secret-stdin",
            "--endpoint",
            endpoint,
        ];
        let run = Home::new().fed(&with(&here, &who), "secret-one\n");
        let error = run.error();
        assert_eq!(
            (run.exit, error["message"].as_str()),
            (
                2,
                Some(
                    "the endpoint is on this machine and the sign-in would not be: say --authority, too"
                )
            )
        );
    }
    let home = Home::new();
    let elsewhere = [
        "auth",
        "login",
        "--authority",
        "http://login.example",
        "--device-code",
    ];
    let run = home.run(&with(&elsewhere, &who));
    assert_eq!(
        (run.exit, run.error()["kind"].as_str()),
        (2, Some("configuration"))
    );
    assert!(simulator.requests().is_empty());
}

/// As Notepad and PowerShell write it.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_utf_8_and_a_byte_order_mark_is_no_part_of_it() {
    let application = Application::new(CLIENT).secret(SECRET);
    let simulator = simulator().application(application).start().await.unwrap();
    let home = Home::new();
    let login = at(&simulator, &["--client-secret-stdin"]);
    let run = home.fed(&login, &format!("\u{feff}{SECRET}\r\n"));
    assert_eq!(run.exit, 0, "{run:?}");
    assert_eq!(home.secrets(), [SECRET]);
    let sent = sign_ins(&simulator);
    let wide: Vec<u8> = SECRET.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked = [&[0xff, 0xfe], &wide[..]].concat();
    for input in [wide, marked, b"secret-\xe4-in-latin-1".to_vec()] {
        let run = crate::run::fed(&mut home.command(&login), &input);
        let error = run.error();
        assert_eq!((run.exit, error["kind"].as_str()), (2, Some("usage")));
        let message = error["message"].as_str().unwrap();
        assert!(message.contains("save the file as UTF-8"), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }
    assert_eq!(sign_ins(&simulator), sent);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_kept_without_a_token() {
    let simulator = simulator().start().await.unwrap();
    for (fault, exit) in [
        (Fault::html(200), 8),
        (Fault::html(500), 8),
        (Fault::empty(200), 8),
        (Fault::redirect("https://login.example/"), 7),
        (Fault::reset(), 7),
        (Fault::status(429), 6),
    ] {
        simulator.clear_faults();
        simulator.on_sign_in().fault(fault.clone());
        for way in [
            "--client-secret-stdin",
            "--refresh-token-stdin",
            "--device-code",
        ] {
            let home = Home::new();
            let login = with(&at(&simulator, &[way]), &["--attempts", "1"]);
            let run = home.fed(&login, &format!("{SECRET}\n"));
            assert_eq!(
                (run.exit, run.stdout.as_str()),
                (exit, ""),
                "{fault:?} {way}: {run:?}"
            );
            assert_nothing_is_kept(&home);
        }
    }
}

fn relogin(home: &Home, simulator: &Simulator, more: &[&str]) -> Run {
    let login = ["auth", "login", "--client-secret-stdin"];
    let run = home.fed(&with(&login, more), &format!("{SECRET}\n"));
    assert_eq!(run.exit, 0, "{run:?}");
    assert_eq!(run.json()["endpoint"], simulator.base_url());
    run
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_said_again_stays_and_so_do_comments() {
    let simulator = simulator().start().await.unwrap();
    let home = Home::new();
    let base_url = simulator.base_url();
    home.write(
        "profiles.toml",
        &format!(
            "# mine\n[profiles.a] # first\nsign-in = \"client-secret\" # how\ntenant = \"old\" # whose\n\
             client-id = \"{CLIENT}\"\nendpoint = \"{base_url}\"\nauthority = \"{base_url}\"\nsandbox = true\n\
             # the end\n"
        ),
    );
    home.write(
        "secrets.toml",
        "[a]\nclient-secret = \"the-secret-before\"\n[b]\nclient-secret = \"of-somebody-else\"\n",
    );
    relogin(&home, &simulator, &["--profile", "a", "--tenant", TENANT]);
    let expected = format!(
        "# mine\ndefault = \"a\"\n[profiles.a] # first\nsign-in = \"client-secret\" # how\ntenant = \"{TENANT}\" # whose\n\
         client-id = \"{CLIENT}\"\nendpoint = \"{base_url}\"\nauthority = \"{base_url}\"\nsandbox = true\n\
         # the end\n"
    );
    let text = home.text("profiles.toml").unwrap();
    let lines = |text: &str| {
        text.lines()
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (mut has, mut should) = (lines(&text), lines(&expected));
    has.sort();
    should.sort();
    assert_eq!(has, should, "{text}");
    // Of the secrets only that of the profile is replaced.
    assert_eq!(home.secrets(), [SECRET, "of-somebody-else"]);
    relogin(&home, &simulator, &["--profile", "a", "--sandbox=false"]);
    assert!(!home.text("profiles.toml").unwrap().contains("sandbox"));
}

/// A profile of a user of a confidential application, whose secret was another one until now.
fn with_user(simulator: &Simulator, sign_in: &str) -> Home {
    let home = Home::new();
    home.write("profiles.toml", &profile(simulator.base_url(), sign_in));
    let token = Simulator::REFRESH_TOKEN;
    home.write(
        "secrets.toml",
        &format!("[contoso]\nclient-secret = \"{BEFORE}\"\nrefresh-token = \"{token}\"\n"),
    );
    home
}

const BEFORE: &str = "the-secret-before";
const CONTOSO: [&str; 4] = ["auth", "login", "--profile", "contoso"];

#[tokio::test(flavor = "multi_thread")]
async fn another_secret_of_the_application_keeps_its_user() {
    let application = Application::new(CLIENT).secret(SECRET);
    let simulator = simulator()
        .approve_devices()
        .application(application)
        .start()
        .await
        .unwrap();
    for way in ["refresh-token", "device-code"] {
        let home = with_user(&simulator, way);
        let before = (home.text("profiles.toml"), home.text("secrets.toml"));
        let login = with(&CONTOSO, &["--client-secret-stdin"]);
        let run = home.fed(&login, "not-the-secret-either\n");
        assert_eq!(run.exit, 4, "{run:?}");
        let after = (home.text("profiles.toml"), home.text("secrets.toml"));
        assert_eq!(after, before);
        let run = home.fed(&login, SECRET);
        assert_eq!(run.exit, 0, "{run:?}");
        let status = run.json();
        assert_eq!(
            (&status["signIn"], &status["actsAs"]),
            (&json!(way), &json!("user"))
        );
        let secrets = home.secrets();
        assert_eq!((secrets.len(), secrets[0].as_str()), (2, SECRET));
        assert_ne!(secrets[1], Simulator::REFRESH_TOKEN);
        assert_eq!(home.text("profiles.toml"), before.0);
        assert_is_signed_in(&home);
    }
    let grants = forms(&simulator, "grant_type");
    assert!(grants.iter().all(|grant| grant == "refresh_token"));
}

#[tokio::test(flavor = "multi_thread")]
async fn another_user_keeps_the_secret_of_the_application() {
    let application = Application::new(CLIENT).secret(BEFORE);
    let simulator = simulator()
        .approve_devices()
        .application(application)
        .start()
        .await
        .unwrap();
    for (way, input) in [
        ("--refresh-token-stdin", Simulator::REFRESH_TOKEN),
        ("--device-code", ""),
    ] {
        for before in ["refresh-token", "device-code", "client-secret"] {
            let home = with_user(&simulator, before);
            let run = home.fed(&with(&CONTOSO, &[way]), input);
            assert_eq!(run.exit, 0, "{way} {before}: {run:?}");
            let secrets = home.secrets();
            assert_eq!((secrets.len(), secrets[0].as_str()), (2, BEFORE));
            assert_ne!(secrets[1], Simulator::REFRESH_TOKEN);
            let way = way.trim_start_matches("--").trim_end_matches("-stdin");
            assert_eq!(run.json()["signIn"], way);
            assert_is_signed_in(&home);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_code_signs_in_a_user_of_a_confidential_application() {
    let application = Application::new(CLIENT).secret(SECRET);
    let simulator = simulator()
        .approve_devices()
        .application(application)
        .start()
        .await
        .unwrap();
    let home = Home::new();
    let both = ["--device-code", "--client-secret-stdin"];
    let run = home.fed(&at(&simulator, &both), SECRET);
    assert_eq!(
        (run.exit, run.json()["signIn"].as_str()),
        (0, Some("device-code")),
        "{run:?}"
    );
    assert_eq!(
        (home.secrets().len(), home.secrets()[0].as_str()),
        (2, SECRET)
    );
    assert_is_signed_in(&home);
}

/// What is kept goes to no other application, and to nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_is_of_one_application() {
    let simulator = simulator().start().await.unwrap();
    let other = simulator.base_url().replace("127.0.0.1", "localhost");
    for more in [
        ["--client-id", "c0ffee00-0a34-4e9e-8f0c-5d1f6d4a9b21"],
        ["--authority", &other],
        ["--environment", "us-gov"],
    ] {
        let home = with_user(&simulator, "refresh-token");
        let before = home.text("secrets.toml");
        let secret = with(&CONTOSO, &["--client-secret-stdin"]);
        let run = home.fed(&with(&secret, &more), SECRET);
        assert_eq!(run.exit, 2, "{run:?}");
        let message = run.error()["message"].as_str().unwrap().to_owned();
        assert!(message.contains("is of a user"), "{message}");
        assert_eq!(home.text("secrets.toml"), before);
        assert!(simulator.requests().is_empty());
    }
    let home = with_user(&simulator, "refresh-token");
    let token = with(&CONTOSO, &["--refresh-token-stdin", "--authority", &other]);
    assert_eq!(home.fed(&token, Simulator::REFRESH_TOKEN).exit, 0);
    assert_eq!(home.secrets().len(), 1);
    assert_eq!(forms(&simulator, "client_secret"), [""; 0]);
    // Nobody is signed in any more.
    assert_eq!(home.run(&["auth", "logout"]).exit, 0);
    let run = home.fed(&with(&CONTOSO, &["--client-secret-stdin"]), SECRET);
    assert_eq!(run.exit, 2, "{run:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_profile_is_the_default_one_unless_another_is_made_it() {
    let simulator = simulator().start().await.unwrap();
    let home = Home::new();
    let default = |home: &Home| {
        home.text("profiles.toml")
            .unwrap()
            .lines()
            .next()
            .unwrap()
            .to_owned()
    };
    for (more, first) in [
        (&["--profile", "one"][..], "one"),
        (&["--profile", "two"], "one"),
        (&["--profile", "two", "--default"], "two"),
        (&[], "two"),
        (&["--default"], "default"),
    ] {
        let login = at(&simulator, &with(&["--client-secret-stdin"], more))
            .iter()
            .map(|word| (*word).to_owned())
            .collect::<Vec<_>>();
        let login: Vec<&str> = login.iter().map(String::as_str).collect();
        let run = home.fed(&login, SECRET);
        assert_eq!(run.exit, 0);
        let note = "note: the default profile is two: say --profile default to use this one";
        assert_eq!(run.stderr.contains(note), more.is_empty(), "{}", run.stderr);
        assert_eq!(run.stderr.contains("default profile is"), more.is_empty());
        assert_eq!(default(&home), format!("default = \"{first}\""));
    }
}

/// Otherwise the next command might be of somebody else.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_signed_in_over_credentials_of_the_environment_is_told() {
    let simulator = simulator().start().await.unwrap();
    let home = Home::new();
    let mut command = home.command(&at(&simulator, &["--client-secret-stdin"]));
    command.env("PARTNERCENTER_ACCESS_TOKEN", "opaque-token");
    let run = crate::run::fed(&mut command, SECRET.as_bytes());
    assert_eq!(run.exit, 0, "{run:?}");
    let note =
        "note: the environment has credentials, which are used unless --profile default is said\n";
    assert!(run.stderr.contains(note), "{}", run.stderr);
}

/// What is handed out would be lost.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_signed_in_where_nothing_can_be_kept() {
    let simulator = simulator().start().await.unwrap();
    let home = Home::new();
    // In the place of a file.
    std::fs::create_dir_all(home.file("lock")).unwrap();
    let run = home.fed(&at(&simulator, &["--client-secret-stdin"]), SECRET);
    assert_eq!(
        (run.exit, run.error()["kind"].as_str()),
        (2, Some("configuration")),
        "{run:?}"
    );
    assert!(simulator.requests().is_empty());
}

/// Its secrets would go elsewhere as soon as the variables are gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_profile_remembers_where_it_was_made() {
    let simulator = simulator().start().await.unwrap();
    let base_url = simulator.base_url();
    let home = Home::new();
    let login = [
        "auth",
        "login",
        "--tenant",
        TENANT,
        "--client-id",
        CLIENT,
        "--client-secret-stdin",
    ];
    let mut command = home.command(&login);
    command
        .env("PARTNERCENTER_ENDPOINT", base_url)
        .env("PARTNERCENTER_AUTHORITY", base_url)
        .env("PARTNERCENTER_ENVIRONMENT", "us-gov");
    let run = crate::run::fed(&mut command, SECRET.as_bytes());
    assert_eq!(run.exit, 0, "{run:?}");
    let text = home.text("profiles.toml").unwrap();
    for line in [
        "environment = \"us-gov\"".to_owned(),
        format!("endpoint = \"{base_url}\""),
        format!("authority = \"{base_url}\""),
    ] {
        assert!(text.contains(&line), "{text}");
    }
    // In another cloud these addresses mean nothing. Nobody listens there.
    let run = home.fed(
        &with(
            &login,
            &[
                "--environment",
                "global",
                "--authority",
                "http://127.0.0.1:1",
                "--attempts",
                "1",
            ],
        ),
        SECRET,
    );
    assert_eq!(run.exit, 7, "{run:?}");
    assert_eq!(home.text("profiles.toml").unwrap(), text);
    let elsewhere = ["--environment", "global", "--authority", base_url];
    assert_eq!(home.fed(&with(&login, &elsewhere), SECRET).exit, 0);
    let text = home.text("profiles.toml").unwrap();
    assert!(
        !text.contains("endpoint") && text.contains("environment = \"global\""),
        "{text}"
    );
}

#[cfg(unix)]
mod typed {
    use partner_center_sim::{Application, Simulator};
    use rustix::termios::{LocalModes, tcgetattr};

    use super::{at, simulator};
    use crate::home::{CLIENT, Home, SECRET};
    use crate::terminal::Talk;

    const ASKED: &str = "(not shown): ";

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_typed_is_not_shown() {
        let application = Application::new(CLIENT).secret(SECRET);
        let simulator = simulator().application(application).start().await.unwrap();
        let home = Home::new();
        let both = ["--client-secret-stdin", "--refresh-token-stdin"];
        let mut talk = Talk::of(home.command(&at(&simulator, &both)), ASKED);
        talk.wait();
        // Somebody may type on before the next question.
        talk.answer(&format!("{SECRET}\n{}\n", Simulator::REFRESH_TOKEN));
        let (exit, said, stdout) = talk.end();
        assert_eq!(exit, 0, "{said}");
        assert!(
            said.contains("client secret (not shown): ")
                && said.contains("refresh token (not shown): "),
            "{said}"
        );
        for secret in [SECRET, Simulator::REFRESH_TOKEN] {
            assert!(!said.contains(secret) && !stdout.contains(secret), "{said}");
        }
        assert!(home.secrets().contains(&SECRET.to_owned()));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_terminal_shows_again_what_is_typed_after_an_interrupt() {
        let simulator = simulator().start().await.unwrap();
        let home = Home::new();
        let mut talk = Talk::of(
            home.command(&at(&simulator, &["--client-secret-stdin"])),
            ASKED,
        );
        talk.wait();
        // Held, so that it is there when the command is gone.
        let terminal = talk.terminal();
        let shows = || {
            tcgetattr(&terminal)
                .unwrap()
                .local_modes
                .contains(LocalModes::ECHO)
        };
        assert!(!shows());
        talk.interrupt();
        assert_eq!(talk.exit(), 130);
        assert!(shows());
        assert!(simulator.requests().is_empty());
    }
}
