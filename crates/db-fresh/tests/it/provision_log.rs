//! What `provision` says, word for word but for times and names that change from run to run.

use regex_lite::Regex;

use crate::{
    reference::{Ended, database},
    support::Project,
};

fn redacted(text: &str) -> String {
    let mut text = text.to_owned();
    for (pattern, replacement) in [
        (r#""timestamp":"[^"]*""#, r#""timestamp":"TIME""#),
        (
            r#""(durationSeconds|elapsedSeconds|delaySeconds)":[0-9.e-]+"#,
            r#""$1":0"#,
        ),
        (r"(durationSeconds|elapsedSeconds|delaySeconds) [0-9.e-]+", "$1 0"),
        (r#""serverVersion":"[^"]*""#, r#""serverVersion":"VERSION""#),
        (r"serverVersion [^)]*\)\)", "serverVersion VERSION)"),
        (r"serverVersion [0-9][^ )]*\)", "serverVersion VERSION)"),
        (r"in [0-9.]+ (µs|ms|s)", "in TIME"),
        (r"(db_fresh_)?test_[0-9a-f_]+", "DATABASE"),
        (r"on [0-9-]+ [0-9:]+ UTC", "on DATE"),
    ] {
        text = Regex::new(pattern)
            .unwrap()
            .replace_all(&text, replacement)
            .into_owned();
    }
    text
}

fn said(project: &Project, arguments: &[&str], url: &str) -> String {
    let output = project
        .command(arguments)
        .env("DATABASE_URL", url)
        .output()
        .unwrap();
    let ended = Ended::of(&output);
    redacted(&format!("{}exit code {}", ended.stderr, ended.code))
}

#[test]
fn the_log_of_a_first_run_of_a_second_and_of_one_that_is_refused() {
    let (project, database) = (Project::new(), database());
    let url = database.url();
    insta::assert_snapshot!(
        "provision_first_json",
        said(&project, &["provision", "--log", "json"], &url)
    );
    insta::assert_snapshot!("provision_second_human", said(&project, &["provision"], &url));
    project.write(
        "migrations/app/0002_create_posts.up.sql",
        "CREATE TABLE posts (id int);\n",
    );
    insta::assert_snapshot!(
        "provision_edited_json",
        said(&project, &["provision", "--log", "json"], &url)
    );
}
