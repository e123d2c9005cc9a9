//! How many databases of this process wait to be dropped, and the wait for there to be fewer.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use tokio::sync::Notify;

/// Databases may wait to be dropped, but not so many that they fill the disk: each has some four to ten megabytes.
const BACKLOG: usize = 48;

/// How long a test waits for a database because of that. A database more on the disk is better than a test that does not run.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The databases of this process that wait to be dropped.
pub(super) static WAITING: Backlog = Backlog::new();

/// How much work waits.
#[derive(Debug)]
pub(super) struct Backlog {
    waiting: AtomicUsize,
    fewer: Notify,
}

/// One piece of work that waits, until this is dropped.
#[derive(Debug)]
pub(super) struct Waiting(&'static Backlog);

impl Backlog {
    const fn new() -> Self {
        Self {
            waiting: AtomicUsize::new(0),
            fewer: Notify::const_new(),
        }
    }

    /// Counts one more.
    pub(super) fn add(&'static self) -> Waiting {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        Waiting(self)
    }

    fn is_short(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) < BACKLOG
    }

    /// Waits while there are too many, for at most [`LONGEST_WAIT`]. A destructor cannot wait without blocking its thread, so the next
    /// test waits for it.
    async fn until_short(&self) {
        if self.is_short() {
            return;
        }
        let short = async {
            loop {
                let fewer = self.fewer.notified();
                if self.is_short() {
                    return;
                }
                fewer.await;
            }
        };
        let _ = tokio::time::timeout(LONGEST_WAIT, short).await;
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::Relaxed);
        self.0.fewer.notify_waiters();
    }
}

/// Waits while too many databases of this process wait to be dropped.
pub(crate) async fn until_few_wait_to_be_dropped() {
    WAITING.until_short().await;
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn too_many_that_wait_delay_the_next_test_and_not_the_thread() {
        static FULL: Backlog = Backlog::new();
        let mut waiting: Vec<_> = (0..BACKLOG - 1).map(|_| FULL.add()).collect();
        FULL.until_short().await;
        waiting.push(FULL.add());
        let started = Instant::now();
        let next = tokio::spawn(FULL.until_short());
        // On a runtime with one thread this runs only while the other task does not block it.
        tokio::task::yield_now().await;
        assert!(!next.is_finished());
        waiting.pop();
        next.await.unwrap();
        assert!(started.elapsed() < LONGEST_WAIT);
    }
}
