//! The process that does the work: it says which round begins, so that the one that watches knows which input ended it.

use std::{
    io::{self, Write as _},
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
    sync::Mutex,
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::case::{Case, Which};

/// What the threads of a runtime have. A deep input that needs more overflows it.
const STACK: usize = 2 << 20;
/// Of address space. No input is larger than a few hundred kilobytes.
const MEMORY: u64 = 2 << 30;

/// How many rounds.
#[derive(Clone, Copy)]
pub(crate) enum Rounds {
    One,
    For(Duration),
}

/// The place and the message of the last panic.
static PANIC: Mutex<String> = Mutex::new(String::new());

/// Runs rounds until one fails or the time is over.
pub(crate) fn run(which: &Which<'_>, rounds: Rounds) -> ExitCode {
    let limit = Rlimit {
        current: Some(MEMORY),
        ..getrlimit(Resource::As)
    };
    // Where the system has no such limit, a failure of it is no finding.
    let _ = setrlimit(Resource::As, limit);
    panic::set_hook(Box::new(|panic| {
        *PANIC.lock().unwrap() = panic.to_string();
    }));
    thread::scope(|scope| {
        let worker = thread::Builder::new().stack_size(STACK);
        let worker = worker
            .spawn_scoped(scope, || work(which.clone(), &rounds))
            .unwrap();
        worker.join().unwrap_or(ExitCode::FAILURE)
    })
}

fn work(mut which: Which<'_>, rounds: &Rounds) -> ExitCode {
    let inputs = (which.target.inputs)();
    let start = Instant::now();
    loop {
        say(&format!("round {}", which.round));
        let case = which.case(inputs.as_ref());
        if let Err(broken) = check(case.as_ref()) {
            say(&format!("broken {}", broken.replace('\n', "\n  ")));
            return ExitCode::FAILURE;
        }
        which.round += 1;
        let is_over = match rounds {
            Rounds::One => true,
            Rounds::For(share) => start.elapsed() >= *share,
        };
        if is_over {
            return ExitCode::SUCCESS;
        }
    }
}

fn check(case: &dyn Case) -> Result<(), String> {
    panic::catch_unwind(AssertUnwindSafe(|| case.check()))
        .unwrap_or_else(|_| Err(PANIC.lock().unwrap().clone()))
}

/// The watching process may be gone: then there is nothing left to do.
fn say(line: &str) {
    let mut out = io::stdout().lock();
    if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
        std::process::exit(1);
    }
}
