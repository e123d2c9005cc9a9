//! The thread on which everything runs that has to outlive the caller's runtime.
//!
//! A connection belongs to the runtime that opened it, and a test's runtime ends with the test. The stream that keeps a container
//! alive, the connections that make databases and the pool of ready ones have to live as long as the process.

use std::{
    future::Future,
    sync::{OnceLock, mpsc},
    time::Duration,
};

use tokio::runtime::{Builder, Runtime};

use crate::Error;

fn runtime() -> Result<&'static Runtime, Error> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let made = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("db-fresh-keeper")
        .enable_all()
        .build();
    let made = made.map_err(Error::io("start a thread for", "private servers"))?;
    // Where two came at once the second one's goes unused.
    Ok(RUNTIME.get_or_init(|| made))
}

/// Does the work there and waits for it from wherever the caller is.
pub(crate) async fn run<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> Result<T, Error> {
    match runtime()?.spawn(work).await {
        Ok(ended) => ended,
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Interrupted),
        },
    }
}

/// The same for a destructor, which cannot await.
pub(crate) fn run_blocking(work: impl Future<Output = ()> + Send + 'static, at_most: Duration) {
    let Ok(runtime) = runtime() else { return };
    let (done, wait) = mpsc::channel();
    runtime.spawn(async move {
        work.await;
        let _ = done.send(());
    });
    let _ = wait.recv_timeout(at_most);
}

/// Starts work that nobody waits for.
pub(crate) fn spawn(work: impl Future<Output = ()> + Send + 'static) {
    if let Ok(runtime) = runtime() {
        runtime.spawn(work);
    }
}
