//! How far a run of the proof goes.

/// How far a run goes, and what its contract step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// All steps.
    Prove,
    /// Up to the contract, which is compared.
    CheckContract,
    /// Up to the contract, which is recorded.
    AcceptContract,
    /// Up to the contract, which is written for a review.
    ProposeContract,
}
