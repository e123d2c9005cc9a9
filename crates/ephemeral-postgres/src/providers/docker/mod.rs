//! The provider `docker`: a private server in a container, by way of testcontainers.
//!
//! The container holds its own watchdog: a process inside it reads a stream whose other end this process holds, as the local one
//! does. However this process ends, the engine closes the stream, the server stops and the container is removed. So nothing has to be
//! installed on this side, and the engine may be on another machine.
//!
//! Out of scope: reading `DOCKER_HOST`, which testcontainers does itself.

mod container;
mod engine;
mod lease;
mod log;
mod request;
mod script;
mod stamp;
mod start;
mod sweep;

pub(crate) use container::Container;
pub(crate) use start::start;
pub(crate) use sweep::sweep;
