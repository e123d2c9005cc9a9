//! The cast of an array, as a cast of each of its elements.
//!
//! `(ARRAY['a'::character varying])::text[]` becomes `ARRAY[('a'::character varying)::text]`, which is what the server's parser
//! makes of it. Where the server prints without needless parentheses, `ARRAY['a'::character varying]::text[]` becomes
//! `ARRAY['a'::character varying::text]`.

use db_fresh_sql_lexer::TokenKind;

use super::{
    operand::{element_type, operand},
    shape::{Shape, Shapes, of_any},
    tree::{Marks, Node, What},
};

/// Moves casts of arrays to their elements, in nodes whose own parentheses and brackets were looked at before.
pub(super) fn distribute<'t>(nodes: Vec<Node<'t>>, known: &impl Shapes) -> Vec<Node<'t>> {
    let is_array = |at| array(&nodes[at..]).is_some();
    if !(0..nodes.len()).any(is_array) {
        return nodes;
    }
    let mut out = Vec::with_capacity(nodes.len());
    let mut rest = nodes.as_slice();
    while let Some(node) = rest.first() {
        if let Some((array, target, length)) = cast_array(rest)
            && let Some(moved) = with_casts(array, target, known)
        {
            out.push(Node::token(TokenKind::Word, "ARRAY").after(node.blank));
            out.push(Node::group(Marks::Brackets, moved));
            rest = &rest[length..];
        } else {
            out.push(node.clone());
            rest = &rest[1..];
        }
    }
    out
}

/// The elements of an `ARRAY[…]`.
#[derive(Clone, Copy)]
struct Array<'e, 't> {
    elements: &'e [Node<'t>],
    style: Style,
}

/// Whether the server puts parentheses round what is cast.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Always,
    WhereNeeded,
}

/// The array that starts the nodes, alone in parentheses or without any, and its length.
fn array<'e, 't>(nodes: &'e [Node<'t>]) -> Option<(Array<'e, 't>, usize)> {
    let (inside, style, length) = match nodes.first()?.parentheses() {
        Some(inside) => (inside, Style::Always, 1),
        None => (nodes.get(..2)?, Style::WhereNeeded, 2),
    };
    match inside {
        [word, elements] if word.is_word("ARRAY") => {
            let elements = elements.brackets().filter(|elements| !elements.is_empty())?;
            Some((Array { elements, style }, length))
        }
        _ => None,
    }
}

/// The array and the type of the elements of `(ARRAY[…])::type[]`, and its length.
fn cast_array<'e, 't>(nodes: &'e [Node<'t>]) -> Option<(Array<'e, 't>, &'e [Node<'t>], usize)> {
    let (array, at) = array(nodes)?;
    if !(nodes.get(at)?.is_symbol(":") && nodes.get(at + 1)?.is_symbol(":")) {
        return None;
    }
    let end = at + 2 + element_type(&nodes[at + 2..])?;
    let is_array = nodes.get(end)?.brackets()?.is_empty();
    // The server puts parentheses round a cast that is cast again.
    let is_last = nodes.get(end + 1).is_none_or(|node| !node.is_symbol(":"));
    (is_array && is_last).then_some((array, &nodes[at + 2..end], end + 1))
}

/// The elements, each with the cast; `None` where it is not known whether they are arrays.
fn with_casts<'t>(array: Array<'_, 't>, target: &[Node<'t>], known: &impl Shapes) -> Option<Vec<Node<'t>>> {
    let split = || array.elements.split(|node| node.is_symbol(","));
    let mut out = Vec::new();
    let shape = of_any(split(), known)?;
    for (at, element) in split().enumerate() {
        if at > 0 {
            out.push(Node::token(TokenKind::Symbol, ","));
        }
        let blank = element.first()?.blank;
        let moved = with_cast(element, target, (shape, array.style), known)?;
        let mut moved = moved.into_iter();
        out.extend(moved.next().map(|first| first.after(blank)));
        out.extend(moved);
    }
    Some(out)
}

fn with_cast<'t>(
    element: &[Node<'t>],
    target: &[Node<'t>],
    (shape, style): (Shape, Style),
    known: &impl Shapes,
) -> Option<Vec<Node<'t>>> {
    if let [word, inner] = element
        && word.is_word("ARRAY")
        && let Some(inner) = inner.brackets()
    {
        let inner = Array {
            elements: inner,
            style,
        };
        let inner = with_casts(inner, target, known)?;
        return Some(vec![word.clone(), Node::group(Marks::Brackets, inner)]);
    }
    if let [whole] = element
        && let Some((value, collation)) = collated(whole)
    {
        // The server casts below a COLLATE.
        let mut inside = cast(value.to_vec(), target, (shape, style));
        inside.extend_from_slice(collation);
        return Some(vec![Node::group(Marks::Parentheses, inside)]);
    }
    let mut value = element.to_vec();
    value[0].blank = "";
    Some(cast(value, target, (shape, style)))
}

/// `(value)::type`, with the brackets of an array where the value is one.
fn cast<'t>(value: Vec<Node<'t>>, target: &[Node<'t>], (shape, style): (Shape, Style)) -> Vec<Node<'t>> {
    let colon = || Node::token(TokenKind::Symbol, ":");
    let mut out = if style == Style::WhereNeeded && operand(&value) == Some(value.len()) {
        value
    } else {
        vec![Node::group(Marks::Parentheses, value)]
    };
    out.extend([colon(), colon()]);
    out.extend_from_slice(target);
    if shape == Shape::Array {
        out.push(Node::group(Marks::Brackets, Vec::new()));
    }
    out
}

/// The value and the rest of `(value COLLATE name)`.
fn collated<'e, 't>(node: &'e Node<'t>) -> Option<(&'e [Node<'t>], &'e [Node<'t>])> {
    let What::Group(_) = node.what else { return None };
    let inside = node.parentheses()?;
    let end = operand(inside)?;
    inside
        .get(end)
        .is_some_and(|node| node.is_word("COLLATE"))
        .then(|| inside.split_at(end))
}
