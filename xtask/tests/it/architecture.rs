//! Holds the workspace against the map in ARCHITECTURE.md: which crate may know which.
//!
//! The map is written here once more as data, because a picture cannot be compared.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, Metadata, MetadataCommand};

/// The crates of the middle row: none of them knows another one.
const MIDDLE: [&str; 6] = [
    "preflight",
    "readiness",
    "migration-core",
    "schema-contract",
    "seeding",
    "ephemeral-postgres",
];

fn metadata() -> Metadata {
    MetadataCommand::new()
        .no_deps()
        .exec()
        .expect("`cargo metadata` answers in a workspace")
}

/// The edges between our own crates, normal and build dependencies apart from those of tests.
fn edges(metadata: &Metadata) -> BTreeMap<String, BTreeSet<(String, Kind)>> {
    let ours: BTreeSet<_> = metadata
        .workspace_packages()
        .iter()
        .map(|p| p.name.to_string())
        .collect();
    let edges_of = |package: &&cargo_metadata::Package| {
        let known = package
            .dependencies
            .iter()
            .filter(|dependency| ours.contains(&dependency.name));
        let edges = known
            .map(|dependency| (dependency.name.clone(), Kind::of(dependency.kind)))
            .collect();
        (package.name.to_string(), edges)
    };
    metadata.workspace_packages().iter().map(edges_of).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Product,
    Test,
}

impl Kind {
    fn of(kind: DependencyKind) -> Self {
        if kind == DependencyKind::Development {
            Self::Test
        } else {
            Self::Product
        }
    }
}

/// The map: what each crate may depend on.
fn map() -> BTreeMap<String, BTreeSet<(String, Kind)>> {
    let edge = |name: &str, kind| (name.to_owned(), kind);
    let mut map = BTreeMap::from([("diagnostic".to_owned(), BTreeSet::new())]);
    for name in MIDDLE {
        map.insert(
            name.to_owned(),
            BTreeSet::from([edge("diagnostic", Kind::Product)]),
        );
    }
    let top = MIDDLE
        .into_iter()
        .chain(["diagnostic"])
        .map(|name| edge(name, Kind::Product))
        .collect();
    map.insert("db-fresh".to_owned(), top);
    // Its `test` starts the server that all tests share; the contracts' own test reads them.
    let of_runner = [
        edge("db-fresh", Kind::Product),
        edge("ephemeral-postgres", Kind::Product),
        edge("schema-contract", Kind::Test),
    ];
    map.insert("xtask".to_owned(), BTreeSet::from(of_runner));
    // The example is a user of the crates like any other, and nobody uses it.
    let of_service = ["diagnostic", "migration-core", "readiness", "schema-contract"];
    let of_service = of_service.map(|name| edge(name, Kind::Product));
    map.insert("example-service".to_owned(), BTreeSet::from(of_service));
    map
}

#[test]
fn the_edges_between_the_crates_are_those_of_the_map() {
    let mut actual = edges(&metadata());
    // Any crate may take its test server from ephemeral-postgres, and nothing else for its tests.
    let test_server = ("ephemeral-postgres".to_owned(), Kind::Test);
    actual.values_mut().for_each(|edges| {
        edges.remove(&test_server);
    });
    assert_eq!(
        actual,
        map(),
        "the map is in ARCHITECTURE.md; an edge that is not on it is a design change"
    );
}

#[test]
fn an_edge_across_the_middle_row_is_noticed() {
    let mut broken = map();
    broken
        .get_mut("seeding")
        .unwrap()
        .insert(("migration-core".to_owned(), Kind::Test));
    assert_ne!(broken, map());
}

#[test]
fn only_one_crate_starts_servers_and_only_the_runner_uses_anyhow() {
    let metadata = metadata();
    let users = |name: &str| -> Vec<String> {
        let uses = |package: &&cargo_metadata::Package| package.dependencies.iter().any(|d| d.name == name);
        let packages = metadata.workspace_packages();
        packages
            .iter()
            .filter(|package| uses(package))
            .map(|package| package.name.to_string())
            .collect()
    };
    assert_eq!(users("anyhow"), ["xtask"]);
    assert!(
        users("testcontainers")
            .iter()
            .all(|name| name == "ephemeral-postgres")
    );
}

#[test]
fn libraries_neither_print_nor_exit_nor_read_the_environment() {
    let root = metadata().workspace_root;
    let mut offenders = Vec::new();
    for file in sources(root.join("crates").as_std_path()) {
        // The product reads the environment and prints for all of them.
        if file.starts_with(root.join("crates/db-fresh")) {
            continue;
        }
        let text = std::fs::read_to_string(&file).unwrap();
        // Tests and examples of a crate are programs; only the library part is held to the rule.
        let library = text.split("#[cfg(test)]").next().unwrap_or_default();
        let code = library
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        for line in code {
            for forbidden in [
                "std::env::var",
                "env::var(",
                "env::var_os(",
                "process::exit(",
                "println!(",
                "print!(",
            ] {
                if line.contains(forbidden) {
                    offenders.push(format!("{}: {}", file.display(), line.trim()));
                }
            }
        }
    }
    assert!(offenders.is_empty(), "{}", offenders.join("\n"));
}

/// Every Rust file under the `src` folders of the crates, programs in `src/bin` left out.
fn sources(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let (path, name) = (entry.path(), entry.file_name());
            let skipped =
                ["tests", "examples", "benches", "fuzz", "bin", "target"].map(std::ffi::OsString::from);
            if path.is_dir() && !skipped.contains(&name) {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(
        path_count_is_plausible(&found),
        "the walk found too little to prove anything"
    );
    found
}

fn path_count_is_plausible(found: &[std::path::PathBuf]) -> bool {
    found.len() > MIDDLE.len()
}
