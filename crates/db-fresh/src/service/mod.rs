//! The start of a service, from a server that may not be up yet to a schema that the service can work with: one call that any
//! number of replicas may make at once, and what their probes answer meanwhile.
//!
//! A [`ServiceConfig`] says what the service needs, and [`Service::start`] does the rest: it waits for the server, applies the
//! migrations under a lock or waits until they are applied, compares versions if there is a guard, and checks the contracts.
//! Clones of the [`Service`] answer the probes: [`Service::status`] says how far the start is, [`Service::readiness`] makes one
//! attempt and says why the service is not ready.
//!
//! ```no_run
//! use db_fresh::{
//!     migration_core::{FolderConfig, Migrations, Progress},
//!     schema_contract::contract,
//!     service::{Component, Event, Service, ServiceConfig},
//! };
//!
//! # async fn example(url: &str) -> Result<(), Box<dyn std::error::Error>> {
//! // The files are part of the program, so that an image needs no folder beside it.
//! let files = [("0001_create_invoices.sql", "CREATE TABLE invoices (id bigint PRIMARY KEY);")];
//! let files = files.map(|(path, sql)| (path.into(), sql.into()));
//! let billing = Component {
//!     contract: Some(contract::read("migrations/billing.contract.snap".as_ref())?),
//!     ..Component::new(Migrations::from_files("billing", files, None, &FolderConfig::default())?)
//! };
//! let service = Service::new(ServiceConfig::new(url.parse()?, vec![billing]))?;
//!
//! // The probes have a clone and are answered from now on.
//! let probes = service.clone();
//! let livez = move || probes.status();
//!
//! let report = service
//!     .start(&mut |event| match event {
//!         Event::NotReady(attempt) => eprintln!("{}, next in {:?}", attempt.seen.class.meaning, attempt.pause),
//!         Event::Migration(Progress::Applied(one)) => eprintln!("applied {}", one.file),
//!         _ => {}
//!     })
//!     .await?;
//! eprintln!("started in {:?}: {:?}", report.took, livez());
//! # Ok(()) }
//! ```
//!
//! Nothing is printed, and nothing is read from the environment. The future may be dropped at any time: its connections close,
//! and the server undoes what was not committed.

mod applied;
mod config;
mod connection;
mod contract;
mod event;
mod expected;
mod finding;
mod phase;
mod probe;
mod problem;
mod report;
#[cfg(feature = "cli")]
mod seeds;
mod start;
mod status;

pub use config::{Component, Migrate, ServiceConfig};
pub use event::Event;
pub use phase::Phase;
pub use probe::{LevelState, NotReady, Readiness};
pub use problem::ServiceProblem;
pub use report::StartReport;
pub use start::Service;
pub use status::Status;

#[cfg(feature = "cli")]
pub(crate) use self::{
    applied::migrations,
    contract::contract,
    expected::{Contract, ExpectedSchema},
    seeds::seeds,
};
