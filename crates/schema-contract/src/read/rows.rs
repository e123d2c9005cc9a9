//! Rows of one statement's result, all values as text.

use sqlx::{Column as _, Row as _, ValueRef as _, postgres::PgRow};

/// The rows of one statement.
pub(super) type Rows = Vec<Row>;

/// A row whose values are the server's text.
pub(super) struct Row(pub(super) PgRow);

impl Row {
    /// A value, or nothing where it is NULL. A column that the statement does not have is NULL too.
    pub(super) fn get(&self, column: &str) -> Option<&str> {
        let value = self.0.try_get_raw(column).ok()?;
        if value.is_null() {
            None
        } else {
            value.as_str().ok()
        }
    }

    /// All columns with their values, in the statement's order.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0
            .columns()
            .iter()
            .map(|column| (column.name(), self.get(column.name())))
    }

    /// A value, the empty text where it is NULL.
    pub(super) fn text(&self, column: &str) -> &str {
        self.get(column).unwrap_or_default()
    }

    /// A number, 0 where it is NULL.
    pub(super) fn number<N: std::str::FromStr + Default>(&self, column: &str) -> N {
        self.text(column).parse().unwrap_or_default()
    }

    /// An oid, 0 where it is NULL.
    pub(super) fn oid(&self, column: &str) -> u32 {
        self.number(column)
    }

    /// A boolean, false where it is NULL.
    pub(super) fn is(&self, column: &str) -> bool {
        self.text(column) == "t"
    }
}
