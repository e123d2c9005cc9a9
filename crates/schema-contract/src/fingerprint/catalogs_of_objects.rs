//! The catalogs of schemas, routines, types, and of what is said of objects of any kind.

use super::catalog::{Catalog, Quoted};

pub(super) const CATALOGS: [Catalog; 10] = [
    SCHEMAS,
    ROUTINES,
    TYPES,
    ENUMS,
    COMMENTS,
    LABELS,
    STATISTICS,
    EXTENSIONS,
    DEFAULT_PRIVILEGES,
    SETTINGS,
];

/// The schema `public` is the same whether it is the first or was made again, as in a snapshot.
const SCHEMAS: Catalog = Catalog {
    condition: "t.nspname !~ '^pg_' AND t.nspname <> 'information_schema'",
    schema: "t.nspname",
    ..Catalog::of(
        "pg_namespace",
        "''",
        "CASE WHEN t.nspname = 'public' THEN ROW('public', coalesce((SELECT string_agg(g, ',' ORDER BY g) FROM \
         (SELECT CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE pg_get_userbyid(a.grantee) END || ' ' || a.privilege_type || \
         CASE WHEN a.is_grantable THEN '*' ELSE '' END AS g FROM aclexplode(t.nspacl) a WHERE a.grantee NOT IN (t.nspowner, 6171, \
         (SELECT d.datdba FROM pg_database d WHERE d.datname = current_database()))) x), \
         CASE WHEN t.nspacl IS NULL THEN 'PUBLIC USAGE' END)) \
         ELSE ROW(pg_get_userbyid(t.nspowner), {acl:n:t.nspacl:t.nspowner}) END",
    )
};

const ROUTINES: Catalog = Catalog::in_schema(
    "pg_proc",
    "{namespace:t.pronamespace}",
    "t.proname || '(' || oidvectortypes(t.proargtypes) || ')'",
    "ROW(t.prokind, pg_get_function_arguments(t.oid), pg_get_function_result(t.oid), t.prosrc, t.probin, \
     pg_get_function_sqlbody(t.oid), (SELECT l.lanname FROM pg_language l WHERE l.oid = t.prolang), t.provolatile, t.proisstrict, \
     t.prosecdef, t.proleakproof, t.proparallel, t.procost, t.prorows, t.proconfig, t.prosupport::text, \
     pg_get_userbyid(t.proowner), {acl:f:t.proacl:t.proowner}, \
     (SELECT ROW(g.aggtransfn::text, g.aggfinalfn::text, g.aggcombinefn::text, g.aggserialfn::text, g.aggdeserialfn::text, \
     g.aggmtransfn::text, g.aggminvtransfn::text, g.aggmfinalfn::text, format_type(g.aggtranstype, NULL), g.aggtransspace, \
     g.agginitval, g.aggminitval, g.aggfinalextra, g.aggfinalmodify, g.aggkind, g.aggnumdirectargs, g.aggsortop::regoperator::text, \
     g.aggmtransspace, g.aggmfinalextra, g.aggmfinalmodify)::text FROM pg_aggregate g WHERE g.aggfnoid = t.oid))",
);

/// The types of tables and their arrays say nothing that their tables do not.
const TYPES: Catalog = Catalog {
    condition: "t.oid >= 16384 AND t.typtype IN ('e', 'd', 'r', 'm', 'b', 'p') AND t.typcategory <> 'A'",
    ..Catalog::in_schema(
        "pg_type",
        "{namespace:t.typnamespace}",
        "t.typname",
        "ROW(t.typtype, t.typisdefined, t.typnotnull, t.typdefault, format_type(nullif(t.typbasetype, 0), t.typtypmod), \
         (SELECT l.collname FROM pg_collation l WHERE l.oid = t.typcollation), t.typlen, t.typbyval, t.typcategory, t.typispreferred, \
         t.typdelim, t.typalign, t.typstorage, t.typinput::text, t.typoutput::text, t.typreceive::text, t.typsend::text, \
         t.typmodin::text, t.typmodout::text, t.typanalyze::text, pg_get_userbyid(t.typowner), {acl:T:t.typacl:t.typowner}, \
         (SELECT ROW(format_type(r.rngsubtype, NULL), r.rngcanonical::text, r.rngsubdiff::text, r.rngcollation::regcollation::text, \
         (SELECT c.opcname FROM pg_opclass c WHERE c.oid = r.rngsubopc))::text FROM pg_range r WHERE r.rngtypid = t.oid))",
    )
};

/// A value that is put between others moves those.
const ENUMS: Catalog = Catalog {
    owner: "1247::oid, t.enumtypid",
    schema: "(SELECT {namespace:y.typnamespace} FROM pg_type y WHERE y.oid = t.enumtypid)",
    relation: "(SELECT y.typname FROM pg_type y WHERE y.oid = t.enumtypid)",
    concerns_others: "age(t.xmin) <> age((SELECT y.xmin FROM pg_type y WHERE y.oid = t.enumtypid))",
    ..Catalog::of(
        "pg_enum",
        "t.enumlabel",
        "(SELECT count(*)::text FROM pg_enum e WHERE e.enumtypid = t.enumtypid AND e.enumsortorder < t.enumsortorder)",
    )
};

const COMMENTS: Catalog = Catalog {
    key: "t.objoid",
    bits: 20,
    id: "(t.objoid::int8 * 1048576 + (t.classoid::int8 % 512) * 2048 + t.objsubid)",
    condition: "(t.objoid >= 16384 OR t.objoid = 2200 AND t.classoid = 2615) AND t.classoid <> 3079 AND t.description <> 'standard public schema'",
    owner: "t.classoid, t.objoid",
    schema: "CASE WHEN t.classoid = 1259 THEN {schema:t.objoid} WHEN t.classoid = 2615 THEN {namespace:t.objoid} END",
    relation: "CASE WHEN t.classoid = 1259 THEN {relation:t.objoid} END",
    quoted_in: Quoted::Nowhere,
    quotes_parts: true,
    ..Catalog::of(
        "pg_description",
        "pg_describe_object(t.classoid, t.objoid, t.objsubid)",
        "t.description",
    )
};

const LABELS: Catalog = Catalog {
    key: "t.objoid",
    bits: 20,
    id: "(t.objoid::int8 * 1048576 + (t.classoid::int8 % 512) * 2048 + t.objsubid)",
    condition: "t.objoid >= 16384 OR t.objoid = 2200 AND t.classoid = 2615",
    owner: "t.classoid, t.objoid",
    ..Catalog::of(
        "pg_seclabel",
        "pg_describe_object(t.classoid, t.objoid, t.objsubid)",
        "ROW(t.provider, t.label)",
    )
};

const STATISTICS: Catalog = Catalog {
    quoted_in: Quoted::Nowhere,
    quotes_parts: true,
    ..Catalog::in_schema(
        "pg_statistic_ext",
        "{namespace:t.stxnamespace}",
        "t.stxname",
        "ROW(pg_get_statisticsobjdef(t.oid), pg_get_userbyid(t.stxowner), nullif(t.stxstattarget, -1))",
    )
};

const EXTENSIONS: Catalog = Catalog {
    condition: "t.extname <> 'plpgsql'",
    ..Catalog::of(
        "pg_extension",
        "t.extname",
        "ROW(t.extversion, {namespace:t.extnamespace}, pg_get_userbyid(t.extowner))",
    )
};

const DEFAULT_PRIVILEGES: Catalog = Catalog::of(
    "pg_default_acl",
    "pg_get_userbyid(t.defaclrole) || ' ' || coalesce({namespace:t.defaclnamespace}, '') || ' ' || t.defaclobjtype::text",
    "{acl:t.defaclacl}",
);

const SETTINGS: Catalog = Catalog {
    key: "t.setrole",
    id: "t.setrole::int8",
    condition: "t.setdatabase = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())",
    owner: "1262::oid, t.setdatabase",
    ..Catalog::of(
        "pg_db_role_setting",
        "CASE WHEN t.setrole = 0 THEN '' ELSE pg_get_userbyid(t.setrole) END",
        "{options:t.setconfig}",
    )
};
