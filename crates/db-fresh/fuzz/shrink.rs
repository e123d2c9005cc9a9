//! Makes the input of a failure smaller, as long as it still fails. Each try is a process of its own, since it may die.

use std::time::{Duration, Instant};

use crate::{case::Which, watch::Failure};

/// Of trying. Inputs that take too long are given up early.
const LONGEST: Duration = Duration::from_secs(60);

/// The smallest input that was found to fail; `one` runs a round.
pub(crate) fn smallest<'t>(
    mut failure: Failure<'t>,
    one: impl Fn(&Which<'t>) -> Result<u64, Failure<'t>>,
) -> Failure<'t> {
    let start = Instant::now();
    let mut which = failure.which.clone();
    let inputs = (which.target.inputs)();
    let mut case = which.case(inputs.as_ref());
    let mut goes_on = case.simplify();
    let mut step = 's';
    while goes_on && start.elapsed() < LONGEST {
        which.steps.push(step);
        match one(&which) {
            Err(smaller) => {
                failure = smaller;
                step = 's';
                goes_on = case.simplify();
            }
            Ok(_) => {
                step = 'c';
                goes_on = case.complicate();
            }
        }
    }
    failure
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, strategy::Strategy as _};

    use super::*;
    use crate::case::{Inputs, Of, Target};

    fn numbers() -> Box<dyn Inputs> {
        Box::new(Of {
            strategy: vec(0..1_000_u32, 0..50).boxed(),
            check: |numbers| match numbers.iter().find(|number| **number >= 10) {
                Some(number) => Err(format!("{number} is large")),
                None => Ok(()),
            },
            files: |numbers| vec![("numbers".to_owned(), format!("{numbers:?}").into_bytes())],
        })
    }

    #[test]
    fn the_smallest_input_that_fails_is_found_and_its_steps_make_it_again() {
        let target = Target {
            name: "numbers",
            inputs: numbers,
        };
        let inputs = numbers();
        let one = |which: &Which<'_>| match which.case(inputs.as_ref()).check() {
            Ok(()) => Ok(1),
            Err(broken) => Err(broken),
        };
        let mut found = 0;
        for round in 0..20 {
            let which = Which {
                target: &target,
                seed: 1,
                round,
                steps: String::new(),
            };
            let Err(broken) = one(&which) else { continue };
            let failure = Failure { which, broken };
            let smallest = smallest(failure, |which| {
                one(which).map_err(|broken| Failure {
                    which: Which {
                        target: &target,
                        ..which.clone()
                    },
                    broken,
                })
            });
            assert_eq!(smallest.broken, "10 is large");
            let files = smallest.which.case(inputs.as_ref()).files();
            assert_eq!(files[0].1, b"[10]");
            found += 1;
        }
        assert!(found > 10, "{found}");
    }
}
