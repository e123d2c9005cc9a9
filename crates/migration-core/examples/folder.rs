//! Lists a folder of migrations as it would run: `cargo run -p migration-core --example folder -- migrations/operational`.
//!
//! A second argument names the format, further ones are variables (`name=value`).

use std::{
    env,
    error::Error,
    io::{self, Write},
    path::Path,
};

use diagnostic::{Explain, Paint, render_all};
use migration_core::{FolderConfig, Format, Migrations, Mode};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let dir = arguments.next().ok_or("which folder?")?;
    let format = arguments.next().filter(|name| name != "auto");
    let format = format.map(|name| name.parse::<Format>()).transpose()?;
    let mut config = FolderConfig::default();
    for argument in arguments {
        let (name, value) = argument
            .split_once('=')
            .ok_or("variables are given as name=value")?;
        config.variables.insert(name.to_owned(), value.to_owned());
    }
    let mut out = io::stdout().lock();
    match Migrations::from_dir("app", Path::new(&dir), format, &config) {
        Ok(read) => list(&mut out, &read)?,
        Err(problems) => write!(out, "{}", render_all(&problems.diagnostics(), Paint::Plain))?,
    }
    Ok(())
}

fn list(out: &mut impl Write, read: &Migrations) -> io::Result<()> {
    writeln!(out, "{}: {} migrations", read.format, read.items.len())?;
    for item in &read.items {
        let mode = match &item.up.mode {
            Mode::Transactional => "in a transaction".to_owned(),
            Mode::NonTransactional { reason } => format!("statement by statement because of {reason}"),
        };
        let only = item
            .only
            .as_ref()
            .map(|names| format!(", only in {}", names.join(" and ")));
        let down = item
            .down
            .as_ref()
            .map(|down| format!(", {} down", down.statements.len()));
        writeln!(
            out,
            "  {} {} ({} statements{}): {mode}{}",
            item.version,
            item.filename,
            item.up.statements.len(),
            down.unwrap_or_default(),
            only.unwrap_or_default(),
        )?;
    }
    for skipped in &read.skipped {
        writeln!(out, "  left out: {} ({})", skipped.file.display(), skipped.why)?;
    }
    Ok(())
}
