//! The catalogs of what most projects have none of: operators, text search, foreign data, replication.

use super::catalog::Catalog;

pub(super) const CATALOGS: [Catalog; 24] = [
    identified(
        "pg_cast",
        "ROW(t.castfunc::regprocedure::text, t.castcontext, t.castmethod)",
    ),
    identified(
        "pg_operator",
        "ROW(t.oprcode::text, t.oprcom::regoperator::text, t.oprnegate::regoperator::text, t.oprrest::text, t.oprjoin::text, \
         t.oprcanmerge, t.oprcanhash, pg_get_userbyid(t.oprowner))",
    ),
    identified(
        "pg_opclass",
        "ROW(t.opcdefault, format_type(t.opcintype, NULL), format_type(nullif(t.opckeytype, 0), NULL), pg_get_userbyid(t.opcowner))",
    ),
    identified("pg_opfamily", "pg_get_userbyid(t.opfowner)"),
    identified(
        "pg_amop",
        "ROW(t.amopstrategy, t.amoppurpose, t.amopopr::regoperator::text)",
    ),
    identified("pg_amproc", "ROW(t.amprocnum, t.amproc::text)"),
    identified(
        "pg_collation",
        "ROW(t.collprovider, t.collisdeterministic, t.collencoding, t.collcollate, t.collctype, @17(t.colllocale), \
         @15(@!17(t.colliculocale)), @16(t.collicurules), pg_get_userbyid(t.collowner))",
    ),
    identified(
        "pg_conversion",
        "ROW(t.conforencoding, t.contoencoding, t.conproc::text, t.condefault, pg_get_userbyid(t.conowner))",
    ),
    identified("pg_transform", "ROW(t.trffromsql::text, t.trftosql::text)"),
    identified(
        "pg_ts_parser",
        "ROW(t.prsstart::text, t.prstoken::text, t.prsend::text, t.prsheadline::text, t.prslextype::text)",
    ),
    identified("pg_ts_template", "ROW(t.tmplinit::text, t.tmpllexize::text)"),
    identified(
        "pg_ts_dict",
        "ROW(t.dictinitoption, t.dicttemplate, pg_get_userbyid(t.dictowner))",
    ),
    identified("pg_ts_config", "ROW(pg_get_userbyid(t.cfgowner))"),
    Catalog {
        key: "t.mapcfg",
        bits: 20,
        id: "(t.mapcfg::int8 * 1048576 + t.maptokentype * 1024 + t.mapseqno)",
        condition: "t.mapcfg >= 16384",
        owner: "3602::oid, t.mapcfg",
        ..Catalog::of(
            "pg_ts_config_map",
            "t.mapcfg::regconfig::text || ' ' || t.maptokentype || ' ' || t.mapseqno",
            "t.mapdict::regdictionary::text",
        )
    },
    Catalog {
        condition: "t.oid >= 16384 OR t.lanacl IS NOT NULL",
        ..identified(
            "pg_language",
            "ROW(t.lanpltrusted, t.lanplcallfoid::regprocedure::text, t.laninline::regprocedure::text, \
             t.lanvalidator::regprocedure::text, pg_get_userbyid(t.lanowner), {acl:l:t.lanacl:t.lanowner})",
        )
    },
    identified("pg_am", "ROW(t.amtype, t.amhandler::text)"),
    identified(
        "pg_event_trigger",
        "ROW(t.evtevent, t.evtfoid::regprocedure::text, t.evtenabled, t.evttags, pg_get_userbyid(t.evtowner))",
    ),
    identified(
        "pg_foreign_data_wrapper",
        "ROW(pg_get_userbyid(t.fdwowner), t.fdwhandler::regprocedure::text, t.fdwvalidator::regprocedure::text, \
         {options:t.fdwoptions}, {acl:F:t.fdwacl:t.fdwowner})",
    ),
    identified(
        "pg_foreign_server",
        "ROW(pg_get_userbyid(t.srvowner), (SELECT w.fdwname FROM pg_foreign_data_wrapper w WHERE w.oid = t.srvfdw), t.srvtype, \
         t.srvversion, {options:t.srvoptions}, {acl:S:t.srvacl:t.srvowner})",
    ),
    Catalog {
        key: "t.ftrelid",
        id: "t.ftrelid::int8",
        condition: "t.ftrelid >= 16384",
        owner: "1259::oid, t.ftrelid",
        schema: "{schema:t.ftrelid}",
        relation: "{relation:t.ftrelid}",
        goes_with_relation: true,
        ..Catalog::of(
            "pg_foreign_table",
            "''",
            "ROW((SELECT s.srvname FROM pg_foreign_server s WHERE s.oid = t.ftserver), {options:t.ftoptions})",
        )
    },
    identified(
        "pg_publication",
        "ROW(t.puballtables, t.pubinsert, t.pubupdate, t.pubdelete, t.pubtruncate, t.pubviaroot, @18(t.pubgencols), \
         pg_get_userbyid(t.pubowner))",
    ),
    identified(
        "pg_publication_rel",
        "ROW(@15(pg_get_expr(t.prqual, t.prrelid)), @15((SELECT string_agg(a.attname, ',' ORDER BY a.attname) FROM pg_attribute a \
         WHERE a.attrelid = t.prrelid AND a.attnum = ANY (t.prattrs))))",
    ),
    Catalog {
        since: 15,
        ..identified("pg_publication_namespace", "''")
    },
    Catalog {
        condition: "t.datname = current_database()",
        ..Catalog::of(
            "pg_database",
            "''",
            "ROW(pg_get_userbyid(t.datdba), {acl:d:t.datacl:t.datdba}, t.datconnlimit, t.datallowconn)",
        )
    },
];

/// A catalog whose rows the server can name.
const fn identified(table: &'static str, content: &'static str) -> Catalog {
    Catalog::of(
        table,
        "(SELECT i.identity FROM pg_identify_object(t.tableoid, t.oid, 0) i)",
        content,
    )
}
