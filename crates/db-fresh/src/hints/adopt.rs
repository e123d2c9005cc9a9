//! Hints for adopting from another tool and exporting to it.

use migration_core::{AdoptProblem, LedgerTable, Problem, Tool};

/// What this program can do about a reason not to adopt or export.
pub(super) fn adopt(problem: &AdoptProblem) -> Option<String> {
    let hint = match problem {
        AdoptProblem::NoLedger { .. } => {
            "name its table with `--table SCHEMA.TABLE`, or another tool with `--from`"
        }
        AdoptProblem::SeveralLedgers { .. } => "say which with `--table SCHEMA.TABLE`",
        AdoptProblem::PlaceTaken { .. } => {
            "give ours a schema of its own in `db-fresh.toml`: `[ledger]` and below it `schema = \"db_fresh\"`"
        }
        AdoptProblem::Already { .. } => "`db-fresh status` shows it; `db-fresh migrate` goes on from there",
        _ => return None,
    };
    Some(hint.to_owned())
}

/// What this program can do about the ledger of another tool; nothing for any other reason not to run.
pub(super) fn foreign_ledger(problem: &Problem) -> Vec<String> {
    let Problem::ForeignLedger { table, tools, .. } = problem else {
        return Vec::new();
    };
    let mut hints: Vec<_> = tools.iter().map(|tool| adopt_from(*tool, table)).collect();
    hints.push(if tools.is_empty() {
        "give our ledger a place of its own with `[ledger] table = …` in `db-fresh.toml`, or use an empty database; \
         nothing was written"
            .to_owned()
    } else {
        // A place of its own for ours would not help: theirs is recognised wherever ours is.
        "or use an empty database; nothing was written".to_owned()
    });
    hints
}

fn adopt_from(tool: Tool, table: &LedgerTable) -> String {
    let named = if tool.table() == table.table {
        String::new()
    } else {
        format!(" --table {table}")
    };
    format!("see what taking it over would do: `db-fresh adopt --from {tool}{named} --dry-run`")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hints(schema: &str, table: &str, tools: &[Tool]) -> Vec<String> {
        foreign_ledger(&Problem::ForeignLedger {
            table: LedgerTable {
                schema: schema.into(),
                table: table.into(),
            },
            tools: tools.to_vec(),
            columns: Vec::new(),
        })
    }

    #[test]
    fn every_tool_that_it_may_be_has_its_command() {
        let last = "or use an empty database; nothing was written";
        assert_eq!(
            hints("public", "schema_version", &[Tool::Tern]),
            [
                "see what taking it over would do: `db-fresh adopt --from tern --dry-run`",
                last
            ]
        );
        assert_eq!(
            hints("ops", "migrations", &[Tool::Encore, Tool::Array]),
            [
                "see what taking it over would do: `db-fresh adopt --from encore --table ops.migrations --dry-run`",
                "see what taking it over would do: `db-fresh adopt --from array --table ops.migrations --dry-run`",
                last
            ]
        );
        let unknown = hints("public", "schema_migrations", &[]);
        assert!(
            unknown.len() == 1 && unknown[0].contains("`[ledger] table = …`"),
            "{unknown:?}"
        );
    }
}
