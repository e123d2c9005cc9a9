//! Which facts hold SQL that a server printed.

use std::collections::HashSet;

use super::{known::Known, text};
use crate::{
    fact::{Fact, Object},
    values::{IndexColumn, Over, Value},
};

/// Brings printed SQL among the facts to the form that no restore changes.
pub(crate) fn normalize(facts: &mut [Fact]) {
    let changed: Vec<(usize, Value)> = {
        let known = Known::new(facts);
        let bodies = printed_bodies(facts);
        let facts = facts.iter().enumerate();
        facts
            .filter_map(|(at, fact)| Some((at, normal(fact, &known, &bodies)?)))
            .collect()
    };
    for (at, value) in changed {
        facts[at].value = value;
    }
}

/// The value in the form that no restore changes, unless it has that form.
fn normal<'f>(fact: &'f Fact, known: &Known<'f>, bodies: &HashSet<&Object>) -> Option<Value> {
    let object = fact.key.object.as_ref();
    let printed = |sql: &str| {
        if !text::may_change(sql) {
            return None;
        }
        match text::normal(sql, &known.within(object, sql)) {
            std::borrow::Cow::Borrowed(_) => None,
            std::borrow::Cow::Owned(normal) => Some(normal),
        }
    };
    match &fact.value {
        Value::Text(sql) if is_printed(fact, bodies) => printed(sql).map(Value::Text),
        Value::IndexColumns(columns) => {
            let mut columns = columns.clone();
            let mut any = false;
            for column in &mut columns {
                any |= of_column(column, printed);
            }
            any.then_some(Value::IndexColumns(columns))
        }
        _ => None,
    }
}

fn of_column(column: &mut IndexColumn, printed: impl Fn(&str) -> Option<String>) -> bool {
    match &mut column.over {
        Over::Expression(sql) => printed(sql).map(|normal| *sql = normal).is_some(),
        Over::Column(_) => false,
    }
}

fn is_printed(fact: &Fact, bodies: &HashSet<&Object>) -> bool {
    let object = fact.key.object.as_ref();
    let property = fact.key.property.as_ref();
    match fact.key.part.as_deref().map(|part| part.kind.as_ref()) {
        None => match property {
            "definition" | "default" | "partition by" | "arguments" => true,
            "tables" => object.kind == "publication",
            "body" => bodies.contains(object),
            _ => false,
        },
        Some("column") => matches!(property, "default" | "generated stored" | "generated virtual"),
        Some("constraint" | "trigger" | "rule") => property == "definition",
        Some("index") => property == "where",
        Some("policy") => matches!(property, "using" | "with check"),
        Some(_) => false,
    }
}

/// Routines in SQL whose body the server keeps as a tree and prints; every other body is as a person wrote it.
fn printed_bodies(facts: &[Fact]) -> HashSet<&Object> {
    let is_tree = |fact: &Fact| {
        fact.key.property == "body" && {
            let body = fact.value.text();
            body.starts_with("BEGIN ATOMIC") || body.starts_with("RETURN ")
        }
    };
    let trees: HashSet<&Object> = facts
        .iter()
        .filter(|fact| is_tree(fact))
        .map(|fact| fact.key.object.as_ref())
        .collect();
    if trees.is_empty() {
        return trees;
    }
    let in_sql = |fact: &&Fact| fact.key.property == "language" && fact.value.text() == "sql";
    facts
        .iter()
        .filter(in_sql)
        .map(|fact| fact.key.object.as_ref())
        .filter(|object| trees.contains(object))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::Snapshot;

    #[test]
    fn printed_sql_is_brought_to_one_form_and_what_a_person_wrote_is_not() {
        let printed = "((a AND b) AND c)";
        let text = format!(
            "table app.t / constraint k / definition = CHECK ({printed})\n\
             table app.t / index i / columns = (({printed})), a\n\
             table app.t / comment = {printed}\n\
             function app.f() / body = RETURN {printed}\nfunction app.f() / language = sql\n\
             function app.g() / body = RETURN {printed}\nfunction app.g() / language = plother\n"
        );
        let found = Snapshot::parse(&text).unwrap().to_text();
        let lines: Vec<&str> = found
            .lines()
            .filter(|line| line.contains("b) AND c") || line.contains("b AND c"))
            .collect();
        assert_eq!(
            lines,
            [
                "function app.f() / body = RETURN (a AND b AND c)",
                "function app.g() / body = RETURN ((a AND b) AND c)",
                "table app.t / comment = ((a AND b) AND c)",
                "table app.t / constraint k / definition = CHECK ((a AND b AND c))",
                "table app.t / index i / columns = (((a AND b AND c))), a",
            ]
        );
    }
}
