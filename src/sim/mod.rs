//! The tick loop: a world, an engine, and the digest of what they did.

mod checkpoint;
mod conditions;
mod engines;
mod ensemble;
mod host;
mod rows;

use crate::model::census::{Census, Recount};
use crate::model::digest::Digest;
use crate::model::engine::{Engine, EngineError, Store};
use crate::model::layout::AliasEntry;
use crate::record::{TickRow, TopicRow};
use crate::scenario::Scenario;
use crate::world::{EventError, Plan, World};
use host::Host;

pub use checkpoint::CheckpointError;
pub use engines::{EngineChoice, EngineInfo, EngineOptions, batches, make_batch, make_engine};
pub use ensemble::{Ensemble, Outcome};

/// What can end a run early.
#[derive(Debug, thiserror::Error)]
pub enum SimError {
    /// The device side failed.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// An event left what cannot be simulated.
    #[error(transparent)]
    Event(#[from] EventError),
    /// A saved state could not be written or read.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The software rasteriser would stop loops early.
    #[error(
        "the {what} in a tick can take more than the 65,535 loop iterations after which software Vulkan stops, silently: {remedy}, or use --engine cpu"
    )]
    SoftwareLoops {
        /// What takes them.
        what: &'static str,
        /// What to do.
        remedy: &'static str,
    },
    /// Runs were to advance together on an engine that takes one.
    #[error(
        "the native engine advances one run at a time: run them one by one, or together with --engine gpu"
    )]
    NoBatch,
    /// A quantity of the host left the numbers: the scenario's values are too extreme.
    #[error(
        "tick {tick}: a head-count, speed or amount of compute is not a finite number: the scenario's values are too extreme; recorded ticks are kept"
    )]
    NotFinite {
        /// The tick.
        tick: u64,
    },
    /// The device counted what cannot be.
    #[error(
        "tick {tick}: the device's counts do not add up: a defect of the driver or the machine; recorded ticks are kept, --engine cpu --resume continues them"
    )]
    Miscounted {
        /// The tick.
        tick: u64,
    },
    /// The running counts and a recount of all agents differ: a defect of the program or the machine.
    #[error(
        "audit after tick {tick}, population {population}: {field} is {running} by running count, {recount} by recount"
    )]
    Audit {
        /// Ticks done.
        tick: u64,
        /// Index of the population.
        population: usize,
        /// What differs.
        field: &'static str,
        /// Running value.
        running: String,
        /// Recounted value.
        recount: String,
    },
}

/// One tick, as it is recorded.
#[derive(Clone, Debug, PartialEq)]
pub struct TickRecord {
    /// Number of the tick, from 0 at the start of burn-in.
    pub tick: u64,
    /// Day at its end, from day 0.
    pub day: f64,
    /// By lab.
    pub rows: Vec<TickRow>,
    /// The digest after it.
    pub digest: Digest,
    /// Phases that ended in it.
    pub events: u64,
}

/// A run in progress.
pub struct Simulation {
    host: Host,
    engine: Box<dyn Engine>,
    info: EngineInfo,
    /// Sums of the agents' hashes by population, as they stand.
    lanes: Vec<[u32; 4]>,
    /// The alias tables that the engine holds: part of a checkpoint.
    alias: Option<Vec<AliasEntry>>,
    /// The last tick's plan and census, for audits and tests.
    last: Option<(Plan, Census)>,
}

impl Simulation {
    /// A run at the start of its burn-in.
    ///
    /// # Errors
    /// If there is no such engine or it cannot hold the run.
    pub fn new(scenario: Scenario, choice: EngineChoice) -> Result<Self, SimError> {
        Self::with_options(scenario, choice, EngineOptions::default())
    }

    /// A run at the start of its burn-in, on an engine made so.
    ///
    /// # Errors
    /// If there is no such engine or it cannot hold the run.
    pub fn with_options(
        scenario: Scenario,
        choice: EngineChoice,
        options: EngineOptions,
    ) -> Result<Self, SimError> {
        let world = World::new(scenario);
        let (engine, info) = engines::make_engine(choice, &world, options)?;
        Ok(Self::with_engine(world, engine, info))
    }

    /// A run of `world` on `engine`, which must be fresh and made for the world's setup.
    pub fn with_engine(world: World, engine: Box<dyn Engine>, info: EngineInfo) -> Self {
        let lanes = vec![[0; 4]; world.state().populations.len()];
        Self {
            host: Host::new(world),
            engine,
            info,
            lanes,
            alias: None,
            last: None,
        }
    }

    /// Who computes.
    pub fn engine_info(&self) -> EngineInfo {
        self.info.clone()
    }

    /// Ticks done.
    pub fn tick(&self) -> u64 {
        self.host.world.state().tick
    }

    /// Ticks in all at the present length of the tick.
    pub fn ticks_planned(&self) -> u64 {
        let tick_hours = self
            .last
            .as_ref()
            .map_or(self.host.world.scenario().run.tick_hours, |(plan, _)| {
                plan.tick_hours
            });
        let left_hours = (self.host.world.scenario().run.days - self.host.world.day()) * 24.0;
        self.tick() + libm::ceil((left_hours / tick_hours).max(0.0)) as u64
    }

    /// Runs one tick.
    ///
    /// # Errors
    /// If the device fails or an event leaves what cannot be simulated; the state is then lost.
    pub fn step(&mut self) -> Result<TickRecord, SimError> {
        let engine = &mut self.engine;
        let mut plan = self.host.plan(|| engine.read_store(Store::Nodes))?;
        match &plan.tick.alias {
            Some(alias) => self.alias = Some(alias.clone()),
            // A resumed engine is handed the tables that the killed one had.
            None if self.last.is_none() => plan.tick.alias.clone_from(&self.alias),
            None => {}
        }
        let census = self.engine.tick(&plan.tick.input())?;
        let outcome = self.host.absorb(&plan, &census)?;
        self.lanes = census
            .populations
            .iter()
            .map(|population| population.lanes)
            .collect();
        self.last = Some((plan, census));
        Ok(outcome)
    }

    /// How far each lab has come in each topic.
    ///
    /// # Errors
    /// If the device fails.
    pub fn topics(&mut self) -> Result<Vec<TopicRow>, EngineError> {
        let nodes = self.engine.read_store(Store::Nodes)?;
        Ok(rows::topics(&self.host.world, &nodes))
    }

    /// Have all days been simulated?
    pub fn is_finished(&self) -> bool {
        self.host.world.is_finished()
    }

    /// The host side.
    pub fn world(&self) -> &World {
        &self.host.world
    }

    /// The device side.
    pub fn engine(&mut self) -> &mut dyn Engine {
        &mut *self.engine
    }

    /// The digest so far.
    pub fn digest(&self) -> &Digest {
        &self.host.digest
    }

    /// Plan and census of the last tick.
    pub fn last(&self) -> Option<&(Plan, Census)> {
        self.last.as_ref()
    }

    /// Counts all agents anew and holds the running counts against it.
    ///
    /// # Errors
    /// If they differ, or the device fails.
    pub fn audit(&mut self) -> Result<Vec<Recount>, SimError> {
        let Some((plan, census)) = &self.last else {
            return Ok(Vec::new());
        };
        let mut recounts = Vec::new();
        for (index, population) in self.host.world.state().populations.iter().enumerate() {
            // Clocks as they stand after the tick.
            let mut tick = plan.tick.populations[index];
            tick.think_start = tick.think_start.wrapping_add(tick.think_len);
            tick.experiment_start = tick.experiment_start.wrapping_add(tick.experiment_len);
            let recount = self.engine.recount(index, &tick, population.high_water)?;
            let differ = |field, running: String, recount: String| {
                if running == recount {
                    return Ok(());
                }
                let tick = self.host.world.state().tick;
                Err(SimError::Audit {
                    tick,
                    population: index,
                    field,
                    running,
                    recount,
                })
            };
            let lanes = census.populations[index].lanes;
            differ(
                "thinking",
                population.thinking.to_string(),
                recount.thinking.to_string(),
            )?;
            differ(
                "experiment",
                population.experiment.to_string(),
                recount.experiment.to_string(),
            )?;
            differ(
                "waiting",
                population.waiting.to_string(),
                recount.waiting.to_string(),
            )?;
            differ(
                "lanes",
                format!("{lanes:08x?}"),
                format!("{:08x?}", recount.lanes),
            )?;
            recounts.push(recount);
        }
        Ok(recounts)
    }
}
