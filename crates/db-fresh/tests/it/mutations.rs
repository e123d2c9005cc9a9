//! Each guard, shown what it guards against: one thing is broken, and its own diagnostic code comes back.

use crate::support::{Project, codes};

#[test]
fn migrations_run_by_number_whatever_the_listing() {
    // As text `0010` would come before `2`, and without zeros `10` before `9`.
    let project = Project::of(&[
        ("m/10_c.sql", "ALTER TABLE t ADD COLUMN c int;\n"),
        ("m/9_b.sql", "ALTER TABLE t ADD COLUMN b int;\n"),
        ("m/0002_a.sql", "CREATE TABLE t (a int);\n"),
    ]);
    let (code, document) = project.proof(&["--migrations", "m"]);
    assert_eq!(code, 0, "{document}");
    let items = document["migrations"]["items"].as_array().unwrap();
    let files: Vec<_> = items.iter().map(|item| item["file"].as_str().unwrap()).collect();
    assert_eq!(files, ["0002_a.sql", "9_b.sql", "10_c.sql"]);
}

#[test]
fn a_number_that_comes_twice_is_refused_before_anything_runs() {
    let project = Project::new();
    project.write(
        "migrations/app/2_create_more.up.sql",
        "CREATE TABLE more (id int);\n",
    );
    let (code, document) = project.proof(&[]);
    assert_eq!(
        (code, codes(&document)),
        (3, vec!["migration/duplicate-version".to_owned()])
    );
    assert!(document["postgres"].is_null(), "no server was started for it");
    let text = document["errors"].to_string();
    assert!(
        text.contains("2_create_more.up.sql") && text.contains("0002_create_posts.up.sql"),
        "{text}"
    );
}

#[test]
fn a_file_that_fits_no_rule_is_named_and_not_skipped() {
    let project = Project::new();
    project.write("migrations/app/create_tags.sql", "CREATE TABLE tags (id int);\n");
    assert_eq!(
        project.failure(&[]),
        (3, vec!["migration/unknown-file".to_owned()])
    );
}

#[test]
fn a_dropped_column_breaks_the_contract() {
    let project = Project::new();
    project.write(
        "migrations/app/0001_create_users.up.sql",
        "CREATE TABLE users (id bigint PRIMARY KEY);\n",
    );
    project.write(
        "seeds/app/10_users.sql",
        "INSERT INTO users VALUES (1) ON CONFLICT (id) DO NOTHING;\n",
    );
    let (code, document) = project.proof(&[]);
    assert_eq!((code, codes(&document)), (5, vec!["contract/broken".to_owned()]));
    let text = document["errors"].to_string();
    assert!(text.contains("users") && text.contains("name"), "{text}");
}

#[test]
fn a_column_that_the_contract_no_longer_has_is_a_difference_too() {
    let project = Project::new();
    let file = "migrations/app.contract.snap";
    let contract = project.read(file);
    let without: String = contract
        .split_inclusive('\n')
        .filter(|line| !line.contains("column name"))
        .collect();
    assert_ne!(contract, without, "{contract}");
    project.write(file, &without);
    assert_eq!(project.failure(&[]), (5, vec!["contract/broken".to_owned()]));
}

#[test]
fn a_missing_contract_is_told_with_the_command_that_makes_it() {
    let project = Project::without_contracts();
    let (code, document) = project.proof(&[]);
    assert_eq!(code, 5);
    assert_eq!(codes(&document), ["contract/missing", "contract/missing"]);
    assert!(
        document["errors"]
            .to_string()
            .contains("`db-fresh contract accept`")
    );
}

#[test]
fn a_seed_that_is_not_idempotent_is_caught_by_the_second_run() {
    let project = Project::new();
    project.write(
        "seeds/app/20_more.sql",
        "INSERT INTO posts SELECT 1 + count(*), 1 FROM posts;\n",
    );
    let (code, document) = project.proof(&[]);
    assert_eq!(
        (code, codes(&document)),
        (6, vec!["seed/not-idempotent".to_owned()])
    );
    assert!(document["errors"].to_string().contains("20_more.sql"));
}

#[test]
fn a_down_script_that_leaves_something_is_named() {
    // The first is forgiven by the down script below it, which drops the table; of the second nothing but the catalog knows.
    let comment = "DROP INDEX CONCURRENTLY posts_author;\nCOMMENT ON TABLE posts IS 'left behind';\n";
    for (down, left) in [("SELECT 1;\n", "posts_author"), (comment, "left behind")] {
        let project = Project::new();
        project.write("migrations/app/0010_index_posts.down.sql", down);
        let (code, document) = project.proof(&[]);
        assert_eq!(
            (code, codes(&document)),
            (3, vec!["migration/irreversible".to_owned()]),
            "{document}"
        );
        let error = &document["errors"][0];
        assert!(
            error["what"]
                .as_str()
                .unwrap()
                .contains("0010_index_posts.up.sql"),
            "{error}"
        );
        assert!(
            error["where"]["file"]
                .as_str()
                .unwrap()
                .ends_with("0010_index_posts.down.sql"),
            "{error}"
        );
        assert!(error["facts"].to_string().contains(left), "{error}");
    }
}

#[test]
fn a_migration_that_cannot_be_applied_again_is_named() {
    let project = Project::new();
    project.write("migrations/app/0001_create_users.down.sql", "SELECT 1;\n");
    let (code, document) = project.proof(&[]);
    assert_eq!(
        (code, codes(&document)),
        (3, vec!["migration/not-reapplied".to_owned()])
    );
    let error = &document["errors"][0];
    assert!(
        error["where"]["file"]
            .as_str()
            .unwrap()
            .ends_with("0001_create_users.up.sql"),
        "{error}"
    );
    assert!(error["hints"].to_string().contains("down script"), "{error}");
}

#[test]
fn a_down_script_that_fails_is_shown_where_it_fails() {
    let project = Project::new();
    project.write(
        "migrations/app/0002_create_posts.down.sql",
        "-- Oops.\nDROP TABLE post;\n",
    );
    let (code, document) = project.proof(&[]);
    assert_eq!(
        (code, codes(&document)),
        (3, vec!["migration/down-failed".to_owned()])
    );
    assert_eq!(document["errors"][0]["where"]["line"], 2);
}

#[test]
fn an_edited_file_is_refused_on_a_database_that_ran_it() {
    use ephemeral_postgres::TestServer;
    let project = Project::new();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let server = runtime
        .block_on(TestServer::shared(|name| std::env::var_os(name)))
        .unwrap();
    let database = runtime.block_on(server.database()).unwrap();
    let url = database.url();
    let migrate = ["migrate", "--yes", "--database-url", &url];
    assert!(project.run(&migrate).status.success());

    // A comment is no change of the schema; its checksum is written anew.
    let file = "migrations/app/0001_create_users.up.sql";
    let text = project.read(file);
    project.write(file, &format!("-- Explained later.\r\n{text}"));
    let output = project.run(&migrate);
    assert!(output.status.success());
    assert!(crate::support::stderr(&output).contains("only comments or line ends changed"));

    project.write(file, &text.replace("name text", "name varchar"));
    let output = project.run(&migrate);
    assert_eq!(output.status.code(), Some(3));
    let said = crate::support::stderr(&output);
    assert!(
        said.contains("error[migration/edited]") && said.contains("on disk:"),
        "{said}"
    );
}

#[test]
fn a_query_that_no_longer_fits_breaks_its_consumer() {
    let project = Project::new();
    let config = project.read("db-fresh.toml");
    project.write(
        "db-fresh.toml",
        &format!("{config}\n[[consumer]]\nname = \"feed\"\nqueries = \"queries\"\n"),
    );
    project.write(
        "queries/latest.sql",
        "SELECT id, author FROM posts ORDER BY id DESC LIMIT $1;\n",
    );
    assert_eq!(project.proof(&[]).0, 0);
    project.write("queries/latest.sql", "SELECT id, writer FROM posts;\n");
    let (code, document) = project.proof(&[]);
    assert_eq!(code, 5);
    let text = document["errors"].to_string();
    assert!(
        text.contains("feed") && text.contains("writer") && text.contains("latest.sql"),
        "{text}"
    );
}
