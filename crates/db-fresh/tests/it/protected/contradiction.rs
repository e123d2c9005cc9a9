//! Different environments by flag, variable, file and configuration: refused where one of them is protected.

use super::support::Place;
use crate::reference::Ended;

/// What flag, process, file and configuration say.
type Said<'s> = [Option<&'s str>; 4];

fn run(place: &Place, command: &[&str], said: Said<'_>) -> Ended {
    let [flag, process, file, default] = said;
    let file = file.map(|name| format!("APP_ENV={name}\n"));
    place.project.write("of.env", file.as_deref().unwrap_or("A=1\n"));
    let default = default.map(|name| format!("default_environment = \"{name}\"\n"));
    place
        .project
        .write("db-fresh.toml", default.as_deref().unwrap_or(""));
    let mut arguments = command.to_vec();
    arguments.extend(["--env", "of.env"]);
    arguments.extend(flag.iter().flat_map(|name| ["--environment", name]));
    match process {
        Some(name) => place.run_in(name, &arguments),
        None => place.run(&arguments),
    }
}

#[test]
fn each_pair_that_differs_with_one_protected_is_refused_and_says_who_says_what() {
    let place = Place::new();
    let before = place.fingerprint();
    let (dev, prod) = (Some("development"), Some("production"));
    let cases: [(Said<'_>, &[&str]); 11] = [
        ([dev, prod, None, None], &["--environment:", "APP_ENV:"]),
        ([prod, dev, None, None], &["--environment:", "APP_ENV:"]),
        ([dev, None, prod, None], &["--environment:", "APP_ENV in of.env:"]),
        ([prod, None, dev, None], &["--environment:", "APP_ENV in of.env:"]),
        ([None, dev, prod, None], &["APP_ENV:", "APP_ENV in of.env:"]),
        ([None, prod, dev, None], &["APP_ENV:", "APP_ENV in of.env:"]),
        (
            [dev, None, None, prod],
            &["--environment:", "default_environment in db-fresh.toml:"],
        ),
        ([None, dev, None, prod], &["APP_ENV:", "default_environment"]),
        (
            [None, None, dev, prod],
            &["APP_ENV in of.env:", "default_environment"],
        ),
        (
            [Some("test"), Some("qa"), None, dev],
            &["test", "qa", "development"],
        ),
        ([Some("dev"), Some("dev"), Some(" LIVE "), None], &["LIVE"]),
    ];
    for (said, parts) in cases {
        for command in [
            &["migrate", "--yes"][..],
            &["migrate"],
            &["plan"],
            &["status"],
            &["rollback"],
            &["provision"],
            &["seed"],
            &["preflight"],
        ] {
            let ended = run(&place, command, said);
            assert_eq!(ended.code, 64, "{command:?} {said:?}: {}", ended.stderr);
            for part in parts
                .iter()
                .chain(&["error[usage/environments-contradict]", "hint:"])
            {
                assert!(
                    ended.stderr.contains(part),
                    "{command:?} {said:?}: {part}\n{}",
                    ended.stderr
                );
            }
        }
    }
    assert_eq!(place.fingerprint(), before);
}

#[test]
fn two_lines_of_a_file_contradict_each_other_too() {
    let place = Place::new();
    place
        .project
        .write("of.env", "APP_ENV=production\nAPP_ENV=development\n");
    place.refuses(
        &["migrate", "--yes", "--env", "of.env"],
        64,
        "usage/environments-contradict",
    );
}

#[test]
fn what_agrees_or_is_open_everywhere_is_no_contradiction() {
    let place = Place::new();
    for said in [
        [Some("production"), Some("PRD"), Some(" prod"), Some("live")],
        [Some("production"), None, None, Some("development")],
        [Some("dev"), Some("test"), Some("staging"), None],
        [Some("dev"), Some(""), None, None],
        [None, Some("eu"), None, Some("production")],
    ] {
        let ended = run(&place, &["plan"], said);
        assert_eq!(ended.code, 0, "{said:?}: {}", ended.stderr);
    }
}
