//! What a runner must know of a statement before it sends anything: what it does to transactions, session and checksum.
//!
//! Tokens and statements come from the crate `db-fresh-sql-lexer`. What the text means is the server's business.

mod control;
mod dates;
mod keywords;
mod neutral;
mod place;
#[cfg(test)]
mod properties;
mod session_settings;
mod single;
mod tidy;

pub(crate) use control::{Control, control};
pub(crate) use dates::settings_of_dates;
pub(crate) use db_fresh_sql_lexer::{Finding, Token, TokenKind, Tokens, WordReader, outline, tokens};
pub use db_fresh_sql_lexer::{client_copies, split, split_statements};
pub(crate) use neutral::neutral_checksum;
pub(crate) use place::{holds_secret, place, without_literals};
pub(crate) use session_settings::{SetAgain, set_again, sets_for_session};
pub(crate) use single::{may_need_own_transaction, needs_own_transaction};
pub(crate) use tidy::leaves_session_alone;
