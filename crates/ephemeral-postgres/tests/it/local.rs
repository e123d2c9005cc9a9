//! A private server: its settings, its cache, its end.

use std::{fs::Permissions, os::unix::fs::PermissionsExt, process::Command, time::Duration};

use diagnostic::Explain;
use ephemeral_postgres::{Choice, Config, Error, Provider, SETTINGS, acquire};
use sqlx::postgres::PgConnectOptions;

use crate::{
    support::{Place, ask, hold, installation, servers_in},
    wait::until_empty,
};

#[tokio::test]
async fn every_setting_of_the_table_is_in_force() {
    let place = Place::new();
    let server = place.start().await;
    for setting in SETTINGS {
        let question = Box::leak(format!("SHOW {}", setting.name).into_boxed_str());
        assert_eq!(
            ask(server.options(), question).await.unwrap(),
            setting.value,
            "{}",
            setting.name
        );
    }
    assert_eq!(ask(server.options(), "SHOW listen_addresses").await.unwrap(), "");
    server.stop().await;
}

#[tokio::test]
async fn a_server_that_is_stopped_leaves_nothing() {
    let place = Place::new();
    let server = place.start().await;
    assert_eq!(server.provider(), Provider::Local);
    assert!(!place.left().is_empty());
    assert!(!servers_in(place.folder.path()).is_empty());
    let options = server.options().clone();
    server.stop().await;
    place.is_left_clean().await;
    ask(&options, "SHOW server_version").await.unwrap_err();
}

#[tokio::test]
async fn the_second_start_copies_what_initdb_made_at_the_first() {
    let mut place = Place::new();
    let cache = tempfile::tempdir().unwrap();
    place.config.cache = Some(cache.path().join("nested/cache"));
    place.start().await.stop().await;
    let made: Vec<_> = std::fs::read_dir(cache.path().join("nested/cache"))
        .unwrap()
        .flatten()
        .collect();
    assert_eq!(
        made.len(),
        1,
        "one data directory and nothing half-made: {made:?}"
    );

    // A setting that is put into the cached copy is in force only in a server that was made from it.
    let settings = made[0].path().join("postgresql.auto.conf");
    std::fs::write(settings, "cluster_name = 'from the cache'\n").unwrap();
    let server = place.start().await;
    assert_eq!(
        ask(server.options(), "SHOW cluster_name").await.unwrap(),
        "from the cache"
    );
    server.stop().await;
}

#[tokio::test]
async fn two_databases_are_two() {
    let place = Place::new();
    let server = place.start().await;
    let one = server.create_database("One & only").await.unwrap();
    let two = server.create_database("One & only").await.unwrap();
    assert!(one.name().starts_with("one___only_"), "{}", one.name());
    assert_ne!(one.name(), two.name());
    assert_eq!(
        ask(two.options(), "SELECT current_database()::text")
            .await
            .unwrap(),
        two.name()
    );
    let gone = two.options().clone();
    two.drop_now().await.unwrap();
    ask(&gone, "SELECT 'there'").await.unwrap_err();
    server.stop().await;
}

#[tokio::test]
async fn the_url_is_one_that_other_programs_take() {
    let place = Place::new();
    let server = place.start().await;
    let database = server.create_database("url").await.unwrap();
    let url = database.url().expose().to_string();
    let parsed: PgConnectOptions = url.parse().unwrap();
    assert_eq!(
        ask(&parsed, "SELECT current_database()::text").await.unwrap(),
        database.name()
    );
    let psql = Command::new("psql")
        .args(["-X", "-At", "-c", "SELECT current_database()", &url])
        .output();
    if let Ok(psql) = psql {
        assert_eq!(
            String::from_utf8_lossy(&psql.stdout).trim(),
            database.name(),
            "{psql:?}"
        );
    }
    server.stop().await;
}

#[tokio::test]
async fn a_killed_parent_leaves_nothing() {
    let place = Place::new();
    for signal in ["KILL", "INT", "TERM", "HUP"] {
        let mut held = hold(place.folder.path(), "wait", "local");
        let url: PgConnectOptions = held.line().await.parse().unwrap();
        ask(&url, "SHOW server_version").await.unwrap();
        assert!(!place.left().is_empty());
        let sent = Command::new("kill")
            .args(["-s", signal, &held.id().to_string()])
            .status()
            .unwrap();
        assert!(sent.success());
        held.ended().await;
        place.is_left_clean().await;
    }
}

#[tokio::test]
async fn a_parent_that_is_killed_while_it_starts_leaves_nothing() {
    let place = Place::new();
    place.start().await.stop().await;
    for moment in 0..12 {
        let mut held = hold(place.folder.path(), "wait", "local");
        // Not to wait for anything: the moments are what is tested, from before the server's first step on.
        tokio::time::sleep(Duration::from_millis(moment * 15)).await;
        held.kill().await;
    }
    // A folder that was being made has no watchdog yet; the next start knows it by its age, which a test cannot wait for.
    place.start().await.stop().await;
    let look = async || {
        let mut left = place.left();
        left.retain(|name| !name.starts_with("db-fresh.new-"));
        left.extend(servers_in(place.folder.path()));
        left
    };
    until_empty("only folders that were being made are left", look).await;
}

#[tokio::test]
async fn a_panic_leaves_nothing() {
    let place = Place::new();
    let mut held = hold(place.folder.path(), "panic", "local");
    assert!(!held.ended().await.success());
    place.is_left_clean().await;
}

#[tokio::test]
async fn a_kept_server_outlives_its_parent_until_it_is_told_to_go() {
    let place = Place::new();
    let mut held = hold(place.folder.path(), "keep", "local");
    let url: PgConnectOptions = held.line().await.parse().unwrap();
    let stop = held.line().await;
    assert!(held.ended().await.success());
    ask(&url, "SELECT current_database()::text").await.unwrap();
    let stopped = Command::new("sh").args(["-c", &stop]).status().unwrap();
    assert!(stopped.success());
    place.is_left_clean().await;
}

#[tokio::test]
async fn what_a_crash_of_the_watchdog_left_is_swept_by_the_next_start_and_nothing_else_is() {
    let place = Place::new();
    let neighbour = place.start().await;
    let theirs = place.left();
    let mut held = hold(place.folder.path(), "wait", "local");
    held.line().await;
    let folders = place.left();
    assert_eq!(folders.len(), 2, "{folders:?}");
    let orphan = folders.iter().find(|folder| !theirs.contains(folder)).unwrap();
    let watchdogs = servers_in(place.folder.path());
    let parent = held.id().to_string();
    let watchdog = Command::new("ps")
        .args(["--ppid", &parent, "-o", "pid="])
        .output()
        .unwrap();
    let watchdog = String::from_utf8_lossy(&watchdog.stdout).trim().to_owned();
    assert!(
        Command::new("kill")
            .args(["-s", "KILL", &watchdog])
            .status()
            .unwrap()
            .success(),
        "{watchdogs:?}"
    );
    held.kill().await;
    assert_eq!(place.left().len(), 2, "no watchdog removes it");
    // A process that was killed holds its lock until the system has taken it down.
    let look = async || {
        let mut watchdogs = servers_in(place.folder.path());
        watchdogs.retain(|line| line.contains("db-fresh-watchdog") && line.contains(orphan.as_str()));
        watchdogs
    };
    until_empty("the watchdog that was killed is gone", look).await;

    let next = place.start().await;
    assert_eq!(
        place.left().len(),
        2,
        "the orphan went, the neighbour stayed: {:?}",
        place.left()
    );
    ask(neighbour.options(), "SHOW server_version").await.unwrap();
    next.stop().await;
    neighbour.stop().await;
    place.is_left_clean().await;
}

#[tokio::test]
async fn without_binaries_it_says_where_it_looked_and_what_to_install() {
    let config = Config {
        path: "/nowhere/bin".into(),
        usual_places: vec!["/nor/here".into()],
        image: "localhost:1/no-such-image:9".into(),
        archive: Some("/nor/there.tar.gz".into()),
        ..Config::default()
    };
    let error = acquire(&Choice::Auto, &config).await.unwrap_err();
    assert!(error.is_missing());
    assert_eq!(error.code(), "postgres/not-installed");
    let facts: Vec<_> = error.facts().into_iter().map(|fact| fact.value).collect();
    assert!(
        facts.contains(&"/nowhere/bin".to_owned()) && facts.contains(&"/nor/here".to_owned()),
        "{facts:?}"
    );
    assert!(
        error
            .hints()
            .iter()
            .any(|hint| hint.contains("apt-get install postgresql"))
    );
}

#[tokio::test]
async fn a_server_that_cannot_start_says_what_its_log_says() {
    let mut place = Place::new();
    place.config.settings = vec![("shared_buffers".into(), "-1".into())];
    let error = acquire(&Choice::Local, &place.config).await.unwrap_err();
    assert!(
        matches!(&error, Error::Ended { log } if log.contains("shared_buffers")),
        "{error:?}"
    );
    place.is_left_clean().await;
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_after_its_time_and_ended() {
    let mut place = Place::new();
    let folder = place.folder.path().join("programs");
    std::fs::create_dir(&folder).unwrap();
    std::os::unix::fs::symlink(installation(&place).join("initdb"), folder.join("initdb")).unwrap();
    let (postgres, started) = (folder.join("postgres"), folder.join("started"));
    // It ignores the signal that stops a server, as its parent does.
    let script = format!("#!/bin/sh\n: >'{}'\nexec sleep 300\n", started.display());
    std::fs::write(&postgres, script).unwrap();
    for path in [&folder, &postgres] {
        std::fs::set_permissions(path, Permissions::from_mode(0o777)).unwrap();
    }
    place.config.pg_bin = Some(folder.clone());
    place.config.cache = None;
    place.config.start_timeout = Duration::from_secs(2);
    let error = acquire(&Choice::Local, &place.config).await.unwrap_err();
    let waited = started.metadata().unwrap().modified().unwrap().elapsed().unwrap();
    assert!(matches!(error, Error::Silent { seconds: 2, .. }), "{error:?}");
    assert!(waited < Duration::from_secs(4), "twice as long: {waited:?}");
    std::fs::remove_dir_all(folder).unwrap();
    place.is_left_clean().await;
}
