//! `fuzz`: builds and runs the fuzzer of everything that reads files, `crates/db-fresh/fuzz`.

use std::{env, process::ExitCode};

use anyhow::{Context as _, bail};
use xshell::cmd;

use crate::shell;

/// `fuzz`
#[derive(Debug, clap::Args)]
#[command(disable_help_flag = true)]
pub(crate) struct Fuzz {
    /// Flags of the fuzzer: `--seed N`, `--seconds S`, `--target NAME`; `--help` lists all
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Runs the fuzzer and ends as it did.
pub(crate) fn run(args: &Fuzz) -> anyhow::Result<ExitCode> {
    let shell = shell::at_root()?;
    // Together with the runner's own package it has the same features, so that little is compiled that is not there already.
    let build = cmd!(
        shell,
        "cargo build --quiet --package xtask --package db-fresh --example fuzz"
    );
    if !shell::succeeds(build)? {
        bail!("the fuzzer cannot be built");
    }
    let this = env::current_exe().context("cannot find the running program")?;
    let (fuzz, arguments) = (this.with_file_name("examples").join("fuzz"), &args.arguments);
    Ok(ExitCode::from(u8::from(!shell::succeeds(cmd!(
        shell,
        "{fuzz} {arguments...}"
    ))?)))
}
