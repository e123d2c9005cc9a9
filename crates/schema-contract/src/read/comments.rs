//! Comments, security labels and `DEPENDS ON EXTENSION`, of whatever they are about.
//!
//! Left out on purpose: comments on extensions, which come from the extension's control file and change with its
//! version, and the comment that `public` has from the start.

use super::{
    Facts,
    names::{Names, PG_CLASS},
    rows::Rows,
};

pub(super) const COMMENTS: &str = "SELECT classoid, objoid, objsubid, 'comment' AS property, description AS value \
     FROM pg_description WHERE (objoid >= 16384 OR classoid = 'pg_namespace'::regclass) \
     AND classoid <> 'pg_extension'::regclass AND description <> 'standard public schema' \
     UNION ALL SELECT classoid, objoid, objsubid, 'security label ' || provider, label FROM pg_seclabel \
     UNION ALL SELECT d.classid, d.objid, d.objsubid, 'depends on extension ' || e.extname, 'yes' FROM pg_depend d \
     JOIN pg_extension e ON e.oid = d.refobjid WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'x' \
     UNION ALL SELECT classoid, objoid, 0, 'comment', description FROM pg_shdescription \
     WHERE classoid = 'pg_database'::regclass AND objoid = (SELECT oid FROM pg_database WHERE datname = current_database()) \
     UNION ALL SELECT classoid, objoid, 0, 'security label ' || provider, label FROM pg_shseclabel \
     WHERE classoid = 'pg_database'::regclass AND objoid = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// A comment or label becomes a fact of what it is about.
pub(super) fn build(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let (class, oid) = (row.oid("classoid"), row.oid("objoid"));
        let (property, value) = (row.text("property").to_owned(), row.text("value"));
        let number: i16 = row.number("objsubid");
        if class == PG_CLASS
            && let Some(relation) = names.relation(oid)
        {
            let part = (number != 0).then(|| super::part("column", relation.column(number)));
            facts.push(&relation.object, part, property.into(), value.into());
        } else if class == PG_CLASS
            && let Some((relation, index)) = names.index(oid)
        {
            facts.part(&relation.object, &super::part("index", index), property, value);
        } else if let Some((object, part)) = facts.known(class, oid) {
            facts.push(&object, part, property.into(), value.into());
        }
    }
}
