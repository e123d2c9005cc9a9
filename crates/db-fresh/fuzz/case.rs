//! A target and its inputs: a strategy that makes them, and the rules that hold for each.

use std::fmt::Debug;

use proptest::{
    strategy::{BoxedStrategy, Strategy as _, ValueTree},
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::files::Files;

/// Something that reads files.
pub(crate) struct Target {
    pub(crate) name: &'static str,
    /// Made once a process, since it reads the examples.
    pub(crate) inputs: fn() -> Box<dyn Inputs>,
}

/// One input of a target.
#[derive(Clone)]
pub(crate) struct Which<'t> {
    pub(crate) target: &'t Target,
    pub(crate) seed: u64,
    pub(crate) round: u64,
    /// How it is made smaller: `s` for a step to a simpler input, `c` for one back towards the input before.
    pub(crate) steps: String,
}

/// The inputs of a target.
pub(crate) trait Inputs {
    fn case(&self, runner: &mut TestRunner) -> Box<dyn Case>;
}

/// One input, and the smaller ones that it can become.
pub(crate) trait Case {
    /// What is broken, in words.
    fn check(&self) -> Result<(), String>;
    fn simplify(&mut self) -> bool;
    fn complicate(&mut self) -> bool;
    /// The input as files, for people.
    fn files(&self) -> Files;
}

impl Which<'_> {
    /// Makes the input. It depends on the seed, the target's name, the round and the steps alone.
    pub(crate) fn case(&self, inputs: &dyn Inputs) -> Box<dyn Case> {
        let mut seed = [self.seed.to_le_bytes(), self.round.to_le_bytes()].concat();
        seed.extend(self.target.name.bytes().chain([0; 16]).take(16));
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
        let mut case = inputs.case(&mut TestRunner::new_with_rng(Config::default(), random));
        for step in self.steps.chars() {
            if step == 's' {
                case.simplify();
            } else {
                case.complicate();
            }
        }
        case
    }
}

/// The inputs that a strategy makes.
pub(crate) struct Of<T> {
    pub(crate) strategy: BoxedStrategy<T>,
    pub(crate) check: fn(&T) -> Result<(), String>,
    pub(crate) files: fn(&T) -> Files,
}

impl<T: Debug + 'static> Inputs for Of<T> {
    fn case(&self, runner: &mut TestRunner) -> Box<dyn Case> {
        Box::new(Made {
            tree: self
                .strategy
                .new_tree(runner)
                .expect("no strategy here rejects what it made"),
            check: self.check,
            files: self.files,
        })
    }
}

struct Made<T> {
    tree: Box<dyn ValueTree<Value = T>>,
    check: fn(&T) -> Result<(), String>,
    files: fn(&T) -> Files,
}

impl<T: Debug> Case for Made<T> {
    fn check(&self) -> Result<(), String> {
        (self.check)(&self.tree.current())
    }

    fn simplify(&mut self) -> bool {
        self.tree.simplify()
    }

    fn complicate(&mut self) -> bool {
        self.tree.complicate()
    }

    fn files(&self) -> Files {
        (self.files)(&self.tree.current())
    }
}
