//! What `db-fresh.toml` and the environment say.

mod email_hash_key;
mod environments;
mod keys;
mod load;
mod model;
mod problem;
mod said;
mod size;
mod variables;

pub(crate) use email_hash_key::EMAIL_HASH_KEY_VARIABLES;
pub(crate) use environments::protection;
pub(crate) use load::{FILE, load, load_at, parse};
pub(crate) use model::{Component, Config, Consumer, Preflight};
pub use problem::ConfigProblem;
pub(crate) use said::{Said, Source};
pub(crate) use variables::Variables;
pub use variables::hide_the_runner;
