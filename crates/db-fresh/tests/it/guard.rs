//! `guard`: the application's version against the one that the database says it has, where the configuration says it is.

use crate::{
    reference::{database, sql},
    support::{Project, stderr},
};

const SETTING: &str = "
[guard]
table = \"settings\"
key = \"schema\"
key_column = \"name\"
value_column = \"value\"
";

#[test]
fn versions_that_fit_are_0_others_5_and_without_a_table_it_is_64() {
    let project = Project::of(&[("db-fresh.toml", SETTING), ("migrations/1_a.sql", "SELECT 1;\n")]);
    let database = database();
    sql(
        &database.options(),
        "CREATE TABLE settings (name text PRIMARY KEY, value jsonb NOT NULL);
         INSERT INTO settings VALUES ('schema', '{\"version\": \"1.3.0\"}')",
    );
    let url = database.url();
    let guard = |version: &str| project.run(&["guard", "--database-url", &url, "--app-version", version]);
    for (version, code) in [("1.3.0", 0), ("2.0.0", 5)] {
        let output = guard(version);
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
    }
    project.write("db-fresh.toml", "");
    let output = guard("1.3.0");
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(64), "{said}");
    assert!(
        said.contains("[guard/no-table]") && said.contains("`[guard]`"),
        "{said}"
    );
}
