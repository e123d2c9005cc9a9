//! What the facts of a schema say about the names in a printed text.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
};

use db_fresh_sql_lexer::TokenKind;

use super::{
    shape::{Shape, Shapes},
    tree::{self, Node, What},
};
use crate::{
    fact::{Fact, Object},
    name,
};

/// What facts say about names, looked up once something asks.
pub(super) struct Known<'f> {
    facts: &'f [Fact],
    names: OnceCell<Names<'f>>,
}

/// Where nothing or two shapes are known of a name, there is no entry or an empty one.
#[derive(Default)]
struct Names<'f> {
    /// Columns of each relation.
    columns: HashMap<(&'f Object, &'f str), Option<Shape>>,
    /// Columns of any relation.
    anywhere: HashMap<&'f str, Option<Shape>>,
    routines: HashMap<String, Option<Shape>>,
    domains: HashMap<String, Shape>,
}

impl<'f> Known<'f> {
    pub(super) fn new(facts: &'f [Fact]) -> Self {
        Self {
            facts,
            names: OnceCell::new(),
        }
    }

    /// What is known in a text of this object.
    pub(super) fn within<'k>(&'k self, object: &'f Object, text: &'k str) -> Within<'k, 'f> {
        Within {
            names: self.names.get_or_init(|| Names::of(self.facts)),
            object,
            text,
            made: OnceCell::new(),
        }
    }
}

impl<'f> Names<'f> {
    fn of(facts: &'f [Fact]) -> Self {
        let mut names = Self::default();
        for fact in facts {
            let (object, part) = (fact.key.object.as_ref(), fact.key.part.as_deref());
            if object.kind == "domain" && part.is_none() && fact.key.property == "type" {
                let shape = plain(&fact.value.text());
                names
                    .domains
                    .insert(name::qualified(&object.schema, &object.name), shape);
            }
        }
        for fact in facts {
            let (object, part) = (fact.key.object.as_ref(), fact.key.part.as_deref());
            match (part, fact.key.property.as_ref()) {
                (Some(part), "type") if part.kind == "column" => {
                    let shape = names.of_type(&fact.value.text());
                    names.columns.insert((object, &part.name), shape);
                    merge(names.anywhere.entry(&part.name), shape);
                }
                (None, "returns") if matches!(object.kind.as_ref(), "function" | "aggregate") => {
                    let shape = names.returned(&fact.value.text());
                    let bare = object.name.split('(').next().unwrap_or_default();
                    let routine = format!("{}.{bare}", name::quoted(&object.schema));
                    merge(names.routines.entry(routine), shape);
                }
                _ => {}
            }
        }
        names
    }

    fn of_type(&self, text: &str) -> Option<Shape> {
        let domain = self.domains.get(text).copied();
        Some(domain.unwrap_or_else(|| plain(text)))
    }

    /// Polymorphic results and rows may be anything.
    fn returned(&self, text: &str) -> Option<Shape> {
        let is_open = text.starts_with("any") || text.starts_with("TABLE(") || text.starts_with("SETOF ");
        if is_open { None } else { self.of_type(text) }
    }
}

fn plain(text: &str) -> Shape {
    if text.ends_with("[]") || matches!(text, "int2vector" | "oidvector") {
        Shape::Array
    } else {
        Shape::Single
    }
}

fn merge<K>(entry: std::collections::hash_map::Entry<'_, K, Option<Shape>>, shape: Option<Shape>) {
    let merged = entry.or_insert(shape);
    if *merged != shape {
        *merged = None;
    }
}

/// What is known in the text of one object.
pub(super) struct Within<'k, 'f> {
    names: &'k Names<'f>,
    object: &'f Object,
    text: &'k str,
    /// Names that the text may give to columns of its own.
    made: OnceCell<HashSet<&'k str>>,
}

impl Shapes for Within<'_, '_> {
    fn column(&self, prefix: Option<&str>, written: &str) -> Option<Shape> {
        let (column, _) = name::take(written)?;
        let own = self.names.columns.get(&(self.object, column.as_str()));
        match prefix {
            None | Some("new" | "old") if own.is_some() => *own?,
            _ if self.made.get_or_init(|| made(self.text)).contains(written) => None,
            _ => *self.names.anywhere.get(column.as_str())?,
        }
    }

    fn routine(&self, name: &str) -> Option<Shape> {
        *self.names.routines.get(name)?
    }

    fn type_of(&self, name: &str) -> Option<Shape> {
        Some(self.names.domains.get(name).copied().unwrap_or(Shape::Single))
    }
}

/// The names that a text gives to columns of its own: those behind `AS`, and those in the lists behind aliases.
fn made(text: &str) -> HashSet<&str> {
    let mut made = HashSet::new();
    if let Some((nodes, _)) = tree::read(text) {
        collect_made(&nodes, &mut made);
    }
    made
}

fn collect_made<'t>(nodes: &[Node<'t>], made: &mut HashSet<&'t str>) {
    for (at, node) in nodes.iter().enumerate() {
        let before = |back: usize| at.checked_sub(back).map(|at| &nodes[at]);
        if let What::Group(group) = &node.what {
            collect_made(&group.inside, made);
            let is_table = nodes.get(at + 1).is_some_and(|node| node.is_word("AS"));
            if before(1).is_some_and(|alias| alias.name().is_some())
                && (is_table || before(2).is_some_and(is_aliased))
            {
                let columns = group.inside.split(|node| node.is_symbol(","));
                made.extend(columns.filter_map(|column| column.first()?.name()));
            }
        } else if before(1).is_some_and(|node| node.is_word("AS")) {
            made.extend(node.name());
        }
    }
}

/// Whether an alias can follow: behind a name, parentheses, or `AS`. The server writes keywords in capital letters.
fn is_aliased(node: &Node<'_>) -> bool {
    match node.what {
        What::Group(_) => true,
        What::Token(TokenKind::QuotedIdentifier, _) => true,
        What::Token(TokenKind::Word, word) => {
            word == "AS" || word.starts_with(|c: char| c == '_' || c.is_lowercase())
        }
        What::Token(..) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Snapshot;

    #[test]
    fn a_name_is_known_where_all_that_it_may_mean_have_one_shape() {
        let snapshot = Snapshot::parse(
            "domain app.tags / type = text[]\n\
             function app.f(text) / returns = text\nfunction app.g(text) / returns = text\nfunction app.g(integer) / returns = text[]\n\
             table app.t / column s / type = text\ntable app.t / column list / type = text[]\ntable app.t / column x / type = text\n\
             table app.u / column x / type = app.tags\nview app.v / column s / type = text\n",
        )
        .unwrap();
        let object = |name: &str| snapshot.objects().find(|object| object.name == name).unwrap();
        let known = Known::new(snapshot.facts());
        let table = known.within(object("t"), "");
        assert_eq!(table.column(None, "s"), Some(Shape::Single));
        assert_eq!(table.column(Some("new"), "list"), Some(Shape::Array));
        assert_eq!(table.column(None, "x"), Some(Shape::Single));
        assert_eq!(
            table.column(Some("t"), "x"),
            None,
            "u.x is a domain over an array"
        );
        assert_eq!(table.routine("app.f"), Some(Shape::Single));
        assert_eq!(table.routine("app.g"), None);
        assert_eq!(table.type_of("app.tags"), Some(Shape::Array));
        let view = known.within(object("v"), "SELECT a.s FROM ( SELECT x.y AS s FROM x) a");
        assert_eq!(view.column(Some("a"), "s"), None);
        assert_eq!(view.column(Some("a"), "list"), Some(Shape::Array));
        for (text, is_made) in [
            ("SELECT lower(list), f(list) FROM t", false),
            ("SELECT x.list FROM g() x(list)", true),
            ("SELECT x.list FROM g() AS x(list integer)", true),
            ("SELECT x.list FROM app.t x(a, list)", true),
            ("WITH c(list) AS ( SELECT 1) SELECT c.list FROM c", true),
        ] {
            let view = known.within(object("v"), text);
            assert_eq!(view.column(Some("x"), "list").is_none(), is_made, "{text}");
        }
    }
}
