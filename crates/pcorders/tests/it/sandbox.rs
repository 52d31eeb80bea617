//! Is it said in which account something is bought?

use partner_center_sim::Simulator;

#[cfg(unix)]
use crate::home::{CLIENT, SECRET};
use crate::home::{Home, TENANT};
use crate::run::with;

const CREATE: [&str; 6] = [
    "order",
    "create",
    "--customer",
    "b0d70a69-4c42-4b27-b17b-91a835d8686a",
    "--line-item",
    "offerId=CFQ7TTC0SB01:0002:CFQ7TTC0RK4D,quantity=5",
];

fn sandbox(simulator: &Simulator) -> Home {
    let home = Home::signed_in(simulator);
    let text = home.text("profiles.toml").unwrap();
    home.write("profiles.toml", &format!("{text}sandbox = true\n"));
    home
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_in_the_sandbox_says_so_before_it_is_sent() {
    let simulator = Simulator::start().await.unwrap();
    let home = sandbox(&simulator);
    let banner = format!("sandbox: the profile contoso of {TENANT}");
    let order = r#"{"lineItems":[{"lineItemNumber":0,"offerId":"CFQ7TTC0SB01:0002:CFQ7TTC0RK4D","quantity":5}]}"#;
    let create = home.run(&with(&CREATE, &["--yes"]));
    let path = format!("/customers/{}/orders", Simulator::CUSTOMERS[0]);
    let post = home.fed(&["api", "POST", &path, "-f", "-", "--yes"], order);
    for run in [create, post] {
        assert_eq!(run.exit, 0, "{run:?}");
        let said: Vec<&str> = run.stderr.lines().collect();
        assert_eq!(said[0], banner);
        assert!(said[1].starts_with("request id "), "{said:?}");
    }
    // What reads, or sends nothing, has nothing to say.
    for arguments in [
        &with(&CREATE, &["--dry-run"])[..],
        &["order", "list", "--customer", CREATE[3]],
    ] {
        let run = home.run(arguments);
        assert!(run.exit == 0 && !run.stderr.contains("sandbox:"), "{run:?}");
    }
    let real = Home::signed_in(&simulator);
    let run = real.run(&with(&CREATE, &["--yes"]));
    assert!(
        run.exit == 0 && run.stderr.starts_with("request id "),
        "{run:?}"
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn the_question_names_the_profile_and_its_tenant() {
    use crate::terminal::Talk;

    let simulator = Simulator::start().await.unwrap();
    let place = format!("at {}/v1", simulator.base_url());
    for (home, how) in [
        (sandbox(&simulator), ", in the sandbox"),
        (Home::signed_in(&simulator), ""),
    ] {
        let mut talk = Talk::of(home.command(&CREATE), "[y/N] ");
        talk.wait();
        talk.answer("n\n");
        let (exit, said, _) = talk.end();
        let question = format!("{place}{how}, as the profile contoso of {TENANT}? [y/N] ");
        assert!(said.contains(&question), "{said}");
        assert_eq!(exit, 2);
    }
    assert!(simulator.requests().is_empty());
}

#[cfg(unix)]
#[test]
fn the_question_names_the_application_of_the_environment() {
    use crate::terminal::Talk;

    for (id, tenant, secret) in [
        (
            "PARTNERCENTER_CLIENT_ID",
            "PARTNERCENTER_TENANT_ID",
            "PARTNERCENTER_CLIENT_SECRET",
        ),
        ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET"),
    ] {
        let mut command = Home::new().command(&CREATE);
        command.envs([(id, CLIENT), (tenant, TENANT), (secret, SECRET)]);
        let mut talk = Talk::of(command, "[y/N] ");
        talk.wait();
        talk.answer("n\n");
        let (exit, said, _) = talk.end();
        let question = format!(
            ", for real, as the application {CLIENT} of {TENANT} (from the environment)? [y/N] "
        );
        assert!(said.contains(&question), "{said}");
        assert_eq!(exit, 2);
    }
}

/// A hint runs against the same account.
#[tokio::test(flavor = "multi_thread")]
async fn advice_names_the_profile_that_was_named() {
    use partner_center_sim::{Fault, Operation};

    let simulator = Simulator::start().await.unwrap();
    simulator
        .on(Operation::CreateOrder)
        .fault(Fault::reset().after_change());
    let home = Home::signed_in(&simulator);
    let run = home.run(&with(
        &CREATE,
        &["--yes", "--profile", "contoso", "--attempts", "1"],
    ));
    let hint = run.error()["hint"].as_str().unwrap().to_owned();
    assert_eq!(run.exit, 9, "{run:?}");
    assert!(
        hint.contains("pcorders --profile contoso order list"),
        "{hint}"
    );
}
