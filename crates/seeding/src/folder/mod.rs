//! A folder of seeds as it lies on disk: its files, what their heads say, and the rows in them. No database is asked.

mod comments;
mod config;
mod document;
mod ending;
mod header;
mod left_out;
mod problem;
mod read;
mod seed_file;
mod seeds;
mod table;

pub use config::FolderConfig;
pub use problem::Problem;
pub use seed_file::SeedFile;
pub use seeds::Seeds;

pub(crate) use left_out::left_out;
pub(crate) use seed_file::Body;
pub(crate) use table::{Group, Row, Rows, TableName, TableSeed};
