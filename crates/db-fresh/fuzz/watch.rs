//! Watches the process that does the work: how it ended, in which round, and whether it still makes progress.

use std::{
    env,
    io::{BufRead as _, BufReader},
    process::{Command, ExitStatus, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use crate::case::Which;

/// For one round. Every reader is done within milliseconds, on a busy machine and without optimization within a second.
const DEADLINE: Duration = Duration::from_secs(60);

/// An input that breaks a rule.
pub(crate) struct Failure<'t> {
    pub(crate) which: Which<'t>,
    /// What is broken, in words.
    pub(crate) broken: String,
}

/// Runs rounds for a time, from the first one on; gives how many there were.
pub(crate) fn rounds<'t>(which: &Which<'t>, share: Duration) -> Result<u64, Failure<'t>> {
    let seconds = share.as_secs().max(1).to_string();
    watch(which, &["--seconds", &seconds])
}

/// Runs one round.
pub(crate) fn one<'t>(which: &Which<'t>) -> Result<u64, Failure<'t>> {
    let round = which.round.to_string();
    watch(which, &["--round", &round, "--steps", &which.steps])
}

fn watch<'t>(which: &Which<'t>, arguments: &[&str]) -> Result<u64, Failure<'t>> {
    let mut worker = Command::new(env::current_exe().unwrap());
    let seed = which.seed.to_string();
    worker.args(["--work", "--target", which.target.name, "--seed", &seed]);
    worker.args(arguments);
    ended(which, &mut worker, DEADLINE)
}

/// Waits for the end of a process that says `round N` when one begins, and `broken …` when a rule is broken.
fn ended<'t>(which: &Which<'t>, worker: &mut Command, deadline: Duration) -> Result<u64, Failure<'t>> {
    let mut worker = worker
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(worker.stdout.take().unwrap()).lines();
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));

    let (mut which, mut rounds, mut broken) = (which.clone(), 0, Vec::new());
    loop {
        match receiver.recv_timeout(deadline) {
            Ok(line) => match line.strip_prefix("round ").and_then(|round| round.parse().ok()) {
                Some(round) if broken.is_empty() => {
                    which.round = round;
                    rounds += 1;
                }
                _ => broken.push(line.strip_prefix("broken ").unwrap_or(&line).to_owned()),
            },
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => {
                let _ = worker.kill();
                broken = vec![format!("it takes longer than {deadline:?}")];
                break;
            }
        }
    }
    let status = worker.wait().unwrap();
    if broken.is_empty() && status.success() {
        return Ok(rounds);
    }
    if broken.is_empty() {
        broken.push(died(status));
    }
    Err(Failure {
        which,
        broken: broken.join("\n"),
    })
}

/// A stack overflow and an allocation above the limit end a process without a word on its standard output.
fn died(status: ExitStatus) -> String {
    format!("the process died ({status}): a stack overflow, or too much memory")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::targets;

    fn of_shell(script: &str) -> Result<u64, (u64, String)> {
        let which = Which {
            target: &targets::ALL[0],
            seed: 1,
            round: 0,
            steps: String::new(),
        };
        let mut shell = Command::new("sh");
        let ended = ended(&which, shell.args(["-c", script]), Duration::from_secs(2));
        ended.map_err(|failure| (failure.which.round, failure.broken))
    }

    #[test]
    fn rounds_are_counted() {
        assert_eq!(of_shell("echo round 0; echo round 1"), Ok(2));
    }

    #[test]
    fn the_round_that_ended_a_process_is_known_however_it_ended() {
        let broken = of_shell("echo round 7; echo broken a rule; echo '  in two lines'; exit 1");
        assert_eq!(broken, Err((7, "a rule\n  in two lines".to_owned())));
        let (round, died) = of_shell("echo round 8; kill -ABRT $$").unwrap_err();
        assert!(round == 8 && died.contains("signal: 6"), "{died}");
        let slow = of_shell("echo round 9; exec sleep 60");
        assert_eq!(slow, Err((9, "it takes longer than 2s".to_owned())));
    }
}
