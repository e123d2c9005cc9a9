//! Tests of `xtask/src/test.rs`: which commands the arguments of `test` become.

use super::*;

fn lines(arguments: &[&str], missing: &[&Suite]) -> Vec<String> {
    let args = Test {
        require: Vec::new(),
        arguments: arguments.iter().copied().map(str::to_owned).collect(),
    };
    let shell = Shell::new().unwrap();
    let commands = commands(&args, missing, &shell);
    commands.iter().map(ToString::to_string).collect()
}

#[test]
fn arguments_of_the_harness_stay_behind_the_dashes() {
    let lines = lines(&["--package", "x", "--", "name"], &[]);
    let [line] = &lines[..] else { panic!("{lines:?}") };
    assert!(
        line.ends_with("--features ephemeral-postgres/docker --package x -- name"),
        "{line}"
    );
    assert!(!line.contains("--workspace"), "{line}");
}

#[test]
fn what_is_not_here_is_left_out_by_name() {
    let missing: Vec<_> = suites::SUITES.iter().collect();
    let lines = lines(&[], &missing);
    assert!(
        lines[0].ends_with("--workspace -- --skip docker:: --skip redis:: --skip mermaid_parser::"),
        "{lines:?}"
    );
    assert!(!lines[0].contains("ephemeral-postgres/docker"), "{lines:?}");
}

#[test]
fn all_stands_for_every_suite() {
    for (names, expected) in [
        ("redis npm", "redis,npm"),
        ("all", "docker,redis,mermaid"),
        ("", ""),
    ] {
        let names: Vec<_> = names.split_whitespace().map(str::to_owned).collect();
        assert_eq!(suites::written_out(&names).join(","), expected);
    }
}
