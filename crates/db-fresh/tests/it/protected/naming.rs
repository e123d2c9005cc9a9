//! How an environment is named, and which names are those of protected ones.

use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

use super::support::Place;

const MIGRATE: [&str; 2] = ["migrate", "--yes"];

#[test]
fn app_env_in_the_file_of_env_counts() {
    let place = Place::new();
    // Without it, nothing said would be protected as well.
    place
        .project
        .write("db-fresh.toml", "default_environment = \"development\"\n");
    for text in [
        "APP_ENV=production\n",
        "export APP_ENV='production'\r\n",
        "OTHER=1\nAPP_ENV= prd \n",
    ] {
        place.project.write("migrate.env", text);
        let ended = place.run(&["migrate", "--yes", "--env", "migrate.env"]);
        assert_eq!(ended.code, 0, "{text}: {}", ended.stderr);
        assert!(
            ended.stderr.contains("left out 2_fake.up.sql"),
            "{text}: {}",
            ended.stderr
        );
        assert!(!place.has("fake"));
    }
}

#[test]
fn names_of_production_and_unknown_names_are_protected_however_they_are_spelled() {
    let place = Place::new();
    for name in [
        " production",
        "PRODUCTION\t",
        "PRD",
        "live",
        "Prod",
        "\u{a0}production\u{3000}",
        "qa",
        "eu-west",
        "d\u{200b}ev",
    ] {
        for ended in [
            place.run(&["migrate", "--yes", "--environment", name]),
            place.run_in(name, &MIGRATE),
        ] {
            assert_eq!(ended.code, 0, "{name:?}: {}", ended.stderr);
            assert!(
                ended.stderr.contains("left out 2_fake.up.sql"),
                "{name:?}: {}",
                ended.stderr
            );
        }
    }
    assert!(!place.has("fake"));
}

#[test]
fn nothing_said_is_protected_and_can_be_said_later() {
    let place = Place::new();
    for ended in [
        place.run(&MIGRATE),
        place.run_in("", &MIGRATE),
        place.run_in(" \t", &MIGRATE),
    ] {
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        for part in [
            "left out 2_fake.up.sql",
            "the environment is not named",
            "--environment NAME",
            "APP_ENV",
            "default_environment",
        ] {
            assert!(ended.stderr.contains(part), "{part}: {}", ended.stderr);
        }
        assert!(!place.has("fake"));
    }
    let plan = place.run(&["plan"]);
    assert!(plan.stdout.contains("left out 2_fake.up.sql"), "{}", plan.stdout);
    let document: serde_json::Value = serde_json::from_str(&place.run(&["plan", "--json"]).stdout).unwrap();
    assert_eq!(document["left_out"][0]["file"], "2_fake.up.sql");

    let ended = place.run(&["migrate", "--yes", "--environment", "development"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(place.has("fake"));
}

#[test]
fn what_is_not_text_is_not_nothing() {
    let place = Place::new();
    place
        .project
        .write("db-fresh.toml", "default_environment = \"development\"\n");
    let ended = place.run_in(OsStr::from_bytes(b"production\xff"), &MIGRATE);
    assert_eq!(ended.code, 64, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("error[config/not-text]") && ended.stderr.contains("APP_ENV"),
        "{}",
        ended.stderr
    );
    assert!(!place.has("fake"));
    place.refuses(
        &["migrate", "--yes", "--environment", ""],
        64,
        "usage/blank-environment",
    );
}

#[test]
fn a_default_holds_where_nothing_else_is_said() {
    let place = Place::new();
    place
        .project
        .write("db-fresh.toml", "default_environment = \"development\"\n");
    let ended = place.run_in("production", &["plan"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(
        ended.stdout.contains("left out 2_fake.up.sql"),
        "{}",
        ended.stdout
    );
    assert_eq!(place.run(&MIGRATE).code, 0);
    assert!(place.has("fake"));
}

#[test]
fn an_environment_is_configured_once_and_production_is_never_open() {
    let place = Place::new();
    for (text, error) in [
        (
            "[[environment]]\nname = \"production\"\nprotected = false\n",
            "config/open-production",
        ),
        (
            "[[environment]]\nname = \" Live\"\nprotected = false\n",
            "config/open-production",
        ),
        (
            "[[environment]]\nname = \"eu-prod1\"\nprotected = false\n",
            "config/open-production",
        ),
        (
            "[[environment]]\nname = \"dev\"\nprotected = true\n[[environment]]\nname = \"Development\"\nprotected = false\n",
            "config/duplicate-environment",
        ),
        (
            "[[environment]]\nname = \"prod\"\n[[environment]]\nname = \"production \"\n",
            "config/duplicate-environment",
        ),
        ("[[environment]]\nname = \" \"\n", "config/unnamed-environment"),
        ("default_environment = \"\"\n", "config/unnamed-environment"),
    ] {
        place.project.write("db-fresh.toml", text);
        place.refuses(&MIGRATE, 64, error);
    }
    let configured = "[[environment]]\nname = \"production\"\n[[environment]]\nname = \"development\"\nprotected = true\n\
        [[environment]]\nname = \"qa\"\nprotected = false\n";
    place.project.write("db-fresh.toml", configured);
    for name in ["production", "prd", "dev", "local"] {
        let ended = place.run_in(name, &["plan"]);
        assert!(
            ended.stdout.contains("left out 2_fake.up.sql"),
            "{name}: {}",
            ended.stdout
        );
    }
    // It is open, and what is for `dev` and `test` alone is not for it.
    let open = place.run_in("QA", &["rollback", "--dry-run"]);
    assert_eq!(open.code, 0, "{}", open.stderr);
    let plan = place.run_in("QA", &["plan"]);
    assert!(plan.stdout.contains("this is `QA`"), "{}", plan.stdout);
}
