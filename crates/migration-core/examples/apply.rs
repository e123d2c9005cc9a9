//! Applies a folder of migrations to a database: `apply URL FOLDER`. Prints what it applied, one file a line.

use std::{error::Error, io::Write, path::Path};

use migration_core::{Config, FolderConfig, Migrations, Progress, Runner};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(folder)) = (arguments.next(), arguments.next()) else {
        return Err("usage: apply URL FOLDER".into());
    };
    let (options, config) = (url.parse()?, Config::default());
    // The folder is read while the server answers.
    let reading = tokio::task::spawn_blocking(move || {
        Migrations::from_dir("app", Path::new(&folder), None, &FolderConfig::default())
    });
    let (runner, set) = tokio::join!(Runner::connect(&options, &config), reading);
    let mut say = |progress: Progress| {
        if let Progress::Applied(one) = progress {
            let _ = writeln!(std::io::stdout(), "{}", one.file);
        }
    };
    runner?.apply(&[set??], &config, &mut say).await?;
    Ok(())
}
