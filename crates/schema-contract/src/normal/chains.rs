//! `AND` and `OR` without parentheses round operands that are of the same kind.
//!
//! `(((a) AND (b)) AND (c))` has the meaning of `((a) AND (b) AND (c))`, in the same order, and the server's parser makes the
//! second of the first.

use super::{
    operand::operand,
    tree::{Marks, Node, What},
};

/// Takes the operands of an `AND` within an `AND` up into it, and likewise of an `OR`, in parentheses whose own parentheses
/// were looked at before.
pub(super) fn flatten(inside: Vec<Node<'_>>) -> Vec<Node<'_>> {
    let Some((word, whole)) = chain(&inside) else {
        return inside;
    };
    let mut out = Vec::with_capacity(inside.len());
    for (at, node) in inside.into_iter().enumerate() {
        match node {
            Node {
                blank,
                what: What::Group(group),
            } if whole.binary_search(&at).is_ok()
                && group.marks == Marks::Parentheses
                && chain(&group.inside).is_some_and(|(inner, _)| inner == word) =>
            {
                let mut nested = group.inside.into_iter();
                out.extend(nested.next().map(|first| first.after(blank)));
                out.extend(nested);
            }
            other => out.push(other),
        }
    }
    out
}

/// The word between the operands, where there is nothing else in the parentheses, and which nodes are whole operands.
fn chain(nodes: &[Node<'_>]) -> Option<(&'static str, Vec<usize>)> {
    let first = operand(nodes)?;
    let word = ["AND", "OR"]
        .into_iter()
        .find(|word| nodes.get(first).is_some_and(|node| node.is_word(word)))?;
    let mut whole = Vec::new();
    let mut start = 0;
    loop {
        let length = operand(&nodes[start..])?;
        if length == 1 {
            whole.push(start);
        }
        let end = start + length;
        match nodes.get(end) {
            None => return Some((word, whole)),
            Some(node) if node.is_word(word) => start = end + 1,
            Some(_) => return None,
        }
    }
}
