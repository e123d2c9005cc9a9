//! Compares what a query was compiled against with what the server says now.

use sqlx::{
    Column as _, Either, Statement as _,
    postgres::{PgColumn, PgStatement, PgTypeInfo},
};

use super::{
    catalog::Catalog,
    described::{Described, DescribedColumn, DescribedType},
    types::{self, Direction},
};

/// What differs, in words.
pub(super) fn differences(recorded: &Described, now: &PgStatement, catalog: &Catalog) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(Either::Left(parameters)) = now.parameters() {
        out.extend(parameters_changed(&recorded.parameters, parameters, catalog));
    }
    let (before, after) = (&recorded.columns, now.columns());
    if before.len() != after.len() {
        out.push(format!(
            "its result had {} columns, now it has {}",
            before.len(),
            after.len()
        ));
    }
    for (at, (before, after)) in before.iter().zip(after).enumerate() {
        out.extend(column_changed(at, before, after, catalog));
    }
    out
}

fn parameters_changed(before: &[DescribedType], after: &[PgTypeInfo], catalog: &Catalog) -> Vec<String> {
    let mut out = Vec::new();
    if after.len() != before.len() {
        out.push(format!(
            "it had {} parameters, now it has {}",
            before.len(),
            after.len()
        ));
    }
    for (at, (before, after)) in before.iter().zip(after).enumerate() {
        let what = format!("parameter ${}", at + 1);
        out.extend(type_changed(&what, before, after, catalog, Direction::Sent));
    }
    out
}

fn column_changed(at: usize, before: &DescribedColumn, after: &PgColumn, catalog: &Catalog) -> Vec<String> {
    if before.name != after.name() {
        return vec![format!(
            "column {} of its result was `{}`, now it is `{}`",
            at + 1,
            before.name,
            after.name()
        )];
    }
    let what = format!("column `{}`", before.name);
    let (data_type, now) = (&before.data_type, after.type_info());
    let mut out = type_changed(&what, data_type, now, catalog, Direction::Received);
    let origin = after
        .relation_id()
        .map(|oid| oid.0)
        .zip(after.relation_attribute_no());
    if before.nullable == Some(false) && catalog.may_be_null(origin) {
        out.push(format!("column `{}` was never NULL, now it may be", before.name));
    }
    out
}

fn type_changed(
    what: &str,
    before: &DescribedType,
    after: &PgTypeInfo,
    catalog: &Catalog,
    direction: Direction,
) -> Vec<String> {
    after.oid().map_or_else(Vec::new, |oid| {
        types::changes(what, before, oid.0, &catalog.types, direction)
    })
}
