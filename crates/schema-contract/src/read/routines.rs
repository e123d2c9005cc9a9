//! Functions, procedures and window functions. Aggregates are kept apart: they have no body.
//! What a range type brings along (it depends internally on the type) is left out: the range says it all.

use super::{
    Facts, array,
    grants::{self, Access, Privileges},
    names::{Names, PG_PROC},
    rows::Rows,
};
use crate::name;

pub(super) const ROUTINES: &str = "SELECT p.oid, p.proname, p.pronamespace, p.proowner, p.proacl, l.lanname, p.prokind, p.procost, \
     p.prorows, NULLIF(p.prosupport::oid, 0)::regproc AS support, p.prosecdef, p.proleakproof, p.proisstrict, \
     p.provolatile, p.proparallel, p.proconfig, p.prosrc, p.probin, pg_get_function_sqlbody(p.oid) AS sql_body, \
     pg_get_function_identity_arguments(p.oid) AS identity, pg_get_function_arguments(p.oid) AS arguments, \
     pg_get_function_result(p.oid) AS result, oidvectortypes(p.proargtypes) AS signature, \
     array_to_string(p.protrftypes::regtype[], ', ') AS transforms \
     FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.oid >= 16384 AND p.prokind <> 'a' AND NOT EXISTS (\
     SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'i')";

/// A routine, known by its name and the types of its arguments.
pub(super) fn build(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let kind = match row.text("prokind") {
            "p" => "procedure",
            "w" => "window-function",
            _ => "function",
        };
        let signature = format!("{}({})", name::quoted(row.text("proname")), row.text("signature"));
        let Some(object) = names.object(PG_PROC, row.oid("oid"), row.oid("pronamespace"), kind, &signature)
        else {
            continue;
        };
        let owner = names.role(row.oid("proowner"));
        let access = Access {
            privileges: Privileges::ROUTINE,
            owner: &owner,
            list: row.get("proacl"),
        };
        grants::build(facts, names, &object, None, &access);
        facts.register(PG_PROC, row.oid("oid"), &object, None);
        facts.object(&object, "owner", owner);
        facts.object(&object, "language", row.text("lanname"));
        facts.object(&object, "arguments", row.text("arguments"));
        facts.object(&object, "cost", row.text("procost"));
        if let Some(result) = row.get("result") {
            facts.object(&object, "returns", result);
        }
        match row.get("sql_body") {
            Some(body) => facts.object(&object, "body", body),
            None => facts.object(&object, "body", row.text("prosrc")),
        }
        facts.object(
            &object,
            "volatility",
            match row.text("provolatile") {
                "i" => "immutable",
                "s" => "stable",
                _ => "volatile",
            },
        );
        match row.text("proparallel") {
            "s" => facts.object(&object, "parallel", "safe"),
            "r" => facts.object(&object, "parallel", "restricted"),
            _ => {}
        }
        for (column, property) in [
            ("prosecdef", "security definer"),
            ("proleakproof", "leakproof"),
            ("proisstrict", "strict"),
        ] {
            if row.is(column) {
                facts.object(&object, property, "yes");
            }
        }
        for (column, property) in [
            ("support", "support"),
            ("probin", "library"),
            ("transforms", "transforms"),
        ] {
            if let Some(value) = row.get(column) {
                facts.object(&object, property, value);
            }
        }
        if let Some(estimate) = row.get("prorows").filter(|estimate| *estimate != "0") {
            facts.object(&object, "rows", estimate);
        }
        for setting in array::elements(row.text("proconfig")) {
            let (key, value) = setting.split_once('=').unwrap_or((&setting, ""));
            facts.object(&object, format!("setting {}", name::quoted(key)), value);
        }
    }
}
