//! Files that import each other in a circle.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    path::Path,
};

use super::imports::Imports;

/// Files of which each imports from each other one, over however many between them, and what ties them.
#[derive(Debug)]
pub(super) struct Circle {
    imports: Imports,
}

/// The circles of a crate.
pub(super) fn circles(imports: &Imports) -> Vec<Circle> {
    let reached: BTreeMap<_, _> = imports
        .keys()
        .map(|file| (file, reachable(file, imports)))
        .collect();
    let reaches = |from: &Path, to: &Path| {
        reached
            .get(&from.to_owned())
            .is_some_and(|files| files.contains(to))
    };
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for file in imports.keys().filter(|file| reaches(file, file)) {
        if seen.contains(file) {
            continue;
        }
        let files: BTreeSet<_> = imports
            .keys()
            .filter(|other| reaches(file, other) && reaches(other, file))
            .collect();
        let within = files.iter().map(|file| {
            let mut ties = imports[*file].clone();
            ties.retain(|other, _| files.contains(other));
            ((*file).clone(), ties)
        });
        found.push(Circle {
            imports: within.collect(),
        });
        seen.extend(files);
    }
    found
}

/// Every file that this one imports from, directly or through others.
fn reachable<'i>(file: &Path, imports: &'i Imports) -> BTreeSet<&'i Path> {
    let mut found = BTreeSet::new();
    let mut open = vec![file];
    while let Some(file) = open.pop() {
        for other in imports.get(file).into_iter().flat_map(BTreeMap::keys) {
            if found.insert(other.as_path()) {
                open.push(other);
            }
        }
    }
    found
}

impl Circle {
    pub(super) fn len(&self) -> usize {
        self.imports.len()
    }
}

impl fmt::Display for Circle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (file, ties) in &self.imports {
            for (other, names) in ties {
                let names: Vec<_> = names
                    .iter()
                    .map(|(name, line)| format!("{name} (line {line})"))
                    .collect();
                writeln!(
                    f,
                    "  {} -> {}: {}",
                    file.display(),
                    other.display(),
                    names.join(", ")
                )?;
            }
        }
        Ok(())
    }
}
