//! One spelling of view definitions for all server versions.
//!
//! Servers before 16 write `users.id` in a view of one table, later ones `id`; in views of several tables and in
//! subqueries all write the prefix. Here the prefix of the older ones is taken away where the newer ones have none.
//! It works on tokens of text that the server wrote itself; nothing that a person wrote is ever parsed.

use super::view_order::Outputs;

/// The definition as servers from 16 on write it.
pub(super) fn without_prefixes(definition: &str) -> String {
    let tokens = tokens(definition);
    match only_alias(&tokens) {
        Some(alias) => stripped(&tokens, alias),
        None => definition.to_owned(),
    }
}

/// Words, quoted names, literals, blanks and single marks.
fn tokens(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' | '\'' => quoted_length(rest, first),
            c if word(c) => rest.find(|c| !word(c)).unwrap_or(rest.len()),
            c if c.is_whitespace() => rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        out.push(token);
        rest = after;
    }
    out
}

fn word(c: char) -> bool {
    c == '_' || c == '$' || c.is_alphanumeric()
}

/// A doubled quote ends one token and starts the next, which changes nothing for what is looked at here.
fn quoted_length(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |at| at + 2)
}

/// For each token, how many subqueries it stands in.
fn depths(tokens: &[&str]) -> Vec<usize> {
    let mut open: Vec<bool> = Vec::new();
    let mut out = Vec::with_capacity(tokens.len());
    for (at, token) in tokens.iter().enumerate() {
        if *token == ")" {
            open.pop();
        }
        out.push(open.iter().filter(|subquery| **subquery).count());
        if *token == "(" {
            let next = tokens[at + 1..]
                .iter()
                .find(|token| !token.trim().is_empty() && **token != "(");
            open.push(matches!(next.copied(), Some("SELECT" | "WITH" | "VALUES")));
        }
    }
    out
}

/// The alias of the only relation in the outermost `FROM`.
fn only_alias<'a>(tokens: &[&'a str]) -> Option<&'a str> {
    let mut parentheses = 0_usize;
    let mut inside = false;
    let mut item: Vec<&str> = Vec::new();
    for token in tokens {
        match *token {
            ")" => parentheses = parentheses.saturating_sub(1),
            "(" => parentheses += 1,
            _ if parentheses > 0 => {}
            "UNION" | "INTERSECT" | "EXCEPT" => return None,
            "FROM" if item.is_empty() => inside = true,
            "JOIN" | "," if inside => return None,
            "WHERE" | "GROUP" | "HAVING" | "WINDOW" | "ORDER" | "LIMIT" | "OFFSET" | "FETCH" | "FOR"
            | ";" | "TABLESAMPLE" => {
                inside = false;
            }
            token if inside && (token.starts_with('"') || token.starts_with(word)) => item.push(token),
            _ => {}
        }
    }
    item.last().copied()
}

fn stripped(tokens: &[&str], alias: &str) -> String {
    let depths = depths(tokens);
    let outputs = Outputs::of(tokens);
    let mut out = String::new();
    let mut at = 0;
    while at < tokens.len() {
        let follows = |offset: usize| tokens.get(at + offset).copied().unwrap_or_default();
        let before = at.checked_sub(1).map_or("", |before| tokens[before]);
        let is_column = follows(1) == "."
            && (follows(2).starts_with('"') || follows(2).starts_with(word))
            && !matches!(follows(3), "(" | ".");
        if tokens[at] == alias
            && depths[at] == 0
            && is_column
            && !matches!(before, "." | ":")
            && !in_from(tokens, at)
            && !outputs.need_prefix(tokens, at)
        {
            at += 2;
        } else {
            out.push_str(tokens[at]);
            at += 1;
        }
    }
    out
}

/// Whether the token stands right behind `FROM` and so is a schema of the alias's name. Within parentheses it is a
/// column, as in `EXTRACT(year FROM events.day)`.
fn in_from(tokens: &[&str], at: usize) -> bool {
    let before = &tokens[..at];
    let count = |mark: &str| before.iter().filter(|token| **token == mark).count();
    let last = before.iter().rev().find(|token| !token.trim().is_empty());
    last == Some(&"FROM") && count("(") == count(")")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_of_one_relation_loses_its_prefixes() {
        for (old, new) in [
            (
                "SELECT users.id,\n    count(*) AS n\n   FROM app.users\n  WHERE (users.age > 17)\n  GROUP BY users.id",
                "SELECT id,\n    count(*) AS n\n   FROM app.users\n  WHERE (age > 17)\n  GROUP BY id",
            ),
            (
                "SELECT u.\"A b\" FROM app.users u",
                "SELECT \"A b\" FROM app.users u",
            ),
            (
                "SELECT users.*::text AS users FROM app.users",
                "SELECT users.*::text AS users FROM app.users",
            ),
            ("SELECT f.f FROM app.g() f(f)", "SELECT f FROM app.g() f(f)"),
            (
                "SELECT EXTRACT(year FROM e.day) FROM e.e",
                "SELECT EXTRACT(year FROM day) FROM e.e",
            ),
            ("SELECT 'u.a'::text, u.a FROM u", "SELECT 'u.a'::text, a FROM u"),
        ] {
            assert_eq!(without_prefixes(old), new);
        }
    }

    #[test]
    fn a_prefix_stays_where_the_name_alone_would_mean_another_column() {
        for (old, new) in [
            (
                "SELECT t.a AS b,\n    t.b AS a\n   FROM t\n  WHERE (t.a > 1)\n  ORDER BY t.a, t.b DESC, t.c, (t.a + 1)\n LIMIT 3",
                "SELECT a AS b,\n    b AS a\n   FROM t\n  WHERE (a > 1)\n  ORDER BY t.a, t.b DESC, c, (a + 1)\n LIMIT 3",
            ),
            (
                "SELECT DISTINCT ON (t.a, t.b) t.a AS b,\n    t.a,\n    f(t.b, t.a) AS c\n   FROM t\n  ORDER BY t.a",
                "SELECT DISTINCT ON (a, t.b) a AS b,\n    a,\n    f(b, a) AS c\n   FROM t\n  ORDER BY a",
            ),
            (
                "SELECT row_number() OVER (PARTITION BY t.a ORDER BY t.b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS a,\n    \
                 array_agg(t.a ORDER BY t.a) AS b\n   FROM t\n  GROUP BY t.a, t.b",
                "SELECT row_number() OVER (PARTITION BY t.a ORDER BY t.b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS a,\n    \
                 array_agg(a ORDER BY t.a) AS b\n   FROM t\n  GROUP BY a, b",
            ),
        ] {
            assert_eq!(without_prefixes(old), new);
        }
    }

    #[test]
    fn others_keep_theirs() {
        for same in [
            "SELECT a.x FROM (a JOIN b ON ((a.x = b.x)))",
            "SELECT a.x FROM a, b",
            "SELECT a.x FROM a UNION SELECT b.x FROM b",
        ] {
            assert_eq!(without_prefixes(same), same);
        }
        assert_eq!(
            without_prefixes("SELECT u.a FROM u WHERE (u.b IN ( SELECT p.b FROM p WHERE (p.c = u.c)))"),
            "SELECT a FROM u WHERE (b IN ( SELECT p.b FROM p WHERE (p.c = u.c)))"
        );
    }
}
