//! The two statements: what changed since the last look, and which rows are left.

use super::{catalog::Catalog, catalogs_of_objects, catalogs_of_relations, catalogs_outside};
use crate::read::version::adapted;

/// Where the catalog of relations is in the list.
pub(super) const RELATIONS: usize = 0;
/// Between the parts of a row's text.
pub(super) const SEPARATOR: char = '\u{1f}';

/// Which catalogs are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Those that migrations change.
    Usual,
    /// Those that few migrations change.
    Outside,
}

/// All catalogs that a server of this version has, the one of relations first.
pub(super) fn catalogs(major: u32) -> Vec<(Part, Catalog)> {
    let usual = catalogs_of_relations::CATALOGS
        .into_iter()
        .chain(catalogs_of_objects::CATALOGS);
    let usual = usual.map(|catalog| (Part::Usual, catalog));
    let outside = catalogs_outside::CATALOGS.map(|catalog| (Part::Outside, catalog));
    let all = usual.chain(outside);
    all.filter(|(_, catalog)| catalog.since <= major).collect()
}

/// Of each catalog in which something changed its place in the list, how many rows it has, the sum of their numbers, and the numbers of
/// those that are not older than the transaction `$1`; of all where that is 0. The number of the next transaction comes with it.
///
/// Something changed where there are such rows, or others than the counts `$2` and sums `$3` say. Rows that go with a relation need not
/// be counted.
pub(super) fn changes(catalogs: &[(Part, Catalog)], wanted: Part) -> String {
    let is_new = "age(t.xmin) <= (SELECT age($1::text::xid))";
    let wanted = catalogs
        .iter()
        .enumerate()
        .filter(|(_, (part, _))| *part == wanted);
    let parts = wanted.map(|(place, (_, Catalog { table, id, condition, goes_with_relation, .. }))| {
        if *goes_with_relation {
            return format!(
                "SELECT {place}, 0::int8, '0', array_agg({id}) FROM pg_catalog.{table} t WHERE ({condition}) AND {is_new} HAVING count(*) > 0"
            );
        }
        let at = place + 1;
        format!(
            "SELECT {place}, count(*), coalesce(sum({id}), 0)::text, array_agg({id}) FILTER (WHERE {is_new}) FROM pg_catalog.{table} t \
             WHERE {condition} HAVING count(*) FILTER (WHERE {is_new}) > 0 OR count(*) <> ($2::int8[])[{at}] \
             OR coalesce(sum({id}), 0) <> ($3::text[])[{at}]::numeric"
        )
    });
    let parts: Vec<_> = parts.collect();
    format!(
        "SELECT x.*, (pg_snapshot_xmax(pg_current_snapshot())::text::numeric % 4294967296)::text FROM ({}) x",
        parts.join(" UNION ALL ")
    )
}

/// The texts of the rows with the keys `$1` that are not older than the transaction `$2`.
pub(super) fn texts(place: usize, catalog: &Catalog, major: u32) -> String {
    let Catalog {
        table,
        key,
        condition,
        ..
    } = catalog;
    let text = text(place, catalog);
    let sql = format!(
        "SELECT {text} FROM pg_catalog.{table} t WHERE {key} = ANY ($1::oid[]) AND ({condition}) \
         AND age(t.xmin) <= (SELECT age($2::text::xid))"
    );
    adapted(&sql, major)
}

/// The numbers of all rows, as one text.
pub(super) fn left(place: usize, catalog: &Catalog) -> String {
    let Catalog {
        table, id, condition, ..
    } = catalog;
    format!(
        "SELECT concat({place}, E'{SEPARATOR}=', E'{SEPARATOR}', string_agg(({id})::text, ' ')) FROM pg_catalog.{table} t WHERE {condition}"
    )
}

/// The place of the catalog, a mark, the number, schema, relation and name of the row, and what is said of it.
fn text(place: usize, catalog: &Catalog) -> String {
    let [id, owner, schema, relation, name, content, noise, part, others] = [
        catalog.id,
        catalog.owner,
        catalog.schema,
        catalog.relation,
        catalog.name,
        catalog.content,
        catalog.is_noise,
        catalog.is_part,
        catalog.concerns_others,
    ]
    .map(super::catalog::expanded);
    format!(
        "concat({place}, E'\\x1f', CASE WHEN {noise} OR EXISTS (SELECT FROM pg_depend d WHERE (d.classid, d.objid) = ({owner}) AND d.deptype = 'e') THEN '-' WHEN {others} THEN '!' WHEN {part} THEN '/' ELSE '+' END, E'\\x1f', {id}, \
         E'\\x1f', {schema}, E'\\x1f', {relation}, E'\\x1f', {name}, E'\\x1f', ({content})::text)"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_piece_is_written_out_and_no_catalog_is_asked_for_before_its_time() {
        for (_, catalog) in catalogs(18) {
            let sql = texts(0, &catalog, 18);
            assert!(!sql.contains('{') && !sql.contains('@'), "{sql}");
        }
        assert!(!changes(&catalogs(14), Part::Outside).contains("pg_publication_namespace"));
    }
}
