//! A lexer for Postgres SQL: where tokens and statements begin and end, and what kind of statement one is.
//!
//! It works on bytes, in time linear in the text, and never panics. It takes `standard_conforming_strings` to be
//! on, as every supported server has it.
//!
//! Left out on purpose: grammar. What the text means is the server's business; only what a runner must know
//! before it sends anything is found out here.

mod control;
mod keywords;
mod neutral;
#[cfg(test)]
mod properties;
mod quote;
mod single;
mod skip;
mod split;
mod tidy;
mod token;
mod words;

pub(crate) use control::{Control, control};
pub(crate) use neutral::neutral_checksum;
pub(crate) use single::needs_own_transaction;
pub(crate) use split::{Finding, outline};
pub use split::{split, split_statements};
pub(crate) use tidy::leaves_session_alone;
pub(crate) use token::{Token, TokenKind, tokens};
pub(crate) use words::WordReader;
