//! What a private server meets on the machines of others: a umask, folders with strange names, settings that forbid writing.

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    process::Command,
};

use sqlx::{Connection, Executor, PgConnection, postgres::PgConnectOptions};

use crate::{
    support::{Place, ask},
    wait::{Running, example},
};

#[tokio::test]
async fn whatever_the_umask_is_the_server_runs_and_its_data_is_private() {
    for mask in ["0777", "0277", "0000"] {
        let place = Place::new();
        let cache = tempfile::tempdir().unwrap();
        // The first start fills the cache, the second uses it.
        for start in 0..2 {
            let hold = example("hold");
            let mut command = tokio::process::Command::new("sh");
            command
                .args(["-c", "umask \"$1\"; shift; exec \"$@\"", "sh", mask])
                .arg(hold.as_std().get_program())
                .arg("wait")
                .arg(place.folder.path())
                .arg("local")
                .env("XDG_CACHE_HOME", cache.path().join("cache"))
                .kill_on_drop(true);
            let mut held = Running::start(&mut command);
            let url: PgConnectOptions = held.line().await.parse().unwrap();
            ask(&url, "SHOW server_version").await.unwrap();
            let [name] = place.left().try_into().unwrap();
            let folder = place.folder.path().join(name);
            for path in [
                folder.clone(),
                folder.join("data"),
                cache.path().join("cache/db-fresh"),
            ] {
                let mode = fs::metadata(&path).unwrap().mode() & 0o7777;
                assert_eq!(mode, 0o700, "umask {mask}, start {start}: {}", path.display());
            }
            held.kill().await;
            place.is_left_clean().await;
        }
    }
}

#[tokio::test]
async fn folders_with_blanks_and_quotes_are_as_good_as_others() {
    let mut place = Place::new();
    let base = place.folder.path().join("a b'c $d");
    fs::create_dir(&base).unwrap();
    fs::set_permissions(&base, fs::Permissions::from_mode(0o777)).unwrap();
    place.config.bases = vec![
        "relative".into(),
        place.folder.path().join("no,where"),
        base.clone(),
    ];
    place.config.cache = None;
    let server = place.start().await;
    let database = server.create_database("here").await.unwrap();
    assert!(server.options().get_socket().unwrap().starts_with(&base));
    let psql = Command::new("psql")
        .args(["-XAtc", "SELECT 1", database.url().expose().as_str()])
        .output();
    if let Ok(psql) = psql {
        assert_eq!(String::from_utf8_lossy(&psql.stdout).trim(), "1", "{psql:?}");
    }
    server.stop().await;
    assert_eq!(fs::read_dir(&base).unwrap().count(), 0);
}

#[tokio::test]
async fn a_role_or_a_server_that_is_set_to_read_only_keeps_nothing_from_being_made_and_dropped() {
    let place = Place::new();
    let server = place.start().await;
    let mut connection = PgConnection::connect_with(server.options()).await.unwrap();
    for statement in [
        "ALTER ROLE postgres SET default_transaction_read_only = on",
        "ALTER DATABASE postgres SET default_transaction_read_only = on",
        "ALTER SYSTEM SET default_transaction_read_only = on",
        "SELECT pg_reload_conf()",
    ] {
        connection.execute(statement).await.unwrap();
        let database = server.create_database("written").await.unwrap();
        database.drop_now().await.unwrap();
    }
    server.stop().await;
}
