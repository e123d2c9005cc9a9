//! What is asked of the server about the settings of a new session.

use crate::engine::{
    config::literal,
    sql::{CONCAT, EQ, LT, NE, PLUS, TIMES},
};

/// What the driver asks for by itself, with the value that it asks for. It needs its encoding, so that this is not among them.
pub(super) const OF_THE_DRIVER: [(&str, &str); 2] = [("timezone", "UTC"), ("datestyle", "ISO, MDY")];

/// What the files of the server and its command line say; below it come all roles, the database, the role, the role in the database.
pub(super) const OF_THE_SERVER: i64 = 0;

/// Asks for what is in force, one row for each setting: those of the server first.
///
/// The files of the server may be read by superusers only. A statement that names them is refused for every other role, whether or not
/// it comes to them; `ts_stat` is the one function of the server that runs a text and is always there.
pub(crate) fn question() -> String {
    let files = format!(
        "SELECT pg_catalog.array_to_tsvector(ARRAY['readable'] {CONCAT} pg_catalog.array_agg(s.entry)) FROM (\
         SELECT pg_catalog.concat(pg_catalog.lpad(CAST(f.seqno AS pg_catalog.text), 9, '0'), ' ', f.name, '=', f.setting) AS entry \
         FROM pg_catalog.pg_show_all_file_settings() AS f UNION ALL \
         SELECT pg_catalog.concat('999999999 ', o.found[1], '=', o.found[2]) FROM pg_catalog.regexp_matches(\
         pg_catalog.pg_read_file('postmaster.opts'), '\"(?:-c\" \"|-c|--)([A-Za-z_.-]+)=([^\"]*)\"', 'g') AS o (found)) AS s \
         WHERE pg_catalog.octet_length(s.entry) {LT} 2000"
    );
    let may_read =
        |function: &str| format!("pg_catalog.has_function_privilege('pg_catalog.{function}', 'EXECUTE')");
    format!(
        "SELECT {OF_THE_SERVER} AS layer, 0 AS hash, found.word AS entry FROM pg_catalog.ts_stat(\
         CASE WHEN {} AND {} THEN {} ELSE 'SELECT pg_catalog.array_to_tsvector(ARRAY[''unreadable''])' END) AS found \
         UNION ALL SELECT -1, 0, pg_catalog.concat(pg_catalog.current_setting('standard_conforming_strings'), ' ', \
         pg_catalog.current_setting('server_version_num')) \
         UNION ALL SELECT s.layer, {}, CASE WHEN {} THEN pg_catalog.concat(s.name, '=', s.value) ELSE s.name END FROM ({}) AS s",
        may_read("pg_show_all_file_settings()"),
        may_read("pg_read_file(pg_catalog.text)"),
        literal(&files),
        hash("s.value"),
        is_one_of("s.name", OF_THE_DRIVER.iter().map(|(name, _)| *name)),
        of_roles(),
    )
}

/// The settings of database and role that a new session takes, the strongest with the highest layer.
pub(super) fn of_roles() -> String {
    let me = format!("(SELECT r.oid FROM pg_catalog.pg_roles AS r WHERE r.rolname {EQ} session_user)");
    let here = format!(
        "(SELECT d.oid FROM pg_catalog.pg_database AS d WHERE d.datname {EQ} pg_catalog.current_database())"
    );
    format!(
        "SELECT 1 {PLUS} CAST(s.setdatabase {NE} 0 AS pg_catalog.int4) {PLUS} (2 {TIMES} CAST(s.setrole {NE} 0 AS pg_catalog.int4)) AS layer, \
         pg_catalog.lower(pg_catalog.split_part(c.entry, '=', 1)) AS name, \
         pg_catalog.substr(c.entry, pg_catalog.strpos(c.entry, '=') {PLUS} 1) AS value \
         FROM pg_catalog.pg_db_role_setting AS s, ROWS FROM (pg_catalog.unnest(s.setconfig)) AS c (entry) \
         WHERE (s.setdatabase {EQ} 0 OR s.setdatabase {EQ} {here}) AND (s.setrole {EQ} 0 OR s.setrole {EQ} {me})"
    )
}

/// A number by which a value is recognised, which may be a secret.
pub(super) fn hash(value: &str) -> String {
    format!("pg_catalog.hashtextextended({value}, 0)")
}

/// Whether a column has one of these values.
pub(super) fn is_one_of<'n>(column: &str, names: impl Iterator<Item = &'n str>) -> String {
    let names: Vec<_> = names
        .map(|name| format!("{column} {EQ} {}", literal(name)))
        .collect();
    format!("({})", names.join(" OR "))
}
