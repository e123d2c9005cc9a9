//! Printed SQL as a tree of its parentheses and brackets.

use db_fresh_sql_lexer::{TokenKind, tokens};

/// How deep parentheses may lie in each other; a text that goes deeper is left as it is.
const DEEPEST: usize = 400;

/// A token, or what lies between two parentheses or brackets, with the blanks before it.
#[derive(Debug, Clone)]
pub(super) struct Node<'t> {
    pub(super) blank: &'t str,
    pub(super) what: What<'t>,
}

#[derive(Debug, Clone)]
pub(super) enum What<'t> {
    Token(TokenKind, &'t str),
    Group(Group<'t>),
}

/// Parentheses or brackets, and what lies between them.
#[derive(Debug, Clone)]
pub(super) struct Group<'t> {
    pub(super) marks: Marks,
    pub(super) inside: Vec<Node<'t>>,
    /// The blanks before the closing one.
    pub(super) end: &'t str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marks {
    Parentheses,
    Brackets,
}

impl<'t> Node<'t> {
    pub(super) fn token(kind: TokenKind, text: &'t str) -> Self {
        Self {
            blank: "",
            what: What::Token(kind, text),
        }
    }

    pub(super) fn group(marks: Marks, inside: Vec<Self>) -> Self {
        Self {
            blank: "",
            what: What::Group(Group {
                marks,
                inside,
                end: "",
            }),
        }
    }

    pub(super) fn after(mut self, blank: &'t str) -> Self {
        self.blank = blank;
        self
    }

    /// Whether it is this keyword.
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(self.what, What::Token(TokenKind::Word, text) if text == word)
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        matches!(self.what, What::Token(TokenKind::Symbol, text) if text == symbol)
    }

    /// The text of a word or a quoted name.
    pub(super) fn name(&self) -> Option<&'t str> {
        match self.what {
            What::Token(TokenKind::Word | TokenKind::QuotedIdentifier, text) => Some(text),
            _ => None,
        }
    }

    /// What lies between parentheses.
    pub(super) fn parentheses(&self) -> Option<&[Self]> {
        self.between(Marks::Parentheses)
    }

    /// What lies between brackets.
    pub(super) fn brackets(&self) -> Option<&[Self]> {
        self.between(Marks::Brackets)
    }

    fn between(&self, marks: Marks) -> Option<&[Self]> {
        match &self.what {
            What::Group(group) if group.marks == marks => Some(&group.inside),
            _ => None,
        }
    }
}

/// The tree of a text, with the blanks at its end; `None` where parentheses do not match or something lies open.
pub(super) fn read(text: &str) -> Option<(Vec<Node<'_>>, &str)> {
    let mut open: Vec<(&str, Marks, Vec<Node<'_>>)> = Vec::new();
    let mut nodes = Vec::new();
    let mut blank = "";
    for token in tokens(text) {
        if !token.closed {
            return None;
        }
        let written = &text[token.start..token.end];
        let mark = match (token.kind, written) {
            (TokenKind::Gap, _) => {
                blank = written;
                continue;
            }
            (TokenKind::LineComment | TokenKind::BlockComment | TokenKind::PsqlCommand, _) => return None,
            (TokenKind::Open, _) => Some((Marks::Parentheses, true)),
            (TokenKind::Symbol, "[") => Some((Marks::Brackets, true)),
            (TokenKind::Close, _) => Some((Marks::Parentheses, false)),
            (TokenKind::Symbol, "]") => Some((Marks::Brackets, false)),
            _ => None,
        };
        let before = std::mem::take(&mut blank);
        match mark {
            Some((marks, true)) => {
                open.push((before, marks, std::mem::take(&mut nodes)));
                if open.len() > DEEPEST {
                    return None;
                }
            }
            Some((marks, false)) => {
                let (blank, opened, outside) = open.pop()?;
                if opened != marks {
                    return None;
                }
                let inside = std::mem::replace(&mut nodes, outside);
                let what = What::Group(Group {
                    marks,
                    inside,
                    end: before,
                });
                nodes.push(Node { blank, what });
            }
            None => nodes.push(Node::token(token.kind, written).after(before)),
        }
    }
    open.is_empty().then_some((nodes, blank))
}

/// Writes a tree as the text that it was read from, where nothing was changed.
pub(super) fn write(out: &mut String, nodes: &[Node<'_>]) {
    for node in nodes {
        out.push_str(node.blank);
        match &node.what {
            What::Token(_, text) => out.push_str(text),
            What::Group(group) => {
                let (open, close) = match group.marks {
                    Marks::Parentheses => ('(', ')'),
                    Marks::Brackets => ('[', ']'),
                };
                out.push(open);
                write(out, &group.inside);
                out.push_str(group.end);
                out.push(close);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_is_written_as_it_was_read() {
        for text in [
            "",
            " ",
            "((a = 1) AND (b[1] = ')'::text))",
            "SELECT a,\n    b\n   FROM t\n  WHERE (x ~ '(['::text) ",
            "('a'::\"odd(type\")",
        ] {
            let (nodes, end) = read(text).unwrap();
            let mut out = String::new();
            write(&mut out, &nodes);
            assert_eq!(out + end, text);
        }
    }

    #[test]
    fn what_lies_open_or_does_not_match_is_no_tree() {
        for text in ["(", ")", "(]", "[(])", "'open", "\"open", "a /* b */ c", "a -- b"] {
            assert!(read(text).is_none(), "{text}");
        }
        assert!(read(&"(".repeat(100_000)).is_none());
        assert!(read(&format!("{}{}", "(".repeat(300), ")".repeat(300))).is_some());
    }
}
