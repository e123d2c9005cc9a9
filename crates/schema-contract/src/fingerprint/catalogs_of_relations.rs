//! The catalogs of relations and their parts.

use super::catalog::{Catalog, Quoted};

/// The relations come first: other catalogs lose rows with them.
pub(super) const CATALOGS: [Catalog; 10] = [
    RELATIONS,
    COLUMNS,
    INDEXES,
    SEQUENCES,
    INHERITANCE,
    DEFAULTS,
    CONSTRAINTS,
    TRIGGERS,
    POLICIES,
    RULES,
];

/// A TOAST table is there for its options alone, and named after its table; an index belongs to its table, a sequence to the table
/// of its column.
const RELATIONS: Catalog = Catalog {
    schema: "{schema:CASE WHEN t.relkind = 't' THEN (SELECT o.oid FROM pg_class o WHERE t.reloptions IS NOT NULL \
             AND o.reltoastrelid = t.oid) ELSE t.oid END}",
    relation: "{relation:CASE t.relkind WHEN 't' THEN (SELECT o.oid FROM pg_class o WHERE t.reloptions IS NOT NULL \
               AND o.reltoastrelid = t.oid) WHEN 'i' THEN (SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = t.oid) \
               WHEN 'I' THEN (SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = t.oid) WHEN 'S' THEN \
               coalesce((SELECT d.refobjid FROM pg_depend d WHERE d.classid = 1259 AND d.objid = t.oid AND d.objsubid = 0 \
               AND d.refclassid = 1259 AND d.deptype IN ('a', 'i')), t.oid) ELSE t.oid END}",
    is_part: "t.relkind IN ('i', 'I')",
    quotes_parts: true,
    is_noise: "t.relpersistence = 't' OR t.relkind = 't' AND t.reloptions IS NULL",
    ..Catalog::of(
        "pg_class",
        "CASE t.relkind WHEN 't' THEN 'TOAST' ELSE t.relname END",
        "ROW(t.relkind, t.relpersistence, t.relrowsecurity, t.relforcerowsecurity, \
         CASE WHEN t.relkind <> 't' THEN t.relreplident END, t.relispartition, \
         {options:t.reloptions}, CASE WHEN t.relkind NOT IN ('i', 'I', 't') THEN pg_get_userbyid(t.relowner) END, \
         CASE WHEN t.relkind = 'S' THEN {acl:s:t.relacl:t.relowner} WHEN t.relkind NOT IN ('i', 'I', 'c', 't') THEN \
         {acl:r:t.relacl:t.relowner} END, pg_get_expr(t.relpartbound, t.oid), \
         CASE WHEN t.relkind = 'p' THEN pg_get_partkeydef(t.oid) END, CASE WHEN t.relkind = 'm' THEN t.relispopulated END, \
         (SELECT m.amname FROM pg_am m WHERE m.oid = t.relam), (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = t.reltablespace), \
         format_type(nullif(t.reloftype, 0), NULL))",
    )
};

/// Columns of indexes are in the text of their index; only what is set for one of them is here. Dropped ones are gone.
const COLUMNS: Catalog = Catalog {
    key: "t.attrelid",
    id: "(t.attrelid::int8 * 2048 + t.attnum)",
    condition: "t.attrelid >= 16384 AND t.attnum > 0",
    owner: "1259::oid, t.attrelid",
    schema: "{schema:t.attrelid}",
    relation: "{relation:t.attrelid}",
    is_noise: "t.attisdropped OR (SELECT c.relkind IN ('t', 'S') OR c.relkind IN ('i', 'I') AND t.attoptions IS NULL AND \
               coalesce(t.attstattarget, -1) = -1 FROM pg_class c WHERE c.oid = t.attrelid)",
    bits: 11,
    goes_with_relation: true,
    quoted_in: Quoted::AsPart,
    ..Catalog::of(
        "pg_attribute",
        "t.attname",
        "ROW(format_type(t.atttypid, t.atttypmod), t.attnotnull, t.attidentity, t.attgenerated, t.attstorage, t.attcompression, \
         (SELECT l.collname FROM pg_collation l WHERE l.oid = t.attcollation), nullif(t.attstattarget, -1), {options:t.attoptions}, \
         {options:t.attfdwoptions}, {acl:t.attacl})",
    )
};

const INDEXES: Catalog = Catalog {
    key: "t.indexrelid",
    id: "t.indexrelid::int8",
    condition: "t.indexrelid >= 16384",
    owner: "1259::oid, t.indrelid",
    schema: "{schema:t.indrelid}",
    relation: "{relation:t.indrelid}",
    goes_with_relation: true,
    quoted_in: Quoted::Nowhere,
    quotes_parts: true,
    ..Catalog::of(
        "pg_index",
        "{relation:t.indexrelid}",
        "ROW(pg_get_indexdef(t.indexrelid), t.indisvalid, t.indisclustered, t.indisreplident, t.indisprimary, t.indimmediate)",
    )
};

const SEQUENCES: Catalog = Catalog {
    key: "t.seqrelid",
    id: "t.seqrelid::int8",
    condition: "t.seqrelid >= 16384",
    owner: "1259::oid, t.seqrelid",
    schema: "{schema:t.seqrelid}",
    relation: "{relation:coalesce((SELECT d.refobjid FROM pg_depend d WHERE d.classid = 1259 AND d.objid = t.seqrelid \
               AND d.objsubid = 0 AND d.refclassid = 1259 AND d.deptype IN ('a', 'i')), t.seqrelid)}",
    goes_with_relation: true,
    quoted_in: Quoted::Nowhere,
    ..Catalog::of(
        "pg_sequence",
        "{relation:t.seqrelid}",
        "ROW(format_type(t.seqtypid, NULL), t.seqstart, t.seqincrement, t.seqmax, t.seqmin, t.seqcache, t.seqcycle)",
    )
};

const INHERITANCE: Catalog = Catalog {
    key: "t.inhrelid",
    bits: 11,
    id: "(t.inhrelid::int8 * 2048 + t.inhseqno)",
    condition: "t.inhrelid >= 16384",
    owner: "1259::oid, t.inhrelid",
    schema: "{schema:t.inhrelid}",
    relation: "{relation:t.inhrelid}",
    quoted_in: Quoted::Nowhere,
    ..Catalog::of(
        "pg_inherits",
        "t.inhseqno",
        "ROW({schema:t.inhparent}, {relation:t.inhparent}, @14(t.inhdetachpending))",
    )
};

const DEFAULTS: Catalog = Catalog {
    owner: "1259::oid, t.adrelid",
    schema: "{schema:t.adrelid}",
    relation: "{relation:t.adrelid}",
    quoted_in: Quoted::Nowhere,
    quotes_parts: true,
    ..Catalog::of(
        "pg_attrdef",
        "(SELECT a.attname FROM pg_attribute a WHERE a.attrelid = t.adrelid AND a.attnum = t.adnum)",
        "pg_get_expr(t.adbin, t.adrelid)",
    )
};

const CONSTRAINTS: Catalog = Catalog {
    owner: "CASE WHEN t.conrelid <> 0 THEN 1259::oid ELSE 1247::oid END, CASE WHEN t.conrelid <> 0 THEN t.conrelid ELSE t.contypid END",
    schema: "{namespace:t.connamespace}",
    relation: "coalesce({relation:t.conrelid}, (SELECT y.typname FROM pg_type y WHERE y.oid = t.contypid))",
    quoted_in: Quoted::Nowhere,
    quotes_parts: true,
    ..Catalog::of(
        "pg_constraint",
        "t.conname",
        "ROW(t.contype, pg_get_constraintdef(t.oid), t.convalidated, t.connoinherit)",
    )
};

/// Those that enforce constraints are there where somebody switched them off.
const TRIGGERS: Catalog = Catalog {
    condition: "NOT t.tgisinternal OR t.tgenabled <> 'O'",
    owner: "1259::oid, t.tgrelid",
    schema: "{schema:t.tgrelid}",
    relation: "{relation:t.tgrelid}",
    quoted_in: Quoted::Nowhere,
    quotes_parts: true,
    ..Catalog::of(
        "pg_trigger",
        "CASE WHEN t.tgisinternal THEN t.tgtype || ' of ' || (SELECT c.conname FROM pg_constraint c WHERE c.oid = t.tgconstraint) \
         ELSE t.tgname END",
        "ROW(CASE WHEN NOT t.tgisinternal THEN pg_get_triggerdef(t.oid) END, t.tgenabled)",
    )
};

const POLICIES: Catalog = Catalog {
    owner: "1259::oid, t.polrelid",
    schema: "{schema:t.polrelid}",
    relation: "{relation:t.polrelid}",
    quoted_in: Quoted::Nowhere,
    quotes_parts: true,
    ..Catalog::of(
        "pg_policy",
        "t.polname",
        "ROW(t.polcmd, t.polpermissive, (SELECT string_agg(CASE WHEN r = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(r) END, ',' \
         ORDER BY pg_get_userbyid(r)) FROM unnest(t.polroles) r), \
         pg_get_expr(t.polqual, t.polrelid), pg_get_expr(t.polwithcheck, t.polrelid))",
    )
};

const RULES: Catalog = Catalog {
    owner: "1259::oid, t.ev_class",
    schema: "{schema:t.ev_class}",
    relation: "{relation:t.ev_class}",
    quoted_in: Quoted::Nowhere,
    quotes_parts: true,
    ..Catalog::of(
        "pg_rewrite",
        "t.rulename",
        "ROW(t.ev_enabled, CASE WHEN t.rulename = '_RETURN' THEN pg_get_viewdef(t.ev_class) ELSE pg_get_ruledef(t.oid) END)",
    )
};
