//! Compares expectations with a snapshot: a function of its arguments.

use std::collections::{BTreeMap, BTreeSet};

use super::{Breach, Column, Day, Expectations, Kind, Table, lines::Lines, partitions};
use crate::{
    Error, Fact, Snapshot,
    values::{IndexColumn, RelationName, Value},
};

/// The numbers of the applied migrations, by component.
pub type Applied = BTreeMap<String, BTreeSet<u64>>;

/// Compares a consumer's expectations with a snapshot. `path` is their file, for the error.
///
/// # Errors
///
/// [`Error::Unmet`] with all that is not as expected.
pub fn check(
    expectations: &Expectations,
    actual: &Snapshot,
    applied: &Applied,
    today: Day,
    consumer: &str,
    path: Option<&std::path::Path>,
) -> Result<(), Error> {
    let breaches = unmet(expectations, actual, applied, today);
    if breaches.is_empty() {
        return Ok(());
    }
    Err(Error::Unmet {
        consumer: consumer.to_owned(),
        path: path.map(|path| path.display().to_string()),
        breaches,
    })
}

/// All expectations that a snapshot does not meet, in the order of the file.
pub fn unmet(expectations: &Expectations, actual: &Snapshot, applied: &Applied, today: Day) -> Vec<Breach> {
    let mut breaches = Vec::new();
    for (component, numbers) in &expectations.migrations {
        let there = applied.get(component);
        let missing = numbers
            .iter()
            .enumerate()
            .filter(|(_, number)| !there.is_some_and(|there| there.contains(number)));
        breaches.extend(missing.map(|(at, number)| Breach {
            code: "expectation/migration-missing",
            subject: format!("{component} {number:04}"),
            expected: "an applied migration".to_owned(),
            found: None,
            line: expectations.lines.of(&["migrations", component, &at.to_string()]),
            migration: None,
        }));
    }
    for (written, table) in &expectations.tables {
        let found = Found::new(actual, written, &expectations.lines);
        if found.facts.is_empty() {
            breaches.push(found.breach("expectation/table-missing", &[], "a table".to_owned(), None));
        } else {
            found.check(table, &mut breaches);
            if let Some(expected) = &table.partitions {
                let line = found.line(&["partitions"]);
                breaches.extend(partitions::unmet(
                    expected,
                    actual,
                    &found.name,
                    written,
                    line,
                    today,
                ));
            }
        }
    }
    breaches
}

/// A table as the snapshot has it.
struct Found<'a> {
    written: &'a str,
    lines: &'a Lines,
    name: RelationName,
    facts: Vec<&'a Fact>,
}

impl<'a> Found<'a> {
    fn new(actual: &'a Snapshot, written: &'a str, lines: &'a Lines) -> Self {
        let (schema, table) = written.split_once('.').unwrap_or(("public", written));
        let is_table = |kind: &str| matches!(kind, "table" | "foreign-table" | "view" | "materialized-view");
        let facts = actual.facts().iter().filter(|fact| {
            let object = &fact.key.object;
            object.schema == schema && object.name == table && is_table(&object.kind)
        });
        Self {
            written,
            lines,
            name: RelationName::new(schema, table),
            facts: facts.collect(),
        }
    }

    /// The line of a key of its table.
    fn line(&self, key: &[&str]) -> Option<usize> {
        self.lines.of(&[&["tables", self.written], key].concat())
    }

    /// A breach of what stands under a key of its table; a column is a part of the subject.
    fn breach(&self, code: &'static str, key: &[&str], expected: String, found: Option<&str>) -> Breach {
        let subject = match key {
            ["columns", column] => format!("{}.{column}", self.written),
            _ => self.written.to_owned(),
        };
        Breach {
            code,
            subject,
            expected,
            found: found.map(str::to_owned),
            line: self.line(key),
            migration: None,
        }
    }

    fn is_partitioned(&self) -> bool {
        let mut own = self.facts.iter().filter(|fact| fact.key.part.is_none());
        own.any(|fact| fact.key.property == "partition by")
    }

    fn part(&self, kind: &str, name: &str, property: &str) -> Option<&'a Value> {
        let is_it = |fact: &&&Fact| {
            fact.key.property == property
                && fact
                    .key
                    .part
                    .as_ref()
                    .is_some_and(|part| part.kind == kind && part.name == name)
        };
        self.facts.iter().find(is_it).map(|fact| &fact.value)
    }

    /// The columns of each index, with its name.
    fn indexes(&self) -> Vec<(&'a str, Vec<String>)> {
        let of_index = |fact: &&'a Fact| {
            let part = fact.key.part.as_deref().filter(|part| part.kind == "index")?;
            match (&fact.value, fact.key.property.as_ref()) {
                (Value::IndexColumns(columns), "columns") => {
                    Some((part.name.as_str(), columns.iter().map(by_name).collect()))
                }
                _ => None,
            }
        };
        self.facts.iter().filter_map(of_index).collect()
    }

    fn check(&self, table: &Table, breaches: &mut Vec<Breach>) {
        let partitioned = self.is_partitioned();
        match table.kind {
            Some(Kind::Partitioned) if !partitioned => {
                let expected = "a partitioned table".to_owned();
                breaches.push(self.breach(
                    "expectation/kind",
                    &["kind"],
                    expected,
                    Some("one that is not partitioned"),
                ));
            }
            Some(Kind::Table) if partitioned => {
                let expected = "an ordinary table".to_owned();
                breaches.push(self.breach(
                    "expectation/kind",
                    &["kind"],
                    expected,
                    Some("a partitioned table"),
                ));
            }
            _ => {}
        }
        for (column, expected) in &table.columns {
            self.column(column, expected, breaches);
        }
        self.keys(table, breaches);
    }

    fn column(&self, column: &str, expected: &Column, breaches: &mut Vec<Breach>) {
        let key = ["columns", column];
        let Some(found) = self.part("column", column, "type") else {
            let wanted = expected.data_type().unwrap_or("a column").to_owned();
            breaches.push(self.breach("expectation/column-missing", &key, wanted, None));
            return;
        };
        let found = found.text();
        if let Some(wanted) = expected.data_type().filter(|wanted| *wanted != found) {
            breaches.push(self.breach("expectation/column-type", &key, wanted.to_owned(), Some(&found)));
        }
        let not_null = self.part("column", column, "not null").is_some();
        if expected.not_null().is_some_and(|wanted| wanted != not_null) {
            let (wanted, found) = if not_null {
                ("a column that takes NULL", "NOT NULL")
            } else {
                ("NOT NULL", "a column that takes NULL")
            };
            breaches.push(self.breach("expectation/not-null", &key, wanted.to_owned(), Some(found)));
        }
    }

    fn keys(&self, table: &Table, breaches: &mut Vec<Breach>) {
        let indexes = self.indexes();
        let is = |index: &str, property: &str| self.part("index", index, property).is_some();
        let usable = |index: &str| !is(index, "invalid");
        if let Some(wanted) = &table.primary_key {
            let found = indexes.iter().find(|(index, _)| is(index, "primary"));
            if found.is_none_or(|(_, columns)| columns != wanted) {
                let found = found.map(|(_, columns)| columns.join(", "));
                let wanted = format!("PRIMARY KEY ({})", wanted.join(", "));
                breaches.push(self.breach(
                    "expectation/primary-key",
                    &["primary_key"],
                    wanted,
                    found.as_deref(),
                ));
            }
        }
        for (at, wanted) in table.unique.iter().enumerate() {
            let set: BTreeSet<&String> = wanted.iter().collect();
            let met = indexes.iter().any(|(index, columns)| {
                is(index, "unique")
                    && !is(index, "where")
                    && usable(index)
                    && columns.iter().collect::<BTreeSet<_>>() == set
            });
            if !met {
                let wanted = format!("unique ({})", wanted.join(", "));
                breaches.push(self.breach(
                    "expectation/unique-missing",
                    &["unique", &at.to_string()],
                    wanted,
                    None,
                ));
            }
        }
        for (at, wanted) in table.indexes.iter().enumerate() {
            let met = indexes
                .iter()
                .any(|(index, columns)| usable(index) && columns.starts_with(wanted));
            if !met {
                let wanted = format!("an index on ({})", wanted.join(", "));
                breaches.push(self.breach(
                    "expectation/index-missing",
                    &["indexes", &at.to_string()],
                    wanted,
                    None,
                ));
            }
        }
    }
}

/// A column of an index by its name alone: collation, operator class and order do not matter here.
fn by_name(column: &IndexColumn) -> String {
    column.column().map_or_else(|| column.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::{super::parse, *};

    const SCHEMA: &str = "table public.users / columns = id, name\n\
        table public.users / column id / type = uuid\n\
        table public.users / column id / not null = yes\n\
        table public.users / column name / type = text\n\
        table public.users / index users_pkey / columns = id\n\
        table public.users / index users_pkey / primary = yes\n\
        table public.users / index users_pkey / unique = yes\n\
        table public.users / index users_name / columns = name DESC, lower(name, 'x'), id\n\
        table app.events / columns = day\n\
        table app.events / partition by = RANGE (day)\n\
        table app.events_1 / partition of = app.events\n\
        table app.events_1 / partition bound = FOR VALUES FROM ('2026-11-01') TO ('2026-12-01')\n\
        table app.events_2 / partition of = app.events\n\
        table app.events_2 / partition bound = FOR VALUES FROM ('2026-12-01') TO ('2027-01-01')\n";

    fn codes(toml: &str) -> Vec<String> {
        let applied = Applied::from([("operational".to_owned(), BTreeSet::from([27]))]);
        let today = "2026-11-21".parse().unwrap();
        let breaches = unmet(
            &parse(toml, "e.toml").unwrap(),
            &Snapshot::parse(SCHEMA).unwrap(),
            &applied,
            today,
        );
        breaches.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_is_met_is_not_mentioned() {
        let toml = "[migrations]\noperational = [27]\n[tables.users]\nkind = \"table\"\nprimary_key = [\"id\"]\nunique = [[\"id\"]]\n\
            indexes = [[\"name\"]]\ncolumns.id = { type = \"uuid\", not_null = true }\ncolumns.name = \"text\"\n\
            [tables.\"app.events\"]\nkind = \"partitioned table\"\npartitions = { interval = \"month\", ahead = 1 }\n";
        assert_eq!(codes(toml), Vec::<String>::new());
    }

    #[test]
    fn each_breach_has_its_line() {
        let toml = "[migrations]\noperational = [27,\n28]\n[tables.gone]\n[tables.users]\nkind = \"partitioned table\"\n\
            primary_key = [\"name\"]\nunique = [[\"id\"],\n[\"name\"]]\nindexes = [[\"name\"],\n[\"age\"]]\n\
            columns.age = \"integer\"\ncolumns.id = { type = \"text\", not_null = false }\n\
            [tables.\"app.events\"]\npartitions = { interval = \"month\", ahead = 2 }\n";
        let today = "2026-11-21".parse().unwrap();
        let applied = Applied::from([("operational".to_owned(), BTreeSet::from([27]))]);
        let schema = Snapshot::parse(SCHEMA).unwrap();
        let breaches = unmet(&parse(toml, "e.toml").unwrap(), &schema, &applied, today);
        let lines: Vec<_> = breaches
            .iter()
            .map(|breach| {
                (
                    breach.code.trim_start_matches("expectation/"),
                    breach.line.unwrap(),
                )
            })
            .collect();
        assert_eq!(
            lines,
            [
                ("migration-missing", 3),
                ("partition-missing", 15),
                ("table-missing", 4),
                ("kind", 6),
                ("column-missing", 12),
                ("column-type", 13),
                ("not-null", 13),
                ("primary-key", 7),
                ("unique-missing", 9),
                ("index-missing", 11),
            ]
        );
    }

    #[test]
    fn each_breach_is_found() {
        for (toml, expected) in [
            (
                "[migrations]\noperational = [27, 28]",
                "operational 0028: expected an applied migration, found nothing",
            ),
            ("[tables.gone]", "gone: expected a table, found nothing"),
            (
                "[tables.users]\nkind = \"partitioned table\"",
                "users: expected a partitioned table, found one that is not partitioned",
            ),
            (
                "[tables.users]\ncolumns.age = \"integer\"",
                "users.age: expected integer, found nothing",
            ),
            (
                "[tables.users]\ncolumns.id = \"text\"",
                "users.id: expected text, found uuid",
            ),
            (
                "[tables.users]\ncolumns.name = { not_null = true }",
                "users.name: expected NOT NULL, found a column that takes NULL",
            ),
            (
                "[tables.users]\ncolumns.id = { not_null = false }",
                "users.id: expected a column that takes NULL, found NOT NULL",
            ),
            (
                "[tables.users]\nprimary_key = [\"name\"]",
                "users: expected PRIMARY KEY (name), found id",
            ),
            (
                "[tables.users]\nunique = [[\"name\"]]",
                "users: expected unique (name), found nothing",
            ),
            (
                "[tables.users]\nindexes = [[\"name\", \"id\"]]",
                "users: expected an index on (name, id), found nothing",
            ),
            (
                "[tables.\"app.events\"]\npartitions = { interval = \"month\", ahead = 2 }",
                "app.events: expected a partition for 2027-01-01 to 2027-02-01, found nothing",
            ),
            (
                "[tables.\"app.events\"]\npartitions = { interval = \"month\", default = true }",
                "app.events: expected a default partition, found nothing",
            ),
        ] {
            assert_eq!(codes(toml), [expected], "{toml}");
        }
    }
}
