//! `cargo db-fresh`: the same as a command of cargo.

use std::process::ExitCode;

fn main() -> ExitCode {
    db_fresh::main()
}
