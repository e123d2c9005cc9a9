//! Nothing that a file, a server, a name or an argument says reaches a terminal raw, or forges a line.

use crate::{
    reference::database,
    support::{Project, stderr, stdout},
};

/// Clears the screen, sets the title, turns text round, begins a line, hides.
const BAD: &str = "\u{1b}[2J\u{1b}]0;t\u{7}\u{202e}\nok\u{9b}\r\u{200b}";

/// What is printed with colours, as on a terminal, when this is run against a database.
fn run(project: &Project, url: &str, arguments: &[&str]) -> String {
    let mut command = project.command(arguments);
    let output = command
        .env("DATABASE_URL", url)
        .env("APP_ENV", "development")
        .env("CLICOLOR_FORCE", "1")
        .output()
        .unwrap();
    format!("{}{}", stdout(&output), stderr(&output))
}

/// Colours apart, a text holds nothing that a terminal acts on, and no line that one of ours could be taken for.
fn is_harmless(text: &str) {
    let plain = regex_lite::Regex::new("\u{1b}\\[[0-9;]*m")
        .unwrap()
        .replace_all(text, "");
    let acts = |c: char| {
        (c.is_control() && c != '\n' && c != '\t')
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}')
    };
    assert!(!plain.contains(acts), "{plain:?}");
    let forged = plain.lines().any(|line| line.starts_with("ok\\u{9b}"));
    assert!(!forged, "{plain}");
    assert!(plain.contains(r"\x1b[2J"), "it is shown, written out: {plain}");
}

#[test]
fn names_of_files_are_written_out() {
    let file = format!("migrations/0001_{BAD}.sql");
    let project = Project::of(&[(file.as_str(), "CREATE TABLE t ();")]);
    let database = database();
    let url = database.url();
    for arguments in [
        &["plan"][..],
        &["status"],
        &["migrate", "--yes"],
        &["status"],
        &["rollback", "--yes"],
        &["mark-applied", &file, "--yes"],
    ] {
        is_harmless(&run(&project, url.as_str(), arguments));
    }
    std::fs::rename(
        project.path().join(&file),
        project.path().join("migrations/0002_b.sql"),
    )
    .unwrap();
    is_harmless(&run(&project, url.as_str(), &["status"]));
    is_harmless(&run(&project, url.as_str(), &["migrate", "--yes"]));
}

#[test]
fn what_files_and_the_server_say_is_written_out() {
    let database = database();
    for sql in [
        format!("SELECT nope AS \"{}\";", BAD.replace('\n', "")),
        format!("DROP TABLE \"{BAD}\";"),
        format!("CREATE TABLE t (\"{BAD}\" int, \"{BAD}\" int);"),
        format!("DO $$ BEGIN RAISE EXCEPTION '{BAD}' USING DETAIL = '{BAD}', HINT = '{BAD}'; END $$;"),
    ] {
        let project = Project::of(&[("migrations/0001_a.sql", sql.as_str())]);
        let arguments = [
            "migrate",
            "--yes",
            "--show-values",
            "--environment",
            "development",
        ];
        is_harmless(&run(&project, database.url().as_str(), &arguments));
    }
}

#[test]
fn arguments_and_configurations_are_written_out() {
    let database = database();
    let project = Project::of(&[
        ("migrations/0001_a.sql", "SELECT 1;"),
        (
            "bad/db-fresh.toml",
            "[[component]]\nname = \"a\"\nafter = [\"\\u001B[2J\\u202E\\nok\\u009B\"]\n",
        ),
    ]);
    for arguments in [
        &["--migrations", BAD][..],
        &["--prelude", BAD, "--on", "local"],
        &["--env", BAD, "plan"],
        &["mark-applied", BAD, "--yes"],
        &["abandon", BAD, "--yes"],
        &["rollback", "--to", BAD, "--yes"],
    ] {
        is_harmless(&run(&project, database.url().as_str(), arguments));
    }
    let mut command = project.command(&["plan"]);
    command
        .current_dir(project.path().join("bad"))
        .env("CLICOLOR_FORCE", "1");
    is_harmless(&stderr(&command.output().unwrap()));
}

#[test]
fn of_a_long_line_the_part_round_the_caret_is_shown() {
    let sql = format!("SELECT {} nope{};", "1, ".repeat(5000), ", 2".repeat(5000));
    let project = Project::of(&[("migrations/0001_a.sql", sql.as_str())]);
    let output = project.run(&["--on", "local"]);
    let text = stderr(&output);
    assert!(text.lines().all(|line| line.chars().count() < 200), "{text}");
    assert!(text.contains("…") && text.contains("1,  nope, 2"), "{text}");
    let line = text.lines().find(|line| line.contains("nope, 2")).unwrap();
    let caret = text.lines().find(|line| line.contains("^^^^")).unwrap();
    let column = |line: &str, of: &str| line[..line.find(of).unwrap()].chars().count();
    assert_eq!(column(line, "nope"), column(caret, "^^^^"), "{text}");
}
