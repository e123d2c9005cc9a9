//! A printed text in the form that no restore changes.

use std::borrow::Cow;

use super::{
    arrays, chains,
    shape::Shapes,
    tree::{self, Group, Marks, Node, What},
};

/// Whether there may be anything to change; most texts have nothing, and need no tree.
pub(super) fn may_change(text: &str) -> bool {
    text.contains("ARRAY[") || ((text.contains(" AND ") || text.contains(" OR ")) && text.contains("(("))
}

/// The text in the form that no restore changes; as it is, where it is no tree.
pub(super) fn normal<'t>(text: &'t str, known: &impl Shapes) -> Cow<'t, str> {
    let Some((nodes, end)) = tree::read(text) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len());
    tree::write(&mut out, &arrays::distribute(groups(nodes, known), known));
    out.push_str(end);
    if out == text {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(out)
    }
}

/// The same for all parentheses and brackets among the nodes, the innermost first.
fn groups<'t>(nodes: Vec<Node<'t>>, known: &impl Shapes) -> Vec<Node<'t>> {
    let node = |Node { blank, what }| {
        let what = match what {
            What::Group(group) => What::Group(inner(group, known)),
            token @ What::Token(..) => token,
        };
        Node { blank, what }
    };
    nodes.into_iter().map(node).collect()
}

fn inner<'t>(Group { marks, inside, end }: Group<'t>, known: &impl Shapes) -> Group<'t> {
    let inside = arrays::distribute(groups(inside, known), known);
    let inside = match marks {
        Marks::Parentheses => chains::flatten(inside),
        Marks::Brackets => inside,
    };
    Group { marks, inside, end }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::normal::shape::Shape;

    struct Names;

    impl Shapes for Names {
        fn column(&self, _: Option<&str>, name: &str) -> Option<Shape> {
            match name {
                "s" => Some(Shape::Single),
                "list" => Some(Shape::Array),
                _ => None,
            }
        }

        fn routine(&self, name: &str) -> Option<Shape> {
            (name == "app.f").then_some(Shape::Single)
        }

        fn type_of(&self, name: &str) -> Option<Shape> {
            (name == "app.short").then_some(Shape::Single)
        }
    }

    /// The left is what a server printed, the right what it printed after it was given the left.
    #[test]
    fn a_printed_text_becomes_what_a_restore_makes_of_it() {
        for (printed, restored) in [
            (
                "((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))",
                "((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text]))",
            ),
            (
                "(n = ANY ((ARRAY[1, 2])::numeric[]))",
                "(n = ANY (ARRAY[(1)::numeric, (2)::numeric]))",
            ),
            ("f((ARRAY[t.s, x])::text[])", "f(ARRAY[(t.s)::text, (x)::text])"),
            (
                "f((ARRAY[list, x])::text[])",
                "f(ARRAY[(list)::text[], (x)::text[]])",
            ),
            (
                "f((ARRAY['a'::app.short])::text[])",
                "f(ARRAY[('a'::app.short)::text])",
            ),
            ("f((ARRAY[app.f(x)])::text[])", "f(ARRAY[(app.f(x))::text])"),
            (
                "f((ARRAY[ARRAY[s, x], ARRAY[x, s]])::text[])",
                "f(ARRAY[ARRAY[(s)::text, (x)::text], ARRAY[(x)::text, (s)::text]])",
            ),
            (
                "f((ARRAY[('a'::character varying COLLATE \"C\"), 'b'::character varying])::text[])",
                "f(ARRAY[(('a'::character varying)::text COLLATE \"C\"), ('b'::character varying)::text])",
            ),
            (
                "f(((ARRAY['a'::text])::character varying[])::text[])",
                "f(ARRAY[(('a'::text)::character varying)::text])",
            ),
            (
                "f((ARRAY['1'::interval day to second])::timestamp(3) without time zone[])",
                "f(ARRAY[('1'::interval day to second)::timestamp(3) without time zone])",
            ),
            (
                "(word::text = ANY (ARRAY['a'::character varying, b || 'c']::text[]))",
                "(word::text = ANY (ARRAY['a'::character varying::text, (b || 'c')::text]))",
            ),
            (
                "(((m >= 1) AND (m <= 9)) AND ((n >= 0) AND (n <= 5)))",
                "((m >= 1) AND (m <= 9) AND (n >= 0) AND (n <= 5))",
            ),
            (
                "(((a) OR (b)) OR (c AND (d AND e)))",
                "((a) OR (b) OR (c AND d AND e))",
            ),
            (
                "CHECK (((a AND b) AND CASE WHEN (c AND (d AND e)) THEN f ELSE g END))",
                "CHECK ((a AND b AND CASE WHEN (c AND d AND e) THEN f ELSE g END))",
            ),
        ] {
            assert_eq!(normal(printed, &Names), restored);
            assert_eq!(normal(restored, &Names), restored);
            assert!(may_change(printed), "{printed}");
        }
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        for text in [
            "((a AND b) OR c)",
            "(NOT (a AND b))",
            "f((a AND b), (c AND d))",
            "(a AND (b AND c)::boolean)",
            "(a AND f(b AND c))",
            "(a AND app.f (b AND c))",
            "(x[1] AND y)",
            "(a < (b AND c))",
            "sum(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)",
            "(ARRAY[unknown, other])::text[]",
            "(ARRAY['a'::app.word])::text[]",
            "(ARRAY[1, 2])[1]",
            "(ARRAY[1])::bigint[]::numeric[]",
            "(ARRAY['a'::text])::app.words",
            "(ARRAY[])::text[]",
            "ARRAY[]::text[]",
            "('(ARRAY[''a''::character varying])::text[]'::text)",
            "((a AND b) AND (c AND d)",
        ] {
            assert_eq!(normal(text, &Names), text);
        }
    }
}
