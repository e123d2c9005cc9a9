//! Compares a live database with what it should be, and grades what differs.

use std::sync::Arc;

use super::{
    Grade, Ignore,
    report::{Drift, Drifted, Ignored},
};
use crate::{Diff, Error, Snapshot, diff};

/// Grades a difference between what is expected and what is live.
pub fn drift(diff: &Diff, ignores: &[Ignore]) -> Drift {
    let mut out = Drift::default();
    let mut used = vec![false; ignores.len()];
    for object in &diff.objects {
        for fact in &object.facts {
            let key = object.key(fact).to_string();
            if let Some(at) = ignores.iter().position(|ignore| ignore.matches(&key)) {
                used[at] = true;
                let reason = ignores[at].reason.clone();
                out.ignored.push(Ignored { key, reason });
            } else {
                out.drifted.push(Drifted {
                    grade: Grade::of(object, fact),
                    object: Arc::clone(&object.object),
                    fact: fact.clone(),
                });
            }
        }
    }
    out.drifted.sort_by_key(|drifted| drifted.grade);
    let unused = ignores.iter().zip(used).filter(|(_, used)| !used);
    out.unused = unused.map(|(ignore, _)| ignore.clone()).collect();
    out
}

/// Compares a live database with what it should be.
///
/// # Errors
///
/// [`Error::Drift`] with everything that differs and is not meant to.
pub fn check(expected: &Snapshot, live: &Snapshot, ignores: &[Ignore]) -> Result<Drift, Error> {
    let found = drift(&diff(expected, live), ignores);
    if found.drifted.is_empty() {
        Ok(found)
    } else {
        Err(Error::Drift {
            drift: Box::new(found),
        })
    }
}

#[cfg(test)]
mod tests {
    use diagnostic::Explain;

    use super::*;

    const EXPECTED: &str = "view app.v / option security_invoker = true\n\
        table app.t / row security forced = yes\n\
        table app.t / owner = app\n\
        table app.t / column a / type = integer\n\
        table app.t / column a / comment = old\n\
        table app.t / index t_a / columns = a\n\
        table app.t / index t_k / columns = k\n\
        table app.t / index t_k / unique = yes\n\
        function app.f() / security definer = yes\n";
    const LIVE: &str = "table app.t / column a / type = bigint\n\
        table app.t / owner = app\n\
        table app.t / grant to PUBLIC = ALL\n\
        table app.t / column a / comment = new\n\
        table app.t / index hot_fix / columns = b\n\
        view app.v / owner = app\n\
        function app.f() / cost = 7\n";

    #[test]
    fn the_worst_comes_first_and_what_is_meant_has_its_reason() {
        let ignores = [
            Ignore {
                pattern: "table app.t / index hot_fix / *".into(),
                reason: "made by hand on 2026-11-02, becomes migration 41".into(),
            },
            Ignore {
                pattern: "sequence *".into(),
                reason: "long gone".into(),
            },
        ];
        let error = check(
            &Snapshot::parse(EXPECTED).unwrap(),
            &Snapshot::parse(LIVE).unwrap(),
            &ignores,
        )
        .unwrap_err();
        assert_eq!(error.code(), "contract/drift");
        let Error::Drift { drift } = error else {
            panic!("{error}")
        };
        assert_eq!(drift.worst(), Some(Grade::Security));
        insta::assert_snapshot!(drift.render());
    }

    #[test]
    fn no_drift_is_no_error() {
        let snapshot = Snapshot::parse(EXPECTED).unwrap();
        assert_eq!(check(&snapshot, &snapshot, &[]).unwrap().summary(), "none");
    }
}
