//! How the program was called, so that every command that it names can be run as it stands.

use std::{fmt, path::Path};

/// The words that call this program: `db-fresh`, `cargo db-fresh`, `cargo xtask`.
///
/// Inside this crate a command is always written as the program `db-fresh` has it: `` `db-fresh wait` ``, and plain `` `db-fresh` `` for
/// the proof. [`Program::spell`] turns that into the words of the caller, in the one place where text is printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    name: String,
    proof: String,
    with_containers: Option<&'static str>,
}

impl Program {
    /// A program that is called by these words and whose proof is the call without a command.
    pub fn named(name: impl Into<String>) -> Self {
        let name = name.into();
        Self {
            proof: name.clone(),
            name,
            with_containers: None,
        }
    }

    /// A runner in which the proof is a command beside others: `cargo xtask db-fresh`.
    pub fn runner(name: impl Into<String>, proof: &str) -> Self {
        let name = name.into();
        Self {
            proof: format!("{name} {proof}"),
            name,
            with_containers: None,
        }
    }

    /// The program of this path, the first of a process's arguments: `cargo-db-fresh` is called as `cargo db-fresh`, `xtask` as
    /// `cargo xtask`, and every other one by its own name.
    pub fn of_path(path: &Path) -> Self {
        let stem = path
            .file_stem()
            .map_or("db-fresh".into(), |stem| stem.to_string_lossy());
        match stem.strip_prefix("cargo-") {
            Some(command) => Self::named(format!("cargo {command}")),
            None if stem == "xtask" => Self::named("cargo xtask"),
            None => Self::named(stem),
        }
    }

    /// The same program, which cargo builds and runs with containers by these words: `run --package xtask --features docker --`.
    #[must_use]
    pub fn built_with_containers_by(mut self, cargo: &'static str) -> Self {
        self.with_containers = Some(cargo);
        self
    }

    pub(crate) fn with_containers(&self) -> Option<&'static str> {
        self.with_containers
    }

    /// The words that run the proof.
    pub fn proof(&self) -> &str {
        &self.proof
    }

    /// The text with every command in backticks written as this program is called.
    pub fn spell(&self, text: &str) -> String {
        text.replace("`db-fresh`", &format!("`{}`", self.proof))
            .replace("`db-fresh --", &format!("`{} --", self.proof))
            .replace("`db-fresh ", &format!("`{} ", self.name))
    }

    /// The same for help, where an example stands on a line of its own, variables before it included.
    pub(crate) fn spell_help(&self, text: &str) -> String {
        let lines = text.split('\n').map(|line| {
            let Some(at) = line.find("db-fresh").filter(|at| is_command(&line[..*at])) else {
                return self.spell(line);
            };
            let (before, rest) = (&line[..at], &line[at + "db-fresh".len()..]);
            match rest.strip_prefix(' ') {
                Some(words) if !words.trim_start().starts_with('-') && !words.starts_with(' ') => {
                    format!("{before}{} {words}", self.name)
                }
                _ => format!("{before}{}{rest}", self.proof),
            }
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

/// Whether what stands before the program on a line leaves it a command: an indentation, and settings of variables.
fn is_command(before: &str) -> bool {
    before.starts_with("  ") && before.split_whitespace().all(|word| word.contains('='))
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_spelled_as_the_program_was_called() {
        let hint = "`db-fresh` proves it, `db-fresh --keep` keeps it, `db-fresh migrate --yes` applies; see `db-fresh.toml`";
        let xtask = Program::runner("cargo xtask", "db-fresh");
        assert_eq!(
            xtask.spell(hint),
            "`cargo xtask db-fresh` proves it, `cargo xtask db-fresh --keep` keeps it, `cargo xtask migrate --yes` applies; see `db-fresh.toml`"
        );
        assert_eq!(Program::named("db-fresh").spell(hint), hint);
        assert_eq!(
            Program::named("cargo db-fresh").spell("`db-fresh wait`"),
            "`cargo db-fresh wait`"
        );
    }

    #[test]
    fn examples_in_help_are_commands_on_lines_of_their_own() {
        let xtask = Program::runner("cargo xtask", "db-fresh");
        for (written, shown) in [
            (
                "  db-fresh --on local -- psql",
                "  cargo xtask db-fresh --on local -- psql",
            ),
            ("  db-fresh migrate --yes", "  cargo xtask migrate --yes"),
            ("  A=b db-fresh provision", "  A=b cargo xtask provision"),
            (
                "  db-fresh      the proof",
                "  cargo xtask db-fresh      the proof",
            ),
            ("a folder with a db-fresh.toml", "a folder with a db-fresh.toml"),
        ] {
            assert_eq!(xtask.spell_help(written), shown);
        }
    }

    #[test]
    fn a_program_is_called_by_its_file() {
        for (path, name) in [
            ("/usr/bin/db-fresh", "db-fresh"),
            ("/home/a/.cargo/bin/cargo-db-fresh", "cargo db-fresh"),
            ("target/debug/xtask", "cargo xtask"),
            ("tool", "tool"),
        ] {
            assert_eq!(Program::of_path(Path::new(path)).to_string(), name);
        }
    }
}
