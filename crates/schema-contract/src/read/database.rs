//! The database itself: its grants and settings; default privileges; and what nothing here knows.
//!
//! Left out on purpose: encoding, locale and tablespace of the database, which whoever creates it decides, and
//! everything that belongs to the whole server.

use std::sync::Arc;

use super::{
    Facts, array,
    grants::{self, Access, Privileges},
    names::Names,
    rows::Rows,
};
use crate::{fact::Object, name};

/// The database has one name on one machine and another on the next.
const NAME: &str = "this";

pub(super) const DATABASE: &str = "SELECT d.oid, d.datdba, d.datacl, d.datconnlimit FROM pg_database d WHERE d.datname = current_database()";

/// Who may connect and create.
pub(super) fn build_database(rows: &Rows, names: &Names, facts: &mut Facts) {
    const PG_DATABASE: u32 = 1262;
    for row in rows {
        let object = Arc::new(Object::new("", "database", NAME));
        let owner = names.role(row.oid("datdba"));
        let access = Access {
            privileges: Privileges::DATABASE,
            owner: &owner,
            list: row.get("datacl"),
        };
        grants::build(facts, names, &object, None, &access);
        if row.text("datconnlimit") != "-1" {
            facts.object(&object, "connection limit", row.text("datconnlimit"));
        }
        facts.register(PG_DATABASE, row.oid("oid"), &object, None);
    }
}

pub(super) const SETTINGS: &str = "SELECT setrole, setconfig FROM pg_db_role_setting \
     WHERE setdatabase = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// Settings of the database, and of roles in it.
pub(super) fn build_settings(rows: &Rows, names: &Names, facts: &mut Facts) {
    let object = Arc::new(Object::new("", "database", NAME));
    for row in rows {
        for setting in array::elements(row.text("setconfig")) {
            let (key, value) = setting.split_once('=').unwrap_or((&setting, ""));
            let key = name::quoted(key);
            let property = match row.oid("setrole") {
                0 => format!("setting {key}"),
                role => format!("setting {key} for {}", names.role(role)),
            };
            facts.object(&object, property, value);
        }
    }
}

pub(super) const DEFAULT_PRIVILEGES: &str =
    "SELECT oid, defaclrole, defaclnamespace, defaclobjtype, defaclacl FROM pg_default_acl";

/// What is granted on objects yet to be made.
pub(super) fn build_default_privileges(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let (what, privileges) = match row.text("defaclobjtype") {
            "r" => ("tables", Privileges::TABLE),
            "S" => ("sequences", Privileges::SEQUENCE),
            "f" => ("routines", Privileges::ROUTINE),
            "T" => ("types", Privileges::TYPE),
            "n" => ("schemas", Privileges::SCHEMA),
            _ => ("large-objects", Privileges::SEQUENCE),
        };
        let in_schema = row.oid("defaclnamespace");
        // Those of one schema come on top of the usual ones, those of all schemas take their place.
        let (schema, privileges) = if in_schema == 0 {
            ("", privileges)
        } else {
            let Some(schema) = names.schema(in_schema) else {
                continue;
            };
            (schema, privileges.additional())
        };
        let owner = names.role(row.oid("defaclrole"));
        let object = Arc::new(Object::new(
            schema,
            "default-privileges",
            format!("{what} by {owner}"),
        ));
        let access = Access {
            privileges,
            owner: &owner,
            list: row.get("defaclacl"),
        };
        grants::build(facts, names, &object, None, &access);
    }
}

/// The catalogs whose objects are facts here, and those of which it was decided that they are not: large objects
/// are data; roles, tablespaces and parameters belong to the server.
pub(super) const UNMODELLED: &str = "WITH RECURSIVE classes(class) AS (\
     SELECT min(classid) FROM pg_depend UNION ALL \
     SELECT (SELECT min(d.classid) FROM pg_depend d WHERE d.classid > c.class) FROM classes c WHERE c.class IS NOT NULL) \
     SELECT class::regclass AS catalog, (SELECT count(DISTINCT objid) FROM pg_depend WHERE classid = class AND objid >= 16384) AS objects \
     FROM classes WHERE class IS NOT NULL AND class::regclass::text NOT IN ('pg_class', 'pg_type', 'pg_proc', 'pg_namespace', \
     'pg_constraint', 'pg_trigger', 'pg_rewrite', 'pg_policy', 'pg_extension', 'pg_operator', 'pg_opclass', 'pg_opfamily', \
     'pg_cast', 'pg_collation', 'pg_conversion', 'pg_transform', 'pg_language', 'pg_am', 'pg_event_trigger', \
     'pg_publication', 'pg_publication_rel', 'pg_publication_namespace', 'pg_subscription', 'pg_statistic_ext', \
     'pg_ts_parser', 'pg_ts_dict', 'pg_ts_template', 'pg_ts_config', 'pg_foreign_data_wrapper', 'pg_foreign_server', \
     'pg_user_mapping', 'pg_attrdef', 'pg_default_acl', 'pg_amop', 'pg_amproc', 'pg_inherits', 'pg_largeobject')";

/// Objects of a kind that a newer server has and nothing here knows: reported, never ignored.
pub(super) fn build_unmodelled(rows: &Rows, _names: &Names, facts: &mut Facts) {
    for row in rows.iter().filter(|row| row.text("objects") != "0") {
        let object = Arc::new(Object::new("", "unmodelled", row.text("catalog")));
        facts.object(&object, "objects", row.text("objects"));
    }
}
