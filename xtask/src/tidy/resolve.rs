//! Which definitions a path stands for, re-exports, globs and renamed imports followed.

use std::collections::BTreeSet;

use super::{
    module_tree::Module,
    names::{Binding, ModuleId, Space},
    uses::{Kind, Use},
};

/// What a path leads to inside of its crate. What leads out of it, or to nothing that is known, leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Module(ModuleId),
    /// Defined in this module under this name.
    Item(ModuleId, String, Space),
}

/// A definition: its module, and its name there.
pub(super) type Definition = (ModuleId, String);

/// What a module's code uses by this path.
pub(super) fn definitions(modules: &[Module], from: ModuleId, used: &Use) -> BTreeSet<Definition> {
    let mut found = Search::new(modules).path(from, &used.path);
    found.retain(|target| fits(target, used.kind));
    if found.is_empty() && used.kind == Kind::Macro {
        found = macros_around(modules, from, &used.path);
    }
    // Who imports a name that is a module's as well may mean the module alone; its other uses tell.
    let is_imported = matches!(used.kind, Kind::Import | Kind::Glob);
    if is_imported && found.iter().any(|target| matches!(target, Target::Module(_))) {
        return BTreeSet::new();
    }
    let items = found.into_iter().filter_map(|target| match target {
        Target::Item(module, name, _) => Some((module, name)),
        Target::Module(_) => None,
    });
    items.collect()
}

/// `format!(…)` is no use of a function `format`.
fn fits(target: &Target, kind: Kind) -> bool {
    let is_macro = matches!(target, Target::Item(_, _, Space::Macro));
    match kind {
        Kind::Import | Kind::Glob => true,
        Kind::Macro => is_macro,
        Kind::Path => !is_macro,
    }
}

/// A `macro_rules!` is seen in all modules that come after it, further in.
fn macros_around(modules: &[Module], from: ModuleId, path: &[String]) -> BTreeSet<Target> {
    let mut around = modules[from].parent;
    while let Some(module) = around {
        let mut found = Search::new(modules).path(module, path);
        found.retain(|target| fits(target, Kind::Macro));
        if !found.is_empty() {
            return found;
        }
        around = modules[module].parent;
    }
    BTreeSet::new()
}

struct Search<'m> {
    modules: &'m [Module],
    /// Names that are being looked up; re-exports may go round.
    open: BTreeSet<(ModuleId, String)>,
}

impl<'m> Search<'m> {
    fn new(modules: &'m [Module]) -> Self {
        Self {
            modules,
            open: BTreeSet::new(),
        }
    }

    fn path(&mut self, from: ModuleId, path: &[String]) -> BTreeSet<Target> {
        let Some((first, rest)) = path.split_first() else {
            return BTreeSet::from([Target::Module(from)]);
        };
        let mut targets = match first.as_str() {
            "crate" => BTreeSet::from([Target::Module(0)]),
            "self" => BTreeSet::from([Target::Module(from)]),
            "super" => self.modules[from]
                .parent
                .map(Target::Module)
                .into_iter()
                .collect(),
            name => self.name(from, name),
        };
        for name in rest {
            let mut next = BTreeSet::new();
            for target in targets {
                match target {
                    Target::Module(module) if name == "super" => {
                        next.extend(self.modules[module].parent.map(Target::Module));
                    }
                    Target::Module(module) => next.extend(self.name(module, name)),
                    // A variant or a function of the type.
                    Target::Item(_, _, Space::Type) => {
                        next.insert(target);
                    }
                    Target::Item(..) => {}
                }
            }
            targets = next;
        }
        targets
    }

    fn name(&mut self, module: ModuleId, name: &str) -> BTreeSet<Target> {
        let mut found = BTreeSet::new();
        let key = (module, name.to_owned());
        if name.is_empty() || !self.open.insert(key.clone()) {
            return found;
        }
        let names = &self.modules[module].names;
        for binding in names.bindings.get(name).into_iter().flatten() {
            found.extend(self.binding(module, name, binding));
        }
        if found.is_empty() && !names.bindings.contains_key(name) {
            for binding in names.inner.get(name).into_iter().flatten() {
                found.extend(self.binding(module, name, binding));
            }
            for glob in &names.globs {
                for target in self.path(module, glob) {
                    if let Target::Module(module) = target {
                        found.extend(self.name(module, name));
                    }
                }
            }
        }
        self.open.remove(&key);
        found
    }

    fn binding(&mut self, module: ModuleId, name: &str, binding: &Binding) -> BTreeSet<Target> {
        match binding {
            Binding::Item(space) => BTreeSet::from([Target::Item(module, name.to_owned(), *space)]),
            Binding::Module(module) => BTreeSet::from([Target::Module(*module)]),
            Binding::Import(path) => self.path(module, path),
        }
    }
}
