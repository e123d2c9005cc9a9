//! What quotes a column or an index that has another name now: the objects that depend on its relation.

/// The relations `$1` and what depends on them, each with the name of its catalog. What depends on their constraints comes with it:
/// the index of a primary key depends on the key alone.
pub(super) const DEPENDENTS: &str = "
    WITH parts AS (
        SELECT d.classid, d.objid FROM pg_catalog.pg_depend d WHERE d.refclassid = 1259 AND d.refobjid = ANY ($1::oid[])
    )
    SELECT 'pg_class', o::int8 FROM unnest($1) o
    UNION SELECT p.classid::regclass::text, p.objid::int8 FROM parts p
    UNION SELECT d.classid::regclass::text, d.objid::int8 FROM parts p
    JOIN pg_catalog.pg_depend d ON d.refclassid = 2606 AND d.refobjid = p.objid WHERE p.classid = 2606";

/// Whether rows of a catalog are about objects of another one, by the same key.
pub(super) fn is_about(table: &str, class: &str) -> bool {
    match table {
        "pg_index" => class == "pg_class",
        "pg_description" => true,
        _ => table == class,
    }
}
