//! Facts of the first edition as today's readings have them.
//!
//! That edition had a fact for every row that the server keeps for a foreign key: one for each partition that it refers to, and
//! in a partition of its own table under a name that no dump has.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use crate::{
    fact::{Fact, Key, Object, Part},
    values::{ForeignKey, RelationName, Value},
};

/// Leaves out the foreign keys that the server made for partitions, and names the others after those that they follow.
pub(crate) fn update(facts: &mut Vec<Fact>) {
    let followers = Keys::of(facts).followers();
    facts.retain_mut(|fact| {
        let Some(part) = &fact.key.part else { return true };
        match followers.get(&(Arc::clone(&fact.key.object), Arc::clone(part))) {
            None => true,
            Some(None) => false,
            Some(Some(name)) => {
                fact.key.part = Some(Arc::new(Part {
                    kind: Cow::Borrowed("constraint"),
                    name: name.clone(),
                }));
                true
            }
        }
    });
}

type Constraint = (Arc<Object>, Arc<Part>);

/// The foreign keys of each table, and what each partition is a partition of.
#[derive(Default)]
struct Keys<'f> {
    inherited: HashSet<Constraint>,
    definitions: HashMap<Constraint, &'f ForeignKey>,
    by_table: HashMap<(&'f str, &'f str), Vec<Constraint>>,
    parents: HashMap<(&'f str, &'f str), &'f RelationName>,
}

impl<'f> Keys<'f> {
    fn of(facts: &'f [Fact]) -> Self {
        let mut keys = Self::default();
        for Fact { key, value } in facts {
            let table = (key.object.schema.as_str(), key.object.name.as_str());
            match (&key.part, key.property.as_ref(), value) {
                (None, "partition of", value) => {
                    keys.parents.extend(value.parent().map(|parent| (table, parent)));
                }
                (Some(_), "definition", Value::ForeignKey(definition)) => {
                    let constraint = constraint(key);
                    keys.definitions.insert(constraint.clone(), definition);
                    keys.by_table.entry(table).or_default().push(constraint);
                }
                (Some(part), "inherited", _) if part.kind == "constraint" => {
                    keys.inherited.insert(constraint(key));
                }
                _ => {}
            }
        }
        keys
    }

    /// Of each foreign key that follows another one the name of that; none for those that only the server needs.
    fn followers(&self) -> HashMap<Constraint, Option<String>> {
        let keys = self
            .inherited
            .iter()
            .filter(|key| self.definitions.contains_key(*key));
        keys.map(|key| (key.clone(), self.origin(key))).collect()
    }

    fn origin(&self, key: &Constraint) -> Option<String> {
        let definition = self.definitions.get(key)?;
        let mut table = (key.0.schema.as_str(), key.0.name.as_str());
        let mut origin = key;
        // No partition is deeper than there are partitions, whatever a file says.
        for _ in 0..=self.parents.len() {
            let Some(parent) = self.parents.get(&table) else {
                break;
            };
            table = parent.parts();
            let Some(keys) = self.by_table.get(&table) else {
                // The parent is not covered.
                return Some(key.1.name.clone());
            };
            let is_same = |other: &&Constraint| self.definitions.get(*other) == Some(definition);
            origin = keys.iter().find(is_same)?;
        }
        (!self.inherited.contains(origin)).then(|| origin.1.name.clone())
    }
}

fn constraint(key: &Key) -> Constraint {
    let part = key.part.clone().unwrap_or_else(|| {
        Arc::new(Part {
            kind: Cow::Borrowed(""),
            name: String::new(),
        })
    });
    (Arc::clone(&key.object), part)
}

#[cfg(test)]
mod tests {
    use crate::Snapshot;

    #[test]
    fn foreign_keys_are_as_they_are_read_today() {
        let key = |table: &str, name: &str, target: &str| {
            format!(
                "table app.{table} / constraint {name} / definition = FOREIGN KEY (k) REFERENCES app.{target} (k)\n"
            )
        };
        let inherited =
            |table: &str, name: &str| format!("table app.{table} / constraint {name} / inherited = yes\n");
        let partitions = "table app.e1 / partition of = app.e\ntable app.e11 / partition of = app.e1\ntable app.s1 / partition of = app.s\n";
        let made = [
            key("e", "e_fkey1", "s1"),
            inherited("e", "e_fkey1"),
            key("e1", "e1_fkey1", "s1"),
            inherited("e1", "e1_fkey1"),
        ];
        let old = [
            partitions.to_owned(),
            key("e", "to_s", "s"),
            key("e1", "own", "s"),
            inherited("e1", "own"),
            key("e11", "to_s", "s"),
            inherited("e11", "to_s"),
            key("x", "to_s1", "s1"),
        ];
        let now = old.concat().replace("constraint own", "constraint to_s");
        let old = [old.concat(), made[..2].concat()].concat();
        assert_eq!(
            Snapshot::parse(&old).unwrap().digest(),
            Snapshot::parse(&format!("# edition 2\n{now}")).unwrap().digest()
        );
        let both = Snapshot::parse(&[now.clone(), made.concat()].concat()).unwrap();
        assert_eq!(both.digest(), Snapshot::parse(&now).unwrap().digest());
    }
}
