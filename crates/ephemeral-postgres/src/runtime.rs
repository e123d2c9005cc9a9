//! The crate's own tokio runtime, which lives as long as the process.
//!
//! A connection belongs to the runtime that opened it, and a test's runtime ends with the test. The stream that keeps a container
//! alive, the connections that create databases and the pool of clones have to live as long as the process.
//!
//! Work that blocks a thread (`initdb`, copying and deleting folders) runs on this runtime's threads for blocking work, so that the
//! other tasks of the caller's runtime go on, and so that the end of the caller's runtime does not wait for it.

use std::{
    future::Future,
    sync::{OnceLock, mpsc},
    time::Duration,
};

use tokio::{
    runtime::{Builder, Runtime},
    task::JoinHandle,
};

use crate::Error;

fn runtime() -> Result<&'static Runtime, Error> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let made = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("db-fresh-runtime")
        .enable_all()
        .build();
    let made = made.map_err(Error::io("start a thread for", "private servers"))?;
    if let Err(unused) = RUNTIME.set(made) {
        // Two threads got here at once. Dropping a runtime waits for its threads, which must not happen where a caller's own runtime runs.
        unused.shutdown_background();
    }
    RUNTIME.get().ok_or(Error::Interrupted)
}

/// Runs the work there. The caller may wait for it on any runtime.
pub(crate) async fn run<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    join(runtime()?.spawn(work)).await?
}

/// Runs work that blocks a thread. The caller may wait for it on any runtime; the work goes on where the caller does not.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    join(spawn_blocking(work)?).await?
}

/// As [`blocking`], for a few milliseconds of work that must not be cut off by the end of the process: where the caller stops waiting,
/// it does so only when the work is done.
pub(crate) async fn blocking_to_the_end<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let (running, end) = mpsc::channel::<()>();
    let _waits = WaitsForTheEnd(end);
    blocking(move || {
        let _running = running;
        work()
    })
    .await
}

/// Blocks the thread when it is dropped, until the other end of the channel is.
struct WaitsForTheEnd(mpsc::Receiver<()>);

impl Drop for WaitsForTheEnd {
    fn drop(&mut self) {
        let _ = self.0.recv();
    }
}

/// Starts work that blocks a thread.
pub(crate) fn spawn_blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, Error> {
    Ok(runtime()?.spawn_blocking(work))
}

/// Waits for a task; a panic in it goes on in the caller.
pub(crate) async fn join<T>(task: JoinHandle<T>) -> Result<T, Error> {
    task.await.map_err(|ended| match ended.try_into_panic() {
        Ok(panic) => std::panic::resume_unwind(panic),
        Err(_) => Error::Interrupted,
    })
}

/// The same for a destructor, which cannot await: it blocks the thread, for a limited time.
pub(crate) fn run_blocking(work: impl Future<Output = ()> + Send + 'static, at_most: Duration) {
    let Ok(runtime) = runtime() else { return };
    let (done, wait) = mpsc::channel();
    runtime.spawn(async move {
        work.await;
        let _ = done.send(());
    });
    let _ = wait.recv_timeout(at_most);
}

/// Starts work whose end the caller does not wait for.
pub(crate) fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = runtime() {
        runtime.spawn(work);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn many_callers_may_be_the_first_at_once() {
        let together = std::sync::Arc::new(tokio::sync::Barrier::new(8));
        let first = |number| {
            let together = std::sync::Arc::clone(&together);
            tokio::spawn(async move {
                together.wait().await;
                run(async move { Ok(number) }).await
            })
        };
        for (number, task) in (0..8).map(first).collect::<Vec<_>>().into_iter().enumerate() {
            assert_eq!(task.await.unwrap().unwrap(), number);
        }
    }
}
