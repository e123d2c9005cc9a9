//! What a run is about: the components in order, with their migrations, seeds, contracts and consumers.

pub(crate) mod consumers;
mod folders;
mod load;
mod order;
mod problem;
mod requirements;
mod sessions;

pub(crate) use load::{Origin, Part, Project, REPLAY_SCHEMA, Selection};
pub use problem::ProjectProblem;
