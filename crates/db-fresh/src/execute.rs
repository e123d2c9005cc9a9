//! From the command line to the exit code.

use std::{env, ffi::OsString, path::PathBuf, process::ExitCode};

use clap::Parser;

use crate::{
    cli::{Cli, Command, Common, Prove},
    commands,
    config::session_options,
    output::{self, Console, parse},
    program::Program,
    running::end_programs,
    signals::{CLEANING, listen},
};

/// The whole program: reads the command line of this process, runs what it asks for and says how the process should end.
///
/// Without a command it is the proof. What it prints names the program as it was called: `db-fresh`, `cargo db-fresh`, or for a
/// binary `xtask` of a workspace, `cargo xtask`.
pub fn main() -> ExitCode {
    if let Err(code) = begin() {
        return code;
    }
    let mut words: Vec<OsString> = env::args_os().collect();
    let path = words.first().map(PathBuf::from).unwrap_or_default();
    let program = Program::of_path(&path);
    // `cargo db-fresh` hands on its own name, and `cargo xtask db-fresh` is what users of a runner type.
    if words.get(1).is_some_and(|word| word == "db-fresh") {
        words.remove(1);
    }
    let Cli {
        prove,
        command,
        common,
    } = match parse(&program, words) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let command = match command {
        None => Command::Prove(prove),
        Some(command) if prove == plain() => command,
        Some(_) => {
            return output::refuse("flags of the proof do not go with a command: write them behind it");
        }
    };
    execute(&program, &common, command)
}

/// What a program that calls [`execute`] does before anything else: it listens to signals, since until then one would end the process
/// without a word, and sets aside what the environment says about sessions on other servers.
///
/// # Errors
/// The exit code, where the system refuses that. What there is to say has been printed.
pub fn begin() -> Result<(), ExitCode> {
    // This process has a single thread up to here.
    session_options::set_aside();
    listen().map_err(|error| output::fatal("cannot listen to signals", &error))
}

/// The proof without a flag.
fn plain() -> Prove {
    Cli::parse_from(["db-fresh"]).prove
}

/// Runs a command, and says how the process should end. [`begin`] comes first.
pub fn execute(program: &Program, common: &Common, command: Command) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return output::fatal("cannot start the runtime", &error),
    };
    let ended = runtime.block_on(run(program, common, command));
    // Tasks that still wait for a silent server must not hold the process back.
    runtime.shutdown_background();
    ended
}

async fn run(program: &Program, common: &Common, command: Command) -> ExitCode {
    let console = Console::new(program.clone(), &common.speech);
    let mut code = match commands::run(command, &common.variables, &console).await {
        Ok(code) => code,
        Err(failure) => {
            console.failure(&failure);
            failure.exit().into()
        }
    };
    end_programs().await;
    console.left(&ephemeral_postgres::clean_up(CLEANING).await);
    if let Some(failure) = console.unwritten() {
        console.failure(&failure);
        // What went wrong before says more.
        if code == ExitCode::SUCCESS {
            code = failure.exit().into();
        }
    }
    code
}
