//! Types by their structure: as they were when a query was compiled, and as the server has them now.

use std::collections::HashMap;

use super::described::{DescribedType, TypeKind};

/// A type as the server has it.
#[derive(Debug, Clone)]
pub(super) struct CatalogType {
    pub(super) schema: String,
    pub(super) name: String,
    pub(super) kind: CatalogKind,
}

/// What a type is made of; types are named by their oids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CatalogKind {
    Simple,
    Enum(Vec<String>),
    Array(u32),
    Composite(Vec<(String, u32)>),
    Domain(u32),
    Range(u32),
}

/// All types of a database, by their oids.
pub(super) type Types = HashMap<u32, CatalogType>;

/// Which way values go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    /// From the consumer to the server.
    Sent,
    /// From the server to the consumer, which has to understand each.
    Received,
}

/// How a type differs from what it was, in words; `what` is what has it.
pub(super) fn changes(
    what: &str,
    before: &DescribedType,
    now: u32,
    types: &Types,
    direction: Direction,
) -> Vec<String> {
    let Some(after) = types.get(&now) else {
        return Vec::new();
    };
    let inside = |what: &str, before: &DescribedType, now| changes(what, before, now, types, direction);
    match (&before.kind, &after.kind) {
        (TypeKind::Array(before), CatalogKind::Array(now)) => inside(what, before, *now),
        (TypeKind::Array(_), _) | (TypeKind::Simple | TypeKind::Enum(_), CatalogKind::Array(_)) => {
            vec![became(what, before, now, types)]
        }
        _ if !is_named(&before.name, after) => vec![became(what, before, now, types)],
        (TypeKind::Enum(before), CatalogKind::Enum(now)) => {
            labels(&format!("{what} of type {}", after.name), before, now, direction)
        }
        (TypeKind::Domain(before), CatalogKind::Domain(now))
        | (TypeKind::Range(before), CatalogKind::Range(now)) => {
            inside(&format!("{what} of type {}", after.name), before, *now)
        }
        (TypeKind::Composite(before), CatalogKind::Composite(now)) => {
            let what = format!("{what} of type {}", after.name);
            let mut out = attributes(&what, before, now);
            if out.is_empty() {
                for ((name, before), (_, now)) in before.iter().zip(now) {
                    out.extend(inside(&format!("attribute `{name}` of {what}"), before, *now));
                }
            }
            out
        }
        // An old record may not say what a type is made of.
        (TypeKind::Simple, _) | (_, CatalogKind::Simple) => Vec::new(),
        _ => vec![format!(
            "{what} of type {} is another kind of type now",
            after.name
        )],
    }
}

fn became(what: &str, before: &DescribedType, now: u32, types: &Types) -> String {
    let (before, name) = (before.shown(), shown(now, types));
    let is_elsewhere = parts(&before).last().is_some_and(|last| *last == name);
    match types.get(&now) {
        Some(found) if is_elsewhere => format!("{what} was {before}, now it is {}.{name}", found.schema),
        _ => format!("{what} was {before}, now it is {name}"),
    }
}

fn labels(what: &str, before: &[String], now: &[String], direction: Direction) -> Vec<String> {
    let without = |of: &[String], others: &[String]| -> Vec<String> {
        of.iter()
            .filter(|label| !others.contains(label))
            .cloned()
            .collect()
    };
    let (gone, new) = (without(before, now), without(now, before));
    let mut out = Vec::new();
    if !gone.is_empty() {
        out.push(format!("{what} can no longer be {}", gone.join(", ")));
    }
    if !new.is_empty() && direction == Direction::Received {
        out.push(format!(
            "{what} can now be {}, which it was not compiled with",
            new.join(", ")
        ));
    }
    out
}

fn attributes(what: &str, before: &[(String, DescribedType)], now: &[(String, u32)]) -> Vec<String> {
    let names: Vec<&str> = before.iter().map(|(name, _)| name.as_str()).collect();
    let now: Vec<&str> = now.iter().map(|(name, _)| name.as_str()).collect();
    if names == now {
        return Vec::new();
    }
    vec![format!(
        "the attributes of {what} were {}, now they are {}",
        names.join(", "),
        now.join(", ")
    )]
}

/// A type's name as messages show it.
fn shown(oid: u32, types: &Types) -> String {
    match types.get(&oid) {
        Some(CatalogType {
            kind: CatalogKind::Array(element),
            ..
        }) => format!("{}[]", shown(*element, types)),
        Some(found) => found.name.clone(),
        None => "another type".to_owned(),
    }
}

/// Whether a record's name is a type's: with or without its schema and quotes.
fn is_named(recorded: &str, now: &CatalogType) -> bool {
    let parts = parts(recorded);
    let Some((name, schema)) = parts.split_last() else {
        return false;
    };
    // An older record has the bare name of an array's type, or no quotes round a name.
    name.eq_ignore_ascii_case(&now.name) && schema.last().is_none_or(|schema| *schema == now.schema)
}

/// The parts of a name, without their quotes.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut is_quoted = false;
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if is_quoted && letters.peek() == Some(&'"') => {
                letters.next();
                push(&mut parts, '"');
            }
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => parts.push(String::new()),
            letter => push(&mut parts, letter),
        }
    }
    parts
}

fn push(parts: &mut [String], letter: char) {
    if let Some(last) = parts.last_mut() {
        last.push(letter);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types() -> Types {
        let one = |oid, schema: &str, name: &str, kind| {
            (
                oid,
                CatalogType {
                    schema: schema.into(),
                    name: name.into(),
                    kind,
                },
            )
        };
        HashMap::from([
            one(1, "pg_catalog", "int4", CatalogKind::Simple),
            one(2, "pg_catalog", "_int4", CatalogKind::Array(1)),
            one(
                3,
                "public",
                "mood",
                CatalogKind::Enum(vec!["a".into(), "c".into()]),
            ),
            one(4, "public", "_mood", CatalogKind::Array(3)),
            one(
                5,
                "app",
                "Pair",
                CatalogKind::Composite(vec![("x".into(), 1), ("m".into(), 4)]),
            ),
            one(6, "public", "small", CatalogKind::Domain(1)),
            one(7, "public", "span", CatalogKind::Range(1)),
        ])
    }

    fn named(name: &str, kind: TypeKind) -> DescribedType {
        DescribedType {
            name: name.into(),
            kind,
        }
    }

    fn mood(labels: &[&str]) -> DescribedType {
        named(
            "mood",
            TypeKind::Enum(labels.iter().map(|label| (*label).into()).collect()),
        )
    }

    fn of(before: &DescribedType, now: u32) -> Vec<String> {
        changes("column `k`", before, now, &types(), Direction::Received)
    }

    #[test]
    fn the_same_type_has_many_names() {
        let int4 = named("int4", TypeKind::Simple);
        let array = |name: &str| named(name, TypeKind::Array(Box::new(mood(&["a", "c"]))));
        let qualified = DescribedType {
            name: "public.mood".into(),
            ..mood(&["c", "a"])
        };
        let pair = named(
            "app.\"Pair\"",
            TypeKind::Composite(vec![("x".into(), int4.clone()), ("m".into(), array("_mood"))]),
        );
        let span = named("span", TypeKind::Range(Box::new(int4.clone())));
        for (before, now) in [
            (array("_mood"), 4),
            (array("mood[]"), 4),
            (array("public.mood[]"), 4),
            (qualified, 3),
            (pair, 5),
            (span, 7),
            (named("small", TypeKind::Simple), 6),
        ] {
            assert_eq!(of(&before, now), [""; 0], "{before:?}");
        }
    }

    #[test]
    fn what_changed_inside_is_named() {
        let int4 = || named("int4", TypeKind::Simple);
        let old = || mood(&["a", "b"]);
        let gone = "can no longer be b";
        let new = "can now be c, which it was not compiled with";
        for (before, now, expected) in [
            (
                named("mood[]", TypeKind::Array(Box::new(old()))),
                4,
                vec![
                    format!("column `k` of type mood {gone}"),
                    format!("column `k` of type mood {new}"),
                ],
            ),
            (
                named("Pair", TypeKind::Composite(vec![("x".into(), int4())])),
                5,
                vec!["the attributes of column `k` of type Pair were x, now they are x, m".to_owned()],
            ),
            (
                named(
                    "Pair",
                    TypeKind::Composite(vec![
                        ("x".into(), named("int8", TypeKind::Simple)),
                        (
                            "m".into(),
                            named("mood[]", TypeKind::Array(Box::new(mood(&["a", "c"])))),
                        ),
                    ]),
                ),
                5,
                vec!["attribute `x` of column `k` of type Pair was int8, now it is int4".to_owned()],
            ),
            (
                int4(),
                2,
                vec!["column `k` was int4, now it is int4[]".to_owned()],
            ),
            (
                named("_int4", TypeKind::Array(Box::new(int4()))),
                1,
                vec!["column `k` was int4[], now it is int4".to_owned()],
            ),
            (
                named(
                    "small",
                    TypeKind::Domain(Box::new(named("int8", TypeKind::Simple))),
                ),
                6,
                vec!["column `k` of type small was int8, now it is int4".to_owned()],
            ),
            (
                DescribedType {
                    name: "app.mood".into(),
                    ..mood(&["a", "c"])
                },
                3,
                vec!["column `k` was app.mood, now it is public.mood".to_owned()],
            ),
        ] {
            assert_eq!(of(&before, now), expected, "{before:?}");
        }
    }

    #[test]
    fn a_new_label_matters_only_to_who_receives_it() {
        let sent = changes("parameter $1", &mood(&["a"]), 3, &types(), Direction::Sent);
        assert_eq!(sent, [""; 0]);
    }
}
