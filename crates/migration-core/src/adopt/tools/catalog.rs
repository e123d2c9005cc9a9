//! Asking the catalog for tables that may be some tool's ledger.

use super::{list::TOOLS, recognise::Candidate};
use crate::{
    LedgerTable,
    engine::{
        config::literal,
        sql::{EQ, GT, NE, NOT_LIKE},
    },
};

/// Roles with this prefix own the tables of the Supabase platform's own services. The ledger of its authentication service is
/// one that dbmate might have made, and exists in each of its databases.
const PLATFORM_ROLES: &str = r"supabase\_%";

/// Separates tables, and the parts of one, in the answer to [`candidates_as_text`].
const TABLES: char = '\u{1e}';
const PARTS: char = '\u{1f}';

/// A query for the tables that have the name of some tool's ledger, or this one: `schema`, `name`, `columns`.
pub(crate) fn candidates(named: Option<&LedgerTable>) -> String {
    let known = TOOLS.iter().flat_map(|profile| profile.tables.iter().copied());
    let mut names: Vec<_> = known.chain(named.map(|place| place.table.as_str())).collect();
    names.sort_unstable();
    names.dedup();
    let names: Vec<_> = names.into_iter().map(literal).collect();
    format!(
        "SELECT n.nspname AS schema, c.relname AS name, {} AS columns,
                CASE WHEN pg_catalog.row_security_active(c.oid) THEN 'yes' END AS hides_rows
         FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid {EQ} c.relnamespace
         WHERE (c.relkind {EQ} 'r' OR c.relkind {EQ} 'p') AND c.relpersistence {NE} 't'
               AND c.relname {EQ} ANY (CAST(ARRAY[{}] AS pg_catalog.name[]))
               AND CAST(pg_catalog.pg_get_userbyid(c.relowner) AS pg_catalog.text) {NOT_LIKE} {}
         ORDER BY 1, 2",
        column_list("c.oid"),
        names.join(", "),
        literal(PLATFORM_ROLES)
    )
}

/// An expression with the answer to [`candidates`] as one text, for [`candidates_in`].
pub(crate) fn candidates_as_text() -> String {
    format!(
        "(SELECT pg_catalog.string_agg(pg_catalog.concat_ws({}, found.schema, found.name, found.columns), {}) FROM ({}) AS found)",
        literal(&PARTS.to_string()),
        literal(&TABLES.to_string()),
        candidates(None)
    )
}

/// An expression with the columns of a table and their types, for [`Candidate::new`]; null where there is no such table.
pub(crate) fn column_list(table: &str) -> String {
    format!(
        "(SELECT pg_catalog.string_agg(pg_catalog.concat(a.attname, ' ', t.typname), ',' ORDER BY a.attnum)
          FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_type AS t ON t.oid {EQ} a.atttypid
          WHERE a.attrelid {EQ} {table} AND a.attnum {GT} 0 AND NOT a.attisdropped)"
    )
}

/// The tables of an answer to [`candidates_as_text`].
pub(crate) fn candidates_in(text: &str) -> Vec<Candidate> {
    let tables = text.split(TABLES).filter_map(|table| {
        let mut parts = table.splitn(3, PARTS);
        let (schema, table) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        Some(Candidate::new(LedgerTable { schema, table }, parts.next()?))
    });
    tables.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let answer = "app\u{1f}schema_version\u{1f}version int4\u{1e}b\u{1f}x.y\u{1f}id int4,a b text";
        let found: Vec<_> = candidates_in(answer)
            .iter()
            .map(|table| format!("{} ({})", table.place, table.columns().join(", ")))
            .collect();
        assert_eq!(found, ["app.schema_version (version)", "b.x.y (id, a b)"]);
        assert_eq!(candidates_in(""), []);
    }
}
