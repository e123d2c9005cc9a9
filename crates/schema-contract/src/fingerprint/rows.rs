//! The rows of one catalog, by the numbers that stay with them.

use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::{
    catalog::{Catalog, Quoted},
    history::History,
    renamed::is_about,
    statement::{self, SEPARATOR},
};
use crate::Scope;

/// How many statements were prepared, over all connections: their names are unique.
static PREPARED: AtomicU64 = AtomicU64::new(0);

/// A statement that is prepared when it is first needed.
#[derive(Debug, Clone)]
struct Statement {
    sql: String,
    /// Where the server knows it.
    name: Option<String>,
}

impl Statement {
    fn new(sql: String) -> Self {
        Self { sql, name: None }
    }
}

/// The name of the statement; the message prepares it where that was not done.
fn prepared(statement: &mut Statement, message: &mut String) -> String {
    let name = statement.name.get_or_insert_with(|| {
        let name = format!("schema_contract_{}", PREPARED.fetch_add(1, Ordering::Relaxed));
        message.push_str(&format!("PREPARE {name} AS {};\n", statement.sql));
        name
    });
    name.clone()
}

/// The rows of one catalog.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    catalog: Catalog,
    texts: Statement,
    left: Statement,
    rows: BTreeMap<i64, Seen>,
    /// Of the numbers.
    sum: i128,
    /// Of the hashes.
    total: u64,
    pub(super) history: History,
}

/// A row.
#[derive(Debug, Clone)]
struct Seen {
    /// Its catalog, schema, relation and name, as the statement gives them.
    label: Arc<str>,
    /// What it is called; none for what means nothing.
    name: Option<u64>,
    /// All that it says, 0 for what is not covered.
    whole: u64,
}

/// What a row changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    Itself,
    /// What is said where columns and indexes of these relations are quoted.
    Parts(Vec<i64>),
    /// What is said anywhere.
    Everything,
}

impl Effect {
    pub(super) fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Everything, _) | (_, Self::Everything) => Self::Everything,
            (Self::Itself, other) => other,
            (this, Self::Itself) => this,
            (Self::Parts(mut these), Self::Parts(those)) => {
                these.extend(those);
                Self::Parts(these)
            }
        }
    }
}

impl Rows {
    pub(super) fn new(place: usize, catalog: Catalog, major: u32) -> Self {
        Self {
            catalog,
            texts: Statement::new(statement::texts(place, &catalog, major)),
            left: Statement::new(statement::left(place, &catalog)),
            rows: BTreeMap::new(),
            sum: 0,
            total: 0,
            history: History::default(),
        }
    }

    pub(super) fn clear(&mut self) {
        for seen in self.rows.values() {
            self.history.went(seen.whole, &seen.label);
        }
        self.rows.clear();
        (self.sum, self.total) = (0, 0);
    }

    /// Adds to a message what asks for the rows that changed, and where several are gone for the numbers of those that are left. The
    /// number of one alone that is gone follows from those that are left.
    pub(super) fn ask(
        &mut self,
        changed: &[i64],
        expected: (i64, i128),
        since: &str,
        message: &mut String,
    ) -> Option<i64> {
        let mut keys: Vec<i64> = changed.iter().map(|id| id >> self.catalog.bits).collect();
        keys.sort_unstable();
        keys.dedup();
        self.ask_for(&keys, since, message);
        if self.catalog.goes_with_relation {
            return None;
        }
        let new = changed.iter().filter(|id| !self.rows.contains_key(id));
        let (count, sum) = new.fold((self.count(), self.sum), |(count, sum), id| {
            (count + 1, sum + i128::from(*id))
        });
        if (count, sum) == expected {
            return None;
        }
        let one = i64::try_from(sum - expected.1).ok();
        let one = one.filter(|one| count == expected.0 + 1 && self.rows.contains_key(one));
        if one.is_none() {
            let name = prepared(&mut self.left, message);
            message.push_str(&format!("EXECUTE {name};\n"));
        }
        one
    }

    /// Adds to a message what asks for the rows with these keys that are not older than a transaction.
    pub(super) fn ask_for(&mut self, keys: &[i64], since: &str, message: &mut String) {
        if keys.is_empty() {
            return;
        }
        let name = prepared(&mut self.texts, message);
        let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
        message.push_str(&format!(
            "EXECUTE {name} ('{{{}}}', '{since}');\n",
            keys.join(",")
        ));
    }

    /// What lets the server forget the statements.
    pub(super) fn deallocate(&self) -> String {
        let names = [&self.texts, &self.left].map(|statement| statement.name.as_ref());
        let names = names.into_iter().flatten();
        names.map(|name| format!("DEALLOCATE {name};\n")).collect()
    }

    /// How many rows there are, and the sum of their numbers.
    pub(super) fn numbers(&self) -> (i64, String) {
        (self.count(), self.sum.to_string())
    }

    pub(super) fn total(&self) -> u64 {
        self.total
    }

    fn count(&self) -> i64 {
        i64::try_from(self.rows.len()).unwrap_or(i64::MAX)
    }

    /// Whether a row quotes names of columns or indexes and may be about an object of this class.
    pub(super) fn is_about(&self, class: &str) -> bool {
        self.catalog.quotes_parts && is_about(self.catalog.table, class)
    }

    pub(super) fn table(&self) -> &'static str {
        self.catalog.table
    }

    pub(super) fn are_extensions(&self) -> bool {
        self.catalog.table == "pg_extension"
    }

    /// Takes a row as the statement gives it: its number, schema, relation, name and content.
    pub(super) fn put(&mut self, mark: &str, text: &str, scope: &Scope) -> Effect {
        let mut parts = text.splitn(5, SEPARATOR);
        let mut part = || parts.next().unwrap_or_default();
        let (id, schema, relation, name_text, content) = (part(), part(), part(), part(), part());
        let Ok(id) = id.parse() else {
            return Effect::Itself;
        };
        let is_covered = !schema.starts_with("pg_")
            && schema != "information_schema"
            && (schema.is_empty() || scope.covers_schema(schema))
            && (relation.is_empty() || scope.covers_table(schema, relation));
        let table = self.catalog.table;
        let name = (mark != "-").then(|| hash(&(table, schema, relation, name_text)));
        let whole = name
            .filter(|_| is_covered)
            .map_or(0, |name| hash(&(name, content)));
        let label = format!("{table}{SEPARATOR}{schema}{SEPARATOR}{relation}{SEPARATOR}{name_text}");
        let label: Arc<str> = label.into();
        self.history.came(whole, &label);
        let before = self.rows.insert(id, Seen { label, name, whole });
        self.total = self.total.wrapping_add(whole);
        match &before {
            Some(before) => {
                self.history.went(before.whole, &before.label);
                self.total = self.total.wrapping_sub(before.whole);
            }
            None => self.sum += i128::from(id),
        }
        let renamed =
            before.is_some_and(|before| before.name.is_some() && name.is_some() && before.name != name);
        match (mark, renamed, self.catalog.quoted_in) {
            ("!", ..) | ("+", true, Quoted::Anywhere) => Effect::Everything,
            ("/", true, _) | (_, true, Quoted::AsPart) => Effect::Parts(vec![id >> self.catalog.bits]),
            _ => Effect::Itself,
        }
    }

    pub(super) fn remove(&mut self, id: i64) {
        if let Some(seen) = self.rows.remove(&id) {
            self.history.went(seen.whole, &seen.label);
            self.sum -= i128::from(id);
            self.total = self.total.wrapping_sub(seen.whole);
        }
    }

    /// The numbers of all rows but these, which are in order.
    pub(super) fn others(&self, left: &[i64]) -> Vec<i64> {
        let mut left = left.iter().peekable();
        let is_gone = |id: &&i64| {
            while left.next_if(|other| other < id).is_some() {}
            left.next_if_eq(id).is_none()
        };
        self.rows.keys().filter(is_gone).copied().collect()
    }

    /// Removes the rows that go with a relation.
    pub(super) fn remove_relation(&mut self, relation: i64) {
        if !self.catalog.goes_with_relation {
            return;
        }
        let bits = self.catalog.bits;
        let numbers = relation << bits..(relation + 1) << bits;
        let gone: Vec<i64> = self.rows.range(numbers).map(|(id, _)| *id).collect();
        gone.into_iter().for_each(|id| self.remove(id));
    }
}

/// The same in every run of one program, which is as long as a fingerprint is kept.
fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
