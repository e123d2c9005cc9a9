//! Writes `er.svg`, `er.mmd` and `dictionary.md` into a folder:
//! `cargo run --example docs -- FOLDER migrations/operational.contract.snap migrations/analytics.contract.snap`.

use std::path::{Path, PathBuf};

use schema_contract::{
    contract,
    docs::{Group, dictionary, mermaid, svg},
};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1).map(PathBuf::from);
    let folder = arguments.next().ok_or("name a folder, then contracts")?;
    let mut components = Vec::new();
    for path in arguments {
        let file = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let name = file.split('.').next().unwrap_or_default().to_owned();
        components.push((name, contract::read(Path::new(&path))?));
    }
    let groups: Vec<Group<'_>> = components
        .iter()
        .map(|(name, snapshot)| Group { name, snapshot })
        .collect();
    std::fs::write(folder.join("er.svg"), svg(&groups))?;
    std::fs::write(folder.join("er.mmd"), mermaid(&groups))?;
    std::fs::write(folder.join("dictionary.md"), dictionary(&groups))?;
    Ok(())
}
