//! The schema that some migrations make from nothing, on a database that is thrown away.
//!
//! They may run in several rounds, as they would have on a database that got some of them late.

use ephemeral_postgres::{Database, Server};
use migration_core::{Config, Late, Migrations, Unknown};
use schema_contract::{Diff, FactChange, Scope, Snapshot, Value};

use super::{
    connection::{close, connect_to},
    prelude::Prelude,
};
use crate::error::Error;

/// Where to build.
pub(crate) struct Builder<'b> {
    pub(crate) server: &'b Server,
    pub(crate) prelude: Option<&'b Prelude>,
}

impl Builder<'_> {
    /// Runs the rounds one after the other and reads what came of them.
    pub(crate) async fn schema(
        &self,
        rounds: &[Vec<Migrations>],
        config: &Config,
        scope: &Scope,
    ) -> Result<Snapshot, Error> {
        let database = self.server.create_database("db_fresh_built").await?;
        let schema = self.on(&database, rounds, config, scope).await;
        // A server of ours takes it along in any case.
        let _ = database.drop_now().await;
        schema
    }

    async fn on(
        &self,
        database: &Database,
        rounds: &[Vec<Migrations>],
        config: &Config,
        scope: &Scope,
    ) -> Result<Snapshot, Error> {
        if let Some(prelude) = self.prelude {
            prelude.run_again(database.options()).await?;
        }
        let config = Config {
            late: Late::Allow,
            unknown: Unknown::Allow,
            ..config.clone()
        };
        for round in rounds {
            migration_core::apply(database.options(), round, &config, &mut |_| {}).await?;
        }
        let mut connection = connect_to(database.options()).await?;
        let schema = schema_contract::snapshot(&mut connection, scope).await?;
        close(connection).await;
        Ok(schema)
    }
}

/// The migrations of each set that are wanted, in their order.
pub(crate) fn only(sets: &[Migrations], wanted: impl Fn(&Migrations, &str) -> bool) -> Vec<Migrations> {
    sets.iter()
        .map(|set| {
            let mut part = set.clone();
            part.items.retain(|migration| wanted(set, &migration.filename));
            part
        })
        .collect()
}

/// A difference without that of the order of columns, and the objects in which only that differs.
///
/// Two migrations that each add a column to one table leave another order in every database that ran them the other way round.
/// It shows in `SELECT *` and in an `INSERT` without a list of columns, and nowhere else, and no later migration can mend it.
pub(crate) fn without_column_order(mut difference: Diff) -> (Diff, Vec<String>) {
    let mut reordered = Vec::new();
    for object in &mut difference.objects {
        let before = object.facts.len();
        object.facts.retain(|fact| !is_order(fact));
        if object.facts.len() < before {
            reordered.push(object.object.to_string());
        }
    }
    difference.objects.retain(|object| !object.facts.is_empty());
    (difference, reordered)
}

fn is_order(fact: &FactChange) -> bool {
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names
    };
    match (&fact.before, &fact.after) {
        (Some(Value::Columns(before)), Some(Value::Columns(after))) => sorted(before) == sorted(after),
        _ => false,
    }
}

/// Says where the order of columns differs; nothing where it does not.
pub(crate) fn order_note(reordered: &[String]) -> String {
    if reordered.is_empty() {
        return String::new();
    }
    format!(", but for the order of columns in {}", reordered.join(", "))
}

#[cfg(test)]
mod tests {
    use schema_contract::diff;

    use super::*;

    fn split(before: &str, after: &str) -> (Diff, Vec<String>) {
        let parse = |text: &str| Snapshot::parse(text).unwrap();
        without_column_order(diff(&parse(before), &parse(after)))
    }

    #[test]
    fn the_order_of_columns_is_told_apart_from_what_else_differs() {
        let table = "table app.t / columns = a, b\n";
        let (rest, reordered) = split(table, "table app.t / columns = b, a\n");
        assert!(rest.is_empty());
        assert_eq!(reordered, ["table app.t"]);
        let (rest, reordered) = split(
            "table app.t / columns = a, \"b, c\"\n",
            "table app.t / columns = \"b, a\", c\n",
        );
        assert!(
            !rest.is_empty(),
            "the same pieces between commas are other columns"
        );
        assert!(reordered.is_empty());
        let (rest, reordered) = split(table, "table app.t / columns = b, a, c\n");
        assert!(!rest.is_empty());
        assert!(reordered.is_empty());
        let index = "table app.t / index i / columns = a, b\n";
        let (rest, _) = split(index, "table app.t / index i / columns = b, a\n");
        assert!(
            !rest.is_empty(),
            "the order of an index's columns is another matter"
        );
    }
}
