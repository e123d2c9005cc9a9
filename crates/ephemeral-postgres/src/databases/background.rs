//! How much background work runs at the same time: making clones ahead, and dropping the databases of tests that have ended.
//!
//! Either costs the server several times what a test's own connection does, and tests need the processors too.

use std::{num::NonZero, sync::LazyLock, thread::available_parallelism, time::Duration};

use tokio::sync::{Semaphore, SemaphorePermit};

/// Background work starts this much later: the test that has just taken a database connects to it first, and the one that has just
/// ended makes room for another.
const DELAY: Duration = Duration::from_millis(15);

/// Work of one kind, of which only so much runs at the same time.
pub(crate) struct Limit(LazyLock<Semaphore>);

/// One for every two processors.
pub(crate) static CLONES: Limit = Limit(LazyLock::new(|| one_for_every(2)));

/// Dropping takes half as long as cloning, and is less urgent.
pub(super) static DROPS: Limit = Limit(LazyLock::new(|| one_for_every(4)));

fn one_for_every(processors: usize) -> Semaphore {
    let available = available_parallelism().map_or(1, NonZero::get);
    Semaphore::new(available.div_ceil(processors))
}

impl Limit {
    /// Waits until the work may start. It counts as running until the permit is dropped.
    pub(crate) async fn permit(&'static self) -> Option<SemaphorePermit<'static>> {
        tokio::time::sleep(DELAY).await;
        // The semaphore is never closed.
        self.0.acquire().await.ok()
    }
}
