//! Whether an element of an `ARRAY[…]` is an array itself.
//!
//! The cast of an array is the same text for elements of both shapes, and the restored text is not. What cannot be told from
//! the text is asked of what is known of columns and routines; what is not known leaves the cast where it is.

use db_fresh_sql_lexer::TokenKind;

use super::{
    operand::{cast, element_type, name, operand},
    tree::{Node, What},
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    Single,
    Array,
}

/// What is known of names that a text refers to.
pub(super) trait Shapes {
    /// The shape of a column, by its name and the prefix before it, if there is one.
    fn column(&self, prefix: Option<&str>, name: &str) -> Option<Shape>;
    /// The shape of what a routine returns, its schema and name written as in the text.
    fn routine(&self, name: &str) -> Option<Shape>;
    /// The shape of a type, its schema and name written as in the text.
    fn type_of(&self, name: &str) -> Option<Shape>;
}

/// The shape of the elements, of which one is enough: all have the same.
pub(super) fn of_any<'e, 't: 'e>(
    mut elements: impl Iterator<Item = &'e [Node<'t>]>,
    known: &impl Shapes,
) -> Option<Shape> {
    elements.find_map(|element| of(element, known))
}

fn of(nodes: &[Node<'_>], known: &impl Shapes) -> Option<Shape> {
    if let Some(target) = last_cast(nodes) {
        let is_array = target.last().is_some_and(|node| node.brackets().is_some());
        return match target {
            _ if is_array => Some(Shape::Array),
            // It may be a domain over an array.
            [_, _, schema, dot, name, ..] if dot.is_symbol(".") => {
                known.type_of(&format!("{}.{}", schema.name()?, name.name()?))
            }
            _ => Some(Shape::Single),
        };
    }
    match (nodes.first()?, nodes.len()) {
        (node, 1) => of_one(node, known),
        (node, 2) if node.is_word("ARRAY") => Some(Shape::Array),
        (node, 2)
            if ["COALESCE", "GREATEST", "LEAST", "NULLIF"]
                .iter()
                .any(|word| node.is_word(word)) =>
        {
            of_any(nodes[1].parentheses()?.split(|node| node.is_symbol(",")), known)
        }
        _ => named(nodes, known),
    }
}

fn of_one(node: &Node<'_>, known: &impl Shapes) -> Option<Shape> {
    match &node.what {
        What::Token(TokenKind::Number, _) | What::Token(TokenKind::Word, "true" | "false") => {
            Some(Shape::Single)
        }
        What::Token(TokenKind::Word | TokenKind::QuotedIdentifier, text) => known.column(None, text),
        What::Token(..) => None,
        What::Group(_) => in_parentheses(node.parentheses()?, known),
    }
}

/// `(a COLLATE b)` has the shape of `a`; of two single values the server's own operators make one.
fn in_parentheses(inside: &[Node<'_>], known: &impl Shapes) -> Option<Shape> {
    let end = operand(inside)?;
    let (first, rest) = inside.split_at(end);
    match rest.first() {
        None => of(first, known),
        Some(node) if node.is_word("COLLATE") => of(first, known),
        Some(node) if matches!(node.what, What::Token(TokenKind::Symbol, _)) => {
            let second = &rest[1..];
            let both = operand(second)? == second.len()
                && of(first, known)? == Shape::Single
                && of(second, known)? == Shape::Single;
            both.then_some(Shape::Single)
        }
        Some(_) => None,
    }
}

fn named(nodes: &[Node<'_>], known: &impl Shapes) -> Option<Shape> {
    nodes[0].name()?;
    let end = name(nodes);
    match &nodes[end..] {
        [] => known.column(nodes.get(end.checked_sub(3)?)?.name(), nodes[end - 1].name()?),
        [arguments] if end == 3 && arguments.parentheses().is_some() => {
            known.routine(&format!("{}.{}", nodes[0].name()?, nodes[2].name()?))
        }
        _ => None,
    }
}

/// The last cast of an operand that ends with one: its colons and its type.
fn last_cast<'e, 't>(nodes: &'e [Node<'t>]) -> Option<&'e [Node<'t>]> {
    let starts = |at: &usize| nodes[*at].is_symbol(":") && nodes[at + 1].is_symbol(":");
    let at = (0..nodes.len().saturating_sub(1)).rev().find(starts)?;
    element_type(&nodes[at + 2..])?;
    (cast(&nodes[at..]) == Some(nodes.len() - at)).then_some(&nodes[at..])
}
