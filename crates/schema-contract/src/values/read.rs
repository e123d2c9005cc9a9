//! Values read back from the text of a contract file.

use super::{ColumnName, ForeignKey, IndexColumn, KeyConstraint, RelationName, Value, label};
use crate::{
    fact::{Object, Part},
    name,
};

/// The value of a property. A text that is not what the property holds stays a text, so that every value is written back
/// as it was.
pub(crate) fn read(object: &Object, part: Option<&Part>, property: &str, text: String) -> Value {
    let value = match part {
        None => of_object(&object.kind, property, &text),
        Some(part) => of_part(&part.kind, property, &text),
    };
    match value {
        Some(value) if value.text() == text.as_str() => value,
        _ => Value::Text(text),
    }
}

fn of_object(kind: &str, property: &str, text: &str) -> Option<Value> {
    match (kind, property) {
        (_, "columns") => Some(Value::Columns(name::take_list(text).0)),
        ("enum", "labels") => label::read_list(text).map(Value::Labels),
        (_, "partition of" | "inherits") => relations(text).map(Value::Relations),
        ("sequence", "owned by") => ColumnName::take(text).map(|(column, _)| Value::Column(Box::new(column))),
        _ => None,
    }
}

fn of_part(kind: &str, property: &str, text: &str) -> Option<Value> {
    match (kind, property) {
        ("index", "columns" | "include") => Some(Value::IndexColumns(IndexColumn::read_list(text))),
        ("constraint", "definition") => KeyConstraint::read(text)
            .map(Value::Key)
            .or_else(|| ForeignKey::read(text).map(|key| Value::ForeignKey(Box::new(key)))),
        _ => None,
    }
}

fn relations(text: &str) -> Option<Vec<Option<RelationName>>> {
    let mut relations = Vec::new();
    let mut rest = text;
    loop {
        let (relation, after) = RelationName::take_covered(rest)?;
        relations.push(relation);
        match after.strip_prefix(", ") {
            Some(after) => rest = after,
            None => return Some(relations),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Over;

    fn value(object: &str, part: Option<&'static str>, property: &str, text: &str) -> Value {
        let object = Object::new("app", object.to_owned(), "o");
        let part = part.map(|kind| Part {
            kind: kind.into(),
            name: "p".into(),
        });
        let value = read(&object, part.as_ref(), property, text.to_owned());
        assert_eq!(value.text(), text);
        value
    }

    #[test]
    fn what_programs_look_into_is_data_and_is_written_back_as_it_was() {
        let columns = value(
            "table",
            None,
            "columns",
            r#"a, "b, c", "say ""hi""", "new\nline""#,
        );
        assert_eq!(
            columns,
            Value::Columns(
                ["a", "b, c", "say \"hi\"", "new\nline"]
                    .map(str::to_owned)
                    .to_vec()
            )
        );
        let labels = value("enum", None, "labels", r"'a, b', 'it''s', E'back\\slash', ''");
        assert_eq!(
            labels,
            Value::Labels(["a, b", "it's", "back\\slash", ""].map(str::to_owned).to_vec())
        );
        for (object, text) in [("table", "{not covered}"), ("table", r#"app.t, "x.y"."z, w""#)] {
            assert!(matches!(
                value(object, None, "inherits", text),
                Value::Relations(_)
            ));
        }
        let owner = value("sequence", None, "owned by", r#"app."t.u"."a, b""#);
        assert!(
            matches!(&owner, Value::Column(owner) if owner.table.name == "t.u" && owner.column == "a, b")
        );
        for text in [
            r#"PRIMARY KEY (a, "b) c")"#,
            "UNIQUE (a, during without overlaps)",
        ] {
            assert!(matches!(
                value("table", Some("constraint"), "definition", text),
                Value::Key(_)
            ));
        }
        let key = r#"FOREIGN KEY (a, "b) REFERENCES x") REFERENCES app."t (u)" (c, d) PERIOD ON DELETE SET NULL (a)"#;
        let Value::ForeignKey(key) = value("table", Some("constraint"), "definition", key) else {
            panic!("{key}")
        };
        assert_eq!(key.columns, ["a", "b) REFERENCES x"]);
        assert_eq!(key.target, Some(RelationName::new("app", "t (u)")));
        assert_eq!(key.options, " PERIOD ON DELETE SET NULL (a)");
    }

    #[test]
    fn the_columns_of_an_index_end_at_commas_outside_of_parentheses_and_quotes() {
        let text = r#"a DESC, "b, (c" COLLATE "x,y", lower((d || ', ('::text)) DESC, (e[1]), gist_me gist_trgm_ops (siglen='1, 2')"#;
        let Value::IndexColumns(columns) = value("table", Some("index"), "columns", text) else {
            panic!("{text}")
        };
        let names: Vec<_> = columns.iter().map(IndexColumn::column).collect();
        assert_eq!(names, [Some("a"), Some("b, (c"), None, None, Some("gist_me")]);
        assert_eq!(columns[1].options, " COLLATE \"x,y\"");
        assert_eq!(columns[3].over, Over::Expression("(e[1])".to_owned()));
    }

    #[test]
    fn a_text_that_is_not_what_the_property_holds_stays_a_text() {
        for (object, part, property, text) in [
            ("table", None, "columns", "a, "),
            ("table", None, "columns", "\"open"),
            ("enum", None, "labels", "'open"),
            ("enum", None, "labels", "'a','b'"),
            ("table", None, "partition of", "nothing"),
            ("sequence", None, "owned by", "app.t"),
            (
                "table",
                Some("constraint"),
                "definition",
                "CHECK ((a, b) = (c, d))",
            ),
            ("table", Some("constraint"), "definition", "PRIMARY KEY (a"),
            (
                "table",
                Some("constraint"),
                "definition",
                "FOREIGN KEY (a) REFERENCES t (b)",
            ),
            ("domain", None, "labels", "'a'"),
        ] {
            let value = value(object, part, property, text);
            assert!(matches!(&value, Value::Text(_)), "{text}: {value:?}");
        }
    }
}
