//! A lexer for Postgres SQL: where tokens and statements begin and end, and which literals no output may repeat, and
//! what comments say about their file.
//!
//! It works on bytes, in time linear in the text, and never panics. It takes `standard_conforming_strings` to be
//! on, as every supported server has it. It has no grammar: what a text means is the server's business.

mod about;
mod blank;
#[cfg(test)]
mod blank_tests;
mod comment;
#[cfg(test)]
mod properties;
mod quote;
mod remark;
mod secret_name;
mod skip;
mod split;
mod statement;
mod token;
mod words;

pub use blank::blanks;
pub use comment::{CommentLine, CommentPosition, comment_lines};
pub use remark::{Remark, canonical_environment, remark};
pub use secret_name::{mentions_secret, names_secret};
pub use split::{Finding, Outline, client_copies, outline, split, split_statements};
pub use statement::Statement;
pub use token::{Token, TokenKind, Tokens, tokens};
pub use words::WordReader;
