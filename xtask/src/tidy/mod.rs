//! `tidy`: what the compiler and clippy do not see. Files that import each other in a circle, and files without a purpose at their
//! head, fail; lengths of files are only shown.

mod circles;
mod command;
mod imports;
mod module_tree;
mod names;
mod only_in_tests;
mod resolve;
mod rust_files;
mod uses;

pub(crate) use command::{Tidy, run};
