//! What a query was compiled against: the records of `cargo sqlx prepare`.

use serde::Deserialize;
use serde_json::Value;

/// What a query was compiled against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The columns of its result, in order.
    pub columns: Vec<DescribedColumn>,
    /// The types of its parameters, in order.
    pub parameters: Vec<DescribedType>,
}

/// A column of a result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub data_type: DescribedType,
    /// Whether it may be NULL, where that was known.
    pub nullable: Option<bool>,
}

/// A type, as the record has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DescribedType {
    /// Its name, as `int4`, `mood` or `app."Mood"`. An array may have any name.
    pub name: String,
    /// What it is made of.
    pub kind: TypeKind,
}

/// What a type is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TypeKind {
    /// Nothing that the record knows of.
    Simple,
    /// The labels of an enum.
    Enum(Vec<String>),
    /// The elements of an array.
    Array(Box<DescribedType>),
    /// The attributes of a composite type, in order.
    Composite(Vec<(String, DescribedType)>),
    /// The type below a domain.
    Domain(Box<DescribedType>),
    /// What a range is a range of.
    Range(Box<DescribedType>),
}

impl DescribedType {
    /// Its name as messages show it: that of an array with `[]`.
    pub(super) fn shown(&self) -> String {
        match &self.kind {
            TypeKind::Array(element) => format!("{}[]", element.shown()),
            _ => self.name.clone(),
        }
    }
}

#[derive(Deserialize)]
struct Record {
    query: String,
    describe: Describe,
}

#[derive(Deserialize)]
struct Describe {
    #[serde(default)]
    columns: Vec<Column>,
    parameters: Option<Value>,
    #[serde(default)]
    nullable: Vec<Option<bool>>,
}

#[derive(Deserialize)]
struct Column {
    name: String,
    type_info: Value,
}

/// The query and what it was compiled against.
pub(super) fn parse(json: &str) -> Result<(String, Described), serde_json::Error> {
    let record: Record = serde_json::from_str(json)?;
    let nullable = record.describe.nullable;
    let columns = record
        .describe
        .columns
        .into_iter()
        .enumerate()
        .map(|(at, column)| DescribedColumn {
            name: column.name,
            data_type: data_type(&column.type_info),
            nullable: nullable.get(at).copied().flatten(),
        });
    let parameters = record
        .describe
        .parameters
        .as_ref()
        .and_then(|p| p.get("Left"))
        .and_then(Value::as_array);
    let described = Described {
        columns: columns.collect(),
        parameters: parameters.into_iter().flatten().map(data_type).collect(),
    };
    Ok((record.query, described))
}

/// `"TextArray"`, or `{"Custom": {"name": "mood", "kind": {"Enum": […]}}}`.
fn data_type(info: &Value) -> DescribedType {
    if let Some(variant) = info.as_str() {
        return built_in(variant);
    }
    let custom = info.get("Custom").unwrap_or(info);
    let name = custom.get("name").and_then(Value::as_str).unwrap_or("?");
    let kind = custom.get("kind").and_then(Value::as_object);
    let kind = kind.and_then(|kind| kind.iter().next());
    let inside = |value: &Value| Box::new(data_type(value));
    let kind = match kind.map(|(kind, value)| (kind.as_str(), value)) {
        Some(("Enum", Value::Array(labels))) => {
            let labels = labels.iter().filter_map(Value::as_str);
            TypeKind::Enum(labels.map(str::to_owned).collect())
        }
        Some(("Composite", Value::Array(attributes))) => {
            let attribute = |pair: &Value| Some((pair.get(0)?.as_str()?.to_owned(), data_type(pair.get(1)?)));
            TypeKind::Composite(attributes.iter().filter_map(attribute).collect())
        }
        Some(("Array", element)) => TypeKind::Array(inside(element)),
        Some(("Domain", below)) => TypeKind::Domain(inside(below)),
        Some(("Range", element)) => TypeKind::Range(inside(element)),
        _ => match name.strip_suffix("[]") {
            Some(element) => TypeKind::Array(Box::new(simple(element))),
            None => TypeKind::Simple,
        },
    };
    DescribedType {
        name: name.to_owned(),
        kind,
    }
}

/// A type of sqlx's own list, which has the names of the catalog with other capitals.
fn built_in(variant: &str) -> DescribedType {
    match variant.strip_suffix("Array") {
        Some(element) => DescribedType {
            kind: TypeKind::Array(Box::new(simple(&element.to_lowercase()))),
            ..simple(&format!("{}[]", element.to_lowercase()))
        },
        None => simple(&variant.to_lowercase()),
    }
}

fn simple(name: &str) -> DescribedType {
    DescribedType {
        name: name.to_owned(),
        kind: TypeKind::Simple,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_read() {
        let json = r#"{"db_name": "PostgreSQL", "query": "SELECT 1", "describe": {
            "columns": [{"ordinal": 0, "name": "tags", "type_info": "TextArray"},
                        {"ordinal": 1, "name": "mood", "type_info": {"Custom": {"name": "mood", "kind": {"Enum": ["a", "b"]}}}}],
            "parameters": {"Left": ["Int8", "Bpchar"]}, "nullable": [false, null]}, "hash": "0"}"#;
        let (sql, described) = parse(json).unwrap();
        assert_eq!(sql, "SELECT 1");
        assert_eq!(described.columns[0].data_type.shown(), "text[]");
        assert_eq!(described.columns[0].nullable, Some(false));
        assert_eq!(
            described.columns[1].data_type.kind,
            TypeKind::Enum(vec!["a".into(), "b".into()])
        );
        let parameters: Vec<&str> = described.parameters.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(parameters, ["int8", "bpchar"]);
    }

    #[test]
    fn the_structure_of_a_type_is_read() {
        let json = r#"{"query": "SELECT 1", "describe": {"columns": [], "parameters": {"Left": [
            {"Custom": {"name": "_mood", "kind": {"Array": {"Custom": {"name": "mood", "kind": {"Enum": ["a"]}}}}}},
            {"Custom": {"name": "pair", "kind": {"Composite": [["x", "Int4"], ["y", {"Custom": {"name": "small", "kind": {"Domain": "Int2"}}}]]}}},
            {"Custom": {"name": "citext[]", "kind": "Simple"}}]}, "nullable": []}}"#;
        let parameters = parse(json).unwrap().1.parameters;
        assert_eq!(parameters[0].shown(), "mood[]");
        let TypeKind::Composite(attributes) = &parameters[1].kind else {
            panic!("{parameters:?}");
        };
        assert_eq!(attributes[0], ("x".to_owned(), simple("int4")));
        assert_eq!(attributes[1].1.kind, TypeKind::Domain(Box::new(simple("int2"))));
        assert_eq!(parameters[2].shown(), "citext[]");
    }

    #[test]
    fn what_is_no_record_is_an_error() {
        assert!(parse("{}").is_err());
    }
}
