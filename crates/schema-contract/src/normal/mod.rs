//! One spelling for SQL that a server printed and that it prints in another way after a dump and a restore.
//!
//! A restore parses the printed text, and two things come out of that parser as another tree with the same meaning: the cast of
//! an `ARRAY[…]` becomes a cast of its elements, and an `AND` or `OR` whose first operand is one too takes in its operands.
//! Here the text is read into a tree of its own, brought to the form that no restore changes, and written back. A text that is
//! no such tree stays as it is. Left out on purpose: everything that a person wrote, such as the body of a function.

mod arrays;
mod chains;
mod facts;
mod known;
mod operand;
mod shape;
mod text;
mod tree;

pub(crate) use facts::normalize;
