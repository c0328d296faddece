//! The flagship load: the third day of `scenarios/throughput.toml`, as `takeoff run` runs it.

use std::time::Instant;

use super::BenchError;
use super::steady::Ticked;
use crate::model::census::{PopulationCensus, Recount};
use crate::model::digest::Digest;
use crate::model::engine::Engine;
use crate::model::layout::PopulationTick;
use crate::sim::{EngineInfo, Simulation};
use crate::world::World;

/// Ticks before the measured one: agents start in the first, and spend most of the second in their first
/// experiments.
pub const TICKS_BEFORE: u64 = 2;

/// The flagship before its third day.
pub struct Flagship {
    simulation: Simulation,
}

impl Flagship {
    /// Runs the first days of `world` on `engine`, which must be fresh and made for it.
    ///
    /// # Errors
    /// If the device fails.
    pub fn new(world: World, engine: Box<dyn Engine>) -> Result<Self, BenchError> {
        let mut simulation = Simulation::with_engine(world, engine, EngineInfo::default());
        for _ in 0..TICKS_BEFORE {
            simulation.step()?;
        }
        Ok(Self { simulation })
    }

    /// Runs a day.
    ///
    /// # Errors
    /// If the device fails.
    pub fn tick(&mut self) -> Result<Ticked, BenchError> {
        let begun = Instant::now();
        self.simulation.step()?;
        let seconds = begun.elapsed().as_secs_f64();
        let stages = self.simulation.engine().stage_seconds();
        Ok(Ticked {
            seconds,
            host: Some((seconds - stages.tick).max(0.0)),
            stages,
            counts: self.counts(),
        })
    }

    /// A tick in which `spawn` looks at every slot, finds all in order, and nobody is due: the
    /// simulation is of no use any more.
    ///
    /// # Errors
    /// If the device fails.
    pub fn spawn(mut self) -> Result<Ticked, BenchError> {
        let (plan, _) = self.simulation.last().expect("days were run");
        let mut plan = plan.clone();
        for population in &mut plan.tick.populations {
            *population = after(population);
            (population.think_len, population.experiment_len) = (0, 0);
            (population.think_rescale, population.experiment_rescale) = (0, 0);
            population.spawn_from = population.active;
        }
        plan.tick.spawn.fill(true);
        (plan.tick.alias, plan.tick.binomial) = (None, None);
        let begun = Instant::now();
        let engine = self.simulation.engine();
        let census = engine.tick(&plan.tick.input())?;
        Ok(Ticked {
            seconds: begun.elapsed().as_secs_f64(),
            host: None,
            stages: engine.stage_seconds(),
            counts: census.populations[0],
        })
    }

    /// Counts all agents anew; the time that took is in the engine's stage times.
    ///
    /// # Errors
    /// If the device fails.
    pub fn recount(&mut self) -> Result<Recount, BenchError> {
        let (plan, _) = self.simulation.last().expect("days were run");
        let (population, slots) = (after(&plan.tick.populations[0]), plan.tick.slots[0]);
        Ok(self.simulation.engine().recount(0, &population, slots)?)
    }

    /// Seconds of the last recount.
    pub fn census_seconds(&mut self) -> f64 {
        self.simulation.engine().stage_seconds().census
    }

    /// What the agents of the one population were told for the last day.
    pub fn population(&self) -> PopulationTick {
        self.simulation
            .last()
            .expect("days were run")
            .0
            .tick
            .populations[0]
    }

    /// What they did in it.
    pub fn counts(&self) -> PopulationCensus {
        self.simulation.last().expect("days were run").1.populations[0]
    }

    /// The digest of the run so far.
    pub fn digest(&self) -> &Digest {
        self.simulation.digest()
    }
}

/// The clocks as they stand after a tick.
fn after(population: &PopulationTick) -> PopulationTick {
    PopulationTick {
        think_start: population.think_start.wrapping_add(population.think_len),
        experiment_start: population
            .experiment_start
            .wrapping_add(population.experiment_len),
        ..*population
    }
}
