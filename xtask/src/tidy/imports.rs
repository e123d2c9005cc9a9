//! Which file of a crate uses names that another one defines.
//!
//! Out of scope, since no name tells: methods, also of an `impl` in another file than its type; what macros expand to, and variables
//! in format strings; paths in strings, as for serde; files of `include!`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use super::{module_tree, resolve::definitions, uses};

/// For each file the files that it imports from, and of each the names with the line where they come first.
pub(super) type Imports = BTreeMap<PathBuf, BTreeMap<PathBuf, BTreeMap<String, usize>>>;

/// The imports between the files of the crate with this root, whose paths are relative to a folder.
pub(super) fn of_crate(root: &Path, folder: &Path) -> anyhow::Result<Imports> {
    let mut modules = module_tree::read(root)?;
    for module in &mut modules {
        let short = module.file.strip_prefix(folder).map(Path::to_owned);
        module.file = short.unwrap_or_else(|_| module.file.clone());
    }
    let used: Vec<_> = modules
        .iter_mut()
        .map(|module| uses::of_items(&module.items, &mut module.names))
        .collect();
    let mut imports = Imports::new();
    for (from, used) in used.iter().enumerate() {
        for one in used {
            for (module, name) in definitions(&modules, from, one) {
                let (file, other) = (&modules[from].file, &modules[module].file);
                if file != other {
                    let names = imports
                        .entry(file.clone())
                        .or_default()
                        .entry(other.clone())
                        .or_default();
                    let line = names.entry(name).or_insert(one.line);
                    *line = one.line.min(*line);
                }
            }
        }
    }
    Ok(imports)
}
