//! A ledger that cannot be used: what the commands say of it, before anything runs.

use crate::{
    reference::{Ended, database, sql},
    support::Project,
};

const FILE: (&str, &str) = ("migrations/app/1_t.up.sql", "CREATE TABLE t (id int);\n");

fn configuration(ledger: &str) -> String {
    format!("[[component]]\nname = \"app\"\n\n[ledger]\n{ledger}\n")
}

#[test]
fn a_ledger_that_is_newer_or_hides_rows_or_is_no_table_is_refused_by_name() {
    for (change, code, said) in [
        (
            "ALTER TABLE ops.ledger RENAME CONSTRAINT ledger_layout_1 TO ledger_layout_3",
            "migration/ledger-newer",
            [
                "newer version (layout 3; this one knows 1)",
                "use the version of db-fresh that wrote it",
            ],
        ),
        (
            "ALTER TABLE ops.ledger RENAME TO kept; CREATE VIEW ops.ledger AS SELECT * FROM ops.kept",
            "migration/ledger-unfit",
            [
                "`ops.ledger` cannot be the ledger: it is a view",
                "`[ledger] table` in `db-fresh.toml`",
            ],
        ),
        (
            "ALTER TABLE ops.ledger SET UNLOGGED",
            "migration/ledger-unfit",
            ["it is unlogged", "`ALTER TABLE ops.ledger SET LOGGED`"],
        ),
    ] {
        let database = database();
        let text = configuration("schema = \"ops\"\ntable = \"ledger\"");
        let project = Project::of(&[("db-fresh.toml", &text), FILE]);
        let run = |arguments: &[&str]| {
            let url = database.url();
            let mut all = arguments.to_vec();
            all.extend(["--environment", "development", "--database-url", &url]);
            Ended::of(&project.run(&all))
        };
        let applied = run(&["migrate", "--yes"]);
        assert_eq!(applied.code, 0, "{}", applied.stderr);
        sql(&database.options(), &format!("{change}; SELECT 'done'"));
        for arguments in [&["migrate", "--yes"][..], &["plan"], &["status"]] {
            let refused = run(arguments);
            let all = format!("{}{}", refused.stdout, refused.stderr);
            assert_eq!(refused.code, 3, "{arguments:?}: {all}");
            assert!(all.contains(&format!("error[{code}]")), "{arguments:?}: {all}");
            for part in said {
                assert!(all.contains(part), "{arguments:?}: {all}");
            }
        }
    }
}

#[test]
fn a_write_that_had_no_effect_is_told_with_the_trigger_that_is_behind_it() {
    let database = database();
    let text = configuration("");
    let project = Project::of(&[("db-fresh.toml", &text), FILE]);
    let run = || {
        let url = database.url();
        let arguments = [
            "migrate",
            "--yes",
            "--environment",
            "development",
            "--database-url",
            &url,
        ];
        Ended::of(&project.run(&arguments))
    };
    assert_eq!(run().code, 0);
    sql(
        &database.options(),
        "CREATE FUNCTION meddle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
         CREATE TRIGGER meddler BEFORE INSERT ON schema_migrations FOR EACH ROW EXECUTE FUNCTION meddle(); SELECT 'done'",
    );
    project.write("migrations/app/2_u.up.sql", "CREATE TABLE u (id int);\n");
    let refused = run();
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    for part in [
        "error[migration/ledger-unwritten]",
        "the table has triggers: `meddler`",
        "2_u.up.sql",
        "nothing: its transaction was rolled back",
    ] {
        assert!(refused.stderr.contains(part), "{}", refused.stderr);
    }
}

#[test]
fn a_name_that_the_ledger_cannot_have_is_refused_without_a_database() {
    let long = format!("table = \"{}\"", "t".repeat(55));
    for (ledger, said) in [
        ("table = \"\"", "the ledger cannot have the table ``: it is empty"),
        ("schema = \"pg_catalog\"", "it is one of the server's own schemas"),
        (&long, "it has 55 bytes, and 54 are the most"),
    ] {
        let text = configuration(ledger);
        let project = Project::of(&[("db-fresh.toml", &text), FILE]);
        let refused =
            Ended::of(&project.run(&["plan", "--database-url", "postgres://nobody@127.0.0.1:1/none"]));
        assert_eq!(refused.code, 3, "{}", refused.stderr);
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
        assert!(
            refused.stderr.contains("with `[ledger] "),
            "the hint names the setting: {}",
            refused.stderr
        );
    }
}
