//! Says where the statements of SQL files lie: one line of JSON for each file, with the offsets in bytes.
//!
//! `cargo run -p migration-core --example statements -- FILE…`; the check against libpg_query reads it.

use std::{
    env,
    error::Error,
    fs,
    io::{self, Write},
};

use migration_core::split;

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = io::stdout().lock();
    for file in env::args().skip(1) {
        let text = fs::read_to_string(&file)?;
        let ranges: Vec<String> = split(&text)
            .iter()
            .map(|statement| format!("[{},{}]", statement.start, statement.end))
            .collect();
        writeln!(out, "[{}]", ranges.join(","))?;
    }
    Ok(())
}
