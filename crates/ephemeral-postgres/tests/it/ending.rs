//! Ends that nobody planned: a start that is given up, a server or a watchdog that is killed, a scratch database that nobody drops.

use std::{
    fs,
    process::Command,
    time::{Duration, Instant},
};

use diagnostic::RedactedUrl;
use ephemeral_postgres::{Choice, Config, TestServer, acquire, clean_up, left};
use sqlx::postgres::PgConnectOptions;

use crate::{
    blocking::with_an_initdb_that_waits,
    support::{Place, ask, hold, servers_in},
    wait::{example, until, until_empty},
};

fn kill(process: &str) {
    let sent = Command::new("kill").args(["-s", "KILL", process]).status();
    assert!(sent.unwrap().success());
}

/// The numbers of the processes whose command lines name the folder and contain this.
fn processes(place: &Place, part: &str) -> Vec<String> {
    let all = servers_in(place.folder.path()).into_iter();
    all.filter(|line| line.contains(part))
        .filter_map(|line| line.split_whitespace().next().map(str::to_owned))
        .collect()
}

#[tokio::test]
async fn a_start_that_is_given_up_while_initdb_runs_leaves_nothing() {
    let mut place = Place::new();
    place.config.cache = None;
    let programs = with_an_initdb_that_waits(&mut place);
    let started = async {
        let look = async || match programs.join("started").exists() {
            true => Ok(()),
            false => Err("nothing"),
        };
        until("`initdb` has started", look).await;
    };
    tokio::select! {
        _ = place.start() => panic!("it cannot start"),
        () = started => {}
    }
    // `initdb` is a shell here, which ends with the signal.
    let look = async || {
        let folders = place.left().into_iter();
        folders.filter(|name| name.starts_with("db-fresh")).collect()
    };
    until_empty("no folder is left", look).await;
    until_empty("`initdb` has ended", async || processes(&place, "--pgdata")).await;
    fs::remove_dir_all(programs).unwrap();
}

#[tokio::test]
async fn a_parent_that_is_killed_while_initdb_runs_leaves_nothing() {
    let place = Place::new();
    let cache = tempfile::tempdir().unwrap();
    for moment in 0..8 {
        let mut command = example("hold");
        command.arg("wait").arg(place.folder.path()).arg("local");
        command.env("XDG_CACHE_HOME", cache.path().join(moment.to_string()));
        let mut held = crate::wait::Running::start(&mut command);
        // Not to wait for anything: the moments are what is tested.
        tokio::time::sleep(Duration::from_millis(20 + moment * 60)).await;
        held.kill().await;
    }
    let look = async || {
        let mut left = place.left();
        left.retain(|name| !name.starts_with("db-fresh.new-"));
        left.extend(servers_in(place.folder.path()));
        left
    };
    until_empty("only folders that were being made are left", look).await;
}

#[tokio::test]
async fn a_kept_server_that_is_killed_leaves_neither_folder_nor_helper() {
    let place = Place::new();
    let mut held = hold(place.folder.path(), "keep", "local");
    let url: PgConnectOptions = held.line().await.parse().unwrap();
    held.line().await;
    assert!(held.ended().await.success());
    ask(&url, "SHOW server_version").await.unwrap();
    let number = ask(
        &url,
        "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)",
    )
    .await;
    kill(&number.unwrap());
    place.is_left_clean().await;
}

#[tokio::test]
async fn a_server_that_is_killed_while_it_is_used_leaves_nothing() {
    let place = Place::new();
    let server = place.start().await;
    let number = ask(
        server.options(),
        "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)",
    );
    kill(&number.await.unwrap());
    server.stop().await;
    place.is_left_clean().await;
}

#[tokio::test]
async fn a_server_whose_watchdog_is_killed_is_stopped_all_the_same() {
    for ends in ["stopped", "dropped"] {
        let place = Place::new();
        let server = place.start().await;
        for watchdog in processes(&place, "db-fresh-watchdog") {
            kill(&watchdog);
        }
        if ends == "stopped" {
            server.stop().await;
        } else {
            drop(server);
            clean_up(Duration::from_secs(30)).await;
        }
        place.is_left_clean().await;
    }
}

#[tokio::test]
async fn what_was_dropped_is_waited_for() {
    let place = Place::new();
    let server = place.start().await;
    drop(server);
    let here = |name: &str| name.starts_with(&*place.folder.path().to_string_lossy());
    let begun = Instant::now();
    let after = clean_up(Duration::from_secs(30)).await;
    let folders = after.folders.iter().map(|folder| folder.display().to_string());
    assert!(!folders.into_iter().any(|name| here(&name)), "{after:?}");
    assert_eq!(place.left(), Vec::<String>::new(), "after {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_scratch_database_that_nobody_drops_is_dropped_at_the_end_and_a_kept_one_is_not() {
    let host = TestServer::shared(|name| std::env::var_os(name)).await.unwrap();
    let named = host.database().await.unwrap();
    let choice = Choice::Server(named.url().parse::<RedactedUrl>().unwrap());
    let forgetful = acquire(&choice, &Config::default()).await.unwrap();
    let lost = forgetful.create_database("ends").await.unwrap().name().to_owned();
    // One whose creation nobody waits for.
    let unheard = acquire(&choice, &Config::default()).await.unwrap();
    let waiting = tokio::time::timeout(Duration::from_millis(1), unheard.create_database("ends_unheard"));
    let _ = waiting.await;
    let keeping = acquire(&choice, &Config::default()).await.unwrap();
    let kept = keeping.create_database("ends_kept").await.unwrap();
    keeping.keep().await;
    assert!(left().databases.contains(&lost));

    let after = clean_up(Duration::from_secs(30)).await;
    assert!(!after.databases.contains(&lost), "{after:?}");
    let names =
        "SELECT string_agg(datname, ' ') FROM pg_database WHERE datname LIKE 'db\\_fresh\\_scratch\\_ends%'";
    assert_eq!(ask(&named.options(), names).await.unwrap(), kept.name());
    kept.drop_now().await.unwrap();
}
