//! Refresh tokens that change with every use: is the newest one kept, whatever happens?

use std::collections::BTreeSet;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use partner_center_sim::{Builder, Fault, Operation, Simulator};

use crate::home::{CLIENT, Home, SECRET, TENANT, profile, sign_ins};
use crate::run::{finish, with};

const LIST: [&str; 4] = [
    "order",
    "list",
    "--customer",
    "b0d70a69-4c42-4b27-b17b-91a835d8686a",
];

/// A used refresh token is good no more. Microsoft Entra ID is documented to be milder.
fn strict() -> Builder {
    Simulator::builder()
        .single_use_refresh_tokens()
        .no_rate_limit()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_command_leaves_the_next_token_for_the_next_command() {
    for simulator in [strict(), Simulator::builder()] {
        let simulator = simulator.start().await.unwrap();
        let home = Home::signed_in(&simulator);
        let text = home.text("secrets.toml").unwrap();
        home.write(
            "secrets.toml",
            &format!("# kept\n{text}# kept, too\n[other]\nclient-secret = \"{SECRET}\"\n"),
        );
        let mut seen = BTreeSet::new();
        for arguments in [&LIST[..], &["auth", "status"], &["auth", "token"], &LIST] {
            assert!(seen.insert(home.secrets()));
            let run = home.run(arguments);
            assert_eq!(run.exit, 0, "{run:?}");
        }
        assert!(seen.insert(home.secrets()));
        assert_eq!(sign_ins(&simulator), 4);
        let text = home.text("secrets.toml").unwrap();
        assert!(
            text.starts_with("# kept\n")
                && text.contains("# kept, too\n[other]\n")
                && text.contains(SECRET),
            "{text}"
        );
        #[cfg(unix)]
        assert_eq!(home.mode("secrets.toml"), 0o600);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_at_once_do_not_take_the_token_from_each_other() {
    let simulator = strict().start().await.unwrap();
    let home = Home::signed_in(&simulator);
    let exits: Vec<i32> = std::thread::scope(|scope| {
        // None of them says a secret that was kept before; what the others keep meanwhile is not looked at.
        let run = || finish(&mut home.command(&LIST)).exit;
        let at_once: Vec<_> = (0..12).map(|_| scope.spawn(run)).collect();
        at_once
            .into_iter()
            .map(|ended| ended.join().unwrap())
            .collect()
    });
    assert_eq!(exits, [0; 12]);
    assert_eq!(sign_ins(&simulator), 12);
    assert_eq!(home.run(&LIST).exit, 0);
}

/// All secrets are in one file.
#[tokio::test(flavor = "multi_thread")]
async fn commands_of_other_profiles_do_not_lose_what_is_kept() {
    let mut simulators = Vec::new();
    for _ in 0..4 {
        simulators.push(strict().start().await.unwrap());
    }
    let home = Home::new();
    let (mut profiles, mut secrets) = (String::new(), String::new());
    for (number, simulator) in simulators.iter().enumerate() {
        let table = profile(simulator.base_url(), "refresh-token");
        let (_, table) = table.split_once("[profiles.contoso]").unwrap();
        profiles.push_str(&format!("[profiles.p{number}]{table}"));
        let token = Simulator::REFRESH_TOKEN;
        secrets.push_str(&format!("[p{number}]\nrefresh-token = \"{token}\"\n"));
    }
    home.write("profiles.toml", &profiles);
    home.write("secrets.toml", &secrets);
    std::thread::scope(|scope| {
        for number in 0..simulators.len() {
            let home = &home;
            scope.spawn(move || {
                let name = format!("p{number}");
                for _ in 0..4 {
                    let run = finish(&mut home.command(&with(&LIST, &["--profile", &name])));
                    assert_eq!(run.exit, 0, "{run:?}");
                }
            });
        }
    });
    assert_eq!(home.secrets().len(), simulators.len());
}

/// Waits until the simulator was asked for so many orders.
fn wait_for_orders(simulator: &Simulator, count: usize) {
    let until = Instant::now() + Duration::from_secs(60);
    let asked = || {
        let requests = simulator.requests();
        requests
            .iter()
            .filter(|request| request.path().ends_with("/orders"))
            .count()
    };
    while asked() < count {
        assert!(Instant::now() < until, "nobody asked");
        std::thread::yield_now();
    }
}

fn begin(home: &Home, arguments: &[&str]) -> Child {
    home.command(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// SIGKILL on Unix: nothing is cleaned up.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_killed_after_the_token_came_has_kept_the_next_one() {
    let simulator = strict().start().await.unwrap();
    let home = Home::signed_in(&simulator);
    let before = home.secrets();
    simulator
        .on(Operation::ListOrders)
        .fault(Fault::delay(Duration::from_secs(600)));
    for count in 1..=3 {
        let mut child = begin(&home, &LIST);
        wait_for_orders(&simulator, count);
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_ne!(home.secrets(), before);
    simulator.clear_faults();
    let run = home.run(&LIST);
    assert_eq!(run.exit, 0, "{run:?}");
}

/// A command may follow an order for hours.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_has_its_token_holds_nobody_up() {
    let simulator = strict().start().await.unwrap();
    let home = Home::signed_in(&simulator);
    let wait = Duration::from_secs(600);
    simulator
        .on(Operation::ListOrders)
        .fault(Fault::delay(wait));
    let mut child = begin(&home, &LIST);
    wait_for_orders(&simulator, 1);
    let run = home.run(&["auth", "status", "--deadline", "10"]);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(run.exit, 0, "{run:?}");
}

/// Whoever is killed while it waits for a token holds nobody up.
#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_killed_before_the_token_comes_leaves_no_lock() {
    let simulator = strict().start().await.unwrap();
    let home = Home::signed_in(&simulator);
    simulator
        .on_sign_in()
        .nth(1)
        .fault(Fault::delay(Duration::from_secs(600)));
    let mut child = begin(&home, &LIST);
    wait_for_sign_ins(&simulator, 1);
    child.kill().unwrap();
    child.wait().unwrap();
    let begun = Instant::now();
    assert_eq!(home.run(&LIST).exit, 0);
    assert!(begun.elapsed() < Duration::from_secs(30));
}

/// Waits until the simulator was asked for so many tokens.
fn wait_for_sign_ins(simulator: &Simulator, count: usize) {
    let until = Instant::now() + Duration::from_secs(60);
    while sign_ins(simulator) < count {
        assert!(Instant::now() < until, "nobody signed in");
        std::thread::yield_now();
    }
}

#[cfg(unix)]
fn send(signal: &str, child: &Child) {
    let id = child.id().to_string();
    let mut kill = std::process::Command::new("kill");
    assert!(kill.args([signal, &id]).status().unwrap().success());
}

/// The old token is used up when the command is to end, and the new one is on its way.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_under_way_is_kept_when_the_command_is_interrupted() {
    let on_its_way = Fault::delay(Duration::from_secs(2)).after_change();
    for signal in ["-INT", "-TERM"] {
        let simulator = strict().start().await.unwrap();
        let home = Home::signed_in(&simulator);
        let before = home.secrets();
        simulator.on_sign_in().nth(1).fault(on_its_way.clone());
        let mut child = begin(&home, &LIST);
        wait_for_sign_ins(&simulator, 1);
        send(signal, &child);
        assert_eq!(child.wait().unwrap().code(), Some(130));
        assert_ne!(home.secrets(), before);
        let run = home.run(&LIST);
        assert_eq!(run.exit, 0, "{run:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_under_way_is_kept_when_the_command_gives_up() {
    let simulator = strict().start().await.unwrap();
    let home = Home::signed_in(&simulator);
    let before = home.secrets();
    let on_its_way = Fault::delay(Duration::from_secs(3)).after_change();
    simulator.on_sign_in().nth(1).fault(on_its_way);
    let run = home.run(&with(&LIST, &["--deadline", "1"]));
    assert_eq!(run.exit, 7, "{run:?}");
    assert_ne!(home.secrets(), before);
    let run = home.run(&LIST);
    assert_eq!(run.exit, 0, "{run:?}");
}

/// The answer is there, and a renewal ahead of time has just begun.
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_in_the_background_is_kept_when_the_command_is_done() {
    let lifetime = Duration::from_secs(2);
    let simulator = strict().token_lifetime(lifetime).start().await.unwrap();
    let home = Home::signed_in(&simulator);
    // The token is due for a renewal when the request is sent again, and good.
    let later = Fault::status(503).retry_after(lifetime / 2);
    simulator.on(Operation::ListOrders).nth(1).fault(later);
    let on_its_way = Fault::delay(Duration::from_secs(3)).after_change();
    simulator.on_sign_in().nth(2).fault(on_its_way);
    let run = home.run(&LIST);
    assert_eq!((run.exit, sign_ins(&simulator)), (0, 2), "{run:?}");
    let run = home.run(&LIST);
    assert_eq!(run.exit, 0, "{run:?}");
}

/// What does not come is not waited for: at the second time at once.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn whoever_interrupts_twice_does_not_wait_for_a_renewal() {
    let simulator = strict().start().await.unwrap();
    let home = Home::signed_in(&simulator);
    simulator
        .on_sign_in()
        .fault(Fault::delay(Duration::from_secs(600)));
    let mut child = begin(&home, &LIST);
    wait_for_sign_ins(&simulator, 1);
    let begun = Instant::now();
    // Two of one kind may be heard as one.
    send("-INT", &child);
    send("-TERM", &child);
    // Nor is it known when the first is heard, after which the second counts.
    while child.try_wait().unwrap().is_none() {
        send("-INT", &child);
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(begun.elapsed() < Duration::from_secs(8));
}

/// A sign-in that failed keeps what there was, and gives back the lock: the command may go on for hours.
#[tokio::test(flavor = "multi_thread")]
async fn a_renewal_that_fails_takes_nothing_away() {
    let simulator = strict().start().await.unwrap();
    let home = Home::signed_in(&simulator);
    let before = home.secrets();
    for fault in [
        Fault::html(500),
        Fault::empty(200),
        Fault::reset(),
        Fault::status(429),
    ] {
        simulator.clear_faults();
        simulator.on_sign_in().fault(fault);
        let run = home.run(&with(&LIST, &["--attempts", "1"]));
        assert_ne!(run.exit, 0);
        assert_eq!(home.secrets(), before);
    }
    simulator.clear_faults();
    assert_eq!(home.run(&LIST).exit, 0);
}

/// The next one is handed out and cannot be kept.
#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_of_the_environment_is_said_to_be_replaced_once() {
    let simulator = Simulator::builder()
        .token_lifetime(Duration::from_secs(2))
        .start()
        .await
        .unwrap();
    let home = Home::new();
    for attempts in ["1", "5"] {
        let mut command = home.command(&with(&LIST, &["--attempts", attempts]));
        command
            .env("PARTNERCENTER_ENDPOINT", simulator.base_url())
            .env("PARTNERCENTER_AUTHORITY", simulator.base_url())
            .env("PARTNERCENTER_TENANT_ID", "t")
            .env("PARTNERCENTER_CLIENT_ID", CLIENT)
            .env("PARTNERCENTER_REFRESH_TOKEN", Simulator::REFRESH_TOKEN);
        let run = finish(&mut command);
        assert_eq!(run.exit, 0, "{run:?}");
        let said = "note: a new refresh token was handed out, and is not kept: PARTNERCENTER_REFRESH_TOKEN stays \
                    good until it expires\n";
        assert_eq!(run.stderr, said);
    }
    assert_eq!(home.text("secrets.toml"), None);
}

/// Signed in at a simulator by the command itself.
fn logged_in(simulator: &Simulator, way: &str, secret: &str) -> Home {
    let home = Home::new();
    let base_url = simulator.base_url();
    let login = ["auth", "login", "--profile", "contoso", "--tenant", TENANT];
    let at = ["--endpoint", base_url, "--authority", base_url];
    let arguments = with(&with(&login, &at), &["--client-id", CLIENT, way]);
    let run = home.fed(&arguments, secret);
    assert_eq!(run.exit, 0, "{run:?}");
    home
}

/// Whoever edits the profile, and a sign-in that was killed before it wrote the profile, leave secrets that are not for it.
#[tokio::test(flavor = "multi_thread")]
async fn secrets_go_nowhere_but_where_they_were_got() {
    for (way, secret) in [
        ("--refresh-token-stdin", Simulator::REFRESH_TOKEN),
        ("--client-secret-stdin", SECRET),
    ] {
        let other = Simulator::start().await.unwrap();
        let simulator = Simulator::start().await.unwrap();
        let home = logged_in(&simulator, way, secret);
        let whole = home.text("profiles.toml").unwrap();
        let (place, elsewhere) = (simulator.base_url(), other.base_url());
        let asked = sign_ins(&simulator);
        for (was, becomes) in [
            (
                format!("authority = \"{place}\""),
                format!("authority = \"{elsewhere}\""),
            ),
            (TENANT.to_owned(), "fabrikam.example".to_owned()),
            (CLIENT.to_owned(), CLIENT.replace("a11c", "b22d")),
        ] {
            assert!(whole.contains(&was));
            home.write("profiles.toml", &whole.replace(&was, &becomes));
            for command in [&LIST[..], &["auth", "status"], &["auth", "token"]] {
                let run = home.run(command);
                let error = run.error();
                let message = error["message"].as_str().unwrap();
                assert_eq!((run.exit, run.stdout.as_str()), (4, ""), "{run:?}");
                assert!(
                    message.contains(
                        "the profile contoso was changed or signed in again since: sign in again"
                    ),
                    "{message}"
                );
                let hint = error["hint"].as_str().unwrap();
                assert!(hint.starts_with("Sign in: "), "{hint}");
            }
        }
        assert_eq!((sign_ins(&simulator), sign_ins(&other)), (asked, 0));
        // What is no place to sign in may change.
        home.write("profiles.toml", &format!("{whole}sandbox = true\n"));
        assert_eq!(home.run(&LIST).exit, 0);
    }
}

/// They have read the old profile, and find the new token.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn commands_that_wait_while_somebody_signs_in_elsewhere_send_nothing() {
    let (old, new) = (
        strict().start().await.unwrap(),
        strict().start().await.unwrap(),
    );
    let home = Home::signed_in(&old);
    let signed_in = logged_in(&new, "--refresh-token-stdin", Simulator::REFRESH_TOKEN);
    let lock = std::fs::File::create(home.file("lock")).unwrap();
    lock.lock().unwrap();
    let mut waiting: Vec<Child> = (0..4).map(|_| begin(&home, &LIST)).collect();
    let until = Instant::now() + Duration::from_secs(60);
    for child in &waiting {
        let folder = format!("/proc/{}/fd", child.id());
        let waits = || {
            let files = std::fs::read_dir(&folder).unwrap();
            let mut paths = files.filter_map(|file| std::fs::read_link(file.ok()?.path()).ok());
            paths.any(|path| path == home.file("lock"))
        };
        while !waits() {
            assert!(Instant::now() < until, "nobody waits for the lock");
            std::thread::yield_now();
        }
    }
    for name in ["secrets.toml", "profiles.toml"] {
        home.write(name, &signed_in.text(name).unwrap());
    }
    drop(lock);
    for child in &mut waiting {
        assert_eq!(child.wait().unwrap().code(), Some(4));
    }
    assert_eq!((sign_ins(&old), sign_ins(&new)), (0, 1));
    let run = home.run(&LIST);
    assert_eq!(run.exit, 0, "{run:?}");
}
