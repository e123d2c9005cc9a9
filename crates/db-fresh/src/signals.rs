//! Listening to signals, from the first moment of the program on and whatever it does.
//!
//! A thread of its own listens, since the program's own thread may be in a call that blocks it. The work races against [`heard`]; where
//! it does not notice, the thread cleans up and ends the process itself.

use std::{
    fs, io, process,
    sync::{
        OnceLock,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    thread,
    time::Duration,
};

use tokio::{
    runtime::Builder,
    signal::unix::{self, SignalKind},
    sync::watch,
    time::{Instant, sleep, sleep_until, timeout},
};

use crate::{output, running::kill_programs, signal::Signal};

/// How long the work may take to notice a signal.
const NOTICED: Duration = Duration::from_millis(500);

/// Between two looks at whether it has.
const LOOK: Duration = Duration::from_millis(10);

/// A signal that comes again sooner is the same one: `timeout` and some shells send it to the process and to its group.
const SAME: Duration = Duration::from_millis(300);

/// How long cleaning up may take.
pub(crate) const CLEANING: Duration = Duration::from_secs(12);

/// After it the process ends, whatever still goes on.
const LONGEST: Duration = Duration::from_secs(20);

static HEARD: OnceLock<watch::Receiver<Option<Signal>>> = OnceLock::new();

static IS_NOTICED: AtomicBool = AtomicBool::new(false);

/// From now on SIGHUP, SIGINT and SIGTERM end the program in good order. To be called first of all; calling it again does nothing.
///
/// # Errors
/// The system refuses a handler or a thread.
pub(crate) fn listen() -> io::Result<()> {
    if HEARD.get().is_some() {
        return Ok(());
    }
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let inside = runtime.enter();
    let listeners = Listeners::new()?;
    drop(inside);
    let (tell, heard) = watch::channel(None);
    if HEARD.set(heard).is_err() {
        return Ok(());
    }
    let listening = move || runtime.block_on(attend(listeners, &tell));
    thread::Builder::new()
        .name("signals".to_owned())
        .spawn(listening)?;
    Ok(())
}

/// Ends when a signal has come that asks the program to end.
pub(crate) async fn heard() -> Signal {
    if let Some(heard) = HEARD.get() {
        let mut heard = heard.clone();
        if let Ok(signal) = heard.wait_for(Option::is_some).await {
            IS_NOTICED.store(true, Ordering::Relaxed);
            if let Some(signal) = *signal {
                return signal;
            }
        }
    }
    std::future::pending().await
}

/// Tells of the first signal, and ends the process where that leads to nothing or where another one comes.
async fn attend(mut listeners: Listeners, tell: &watch::Sender<Option<Signal>>) {
    let first = listeners.next().await;
    let since = Instant::now();
    tell.send_replace(Some(first));
    let noticing = async {
        while !IS_NOTICED.load(Ordering::Relaxed) {
            sleep(LOOK).await;
        }
    };
    if timeout(NOTICED, noticing).await.is_err() {
        let left = tokio::select! {
            left = ephemeral_postgres::clean_up(CLEANING) => left,
            () = another(&mut listeners, since) => ephemeral_postgres::left(),
        };
        end(first, &left);
    }
    tokio::select! {
        () = another(&mut listeners, since) => {}
        () = sleep_until(since + LONGEST) => {}
    }
    end(first, &ephemeral_postgres::left());
}

/// Ends when somebody has lost patience.
async fn another(listeners: &mut Listeners, since: Instant) {
    loop {
        listeners.next().await;
        if since.elapsed() > SAME {
            return;
        }
    }
}

fn end(signal: Signal, left: &ephemeral_postgres::Left) -> ! {
    kill_programs();
    output::ended_by(signal, left);
    process::exit(signal.exit().code().into())
}

/// One for each signal that is listened to.
struct Listeners(Vec<(Signal, unix::Signal)>);

impl Listeners {
    fn new() -> io::Result<Self> {
        let wanted = Signal::ALL
            .into_iter()
            .filter(|signal| *signal != Signal::Hangup || !ignores_hangup());
        let listener = |signal| Ok((signal, unix::signal(kind(signal))?));
        wanted.map(listener).collect::<io::Result<_>>().map(Self)
    }

    async fn next(&mut self) -> Signal {
        std::future::poll_fn(|task| {
            let heard = self
                .0
                .iter_mut()
                .find_map(|(signal, listener)| listener.poll_recv(task).is_ready().then_some(*signal));
            heard.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

fn kind(signal: Signal) -> SignalKind {
    match signal {
        Signal::Hangup => SignalKind::hangup(),
        Signal::Interrupt => SignalKind::interrupt(),
        Signal::Terminate => SignalKind::terminate(),
    }
}

/// Whether this process was started with SIGHUP ignored, where the system tells.
fn ignores_hangup() -> bool {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    is_ignored(&status, kind(Signal::Hangup).as_raw_value())
}

/// `SigIgn` is a mask in hexadecimal; signal 1 is its lowest bit.
fn is_ignored(status: &str, signal: i32) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_ignored_is_read_from_the_mask_of_the_process() {
        let status = "Name:\tdb-fresh\nSigBlk:\t0000000000000001\nSigIgn:\t0000000000001001\n";
        assert!(is_ignored(status, 1));
        assert!(!is_ignored(status, 2));
        assert!(!is_ignored("SigIgn:\t0000000000001000\n", 1));
        assert!(!is_ignored("", 1));
    }
}
