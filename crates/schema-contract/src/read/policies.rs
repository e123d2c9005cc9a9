//! Row-security policies, as parts of their tables.

use super::{
    Facts, array,
    names::{Names, PG_POLICY},
    part,
    rows::Rows,
};

pub(super) const POLICIES: &str = "SELECT oid, polrelid, polname, polcmd, polpermissive, polroles, \
     pg_get_expr(polqual, polrelid) AS using_clause, pg_get_expr(polwithcheck, polrelid) AS check_clause FROM pg_policy";

/// A policy: for which command and roles, and what it lets through.
pub(super) fn build(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let Some(relation) = names.relation(row.oid("polrelid")) else {
            continue;
        };
        let (object, policy) = (&relation.object, part("policy", row.text("polname")));
        facts.register(PG_POLICY, row.oid("oid"), object, Some(&policy));
        facts.part(
            object,
            &policy,
            "command",
            match row.text("polcmd") {
                "r" => "select",
                "a" => "insert",
                "w" => "update",
                "d" => "delete",
                _ => "all",
            },
        );
        let mut roles: Vec<String> = array::numbers(row.text("polroles"))
            .into_iter()
            .map(|oid| names.role(oid))
            .collect();
        roles.sort();
        facts.part(object, &policy, "roles", roles.join(", "));
        if !row.is("polpermissive") {
            facts.part(object, &policy, "restrictive", "yes");
        }
        for (column, property) in [("using_clause", "using"), ("check_clause", "with check")] {
            if let Some(value) = row.get(column) {
                facts.part(object, &policy, property, value);
            }
        }
    }
}
