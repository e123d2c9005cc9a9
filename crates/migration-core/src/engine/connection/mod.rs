//! The connection that does the work: making it, sending messages over it, retrying, and watching it from a second one.

pub(crate) mod activity;
pub(crate) mod backend;
pub(crate) mod deadline;
pub(crate) mod executor;
pub(crate) mod lock_holding;
pub(crate) mod looks;
pub(crate) mod outcome;
pub(crate) mod retry;
pub(crate) mod server;
pub(crate) mod server_settings;
pub(crate) mod session;
pub(crate) mod session_defaults;
pub(crate) mod settings_question;
pub(crate) mod silence;
pub(crate) mod start_up_options;
pub(crate) mod tls_relay;
pub(crate) mod watched;
pub(crate) mod watcher;
