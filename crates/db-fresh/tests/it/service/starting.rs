//! A start, with and without migrations of its own: what it does, says and reports, and how it fails.

use std::{
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use db_fresh::{
    Exit,
    migration_core::{Config, Environment, Progress, Protection},
    readiness::{Backoff, Level},
    schema_contract::guard::{Enforcement, GuardConfig, VersionTable},
    service::{Event, Migrate, Phase, Service, ServiceConfig},
};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use tokio::net::{TcpListener, UnixStream};

use super::support::{POSTS, USERS, codes, config, database, execute, run, start};

const BOT_CONFIG: (&str, &str) = (
    "0003_version.sql",
    "CREATE TABLE bot_config (config_key text, config_value jsonb);
     INSERT INTO bot_config VALUES ('schema_version', '{\"version\": \"1.2.0\"}');",
);

fn guard(version: &str) -> Option<GuardConfig> {
    Some(GuardConfig {
        app_version: version.into(),
        table: VersionTable {
            schema: None,
            name: "bot_config".into(),
            key_column: "config_key".into(),
            value_column: "config_value".into(),
            environment_column: None,
        },
        key: "schema_version".into(),
        environment: None,
        enforcement: Enforcement::Enforced,
    })
}

#[test]
fn a_start_migrates_checks_and_reports_what_it_does() {
    run(async {
        let database = database().await;
        let service = Service::new(ServiceConfig {
            guard: guard("1.2.0"),
            ..config(database.options(), &[USERS, POSTS, BOT_CONFIG])
        })
        .unwrap();
        assert_eq!(service.status().phase, Phase::NotStarted);
        let before = service.readiness().await;
        assert!(!before.ready && !before.started);
        assert_eq!(before.reason.unwrap().class, "readiness/schema-behind");

        let (probes, told) = (service.clone(), Mutex::new(Vec::new()));
        let mut listen = |event| {
            let what = match event {
                Event::Migration(Progress::Planned { pending }) => format!("{pending} planned"),
                Event::Migration(Progress::Applied(one)) => one.file,
                Event::Migrated(report) => format!("{} applied", report.applied.len()),
                Event::Guard(report) => format!("{:?}", report.outcome),
                other => panic!("{other:?}"),
            };
            told.lock().unwrap().push((probes.status().phase, what));
        };
        let report = service.start(&mut listen).await.unwrap();
        let migrating = |what: &str| (Phase::Migrating, what.to_owned());
        assert_eq!(
            told.into_inner().unwrap(),
            [
                migrating("3 planned"),
                migrating(USERS.0),
                migrating(POSTS.0),
                migrating(BOT_CONFIG.0),
                migrating("3 applied"),
                (Phase::Checking, "Passed".to_owned()),
            ]
        );
        assert_eq!(report.migrated.unwrap().applied.len(), 3);
        assert_eq!(
            report.guard.unwrap().database.unwrap().version.to_string(),
            "1.2.0"
        );
        assert!(report.ready.server_version.is_some());
        let status = service.status();
        assert!(status.started && status.migrations.applied == 3, "{status:?}");
        let after = service.readiness().await;
        assert!(after.ready && after.reason.is_none(), "{after:?}");
    });
}

#[test]
fn a_service_that_does_not_migrate_waits_until_another_has() {
    run(async {
        let database = database().await;
        let files = [USERS, POSTS];
        let waiting = Service::new(ServiceConfig {
            migrate: Migrate::Elsewhere,
            backoff: Backoff::local(),
            ..config(database.options(), &files)
        })
        .unwrap();
        let (told, mut heard) = tokio::sync::mpsc::unbounded_channel();
        let probes = waiting.clone();
        let mut listen = |event| {
            if let Event::NotReady(attempt) = event {
                assert_eq!(probes.status().phase, Phase::Waiting);
                told.send(attempt.seen.detail).unwrap();
            }
        };
        let migrating = async {
            let seen = heard.recv().await.unwrap();
            assert_eq!(seen, "migrations: 0 of 2 migrations are applied");
            start(config(database.options(), &files)).await.unwrap();
        };
        let (ended, ()) = tokio::join!(waiting.start(&mut listen), migrating);
        let report = ended.unwrap();
        assert!(report.migrated.is_none());
        assert!(report.ready.attempts >= 2);
        assert!(waiting.readiness().await.ready);
    });
}

#[test]
fn the_guard_refuses_or_is_passed_by_with_a_warning() {
    run(async {
        let database = database().await;
        let with = |guard| ServiceConfig {
            guard,
            ..config(database.options(), &[USERS, POSTS, BOT_CONFIG])
        };
        let service = Service::new(with(guard("1.9.0"))).unwrap();
        let error = service.start(&mut |_| ()).await.unwrap_err();
        assert_eq!(codes(&error), (5, vec!["guard/application-newer"]));
        assert_eq!(service.status().phase, Phase::Failed);
        // What the guard refuses is not ready, whatever the schema is.
        let readiness = service.readiness().await;
        assert!(!readiness.ready && readiness.levels.iter().all(|level| level.ok));
        assert_eq!(readiness.reason.unwrap().class, "service/not-started");
        let skipped = guard("1.9.0").map(|config| GuardConfig {
            enforcement: Enforcement::Skipped,
            ..config
        });
        let report = start(with(skipped)).await.unwrap();
        assert!(report.guard.unwrap().warning.unwrap().contains("SKIPPED"));
    });
}

#[test]
fn a_database_that_is_on_record_as_protected_is_one_for_a_service_too() {
    run(async {
        let database = database().await;
        let with = |name: &str, protection| ServiceConfig {
            runner: Config {
                environment: Environment {
                    name: name.into(),
                    protection,
                },
                ..Config::default()
            },
            ..config(database.options(), &[USERS])
        };
        // The name says nothing, the protection does.
        start(with("live", Protection::Protected)).await.unwrap();
        start(with("live", Protection::Protected)).await.unwrap();
        let error = start(with("live", Protection::Open)).await.unwrap_err();
        assert_eq!(codes(&error), (3, vec!["migration/environment"]));
    });
}

#[test]
fn a_level_that_a_service_gives_no_meaning_is_refused() {
    run(async {
        let database = database().await;
        let seeded = ServiceConfig {
            ready: Level::Seeded,
            ..config(database.options(), &[USERS])
        };
        let error = Service::new(seeded).unwrap_err();
        assert_eq!(codes(&error), (64, vec!["service/no-such-level"]));
    });
}

/// The options of a server's socket by way of a port that is open as long as the flag says so.
async fn gate(options: &PgConnectOptions, is_open: Arc<AtomicBool>) -> PgConnectOptions {
    let folder = options.get_socket().unwrap();
    let socket: PathBuf = folder.join(format!(".s.PGSQL.{}", options.get_port()));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            if is_open.load(Ordering::SeqCst) {
                let mut server = UnixStream::connect(&socket).await.unwrap();
                tokio::spawn(
                    async move { tokio::io::copy_bidirectional(&mut client, &mut server).await.ok() },
                );
            }
        }
    });
    PgConnectOptions::new_without_pgpass()
        .host("127.0.0.1")
        .port(port)
        .username(options.get_username())
        .database(options.get_database().unwrap())
        .ssl_mode(PgSslMode::Disable)
}

#[test]
fn a_database_that_cannot_be_reached_any_more_is_not_ready_rather_than_badly_migrated() {
    run(async {
        let database = database().await;
        let is_open = Arc::new(AtomicBool::new(true));
        let options = gate(&database.options(), Arc::clone(&is_open)).await;
        let service = Service::new(config(options, &[USERS])).unwrap();
        let mut listen = |event| {
            if matches!(event, Event::Migrated(_)) {
                is_open.store(false, Ordering::SeqCst);
            }
        };
        let error = service.start(&mut listen).await.unwrap_err();
        assert_eq!(error.exit(), Exit::Readiness, "{error}");
        // What was applied is applied.
        let rows = execute(&database.options(), "SELECT filename FROM schema_migrations").await;
        assert_eq!(rows, [USERS.0]);
    });
}
