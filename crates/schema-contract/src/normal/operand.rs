//! Where an operand and a type end.
//!
//! The server puts parentheses round everything with an operator, so an operand is a pair of parentheses, a literal, a name with
//! what belongs to it, or a `CASE`, each with casts and subscripts behind it.

use db_fresh_sql_lexer::TokenKind;

use super::tree::{Node, What};

/// Behind the operand that starts the nodes, counted in nodes.
pub(super) fn operand(nodes: &[Node<'_>]) -> Option<usize> {
    let mut at = atom(nodes)?;
    loop {
        let rest = &nodes[at..];
        if let Some(length) = cast(rest) {
            at += length;
        } else if rest.first().is_some_and(|node| node.brackets().is_some()) {
            at += 1;
        } else if rest.first().is_some_and(|node| node.is_symbol(".")) && rest.get(1)?.name().is_some() {
            at += 2;
        } else {
            return Some(at);
        }
    }
}

fn atom(nodes: &[Node<'_>]) -> Option<usize> {
    let first = nodes.first()?;
    match first.what {
        What::Group(_) => first.parentheses().map(|_| 1),
        What::Token(TokenKind::Text | TokenKind::Number, _) => Some(1),
        What::Token(TokenKind::Word, "CASE") => case(nodes),
        What::Token(TokenKind::Word, "ARRAY") if nodes.get(1)?.brackets().is_some() => Some(2),
        What::Token(TokenKind::Word | TokenKind::QuotedIdentifier, _) => Some(called(nodes)),
        What::Token(..) => None,
    }
}

/// Behind the `END` of a `CASE`.
fn case(nodes: &[Node<'_>]) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, node) in nodes.iter().enumerate() {
        if node.is_word("CASE") {
            depth += 1;
        } else if node.is_word("END") {
            depth -= 1;
            if depth == 0 {
                return Some(at + 1);
            }
        }
    }
    None
}

/// A name with its prefixes, its arguments, and what an aggregate or window function has behind them.
fn called(nodes: &[Node<'_>]) -> usize {
    let mut at = name(nodes);
    let is_call = |at: usize| nodes.get(at).is_some_and(|node| node.parentheses().is_some());
    if !is_call(at) {
        return at;
    }
    at += 1;
    while let Some(node) = nodes.get(at) {
        let is_window = nodes.get(at + 1).is_some_and(|node| node.name().is_some()) || is_call(at + 1);
        if node.is_word("FILTER") && is_call(at + 1) || node.is_word("OVER") && is_window {
            at += 2;
        } else if node.is_word("WITHIN") && is_call(at + 2) {
            at += 3;
        } else {
            break;
        }
    }
    at
}

/// Behind a name with its prefixes.
pub(super) fn name(nodes: &[Node<'_>]) -> usize {
    let mut at = 1;
    while nodes.get(at).is_some_and(|node| node.is_symbol("."))
        && nodes.get(at + 1).is_some_and(|node| node.name().is_some())
    {
        at += 2;
    }
    at
}

/// Behind `::` and the type that follow, if they do.
pub(super) fn cast(nodes: &[Node<'_>]) -> Option<usize> {
    let colons = nodes.len() > 2 && nodes[0].is_symbol(":") && nodes[1].is_symbol(":");
    let at = if colons { 2 } else { return None };
    let end = at + element_type(&nodes[at..])?;
    let is_array = nodes
        .get(end)
        .and_then(Node::brackets)
        .is_some_and(<[_]>::is_empty);
    Some(end + usize::from(is_array))
}

/// Behind a type that starts the nodes, without the brackets of an array.
pub(super) fn element_type(nodes: &[Node<'_>]) -> Option<usize> {
    let first = nodes.first()?.name()?;
    let words = |at: usize, words: &[&str]| {
        let mut found = words.iter().enumerate();
        found.all(|(offset, word)| nodes.get(at + offset).is_some_and(|node| node.is_word(word)))
    };
    let modifier = |at: usize| {
        at + usize::from(
            nodes
                .get(at)
                .is_some_and(|node| node.parentheses().is_some() && node.blank.is_empty()),
        )
    };
    Some(match first {
        "double" if words(1, &["precision"]) => 2,
        "character" | "bit" if words(1, &["varying"]) => modifier(2),
        "timestamp" | "time" => {
            let at = modifier(1);
            let zone = ["with", "without"].map(|with| words(at, &[with, "time", "zone"]));
            at + if zone.contains(&true) { 3 } else { 0 }
        }
        "interval" => interval(nodes, modifier),
        _ => modifier(name(nodes)),
    })
}

/// `interval`, `interval(3)`, `interval day to second(3)`.
fn interval(nodes: &[Node<'_>], modifier: impl Fn(usize) -> usize) -> usize {
    const FIELDS: [&str; 6] = ["year", "month", "day", "hour", "minute", "second"];
    let is_field = |at: usize| {
        nodes
            .get(at)
            .is_some_and(|node| FIELDS.iter().any(|field| node.is_word(field)))
    };
    let mut at = 1;
    if is_field(at) {
        at += 1;
        if nodes.get(at).is_some_and(|node| node.is_word("to")) && is_field(at + 1) {
            at += 2;
        }
    }
    modifier(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normal::tree;

    #[test]
    fn an_operand_ends_where_the_next_word_of_the_expression_begins() {
        for text in [
            "(a = 1)",
            "a",
            "t.\"B c\"",
            "(a)::character varying(9)",
            "'x'::text",
            "f(a, b)",
            "app.f(a)[1].x",
            "CASE WHEN a THEN CASE b WHEN c THEN d END ELSE e END",
            "(CASE WHEN a THEN b END)::timestamp(3) without time zone[]",
            "count(*) FILTER (WHERE b) OVER (ORDER BY c)",
            "max(a) OVER w",
            "ARRAY[a, b]",
            "'1'::interval day to second(3)",
            "(a)::app.\"T\"[]",
            "((a).b)::double precision",
        ] {
            let whole = format!("{text} AND x");
            let (nodes, _) = tree::read(&whole).unwrap();
            let end = operand(&nodes).unwrap();
            assert!(nodes[end].is_word("AND"), "{text}");
        }
    }
}
