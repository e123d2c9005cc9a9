//! Folders whose migrations speak of their own tool's ledger, which the tool makes before the first of them.
//!
//! Out of scope: ledgers under a name or in a schema of somebody's choice.

use memchr::memmem;

use super::{AdoptedLedger, tools::Tool};
use crate::{
    LedgerTable, Migrations, Script,
    lex::{TokenKind, WordReader, tokens},
};

impl Migrations {
    /// The ledger of the tool that the format is of, where a migration speaks of it before one makes it.
    pub fn ledger_spoken_of(&self) -> Option<AdoptedLedger> {
        let tool = self.tool_spoken_of()?;
        Some(AdoptedLedger {
            table: tool.default_ledger(),
            fills_schema: tool.schema() != "public",
        })
    }

    pub(crate) fn tool_spoken_of(&self) -> Option<Tool> {
        let tool = Tool::ALL
            .into_iter()
            .find(|tool| tool.format() == Some(self.format))?;
        let ledger = tool.default_ledger();
        let downs = self.items.iter().filter_map(|item| item.down.as_ref());
        let mut scripts = self.items.iter().map(|item| &item.up).chain(downs);
        let first = scripts.find_map(|script| first(script, &ledger))?;
        (!does_without(first, &ledger)).then_some(tool)
    }
}

/// The first statement of a script that speaks of the ledger.
fn first<'s>(script: &'s Script, ledger: &LedgerTable) -> Option<&'s str> {
    if !has_name(&script.sql, &ledger.table) {
        return None;
    }
    let statements = script.statements.iter();
    statements
        .map(|statement| &script.sql[statement.start..statement.end])
        .find(|sql| speaks_of(sql, ledger))
}

/// Whether the name is in a text, as a quick look sees it: written in one case.
fn has_name(text: &str, name: &str) -> bool {
    [name.to_ascii_lowercase(), name.to_ascii_uppercase()]
        .iter()
        .any(|name| memmem::find(text.as_bytes(), name.as_bytes()).is_some())
}

/// Whether a statement has the ledger's name outside of its comments, with its schema or without one.
fn speaks_of(sql: &str, ledger: &LedgerTable) -> bool {
    if !has_name(sql, &ledger.table) {
        return false;
    }
    // A name without its schema is found by the search path, which leads to `public`.
    let is_on_path = ledger.schema == "public";
    let parts: Vec<_> = tokens(sql)
        .filter(|token| !token.is_trivia())
        .map(|token| (token.kind, &sql[token.start..token.end]))
        .collect();
    parts.iter().enumerate().any(|(at, (kind, text))| match kind {
        TokenKind::Word | TokenKind::QuotedIdentifier if is(text, &ledger.table) => {
            let schema = match parts[..at] {
                [.., (_, schema), (_, ".")] => Some(schema),
                _ => None,
            };
            schema.map_or(is_on_path, |schema| is(schema, &ledger.schema))
        }
        TokenKind::Text => within(text, ledger, is_on_path),
        _ => false,
    })
}

/// Whether a string has the name: as a word, or the body of a routine or of a DO block that has it somewhere.
fn within(text: &str, ledger: &LedgerTable, is_on_path: bool) -> bool {
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    memmem::find_iter(text.as_bytes(), ledger.table.as_bytes()).any(|at| {
        let (before, after) = (&text[..at], &text[at + ledger.table.len()..]);
        if before.ends_with(is_part) || after.starts_with(is_part) {
            return false;
        }
        let Some(before) = before.trim_end_matches('"').strip_suffix('.') else {
            return is_on_path || has_name(text, &ledger.schema);
        };
        before.trim_end_matches('"').ends_with(ledger.schema.as_str())
    })
}

/// Whether a name as it is written is this one.
fn is(written: &str, name: &str) -> bool {
    written.trim_matches('"').eq_ignore_ascii_case(name)
}

/// Whether a statement makes the ledger itself, or does without it.
fn does_without(sql: &str, ledger: &LedgerTable) -> bool {
    let mut reader = WordReader::new(sql);
    let makes = reader.take(&["create"]) && {
        reader.take(&["unlogged"]);
        reader.take(&["table"])
    };
    if makes {
        reader.take(&["if", "not", "exists"]);
    } else if !reader.take(&["drop", "table", "if", "exists"]) {
        return false;
    }
    let name = reader.name().unwrap_or_default();
    is(name.rsplit('.').next().unwrap_or_default(), &ledger.table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{FolderConfig, Format};

    fn spoken_of(format: Format, file: &str, sql: &str) -> Option<String> {
        let files = [(file.into(), sql.as_bytes().to_vec())];
        let set = Migrations::from_files("app", files, Some(format), &FolderConfig::default()).unwrap();
        set.ledger_spoken_of().map(|ledger| ledger.table.to_string())
    }

    #[test]
    fn a_name_outside_of_comments_speaks_of_the_ledger() {
        let sqlx = |sql: &str| spoken_of(Format::Sqlx, "1_a.sql", sql).is_some();
        for sql in [
            "ALTER TABLE _sqlx_migrations ADD COLUMN note text;",
            "CREATE TABLE a (id int); GRANT SELECT ON public._sqlx_migrations TO PUBLIC;",
            "DELETE FROM \"public\" . \"_sqlx_migrations\";",
            "DO $$ BEGIN IF EXISTS (SELECT FROM public._sqlx_migrations) THEN NULL; END IF; END $$;",
            "COMMENT ON TABLE _SQLX_MIGRATIONS IS 'ours';",
            "SELECT 'public._sqlx_migrations'::regclass;",
            "DROP TABLE _sqlx_migrations;",
            "SELECT 1 FROM _sqlx_migrations; CREATE TABLE IF NOT EXISTS _sqlx_migrations (version bigint);",
        ] {
            assert!(sqlx(sql), "{sql}");
        }
        for sql in [
            "-- _sqlx_migrations\nCREATE TABLE a (id int);",
            "CREATE TABLE a (id int) /* not _sqlx_migrations */;",
            "CREATE TABLE my_sqlx_migrations (id int);",
            "SELECT 'app_sqlx_migrations';",
            "ALTER TABLE ops._sqlx_migrations ADD COLUMN note text;",
            "SELECT 'ops._sqlx_migrations'::regclass;",
            "ALTER TABLE schema_migrations ADD COLUMN note text;",
            "CREATE TABLE _sqlx_migrations (version bigint);",
            "CREATE TABLE IF NOT EXISTS public._sqlx_migrations (version bigint); ALTER TABLE _sqlx_migrations ADD note text;",
            "DROP TABLE IF EXISTS _sqlx_migrations;",
        ] {
            assert!(!sqlx(sql), "{sql}");
        }
    }

    #[test]
    fn each_format_has_the_ledger_of_its_tool() {
        for (format, file, before, table) in [
            (
                Format::GolangMigrate,
                "1_a.up.sql",
                "",
                "public.schema_migrations",
            ),
            (
                Format::Dbmate,
                "1_a.sql",
                "-- migrate:up\n",
                "public.schema_migrations",
            ),
            (
                Format::Goose,
                "1_a.sql",
                "-- +goose Up\n",
                "public.goose_db_version",
            ),
            (Format::Flyway, "V1__a.sql", "", "public.flyway_schema_history"),
            (
                Format::Diesel,
                "1_a/up.sql",
                "",
                "public.__diesel_schema_migrations",
            ),
            (
                Format::Prisma,
                "1_a/migration.sql",
                "",
                "public._prisma_migrations",
            ),
            (
                Format::Supabase,
                "20260101000000_a.sql",
                "",
                "supabase_migrations.schema_migrations",
            ),
            (Format::Tern, "1_a.sql", "", "public.schema_version"),
        ] {
            let sql = format!("{before}GRANT SELECT ON {table} TO PUBLIC;");
            assert_eq!(spoken_of(format, file, &sql).as_deref(), Some(table), "{format}");
        }
        let other = "GRANT SELECT ON auth.schema_migrations TO PUBLIC; SELECT 'schema_migrations';";
        assert_eq!(spoken_of(Format::Supabase, "20260101000000_a.sql", other), None);
        assert_eq!(
            spoken_of(
                Format::Native,
                "1_a.sql",
                "GRANT SELECT ON schema_migrations TO PUBLIC;"
            ),
            None
        );
    }
}
