//! The paths that a module's code names.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{
    Attribute, ImplItemFn, Item, ItemFn, ItemUse, Macro, Meta, PatIdent, TraitItemFn,
    ext::IdentExt,
    visit::{self, Visit},
};

use super::{
    module_tree::attributes,
    names::{Binding, Import, Names, Path, imports, is_re_export, line},
    only_in_tests::is_only_in_tests,
};

/// A path that is named, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) path: Path,
    pub(crate) line: usize,
    pub(crate) kind: Kind,
}

/// How it is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// By a `use` of the module's own.
    Import,
    /// By a `use path::*` of the module's own.
    Glob,
    /// In code.
    Path,
    /// As the name of a macro, which may be one of a module further up.
    Macro,
}

/// What the items of a module name. What `pub use` hands on is no use; imports inside of functions are added to the names.
pub(crate) fn of_items(items: &[Item], names: &mut Names) -> Vec<Use> {
    let mut visitor = Visitor::default();
    for item in items {
        visitor.visit_item(item);
    }
    for import in visitor.inner {
        if let Some(name) = import.name {
            names
                .inner
                .entry(name)
                .or_default()
                .push(Binding::Import(import.path));
        }
    }
    visitor.found
}

#[derive(Default)]
struct Visitor {
    found: Vec<Use>,
    /// What the functions around name themselves: variables, parameters and functions inside.
    locals: Vec<BTreeSet<String>>,
    inner: Vec<Import>,
}

impl Visitor {
    fn add(&mut self, path: Path, line: usize) {
        let is_local = path.len() == 1 && self.locals.iter().any(|names| names.contains(&path[0]));
        if !is_local && path[0] != "Self" {
            self.found.push(Use {
                path,
                line,
                kind: Kind::Path,
            });
        }
    }

    fn add_macro(&mut self, path: Path, line: usize) {
        let kind = Kind::Macro;
        self.found.push(Use { path, line, kind });
    }

    fn in_function(&mut self, locals: Locals, visit: impl FnOnce(&mut Self)) {
        self.locals.push(locals.0);
        visit(self);
        self.locals.pop();
    }

    /// Paths in tokens that are not parsed: those of several names, and single ones where they are called or look like types.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let is = |at: usize, c: char| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == c);
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            let TokenTree::Ident(first) = token else {
                if let TokenTree::Group(group) = token {
                    self.tokens(group.stream());
                }
                continue;
            };
            let is_behind = at >= 2 && (is(at - 2, '.') || is(at - 2, ':') && at >= 3 && is(at - 3, ':'));
            let mut path = vec![first.unraw().to_string()];
            while is(at, ':')
                && is(at + 1, ':')
                && let Some(TokenTree::Ident(next)) = tokens.get(at + 2)
            {
                path.push(next.unraw().to_string());
                at += 3;
            }
            let is_called = matches!(tokens.get(at), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis);
            let is_macro = is(at, '!') && matches!(tokens.get(at + 1), Some(TokenTree::Group(_)));
            let is_type = path[0].starts_with(char::is_uppercase);
            if is_macro {
                self.add_macro(path, line(first));
            } else if !is_behind && (path.len() > 1 || is_called || is_type) {
                self.add(path, line(first));
            }
        }
    }
}

impl<'ast> Visit<'ast> for Visitor {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_only_in_tests(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        let is_inner = !self.locals.is_empty();
        for import in imports(&item.tree, item.leading_colon.is_some()) {
            if !is_re_export(&item.vis) {
                self.found.push(Use {
                    path: import.path.clone(),
                    line: import.line,
                    kind: if import.is_glob { Kind::Glob } else { Kind::Import },
                });
            }
            if is_inner {
                self.inner.push(import);
            }
        }
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        let locals = Locals::of(|locals| locals.visit_item_fn(item));
        self.in_function(locals, |this| visit::visit_item_fn(this, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        if is_only_in_tests(&item.attrs) {
            return;
        }
        let locals = Locals::of(|locals| locals.visit_impl_item_fn(item));
        self.in_function(locals, |this| visit::visit_impl_item_fn(this, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'ast TraitItemFn) {
        let locals = Locals::of(|locals| locals.visit_trait_item_fn(item));
        self.in_function(locals, |this| visit::visit_trait_item_fn(this, item));
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.add(names_of(path), line_of(path));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        self.add_macro(names_of(&item.path), line_of(&item.path));
        self.tokens(item.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
    }
}

fn names_of(path: &syn::Path) -> Path {
    let start = path.leading_colon.as_ref().map(|_| String::new());
    let names = path
        .segments
        .iter()
        .map(|segment| segment.ident.unraw().to_string());
    start.into_iter().chain(names).collect()
}

/// The line where a path begins.
fn line_of(path: &syn::Path) -> usize {
    path.segments.first().map_or(0, |segment| line(&segment.ident))
}

/// The names that a function gives to its own variables and functions.
#[derive(Default)]
struct Locals(BTreeSet<String>);

impl Locals {
    fn of(visit: impl FnOnce(&mut Self)) -> Self {
        let mut locals = Self::default();
        visit(&mut locals);
        locals
    }
}

impl<'ast> Visit<'ast> for Locals {
    /// A pattern that begins with a capital is a constant.
    fn visit_pat_ident(&mut self, pattern: &'ast PatIdent) {
        let name = pattern.ident.unraw().to_string();
        if !name.starts_with(char::is_uppercase) {
            self.0.insert(name);
        }
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_block(&mut self, block: &'ast syn::Block) {
        for statement in &block.stmts {
            if let syn::Stmt::Item(Item::Fn(function)) = statement {
                self.0.insert(function.sig.ident.unraw().to_string());
            }
        }
        visit::visit_block(self, block);
    }
}
