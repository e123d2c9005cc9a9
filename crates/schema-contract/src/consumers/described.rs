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
    /// Its name in upper case, `[]` behind it for arrays.
    pub name: String,
    /// The labels of an enum.
    pub labels: Option<Vec<String>>,
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
    if let Some(name) = info.as_str() {
        let name = match name.strip_suffix("Array") {
            Some(element) => format!("{}[]", known(element)),
            None => known(name),
        };
        return DescribedType { name, labels: None };
    }
    let custom = info.get("Custom").unwrap_or(info);
    let name = custom.get("name").and_then(Value::as_str).unwrap_or("?");
    let labels = custom.pointer("/kind/Enum").and_then(Value::as_array);
    DescribedType {
        name: name.to_uppercase(),
        labels: labels.map(|labels| {
            labels
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect()
        }),
    }
}

/// Two types are displayed by another name than they are recorded under.
fn known(name: &str) -> String {
    match name {
        "Bpchar" => "CHAR".to_owned(),
        "Char" => "\"CHAR\"".to_owned(),
        name => name.to_uppercase(),
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
        assert_eq!(described.columns[0].data_type.name, "TEXT[]");
        assert_eq!(described.columns[0].nullable, Some(false));
        assert_eq!(
            described.columns[1].data_type.labels,
            Some(vec!["a".into(), "b".into()])
        );
        let parameters: Vec<&str> = described.parameters.iter().map(|p| p.name.as_str()).collect();
        assert_eq!(parameters, ["INT8", "CHAR"]);
    }

    #[test]
    fn what_is_no_record_is_an_error() {
        assert!(parse("{}").is_err());
    }
}
