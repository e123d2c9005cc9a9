//! NOT NULL where it is more than a mark of its column: as a constraint with a name, a comment and a history of its own.
//!
//! Servers from 18 on have such rows for columns, those from 17 on for domains. Left out on purpose: the names that the server
//! gives, which depend on what the table and the column were called once.

use std::sync::Arc;

use super::{
    Facts,
    names::{Names, PG_TYPE},
    part,
    rows::{Row, Rows},
};
use crate::fact::{Object, Part};

/// What has the usual name and nothing else of note is left to the server to sort out: tables have many such rows.
pub(super) const NOT_NULL: &str = "SELECT c.conname, c.conrelid, c.contypid, a.attname, c.convalidated, c.connoinherit, c.conislocal, \
     c.coninhcount, r.relispartition, d.description, t.typname, t.typnamespace FROM pg_constraint c \
     LEFT JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] LEFT JOIN pg_class r ON r.oid = c.conrelid \
     LEFT JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = c.oid \
     LEFT JOIN pg_type t ON t.oid = c.contypid \
     WHERE c.contype = 'n' AND c.oid >= 16384 AND (NOT c.convalidated OR c.connoinherit OR d.description IS NOT NULL \
     OR c.conislocal AND c.coninhcount > 0 OR strpos(c.conname, coalesce('_' || a.attname, '') || '_not_null') = 0)";

/// A NOT NULL that somebody named or commented, that does not hold for rows that were there before or for children, or that a
/// child has of its own beside its parent's.
pub(super) fn build(rows: &Rows, names: &Names, facts: &mut Facts) {
    for row in rows {
        let Some((object, column)) = subject(row, names) else {
            continue;
        };
        let mut fact = |property: &'static str, value: &str| {
            facts.push(&object, column.clone(), property.into(), value.into());
        };
        if !row.is("convalidated") {
            fact("not null valid", "no");
        }
        if row.is("connoinherit") {
            fact("not null inherit", "no");
        }
        let is_inherited = row.number::<i32>("coninhcount") > 0;
        if is_inherited && row.is("conislocal") && !row.is("relispartition") {
            fact("not null inherited", "and local");
        }
        let is_own = row.is("conislocal") || !is_inherited;
        if is_own && is_given(row.text("conname"), &object.name, column.as_deref()) {
            fact("not null name", row.text("conname"));
        }
        if let Some(comment) = row.get("description") {
            fact("not null comment", comment);
        }
    }
}

/// The column of a table, or a domain.
fn subject(row: &Row, names: &Names) -> Option<(Arc<Object>, Option<Arc<Part>>)> {
    if row.oid("contypid") == 0 {
        let relation = names.relation(row.oid("conrelid"))?;
        return Some((
            Arc::clone(&relation.object),
            Some(part("column", row.text("attname"))),
        ));
    }
    let (oid, schema) = (row.oid("contypid"), row.oid("typnamespace"));
    let domain = names.object(PG_TYPE, oid, schema, "domain", row.text("typname"))?;
    Some((domain, None))
}

/// Whether a person gave the name: the server makes it of the names of the table and the column, either of which may have been
/// changed since, shortens them to 63 bytes and perhaps adds a number.
fn is_given(name: &str, object: &str, column: Option<&Part>) -> bool {
    const LONGEST: usize = 63;
    let without_number = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let Some(of) = without_number.strip_suffix("_not_null") else {
        return true;
    };
    let Some(column) = column else { return false };
    let ends_with_column = of
        .strip_suffix(column.name.as_str())
        .and_then(|table| table.strip_suffix('_'))
        .is_some_and(|table| !table.is_empty());
    let starts_with_table = of
        .strip_prefix(object)
        .and_then(|column| column.strip_prefix('_'))
        .is_some_and(|column| !column.is_empty());
    // Shortening may stop before a character that does not fit.
    !ends_with_column && !starts_with_table && name.len() < LONGEST - 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_the_server_can_have_made_is_not_given() {
        let column = part("column", "mail");
        for (name, given) in [
            ("users_mail_not_null", false),
            ("users_mail_not_null1", false),
            ("accounts_mail_not_null", false),
            ("users_address_not_null", false),
            ("mail_not_null", true),
            ("mail_is_there", true),
            ("users_mail_present", true),
        ] {
            assert_eq!(is_given(name, "users", Some(&column)), given, "{name}");
        }
        assert!(!is_given("old_not_null", "mails", None));
        assert!(is_given("there", "mails", None));
    }
}
