//! `db-fresh`: the proof, and the commands beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    db_fresh::main()
}
