//! Variables and settings that are meant for other servers, or for other programs, do not reach a private server.

use crate::support::{Project, stderr, stdout};

#[test]
fn variables_of_libpq_lead_neither_the_proof_nor_its_command_to_another_server() {
    let project = Project::new();
    let show = "psql -XAtc 'SHOW default_transaction_read_only' \"$DATABASE_URL\"";
    for variables in [
        &[("PGOPTIONS", "-c default_transaction_read_only=on")][..],
        &[("PGOPTIONS", "endpoint=of-another-server")],
        &[
            ("PGHOST", "192.0.2.1"),
            ("PGHOSTADDR", "192.0.2.1"),
            ("PGPORT", "1"),
            ("PGUSER", "nobody"),
            ("PGDATABASE", "nowhere"),
            ("PGPASSWORD", "hunter2"),
            ("PGPASSFILE", "/nowhere"),
        ],
        &[
            ("PGSERVICE", "nowhere"),
            ("PGSSLMODE", "verify-full"),
            ("PGSSLROOTCERT", "/nowhere"),
        ],
        &[
            ("PGTZ", "Mars"),
            ("PGCLIENTENCODING", "LATIN9"),
            ("PGDATESTYLE", "German"),
            ("PGTARGETSESSIONATTRS", "standby"),
        ],
        &[
            ("LANG", "xx_YY"),
            ("LC_ALL", "zz_ZZ.LATIN1"),
            ("TZ", "Mars/Olympus"),
        ],
        &[("TMPDIR", "/nowhere/at all")],
    ] {
        let mut command = project.command(&["db-fresh", "--no-cache", "--", "sh", "-c", show]);
        command.envs(variables.iter().copied());
        let output = command.output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(0),
            "{variables:?}: {}",
            stderr(&output)
        );
        assert_eq!(stdout(&output), "off\n", "{variables:?}");
    }
}

#[test]
fn the_users_options_still_reach_a_real_database() {
    let project = Project::without_contracts();
    let database = crate::reference::database();
    let mut command = project.command(&["migrate", "--yes", "--database-url", &database.url()]);
    command.env("PGOPTIONS", "-c default_transaction_read_only=on");
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(stderr(&output).contains("read-only"), "{}", stderr(&output));
}

#[test]
fn a_file_that_sets_its_session_to_read_only_does_not_keep_the_next_one_from_writing() {
    for statement in [
        "SET default_transaction_read_only = on",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
        "SET default_transaction_isolation = serializable",
        "ALTER SYSTEM SET default_transaction_read_only = on;\nSELECT pg_reload_conf()",
    ] {
        let project = Project::of(&[
            (
                "migrations/1_a.sql",
                &format!("CREATE TABLE a (id int);\n{statement};\n"),
            ),
            (
                "migrations/2_b.sql",
                "CREATE TABLE b (id int);\nDO $$BEGIN ASSERT current_setting('transaction_isolation') = 'read committed'; END$$;\n",
            ),
        ]);
        let output = project.run(&["contract", "accept"]);
        assert_eq!(output.status.code(), Some(0), "{statement}: {}", stderr(&output));
    }
}

/// In a deployment of its own the second file would meet a read-only session too.
#[test]
fn what_a_file_says_for_new_sessions_of_the_role_holds_for_the_next_file() {
    let project = Project::of(&[
        (
            "migrations/1_a.sql",
            "CREATE TABLE a (id int);\nALTER ROLE CURRENT_USER SET default_transaction_read_only = on;\n",
        ),
        ("migrations/2_b.sql", "CREATE TABLE b (id int);"),
    ]);
    let output = project.run(&["contract", "accept"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    assert!(
        stderr(&output).contains("migrations/2_b.sql:1:1"),
        "{}",
        stderr(&output)
    );
}
