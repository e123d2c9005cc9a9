//! How much a difference matters.

use serde::Serialize;

use crate::{FactChange, ObjectChange};

/// How much a difference matters; the worst compares as the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Grade {
    /// Who may see or change what: grants, owners, row security, `SECURITY DEFINER`, `security_invoker`.
    Security,
    /// What can be stored and how programs see it.
    Data,
    /// How fast it is: indexes that are not unique, storage, statistics.
    Performance,
    /// What only people read.
    Cosmetic,
}

impl Grade {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Security => "security",
            Self::Data => "data",
            Self::Performance => "performance",
            Self::Cosmetic => "cosmetic",
        }
    }

    /// The grade of one fact that differs.
    pub(super) fn of(object: &ObjectChange, fact: &FactChange) -> Self {
        let kind = object.object.kind.as_ref();
        let part = fact.part.as_deref().map_or("", |part| part.kind.as_ref());
        if is_security(kind, part, &fact.property) {
            Self::Security
        } else if matches!(fact.property.as_str(), "comment" | "not null comment") {
            Self::Cosmetic
        } else if is_performance(kind, part, fact, object) {
            Self::Performance
        } else {
            Self::Data
        }
    }
}

fn is_security(kind: &str, part: &str, property: &str) -> bool {
    let prefixes = [
        "grant to ",
        "row security",
        "security ",
        "option security_",
        "setting search_path",
        "leakproof",
    ];
    matches!(kind, "default-privileges" | "user-mapping")
        || part == "policy"
        || property == "owner"
        || prefixes.iter().any(|prefix| property.starts_with(prefix))
}

fn is_performance(kind: &str, part: &str, fact: &FactChange, object: &ObjectChange) -> bool {
    const PROPERTIES: [&str; 14] = [
        "storage",
        "compression",
        "statistics target",
        "cost",
        "rows",
        "parallel",
        "support",
        "access method",
        "tablespace",
        "cache",
        "clustered",
        "target",
        "invalid",
        "method",
    ];
    if part == "index" {
        let keeps_rows_apart = |fact: &FactChange| {
            matches!(
                fact.property.as_str(),
                "unique" | "primary" | "exclusion" | "nulls not distinct"
            )
        };
        let same_index = object.facts.iter().filter(|other| other.part == fact.part);
        // An index that only says where rows are may come and go; a unique one says what rows there can be.
        return !same_index.into_iter().any(keeps_rows_apart);
    }
    kind == "statistics"
        || PROPERTIES.contains(&fact.property.as_str())
        || fact.property.starts_with("option ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Snapshot, diff};

    #[test]
    fn what_was_changed_about_others_objects_is_security_and_comments_are_cosmetic() {
        for (fact, expected) in [
            (
                "extension e / function \"app.f()\" / grant to PUBLIC = nothing",
                Grade::Security,
            ),
            (
                "extension e / function \"app.f()\" / owner = app",
                Grade::Security,
            ),
            (
                "extension e / function \"app.f()\" / security definer = yes",
                Grade::Security,
            ),
            (
                "extension e / function \"app.f()\" / setting search_path = app",
                Grade::Security,
            ),
            (
                "catalog pg_catalog / view pg_stat_activity / grant to PUBLIC = nothing",
                Grade::Security,
            ),
            (
                "range app.r / function \"app.r(integer)\" / grant to PUBLIC = nothing",
                Grade::Security,
            ),
            ("range app.r / multirange m / comment = many", Grade::Cosmetic),
            ("table app.t / column a / not null comment = why", Grade::Cosmetic),
            (
                "table app.t / index i / attached to = app.p_i",
                Grade::Performance,
            ),
        ] {
            let live = Snapshot::parse(&format!("# edition 2\n{fact}\n")).unwrap();
            let found = diff(&Snapshot::default(), &live);
            let object = &found.objects[0];
            assert_eq!(Grade::of(object, &object.facts[0]), expected, "{fact}");
        }
    }
}
