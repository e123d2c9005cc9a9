//! Compares the edges between the crates with the map in ARCHITECTURE.md: which crate may know which.
//!
//! The map is written here once more as data, because a picture cannot be compared.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{
    DependencyKind::{Build, Development, Normal},
    Metadata, MetadataCommand, Package,
};

/// The crates of the middle row: each knows `diagnostic`, and none knows another one.
const MIDDLE: [&str; 6] = [
    "preflight",
    "readiness",
    "migration-core",
    "schema-contract",
    "seeding",
    "ephemeral-postgres",
];

/// Those of the middle row that read SQL, and know the lexer too.
const READS_SQL: [&str; 3] = ["migration-core", "schema-contract", "seeding"];

/// The others, each with what it depends on.
const OTHERS: [(&str, &[&str]); 5] = [
    ("diagnostic", &[]),
    ("db-fresh-sql-lexer", &[]),
    // A user of the product like any other.
    ("example-service", &["db-fresh"]),
    (
        "db-fresh",
        &[
            "diagnostic",
            "db-fresh-sql-lexer",
            "preflight",
            "readiness",
            "migration-core",
            "schema-contract",
            "seeding",
            "ephemeral-postgres",
        ],
    ),
    // Its `test` starts the server that all tests share.
    ("xtask", &["db-fresh", "ephemeral-postgres"]),
];

/// What crates may use for their tests alone. Any crate may take a server from `ephemeral-postgres`.
const FOR_TESTS: [(&str, &str); 1] = [
    // `migrations/contracts.rs`, which reads the contracts.
    ("xtask", "schema-contract"),
];

/// An edge: who depends on whom, and whether for tests alone.
type Edge = (String, String, Kind);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Product,
    Tests,
}

fn map() -> BTreeSet<Edge> {
    let edge = |from: &str, to: &str, kind| (from.to_owned(), to.to_owned(), kind);
    let middle = MIDDLE.map(|name| edge(name, "diagnostic", Kind::Product));
    let lexer = READS_SQL.map(|name| edge(name, "db-fresh-sql-lexer", Kind::Product));
    let others = OTHERS.iter().flat_map(|(from, to)| {
        to.iter()
            .map(move |to| (from.to_string(), to.to_string(), Kind::Product))
    });
    let for_tests = FOR_TESTS.map(|(from, to)| edge(from, to, Kind::Tests));
    middle
        .into_iter()
        .chain(lexer)
        .chain(others)
        .chain(for_tests)
        .collect()
}

fn metadata() -> Metadata {
    let mut command = MetadataCommand::new();
    command
        .no_deps()
        .exec()
        .expect("`cargo metadata` answers in a workspace")
}

/// The edges between our own crates, whatever features or targets they are for.
fn edges(packages: &[Package]) -> BTreeSet<Edge> {
    let ours: BTreeSet<_> = packages.iter().map(|package| package.name.as_str()).collect();
    let edges = packages.iter().flat_map(|package| {
        let known = package.dependencies.iter();
        let known = known.filter(|dependency| ours.contains(dependency.name.as_str()));
        known.map(|dependency| {
            let kind = match dependency.kind {
                Development => Kind::Tests,
                _ => Kind::Product,
            };
            (package.name.to_string(), dependency.name.clone(), kind)
        })
    });
    edges
        .filter(|(_, to, kind)| !(to == "ephemeral-postgres" && *kind == Kind::Tests))
        .collect()
}

/// What the workspace has that is not on the map, and what the map has that does not exist.
fn differences(packages: &[Package]) -> Vec<String> {
    let (map, edges) = (map(), edges(packages));
    let text = |(from, to, kind): &Edge| match kind {
        Kind::Product => format!("{from} -> {to}"),
        Kind::Tests => format!("{from} -> {to} for tests"),
    };
    let more = edges
        .difference(&map)
        .map(|edge| format!("{} is not on the map", text(edge)));
    let less = map
        .difference(&edges)
        .map(|edge| format!("{} does not exist", text(edge)));
    let known: BTreeSet<_> = MIDDLE.into_iter().chain(OTHERS.map(|(name, _)| name)).collect();
    let unknown = packages
        .iter()
        .filter(|package| !known.contains(package.name.as_str()));
    let unknown = unknown.map(|package| format!("{} is not on the map", package.name));
    more.chain(less).chain(unknown).collect()
}

#[test]
fn the_edges_between_the_crates_are_those_of_the_map() {
    let found = differences(&metadata().packages);
    assert!(
        found.is_empty(),
        "{}\nthe map is in ARCHITECTURE.md; an edge that is not on it is a design change",
        found.join("\n")
    );
}

/// The place of a package.
fn named(packages: &[Package], name: &str) -> usize {
    packages.iter().position(|package| package.name == name).unwrap()
}

#[test]
fn an_edge_that_is_not_on_the_map_is_noticed() {
    let metadata = metadata();
    let with = |from: &str, to: &str, kind| {
        let mut packages = metadata.packages.clone();
        let at = named(&packages, from);
        let mut dependency = packages[at].dependencies[0].clone();
        dependency.name = to.to_owned();
        dependency.kind = kind;
        packages[at].dependencies.push(dependency);
        differences(&packages)
    };
    for (from, to) in [
        ("seeding", "migration-core"),
        ("seeding", "ephemeral-postgres"),
        ("diagnostic", "readiness"),
        ("db-fresh-sql-lexer", "diagnostic"),
        ("readiness", "db-fresh-sql-lexer"),
        ("xtask", "migration-core"),
        ("db-fresh", "example-service"),
    ] {
        for kind in [Normal, Build] {
            assert_eq!(
                with(from, to, kind),
                [format!("{from} -> {to} is not on the map")]
            );
        }
    }
    assert_eq!(
        with("seeding", "migration-core", Development),
        ["seeding -> migration-core for tests is not on the map"]
    );
    let server = with("seeding", "ephemeral-postgres", Development);
    assert!(server.is_empty(), "tests may have a server: {server:?}");
}

#[test]
fn an_edge_that_is_gone_and_a_crate_that_is_new_are_noticed() {
    let metadata = metadata();
    let mut packages = metadata.packages.clone();
    let at = named(&packages, "readiness");
    let dependencies = &mut packages[at].dependencies;
    dependencies.retain(|dependency| dependency.name != "diagnostic");
    assert_eq!(differences(&packages), ["readiness -> diagnostic does not exist"]);

    let mut packages = metadata.packages;
    let mut new = packages[named(&packages, "diagnostic")].clone();
    new.name = "another".parse().unwrap();
    packages.push(new);
    assert_eq!(differences(&packages), ["another is not on the map"]);
}

/// Which crates use one of other people's.
fn users(name: &str) -> BTreeMap<String, bool> {
    let metadata = metadata();
    let mut found = BTreeMap::new();
    for package in metadata.packages {
        for dependency in package.dependencies {
            if dependency.name == name {
                found.insert(package.name.to_string(), dependency.optional);
            }
        }
    }
    found
}

#[test]
fn only_one_crate_starts_servers_and_only_the_runner_uses_anyhow() {
    assert_eq!(users("anyhow").into_keys().collect::<Vec<_>>(), ["xtask"]);
    // Containers take longer to compile than everything else together.
    let optional = BTreeMap::from([("ephemeral-postgres".to_owned(), true)]);
    assert_eq!(users("testcontainers"), optional);
}
