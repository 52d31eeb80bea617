//! `pcorders`: the orders of Microsoft Partner Center from a shell.
//!
//! Data goes to stdout, all else to stderr. The exit code says what happened; the README has the table.

mod api;
mod args;
mod ask;
mod attachment;
mod auth;
mod change;
mod config;
mod connect;
mod credential;
mod dry_run;
mod explain;
mod failure;
mod line_item;
mod listing;
mod login;
mod next_command;
mod order;
mod output;
mod profiles;
mod purchase;
mod question;
mod secrets;
mod simulator;
mod state;
mod status;
mod target;
mod variables;
mod write;

use std::pin::pin;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::args::{Args, ErrorVerb, Noun, SimulatorVerb};
use crate::failure::Failure;
use crate::output::{Format, Output, say};
use crate::secrets::known::hidden;
use crate::secrets::store::settled;
use crate::variables::Variables;

/// How long an interrupted command may take to clean up.
const CLEANING_UP: Duration = Duration::from_millis(250);

fn main() -> ExitCode {
    // The secrets of the environment are known before anything is printed.
    Variables::of_process();
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let output = Output::new(args.format());
    let format = output.format();
    let (begun, is_service) = (args.begun(), args.is_service());
    let done = runtime().map(|runtime| {
        runtime.block_on(async {
            let (stop, stopped) = oneshot::channel();
            let mut interrupts = Interrupts::listen();
            let mut work = pin!(on_own_thread(args, output, stopped));
            let done = tokio::select! {
                biased;
                () = interrupts.next() => None,
                done = &mut work => Some(done),
            };
            let cleaned_up = async {
                if done.is_none() {
                    // A file that was begun is removed, unless the thread is busy with something that cannot be stopped.
                    drop(stop);
                    let _ = tokio::time::timeout(CLEANING_UP, work).await;
                }
                settled().await;
            };
            tokio::select! {
                // Whoever interrupts once more does not want to wait.
                () = interrupts.next() => {}
                () = cleaned_up => {}
            }
            done
        })
    });
    match done {
        Ok(Some(Ok(()))) => ExitCode::SUCCESS,
        Ok(Some(Err(failure))) | Err(failure) => failure.report(format),
        Ok(None) if is_service => ExitCode::from(failure::INTERRUPTED),
        Ok(None) => Failure::interrupted(begun.id()).report(format),
    }
}

/// Somebody wants the command to end, by Ctrl-C or by a polite kill. A closed terminal is not listened to: `nohup` has it
/// ignored. Where it cannot be heard, the command works all the same.
struct Interrupts {
    #[cfg(unix)]
    signals: Option<[tokio::signal::unix::Signal; 2]>,
}

impl Interrupts {
    /// Heard from now on, so that none is lost between two of them.
    #[cfg(unix)]
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let ends = [SignalKind::interrupt(), SignalKind::terminate()];
        let signals = match ends.map(signal) {
            [Ok(interrupt), Ok(terminate)] => Some([interrupt, terminate]),
            _ => None,
        };
        Self { signals }
    }

    #[cfg(not(unix))]
    fn listen() -> Self {
        Self {}
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some([interrupt, terminate]) = &mut self.signals {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

fn runtime() -> Result<Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.map_err(|error| Failure::other("runtime", "the runtime cannot be started", error))
}

/// Does the work where it may block: while it decodes much, waits for a reader or looks up a name, an interrupt must
/// still be heard. The thread is not waited for when it is no longer of interest.
async fn on_own_thread(
    args: Args,
    output: Output,
    stopped: oneshot::Receiver<()>,
) -> Result<(), Failure> {
    let begun = args.begun();
    let (report, reported) = oneshot::channel();
    std::thread::spawn(move || match runtime() {
        Ok(runtime) => {
            runtime.block_on(async {
                let done = tokio::select! {
                    biased;
                    // Nothing is ever sent: the other end is dropped.
                    _ = stopped => Ok(()),
                    done = run(args, output) => done,
                };
                // Sent before the runtime is dropped, which would wait for a look-up that cannot be cancelled.
                let _ = report.send(done);
                // A renewal under way needs the runtime.
                settled().await;
            });
        }
        Err(failure) => {
            let _ = report.send(Err(failure));
        }
    });
    reported
        .await
        .unwrap_or_else(|error| Err(Failure::broken_off(error, begun.id().is_some())))
}

async fn run(args: Args, mut output: Output) -> Result<(), Failure> {
    let may_write = args.may_write();
    let Args {
        connection, noun, ..
    } = args;
    match noun {
        Noun::Auth(verb) => auth::run(verb, &connection, &mut output).await,
        Noun::Error(ErrorVerb::Explain(explain)) => explain::run(&explain, &mut output),
        Noun::Simulator(SimulatorVerb::Serve(serve)) => simulator::serve(serve, &mut output).await,
        Noun::Simulator(SimulatorVerb::Reset) => simulator::reset(),
        Noun::Order(verb) => {
            let connected = connect::connect(&connection, may_write).await?;
            let done = order::run(verb, &connected, &mut output).await;
            done.map_err(|failure| connected.explain(failure))
        }
        Noun::Api(api) => {
            let connected = connect::connect(&connection, may_write).await?;
            let done = api::run(api, &connected, &mut output).await;
            done.map_err(|failure| connected.explain(failure))
        }
    }
}

/// Help and version are answers; everything else that the parser says is a mistake in the arguments.
fn usage(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        // A closed pipe is the reader's business.
        let _ = error.print();
        return ExitCode::SUCCESS;
    }
    let format = Format::from_raw(std::env::args_os());
    if format == Format::Table {
        let text = error.to_string();
        let hidden = hidden(text.clone());
        // A secret that was given as an argument is not said once more.
        if hidden == text {
            let _ = error.print();
        } else {
            say(&hidden);
        }
        return ExitCode::from(failure::USAGE);
    }
    if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::usage("say what to do: --help lists the commands").report(format);
    }
    // What is wrong comes first, then an empty line, then usage and advice.
    let text = error.to_string();
    let lines = text.lines().map(str::trim);
    let wrong: Vec<&str> = lines.clone().take_while(|line| !line.is_empty()).collect();
    let wrong = wrong.join(" ");
    let tip = lines.clone().find_map(|line| line.strip_prefix("tip: "));
    Failure::usage(wrong.strip_prefix("error: ").unwrap_or(&wrong))
        .with_hint(tip.map(str::to_owned))
        .report(format)
}
