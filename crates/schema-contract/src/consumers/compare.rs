//! Compares what a query was compiled against with what the server says now.

use std::collections::HashMap;

use sqlx::{
    Column as _, Either, PgConnection, Row as _, Statement as _, TypeInfo as _,
    postgres::{PgStatement, PgTypeInfo, types::Oid},
};

use super::described::{Described, DescribedType};

/// What the server says now and a prepared statement does not. Labels are read anew each time: a connection
/// remembers those of an enum from when it first met it.
pub(super) struct Catalog {
    /// Whether each column of a table, by its oid and number, is NOT NULL.
    not_null: HashMap<(u32, i16), bool>,
    /// The labels of each enum.
    labels: HashMap<u32, Vec<String>>,
}

impl Catalog {
    /// Reads it, in one round trip.
    pub(super) async fn read(conn: &mut PgConnection) -> Result<Self, sqlx::Error> {
        let sql = "SELECT attrelid AS oid, attnum AS number, attnotnull AS not_null, NULL::text AS label \
                   FROM pg_catalog.pg_attribute WHERE attrelid >= 16384 AND attnum > 0 \
                   UNION ALL SELECT enumtypid, NULL, NULL, enumlabel::text FROM pg_catalog.pg_enum";
        let mut catalog = Self {
            not_null: HashMap::new(),
            labels: HashMap::new(),
        };
        for row in sqlx::raw_sql(sql).fetch_all(conn).await? {
            let Oid(oid) = row.get(0);
            if let Some(label) = row.get::<Option<String>, _>(3) {
                catalog.labels.entry(oid).or_default().push(label);
            } else {
                catalog.not_null.insert((oid, row.get(1)), row.get(2));
            }
        }
        Ok(catalog)
    }
}

/// What differs, in words.
pub(super) fn differences(recorded: &Described, now: &PgStatement, catalog: &Catalog) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(Either::Left(parameters)) = now.parameters() {
        if parameters.len() != recorded.parameters.len() {
            out.push(format!(
                "it had {} parameters, now it has {}",
                recorded.parameters.len(),
                parameters.len()
            ));
        }
        for (at, (before, after)) in recorded.parameters.iter().zip(parameters).enumerate() {
            out.extend(changed_type(
                &format!("parameter ${}", at + 1),
                before,
                after,
                catalog,
            ));
        }
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
        if before.name != after.name() {
            out.push(format!(
                "column {} of its result was `{}`, now it is `{}`",
                at + 1,
                before.name,
                after.name()
            ));
            continue;
        }
        out.extend(changed_type(
            &format!("column `{}`", before.name),
            &before.data_type,
            after.type_info(),
            catalog,
        ));
        let origin = after
            .relation_id()
            .map(|oid| oid.0)
            .zip(after.relation_attribute_no());
        let may_be_null = origin.is_some_and(|origin| catalog.not_null.get(&origin) == Some(&false));
        if before.nullable == Some(false) && may_be_null {
            out.push(format!("column `{}` was never NULL, now it may be", before.name));
        }
    }
    out
}

fn changed_type(what: &str, before: &DescribedType, after: &PgTypeInfo, catalog: &Catalog) -> Option<String> {
    let name = after.name();
    if !before.name.eq_ignore_ascii_case(name) {
        return Some(format!(
            "{what} was {}, now it is {}",
            before.name.to_lowercase(),
            name.to_lowercase()
        ));
    }
    let labels = before.labels.as_ref()?;
    let now = after.oid().and_then(|oid| catalog.labels.get(&oid.0))?;
    let gone: Vec<&str> = labels
        .iter()
        .filter(|label| !now.contains(label))
        .map(String::as_str)
        .collect();
    (!gone.is_empty()).then(|| {
        format!(
            "{what} of type {} can no longer be {}",
            name.to_lowercase(),
            gone.join(", ")
        )
    })
}
