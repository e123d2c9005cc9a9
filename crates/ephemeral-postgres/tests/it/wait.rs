//! How these tests wait: always with a deadline, and with what was seen last when it is over.

use std::{
    fmt::Debug,
    path::PathBuf,
    process::{ExitStatus, Output, Stdio},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

/// For what takes a moment on a machine that is not busy.
const SOON: Duration = Duration::from_secs(30);

/// For programs that start a server: they give up by themselves after a minute.
const PROGRAM: Duration = Duration::from_secs(120);

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(5);

/// Looks again and again until the answer is `Ok`. `Err` holds what is seen instead.
pub(crate) async fn until<T, S: Debug>(what: &str, look: impl AsyncFnMut() -> Result<T, S>) -> T {
    until_within(SOON, what, look).await
}

async fn until_within<T, S: Debug>(
    time: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<T, S>,
) -> T {
    let deadline = Instant::now() + time;
    loop {
        match look().await {
            Ok(found) => return found,
            Err(seen) => assert!(
                Instant::now() < deadline,
                "{what}: not after {time:?}, last seen: {seen:?}"
            ),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The same for a list that is to be empty in the end.
pub(crate) async fn until_empty<T: Debug>(what: &str, mut look: impl AsyncFnMut() -> Vec<T>) {
    let look = async || {
        let seen = look().await;
        if seen.is_empty() { Ok(()) } else { Err(seen) }
    };
    until(what, look).await;
}

/// One of this crate's examples, built beside the tests.
pub(crate) fn example(name: &str) -> Command {
    let tests = std::env::current_exe().unwrap();
    let examples: PathBuf = tests.parent().unwrap().parent().unwrap().join("examples");
    let mut command = Command::new(examples.join(name));
    command.stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// What a program says until it ends.
pub(crate) async fn output(command: &mut Command) -> Output {
    let output = timeout(PROGRAM, command.output()).await;
    output
        .unwrap_or_else(|_| panic!("{command:?} did not end within {PROGRAM:?}"))
        .unwrap()
}

/// A program that prints lines and goes on.
pub(crate) struct Running {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    seen: Vec<String>,
}

impl Running {
    /// Starts it. Its standard input is open until the value is dropped.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            lines,
            seen: Vec::new(),
        }
    }

    /// The number of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// The next line that it prints.
    pub(crate) async fn line(&mut self) -> String {
        let line = timeout(PROGRAM, self.lines.next_line()).await;
        let line = line.unwrap_or_else(|_| panic!("no line within {PROGRAM:?} after {:?}", self.seen));
        let line = line.unwrap();
        let line = line.unwrap_or_else(|| panic!("it ended after {:?}", self.seen));
        self.seen.push(line.clone());
        line
    }

    /// Waits until it ends.
    pub(crate) async fn ended(&mut self) -> ExitStatus {
        let ended = timeout(PROGRAM, self.child.wait()).await;
        ended
            .unwrap_or_else(|_| panic!("it did not end within {PROGRAM:?} after {:?}", self.seen))
            .unwrap()
    }

    /// Kills it, and waits until it has ended.
    pub(crate) async fn kill(&mut self) {
        self.child.start_kill().unwrap();
        self.ended().await;
    }
}

#[tokio::test]
#[should_panic(expected = "the folder is empty: not after 20ms, last seen: [\"data\"]")]
async fn a_wait_that_is_over_says_what_it_saw_last() {
    let look = async || Err::<(), _>(["data"]);
    until_within(Duration::from_millis(20), "the folder is empty", look).await;
}
