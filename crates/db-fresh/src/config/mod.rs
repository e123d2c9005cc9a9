//! What `db-fresh.toml` and the environment say.

mod check;
mod email_hash_key;
mod env_file;
mod environments;
mod flyway;
mod keys;
mod load;
mod model;
mod names;
mod problem;
mod said;
pub(crate) mod session_options;
mod sessions;
mod size;
mod variables;

pub use check::{check_configuration, check_env_file};
pub(crate) use email_hash_key::EMAIL_HASH_KEY_VARIABLES;
pub(crate) use environments::protection;
pub(crate) use load::{FILE, load, load_at, parse};
pub(crate) use model::{Component, Config, Consumer, Preflight};
pub use problem::ConfigProblem;
pub(crate) use said::{Said, Source};
pub(crate) use sessions::Sessions;
pub(crate) use variables::Variables;
pub use variables::hide_the_runner;
