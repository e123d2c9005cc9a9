//! Statements that no transaction may hold, beside others in what a tool sends as one message. The server runs such a message in one
//! transaction, so that the tool fails where we, statement by statement, would not.

use std::ops::Range;

use crate::{
    FolderProblem, Format, Script, Statement,
    lex::{may_need_own_transaction, needs_own_transaction},
};

/// Whether the tool of a format sends a script as it stands, or runs all of it in one transaction. The others split it into
/// statements, or are ours.
pub(in crate::folder) fn sends_whole(format: Format, no_transaction: Option<&str>) -> bool {
    match format {
        Format::Sqlx
        | Format::GolangMigrate
        | Format::Dbmate
        | Format::Diesel
        | Format::Prisma
        | Format::Refinery
        | Format::NodePgMigrate => true,
        // Without a transaction it splits it.
        Format::Tern => no_transaction.is_none(),
        // Flyway splits too. Whether it mixes the statements of a file is a setting that projects make in their code.
        Format::Native | Format::Goose | Format::Flyway | Format::Supabase | Format::SqlMigrate => false,
    }
}

/// The statement that is all of a script, where its tool sends it without a transaction and it may need to be so.
pub(super) fn sent_alone(format: Format, script: &Script) -> Option<&'static str> {
    let [statement] = script.statements.as_slice() else {
        return None;
    };
    let is_bare = matches!(format, Format::GolangMigrate | Format::Prisma);
    may_need_own_transaction(&script.sql[statement.start..statement.end]).filter(|_| is_bare)
}

/// Whether a statement that may end transactions is sent beside others: the server runs such a message in one transaction.
pub(super) fn holds_together(parts: &[Range<usize>], script: &Script) -> bool {
    let is_beside = |statement: &Statement| {
        let part = part_of(parts, script, statement);
        let mut others = script.statements.iter().filter(|other| *other != statement);
        others.any(|other| part_of(parts, script, other) == part)
    };
    script.statements.iter().any(|statement| {
        may_need_own_transaction(&script.sql[statement.start..statement.end]).is_some()
            && is_beside(statement)
    })
}

/// Which part of a file a statement stands in.
fn part_of(parts: &[Range<usize>], script: &Script, statement: &Statement) -> Option<usize> {
    let offset = script.text_offset(statement.start);
    parts.iter().position(|part| part.contains(&offset))
}

/// The first such statement of a script whose parts its tool sends one by one.
pub(super) fn check(format: Format, parts: &[Range<usize>], script: &Script) -> Option<FolderProblem> {
    script.statements.iter().find_map(|statement| {
        let reason = needs_own_transaction(&script.sql[statement.start..statement.end])?;
        if reason == "DROP SUBSCRIPTION" && is_without_slot(script, statement.start) {
            return None;
        }
        let part = part_of(parts, script, statement);
        let beside = script
            .statements
            .iter()
            .filter(|other| part_of(parts, script, other) == part)
            .count();
        (beside > 1).then(|| FolderProblem::NotAlone {
            place: script.place(statement.start),
            statement: reason.to_string(),
            format,
        })
    })
}

/// Whether a subscription lost its slot before, so that a transaction may drop it.
fn is_without_slot(script: &Script, at: usize) -> bool {
    script.sql[..at].to_ascii_lowercase().contains("slot_name")
}

#[cfg(test)]
mod tests {
    use crate::{
        Format,
        folder::tests::{codes, read},
    };

    #[test]
    fn what_needs_a_message_of_its_own_has_one() {
        let two = "CREATE TABLE t (a int);\nCREATE INDEX CONCURRENTLY i ON t (a);\n";
        let one = "CREATE INDEX CONCURRENTLY i ON t (a);\n";
        for (format, file, before) in [
            (Format::Sqlx, "1_a.sql", "-- no-transaction\n"),
            (Format::Sqlx, "1_a.sql", ""),
            (Format::GolangMigrate, "1_a.up.sql", ""),
            (Format::Dbmate, "1_a.sql", "-- migrate:up transaction:false\n"),
            (Format::Diesel, "1_a/up.sql", ""),
            (Format::Prisma, "1_a/migration.sql", ""),
            (Format::Tern, "1_a.sql", ""),
            (Format::Refinery, "V1__a.sql", ""),
            (Format::NodePgMigrate, "1_a.sql", "-- Up Migration\n"),
        ] {
            let problems = read(format, &[(file, &format!("{before}{two}"))]).unwrap_err();
            assert_eq!(codes(&problems), ["migration/cannot-run"], "{format}");
            assert!(problems.0[0].to_string().contains(format.name()), "{format}");
            assert!(
                read(format, &[(file, &format!("{before}{one}"))]).is_ok(),
                "{format}"
            );
        }
        for (format, file, before) in [
            (Format::Native, "1_a.sql", ""),
            (
                Format::Goose,
                "1_a.sql",
                "-- +goose NO TRANSACTION\n-- +goose Up\n",
            ),
            (Format::SqlMigrate, "1_a.sql", "-- +migrate Up notransaction\n"),
            (Format::Tern, "1_a.sql", "---- tern: disable-tx ----\n"),
            (Format::Supabase, "1_a.sql", ""),
            (Format::Flyway, "V1__a.sql", ""),
        ] {
            assert!(
                read(format, &[(file, &format!("{before}{two}"))]).is_ok(),
                "{format}"
            );
        }
    }

    #[test]
    fn a_subscription_without_its_slot_may_be_dropped_beside_other_statements() {
        let drop = "ALTER SUBSCRIPTION s DISABLE;\nALTER SUBSCRIPTION s SET (slot_name = NONE);\nDROP SUBSCRIPTION s;\n";
        assert!(read(Format::Sqlx, &[("1_a.sql", drop)]).is_ok());
        let problems = read(Format::Sqlx, &[("1_a.sql", "SELECT 1; DROP SUBSCRIPTION s;")]).unwrap_err();
        assert_eq!(codes(&problems), ["migration/cannot-run"]);
    }

    #[test]
    fn a_script_of_one_statement_runs_as_its_tool_sends_it() {
        let is_alone = |format, file, text| {
            read(format, &[(file, text)]).unwrap().items[0].up.mode != crate::Mode::Transactional
        };
        for text in [
            "CALL fill();",
            "-- fills\ncall app.fill(1);\n",
            "REINDEX TABLE p;",
        ] {
            assert!(is_alone(Format::GolangMigrate, "1_a.up.sql", text), "{text}");
            assert!(is_alone(Format::Prisma, "1_a/migration.sql", text), "{text}");
            assert!(!is_alone(Format::Sqlx, "1_a.sql", text), "{text}");
        }
        assert!(!is_alone(
            Format::GolangMigrate,
            "1_a.up.sql",
            "CALL fill(); SELECT 1;"
        ));
    }

    #[test]
    fn each_block_of_dbmate_is_a_message() {
        let text = "-- migrate:up\nCREATE TABLE t (a int);\n-- migrate:down\nDROP TABLE t;\n\
                    -- migrate:up transaction:false\nCREATE INDEX CONCURRENTLY i ON t (a);\n-- migrate:down\nDROP INDEX i;\n";
        assert!(read(Format::Dbmate, &[("1_a.sql", text)]).is_ok());
    }
}
