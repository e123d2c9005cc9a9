//! The whole runner, as a person or a program meets it, and the shape of the workspace.

#![expect(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod adopt;
mod cases;
mod causes;
mod commands;
mod confirm;
mod contract;
mod db_fresh;
mod decide;
mod drift;
mod exit_codes;
mod guard;
mod hints;
mod interrupt;
mod late;
mod ledger;
mod markers;
mod mutations;
mod other_revisions;
mod output;
mod protected;
mod provision;
mod provision_log;
mod readiness_speed;
mod readiness_table;
mod recorded;
mod redis;
mod reference;
mod refused;
mod rollback;
mod secrets;
mod server_settings;
mod service;
mod sessions;
mod signals;
mod silence;
mod smoke;
mod special_files;
mod support;
mod surroundings;
mod terminal;
mod unwritten;
mod variables;
mod wait;
