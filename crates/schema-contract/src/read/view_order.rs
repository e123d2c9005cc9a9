//! Where a view sorts by a column of its table although it calls another one by that name.
//!
//! `SELECT a AS b, b AS a FROM t ORDER BY t.a` sorts by another column than `ORDER BY a` would, so all servers keep the prefix in
//! such a place. The same holds for `DISTINCT ON`, windows and the order of an aggregate; `GROUP BY` looks at columns first.

/// What an outermost query gives, each column by its name with the tokens of its expression.
pub(super) struct Outputs<'t>(Vec<(&'t str, Vec<&'t str>)>);

impl<'t> Outputs<'t> {
    pub(super) fn of(tokens: &[&'t str]) -> Self {
        let mut outputs = Vec::new();
        let (mut depth, mut item) = (0_usize, None::<Vec<&str>>);
        for token in tokens.iter().copied().filter(|token| !token.trim().is_empty()) {
            match (token, depth, &mut item) {
                ("SELECT", 0, None) => item = Some(Vec::new()),
                ("FROM", 0, Some(_)) => break,
                (",", 0, Some(tokens)) => outputs.extend(output(std::mem::take(tokens))),
                ("DISTINCT", 0, Some(tokens)) if tokens.is_empty() => {}
                (token, _, item) => {
                    if let Some(tokens) = item {
                        tokens.push(token);
                    }
                    depth = match token {
                        "(" => depth + 1,
                        ")" => depth.saturating_sub(1),
                        _ => depth,
                    };
                    if let Some(tokens) = item
                        && depth == 0
                        && token == ")"
                        && tokens.starts_with(&["ON", "("])
                    {
                        tokens.clear();
                    }
                }
            }
        }
        outputs.extend(item.and_then(output));
        Self(outputs)
    }

    /// Whether a column is called so that is not this column.
    fn hide(&self, alias: &str, column: &str) -> bool {
        let mut named = self.0.iter().filter(|(name, _)| *name == column);
        named.any(|(_, expression)| *expression != [alias, ".", column])
    }

    /// Whether the prefix of the column at this place has to stay.
    pub(super) fn need_prefix(&self, tokens: &[&str], at: usize) -> bool {
        self.hide(tokens[at], tokens[at + 2]) && is_sorted_by(tokens, at)
    }
}

fn output(tokens: Vec<&str>) -> Option<(&str, Vec<&str>)> {
    let name = *tokens.last()?;
    let expression = match tokens.as_slice() {
        [expression @ .., "AS", _] => expression.to_vec(),
        _ => tokens,
    };
    Some((name, expression))
}

/// Whether the column at this place is all that something is sorted by.
fn is_sorted_by(tokens: &[&str], at: usize) -> bool {
    let next = tokens[at + 3..].iter().find(|token| !token.trim().is_empty());
    let is_whole = next.is_none_or(|next| {
        matches!(
            *next,
            "," | ")"
                | "DESC"
                | "ASC"
                | "NULLS"
                | "USING"
                | "LIMIT"
                | "OFFSET"
                | "FETCH"
                | "FOR"
                | "ROWS"
                | "RANGE"
                | "GROUPS"
                | "ORDER"
                | "WINDOW"
                | ";"
        )
    });
    let mut before = tokens[..at]
        .iter()
        .rev()
        .copied()
        .filter(|token| !token.trim().is_empty());
    let mut depth = 0_usize;
    let mut first = true;
    is_whole
        && loop {
            let Some(token) = before.next() else { break false };
            if std::mem::take(&mut first) && !matches!(token, "BY" | "," | "(") {
                break false;
            }
            match token {
                ")" => depth += 1,
                "(" if depth == 0 => break (before.next(), before.next()) == (Some("ON"), Some("DISTINCT")),
                "(" => depth -= 1,
                "BY" if depth == 0 => break matches!(before.next(), Some("ORDER" | "PARTITION")),
                "SELECT" | "FROM" | "WHERE" | "HAVING" if depth == 0 => break false,
                _ => {}
            }
        }
}
