//! `setup`: installs what the tests need beside Rust, where it may.

use std::process::ExitCode;

use anyhow::{Context as _, bail};
use xshell::{Cmd, Shell, cmd};

use crate::{
    shell::{self, answers, eprint},
    suites,
};

type Program = (&'static str, &'static str, fn() -> bool);

/// What tests start: the packages that have it, of apt-get and of brew, and whether it is here.
const PROGRAMS: [Program; 5] = [
    ("postgresql", "postgresql@17", || suites::config().has_programs()),
    ("redis-server", "redis", || {
        answers("redis-server", &["--version"])
    }),
    ("pgbouncer", "pgbouncer", || answers("pgbouncer", &["--version"])),
    ("openssl", "openssl", || answers("openssl", &["version"])),
    ("npm", "node", || {
        answers("npm", &["--version"]) && answers("node", &["--version"])
    }),
];

/// Installs what is missing: as root with apt-get, or with brew. Elsewhere it fails and says what to install. Mermaid comes from npm.
pub(crate) fn run() -> anyhow::Result<ExitCode> {
    let shell = Shell::new().context("cannot find the current folder")?;
    let installed = programs(&shell)?;
    if suites::has_mermaid() {
        if !installed {
            eprint("everything that the tests need is installed");
        }
    } else {
        run_all(vec![cmd!(
            shell,
            "npm install --prefix target/mermaid --no-audit --no-fund mermaid@11"
        )])?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Installs programs that are missing, and says whether there were any.
fn programs(shell: &Shell) -> anyhow::Result<bool> {
    let missing = PROGRAMS.iter().filter(|(.., is_here)| !is_here());
    let (apt, brew): (Vec<_>, Vec<_>) = missing.map(|(apt, brew, _)| (*apt, *brew)).unzip();
    if apt.is_empty() {
        return Ok(false);
    }
    let commands = if answers("brew", &["--version"]) {
        vec![cmd!(shell, "brew install {brew...}")]
    } else if is_root(shell) && answers("apt-get", &["--version"]) {
        shell.set_var("DEBIAN_FRONTEND", "noninteractive");
        vec![
            cmd!(shell, "apt-get update -qq"),
            cmd!(shell, "apt-get install -y -qq --no-install-recommends {apt...}"),
        ]
    } else {
        bail!(
            "not installed: install it as root with `apt-get install {}`",
            apt.join(" ")
        );
    };
    run_all(commands)?;
    Ok(true)
}

fn run_all(commands: Vec<Cmd<'_>>) -> anyhow::Result<()> {
    for command in commands {
        let line = command.to_string();
        if !shell::succeeds(command)? {
            bail!("`{line}` failed");
        }
    }
    Ok(())
}

fn is_root(shell: &Shell) -> bool {
    cmd!(shell, "id -u").quiet().read().is_ok_and(|id| id == "0")
}
