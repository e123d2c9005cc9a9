//! The ledger of another tool that stays in a database which was taken over from it.

use migration_core::AdoptedLedger;
use schema_contract::Scope;

/// Leaves the ledger out of a comparison, and its schema too where that is there for it alone: neither is the project's.
pub(crate) fn leave_out(scope: &mut Scope, ledger: AdoptedLedger) {
    let AdoptedLedger { table, fills_schema } = ledger;
    if fills_schema {
        scope.exclude.push(table.schema.clone());
    }
    scope.exclude_tables.push((table.schema, table.table));
}
