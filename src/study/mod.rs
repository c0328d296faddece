//! Studies: many runs of one scenario, as a dataset on disk that any split into shards leaves the
//! same to the byte. `docs/formats.md`, "Sweep folder", describes every file and column.

pub mod analysis;
pub mod calibrate;
mod course;
pub mod dataset;
mod error;
pub mod manifest;
pub mod merge;
pub mod outcome;
pub mod plan;
pub mod runner;
pub mod sensitivity;
mod together;

pub use dataset::{Dataset, Opened};
pub use error::StudyError;
pub use manifest::{Manifest, Shard};
pub use merge::merge;
pub use plan::{Design, Plan, PlanError, Request, Seeds};
