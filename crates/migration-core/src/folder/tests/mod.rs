//! The checks that hold for all formats, and what the tests of single formats share.

mod any_files;
mod detection;
mod problems;
mod support;

pub(crate) use support::{codes, detected, read, read_with, statements, versions};
