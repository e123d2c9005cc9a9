//! A server in a container. Every test here needs a container engine.
//!
//! Without one they pass and say that they were skipped, unless `DB_FRESH_REQUIRE` names docker. `cargo xtask test` leaves them out
//! and counts them instead.

use std::process::{Command, Stdio};

use diagnostic::Explain;
use ephemeral_postgres::{Choice, Config, Provider, SETTINGS, Server, acquire};
use sqlx::postgres::PgConnectOptions;
use tempfile::TempDir;

use crate::{
    support::{acquire_or_skip, ask, hold},
    wait::{example, output, until_empty},
};

/// A configuration whose stamps lie in a folder of the test's own.
struct Place {
    folder: TempDir,
    config: Config,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            bases: vec![folder.path().into()],
            ..Config::from_variables(&|name| std::env::var_os(name))
        };
        Self { folder, config }
    }

    async fn start(&self) -> Option<Server> {
        acquire_or_skip(&Choice::Docker, &self.config, "docker").await
    }

    /// The tokens of the stamps that lie here.
    fn tokens(&self) -> Vec<String> {
        let entries = self.folder.path().read_dir().unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        names
            .filter_map(|name| Some(name.strip_prefix("db-fresh.container-")?.to_owned()))
            .collect()
    }

    /// The containers with these stamps, running or not.
    fn containers(tokens: &[String]) -> Vec<String> {
        let of = |token: &String| {
            let list = Command::new("docker")
                .args(["ps", "--all", "--quiet", "--filter"])
                .arg(format!("label=db-fresh.stamp={token}"))
                .output()
                .unwrap();
            assert!(list.status.success(), "{list:?}");
            let lines = String::from_utf8_lossy(&list.stdout).into_owned();
            lines.lines().map(str::to_owned).collect::<Vec<_>>()
        };
        tokens.iter().flat_map(of).collect()
    }

    async fn until_gone(tokens: &[String]) {
        until_empty("no container is left", async || Self::containers(tokens)).await;
    }
}

#[tokio::test]
async fn every_setting_of_the_table_is_in_force() {
    let place = Place::new();
    let Some(server) = place.start().await else { return };
    assert_eq!(server.provider(), Provider::Docker);
    for setting in SETTINGS {
        let question = Box::leak(format!("SHOW {}", setting.name).into_boxed_str());
        let answer = ask(server.options(), question).await.unwrap();
        assert_eq!(answer, setting.value, "{}", setting.name);
    }
    server.stop().await;
}

#[tokio::test]
async fn a_container_that_is_stopped_or_dropped_is_gone_at_once() {
    let place = Place::new();
    let Some(stopped) = place.start().await else {
        return;
    };
    let tokens = place.tokens();
    assert_eq!(Place::containers(&tokens).len(), 1);
    stopped.stop().await;
    assert_eq!(Place::containers(&tokens), Vec::<String>::new());

    let dropped = place.start().await.unwrap();
    let tokens = place.tokens();
    assert_eq!(Place::containers(&tokens).len(), 1);
    // A destructor may run where there is no runtime at all.
    std::thread::spawn(move || drop(dropped)).join().unwrap();
    assert_eq!(Place::containers(&tokens), Vec::<String>::new());
    assert_eq!(place.tokens(), Vec::<String>::new());
}

#[tokio::test]
async fn nobody_without_the_password_gets_in() {
    let place = Place::new();
    let Some(server) = place.start().await else { return };
    let stranger = server.options().clone().password("guess");
    let refused = ask(&stranger, "SHOW server_version").await.unwrap_err();
    assert!(refused.to_string().contains("password"), "{refused}");
    let database = server.create_database("url").await.unwrap();
    let url: PgConnectOptions = database.url().expose().as_str().parse().unwrap();
    assert_eq!(
        ask(&url, "SELECT current_database()::text").await.unwrap(),
        database.name()
    );
    server.stop().await;
}

#[tokio::test]
async fn a_killed_parent_leaves_no_container_and_the_next_start_no_stamp() {
    let place = Place::new();
    let Some(first) = place.start().await else { return };
    let neighbour = place.tokens();
    let mut held = hold(place.folder.path(), "wait", "docker");
    held.line().await;
    let orphan: Vec<_> = place
        .tokens()
        .into_iter()
        .filter(|token| !neighbour.contains(token))
        .collect();
    assert_eq!(Place::containers(&orphan).len(), 1);
    held.kill().await;
    Place::until_gone(&orphan).await;
    let next = place.start().await.unwrap();
    assert!(!place.tokens().contains(&orphan[0]));
    assert_eq!(
        Place::containers(&neighbour).len(),
        1,
        "the neighbour's is not touched"
    );
    next.stop().await;
    first.stop().await;
}

#[tokio::test]
async fn what_the_watchdog_did_not_remove_is_swept_and_nothing_else_is() {
    let place = Place::new();
    let Some(neighbour) = place.start().await else {
        return;
    };
    let theirs = place.tokens();
    // A container with a stamp that nobody holds: what a parent leaves that dies before it claims what it started.
    let token = "test_unclaimed".to_owned();
    std::fs::write(
        place.folder.path().join(format!("db-fresh.container-{token}")),
        "",
    )
    .unwrap();
    let made = Command::new("docker")
        .args(["create", "--label"])
        .arg(format!("db-fresh.stamp={token}"))
        .args([&place.config.image, "/bin/sh"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    assert_eq!(Place::containers(std::slice::from_ref(&token)).len(), 1);
    place.start().await.unwrap().stop().await;
    assert_eq!(Place::containers(&[token]), Vec::<String>::new());
    assert_eq!(Place::containers(&theirs).len(), 1);
    neighbour.stop().await;
    assert_eq!(place.tokens(), Vec::<String>::new());
}

#[tokio::test]
async fn a_kept_container_outlives_its_parent_until_it_is_told_to_go() {
    let place = Place::new();
    if place.start().await.is_none() {
        return;
    }
    let mut held = hold(place.folder.path(), "keep", "docker");
    let url: PgConnectOptions = held.line().await.parse().unwrap();
    let stop = held.line().await;
    assert!(held.ended().await.success());
    // The next start does not sweep what was kept on purpose.
    place.start().await.unwrap().stop().await;
    ask(&url, "SELECT current_database()::text").await.unwrap();
    let tokens = place.tokens();
    let stopped = Command::new("sh")
        .args(["-c", &stop])
        .stdout(Stdio::null())
        .status()
        .unwrap();
    assert!(stopped.success(), "{stop}");
    assert_eq!(Place::containers(&tokens), Vec::<String>::new());
}

#[tokio::test]
async fn a_server_that_cannot_start_says_what_its_log_says() {
    let mut place = Place::new();
    if place.start().await.is_none() {
        return;
    }
    place.config.settings = vec![("shared_buffers".into(), "-1".into())];
    let error = acquire(&Choice::Docker, &place.config).await.unwrap_err();
    let said = error
        .facts()
        .iter()
        .any(|fact| fact.value.contains("shared_buffers"));
    assert!(said, "{error:?}");
}

#[tokio::test]
async fn an_image_that_cannot_be_had_is_named() {
    let mut place = Place::new();
    if place.start().await.is_none() {
        return;
    }
    place.config.image = "localhost:1/no-such-image:9".into();
    let error = acquire(&Choice::Docker, &place.config).await.unwrap_err();
    assert!(error.is_missing(), "{error:?}");
    assert!(
        error.to_string().contains("localhost:1/no-such-image:9"),
        "{error}"
    );
    assert_eq!(place.tokens(), Vec::<String>::new());
}

#[tokio::test]
async fn without_an_engine_it_is_passed_over_with_the_reason() {
    // In a process of its own: testcontainers reads the variable from the environment.
    let place = Place::new();
    let mut hold = example("hold");
    hold.arg("wait").arg(place.folder.path()).arg("docker");
    let ended = output(hold.env("DOCKER_HOST", "unix:///nowhere/docker.sock")).await;
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(
        !ended.status.success() && said.contains("no container engine answers"),
        "{said}"
    );
}
