//! Plans queries, many in one message, each undone before the next.
//!
//! A plan is made for any values of the parameters. From 16 on the server does that by itself; an older one is given NULL,
//! which a domain may refuse: that says nothing about the query.

use futures_util::TryStreamExt;
use sqlx::{AssertSqlSafe, Either, PgConnection};

use super::{parse::lacks_own_setting, session::UNDO};

/// A query to plan.
pub(super) struct Plannable<'q> {
    /// The number of the consumer's query that it is, or is a part of.
    pub(super) query: usize,
    /// How many characters of that stand before it.
    pub(super) start: i64,
    pub(super) sql: &'q str,
    /// Its parameters, each with the type that lies below its domain.
    pub(super) parameters: Vec<Option<String>>,
}

/// With what rights rows are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowSecurity {
    /// As the consumer reads them.
    AsSet,
    /// A query that row security would change fails.
    Off,
}

/// A query that could not be planned.
pub(super) struct Failure {
    /// Which of them.
    pub(super) at: usize,
    pub(super) error: sqlx::Error,
    /// How many characters were sent before its text.
    pub(super) before: i64,
}

/// As many queries go into one message, up to so many bytes.
const AT_ONCE: usize = 25;
const BYTES: usize = 64 * 1024;

/// Plans queries and gives those that cannot be planned, in order.
pub(super) async fn plan(
    conn: &mut PgConnection,
    queries: &[Plannable<'_>],
    row_security: RowSecurity,
) -> Result<Vec<Failure>, sqlx::Error> {
    let generic = is_generic(conn);
    let mut failures = Vec::new();
    let mut from = 0;
    while from < queries.len() {
        let message = Message::new(&queries[from..], row_security, generic);
        let Err((done, error)) = send(conn, &message.text).await? else {
            from += message.ends.len();
            continue;
        };
        let at = message
            .ends
            .iter()
            .position(|end| done < *end)
            .unwrap_or_default();
        let began = at.checked_sub(1).map_or(0, |before| message.ends[before]);
        let undo = if message.prepared[at] && done > began + message.settings {
            format!("{UNDO}; DEALLOCATE schema_contract_query")
        } else {
            UNDO.to_owned()
        };
        sqlx::raw_sql(AssertSqlSafe(undo)).execute(&mut *conn).await?;
        if !says_nothing(&error, message.prepared[at]) {
            let before = message.text[..message.starts[at]].chars().count();
            failures.push(Failure {
                at: from + at,
                error,
                before: i64::try_from(before).unwrap_or(i64::MAX),
            });
        }
        from += at + 1;
    }
    Ok(failures)
}

/// Whether an error is no fault of the query: its plan needs a function that writes (25006), which only running it may do,
/// it needs a setting of the consumer's own, or a parameter may not be NULL.
fn says_nothing(error: &sqlx::Error, is_given_null: bool) -> bool {
    let code = error
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code);
    match code.as_deref() {
        Some("25006") => true,
        Some("42704" | "22P02") => lacks_own_setting(error),
        Some("23502" | "23514") => is_given_null,
        _ => false,
    }
}

/// Whether the server makes a plan for any values by itself.
fn is_generic(conn: &PgConnection) -> bool {
    conn.server_version_num()
        .is_some_and(|version| version >= 160_000)
}

struct Message {
    text: String,
    /// Where each query begins in it.
    starts: Vec<usize>,
    /// After how many commands each query is done.
    ends: Vec<usize>,
    /// Whether each is a prepared statement that is executed.
    prepared: Vec<bool>,
    /// How many commands come before each query.
    settings: usize,
}

impl Message {
    fn new(queries: &[Plannable<'_>], row_security: RowSecurity, generic: bool) -> Self {
        let setting = match row_security {
            RowSecurity::AsSet => "",
            RowSecurity::Off => "SET LOCAL row_security = off;",
        };
        let mut message = Self {
            text: String::new(),
            starts: Vec::new(),
            ends: Vec::new(),
            prepared: Vec::new(),
            settings: usize::from(!setting.is_empty()),
        };
        let mut commands = 0;
        for query in queries.iter().take(AT_ONCE) {
            if message.text.len() > BYTES {
                break;
            }
            let prepared = !generic && !query.parameters.is_empty();
            let (before, after) = round(query, prepared, generic);
            message.text.push_str(setting);
            message.text.push_str(&before);
            message.starts.push(message.text.len());
            message.text.push_str(query.sql);
            // A comment may be the last of the query.
            message.text.push_str(&format!("\n;{after}{UNDO};"));
            commands += message.settings + if prepared { 4 } else { 2 };
            message.ends.push(commands);
            message.prepared.push(prepared);
        }
        message
    }
}

/// What goes before and behind a query.
fn round(query: &Plannable<'_>, prepared: bool, generic: bool) -> (String, String) {
    if !prepared {
        let generic = if generic { ", GENERIC_PLAN" } else { "" };
        return (format!("EXPLAIN (COSTS OFF{generic}) "), String::new());
    }
    // No domain stands in the way of NULL; other types the server finds out.
    let types = query.parameters.iter();
    let types: Vec<&str> = types.map(|below| below.as_deref().unwrap_or("unknown")).collect();
    let nulls = vec!["NULL"; types.len()].join(", ");
    (
        format!("PREPARE schema_contract_query ({}) AS ", types.join(", ")),
        format!(
            "EXPLAIN (COSTS OFF) EXECUTE schema_contract_query ({nulls});DEALLOCATE schema_contract_query;"
        ),
    )
}

/// Sends a message. The inner error is the server's, with how many commands were done before.
async fn send(conn: &mut PgConnection, text: &str) -> Result<Result<(), (usize, sqlx::Error)>, sqlx::Error> {
    let mut done = 0;
    let mut stream = sqlx::raw_sql(AssertSqlSafe(text)).fetch_many(conn);
    loop {
        match stream.try_next().await {
            Ok(Some(Either::Left(_))) => done += 1,
            Ok(Some(Either::Right(_))) => {}
            Ok(None) => return Ok(Ok(())),
            Err(error @ sqlx::Error::Database(_)) => return Ok(Err((done, error))),
            Err(error) => return Err(error),
        }
    }
}
