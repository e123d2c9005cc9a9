//! Single changes of a schema that has one of every kind: each is noticed, and named by the right object.

use schema_contract::{Scope, diff, snapshot};
use sqlx::{AssertSqlSafe, Connection};

use crate::server;

/// Each case is a comment with the object that must be named, and the statements that change it.
const CASES: &str = include_str!("mutations.sql");
pub(crate) const BASE: &str = include_str!("base.sql");

pub(crate) struct Case {
    pub(crate) object: &'static str,
    pub(crate) since: u32,
    pub(crate) sql: String,
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for line in CASES.lines() {
        if let Some(title) = line.strip_prefix("-- ") {
            let (object, since) = title.split_once(" since ").unwrap_or((title, "0"));
            cases.push(Case {
                object,
                since: since.parse().unwrap(),
                sql: String::new(),
            });
        } else if let Some(case) = cases.last_mut() {
            case.sql.push_str(line);
        }
    }
    cases
}

#[tokio::test]
async fn every_single_change_is_noticed_and_named() {
    let database = server::database().await;
    let mut conn = database.connect().await;
    sqlx::raw_sql(BASE).execute(&mut conn).await.unwrap();
    let major = conn.server_version_num().unwrap() / 10_000;
    let scope = Scope::default();
    let before = snapshot(&mut conn, &scope).await.unwrap();
    let mut missed = Vec::new();
    let cases = cases();
    assert!(cases.len() >= 200, "{} cases", cases.len());
    for case in cases.iter().filter(|case| major >= case.since) {
        let mut changing = conn.begin().await.unwrap();
        if let Err(error) = sqlx::raw_sql(AssertSqlSafe(case.sql.as_str()))
            .execute(&mut *changing)
            .await
        {
            missed.push(format!("does not run: {}: {error}", case.sql));
            continue;
        }
        let after = snapshot(&mut changing, &scope).await.unwrap();
        changing.rollback().await.unwrap();
        let diff = diff(&before, &after);
        if !diff.objects().any(|object| object.to_string() == case.object) {
            missed.push(format!("{}: {}\n{}", case.object, case.sql, diff.render()));
        }
    }
    assert!(
        missed.is_empty(),
        "{} missed:\n{}",
        missed.len(),
        missed.join("\n")
    );
    assert_eq!(
        snapshot(&mut conn, &scope).await.unwrap(),
        before,
        "a change outlived its rollback"
    );
}
