//! The engine against real servers: what it applies, what it refuses, and what no interruption can break.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod adopting;
mod adopting_at_once;
mod alone;
mod applying;
mod busy;
mod busy_down;
mod crash;
mod crash_down;
mod deciding;
mod durable;
mod exporting;
mod foreign;
mod foreign_ledgers;
mod foreign_writes;
mod hidden_rows;
mod invalid;
mod isolation;
mod kept_sessions;
mod layout;
mod ledger_names;
mod ledger_tables;
mod ledger_writes;
mod leftovers;
mod lock_lost;
mod lost;
mod marked_elsewhere;
mod markers;
mod overview;
mod pooler;
mod protected;
mod protection;
mod proxy;
mod refusing;
mod rolling_back;
mod round_trips;
mod runners;
mod search_path;
mod session_defaults;
mod silence;
mod silent_proxy;
mod stepping;
mod support;
mod tls;
mod up_to_date;
