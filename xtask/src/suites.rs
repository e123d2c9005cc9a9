//! Tests that need more than a server: whether what they need is here, and how to get it.

use std::{env, path::Path};

use ephemeral_postgres::Config;

use crate::shell::answers;

/// Some of the tests.
pub(crate) struct Suite {
    /// What it needs.
    pub(crate) name: &'static str,
    /// What the names of its tests have in them.
    pub(crate) filter: &'static str,
    /// How to get what it needs.
    pub(crate) hint: &'static str,
    is_here: fn() -> bool,
}

/// All of them.
pub(crate) const SUITES: [Suite; 3] = [
    Suite {
        name: "docker",
        filter: "docker::",
        hint: "`eval \"$(.ci/docker-engine start)\"`",
        is_here: || config().has_engine() && answers("docker", &["version"]),
    },
    Suite {
        name: "redis",
        filter: "redis::",
        hint: "`cargo xtask setup`, or `apt-get install redis-server`",
        is_here: || answers("redis-server", &["--version"]),
    },
    Suite {
        name: "mermaid",
        filter: "mermaid_parser::",
        hint: "`cargo xtask setup`, with npm",
        is_here: has_mermaid,
    },
];

/// Whether Mermaid's parser is here, and what runs it.
pub(crate) fn has_mermaid() -> bool {
    Path::new("target/mermaid/node_modules/mermaid").is_dir() && answers("node", &["--version"])
}

/// Where a server comes from.
pub(crate) fn config() -> Config {
    Config::from_variables(&|name: &str| env::var_os(name))
}

/// Those that cannot run here.
pub(crate) fn missing() -> Vec<&'static Suite> {
    SUITES.iter().filter(|suite| !(suite.is_here)()).collect()
}

/// The names that `--require` takes. Tests that fetch programs with npm find out by themselves whether they can.
pub(crate) fn names() -> Vec<&'static str> {
    SUITES
        .iter()
        .map(|suite| suite.name)
        .chain(["npm", "all"])
        .collect()
}

/// These names, `all` written out.
pub(crate) fn written_out(names: &[String]) -> Vec<&str> {
    let all = names.iter().any(|name| name == "all");
    let all = SUITES.iter().map(|suite| suite.name).filter(|_| all);
    all.chain(names.iter().map(String::as_str).filter(|name| *name != "all"))
        .collect()
}
