//! The statements for text search, foreign data and replication: objects that lead out of the tables.
//!
//! Passwords are never read: of user mappings only the names of the options, of subscriptions no connection
//! string.

use super::{grants::Privileges, simple::Simple};

const fn simple(class: u32, kind: &'static str, sql: &'static str) -> Simple {
    Simple {
        class,
        kind,
        privileges: None,
        sql,
    }
}

/// `pg_ts_parser`.
pub(super) const PARSER: Simple = simple(
    3601,
    "text-search-parser",
    "\
     SELECT oid, prsnamespace AS schema, prsname AS name, prsstart::oid::regprocedure::text AS start, \
     prstoken::oid::regprocedure::text AS token, prsend::oid::regprocedure::text AS end, \
     NULLIF(prsheadline::oid, 0)::regprocedure::text AS headline, prslextype::oid::regprocedure::text AS types \
     FROM pg_ts_parser WHERE oid >= 16384",
);

/// `pg_ts_template`.
pub(super) const TEMPLATE: Simple = simple(
    3764,
    "text-search-template",
    "\
     SELECT oid, tmplnamespace AS schema, tmplname AS name, NULLIF(tmplinit::oid, 0)::regprocedure::text AS init, \
     tmpllexize::oid::regprocedure::text AS lexize FROM pg_ts_template WHERE oid >= 16384",
);

/// `pg_ts_dict`.
pub(super) const DICTIONARY: Simple = simple(
    3600,
    "text-search-dictionary",
    "\
     SELECT d.oid, d.dictnamespace AS schema, d.dictname AS name, d.dictowner AS owner, n.nspname || '.' || t.tmplname AS template, \
     d.dictinitoption AS options FROM pg_ts_dict d JOIN pg_ts_template t ON t.oid = d.dicttemplate \
     JOIN pg_namespace n ON n.oid = t.tmplnamespace WHERE d.oid >= 16384",
);

/// `pg_ts_config`, with its map.
pub(super) const CONFIGURATION: Simple = simple(
    3602,
    "text-search-configuration",
    "\
     SELECT c.oid, c.cfgnamespace AS schema, c.cfgname AS name, c.cfgowner AS owner, n.nspname || '.' || p.prsname AS parser, \
     (SELECT string_agg(k.alias || ': ' || m.dictionaries, E'\\n' ORDER BY k.alias) FROM ts_token_type(c.cfgparser) k \
     JOIN (SELECT maptokentype, string_agg(mapdict::regdictionary::text, ', ' ORDER BY mapseqno) AS dictionaries \
     FROM pg_ts_config_map WHERE mapcfg = c.oid GROUP BY maptokentype) m ON m.maptokentype = k.tokid) AS mappings \
     FROM pg_ts_config c JOIN pg_ts_parser p ON p.oid = c.cfgparser JOIN pg_namespace n ON n.oid = p.prsnamespace WHERE c.oid >= 16384",
);

/// `pg_foreign_data_wrapper`.
pub(super) const WRAPPER: Simple = Simple {
    privileges: Some(Privileges::USAGE),
    ..simple(
        2328,
        "foreign-data-wrapper",
        "\
     SELECT oid, fdwname AS name, fdwowner AS owner, fdwacl AS acl, NULLIF(fdwhandler, 0)::regprocedure::text AS handler, \
     NULLIF(fdwvalidator, 0)::regprocedure::text AS validator, \
     (SELECT string_agg(option, ', ' ORDER BY option) FROM unnest(fdwoptions) option) AS options \
     FROM pg_foreign_data_wrapper WHERE oid >= 16384",
    )
};

/// `pg_foreign_server`.
pub(super) const SERVER: Simple = Simple {
    privileges: Some(Privileges::USAGE),
    ..simple(
        1417,
        "server",
        "\
     SELECT s.oid, s.srvname AS name, s.srvowner AS owner, s.srvacl AS acl, w.fdwname AS wrapper, s.srvtype AS type, \
     s.srvversion AS version, (SELECT string_agg(CASE WHEN option ~* '^(password|passwd|secret|token)' \
     THEN split_part(option, '=', 1) ELSE option END, ', ' ORDER BY option) FROM unnest(s.srvoptions) option) AS options \
     FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE s.oid >= 16384",
    )
};

/// `pg_user_mapping`, through the view that everybody may read.
pub(super) const USER_MAPPING: Simple = simple(
    1418,
    "user-mapping",
    "\
     SELECT umid AS oid, usename || ' on ' || srvname AS name, (SELECT string_agg(split_part(option, '=', 1), ', ' \
     ORDER BY option) FROM unnest(umoptions) option) AS \"option names\" FROM pg_user_mappings",
);

/// Foreign tables are relations; this is what sets them apart. `pg_foreign_table` has no oid of its own.
pub(super) const FOREIGN_TABLE: Simple = simple(
    3118,
    "foreign-table",
    "\
     SELECT NULL AS oid, c.relnamespace AS schema, c.relname AS name, s.srvname AS server, \
     (SELECT string_agg(option, ', ' ORDER BY option) FROM unnest(f.ftoptions) option) AS options FROM pg_foreign_table f \
     JOIN pg_class c ON c.oid = f.ftrelid JOIN pg_foreign_server s ON s.oid = f.ftserver \
     WHERE NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')",
);

/// `pg_publication`, with what it publishes.
pub(super) const PUBLICATION: Simple = simple(
    6104,
    "publication",
    "\
     SELECT p.oid, p.pubname AS name, p.pubowner AS owner, p.puballtables AS \"all tables\", p.pubviaroot AS \"via root\", \
     concat_ws(', ', CASE WHEN p.pubinsert THEN 'insert' END, CASE WHEN p.pubupdate THEN 'update' END, \
     CASE WHEN p.pubdelete THEN 'delete' END, CASE WHEN p.pubtruncate THEN 'truncate' END) AS operations, \
     NULLIF(@18(p.pubgencols), 'n') AS \"generated columns\", \
     (SELECT string_agg(r.prrelid::regclass::text || coalesce(' (' || \
     @15((SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute WHERE attrelid = r.prrelid \
     AND attnum = ANY (r.prattrs::int2[]))) || ')', '') || coalesce(' where ' || @15(pg_get_expr(r.prqual, r.prrelid)), ''), \
     E'\\n' ORDER BY r.prrelid::regclass::text COLLATE \"C\") FROM pg_publication_rel r WHERE r.prpubid = p.oid) AS tables, \
     @15((SELECT string_agg(s.pnnspid::regnamespace::text, ', ' ORDER BY s.pnnspid::regnamespace::text COLLATE \"C\") \
     FROM pg_publication_namespace s WHERE s.pnpubid = p.oid)) AS schemas FROM pg_publication p WHERE p.oid >= 16384",
);

/// `pg_subscription`, without its connection string.
pub(super) const SUBSCRIPTION: Simple = simple(
    6100,
    "subscription",
    "\
     SELECT oid, subname AS name, subowner AS owner, subenabled AS enabled, subslotname AS slot, subsynccommit AS \"synchronous commit\", \
     subbinary AS binary, (SELECT string_agg(p, ', ' ORDER BY p) FROM unnest(subpublications) p) AS publications, \
     @14(substream) AS streaming, @15(subtwophasestate) AS \"two phase\", @15(subdisableonerr) AS \"disable on error\", \
     @16(suborigin) AS origin, @16(subpasswordrequired) AS \"password required\", @16(subrunasowner) AS \"run as owner\", \
     @17(subfailover) AS failover FROM pg_subscription WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())",
);
