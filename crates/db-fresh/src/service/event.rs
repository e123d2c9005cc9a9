//! What happens during a start, as data for the service's log.

use migration_core::{ApplyReport, Progress};
use readiness::Attempt;
use schema_contract::guard::GuardReport;

/// Something that happened during a start.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Event {
    /// The database is not as ready as it has to be; there will be another attempt.
    NotReady(Attempt),
    /// Migrations are being applied by this service.
    Migration(Progress),
    /// The migrations are applied, by this service or by another replica while this one waited for the lock.
    Migrated(ApplyReport),
    /// The versions were compared. A warning in it is for a person to see.
    Guard(GuardReport),
}

/// Where events go.
pub(super) type Events<'e> = dyn FnMut(Event) + Send + 'e;
