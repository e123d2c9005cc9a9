//! The schema below all that was undone: what the down scripts leave there is compared with what was there before the first of their
//! up scripts ran.

use migration_core::{Migration, RollbackReport};
use schema_contract::{Change, Diff, Snapshot};

use super::{
    contract, culprit,
    inputs::Inputs,
    left_behind,
    levels::{Levels, Named},
};

/// What down scripts left here or took too much. Reads the schema as it is now.
///
/// It shows in no comparison of levels, since the way up begins with it.
pub(super) async fn difference(
    inputs: &Inputs<'_>,
    before: &Snapshot,
    levels: &Levels,
    report: &RollbackReport,
) -> Diff {
    let undone = levels.names();
    let extensions = left_behind::extensions(before);
    let ledger = &inputs.project.ledger.schema;
    let is_plain = match report.stopped_at {
        None => levels.difference_at_bottom().is_some_and(|difference| {
            let difference = left_behind::without_extensions(difference, &extensions);
            without_schema_of_ledger(difference, ledger).is_empty()
        }),
        // What cannot be made twice shows when it is applied again.
        Some(_) => !may_be_made_twice(inputs, &undone),
    };
    if is_plain {
        return Diff::default();
    }
    let (Ok(below), Ok(now)) = (
        culprit::below(inputs, &undone).await,
        contract::snapshot(inputs).await,
    ) else {
        return Diff::default();
    };
    let difference = left_behind::difference(&below, &now, &extensions);
    without_schema_of_ledger(difference, ledger)
}

/// The difference without the schema that was made for the ledger, before the first migration.
fn without_schema_of_ledger(mut difference: Diff, schema: &str) -> Diff {
    difference.objects.retain(|change| {
        let is_of_ledger =
            change.change == Change::Added && change.object.kind == "schema" && change.object.name == schema;
        !is_of_ledger
    });
    difference
}

/// Whether the up script of one of these may run on a database that has what it makes.
fn may_be_made_twice(inputs: &Inputs<'_>, undone: &[Named]) -> bool {
    let sets = inputs.project.migrations.iter();
    let mut all = sets.flat_map(|set| set.items.iter().map(move |item| (&set.component, item)));
    all.any(|(component, item)| {
        let is_undone = |one: &Named| one.component == *component && one.file == item.filename;
        undone.iter().any(is_undone) && is_forgiving(item)
    })
}

fn is_forgiving(migration: &Migration) -> bool {
    const WORDS: [&str; 7] = [
        "exists",
        "replace",
        "do",
        "exception",
        "call",
        "select",
        "execute",
    ];
    let sql = &migration.up.sql;
    let mut words = sql.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
    words.any(|word| WORDS.iter().any(|other| word.eq_ignore_ascii_case(other)))
}
