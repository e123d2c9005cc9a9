//! What went wrong, where, why, and how to mend it.
//!
//! Every crate of the workspace describes its failures as a [`Diagnostic`]: its error type implements
//! [`Explain`] beside [`std::error::Error`], and whoever talks to a person calls [`render`].
//! Text that reaches a person goes through a [`Redactor`] first, and addresses are kept in a [`RedactedUrl`],
//! so that no password can be printed by accident. What a server says is taken as a [`ServerReport`], which leaves values
//! of rows out, and [`visible`] writes out what would control a terminal.
//!
//! Every crate that reads a file which somebody else named does so with [`read_file`]: never a pipe, a device or a
//! file without end.
//!
//! Left out on purpose: printing, colours chosen by terminal detection, exit codes. Those are the caller's.

mod diagnostic;
mod excerpt;
mod explain;
mod place;
mod read_file;
mod redact;
mod redacted_url;
mod render;
mod server;
mod size_limit;
mod visible;

pub use diagnostic::{Diagnostic, Fact};
pub use explain::Explain;
pub use place::{Place, SourceLine};
pub use read_file::{ReadError, open_file, read_file, read_text};
pub use redact::{REDACTED, Redactor};
pub use redacted_url::{NotAUrl, RedactedUrl};
pub use render::{Paint, render, render_all};
pub use server::{HIDDEN, RawReport, ServerReport, Values};
#[cfg(feature = "postgres")]
pub use server::{driver_text, server_report};
pub use size_limit::{NotASize, SizeLimit};
pub use visible::{visible, visible_json, visible_lines};
