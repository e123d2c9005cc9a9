//! What is fuzzed, each with its inputs and the rules that they must not break.

mod checksum;
mod configuration;
mod contract;
mod env_file;
mod expectations;
mod folder;
mod names;
mod queries;
mod redactor;
mod seeds;
mod snapshot;
mod sql;
mod toml_text;

use crate::case::Target;

/// All of them.
pub(crate) const ALL: [Target; 9] = [
    folder::TARGET,
    checksum::TARGET,
    configuration::TARGET,
    env_file::TARGET,
    seeds::TARGET,
    contract::TARGET,
    expectations::TARGET,
    queries::TARGET,
    redactor::TARGET,
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::Which;

    static TARGETS: [Target; ALL.len()] = ALL;

    /// What the first rounds of a seed are.
    fn rounds(seed: u64) -> Vec<crate::files::Files> {
        let of_target = |target: &'static Target| {
            let inputs = (target.inputs)();
            let case = |round| {
                Which {
                    target,
                    seed,
                    round,
                    steps: "ssc".to_owned(),
                }
                .case(inputs.as_ref())
                .files()
            };
            (0..5).map(case).collect::<Vec<_>>()
        };
        TARGETS.iter().flat_map(of_target).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_inputs() {
        assert_eq!(rounds(1), rounds(1));
        assert_ne!(rounds(1), rounds(2));
    }
}
