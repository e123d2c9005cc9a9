//! Where packages put the server's programs without putting them on the search path.

use std::path::{Path, PathBuf};

/// The folders, those of the newest version first.
pub(crate) fn usual_places() -> Vec<PathBuf> {
    let mut places = versions_in(Path::new("/usr/lib/postgresql"), "bin");
    places.extend(
        versions_in(Path::new("/usr"), "bin")
            .into_iter()
            .filter(|bin| is_pgdg(bin)),
    );
    for homebrew in [
        "/opt/homebrew/opt",
        "/usr/local/opt",
        "/home/linuxbrew/.linuxbrew/opt",
    ] {
        places.extend(
            versions_in(Path::new(homebrew), "bin")
                .into_iter()
                .filter(|bin| is_homebrew(bin)),
        );
    }
    places.extend(versions_in(
        Path::new("/Applications/Postgres.app/Contents/Versions"),
        "bin",
    ));
    places.push("/usr/local/pgsql/bin".into());
    places
}

/// `folder/*/bin`, by the last number in the name, the highest first.
fn versions_in(folder: &Path, bin: &str) -> Vec<PathBuf> {
    let Ok(entries) = folder.read_dir() else {
        return Vec::new();
    };
    let mut found: Vec<_> = entries
        .flatten()
        .map(|entry| {
            (
                number(&entry.file_name().to_string_lossy()),
                entry.path().join(bin),
            )
        })
        .collect();
    found.sort_by(|a, b| b.cmp(a));
    found.into_iter().map(|(_, path)| path).collect()
}

fn number(name: &str) -> u32 {
    let digits = name
        .rsplit(|c: char| !c.is_ascii_digit())
        .find(|part| !part.is_empty());
    digits.and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

/// `/usr/pgsql-17/bin`: the RPMs of the PostgreSQL project.
fn is_pgdg(bin: &Path) -> bool {
    bin.parent()
        .and_then(Path::file_name)
        .is_some_and(|name| name.to_string_lossy().starts_with("pgsql-"))
}

fn is_homebrew(bin: &Path) -> bool {
    bin.parent()
        .and_then(Path::file_name)
        .is_some_and(|name| name.to_string_lossy().starts_with("postgresql"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_the_installed_versions_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        for version in ["9.6", "16", "17", "8"] {
            std::fs::create_dir(folder.path().join(version)).unwrap();
        }
        let names: Vec<_> = versions_in(folder.path(), "bin")
            .iter()
            .map(|path| {
                path.parent()
                    .unwrap()
                    .file_name()
                    .unwrap()
                    .to_string_lossy()
                    .into_owned()
            })
            .collect();
        assert_eq!(names, ["17", "16", "8", "9.6"]);
    }
}
