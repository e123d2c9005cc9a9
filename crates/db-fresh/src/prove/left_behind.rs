//! What a down script left or took too much, by the schema before its up script and the schema after it.

use schema_contract::{Change, Diff, Snapshot, diff};

use crate::schema::without_column_order;

/// What differs after the down script. Left out are the order of columns, since one that is added again comes last whatever a down
/// script does, and these extensions where they stay: others may use them, and the next deployment finds them.
pub(super) fn difference(before: &Snapshot, after: &Snapshot, extensions: &[String]) -> Diff {
    let (difference, _) = without_column_order(diff(before, after));
    without_extensions(difference, extensions)
}

/// The difference without these extensions where they stay.
pub(super) fn without_extensions(mut difference: Diff, extensions: &[String]) -> Diff {
    difference.objects.retain(|change| {
        let stays = change.change == Change::Added
            && change.object.kind == "extension"
            && extensions.contains(&change.object.name);
        !stays
    });
    difference
}

/// The extensions that there are.
pub(super) fn extensions(schema: &Snapshot) -> Vec<String> {
    let objects = schema.objects().filter(|object| object.kind == "extension");
    objects.map(|object| object.name.clone()).collect()
}
