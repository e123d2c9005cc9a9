//! What a contract that an earlier version wrote can say, so that it still compares with what is read today.
//!
//! The text of a snapshot names its edition, a number that rises when facts of new kinds are read; a text without one is of the
//! first. A fact of a kind that one of two snapshots cannot have is no difference between them.

use crate::fact::Key;

/// Which kinds of facts a snapshot can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Edition(u32);

/// What stands before the number in a text.
const LINE: &str = "# edition ";

impl Edition {
    pub(crate) const FIRST: Self = Self(1);
    pub(crate) const CURRENT: Self = Self(2);

    /// The edition that a line of a text names.
    pub(crate) fn of_line(line: &str) -> Option<Self> {
        line.strip_prefix(LINE)?.trim_end().parse().ok().map(Self)
    }

    /// The line of a text that names it.
    pub(crate) fn line(self) -> String {
        format!("{LINE}{}", self.0)
    }

    /// Whether a snapshot of this edition can have a fact with this key.
    pub(crate) fn knows(self, key: &Key) -> bool {
        self > Self::FIRST || !is_since_second(key)
    }
}

impl Default for Edition {
    fn default() -> Self {
        Self::CURRENT
    }
}

fn is_since_second(key: &Key) -> bool {
    let object = key.object.kind.as_ref();
    let part = key.part.as_deref().map_or("", |part| part.kind.as_ref());
    match (object, part) {
        (_, "index") => key.property == "attached to",
        (_, "column") | ("domain", "") => {
            matches!(
                key.property.as_ref(),
                "not null name" | "not null comment" | "not null inherited"
            )
        }
        ("extension" | "range" | "catalog", _) => !part.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::{Snapshot, diff, lacking};

    const BOTH: &str = "table app.t / columns = a\n";
    const NEW: &str = "table app.t / index i / attached to = app.p_i\n\
        table app.t / column a / not null name = a_there\n\
        domain app.d / not null comment = why\n\
        extension e / function \"app.f()\" / grant to PUBLIC = nothing\n\
        range app.r / multirange m / comment = many\n";

    #[test]
    fn a_contract_of_an_earlier_edition_is_not_broken_by_facts_that_it_cannot_have() {
        let actual = Snapshot::parse(&format!("# edition 2\n{BOTH}{NEW}")).unwrap();
        let old = Snapshot::parse(BOTH).unwrap();
        assert!(diff(&old, &actual).is_empty(), "{}", diff(&old, &actual).render());
        assert!(diff(&actual, &old).is_empty() && lacking(&actual, &old).is_empty());
        let current = Snapshot::parse(&format!("# edition 2\n{BOTH}")).unwrap();
        let found: usize = diff(&current, &actual)
            .objects
            .iter()
            .map(|object| object.facts.len())
            .sum();
        assert_eq!(found, 5);
        assert!(!diff(&old, &Snapshot::parse("# edition 2\n").unwrap()).is_empty());
    }

    #[test]
    fn a_text_keeps_its_edition() {
        let current = Snapshot::parse(&format!("# edition 2\n{BOTH}{NEW}")).unwrap();
        assert_eq!(Snapshot::parse(&current.to_text()).unwrap(), current);
        let old = Snapshot::parse(BOTH).unwrap();
        assert_eq!(Snapshot::parse(&old.to_text()).unwrap(), old);
        assert_ne!(Snapshot::parse(&format!("# edition 2\n{BOTH}")).unwrap(), old);
        let joined = Snapshot::joined([old.clone(), current]);
        assert!(
            diff(
                &joined,
                &Snapshot::parse(&format!("# edition 2\n{BOTH}")).unwrap()
            )
            .is_empty()
        );
    }
}
