//! `tidy`: what the compiler and clippy do not see. Files that import each other in a circle, and files without a purpose at their
//! head, fail; lengths of files are only shown.

mod circles;
mod command;
mod imports;
pub(crate) mod module_tree;
pub(crate) mod names;
pub(crate) mod only_in_tests;
mod resolve;
mod rust_files;
pub(crate) mod uses;

pub(crate) use command::{Tidy, run};
