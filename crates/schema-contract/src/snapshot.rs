//! A snapshot: everything known about a schema, as sorted facts.

use std::collections::HashSet;

use serde::Serialize;

use crate::{
    Error, Scope,
    edition::Edition,
    fact::{Fact, Key, Object},
    first_edition, normal,
    scope::DatabaseWide,
    text,
    values::Value,
};

/// Everything known about a schema, as sorted facts. Equal schemas have equal snapshots, whatever their history.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    facts: Vec<Fact>,
    edition: Edition,
}

/// How much there is in a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Tables, partitioned ones and partitions included.
    pub tables: usize,
    /// Columns of those tables.
    pub columns: usize,
    /// Indexes, of partitioned tables and materialised views too.
    pub indexes: usize,
    /// Constraints of tables and domains, without those that only say NOT NULL.
    pub constraints: usize,
}

impl Snapshot {
    /// A snapshot of these facts, in any order. SQL that a server printed is brought to the form that a dump and a restore
    /// do not change.
    pub fn from_facts(facts: Vec<Fact>) -> Self {
        Self::of_edition(facts, Edition::CURRENT)
    }

    /// What several snapshots say together.
    pub fn joined(snapshots: impl IntoIterator<Item = Self>) -> Self {
        let (mut facts, mut edition) = (Vec::new(), Edition::CURRENT);
        for snapshot in snapshots {
            edition = edition.min(snapshot.edition);
            facts.extend(snapshot.facts);
        }
        Self::of_edition(facts, edition)
    }

    /// A snapshot of the facts that a text of this edition has.
    pub(crate) fn of_edition(mut facts: Vec<Fact>, edition: Edition) -> Self {
        if edition == Edition::FIRST {
            first_edition::update(&mut facts);
        }
        normal::normalize(&mut facts);
        facts.sort_by(|a, b| {
            a.key
                .cmp(&b.key)
                .then_with(|| a.value.text().cmp(&b.value.text()))
        });
        facts.dedup();
        Self { facts, edition }
    }

    /// Which kinds of facts it can have.
    pub(crate) fn edition(&self) -> Edition {
        self.edition
    }

    /// The facts, sorted by key.
    pub fn facts(&self) -> &[Fact] {
        &self.facts
    }

    /// The value of the fact with this key.
    pub fn value(&self, key: &Key) -> Option<&Value> {
        let at = self.facts.binary_search_by(|fact| fact.key.cmp(key)).ok()?;
        Some(&self.facts[at].value)
    }

    /// Whether nothing is known at all.
    pub fn is_empty(&self) -> bool {
        self.facts.is_empty()
    }

    /// The objects, sorted, each once.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        let mut last: Option<&Object> = None;
        self.facts.iter().filter_map(move |fact| {
            let object = fact.key.object.as_ref();
            (last.replace(object) != Some(object)).then_some(object)
        })
    }

    /// How much there is.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts {
            tables: self.objects().filter(|object| object.kind == "table").count(),
            ..Counts::default()
        };
        let mut last = None;
        for fact in &self.facts {
            let Some(part) = fact.key.part.as_deref() else {
                continue;
            };
            let here = (fact.key.object.as_ref(), part);
            if last.replace(here) == Some(here) {
                continue;
            }
            match part.kind.as_ref() {
                "column" if here.0.kind == "table" => counts.columns += 1,
                "index" => counts.indexes += 1,
                "constraint" => counts.constraints += 1,
                _ => {}
            }
        }
        counts
    }

    /// A digest of all facts, as `sha256:` and 64 hexadecimal digits. It does not depend on the server's version.
    pub fn digest(&self) -> String {
        text::digest(&self.facts)
    }

    /// The text form: one fact a line, a section for each schema, the digest on top.
    pub fn to_text(&self) -> String {
        text::write(&self.facts, self.edition)
    }

    /// Reads a text form. The digest on top is for people and scripts: it is not read, so that two contracts may
    /// be merged by git.
    ///
    /// # Errors
    ///
    /// [`Error::Unreadable`] names the first line that is no fact.
    pub fn parse(text: &str) -> Result<Self, Error> {
        text::parse(text, 1)
            .map(|(facts, edition)| Self::of_edition(facts, edition))
            .map_err(|bad| Error::unreadable(None, text, 1, &bad))
    }

    /// What of this snapshot lies in a scope, so that one reading serves several contracts.
    #[must_use]
    pub fn restrict(&self, scope: &Scope) -> Self {
        let covered = self.covered(scope);
        let facts = self.facts.iter().zip(covered).filter(|(_, covered)| *covered);
        Self {
            facts: facts.map(|(fact, _)| fact.clone()).collect(),
            edition: self.edition,
        }
    }

    /// The same of a snapshot that is not needed any more as a whole.
    #[must_use]
    pub(crate) fn restricted(mut self, scope: &Scope) -> Self {
        let mut covered = self.covered(scope).into_iter();
        self.facts.retain(|_| covered.next().unwrap_or(false));
        self
    }

    /// Whether each fact lies in a scope.
    fn covered(&self, scope: &Scope) -> Vec<bool> {
        let is_excluded = |table: (&str, &str)| {
            let mut excluded = scope.exclude_tables.iter();
            excluded.any(|(schema, name)| (schema.as_str(), name.as_str()) == table)
        };
        let owned_by_excluded: HashSet<(&str, &str)> = self
            .facts
            .iter()
            .filter(|fact| matches!(&fact.value, Value::Column(owner) if is_excluded(owner.table.parts())))
            .map(|fact| (fact.key.object.schema.as_str(), fact.key.object.name.as_str()))
            .collect();
        let covered = |object: &Object| {
            if object.schema.is_empty() {
                return scope.database_wide == DatabaseWide::Include;
            }
            scope.covers_table(&object.schema, &object.name)
                && !(object.kind == "sequence"
                    && owned_by_excluded.contains(&(object.schema.as_str(), object.name.as_str())))
        };
        self.facts.iter().map(|fact| covered(&fact.key.object)).collect()
    }
}
