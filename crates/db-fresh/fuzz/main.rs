//! Fuzzes everything that reads files: folders of migrations, configuration, variables, seeds, contracts, expectations, queries.
//!
//! This process watches over a second one that does the work, so that an endless loop, a stack overflow and an allocation of
//! gigabytes are findings like any other. The same seed gives the same inputs, round by round.

#![expect(
    clippy::unwrap_used,
    reason = "a fuzzer that cannot write its own files has nothing else to say"
)]

mod case;
mod errors;
mod example_files;
mod files;
mod report;
mod scratch;
mod shrink;
mod targets;
mod text;
mod watch;
mod work;

use std::{
    process::ExitCode,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use clap::{Parser, builder::PossibleValuesParser};

use case::{Target, Which};

/// Fuzzes everything that reads files, and stops at the first input that breaks a rule
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask fuzz", max_term_width = 110)]
#[command(after_help = "Example:\n  cargo xtask fuzz --seed 1 --seconds 600")]
struct Args {
    /// What all inputs are made from; a random one without it
    #[arg(long)]
    seed: Option<u64>,
    /// How long to run, in seconds, divided among the targets
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// What to fuzz; again for more; all without it
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(targets::ALL.map(|target| target.name)))]
    target: Vec<String>,
    /// This round of a seed and a target alone
    #[arg(long, requires = "seed", requires = "target")]
    round: Option<u64>,
    /// How the input of that round is made smaller, as a failure prints it
    #[arg(long, requires = "round", default_value = "")]
    steps: String,
    /// Does the work that another process watches
    #[arg(long, hide = true)]
    work: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let seed = args.seed.unwrap_or_else(random);
    let chosen =
        |target: &&Target| args.target.is_empty() || args.target.iter().any(|name| name == target.name);
    let targets: Vec<&Target> = targets::ALL.iter().filter(chosen).collect();
    let which = |target| Which {
        target,
        seed,
        round: args.round.unwrap_or(0),
        steps: args.steps.clone(),
    };
    let share = Duration::from_secs(args.seconds) / u32::try_from(targets.len()).unwrap_or(1);
    if args.work {
        let rounds = if args.round.is_some() {
            work::Rounds::One
        } else {
            work::Rounds::For(share)
        };
        return work::run(&which(targets[0]), rounds);
    }
    report::line(&format!("seed {seed}"));
    for target in targets {
        let found = match args.round {
            None => watch::rounds(&which(target), share),
            Some(_) => watch::one(&which(target)),
        };
        match found {
            Ok(rounds) => report::clean(target, rounds),
            Err(failure) => {
                let smallest = shrink::smallest(failure, watch::one);
                report::failure(&smallest);
                return ExitCode::FAILURE;
            }
        }
    }
    ExitCode::SUCCESS
}

/// A seed that is short enough to be typed.
fn random() -> u64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(now.subsec_nanos())
}
