//! The provider `embedded`: a private server from programs that are fetched once, for machines on which nothing may be installed.
//!
//! They come from a folder or an archive that the caller names, or else through npm: its own client fetches the package, and
//! what arrives has to have the digest that is written here. Then everything is as with installed programs.
//!
//! Out of scope: downloading anything by ourselves, and the crate `postgresql_embedded`, which would bring an HTTP client with it. The
//! archives that it uses can be named.

mod archive;
mod npm;
mod programs;
mod start;
mod unpack;

pub(crate) use start::start;
