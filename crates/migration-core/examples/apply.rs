//! Applies a folder of migrations to a database: `apply URL FOLDER`. Prints what it applied, one file a line.

use std::{io::Write, path::Path};

use migration_core::{Config, FolderConfig, Migrations, Progress, apply};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: apply URL FOLDER".into());
    };
    let set = Migrations::from_dir("app", Path::new(&folder), None, &FolderConfig::default())?;
    let mut say = |progress: Progress| {
        if let Progress::Applied(one) = progress {
            let _ = writeln!(std::io::stdout(), "{}", one.file);
        }
    };
    apply(&url.parse()?, &[set], &Config::default(), &mut say).await?;
    Ok(())
}
