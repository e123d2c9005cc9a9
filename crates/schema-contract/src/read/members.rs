//! What is not made by hand and was changed by hand: privileges, owners and `SECURITY DEFINER` of the members of extensions, of
//! the server's own objects, and of the functions and the multirange that a range type brings along.
//!
//! `pg_init_privs` keeps what an extension's script and `initdb` granted, so only what was granted or revoked since is a fact.
//! Nothing keeps who owned a member: an owner is a fact where it is neither the extension's nor the server's, or not the one of
//! most functions of the extension. Settings and `SECURITY DEFINER` of members are facts in any case.

use std::sync::Arc;

use super::{
    Facts, array,
    grants::{self, Access, Privileges},
    names::{Names, PG_TYPE},
    part,
    rows::{Row, Rows},
};
use crate::{fact::Object, name};

/// Names are written for the rows that are left alone, since that costs more than the rest.
pub(super) const MEMBERS: &str = "WITH members AS (SELECT d.classid, d.objid, e.extname, e.extowner, (SELECT mode() WITHIN GROUP (ORDER BY p.proowner) \
     FROM pg_depend f JOIN pg_proc p ON p.oid = f.objid WHERE f.refclassid = 'pg_extension'::regclass AND f.refobjid = e.oid \
     AND f.classid = 'pg_proc'::regclass AND f.deptype = 'e') AS usual FROM pg_extension e JOIN pg_depend d ON e.oid = d.refobjid WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'), \
     ranges AS (SELECT d.classid, d.objid, d.refobjid FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid >= 16384 \
     AND d.refclassid = 'pg_type'::regclass AND d.deptype = 'i' \
     UNION ALL SELECT 'pg_type'::regclass, rngmultitypid, rngtypid FROM pg_range WHERE rngtypid >= 16384), \
     objects AS (\
     SELECT 'pg_proc'::regclass AS class, p.oid, 0 AS sub, p.pronamespace AS space, p.proowner AS owner, p.proacl AS acl, \
     p.prosecdef AS definer, p.proconfig AS settings, 'f' AS kind, p.proleakproof AND p.oid >= 16384 AS leakproof FROM pg_proc p \
     WHERE p.oid < 16384 OR p.oid = ANY (ARRAY(SELECT objid FROM members WHERE classid = 'pg_proc'::regclass)) OR p.oid = ANY (ARRAY(SELECT objid FROM ranges WHERE classid = 'pg_proc'::regclass)) \
     UNION ALL SELECT 'pg_class'::regclass, c.oid, 0, c.relnamespace, c.relowner, c.relacl, false, NULL, c.relkind, false FROM pg_class c \
     WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND (c.oid < 16384 OR c.oid = ANY (ARRAY(SELECT objid FROM members WHERE classid = 'pg_class'::regclass))) \
     UNION ALL SELECT 'pg_class'::regclass, a.attrelid, a.attnum, \
     (SELECT relnamespace FROM pg_class c WHERE c.oid = a.attrelid), NULL, a.attacl, false, NULL, 'a', false FROM pg_attribute a WHERE a.attnum > 0 \
     AND (a.attrelid < 16384 OR a.attrelid = ANY (ARRAY(SELECT objid FROM members WHERE classid = 'pg_class'::regclass))) \
     AND (a.attacl IS NOT NULL OR EXISTS (SELECT FROM pg_init_privs i WHERE i.objoid = a.attrelid AND i.objsubid = a.attnum)) \
     UNION ALL SELECT 'pg_type'::regclass, t.oid, 0, t.typnamespace, t.typowner, t.typacl, false, NULL, 't', false FROM pg_type t \
     WHERE (t.typelem = 0 OR t.typtype <> 'b') \
     AND (t.typrelid = 0 OR (SELECT relkind FROM pg_class r WHERE r.oid = t.typrelid) = 'c') AND (t.oid < 16384 \
     OR t.oid = ANY (ARRAY(SELECT objid FROM members WHERE classid = 'pg_type'::regclass UNION ALL SELECT objid FROM ranges WHERE classid = 'pg_type'::regclass))) \
     UNION ALL SELECT 'pg_namespace'::regclass, n.oid, 0, n.oid, n.nspowner, n.nspacl, false, NULL, 'n', false FROM pg_namespace n \
     WHERE n.nspname IN ('pg_catalog', 'information_schema') OR n.oid = ANY (ARRAY(SELECT objid FROM members WHERE classid = 'pg_namespace'::regclass)) \
     UNION ALL SELECT 'pg_language'::regclass, l.oid, 0, 11, l.lanowner, l.lanacl, false, NULL, 'l', false FROM pg_language l \
     JOIN members m ON m.classid = 'pg_language'::regclass AND m.objid = l.oid \
     UNION ALL SELECT 'pg_foreign_data_wrapper'::regclass, w.oid, 0, 11, w.fdwowner, w.fdwacl, false, NULL, 'w', false \
     FROM pg_foreign_data_wrapper w JOIN members m ON m.classid = 'pg_foreign_data_wrapper'::regclass AND m.objid = w.oid \
     UNION ALL SELECT 'pg_foreign_server'::regclass, s.oid, 0, 11, s.srvowner, s.srvacl, false, NULL, 's', false \
     FROM pg_foreign_server s JOIN members m ON m.classid = 'pg_foreign_server'::regclass AND m.objid = s.oid) \
     SELECT m.extname, r.refobjid AS range, o.kind, o.owner, (r.objid IS NULL AND (o.owner <> 10 AND o.owner IS DISTINCT FROM m.extowner OR o.owner <> m.usual)) AS other_owner, o.acl, i.initprivs, o.definer, o.settings, o.leakproof, \
     CASE WHEN m.objid IS NULL AND r.objid IS NULL THEN (SELECT nspname FROM pg_namespace n WHERE n.oid = o.space) END AS server, \
     CASE o.kind WHEN 'f' THEN o.oid::regprocedure::text WHEN 't' THEN format_type(o.oid, NULL) WHEN 'n' THEN o.oid::regnamespace::text \
     WHEN 'a' THEN o.oid::regclass::text || '.' || (SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = o.oid AND attnum = o.sub) \
     WHEN 'l' THEN (SELECT lanname FROM pg_language WHERE oid = o.oid) \
     WHEN 'w' THEN (SELECT fdwname FROM pg_foreign_data_wrapper WHERE oid = o.oid) \
     WHEN 's' THEN (SELECT srvname FROM pg_foreign_server WHERE oid = o.oid) ELSE o.oid::regclass::text END AS name \
     FROM objects o LEFT JOIN members m ON m.classid = o.class AND m.objid = o.oid LEFT JOIN ranges r ON r.classid = o.class AND r.objid = o.oid \
     LEFT JOIN pg_init_privs i ON i.classoid = o.class AND i.objoid = o.oid AND i.objsubid = o.sub \
     WHERE o.acl IS DISTINCT FROM i.initprivs OR o.definer OR o.settings IS NOT NULL OR o.leakproof OR (r.objid IS NULL AND (o.owner <> 10 AND o.owner IS DISTINCT FROM m.extowner OR o.owner <> m.usual))";

/// What was changed about what nobody made by hand.
pub(super) fn build(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let Some(object) = whole(row, facts) else { continue };
        let (kind, mut privileges) = kind(row.text("kind"));
        if row.text("server") == "information_schema" && row.get("initprivs").is_none() {
            // `initdb` keeps what it granted before it makes this schema, which it opens for everybody.
            privileges = privileges.readable();
        }
        let member = part(kind, row.text("name"));
        let owner = names.role(row.oid("owner"));
        let access = Access {
            privileges,
            owner: &owner,
            list: row.get("acl"),
        };
        grants::build_changed(facts, names, (&object, &member), &access, row.get("initprivs"));
        if row.is("other_owner") {
            facts.part(&object, &member, "owner", owner);
        }
        for (column, property) in [("definer", "security definer"), ("leakproof", "leakproof")] {
            if row.is(column) {
                facts.part(&object, &member, property, "yes");
            }
        }
        for setting in array::elements(row.text("settings")) {
            let (key, value) = setting.split_once('=').unwrap_or((&setting, ""));
            facts.part(&object, &member, format!("setting {}", name::quoted(key)), value);
        }
    }
}

/// What it is a part of: an extension, a range, or one of the server's schemas.
fn whole(row: &Row, facts: &Facts) -> Option<Arc<Object>> {
    if let Some(extension) = row.get("extname") {
        return Some(Arc::new(Object::new("", "extension", extension)));
    }
    if row.get("range").is_some() {
        return facts.known(PG_TYPE, row.oid("range")).map(|known| known.0);
    }
    row.get("server")
        .map(|schema| Arc::new(Object::new("", "catalog", schema)))
}

fn kind(letter: &str) -> (&'static str, Privileges) {
    match letter {
        "f" => ("function", Privileges::ROUTINE),
        "v" => ("view", Privileges::TABLE),
        "m" => ("materialized-view", Privileges::TABLE),
        "S" => ("sequence", Privileges::SEQUENCE),
        "a" => ("column", Privileges::COLUMN),
        "t" => ("type", Privileges::TYPE),
        "n" => ("schema", Privileges::SCHEMA),
        "l" => ("language", Privileges::TYPE),
        "w" => ("foreign-data-wrapper", Privileges::USAGE),
        "s" => ("server", Privileges::USAGE),
        _ => ("table", Privileges::TABLE),
    }
}
