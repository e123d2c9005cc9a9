//! The start of a service, as a program without the command line calls it.

mod ahead;
mod checking;
mod contracts;
mod dropping;
mod starting;
mod support;
