//! Which migration is to blame, found by looking at the schema after each one of a replay.
//!
//! A schema that is not as expected says what differs, never since when. Whoever can replay the migrations shows each level to
//! a [`Trace`] (facts) or a [`Culprit`] (a query, an expectation) and gets the answer in the end. Left out on purpose: the
//! replay itself, which belongs to whoever can run migrations.

use crate::{
    Diff, Snapshot,
    diff::{Changed, changes, group},
    values::Value,
};

/// Follows what differs between two schemas through the levels of a replay.
///
/// The migration to blame for a fact is the one that took it away from what is expected. A fact that never was as expected is
/// laid to the last migration that touched it, and one that no migration ever made to none.
#[derive(Debug)]
pub struct Trace<'s> {
    expected: &'s Snapshot,
    actual: &'s Snapshot,
    followed: Vec<Followed<'s>>,
}

#[derive(Debug)]
struct Followed<'s> {
    change: Changed<'s>,
    last: Option<Value>,
    was_expected: bool,
    migration: Option<String>,
}

impl<'s> Trace<'s> {
    /// Follows all that differs. The first level to see is the one before the first migration.
    pub fn new(expected: &'s Snapshot, actual: &'s Snapshot) -> Self {
        let followed = changes(expected, actual).into_iter().map(|change| Followed {
            was_expected: change.1.is_none(),
            change,
            last: None,
            migration: None,
        });
        Self {
            expected,
            actual,
            followed: followed.collect(),
        }
    }

    /// Looks at the schema after this migration; at the one before the first with no name.
    pub fn see(&mut self, migration: Option<&str>, level: &Snapshot) {
        for followed in &mut self.followed {
            followed.see(migration, level);
        }
    }

    /// The difference, each fact with its migration.
    pub fn diff(self) -> Diff {
        let changes: Vec<_> = self.followed.iter().map(|followed| followed.change).collect();
        let mut diff = group(&changes, self.expected, self.actual);
        let facts = diff.objects.iter_mut().flat_map(|object| &mut object.facts);
        for (fact, followed) in facts.zip(self.followed) {
            fact.migration = followed.migration;
        }
        diff
    }
}

impl Followed<'_> {
    fn see(&mut self, migration: Option<&str>, level: &Snapshot) {
        let (key, expected, _) = self.change;
        let value = level.value(key);
        if value == expected {
            self.was_expected = true;
            self.migration = None;
        } else if value != self.last.as_ref() && (!self.was_expected || self.last.as_ref() == expected) {
            self.migration = migration.map(str::to_owned);
        }
        self.last = value.cloned();
    }
}

/// How something that is wrong in the end was at a level of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Nothing was wrong with it.
    Fine,
    /// It was wrong in the same way.
    Wrong,
    /// Something else was wrong with it, such as a table that was not there yet.
    Otherwise,
}

/// Follows something that is wrong in the end through the levels of a replay.
///
/// The migration to blame is the one that brought this fault up after things had been fine. What never was fine no migration
/// broke.
#[derive(Debug, Clone, Default)]
pub struct Culprit {
    was_fine: bool,
    was_wrong: bool,
    migration: Option<String>,
    since: Option<String>,
}

impl Culprit {
    /// How it was after this migration; before the first with no name.
    pub fn see(&mut self, migration: Option<&str>, then: Then) {
        if then == Then::Wrong && !self.was_wrong {
            self.since = migration.map(str::to_owned);
        }
        match then {
            Then::Fine => (self.was_fine, self.migration) = (true, None),
            Then::Wrong if self.was_fine && !self.was_wrong => {
                self.migration = migration.map(str::to_owned);
            }
            Then::Wrong | Then::Otherwise => {}
        }
        self.was_wrong = then == Then::Wrong;
    }

    /// The migration since which it is wrong in this way, if one made it so: the one that broke it, or that made it wrong.
    pub fn since(self) -> Option<String> {
        self.migration.or(self.since)
    }

    /// The migration that broke it, if one did.
    pub fn migration(self) -> Option<String> {
        self.migration
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Snapshot {
        Snapshot::parse(text).unwrap()
    }

    /// The difference after these levels, of which the last is what there is.
    fn traced(expected: &str, levels: &[(&str, &str)]) -> String {
        let (expected, actual) = (parsed(expected), parsed(levels.last().unwrap().1));
        let mut trace = Trace::new(&expected, &actual);
        trace.see(None, &parsed(""));
        for (migration, level) in levels {
            trace.see(Some(migration), &parsed(level));
        }
        trace.diff().render()
    }

    const A: &str = "table app.t / columns = a\ntable app.t / column a / type = integer\n";
    const AB: &str = "table app.t / columns = a, b\ntable app.t / column a / type = integer\n\
        table app.t / column b / type = text\n";

    #[test]
    fn a_fact_is_laid_to_the_migration_that_took_it_away_from_the_contract() {
        let wide = A.replace("integer", "bigint");
        let wider = A.replace("integer", "numeric");
        let levels = [
            ("1.sql", A),
            ("2.sql", AB),
            ("3.sql", &wide),
            ("4.sql", &wider),
            ("5.sql", &wider),
        ];
        insta::assert_snapshot!(traced(AB, &levels), @r"
        ~ table app.t, by 3.sql
            columns: a, b -> a
            ~ column a
                type: integer -> numeric
            - column b
                - type: text
        ");
    }

    #[test]
    fn what_comes_is_laid_to_the_migration_that_brings_it_last() {
        let levels = [("1.sql", A), ("2.sql", AB), ("3.sql", A), ("4.sql", AB)];
        insta::assert_snapshot!(traced(A, &levels), @r"
        ~ table app.t, by 4.sql
            columns: a -> a, b
            + column b
                + type: text
        ");
    }

    #[test]
    fn different_migrations_stand_where_they_differ_and_what_none_made_has_none() {
        let commented = A.replace("integer", "bigint") + "table app.t / comment = x\n";
        let expected = format!("{A}table app.t / index t_a / columns = a\n");
        let retyped = A.replace("integer", "bigint");
        let levels = [("1.sql", A), ("2.sql", &*retyped), ("3.sql", &*commented)];
        insta::assert_snapshot!(traced(&expected, &levels), @r"
        ~ table app.t
            + comment: x, by 3.sql
            ~ column a, by 2.sql
                type: integer -> bigint
            - index t_a
                - columns: a
        ");
    }

    #[test]
    fn a_fault_is_laid_to_the_migration_that_brought_it_up_after_things_were_fine() {
        use Then::{Fine, Otherwise, Wrong};
        for (then, expected) in [
            (&[Otherwise, Fine, Wrong, Wrong][..], Some("2")),
            (&[Wrong, Fine, Fine, Wrong], Some("3")),
            (&[Fine, Otherwise, Wrong, Wrong], Some("2")),
            (&[Otherwise, Wrong, Wrong], None),
            (&[Fine, Wrong, Otherwise, Wrong], Some("3")),
        ] {
            let mut culprit = Culprit::default();
            for (level, then) in then.iter().enumerate() {
                let migration = level.to_string();
                culprit.see((level > 0).then_some(migration.as_str()), *then);
            }
            assert_eq!(culprit.clone().migration().as_deref(), expected, "{then:?}");
            let since = expected.unwrap_or("1");
            assert_eq!(culprit.since().as_deref(), Some(since), "{then:?}");
        }
    }
}
