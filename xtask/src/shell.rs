//! How this runner starts other programs.

use std::process::{Command, Stdio};

use anyhow::Context as _;
use xshell::{Cmd, Shell};

/// A shell at the workspace's root, wherever in it the runner was called.
pub(crate) fn at_root() -> anyhow::Result<Shell> {
    let metadata = cargo_metadata::MetadataCommand::new().no_deps().exec();
    let root = metadata.context("cannot read the workspace")?.workspace_root;
    let shell = Shell::new().context("cannot find the current folder")?;
    shell.change_dir(root);
    Ok(shell)
}

/// Runs it to its end, its output where this runner's goes, and says whether it succeeded.
///
/// It does not see what cargo told this runner about itself: a cargo that sees it compiles again what one at the terminal has compiled.
pub(crate) fn succeeds(command: Cmd<'_>) -> anyhow::Result<bool> {
    let line = command.to_string();
    eprint(&format!("$ {line}"));
    let mut command = Command::from(command);
    db_fresh::hide_the_runner(&mut command);
    let status = command.status().with_context(|| format!("cannot run `{line}`"))?;
    Ok(status.success())
}

/// Whether a program is there: whether it answers to this argument.
pub(crate) fn answers(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    let command = command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A line for people.
#[expect(clippy::print_stderr, reason = "the one place where the runner speaks")]
pub(crate) fn eprint(line: &str) {
    eprintln!("{line}");
}
