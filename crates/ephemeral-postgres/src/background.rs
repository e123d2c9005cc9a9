//! Turns for work that nobody waits for: making clones ahead of time, and dropping what tests have left.
//!
//! Either costs the server several times what a test's own connection does, and tests that come meanwhile want processors too.

use std::{num::NonZero, sync::LazyLock, thread::available_parallelism, time::Duration};

use tokio::sync::{Semaphore, SemaphorePermit};

/// The test that has just taken a database connects to it, and the one that has just ended makes room for another: those come first.
const AFTER_YOU: Duration = Duration::from_millis(15);

/// Work of one kind, of which only so much is done at the same time.
pub(crate) struct Lane(LazyLock<Semaphore>);

/// One for every two processors.
pub(crate) static CLONING: Lane = Lane(LazyLock::new(|| one_for_every(2)));

/// Dropping takes half as long as cloning, and is less urgent.
pub(crate) static DROPPING: Lane = Lane(LazyLock::new(|| one_for_every(4)));

fn one_for_every(so_many: usize) -> Semaphore {
    let processors = available_parallelism().map_or(1, NonZero::get);
    Semaphore::new(processors.div_ceil(so_many))
}

impl Lane {
    /// Waits for a turn, which ends with the value.
    pub(crate) async fn turn(&'static self) -> Option<SemaphorePermit<'static>> {
        tokio::time::sleep(AFTER_YOU).await;
        // Nobody closes it.
        self.0.acquire().await.ok()
    }
}
