//! Migrations run with the settings that connection options, role, database and server say, and not with those of the driver.

use migration_core::{Config, Error, Migrations, Progress, Sessions, Target, apply, rollback};
use sqlx::postgres::PgConnectOptions;

use crate::support::{ask, database, execute, run, set};

const STORE: [(&str, &str); 1] = [(
    "1_a.sql",
    "CREATE TABLE e (at timestamptz, d date, digits text); INSERT INTO e VALUES ('2024-07-01 00:00', '03/02/2024', 0.1::float8 + 0.2::float8)",
)];

async fn stored(options: &PgConnectOptions) -> Vec<String> {
    run(options, &[set(&STORE)]).await.unwrap();
    ask(
        options,
        "SELECT format('%s %s %s', at AT TIME ZONE 'UTC', d, digits) FROM e",
    )
    .await
}

async fn with(setup: &str, given: &[(&str, &str)]) -> Vec<String> {
    let database = database().await;
    let options = database.options();
    let name = options.get_database().unwrap();
    let role = format!("login_{name}");
    execute(&options, &format!("CREATE ROLE {role} LOGIN SUPERUSER")).await;
    let setup = setup.replace("{database}", name).replace("{role}", &role);
    execute(&options, &setup).await;
    let found = stored(&options.clone().username(&role).options(given.iter().copied())).await;
    execute(
        &options,
        &format!("REASSIGN OWNED BY {role} TO postgres; DROP OWNED BY {role}; DROP ROLE {role}"),
    )
    .await;
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_strongest_that_says_something_decides() {
    let in_new_york = "ALTER DATABASE {database} SET timezone = 'America/New_York'; ";
    let in_tokyo = "ALTER ROLE {role} SET TimeZone = 'Asia/Tokyo'; ";
    let here = "ALTER ROLE {role} IN DATABASE {database} SET timezone = 'Europe/Berlin'; ";
    for (setup, given, expected) in [
        (String::new(), None, "2024-07-01 00:00:00 2024-03-02"),
        (in_new_york.into(), None, "2024-07-01 04:00:00 2024-03-02"),
        (
            format!("{in_new_york}{in_tokyo}"),
            None,
            "2024-06-30 15:00:00 2024-03-02",
        ),
        (
            format!("{here}{in_tokyo}"),
            None,
            "2024-06-30 22:00:00 2024-03-02",
        ),
        (
            format!("{here}{in_tokyo}"),
            Some(("TimeZone", "Asia/Kolkata")),
            "2024-06-30 18:30:00 2024-03-02",
        ),
        (
            "ALTER DATABASE {database} SET datestyle = 'dmy'".into(),
            None,
            "2024-07-01 00:00:00 2024-02-03",
        ),
        (
            "ALTER DATABASE {database} SET datestyle = 'dmy'; ALTER ROLE {role} SET datestyle = 'German'"
                .into(),
            None,
            "2024-07-01 00:00:00 2024-02-03",
        ),
        (
            String::new(),
            Some(("DateStyle", "SQL, DMY")),
            "2024-07-01 00:00:00 2024-02-03",
        ),
    ] {
        let found = with(&setup, given.as_slice()).await;
        assert_eq!(
            found,
            [format!("{expected} 0.30000000000000004")],
            "{setup} {given:?}"
        );
    }
    let digits = with("ALTER DATABASE {database} SET extra_float_digits = 0", &[]).await;
    assert_eq!(digits, ["2024-07-01 00:00:00 2024-03-02 0.3"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bounds_of_partitions_are_those_of_the_database() {
    let database = database().await;
    let options = database.options();
    let name = options.get_database().unwrap();
    execute(
        &options,
        &format!("ALTER DATABASE {name} SET timezone = 'America/New_York'"),
    )
    .await;
    let text = "CREATE TABLE ev (at timestamptz NOT NULL) PARTITION BY RANGE (at);
                CREATE TABLE ev_07 PARTITION OF ev FOR VALUES FROM ('2024-07-01') TO ('2024-08-01')";
    let steps = format!("-- db-fresh: no-transaction\n{}", text.replace("ev", "steps"));
    run(&options, &[set(&[("1_a.sql", text), ("2_b.sql", &steps)])])
        .await
        .unwrap();
    for table in ["ev", "steps"] {
        execute(
            &options,
            &format!("INSERT INTO {table} VALUES ('2024-07-31 23:00 America/New_York')"),
        )
        .await;
    }
}

/// A reset is to the server's default, and not to the driver's.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_in_a_file_takes_the_servers_default() {
    for sessions in [Sessions::Isolated, Sessions::Kept] {
        let database = database().await;
        let options = database.options();
        let name = options.get_database().unwrap();
        execute(
            &options,
            &format!("ALTER DATABASE {name} SET timezone = 'America/New_York'; ALTER DATABASE {name} SET datestyle = 'DMY'"),
        )
        .await;
        let write =
            "INSERT INTO seen SELECT concat(current_setting('TimeZone'), ' ', current_setting('DateStyle'))";
        let resets = [
            "SET TIME ZONE 'Asia/Tokyo'; RESET timezone",
            "SET TIME ZONE LOCAL",
            "SET timezone TO DEFAULT; SET datestyle = 'MDY'; RESET datestyle",
            "SET TIME ZONE 'Asia/Tokyo'; SET LOCAL TIME ZONE DEFAULT",
            "RESET ALL",
            "SELECT 1",
        ];
        let mut files = vec![("0_a.sql".to_owned(), "CREATE TABLE seen (x text)".to_owned())];
        for (number, reset) in resets.iter().enumerate() {
            files.push((format!("{}_b.sql", number + 1), format!("{reset}; {write};\n")));
            let steps = format!(
                "-- db-fresh: no-transaction\n{};\n{write};\nVACUUM seen;\n",
                reset.replace("SET LOCAL", "SET")
            );
            files.push((format!("{}_c.sql", number + 10), steps));
        }
        files.push((
            "20_d.sql".into(),
            format!("-- db-fresh: no-transaction\nDISCARD ALL;\n{write}"),
        ));
        let files: Vec<_> = files.iter().map(|(name, text)| (&**name, &**text)).collect();
        let config = Config {
            sessions,
            ..Config::default()
        };
        apply(&options, &[set(&files)], &config, &mut |_| {})
            .await
            .unwrap();
        let seen = ask(&options, "SELECT x FROM seen").await;
        assert_eq!(seen, ["America/New_York ISO, DMY"; 13], "{sessions:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_may_not_read_the_servers_files_keeps_utc_and_is_told() {
    let database = database().await;
    let options = database.options();
    let name = options.get_database().unwrap();
    let role = format!("plain_{name}");
    execute(
        &options,
        &format!("CREATE ROLE {role} LOGIN; GRANT ALL ON SCHEMA public TO {role}"),
    )
    .await;
    let login = options.clone().username(&role);
    let mut unread = Vec::new();
    let mut tell = |progress| {
        if let Progress::SettingsUnread { settings, file } = progress {
            unread.push((settings, file));
        }
    };
    let ddl = set(&[("0_a.sql", "CREATE TABLE a (at timestamptz DEFAULT now())")]);
    apply(&login, &[ddl], &Config::default(), &mut tell)
        .await
        .unwrap();
    assert!(unread.is_empty(), "{unread:?}");
    let mut files = vec![("0_a.sql", "CREATE TABLE a (at timestamptz DEFAULT now())")];
    files.extend(STORE);
    let mut tell = |progress| {
        if let Progress::SettingsUnread { settings, file } = progress {
            unread.push((settings, file));
        }
    };
    apply(&login, &[set(&files)], &Config::default(), &mut tell)
        .await
        .unwrap();
    assert_eq!(unread, [(vec!["timezone", "datestyle"], "1_a.sql".to_owned())]);
    assert_eq!(
        ask(&options, "SELECT at AT TIME ZONE 'UTC' FROM e").await,
        ["2024-07-01 00:00:00"]
    );
    execute(
        &options,
        &format!("REASSIGN OWNED BY {role} TO postgres; DROP OWNED BY {role}; DROP ROLE {role}"),
    )
    .await;
}

/// Where a plain string with a backslash ends depends on a setting.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strings_that_the_server_reads_otherwise_are_refused() {
    let keep = "CREATE TABLE a (t text); CREATE TABLE b (t text); INSERT INTO b VALUES ('keep')";
    let cut = "INSERT INTO a VALUES ('x\\'); DELETE FROM b; --');\n";
    let off = "ALTER DATABASE {database} SET standard_conforming_strings = off";
    let by_file = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET standard_conforming_strings = off', current_database()); END $$";
    let steps = format!("-- db-fresh: no-transaction\n{cut}");
    for (setup, given, first, second, sessions, applied) in [
        (off, None, keep, cut, Sessions::Isolated, 0),
        (off, None, keep, &steps, Sessions::Isolated, 0),
        (
            "SELECT 1",
            Some(("standard_conforming_strings", "off")),
            keep,
            cut,
            Sessions::Isolated,
            0,
        ),
        (
            "SELECT 1",
            None,
            &format!("{keep}; {by_file}"),
            cut,
            Sessions::Isolated,
            1,
        ),
        (
            "SELECT 1",
            None,
            &format!("{keep}; SET standard_conforming_strings = off"),
            cut,
            Sessions::Kept,
            1,
        ),
        (
            "SELECT 1",
            None,
            &format!("{keep}; SET standard_conforming_strings = off"),
            &steps,
            Sessions::Kept,
            1,
        ),
    ] {
        for batch in [1, 100] {
            let config = Config {
                sessions,
                batch,
                ..Config::default()
            };
            let sets = [set(&[("1_a.sql", first), ("2_b.sql", second)])];
            refused(setup, given, &sets, &config, applied).await;
        }
    }
}

/// It is refused by name after so many files, and what a string holds is not run.
async fn refused(
    setup: &str,
    given: Option<(&str, &str)>,
    sets: &[Migrations],
    config: &Config,
    applied: usize,
) {
    let database = database().await;
    let options = database.options();
    execute(
        &options,
        &setup.replace("{database}", options.get_database().unwrap()),
    )
    .await;
    let error = apply(&options.clone().options(given), sets, config, &mut |_| {})
        .await
        .unwrap_err();
    let said = error.to_string();
    assert!(
        said.contains("standard_conforming_strings"),
        "{said}: {setup} {config:?}"
    );
    assert!(matches!(error, Error::Unfit { .. }), "{error:?}");
    let ledger = ask(
        &options,
        "SELECT coalesce(to_regclass('schema_migrations')::text, '')",
    )
    .await;
    assert_eq!(ledger == ["schema_migrations"], applied > 0, "{setup}");
    if applied > 0 {
        assert_eq!(ask(&options, "SELECT t FROM b").await, ["keep"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strings_that_read_the_same_are_run() {
    let database = database().await;
    let options = database.options();
    execute(
        &options,
        &format!(
            "ALTER DATABASE {} SET standard_conforming_strings = off",
            options.get_database().unwrap()
        ),
    )
    .await;
    let sets = [set(&[
        (
            "1_a.up.sql",
            "CREATE TABLE a AS SELECT 'it''s' AS x, E'\\\\' AS y, current_setting('standard_conforming_strings') AS z",
        ),
        ("1_a.down.sql", "DROP TABLE a; SELECT '\\'"),
    ])];
    run(&options, &sets).await.unwrap();
    assert_eq!(
        ask(&options, "SELECT a::text FROM a").await,
        ["(it's,\"\\\\\",off)"]
    );
    let error = rollback(&options, &sets, &Target::Last(1), &Config::default(), &mut |_| {})
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("standard_conforming_strings"),
        "{error}"
    );
}
