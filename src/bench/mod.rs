//! Measurements: events a second by load and number of agents, where the time goes, and how far the
//! device's own limits are.
//!
//! A point is a load at a number of agents. `load` says what agents do, `steady` and `flagship` run
//! it, `roofline` finds the floor under it from `rates` measured in the same run.

mod agents;
mod flagship;
pub mod load;
mod machine;
mod measure;
mod native;
mod point;
pub mod rates;
pub mod report;
pub mod roofline;
mod steady;

pub use load::Load;
pub use measure::{Failure, Request, Watch, run};
pub use report::Report;
pub use steady::{Steady, Ticked};

use crate::model::engine::EngineError;
use crate::scenario::ScenarioErrors;
use crate::sim::SimError;

/// Why a bench ended early.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// More agents than there is memory.
    #[error(
        "{agents} agents need {needed_mib} MiB on {device}, which has {available_mib} MiB: ask for fewer --agents"
    )]
    Memory {
        /// Agents.
        agents: u64,
        /// MiB needed.
        needed_mib: u64,
        /// MiB there.
        available_mib: u64,
        /// Where.
        device: String,
    },
    /// The world of a load is refused.
    #[error(transparent)]
    Scenario(#[from] ScenarioErrors),
    /// The flagship fails.
    #[error(transparent)]
    Sim(SimError),
    /// Threads cannot be started.
    #[error("threads cannot be started: {0}")]
    Threads(String),
    /// A recount of all agents found others than the running counts.
    #[error(
        "{load}, {agents} agents: hashes of agents sum up to {running:08x?} by running count and to {recount:08x?} by recount: a defect of the program, the driver or the machine"
    )]
    Audit {
        /// Name of the load.
        load: String,
        /// Agents.
        agents: u64,
        /// Running lanes.
        running: [u32; 4],
        /// Recounted lanes.
        recount: [u32; 4],
    },
    /// Two repeats, or two engines, did not end in the same digest.
    #[error("{load}, {agents} agents: {what} ended in {found}, not in {expected}")]
    Differs {
        /// Name of the load.
        load: String,
        /// Agents.
        agents: u64,
        /// What ended there.
        what: String,
        /// Its digest.
        found: String,
        /// The other one.
        expected: String,
    },
}

impl From<SimError> for BenchError {
    fn from(error: SimError) -> Self {
        BenchError::Sim(error)
    }
}

impl From<EngineError> for BenchError {
    fn from(error: EngineError) -> Self {
        BenchError::Sim(error.into())
    }
}
