//! The migration behind a broken contract, query or expectation is named, and nobody else's.

use serde_json::Value;

use crate::support::{Project, codes};

fn with_consumers() -> Project {
    let project = Project::new();
    let config = project.read("db-fresh.toml");
    let feed = "[[consumer]]\nname = \"feed\"\nqueries = \"feed/queries\"\nexpectations = \"feed/expectations.toml\"\n";
    project.write("db-fresh.toml", &format!("{config}\n{feed}"));
    project.write(
        "feed/queries/latest.sql",
        "SELECT id FROM users;\nSELECT id, name FROM users;\n",
    );
    project.write(
        "feed/expectations.toml",
        "[tables.posts]\nindexes = [[\"author\"]]\n",
    );
    project
}

fn error<'d>(document: &'d Value, code: &str) -> &'d Value {
    let errors = document["errors"].as_array().unwrap();
    errors
        .iter()
        .find(|error| error["code"] == code)
        .unwrap_or_else(|| panic!("no {code}: {document}"))
}

#[test]
fn a_broken_contract_names_the_migration_that_broke_it() {
    let project = Project::new();
    project.write(
        "migrations/app/0011_widen_names.up.sql",
        "ALTER TABLE users ALTER COLUMN name TYPE varchar(80), ADD COLUMN nick text;\n",
    );
    project.write(
        "migrations/app/0012_comment.up.sql",
        "COMMENT ON TABLE users IS 'People';\nCREATE TABLE tags (id int);\n",
    );
    let (code, document) = project.proof(&[]);
    assert_eq!((code, codes(&document)), (5, vec!["contract/broken".to_owned()]));
    let text = document["errors"][0]["facts"][0]["value"].as_str().unwrap();
    insta::assert_snapshot!(text);
}

#[test]
fn what_no_migration_makes_is_laid_to_none() {
    let project = Project::new();
    project.write("migrations/app/0010_index_posts.up.sql", "SELECT 1;\n");
    let (_, document) = project.proof(&[]);
    let text = error(&document, "contract/broken")["facts"].to_string();
    assert!(
        text.contains("posts_author") && !text.contains("by migrations"),
        "{text}"
    );
}

#[test]
fn a_broken_query_and_a_breach_name_the_migration_that_broke_them() {
    let project = with_consumers();
    assert_eq!(project.proof(&[]).0, 0);
    project.write(
        "migrations/app/0011_rename_name.up.sql",
        "DROP INDEX posts_author;\nALTER TABLE users RENAME name TO full_name;\n",
    );
    project.write("migrations/app/0012_more.up.sql", "CREATE TABLE tags (id int);\n");
    // The contract is accepted; the consumer was not asked.
    assert!(project.run(&["contract", "accept"]).status.success());
    let (code, document) = project.proof(&[]);
    assert_eq!(code, 5);
    let by = r#"{"label":"broken by","value":"migrations/app/0011_rename_name.up.sql"}"#;
    for code in ["query/broken", "expectation/index-missing"] {
        let facts = error(&document, code)["facts"].to_string();
        assert!(facts.contains(by), "{code}: {facts}");
    }
    assert_eq!(error(&document, "query/broken")["where"]["line"], 2);
}

#[test]
fn a_breach_has_its_line_and_the_migration_that_made_it_so() {
    let project = with_consumers();
    project.write("migrations/app/0011_tags.up.sql", "CREATE TABLE tags (id int);\n");
    project.write(
        "migrations/app/0012_widen.up.sql",
        "ALTER TABLE users ALTER COLUMN name TYPE varchar(80), ADD COLUMN nick text;\n",
    );
    assert!(project.run(&["contract", "accept"]).status.success());
    project.write(
        "feed/expectations.toml",
        "\u{feff}[tables.tags.columns]\n# It was never there.\nlabel = \"text\"\nid = \"bigint\"\n\
         [tables.users]\ncolumns.name = \"text\"\n",
    );
    let (code, document) = project.proof(&[]);
    assert_eq!(code, 5, "{document}");
    let told: Vec<_> = document["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            let facts = error["facts"].as_array().unwrap().iter();
            let mut by = facts
                .filter(|fact| fact["label"] == "broken by")
                .filter_map(|fact| fact["value"].as_str());
            let line = error["where"]["line"].as_u64().unwrap_or_default();
            (line, by.next().unwrap_or_default().to_owned())
        })
        .collect();
    let file = |name: &str| format!("migrations/app/{name}.up.sql");
    assert_eq!(
        told,
        [
            (4, file("0011_tags")),
            (3, String::new()),
            (6, file("0012_widen"))
        ]
    );
}

#[test]
fn the_search_path_of_a_consumer_and_of_its_role_hold() {
    let project = with_consumers();
    project.write(
        "migrations/app/0011_schema.up.sql",
        "CREATE SCHEMA elsewhere; CREATE TABLE elsewhere.notes (id int);\n",
    );
    project.write(
        "feed/queries/latest.sql",
        "\u{feff}-- All of them.\nSELECT id FROM notes;\n",
    );
    assert!(project.run(&["contract", "accept"]).status.success());
    let (code, document) = project.proof(&[]);
    assert_eq!(code, 5, "{document}");
    assert_eq!(error(&document, "query/broken")["where"]["line"], 2);
    let config = project.read("db-fresh.toml").replace(
        "name = \"feed\"",
        "name = \"feed\"\nsearch_path = \"elsewhere, public\"",
    );
    project.write("db-fresh.toml", &config);
    let (code, document) = project.proof(&[]);
    assert_eq!(code, 0, "{document}");
}

#[test]
fn a_query_that_never_fitted_is_laid_to_none() {
    let project = with_consumers();
    project.write("feed/queries/latest.sql", "SELECT nmae FROM users;\n");
    let (_, document) = project.proof(&[]);
    let facts = error(&document, "query/broken")["facts"].to_string();
    assert!(!facts.contains("broken by"), "{facts}");
}

#[test]
fn a_body_that_a_migration_made_stale_is_laid_to_it_where_the_server_can_tell() {
    let project = with_consumers();
    let config = project
        .read("db-fresh.toml")
        .replace("queries =", "run = true\nqueries =");
    project.write("db-fresh.toml", &config);
    project.write(
        "migrations/app/0011_functions.up.sql",
        "CREATE FUNCTION first_name() RETURNS text LANGUAGE plpgsql AS $$BEGIN RETURN (SELECT name FROM users); END$$;\n\
         CREATE FUNCTION staged() RETURNS bigint LANGUAGE plpgsql AS $$\n\
         BEGIN CREATE TEMP TABLE stage (id int); RETURN (SELECT count(*) FROM stage); END$$;\n",
    );
    project.write("migrations/app/0012_drop.up.sql", "DROP INDEX posts_author;\n");
    project.write("feed/queries/latest.sql", "SELECT id FROM users;\n");
    project.write("feed/expectations.toml", "[tables.posts]\n");
    assert!(project.run(&["contract", "accept"]).status.success());
    let (code, document) = project.proof(&[]);
    assert_eq!(code, 0, "{document}");
    let said = document["steps"].to_string();
    let is_installed = said.contains("plpgsql_check is not sure of staged()");

    project.write(
        "migrations/app/0013_rename.up.sql",
        "ALTER TABLE users RENAME name TO full_name;\n",
    );
    assert!(project.run(&["contract", "accept"]).status.success());
    let (code, document) = project.proof(&[]);
    assert_eq!(code == 5, is_installed, "{document}");
    if is_installed {
        let error = error(&document, "query/stale-body");
        assert!(
            error["what"].as_str().unwrap().contains("first_name()"),
            "{error}"
        );
        assert!(
            error["facts"].to_string().contains("0013_rename.up.sql"),
            "{error}"
        );
        assert!(!document["errors"].to_string().contains("staged"), "{document}");
    }
}
