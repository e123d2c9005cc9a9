//! The runner as contributors meet it: the commands of db-fresh beside the chores.

use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.args(arguments).env_remove("DB_FRESH_REQUIRE");
    command
}

fn ended(command: &mut Command) -> (Option<i32>, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout) + &text(stderr))
}

#[test]
fn what_is_required_and_not_installed_is_127_with_the_way_to_get_it() {
    let nothing = tempfile::tempdir().unwrap();
    for (arguments, variable) in [
        (&["test", "--require", "all"][..], ""),
        (&["test"], "docker,redis"),
    ] {
        let mut command = run(arguments);
        command.env("PATH", nothing.path()).env_remove("DOCKER_HOST");
        if !variable.is_empty() {
            command.env("DB_FRESH_REQUIRE", variable);
        }
        let (code, said) = ended(&mut command);
        assert_eq!(code, Some(127), "{said}");
        for part in [
            "docker is required",
            ".ci/docker-engine start",
            "redis is required",
            "cargo xtask setup",
        ] {
            assert!(said.contains(part), "{part}\n{said}");
        }
    }
}

#[test]
fn a_suite_that_does_not_exist_is_wrong_usage() {
    let (code, said) = ended(&mut run(&["test", "--require", "rediss"]));
    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("docker, redis, mermaid, npm, all"), "{said}");
}

#[test]
fn the_chores_stand_beside_the_commands_of_the_product() {
    let (code, said) = ended(&mut run(&["--help"]));
    assert_eq!(code, Some(0));
    for command in ["db-fresh", "migrate", "setup", "test", "fuzz", "tidy", "ci"] {
        let line = format!("\n  {command} ");
        assert!(said.contains(&line), "{command}\n{said}");
    }
}
