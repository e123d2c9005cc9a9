//! `provision` on real databases: once, twice, eight times at once, without rights, without seeds.

use std::process::Stdio;

use sqlx::postgres::PgConnectOptions;

use crate::reference::{Ended, Session, database, fingerprint, run, sql, xtask};

/// How many migrations the reference database has.
fn migrations() -> usize {
    let root = crate::support::workspace().join("migrations");
    ["operational", "analytics"]
        .iter()
        .flat_map(|component| std::fs::read_dir(root.join(component)).unwrap())
        .filter(|entry| {
            let name = entry.as_ref().unwrap().file_name();
            name.to_string_lossy().ends_with(".up.sql")
        })
        .count()
}

/// What the last line of a run says.
fn said(ended: &Ended, fact: &str) -> usize {
    let lines = ended.lines();
    let last = lines.last().unwrap();
    assert_eq!(
        last["message"], "Database provisioning completed successfully",
        "{}",
        ended.stderr
    );
    assert!(last["durationSeconds"].as_f64().is_some());
    usize::try_from(last[fact].as_u64().unwrap()).unwrap()
}

#[test]
fn a_dry_run_writes_nothing_and_a_second_run_changes_nothing() {
    let database = database();
    let empty = fingerprint(&database.options());
    let dry = run(&["provision", "--dry-run"], &database.url());
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    assert!(
        dry.stdout.contains(&format!("{} pending", migrations())),
        "{}",
        dry.stdout
    );
    assert!(
        dry.stdout.contains("files of seeds for operational"),
        "{}",
        dry.stdout
    );
    assert_eq!(fingerprint(&database.options()), empty);

    let first = run(&["provision", "--log", "json"], &database.url());
    assert_eq!((first.code, said(&first, "applied")), (0, migrations()));
    let once = fingerprint(&database.options());
    assert_ne!(once, empty);
    let second = run(&["provision", "--log", "json"], &database.url());
    assert_eq!((second.code, said(&second, "applied")), (0, 0));
    assert_eq!(said(&second, "already"), migrations());
    let twice = fingerprint(&database.options());
    let differing: Vec<_> = twice.iter().filter(|line| !once.contains(line)).collect();
    assert!(differing.is_empty(), "{differing:#?}");
}

#[test]
fn a_change_is_seen_by_what_proves_that_there_is_none() {
    let database = database();
    sql(
        &database.options(),
        "CREATE TABLE t (a int); INSERT INTO t VALUES (1)",
    );
    let before = fingerprint(&database.options());
    assert_eq!(fingerprint(&database.options()), before);
    // The same value, written once more.
    sql(&database.options(), "UPDATE t SET a = 1");
    assert_ne!(fingerprint(&database.options()), before);
}

#[test]
fn eight_at_once_take_turns_and_each_migration_runs_once() {
    let database = database();
    let running: Vec<_> = (0..8)
        .map(|_| {
            let mut command = xtask(&["provision", "--log", "json"]);
            command
                .env("DATABASE_URL", database.url())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap()
        })
        .collect();
    let ended: Vec<_> = running
        .into_iter()
        .map(|child| Ended::of(&child.wait_with_output().unwrap()))
        .collect();
    for ended in &ended {
        assert_eq!(ended.code, 0, "{}", ended.stderr);
    }
    let applied: usize = ended.iter().map(|ended| said(ended, "applied")).sum();
    assert_eq!(applied, migrations());
    let rows = sql(
        &database.options(),
        "SELECT count(*)::text || ' ' || count(DISTINCT (component, filename))::text FROM schema_migrations",
    );
    assert_eq!(rows, [format!("{0} {0}", migrations())]);
}

#[test]
fn a_ledger_that_somebody_else_makes_at_the_same_moment_is_waited_for() {
    let (project, database) = (crate::support::Project::new(), database());
    let config = project.read("db-fresh.toml");
    project.write(
        "db-fresh.toml",
        &format!("{config}\n[ledger]\nschema = \"ops\"\n"),
    );
    let mut other = Session::of(&database);
    other.sql("BEGIN; CREATE SCHEMA ops");
    let mut command = project.command(&["migrate", "--yes"]);
    let mut running = command
        .env("DATABASE_URL", database.url())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It holds the runners' lock, and waits for what becomes of the other one's schema.
    let waits = "SELECT pid::text FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'transactionid'";
    let mut looking = Session::of(&database);
    while looking.sql(waits).is_empty() {
        assert!(running.try_wait().unwrap().is_none(), "it ended before");
    }
    other.sql("COMMIT");
    let ended = Ended::of(&running.wait_with_output().unwrap());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(
        looking.sql("SELECT count(*)::text FROM ops.schema_migrations"),
        ["4"]
    );
}

/// A role that may log in and nothing more, gone with the value.
struct Role {
    name: String,
    admin: PgConnectOptions,
}

impl Role {
    fn new(admin: &PgConnectOptions, name: &str) -> Self {
        sql(admin, &format!("CREATE ROLE {name} LOGIN PASSWORD 'hunter2'"));
        Self {
            name: name.to_owned(),
            admin: admin.clone(),
        }
    }

    fn url(&self, url: &str) -> String {
        let (_, rest) = url.split_once("://").unwrap();
        let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
        format!("postgres://{}:hunter2@{rest}", self.name)
    }
}

impl Drop for Role {
    fn drop(&mut self) {
        let name = &self.name;
        sql(
            &self.admin,
            &format!("REASSIGN OWNED BY {name} TO CURRENT_USER; DROP OWNED BY {name}; DROP ROLE {name}"),
        );
    }
}

#[test]
fn a_role_without_rights_is_told_which_and_the_grants_that_it_is_told_are_enough() {
    let database = database();
    let admin = database.options();
    let name = admin.get_database().unwrap().to_owned();
    let role = Role::new(&admin, &format!("poor_{name}"));
    sql(
        &admin,
        &format!(
            "REVOKE CONNECT ON DATABASE \"{name}\" FROM PUBLIC; REVOKE ALL ON SCHEMA public FROM PUBLIC"
        ),
    );
    let url = role.url(&database.url());

    let mut granted = Vec::new();
    let mut codes = Vec::new();
    let ended = loop {
        let ended = run(&["provision", "--log", "json"], &url);
        assert!(!ended.stderr.contains("hunter2"), "{}", ended.stderr);
        if ended.code == 0 || codes.len() > 4 {
            break ended;
        }
        codes.push(ended.code);
        for line in ended.lines() {
            let suggestion = line["suggestion"].as_str().unwrap_or_default();
            for grant in suggestion.split('`').filter(|text| text.starts_with("GRANT ")) {
                sql(&admin, grant);
                granted.push(grant.replace(&role.name, "ROLE").replace(&name, "DATABASE"));
            }
        }
    };
    assert_eq!(ended.code, 0, "{granted:#?}\n{}", ended.stderr);
    assert_eq!(said(&ended, "applied"), migrations());
    // The contract does not name owners, so what this role made fits like what a superuser made.
    let ready = run(&["wait", "--once", "--level", "schema"], &url);
    assert_eq!(ready.code, 0, "{}", ready.stderr);
    // No right to connect is no readiness; the others are known before anything is touched, all at once.
    assert_eq!(codes, [2, 4], "{granted:#?}");
    insta::assert_snapshot!(granted.join("\n"), @"
    GRANT CONNECT ON DATABASE DATABASE TO ROLE
    GRANT CREATE ON DATABASE DATABASE TO ROLE
    GRANT USAGE ON SCHEMA public TO ROLE
    GRANT CREATE ON SCHEMA public TO ROLE
    ");
    assert!(
        !ended.stderr.contains("SUPERUSER"),
        "a role with what it needs is not told that it has too much: {}",
        ended.stderr
    );
}

#[test]
fn seeds_are_left_out_when_asked_and_in_protected_environments() {
    let count = |options: &PgConnectOptions| sql(options, "SELECT count(*)::text FROM organizations");
    let skipped = database();
    let ended = Ended::of(
        &xtask(&["provision"])
            .env("DATABASE_URL", skipped.url())
            .env("SKIP_SEED", "true")
            .env_remove("EMAIL_HASH_KEY")
            .output()
            .unwrap(),
    );
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(count(&skipped.options()), ["0"]);

    let production = database();
    let ended = run(&["provision", "--environment", "production"], &production.url());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("environment `production` is protected"),
        "{}",
        ended.stderr
    );
    assert_eq!(count(&production.options()), ["0"]);
}

#[test]
fn a_missing_key_is_known_before_the_database_is_touched() {
    let database = database();
    let before = fingerprint(&database.options());
    let ended = Ended::of(
        &xtask(&["provision"])
            .env("DATABASE_URL", database.url())
            .env_remove("EMAIL_HASH_KEY")
            .output()
            .unwrap(),
    );
    assert_eq!(ended.code, 6, "{}", ended.stderr);
    assert!(ended.stderr.contains("EMAIL_HASH_KEY"), "{}", ended.stderr);
    assert_eq!(fingerprint(&database.options()), before);
}

#[test]
fn a_program_that_is_missing_is_127_before_the_database_is_asked_for() {
    let config = "[preflight]\nprograms = [\"no-such-program\"]\n[[component]]\nname = \"app\"\n";
    let project = crate::support::Project::of(&[
        ("db-fresh.toml", config),
        (
            "migrations/app/0001_create_t.up.sql",
            "CREATE TABLE t (id int);\n",
        ),
    ]);
    let nobody = [
        "provision",
        "--log",
        "json",
        "--database-url",
        "postgres://dev@127.0.0.1:1/app",
    ];
    let ended = Ended::of(&project.run(&nobody));
    assert_eq!(ended.code, 127, "{}", ended.stderr);
    let line = ended.lines().pop().unwrap();
    assert_eq!(
        (&line["code"], &line["exitCode"]),
        (&"preflight/missing-program".into(), &127.into())
    );
    assert!(
        line["message"].as_str().unwrap().contains("no-such-program"),
        "{line}"
    );
}

#[test]
fn a_seed_that_fails_is_a_warning_unless_seeds_are_required() {
    let database = database();
    let options = database.options();
    assert_eq!(run(&["provision", "--skip-seed"], &database.url()).code, 0);
    // The table that the first seed writes is locked away behind a constraint that no row meets.
    sql(
        &options,
        "ALTER TABLE organizations ADD CONSTRAINT closed CHECK (false) NOT VALID",
    );
    let ended = run(&["provision", "--log", "json"], &database.url());
    assert_eq!(said(&ended, "applied"), 0);
    let warned = ended
        .lines()
        .into_iter()
        .find(|line| line["message"] == "seeding failed, provisioning goes on without it")
        .unwrap();
    assert_eq!(warned["level"], "warn");
    let ended = run(&["provision", "--require-seed"], &database.url());
    assert_eq!(ended.code, 6, "{}", ended.stderr);
}
