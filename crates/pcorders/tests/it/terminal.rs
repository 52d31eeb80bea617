//! What is somebody asked on a terminal, and what does the answer do?

use std::fs::File;
use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::Duration;

use partner_center_orders_tests::{CUSTOMER, Recorded};
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use crate::run::prepared;

/// How long a command may take to ask, and to end.
const PATIENCE: Duration = Duration::from_secs(60);

const CREATE: [&str; 6] = [
    "order",
    "create",
    "--customer",
    CUSTOMER,
    "--line-item",
    "offerId=A:B:C,quantity=5,termDuration=P1Y,friendlyName=x",
];

/// A command that runs on a terminal of its own, with its output into a pipe.
pub(crate) struct Talk {
    child: Child,
    keyboard: File,
    /// A word for each question, and the end when nothing more can come.
    questions: Receiver<()>,
    screen: JoinHandle<String>,
}

impl Talk {
    /// Runs the command until it asks. Nothing is sent until then.
    fn begin(server: &Recorded, arguments: &[&str]) -> Self {
        let mut talk = Self::start(server, arguments);
        talk.wait();
        assert_eq!(server.sent().len(), 0);
        talk
    }

    fn start(server: &Recorded, arguments: &[&str]) -> Self {
        Self::of(prepared(&server.base_url(), arguments), "[y/N] ")
    }

    /// Runs a command whose questions end so.
    pub(crate) fn of(mut command: Command, question: &'static str) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        // The command must not hold its own terminal open from the other end.
        fcntl_setfd(&controller, FdFlags::CLOEXEC).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let name = ptsname(&controller, Vec::new()).unwrap();
        let name = name.to_str().unwrap();
        let user = File::options().read(true).write(true).open(name).unwrap();
        command
            .stdin(user.try_clone().unwrap())
            .stdout(Stdio::piped())
            .stderr(user);
        // The command alone holds the terminal then, which ends with it.
        let child = command.spawn().unwrap();
        drop(command);
        let keyboard = File::from(controller);
        let mut screen = keyboard.try_clone().unwrap();
        let (asked, questions) = mpsc::channel();
        let screen = std::thread::spawn(move || {
            let mut said = Vec::new();
            let mut piece = [0; 1024];
            while let Ok(length @ 1..) = screen.read(&mut piece) {
                said.extend_from_slice(&piece[..length]);
                if said.ends_with(question.as_bytes()) {
                    let _ = asked.send(());
                }
            }
            String::from_utf8(said).unwrap()
        });
        Self {
            child,
            keyboard,
            questions,
            screen,
        }
    }

    /// Waits for a question.
    pub(crate) fn wait(&mut self) {
        self.questions.recv_timeout(PATIENCE).unwrap();
    }

    pub(crate) fn answer(&mut self, text: &str) {
        self.keyboard.write_all(text.as_bytes()).unwrap();
    }

    pub(crate) fn interrupt(&self) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status().unwrap();
        assert!(sent.success());
    }

    /// The command's terminal. Whoever holds it keeps it from ending.
    pub(crate) fn terminal(&self) -> File {
        let name = ptsname(&self.keyboard, Vec::new()).unwrap();
        File::open(name.to_str().unwrap()).unwrap()
    }

    /// The exit code, when nothing else is of interest.
    pub(crate) fn exit(&mut self) -> i32 {
        self.child.wait().unwrap().code().unwrap()
    }

    /// The exit code, what is on the terminal, and stdout.
    pub(crate) fn end(mut self) -> (i32, String, String) {
        // Another question may be among what was said, and answered already.
        let ended = loop {
            match self.questions.recv_timeout(PATIENCE) {
                Ok(()) => {}
                Err(ended) => break ended,
            }
        };
        if ended != RecvTimeoutError::Disconnected {
            self.child.kill().unwrap();
        }
        let output = self.child.wait_with_output().unwrap();
        let said = self.screen.join().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        (output.status.code().unwrap(), said, stdout)
    }
}

#[test]
fn a_yes_sends_and_the_question_says_what() {
    let server = Recorded::json([r#"{"id":"5cf72f14a001"}"#]);
    let mut talk = Talk::begin(&server, &CREATE);
    talk.answer("y\n");
    let (exit, said, stdout) = talk.end();
    let question = format!(
        "buy 5 x A:B:C for P1Y for the customer {CUSTOMER} at {}/v1, with PARTNERCENTER_ACCESS_TOKEN? [y/N] ",
        server.base_url()
    );
    assert!(said.starts_with(&question), "{said}");
    assert!(said.contains("request id "), "{said}");
    assert_eq!((exit, server.sent().len()), (0, 1));
    assert_eq!(stdout, "{\n  \"id\": \"5cf72f14a001\"\n}\n");
}

#[test]
fn anything_else_sends_nothing() {
    // The last one is the end of the input.
    for answer in ["\n", "n\n", "no\n", "yeah\n", "\u{4}"] {
        let server = Recorded::json(["{}"]);
        for arguments in [&CREATE[..], &["api", "POST", "/customers"]] {
            let mut talk = Talk::begin(&server, arguments);
            talk.answer(answer);
            let (exit, said, stdout) = talk.end();
            assert_eq!((exit, server.sent().len()), (2, 0), "{answer:?}");
            assert!(said.contains("nothing was sent"), "{said}");
            assert!(!said.contains("request id"), "{said}");
            assert_eq!(stdout, "");
        }
    }
}

#[test]
fn an_interrupted_question_is_no_write() {
    let server = Recorded::json(["{}"]);
    let talk = Talk::begin(&server, &CREATE);
    talk.interrupt();
    let (exit, said, _) = talk.end();
    assert_eq!((exit, server.sent().len()), (130, 0));
    assert!(!said.contains("carried out"), "{said}");
}

/// What comes after the order's last line would be taken for the answer.
#[test]
fn nobody_is_asked_where_the_order_is_typed() {
    let order = r#"{"lineItems":[{"lineItemNumber":0,"offerId":"a","quantity":1}]}"#;
    let server = Recorded::json(["{}"]);
    for arguments in [
        &["order", "create", "--customer", CUSTOMER, "-f", "-"][..],
        &["api", "POST", "/customers", "-f", "-"],
    ] {
        let mut talk = Talk::start(&server, arguments);
        talk.answer(&format!("{order}\n\u{4}y\n"));
        let (exit, said, _) = talk.end();
        assert_eq!((exit, server.sent().len()), (2, 0), "{said}");
        assert!(said.contains("--yes") && !said.contains("[y/N]"), "{said}");
    }
}
