//! The statements of one reading, in their order, and the facts of their rows.

use sqlx::PgConnection;

use super::{
    Facts, columns, comments, constraints, database, indexes, kinds, kinds_outside, members,
    names::{self, Names},
    not_null, policies, relations, routines,
    rows::Rows,
    schemas, sequences,
    simple::Simple,
    transaction, triggers, types,
};
use crate::{Error, Scope, Snapshot};

/// Reads a snapshot of what the scope covers, in one read-only transaction and one round trip.
///
/// Names come out the same whatever the connection's `search_path` and formatting settings, which stay as they
/// are. The role needs no privilege beyond connecting; `pg_catalog` is open to all.
///
/// Inside a transaction begun with [`sqlx::Connection::begin`] it reads what that transaction sees, behind a savepoint,
/// so that a change can be looked at before it is rolled back. A transaction begun by text alone is not known to
/// the connection and makes the reading fail.
///
/// # Errors
///
/// [`Error::Read`] with what the server said.
pub async fn snapshot(conn: &mut PgConnection, scope: &Scope) -> Result<Snapshot, Error> {
    let major = transaction::major_version(conn);
    let statements: Vec<&str> = NAMES.into_iter().chain(SOURCES.iter().map(Source::sql)).collect();
    let mut results = transaction::read(conn, &statements).await?.into_iter();
    let mut next = || results.next().unwrap_or_default();
    let columns = next();
    let names = [next(), next(), next(), next(), next(), next(), next(), next()];
    let names = Names::build(scope, major, names, &columns);
    let mut facts = Facts::default();
    columns::build_columns(&columns, &names, &mut facts);
    for source in &SOURCES {
        let rows = next();
        match source {
            Source::Rows(_, build) => build(&rows, &names, &mut facts),
            Source::Simple(simple) => simple.build(&rows, &names, &mut facts),
        }
    }
    Ok(Snapshot::from_facts(facts.found).restricted(scope))
}

/// What oids mean. Columns come first: they are facts as well as names.
const NAMES: [&str; 9] = [
    columns::COLUMNS,
    names::SCHEMAS,
    names::ROLES,
    names::EXTENSION_MEMBERS,
    names::COLLATIONS,
    names::OPERATOR_CLASSES,
    names::CLASS_OPTIONS,
    names::TYPES,
    names::RELATIONS,
];

/// A statement, and what makes facts of its rows.
enum Source {
    Rows(&'static str, fn(&Rows, &Names, &mut Facts)),
    Simple(Simple),
}

impl Source {
    fn sql(&self) -> &'static str {
        match self {
            Self::Rows(sql, _) | Self::Simple(Simple { sql, .. }) => sql,
        }
    }
}

/// What is read after the names. Comments come last, since they are about everything else.
const SOURCES: [Source; 50] = [
    Source::Rows(schemas::SCHEMAS, schemas::build_schemas),
    Source::Rows(schemas::EXTENSIONS, schemas::build_extensions),
    Source::Rows(relations::RELATIONS, relations::build_relations),
    Source::Rows(relations::VIEWS, relations::build_views),
    Source::Rows(relations::PARTITIONED, relations::build_partitioned),
    Source::Rows(relations::INHERITANCE, relations::build_inheritance),
    Source::Rows(columns::DEFAULTS, columns::build_defaults),
    Source::Rows(not_null::NOT_NULL, not_null::build),
    Source::Rows(constraints::CONSTRAINTS, constraints::build),
    Source::Rows(indexes::INDEXES, indexes::build),
    Source::Rows(sequences::SEQUENCES, sequences::build_sequences),
    Source::Rows(sequences::OWNERS, sequences::build_owners),
    Source::Rows(types::TYPES, types::build_types),
    Source::Rows(types::ENUMS, types::build_enums),
    Source::Rows(types::DOMAINS, types::build_domains),
    Source::Rows(types::RANGES, types::build_ranges),
    Source::Rows(members::MEMBERS, members::build),
    Source::Rows(routines::ROUTINES, routines::build),
    Source::Rows(triggers::TRIGGERS, triggers::build_triggers),
    Source::Rows(triggers::ENFORCEMENT, triggers::build_enforcement),
    Source::Rows(triggers::RULES, triggers::build_rules),
    Source::Rows(policies::POLICIES, policies::build),
    Source::Simple(kinds::AGGREGATE),
    Source::Simple(kinds::BASE_TYPE),
    Source::Simple(kinds::OPERATOR),
    Source::Simple(kinds::OPERATOR_CLASS),
    Source::Simple(kinds::OPERATOR_FAMILY),
    Source::Simple(kinds::CAST),
    Source::Simple(kinds::COLLATION),
    Source::Simple(kinds::CONVERSION),
    Source::Simple(kinds::TRANSFORM),
    Source::Simple(kinds::LANGUAGE),
    Source::Simple(kinds::ACCESS_METHOD),
    Source::Simple(kinds::EVENT_TRIGGER),
    Source::Simple(kinds::STATISTICS),
    Source::Simple(kinds_outside::PARSER),
    Source::Simple(kinds_outside::TEMPLATE),
    Source::Simple(kinds_outside::DICTIONARY),
    Source::Simple(kinds_outside::CONFIGURATION),
    Source::Simple(kinds_outside::WRAPPER),
    Source::Simple(kinds_outside::SERVER),
    Source::Simple(kinds_outside::USER_MAPPING),
    Source::Simple(kinds_outside::FOREIGN_TABLE),
    Source::Simple(kinds_outside::PUBLICATION),
    Source::Simple(kinds_outside::SUBSCRIPTION),
    Source::Rows(database::DATABASE, database::build_database),
    Source::Rows(database::SETTINGS, database::build_settings),
    Source::Rows(database::DEFAULT_PRIVILEGES, database::build_default_privileges),
    Source::Rows(database::UNMODELLED, database::build_unmodelled),
    Source::Rows(comments::COMMENTS, comments::build),
];
