//! Databases that are built once and cloned for every test.
//!
//! A template's name is the hash of everything that is in it: a changed migration leads to another template, and an unchanged set is
//! never built twice. What it was built from is in its comment, which a clone does not inherit: a test sees the schema that its
//! migrations made, and nothing else.

mod build;
mod key;
mod lock;
mod pool;
mod strategy;
mod template;

pub use build::Unfinished;
pub use key::TemplateKey;
pub use template::Template;
