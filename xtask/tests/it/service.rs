//! What a service calls when it starts: that it is there without the command line, and written once.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    process::Command,
};

use cargo_metadata::MetadataCommand;

/// The crates of this workspace that a service has.
const OF_A_SERVICE: [&str; 6] = [
    "db-fresh-sql-lexer",
    "db-fresh",
    "diagnostic",
    "migration-core",
    "readiness",
    "schema-contract",
];

/// Every package of a build of this one without its default features, those of its tests left out.
fn packages_without_default_features(package: &str) -> BTreeSet<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let flags = "tree --no-default-features --edges normal --prefix none --format {p} --offline --package";
    let output = Command::new(cargo)
        .args(flags.split(' '))
        .arg(package)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let lines = String::from_utf8(output.stdout).unwrap();
    let names = lines.lines().filter_map(|line| line.split(' ').next());
    names.map(ToOwned::to_owned).collect()
}

#[test]
fn what_a_service_calls_brings_nothing_of_the_command_line() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let ours: BTreeSet<_> = metadata
        .packages
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    // The example asks for no feature, so it has the same.
    for package in ["db-fresh", "example-service"] {
        let mut all = packages_without_default_features(package);
        for unwanted in ["clap", "indicatif", "anstream", "redis", "testcontainers"] {
            assert!(!all.contains(unwanted), "{package} has {unwanted}");
        }
        all.remove("example-service");
        let found: BTreeSet<_> = all.intersection(&ours).map(String::as_str).collect();
        assert_eq!(found, BTreeSet::from(OF_A_SERVICE), "of {package}");
    }
}

/// Files below this folder that say what a level means.
fn definitions(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            if text.contains("Expectation::of_schema(") || text.contains("Expectation::of_data(") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn what_the_levels_schema_and_seeded_mean_is_written_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let room = root.join("crates/db-fresh/src/service");
    let mut found = definitions(&root.join("crates/db-fresh/src"));
    found.extend(definitions(&root.join("fixtures/service/src")));
    assert_eq!(
        found,
        ["applied.rs", "contract.rs", "seeds.rs"].map(|file| room.join(file))
    );
}
