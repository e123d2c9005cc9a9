//! The runner of this workspace: the commands of db-fresh, and the chores of this repository beside them.

mod ci;
mod fuzz;
mod setup;
mod shell;
mod suites;
mod test;
mod tidy;

use std::{env, process::ExitCode};

use clap::{Parser, Subcommand};
use db_fresh::{
    Program,
    cli::{Command, Common, Prove},
};

/// Proves that the database of this workspace can be built from nothing, and does the workspace's chores
#[derive(Debug, Parser)]
#[command(version, after_help = db_fresh::cli::EXIT_CODES, disable_help_subcommand = true, max_term_width = 110)]
#[command(mut_subcommand("prove", |prove| prove.hide(true)))]
struct Cli {
    #[command(subcommand)]
    command: Chore,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Subcommand)]
enum Chore {
    /// Build the reference database from nothing on a private server and prove it
    DbFresh(Prove),
    #[command(flatten)]
    Product(Command),
    /// Install what the tests need beside Rust
    Setup,
    /// Run the workspace's tests
    Test(test::Test),
    /// Fuzz everything that reads files, for a minute
    Fuzz(fuzz::Fuzz),
    /// Find files that import each other in a circle, or do not say what they are for
    Tidy(tidy::Tidy),
    /// Everything that CI checks: format, tidy, lints, db-fresh, tests, a minute of fuzzing
    Ci,
}

fn main() -> ExitCode {
    if let Err(code) = db_fresh::begin() {
        return code;
    }
    let program = Program::runner("cargo xtask", "db-fresh")
        .built_with_containers_by("run --quiet --package xtask --features docker --");
    let Cli { command, common } = match db_fresh::parse(&program, env::args_os()) {
        Ok(cli) => cli,
        Err(code) => return code,
    };
    let ended = match command {
        Chore::DbFresh(args) => return db_fresh::execute(&program, &common, Command::Prove(args)),
        Chore::Product(command) => return db_fresh::execute(&program, &common, command),
        Chore::Setup => setup::run(),
        Chore::Test(args) => test::run(&args),
        Chore::Fuzz(args) => fuzz::run(&args),
        Chore::Tidy(args) => tidy::run(&args),
        Chore::Ci => ci::run(),
    };
    ended.unwrap_or_else(|error| {
        shell::eprint(&format!("error: {error:#}"));
        ExitCode::FAILURE
    })
}
