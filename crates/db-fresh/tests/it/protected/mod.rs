//! Protected environments: who says which environment it is, what contradicts, and what never happens there.

mod contradiction;
mod ledger_mark;
mod naming;
mod roll_back;
mod seeds;
mod support;
