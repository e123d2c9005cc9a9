//! What an index is over, column by column.

use std::fmt;

use crate::name;

/// A column of an index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexColumn {
    /// What is indexed.
    pub over: Over,
    /// Collation, operator class and order as in `CREATE INDEX`, where they are not the usual ones, each with a blank before
    /// it. Read from a contract file, those of an expression are part of the expression.
    pub options: String,
}

/// What a column of an index is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Over {
    /// A column of the table, unquoted.
    Column(String),
    /// An expression, as SQL.
    Expression(String),
}

impl IndexColumn {
    /// The column of the table, unless it is an expression.
    pub fn column(&self) -> Option<&str> {
        match &self.over {
            Over::Column(name) => Some(name),
            Over::Expression(_) => None,
        }
    }

    /// Reads the columns of an index.
    pub(super) fn read_list(text: &str) -> Vec<Self> {
        if text.is_empty() {
            return Vec::new();
        }
        let mut columns = Vec::new();
        let mut rest = text;
        loop {
            let end = end_of_column(rest);
            columns.push(Self::read(&rest[..end]));
            match rest[end..].strip_prefix(", ") {
                Some(after) => rest = after,
                None => return columns,
            }
        }
    }

    /// The server puts parentheses round every expression that is no call, so a name alone or before a blank is a column's.
    fn read(text: &str) -> Self {
        match name::take(text) {
            Some((column, options)) if options.is_empty() || options.starts_with(' ') => Self {
                over: Over::Column(column),
                options: options.to_owned(),
            },
            _ => Self {
                over: Over::Expression(text.to_owned()),
                options: String::new(),
            },
        }
    }
}

/// Where the first of several columns ends: at a comma outside of parentheses, quoted names and literals.
fn end_of_column(text: &str) -> usize {
    let (mut depth, mut quote) = (0_usize, None);
    for (at, c) in text.char_indices() {
        match (c, quote) {
            // A doubled quote closes and opens again, which changes nothing here.
            (_, Some(open)) if c == open => quote = None,
            (_, Some(_)) => {}
            ('"' | '\'', None) => quote = Some(c),
            ('(' | '[', None) => depth += 1,
            (')' | ']', None) => depth = depth.saturating_sub(1),
            (',', None) if depth == 0 => return at,
            _ => {}
        }
    }
    text.len()
}

impl fmt::Display for IndexColumn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.over {
            Over::Column(column) => f.write_str(&name::quoted(column))?,
            Over::Expression(expression) => f.write_str(expression)?,
        }
        f.write_str(&self.options)
    }
}
