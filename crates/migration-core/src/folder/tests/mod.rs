//! The checks that hold for all formats, and what the tests of single formats share.

mod any_files;
mod detection;
mod problems;
mod support;

pub(crate) use support::{codes, codes_of, detected, read, read_with, statements, versions};
