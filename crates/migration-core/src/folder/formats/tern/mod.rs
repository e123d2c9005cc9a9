//! tern, the Go tool: `<number>_<name>.sql`, numbered from 1 without gaps, the way back below a marker line.
//!
//! Its files are Go templates. Values (`{{.name}}`), shared files (`{{ template "file" . }}`) and comments are put in;
//! a file that computes anything is refused.

mod files;
mod template;

pub(in crate::folder) use files::is_marker;
pub(super) use files::read;
