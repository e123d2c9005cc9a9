//! The modules of a crate, read from its files. What is compiled for tests alone is left out.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail};
use syn::{Attribute, Expr, ExprLit, Item, ItemMod, Lit, Meta, ext::IdentExt};

use super::{
    names::{Binding, ModuleId, Names},
    only_in_tests::is_only_in_tests,
};

/// A module: one for each file, and one for each `mod name { … }` in it.
pub(crate) struct Module {
    pub(crate) file: PathBuf,
    pub(crate) parent: Option<ModuleId>,
    pub(crate) names: Names,
    /// Its items but for modules.
    pub(crate) items: Vec<Item>,
}

/// Reads the crate whose root is this file. The first module is the root's.
pub(crate) fn read(root: &Path) -> anyhow::Result<Vec<Module>> {
    let mut modules = Vec::new();
    let folder = root.parent().unwrap_or(Path::new("")).to_owned();
    read_file(root, None, &folder, &mut modules)?;
    Ok(modules)
}

/// Reads a file whose own modules lie in `folder`. Nothing comes of one that is for tests alone.
fn read_file(
    file: &Path,
    parent: Option<ModuleId>,
    folder: &Path,
    modules: &mut Vec<Module>,
) -> anyhow::Result<Option<ModuleId>> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read `{}`", file.display()))?;
    let parsed = syn::parse_file(&text).with_context(|| format!("cannot parse `{}`", file.display()))?;
    if is_only_in_tests(&parsed.attrs) {
        return Ok(None);
    }
    let base = file.parent().unwrap_or(Path::new("")).to_owned();
    let folders = Folders {
        base: &base,
        children: folder,
    };
    add(parsed.items, file, parent, &folders, modules).map(Some)
}

/// Where files of a module's modules are.
struct Folders<'f> {
    /// What a `#[path]` is relative to.
    base: &'f Path,
    /// Where the others lie.
    children: &'f Path,
}

fn add(
    items: Vec<Item>,
    file: &Path,
    parent: Option<ModuleId>,
    folders: &Folders<'_>,
    modules: &mut Vec<Module>,
) -> anyhow::Result<ModuleId> {
    let id = modules.len();
    modules.push(Module {
        file: file.to_owned(),
        parent,
        names: Names::default(),
        items: Vec::new(),
    });
    for item in items {
        if is_only_in_tests(attributes(&item)) {
            continue;
        }
        let Item::Mod(module) = item else {
            modules[id].names.add_item(&item);
            modules[id].items.push(item);
            continue;
        };
        let name = module.ident.unraw().to_string();
        if let Some(child) = add_module(module, file, id, folders, modules)? {
            modules[id].names.add(name, Binding::Module(child));
        }
    }
    Ok(id)
}

fn add_module(
    module: ItemMod,
    file: &Path,
    parent: ModuleId,
    folders: &Folders<'_>,
    modules: &mut Vec<Module>,
) -> anyhow::Result<Option<ModuleId>> {
    let name = module.ident.unraw().to_string();
    let inside = folders.children.join(&name);
    if let Some((_, items)) = module.content {
        let folders = Folders {
            base: &inside,
            children: &inside,
        };
        return add(items, file, Some(parent), &folders, modules).map(Some);
    }
    if let Some(path) = path_attribute(&module.attrs) {
        let file = folders.base.join(path);
        let children = file.parent().unwrap_or(Path::new("")).to_owned();
        return read_file(&file, Some(parent), &children, modules);
    }
    let files = [folders.children.join(format!("{name}.rs")), inside.join("mod.rs")];
    let Some(found) = files.iter().find(|file| file.is_file()) else {
        let line = super::names::line(&module.ident);
        bail!(
            "`{}:{line}` names a module `{name}` that has no file",
            file.display()
        );
    };
    read_file(found, Some(parent), &inside, modules)
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("path") => match &pair.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text), ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    })
}

/// The attributes of an item.
pub(crate) fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::ExternCrate(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::ForeignMod(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::TraitAlias(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Union(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
