//! Whether row security lets a query see or write any row at all.
//!
//! A table without a policy for a role is left out of the plan, and so is one behind `WHERE false`: the plan cannot tell.
//! The server says which queries row security changes, and the catalog which tables have no policy.

use db_fresh_sql_lexer::{TokenKind, tokens};
use sqlx::{Connection, PgConnection, Row};

use super::{
    parse::{Parsed, parse},
    session::UNDO,
};

/// Whether a table of this database has row security.
pub(super) async fn is_used(conn: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let sql = "SELECT FROM pg_catalog.pg_class WHERE relrowsecurity AND oid >= 16384 LIMIT 1";
    let found = sqlx::raw_sql(sql).fetch_optional(conn).await?;
    Ok(found.is_some())
}

/// Whether a planning failed because row security would change the result.
pub(super) fn is_changed_by_it(error: &sqlx::Error) -> bool {
    let error = error.as_database_error();
    error.is_some_and(|error| error.code().as_deref() == Some("42501"))
}

/// The tables that a parsed query locks and that have row security: who reads each, and for which commands there is a policy
/// that lets rows through. A view reads with the rights of its owner. Partitions, and what policies themselves read, are not
/// asked.
const TABLES: &str = "WITH locked AS ( \
        SELECT l.relation AS oid, bool_or(l.mode = 'RowExclusiveLock') AS written, bool_or(l.mode = 'RowShareLock') AS marked \
        FROM pg_catalog.pg_locks l WHERE l.locktype = 'relation' AND l.pid = pg_catalog.pg_backend_pid() GROUP BY 1), \
    view AS (SELECT v.relowner, d.refobjid AS reads FROM locked \
        JOIN pg_catalog.pg_class v ON v.oid = locked.oid AND v.relkind = 'v' \
            AND NOT coalesce('security_invoker=true' = ANY (v.reloptions) OR 'security_invoker=on' = ANY (v.reloptions), false) \
        JOIN pg_catalog.pg_rewrite r ON r.ev_class = v.oid \
        JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid \
            AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> v.oid), \
    reader AS (SELECT t.oid, t.relnamespace, t.relname, t.relowner, t.relforcerowsecurity, locked.written, locked.marked, \
            coalesce(view.relowner, me.oid) AS role \
        FROM locked JOIN pg_catalog.pg_class t ON t.oid = locked.oid AND t.relrowsecurity \
        LEFT JOIN view ON view.reads = t.oid, pg_catalog.pg_roles me \
        WHERE me.rolname = current_user \
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_inherits i JOIN locked p ON p.oid = i.inhparent WHERE i.inhrelid = t.oid) \
        AND NOT EXISTS (SELECT FROM pg_catalog.pg_policy p JOIN locked o ON o.oid = p.polrelid AND o.oid <> t.oid \
            JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_policy'::pg_catalog.regclass AND d.objid = p.oid \
            AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid = t.oid)) \
    SELECT DISTINCT format('%I.%I', n.nspname, reader.relname), role.rolname::text, written, marked, \
        array_to_string(ARRAY(SELECT p.polcmd::text FROM pg_catalog.pg_policy p \
            WHERE p.polrelid = reader.oid AND p.polpermissive \
            AND (0 = ANY (p.polroles) OR EXISTS (SELECT FROM unnest(p.polroles) r \
                WHERE r <> 0 AND pg_catalog.pg_has_role(reader.role, r, 'USAGE')))), '') \
    FROM reader JOIN pg_catalog.pg_roles role ON role.oid = reader.role \
    JOIN pg_catalog.pg_namespace n ON n.oid = reader.relnamespace \
    WHERE NOT role.rolsuper AND NOT role.rolbypassrls \
    AND (reader.relforcerowsecurity OR NOT pg_catalog.pg_has_role(reader.role, reader.relowner, 'USAGE')) ORDER BY 1, 2";

/// What row security refuses of a query that can be planned, in words.
pub(super) async fn refused(conn: &mut PgConnection, sql: &str) -> Result<Vec<String>, sqlx::Error> {
    // The locks of a query that was just parsed say which relations it is about.
    conn.clear_cached_statements().await?;
    if let Parsed::Refused(_) = parse(conn, sql).await? {
        return Ok(Vec::new());
    }
    let rows = sqlx::raw_sql(TABLES).fetch_all(&mut *conn).await?;
    sqlx::raw_sql(UNDO).execute(conn).await?;
    let commands = Commands::read(sql);
    let mut refused = Vec::new();
    for row in rows {
        let table = Table {
            name: row.try_get(0)?,
            role: row.try_get(1)?,
            is_written: row.try_get(2)?,
            is_marked: row.try_get(3)?,
            policies: row.try_get(4)?,
        };
        refused.extend(table.refused(&commands));
    }
    Ok(refused)
}

struct Table {
    name: String,
    role: String,
    is_written: bool,
    /// Its rows are locked by `FOR UPDATE` and the like, which takes a policy for UPDATE too.
    is_marked: bool,
    /// The commands of the policies that apply, as `pg_policy` writes them: `r`, `a`, `w`, `d`, and `*` for all.
    policies: String,
}

impl Table {
    fn refused(&self, commands: &Commands) -> Option<String> {
        let lacks = |command: &&Command| !self.policies.contains(['*', command.letter()]);
        let needed: Vec<Command> = if self.is_written {
            commands.for_target(&self.policies)
        } else if self.is_marked {
            vec![Command::Select, Command::Update]
        } else {
            vec![Command::Select]
        };
        let missing = needed.iter().find(lacks)?;
        Some(format!(
            "row security of `{}` lets no row through: no policy for {} applies to role `{}`",
            self.name,
            missing.word(),
            self.role
        ))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    Select,
    Insert,
    Update,
    Delete,
}

impl Command {
    fn letter(self) -> char {
        match self {
            Self::Select => 'r',
            Self::Insert => 'a',
            Self::Update => 'w',
            Self::Delete => 'd',
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Select => "SELECT",
            Self::Insert => "INSERT",
            Self::Update => "UPDATE",
            Self::Delete => "DELETE",
        }
    }
}

/// Which commands a query has, and whether they read rows of what they write.
#[derive(Debug, Default, PartialEq, Eq)]
struct Commands {
    write: Vec<Command>,
    has_where: bool,
    has_returning: bool,
}

impl Commands {
    fn read(sql: &str) -> Self {
        let mut out = Self::default();
        let mut before = String::new();
        for token in tokens(sql).filter(|token| !token.is_trivia()) {
            let word = match token.kind {
                TokenKind::Word => sql[token.start..token.end].to_ascii_lowercase(),
                _ => String::new(),
            };
            let command = match (before.as_str(), word.as_str()) {
                ("insert", "into") => Some(Command::Insert),
                ("delete", "from") => Some(Command::Delete),
                ("for" | "key" | "do" | "then" | "on", "update") => None,
                (_, "update") => Some(Command::Update),
                _ => None,
            };
            out.write
                .extend(command.filter(|command| !out.write.contains(command)));
            out.has_where |= word == "where";
            out.has_returning |= word == "returning";
            before = word;
        }
        out
    }

    /// What is needed of a table that is written. With several commands nobody can tell which one it is that writes: one
    /// policy is enough.
    fn for_target(&self, policies: &str) -> Vec<Command> {
        match self.write[..] {
            [command] => {
                let reads = match command {
                    Command::Insert => self.has_returning,
                    _ => self.has_where || self.has_returning,
                };
                [command]
                    .into_iter()
                    .chain(reads.then_some(Command::Select))
                    .collect()
            }
            _ if policies.is_empty() => vec![Command::Select],
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_of_a_query_are_told_apart() {
        for (sql, write) in [
            ("SELECT 1 FROM t FOR NO KEY UPDATE", &[][..]),
            (
                "INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET a = 1",
                &[Command::Insert],
            ),
            (
                "/* DELETE FROM t */ UPDATE t SET a = 'insert into'",
                &[Command::Update],
            ),
            (
                "WITH d AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM d",
                &[Command::Delete, Command::Insert],
            ),
        ] {
            assert_eq!(Commands::read(sql).write, write, "{sql}");
        }
    }
}
