//! The names that a module holds, and what each stands for.

use std::collections::BTreeMap;

use syn::{Item, UseTree, Visibility, ext::IdentExt};

/// A path as it is written, segment by segment. A leading `::` is an empty segment.
pub(crate) type Path = Vec<String>;

/// Where a module is in its crate; the first one is the root.
pub(crate) type ModuleId = usize;

/// What kind of definition has a name: types, values and macros do not see each other's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Space {
    Type,
    Value,
    Macro,
}

/// What a name stands for. One name can stand for several things: a module and a function, say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Binding {
    /// Something that this module defines.
    Item(Space),
    /// A module inside it.
    Module(ModuleId),
    /// Something that it imports or re-exports by this path.
    Import(Path),
}

/// All names of a module.
#[derive(Debug, Default)]
pub(crate) struct Names {
    pub(crate) bindings: BTreeMap<String, Vec<Binding>>,
    /// What `use path::*` brings in.
    pub(crate) globs: Vec<Path>,
    /// Imports inside of functions, which hold where the module itself has no such name.
    pub(crate) inner: BTreeMap<String, Vec<Binding>>,
}

impl Names {
    pub(crate) fn add(&mut self, name: String, binding: Binding) {
        self.bindings.entry(name).or_default().push(binding);
    }

    /// Adds what an item brings into its module. Modules are added by those who read them.
    pub(crate) fn add_item(&mut self, item: &Item) {
        let (ident, space) = match item {
            Item::Const(item) => (&item.ident, Space::Value),
            Item::Enum(item) => (&item.ident, Space::Type),
            Item::Fn(item) => (&item.sig.ident, Space::Value),
            Item::Static(item) => (&item.ident, Space::Value),
            Item::Struct(item) => (&item.ident, Space::Type),
            Item::Trait(item) => (&item.ident, Space::Type),
            Item::TraitAlias(item) => (&item.ident, Space::Type),
            Item::Type(item) => (&item.ident, Space::Type),
            Item::Union(item) => (&item.ident, Space::Type),
            Item::Macro(item) => match &item.ident {
                Some(ident) => (ident, Space::Macro),
                None => return,
            },
            Item::Use(item) => {
                for import in imports(&item.tree, item.leading_colon.is_some()) {
                    match import.name {
                        Some(name) => self.add(name, Binding::Import(import.path)),
                        None if import.is_glob => self.globs.push(import.path),
                        None => {}
                    }
                }
                return;
            }
            _ => return,
        };
        self.add(ident.unraw().to_string(), Binding::Item(space));
    }
}

/// One leaf of a `use`.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) path: Path,
    /// What it is called here; nothing for a glob and for `as _`.
    pub(crate) name: Option<String>,
    pub(crate) is_glob: bool,
    pub(crate) line: usize,
}

/// Whether a `use` hands names on to others, rather than importing them for itself.
pub(crate) fn is_re_export(visibility: &Visibility) -> bool {
    !matches!(visibility, Visibility::Inherited)
}

/// The leaves of a `use`.
pub(crate) fn imports(tree: &UseTree, is_absolute: bool) -> Vec<Import> {
    let mut found = Vec::new();
    let start = if is_absolute {
        vec![String::new()]
    } else {
        Vec::new()
    };
    collect(tree, &start, &mut found);
    found
}

fn collect(tree: &UseTree, before: &[String], found: &mut Vec<Import>) {
    let mut leaf = |path: Path, name: Option<String>, is_glob, line| {
        found.push(Import {
            path,
            name,
            is_glob,
            line,
        });
    };
    match tree {
        UseTree::Path(path) => {
            let before = with(before, &path.ident);
            collect(&path.tree, &before, found);
        }
        UseTree::Name(name) if name.ident == "self" => {
            leaf(before.to_vec(), before.last().cloned(), false, line(&name.ident));
        }
        UseTree::Name(name) => {
            let text = name.ident.unraw().to_string();
            leaf(with(before, &name.ident), Some(text), false, line(&name.ident));
        }
        UseTree::Rename(rename) => {
            let path = if rename.ident == "self" {
                before.to_vec()
            } else {
                with(before, &rename.ident)
            };
            let name = Some(rename.rename.unraw().to_string()).filter(|name| name != "_");
            leaf(path, name, false, line(&rename.ident));
        }
        UseTree::Glob(glob) => leaf(before.to_vec(), None, true, glob.star_token.spans[0].start().line),
        UseTree::Group(group) => group.items.iter().for_each(|tree| collect(tree, before, found)),
    }
}

fn with(before: &[String], ident: &proc_macro2::Ident) -> Path {
    let mut path = before.to_vec();
    path.push(ident.unraw().to_string());
    path
}

/// The line where it stands, counted from 1.
pub(crate) fn line(ident: &proc_macro2::Ident) -> usize {
    ident.span().start().line
}
