//! What a line of a comment says about the file: the grammar of directives and markers, for migrations and seeds alike.
//!
//! What is nearly one is reported as such, so that a spelling that nobody thought of cannot run in production. Prose that only
//! mentions tests is not.

mod directive;
mod environment;
mod fold;
mod kinds;
mod label;
mod line;
mod marker;
#[cfg(test)]
mod tests;

pub use environment::canonical_environment;
pub use kinds::Remark;
pub use line::remark;
