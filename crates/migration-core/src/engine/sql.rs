//! The operators of this crate's own statements, each written so that no search path and no temporary object changes what it means.
//!
//! The same goes for functions and types, which are written as `pg_catalog.…`. `IN`, `LIKE`, `USING`, `nullif` and `CASE … WHEN` of a
//! value look their operator up by its name, so that no statement has them.

pub(crate) const EQ: &str = "OPERATOR(pg_catalog.=)";
pub(crate) const NE: &str = "OPERATOR(pg_catalog.<>)";
pub(crate) const GT: &str = "OPERATOR(pg_catalog.>)";
pub(crate) const LT: &str = "OPERATOR(pg_catalog.<)";
pub(crate) const GE: &str = "OPERATOR(pg_catalog.>=)";
pub(crate) const PLUS: &str = "OPERATOR(pg_catalog.+)";
pub(crate) const MINUS: &str = "OPERATOR(pg_catalog.-)";
pub(crate) const TIMES: &str = "OPERATOR(pg_catalog.*)";
pub(crate) const DIVIDE: &str = "OPERATOR(pg_catalog./)";
/// Of two texts, or of two JSON objects.
pub(crate) const CONCAT: &str = "OPERATOR(pg_catalog.||)";
/// The field of a JSON object, as JSON.
pub(crate) const FIELD: &str = "OPERATOR(pg_catalog.->)";
/// The field of a JSON object, as text.
pub(crate) const FIELD_TEXT: &str = "OPERATOR(pg_catalog.->>)";
/// Whether a text matches a regular expression.
pub(crate) const MATCHES: &str = "OPERATOR(pg_catalog.~)";
/// Whether a text matches a pattern of `LIKE`.
pub(crate) const LIKE: &str = "OPERATOR(pg_catalog.~~)";
/// Whether a text does not match a pattern of `LIKE`.
pub(crate) const NOT_LIKE: &str = "OPERATOR(pg_catalog.!~~)";
/// The bits of a number, moved to the left.
pub(crate) const SHIFT_LEFT: &str = "OPERATOR(pg_catalog.<<)";
/// The bits of either number.
pub(crate) const BIT_OR: &str = "OPERATOR(pg_catalog.|)";
