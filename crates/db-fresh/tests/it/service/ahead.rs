//! A ledger that is not like the files of a service: behind, ahead, edited.

use db_fresh::{
    migration_core::{Config, Environment, Protection, Unknown},
    service::{Migrate, ServiceConfig},
};

use super::support::{POSTS, USERS, codes, config, database, execute, few, last_seen, run, start};

/// A service that waits for these files.
fn waiting(config: ServiceConfig) -> ServiceConfig {
    ServiceConfig {
        migrate: Migrate::Elsewhere,
        backoff: few(),
        ..config
    }
}

fn allowing(unknown: Unknown, config: ServiceConfig) -> ServiceConfig {
    ServiceConfig {
        runner: Config {
            unknown,
            ..config.runner
        },
        ..config
    }
}

#[test]
fn a_database_that_is_ahead_is_ready_where_that_is_allowed_and_no_wait_helps_where_it_is_not() {
    run(async {
        let database = database().await;
        start(config(database.options(), &[USERS, POSTS])).await.unwrap();
        let older = || waiting(config(database.options(), &[USERS]));
        for unknown in [Unknown::AllowNewer, Unknown::Allow] {
            start(allowing(unknown, older())).await.unwrap();
        }
        let error = start(older()).await.unwrap_err();
        assert_eq!(error.exit().code(), 2);
        assert!(last_seen(older()).await.contains("0002_posts.sql"));
    });
}

#[test]
fn every_problem_of_the_ledger_is_named() {
    run(async {
        let database = database().await;
        start(config(database.options(), &[USERS, POSTS])).await.unwrap();
        execute(
            &database.options(),
            "UPDATE schema_migrations SET checksum = md5(filename), neutral_checksum = md5(filename)",
        )
        .await;
        let seen = last_seen(waiting(config(database.options(), &[USERS, POSTS]))).await;
        for (file, _) in [USERS, POSTS] {
            assert!(seen.contains(file), "{seen}");
        }
    });
}

#[test]
fn what_may_not_run_in_an_environment_is_not_waited_for() {
    run(async {
        let database = database().await;
        // One that ran without a transaction, so that the ledger is read row by row.
        let index = (
            "0003_index.sql",
            "CREATE INDEX CONCURRENTLY users_id ON users (id);",
        );
        let fake = ("0002_fake.sql", "-- DEV/TEST ONLY\nINSERT INTO users VALUES (1);");
        let files = [USERS, fake, index];
        let protected = |config: ServiceConfig| ServiceConfig {
            runner: Config {
                environment: Environment {
                    name: "production".into(),
                    protection: Protection::Protected,
                },
                ..config.runner
            },
            ..config
        };
        let report = start(protected(config(database.options(), &files)))
            .await
            .unwrap();
        assert_eq!(report.migrated.unwrap().skipped.len(), 1);
        start(waiting(protected(config(database.options(), &files))))
            .await
            .unwrap();
    });
}

#[test]
fn a_service_whose_environment_is_not_named_runs_nothing_that_is_for_development() {
    run(async {
        let database = database().await;
        let fake = ("0002_fake.sql", "-- DEV/TEST ONLY\nINSERT INTO users VALUES (1);");
        let report = start(config(database.options(), &[USERS, fake])).await.unwrap();
        let skipped = report.migrated.unwrap().skipped;
        assert_eq!(skipped[0].file, "0002_fake.sql");
        assert!(skipped[0].why.contains("not named"), "{}", skipped[0].why);
    });
}

#[test]
fn a_migration_that_fails_is_no_start() {
    run(async {
        let database = database().await;
        let files = [USERS, ("0002_broken.sql", "CREATE TABLE users (id int);")];
        let error = start(config(database.options(), &files)).await.unwrap_err();
        assert_eq!(codes(&error), (3, vec!["migration/sql"]));
    });
}
