//! Reads a snapshot from `pg_catalog`: flat rows in one message, put together here.
//!
//! Every module below owns some catalog tables: its `SQL` reads them nearly raw, its `build` turns the rows into
//! facts. Aggregating on the server, or asking `pg_get_constraintdef` for every row, costs more than `pg_dump`.
//! Left out on purpose: parsing DDL, and anything that depends on oids or on the order of creation.

mod array;
mod columns;
mod constraints;
mod indexes;
mod names;
mod policies;
mod relations;
mod routines;
mod rows;
mod schemas;
mod sequences;
mod transaction;
mod triggers;
mod types;
mod version;

use std::{borrow::Cow, sync::Arc};

use sqlx::PgConnection;

use crate::{
    Error, Scope, Snapshot,
    fact::{Fact, Key, Object, Part},
};
use names::Names;
use rows::Rows;

/// Reads a snapshot of what the scope covers, in one read-only transaction and one round trip.
///
/// Names come out the same whatever the connection's `search_path` and formatting settings, which stay as they
/// are. The role needs no privilege beyond connecting; `pg_catalog` is open to all.
///
/// # Errors
///
/// [`Error::InTransaction`] if the connection has an open transaction, since a consistent reading needs one of its
/// own; [`Error::Read`] with what the server said.
pub async fn snapshot(conn: &mut PgConnection, scope: &Scope) -> Result<Snapshot, Error> {
    let mut results = transaction::read(conn, &STATEMENTS).await?.into_iter();
    let mut next = || results.next().unwrap_or_default();
    let names = Names::build(scope, [next(), next(), next(), next(), next(), next(), next()]);
    let mut facts = Facts::default();
    for (_, build) in BUILDERS {
        build(&next(), &names, &mut facts);
    }
    Ok(Snapshot::from_facts(facts.0).restrict(scope))
}

type Build = fn(&Rows, &Names, &mut Facts);

const NAMES: [&str; 7] = [
    names::SCHEMAS,
    names::ROLES,
    names::EXTENSION_MEMBERS,
    names::COLLATIONS,
    names::TYPES,
    names::RELATIONS,
    names::COLUMNS,
];

/// What is read after the names, each with what makes facts of it.
const BUILDERS: [(&str, Build); 19] = [
    (schemas::SCHEMAS, schemas::build_schemas),
    (schemas::EXTENSIONS, schemas::build_extensions),
    (relations::RELATIONS, relations::build_relations),
    (relations::VIEWS, relations::build_views),
    (relations::PARTITIONED, relations::build_partitioned),
    (relations::INHERITANCE, relations::build_inheritance),
    (columns::COLUMNS, columns::build_columns),
    (columns::DEFAULTS, columns::build_defaults),
    (constraints::CONSTRAINTS, constraints::build),
    (indexes::INDEXES, indexes::build),
    (sequences::SEQUENCES, sequences::build_sequences),
    (sequences::OWNERS, sequences::build_owners),
    (types::ENUMS, types::build_enums),
    (types::DOMAINS, types::build_domains),
    (types::RANGES, types::build_ranges),
    (routines::ROUTINES, routines::build),
    (triggers::TRIGGERS, triggers::build_triggers),
    (triggers::RULES, triggers::build_rules),
    (policies::POLICIES, policies::build),
];

static STATEMENTS: std::sync::LazyLock<Vec<&'static str>> =
    std::sync::LazyLock::new(|| NAMES.into_iter().chain(BUILDERS.map(|(sql, _)| sql)).collect());

/// The facts found so far.
#[derive(Default)]
struct Facts(Vec<Fact>);

impl Facts {
    /// A fact about an object as a whole.
    fn object(
        &mut self,
        object: &Arc<Object>,
        property: impl Into<Cow<'static, str>>,
        value: impl Into<String>,
    ) {
        self.push(object, None, property.into(), value.into());
    }

    /// A fact about a part of an object.
    fn part(
        &mut self,
        object: &Arc<Object>,
        part: &Arc<Part>,
        property: impl Into<Cow<'static, str>>,
        value: impl Into<String>,
    ) {
        self.push(object, Some(Arc::clone(part)), property.into(), value.into());
    }

    fn push(
        &mut self,
        object: &Arc<Object>,
        part: Option<Arc<Part>>,
        property: Cow<'static, str>,
        value: String,
    ) {
        self.0.push(Fact {
            key: Key {
                object: Arc::clone(object),
                part,
                property,
            },
            value,
        });
    }
}

/// A part by kind and name.
fn part(kind: &'static str, name: &str) -> Arc<Part> {
    Arc::new(Part {
        kind: Cow::Borrowed(kind),
        name: name.to_owned(),
    })
}
