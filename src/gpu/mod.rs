//! The GPU engine: every stage of `shaders/` on one device, with the bits of the native engine.
//!
//! The only module that knows wgpu. Nothing that options choose reaches the results. Runs of one shape
//! advance by the same dispatches ([`GpuBatch`]); a run alone ([`GpuEngine`]) is a batch of one.

mod adapter;
mod batch;
mod binomial;
mod buffers;
mod dispatch;
mod faults;
mod idle;
pub mod layout;
mod link;
mod pace;
mod parcel;
mod pipelines;
pub mod rates;
mod readback;
mod results;
mod sizes;
pub mod stages;
mod submit;
mod timing;
mod transfer;
mod upload;

pub use adapter::{DeviceReport, Wanted, auto_choice, devices};
pub use batch::GpuBatch;
pub use timing::Clock;

use crate::model::census::{Census, Recount};
use crate::model::engine::{Batch, Engine, EngineError, Setup, StageSeconds, Store, TickInput};
use crate::model::layout::PopulationTick;

/// Which device, and how agents are cut up on it. Results do not depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Kind of device.
    pub device: Wanted,
    /// Threads of a workgroup: 32, 64, 128 or 256.
    pub workgroup: u32,
    /// Agents that a workgroup visits, a multiple of `workgroup`; `None`: as many as the number of agents
    /// lets it.
    pub block: Option<u32>,
    /// Does a thread that is done take up the next due agent of its workgroup, whichever that is? Else it
    /// takes each `workgroup`th. Software rasterisers run a workgroup's subgroups one after another: the
    /// first would take all, and run into their bound on loops.
    pub balanced: bool,
    /// Agents of a pair of buffers, at most; what the device can bind bounds it too.
    pub chunk_agents: u64,
    /// Bytes to allocate at most; `None`: as much as the driver gives, or the machine has left.
    pub memory: Option<u64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            device: Wanted::Hardware,
            workgroup: 64,
            block: None,
            balanced: true,
            chunk_agents: 1 << 28,
            memory: None,
        }
    }
}

/// The engine of one run.
pub struct GpuEngine(GpuBatch);

impl GpuEngine {
    /// An engine with empty slots and empty boards.
    ///
    /// # Errors
    /// If there is no such device, too little memory, or the driver refuses the stages.
    pub fn new(setup: Setup, options: Options) -> Result<Self, EngineError> {
        Ok(Self(GpuBatch::new(vec![setup], options)?))
    }

    /// The batch that it is.
    pub fn batch(&self) -> &GpuBatch {
        &self.0
    }

    /// From now on ticks are timed by stage: see [`GpuBatch::time_stages`].
    ///
    /// # Errors
    /// If the driver refuses what that takes.
    pub fn time_stages(&mut self, clock: Clock) -> Result<(), EngineError> {
        self.0.time_stages(clock)
    }
}

impl Engine for GpuEngine {
    fn tick(&mut self, input: &TickInput<'_>) -> Result<Census, EngineError> {
        let mut censuses = self.0.tick(&[Some(*input)])?;
        let census = censuses.pop().flatten();
        Ok(census.expect("a census for every input"))
    }

    fn recount(
        &mut self,
        index: usize,
        population: &PopulationTick,
        slots: u64,
    ) -> Result<Recount, EngineError> {
        self.0.recount(index, population, slots)
    }

    fn read_agents(
        &mut self,
        population: usize,
        from: u64,
        due: &mut [u32],
        work: &mut [u32],
    ) -> Result<(), EngineError> {
        self.0.read_agents(population, from, due, work)
    }

    fn write_agents(
        &mut self,
        population: usize,
        from: u64,
        due: &[u32],
        work: &[u32],
    ) -> Result<(), EngineError> {
        self.0.write_agents(population, from, due, work)
    }

    fn write_lanes(&mut self, population: usize, lanes: [u32; 4]) {
        self.0.write_lanes(population, lanes);
    }

    fn read_store(&mut self, store: Store) -> Result<Vec<u32>, EngineError> {
        self.0.read_store(store)
    }

    fn write_store(&mut self, store: Store, words: &[u32]) -> Result<(), EngineError> {
        self.0.write_store(store, words)
    }

    fn stage_seconds(&self) -> StageSeconds {
        self.0.stage_seconds()
    }
}
