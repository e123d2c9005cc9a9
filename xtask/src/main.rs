//! The runner: `cargo xtask db-fresh` and the commands beside it.
//!
//! This file only reads the command line, hands over to the command and turns its outcome into an exit code.
//! Flags live in `cli`, the order of steps in `db_fresh` and `commands`, every printed line in `output`.

mod cli;
mod commands;
mod config;
mod db_fresh;
mod exit;
mod failure;
mod output;
mod project;
mod revision;
mod server;

use std::process::ExitCode;

use clap::Parser;

use crate::{cli::Cli, output::Console};

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => return output::usage(&usage),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return output::fatal(&anyhow::Error::new(error).context("cannot start the runtime")),
    };
    let ended = runtime.block_on(run(cli));
    // Tasks that are still waiting for a silent server must not hold the process back.
    runtime.shutdown_background();
    ended
}

async fn run(cli: Cli) -> ExitCode {
    let console = Console::new(&cli.speech);
    match commands::run(cli.command, &cli.variables, &console).await {
        Ok(code) => code,
        Err(failure) => {
            console.failure(&failure);
            failure.exit.into()
        }
    }
}
