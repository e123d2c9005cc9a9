//! The statements for objects whose facts are plain columns: types, operators, casts, collations and the like.

use super::{grants::Privileges, simple::Simple};

const fn simple(class: u32, kind: &'static str, sql: &'static str) -> Simple {
    Simple {
        class,
        kind,
        privileges: None,
        sql,
    }
}

const fn granted(class: u32, kind: &'static str, privileges: Privileges, sql: &'static str) -> Simple {
    Simple {
        class,
        kind,
        privileges: Some(privileges),
        sql,
    }
}

/// `pg_proc`.
pub(super) const AGGREGATE: Simple = granted(
    1255,
    "aggregate",
    Privileges::ROUTINE,
    "\
     SELECT p.oid, p.pronamespace AS schema, p.proname AS name, '(' || oidvectortypes(p.proargtypes) || ')' AS signature, \
     p.proowner AS owner, p.proacl AS acl, pg_get_function_arguments(p.oid) AS arguments, \
     format_type(p.prorettype, NULL) AS returns, format_type(a.aggtranstype, NULL) AS \"state type\", \
     a.aggtransfn::regprocedure::text AS transition, NULLIF(a.aggfinalfn::oid, 0)::regprocedure::text AS final, \
     NULLIF(a.aggcombinefn::oid, 0)::regprocedure::text AS combine, \
     NULLIF(a.aggserialfn::oid, 0)::regprocedure::text AS serialize, \
     NULLIF(a.aggdeserialfn::oid, 0)::regprocedure::text AS deserialize, \
     NULLIF(a.aggmtransfn::oid, 0)::regprocedure::text AS \"moving transition\", \
     NULLIF(a.aggminvtransfn::oid, 0)::regprocedure::text AS \"moving inverse\", \
     NULLIF(a.aggmfinalfn::oid, 0)::regprocedure::text AS \"moving final\", \
     format_type(NULLIF(a.aggmtranstype, 0), NULL) AS \"moving state type\", \
     NULLIF(a.aggmtransspace, 0) AS \"moving state space\", a.aggminitval AS \"moving initial value\", \
     NULLIF(a.aggfinalextra, false) AS \"final extra\", NULLIF(a.aggmfinalextra, false) AS \"moving final extra\", \
     a.aggfinalmodify AS \"final modify\", a.aggmfinalmodify AS \"moving final modify\", \
     NULLIF(a.aggsortop, 0)::regoperator::text AS \"sort operator\", NULLIF(a.aggtransspace, 0) AS \"state space\", \
     a.agginitval AS \"initial value\", NULLIF(a.aggkind, 'n') AS kind, NULLIF(a.aggnumdirectargs, 0) AS \"direct arguments\", \
     NULLIF(p.proparallel, 'u') AS parallel FROM pg_aggregate a JOIN pg_proc p ON p.oid = a.aggfnoid WHERE p.oid >= 16384",
);

/// `pg_type`, base types and shells.
pub(super) const BASE_TYPE: Simple = granted(
    1247,
    "base-type",
    Privileges::TYPE,
    "\
     SELECT t.oid, t.typnamespace AS schema, t.typname AS name, t.typowner AS owner, t.typacl AS acl, \
     CASE WHEN NOT t.typisdefined THEN 'yes' END AS shell, t.typlen AS length, t.typbyval AS \"by value\", \
     t.typcategory AS category, t.typispreferred AS preferred, t.typdelim AS delimiter, \
     NULLIF(t.typinput::oid, 0)::regprocedure::text AS input, NULLIF(t.typoutput::oid, 0)::regprocedure::text AS output, \
     NULLIF(t.typreceive::oid, 0)::regprocedure::text AS receive, NULLIF(t.typsend::oid, 0)::regprocedure::text AS send, \
     NULLIF(t.typmodin::oid, 0)::regprocedure::text AS \"modifier input\", \
     NULLIF(t.typmodout::oid, 0)::regprocedure::text AS \"modifier output\", \
     NULLIF(t.typanalyze::oid, 0)::regprocedure::text AS analyze, @14(NULLIF(t.typsubscript::oid, 0)::regproc::text) AS subscript, \
     t.typalign AS alignment, t.typstorage AS storage, t.typdefault AS default, \
     CASE WHEN t.typcollation <> 0 THEN 'yes' END AS collatable, \
     format_type(NULLIF(t.typelem, 0), NULL) AS element FROM pg_type t WHERE t.oid >= 16384 AND t.typtype IN ('b', 'p') \
     AND NOT EXISTS (SELECT FROM pg_type e WHERE e.typarray = t.oid)",
);

/// `pg_operator`.
pub(super) const OPERATOR: Simple = simple(
    2617,
    "operator",
    "\
     SELECT o.oid, o.oprnamespace AS schema, o.oprowner AS owner, o.oprname || ' (' || \
     coalesce(format_type(NULLIF(o.oprleft, 0), NULL), 'NONE') || ', ' || coalesce(format_type(NULLIF(o.oprright, 0), NULL), 'NONE') \
     || ')' AS signature, NULLIF(o.oprcode::oid, 0)::regprocedure::text AS function, \
     format_type(NULLIF(o.oprresult, 0), NULL) AS returns, NULLIF(o.oprcom, 0)::regoperator::text AS commutator, \
     NULLIF(o.oprnegate, 0)::regoperator::text AS negator, NULLIF(o.oprrest::oid, 0)::regproc::text AS restrict, \
     NULLIF(o.oprjoin::oid, 0)::regproc::text AS join, NULLIF(o.oprcanmerge, false) AS merges, \
     NULLIF(o.oprcanhash, false) AS hashes FROM pg_operator o WHERE o.oid >= 16384",
);

/// `pg_opclass`.
pub(super) const OPERATOR_CLASS: Simple = simple(
    2616,
    "operator-class",
    "\
     SELECT c.oid, c.opcnamespace AS schema, c.opcname AS name, ' using ' || m.amname AS signature, c.opcowner AS owner, \
     format_type(c.opcintype, NULL) AS type, format_type(NULLIF(c.opckeytype, 0), NULL) AS storage, c.opcdefault AS default, \
     f.opfname AS family FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod JOIN pg_opfamily f ON f.oid = c.opcfamily \
     WHERE c.oid >= 16384",
);

/// `pg_opfamily`, with the operators and functions in it.
pub(super) const OPERATOR_FAMILY: Simple = simple(
    2753,
    "operator-family",
    "\
     SELECT f.oid, f.opfnamespace AS schema, f.opfname AS name, ' using ' || m.amname AS signature, f.opfowner AS owner, \
     (SELECT string_agg(o.amopstrategy || ' ' || o.amopopr::regoperator::text || CASE o.amoppurpose WHEN 'o' THEN ' for order by ' \
     || (SELECT opfname FROM pg_opfamily s WHERE s.oid = o.amopsortfamily) ELSE '' END, E'\\n' \
     ORDER BY o.amopstrategy, o.amopopr::regoperator::text) FROM pg_amop o WHERE o.amopfamily = f.oid) AS operators, \
     (SELECT string_agg(p.amprocnum || ' ' || format_type(p.amproclefttype, NULL) || ', ' || format_type(p.amprocrighttype, NULL) \
     || ' ' || p.amproc::oid::regprocedure::text, E'\\n' ORDER BY p.amprocnum, p.amproc::oid::regprocedure::text) \
     FROM pg_amproc p WHERE p.amprocfamily = f.oid) AS functions \
     FROM pg_opfamily f JOIN pg_am m ON m.oid = f.opfmethod WHERE f.oid >= 16384",
);

/// `pg_cast`. The cast that a range type brings along is left out.
pub(super) const CAST: Simple = simple(
    2605,
    "cast",
    "\
     SELECT oid, '(' || format_type(castsource, NULL) || ' AS ' || format_type(casttarget, NULL) || ')' AS signature, \
     NULLIF(castfunc, 0)::regprocedure::text AS function, CASE castcontext WHEN 'e' THEN 'explicit' WHEN 'a' THEN 'assignment' \
     ELSE 'implicit' END AS context, CASE castmethod WHEN 'b' THEN 'binary' WHEN 'i' THEN 'in and out' ELSE 'function' END AS method \
     FROM pg_cast WHERE oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d \
     WHERE d.classid = 'pg_cast'::regclass AND d.objid = pg_cast.oid AND d.deptype = 'i')",
);

/// `pg_collation`.
pub(super) const COLLATION: Simple = simple(
    3456,
    "collation",
    "\
     SELECT oid, collnamespace AS schema, collname AS name, collowner AS owner, collprovider AS provider, \
     NULLIF(collisdeterministic, true) AS deterministic, NULLIF(collencoding, -1) AS encoding, CASE WHEN collprovider = 'c' THEN collcollate END AS collate, \
     CASE WHEN collprovider = 'c' THEN collctype END AS ctype, \
     CASE WHEN collprovider <> 'c' THEN coalesce(@17(colllocale), @15(@!17(colliculocale)), @!15(collcollate)) END AS locale, @16(collicurules) AS rules \
     FROM pg_collation WHERE oid >= 16384",
);

/// `pg_conversion`.
pub(super) const CONVERSION: Simple = simple(
    2607,
    "conversion",
    "\
     SELECT oid, connamespace AS schema, conname AS name, conowner AS owner, pg_encoding_to_char(conforencoding) AS from, \
     pg_encoding_to_char(contoencoding) AS to, conproc::oid::regprocedure::text AS function, condefault AS default \
     FROM pg_conversion WHERE oid >= 16384",
);

/// `pg_transform`.
pub(super) const TRANSFORM: Simple = simple(
    3576,
    "transform",
    "\
     SELECT t.oid, 'for ' || format_type(t.trftype, NULL) || ' language ' || quote_ident(l.lanname) AS signature, \
     NULLIF(t.trffromsql::oid, 0)::regprocedure::text AS \"from sql\", NULLIF(t.trftosql::oid, 0)::regprocedure::text AS \"to sql\" \
     FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang WHERE t.oid >= 16384",
);

/// `pg_language`. Those that come with the server are mentioned where somebody restricted them.
pub(super) const LANGUAGE: Simple = granted(
    2612,
    "language",
    Privileges::TYPE,
    "\
     SELECT oid, lanname AS name, lanowner AS owner, lanacl AS acl, lanpltrusted AS trusted, \
     NULLIF(lanplcallfoid, 0)::regprocedure::text AS handler, NULLIF(laninline, 0)::regprocedure::text AS inline, \
     NULLIF(lanvalidator, 0)::regprocedure::text AS validator FROM pg_language \
     WHERE oid >= 16384 OR lanacl IS NOT NULL",
);

/// `pg_am`.
pub(super) const ACCESS_METHOD: Simple = simple(
    2601,
    "access-method",
    "\
     SELECT oid, amname AS name, CASE amtype WHEN 't' THEN 'table' ELSE 'index' END AS type, \
     amhandler::oid::regprocedure::text AS handler FROM pg_am WHERE oid >= 16384",
);

/// `pg_event_trigger`.
pub(super) const EVENT_TRIGGER: Simple = simple(
    3466,
    "event-trigger",
    "\
     SELECT oid, evtname AS name, evtowner AS owner, evtevent AS event, evtfoid::regprocedure::text AS function, \
     CASE evtenabled WHEN 'D' THEN 'no' WHEN 'R' THEN 'on replicas only' WHEN 'A' THEN 'always' END AS enabled, \
     (SELECT string_agg(tag, ', ' ORDER BY tag) FROM unnest(evttags) tag) AS tags FROM pg_event_trigger WHERE oid >= 16384",
);

/// `pg_statistic_ext`.
pub(super) const STATISTICS: Simple = simple(
    3381,
    "statistics",
    "\
     SELECT oid, stxnamespace AS schema, stxname AS name, stxowner AS owner, NULLIF(stxstattarget, -1) AS target, \
     pg_get_statisticsobjdef(oid) AS definition FROM pg_statistic_ext WHERE oid >= 16384",
);
