//! What libraries never do: read the environment, print, end the process, name the program.

use std::{collections::BTreeSet, fs, path::Path};

use proc_macro2::{TokenStream, TokenTree};
use syn::{Attribute, Item, Lit, LitStr, Macro, Meta, visit::Visit};

use crate::tidy_source::{
    module_tree::{self, Module, attributes},
    names::Binding,
    only_in_tests::is_only_in_tests,
    uses::{self, Kind},
};

/// Crates of programs; every other one is a library.
const PROGRAMS: [&str; 1] = ["db-fresh"];

/// The one place that prints: how to reach the database of a test that failed, which has nothing but its output.
const ANNOUNCES: &str = "ephemeral-postgres/src/databases/announce.rs";

/// What libraries never name, whatever it is imported as.
const FORBIDDEN: [&str; 20] = [
    "std::env::args",
    "std::env::args_os",
    "std::env::current_dir",
    "std::env::home_dir",
    "std::env::remove_var",
    "std::env::set_current_dir",
    "std::env::set_var",
    "std::env::var",
    "std::env::var_os",
    "std::env::vars",
    "std::env::vars_os",
    "std::process::abort",
    "std::process::exit",
    "std::io::stdout",
    "std::io::stderr",
    "tokio::io::stdout",
    "tokio::io::stderr",
    "anstream::stdout",
    "anstream::stderr",
    // It panics on the runtime of a caller that has one thread.
    "tokio::task::block_in_place",
];

const FORBIDDEN_MACROS: [&str; 5] = ["dbg", "eprint", "eprintln", "print", "println"];

/// What the modules of a library name that no library may, as `file:line: name`.
fn forbidden(modules: &mut [Module]) -> Vec<String> {
    let mut found = Vec::new();
    for module in modules {
        for used in uses::of_items(&module.items, &mut module.names) {
            let is_macro = used.kind == Kind::Macro;
            for path in written_out(&used.path, module) {
                let path = path.replacen("core::", "std::", 1);
                let name = path.rsplit("::").next().unwrap_or_default();
                let is_macro = is_macro
                    && (path == name || path == format!("std::{name}"))
                    && FORBIDDEN_MACROS.contains(&name);
                let is_whole_module = ["std::env", "std::process", "std::io"].contains(&path.as_str())
                    && used.kind == Kind::Glob;
                if is_macro || is_whole_module || FORBIDDEN.contains(&path.as_str()) {
                    found.push(format!("{}:{}: {path}", module.file.display(), used.line));
                }
            }
        }
    }
    found
}

/// A path with an imported first name replaced by what was imported.
fn written_out(path: &[String], module: &Module) -> Vec<String> {
    let path = path.strip_prefix(&[String::new()]).unwrap_or(path);
    let (first, rest) = path
        .split_first()
        .map_or(("", path), |(first, rest)| (first.as_str(), rest));
    let names = [&module.names.bindings, &module.names.inner];
    let bindings = names.iter().filter_map(|names| names.get(first)).flatten();
    let imported: Vec<_> = bindings
        .filter_map(|binding| match binding {
            Binding::Import(path) => Some([path, rest].concat().join("::")),
            _ => None,
        })
        .collect();
    if imported.is_empty() {
        vec![path.join("::")]
    } else {
        imported
    }
}

/// String literals that name the program: a command, a flag or its file.
fn named(modules: &[Module]) -> Vec<String> {
    let mut found = Vec::new();
    for module in modules {
        let mut strings = Strings::default();
        module.items.iter().for_each(|item| strings.visit_item(item));
        let file = module.file.display();
        found.extend(
            strings
                .0
                .iter()
                .filter(|(text, _)| names_the_program(text))
                .map(|(text, line)| format!("{file}:{line}: {text}")),
        );
    }
    found
}

/// `-- db-fresh:` begins a directive of a migration, which is no flag.
fn names_the_program(text: &str) -> bool {
    let has_flag = text
        .split("`--")
        .skip(1)
        .any(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    has_flag
        || [
            "cargo xtask",
            "cargo db-fresh",
            "db-fresh.toml",
            "`db-fresh`",
            "`db-fresh ",
        ]
        .iter()
        .any(|name| text.contains(name))
}

#[derive(Default)]
struct Strings(BTreeSet<(String, usize)>);

impl Strings {
    fn tokens(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => {
                    if let Lit::Str(text) = Lit::new(literal) {
                        self.visit_lit_str(&text);
                    }
                }
                _ => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Strings {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_only_in_tests(attributes(item)) {
            syn::visit::visit_item(self, item);
        }
    }

    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        self.0.insert((text.value(), text.span().start().line));
    }

    fn visit_macro(&mut self, item: &'ast Macro) {
        self.tokens(item.tokens.clone());
    }

    /// Documentation may say what a command of the program does.
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.tokens(list.tokens.clone());
        }
    }
}

/// The modules of all libraries of this workspace.
fn libraries() -> Vec<Module> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut found = Vec::new();
    for entry in fs::read_dir(crates).unwrap().map(Result::unwrap) {
        let is_program = PROGRAMS.contains(&&*entry.file_name().to_string_lossy());
        if !is_program {
            found.extend(module_tree::read(&entry.path().join("src/lib.rs")).unwrap());
        }
    }
    assert!(
        found.len() > 100,
        "{} modules are too few to prove anything",
        found.len()
    );
    found
}

#[test]
fn libraries_neither_print_nor_exit_nor_read_the_environment() {
    let mut found = forbidden(&mut libraries());
    found.retain(|place| !(place.contains(ANNOUNCES) && place.ends_with(": eprintln")));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn libraries_do_not_name_the_program() {
    let found = named(&libraries());
    assert!(found.is_empty(), "{}", found.join("\n"));
}

fn made_up(text: &str) -> Vec<Module> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lib.rs");
    fs::write(&file, text).unwrap();
    module_tree::read(&file).unwrap()
}

#[test]
fn whatever_is_forbidden_is_found_by_any_name() {
    for text in [
        "fn f() { println!(); }",
        "fn f() { std::eprint!(\"\"); }",
        "fn f() { assert!(dbg!(true)); }",
        "fn f() { vec![std::env::var(\"A\")]; }",
        "use std::env;\nfn f() { env::vars_os(); }",
        "use std::{env::{self as e}};\nfn f() { e::args(); }",
        "use std::env::var;",
        "fn f() { tokio::task::block_in_place(|| ()); }",
        "use std::env::*;",
        "fn f() { use std::env; env::current_dir(); }",
        "fn f() { let _ = writeln!(std::io::stderr(), \"x\"); }",
        "use std::io::{self, Write};\nfn f() { let _ = io::stdout().write_all(b\"\"); }",
        "use tokio::io::stderr as out;",
        "fn f() { ::std::process::exit(1) }",
        "const F: fn() -> ! = core::process::abort;",
        "pub use std::env::var_os;\nfn f() { var_os(\"A\"); }",
        "fn f(exit: fn(i32)) { exit(std::process::exit(1)) }",
    ] {
        assert_eq!(forbidden(&mut made_up(text)).len().min(1), 1, "{text}");
    }
    for text in [
        "#[cfg(test)]\nmod tests { fn f() { println!(); } }",
        "//! `println!(…)` and std::env::var\nfn f(env: Env) { env.var(); \"println!()\"; }",
        "use std::process::{Command, ExitCode};\nuse std::io::{Write, Error};\nuse std::env::consts;",
        "use crate::env;\nfn f() { env::var(); }",
        "fn f(out: &mut impl Write) { writeln!(out, \"{}\", 1); }",
    ] {
        assert_eq!(forbidden(&mut made_up(text)), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn a_string_that_names_the_program_is_found() {
    for text in [
        "const A: &str = \"run `cargo xtask migrate`\";",
        "fn f() { format!(\"add `--format goose` {}\", 1); }",
        "#[error(\"not in `db-fresh.toml`\")]\nstruct E;",
        "fn f() { g(\"see `db-fresh`\"); }",
    ] {
        assert_eq!(named(&made_up(text)).len(), 1, "{text}");
    }
    for text in [
        "/// As `cargo xtask migrate --yes` does.\nconst A: &str = \"`-- db-fresh: no-transaction`\";",
        "const A: &[&str] = &[\"--format\", \"`git log -- FILE`\", \"db-fresh-1\"];",
        "#[cfg(test)]\nmod tests { const A: &str = \"cargo xtask\"; }",
    ] {
        assert_eq!(named(&made_up(text)), Vec::<String>::new(), "{text}");
    }
}
