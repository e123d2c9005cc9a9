//! Differences as text for a person.

use std::fmt::Write;

use super::{Diff, FactChange, changed_lines};
use crate::values::Value;

impl Diff {
    /// The differences as text for a person: each object with `+` (only there), `-` (only expected) or `~`, and
    /// below it what it was and what it is. A migration is named once for all that it did together.
    pub fn render(&self) -> String {
        let mut out = String::new();
        for object in &self.objects {
            let by = by(&object.facts);
            // Writing to a string cannot fail.
            let _ = writeln!(out, "{} {}{by}", object.change.sign(), object.object);
            for part in object.facts.chunk_by(|a, b| a.part == b.part) {
                render_part(&mut out, part, &by);
            }
        }
        out
    }
}

/// The migration that all of these are laid to.
fn by(facts: &[FactChange]) -> String {
    match facts.first().and_then(|fact| fact.migration.as_ref()) {
        Some(first) if facts.iter().all(|fact| fact.migration.as_ref() == Some(first)) => {
            format!(", by {first}")
        }
        _ => String::new(),
    }
}

/// `above` is the migration that was named above.
fn render_part(out: &mut String, facts: &[FactChange], above: &str) {
    let unless_named = |above: &str, facts| {
        if above.is_empty() {
            by(facts)
        } else {
            String::new()
        }
    };
    let (mut indent, mut above) = ("    ", above.to_owned());
    if let Some(part) = &facts[0].part {
        let by = unless_named(&above, facts);
        let _ = writeln!(out, "    {} {part}{by}", facts[0].part_change.sign());
        above.push_str(&by);
        indent = "        ";
    }
    for fact in facts {
        let property = &fact.property;
        let by = unless_named(&above, std::slice::from_ref(fact));
        let text = |value: &Option<Value>| value.as_ref().map(|value| value.text().into_owned());
        let _ = match (text(&fact.before), text(&fact.after)) {
            (Some(before), Some(after)) if before.contains('\n') || after.contains('\n') => {
                writeln!(out, "{indent}{property}{by}:\n{}", lines(&before, &after, indent))
            }
            (Some(before), Some(after)) => writeln!(out, "{indent}{property}: {before} -> {after}{by}"),
            (Some(value), None) => writeln!(out, "{indent}- {property}: {}{by}", indented(&value, indent)),
            (None, Some(value)) => writeln!(out, "{indent}+ {property}: {}{by}", indented(&value, indent)),
            (None, None) => Ok(()),
        };
    }
}

fn indented(value: &str, indent: &str) -> String {
    value.replace('\n', &format!("\n{indent}    "))
}

/// Two texts of several lines below each other.
fn lines(before: &str, after: &str, indent: &str) -> String {
    let lines = changed_lines(before, after);
    let lines: Vec<String> = lines.iter().map(|line| format!("{indent}    {line}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use crate::{Snapshot, diff::diff};

    fn parsed(text: &str) -> Snapshot {
        Snapshot::parse(text).unwrap()
    }

    #[test]
    fn a_difference_is_grouped_by_object_with_before_and_after() {
        let expected = parsed(
            "table app.users / columns = id, email\n\
             table app.users / column email / type = text\n\
             table app.users / column email / not null = yes\n\
             table app.users / column id / type = integer\n\
             table app.users / index users_email / columns = email\n\
             function app.f() / body =\n  | BEGIN\n  |   RETURN 1;\n  | END\n\
             view app.gone / definition = SELECT 1\n",
        );
        let actual = parsed(
            "table app.users / columns = id, email, name\n\
             table app.users / column email / type = character varying(9)\n\
             table app.users / column id / type = integer\n\
             table app.users / column name / type = text\n\
             function app.f() / body =\n  | BEGIN\n  |   RETURN 2;\n  | END\n\
             enum app.mood / labels = 'ok'\n",
        );
        let diff = diff(&expected, &actual);
        assert_eq!(diff.summary(), "2 changed, 1 added, 1 missing");
        insta::assert_snapshot!(diff.render());
    }
}
