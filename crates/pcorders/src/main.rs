//! `pcorders`: the orders of Microsoft Partner Center from a shell.
//!
//! Data goes to stdout, all else to stderr. The exit code says what happened; the README has the table.

mod args;
mod connect;
mod failure;
mod order;
mod output;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Args, Noun};
use crate::failure::Failure;
use crate::output::{Format, Output};

const INTERRUPTED: u8 = 130;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => return usage(&error),
    };
    let output = Output::new(args.format());
    let runtime = match tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => {
            return Failure::other("runtime", "the runtime cannot be started", error)
                .report(output.format());
        }
    };
    let format = output.format();
    let done = runtime.block_on(async {
        tokio::select! {
            done = run(args, output) => Some(done),
            _ = tokio::signal::ctrl_c() => None,
        }
    });
    match done {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(failure)) => failure.report(format),
        None => ExitCode::from(INTERRUPTED),
    }
}

async fn run(args: Args, mut output: Output) -> Result<(), Failure> {
    let Args {
        connection,
        noun: Noun::Order(order),
        ..
    } = args;
    let connected = connect::connect(&connection).await?;
    order::run(order, &connected, &mut output).await
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
        let _ = error.print();
        return ExitCode::from(failure::USAGE);
    }
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    Failure::usage(first.strip_prefix("error: ").unwrap_or(first)).report(format)
}
