//! A load without a host: ticks of one population whose every tick is like the last.
//!
//! The world is the flagship's: its topics, boards, wiring and popularity. Agents are written as they
//! would be in the middle of a run (`agents`), every phase takes one period, and what the boards know is
//! taken back before each tick, or a busy load would soon have found everything.

use std::time::Instant;

use super::BenchError;
use super::agents::Maker;
use super::load::Rhythm;
use crate::model::census::{Census, PopulationCensus, Recount};
use crate::model::digest::{self, Digest};
use crate::model::engine::{Engine, EngineError, StageSeconds, Store};
use crate::model::layout::{clock_ratio, split};
use crate::model::rng::derive_key;
use crate::world::{Plan, World};
use glam::UVec2;

/// Clock value at which the first phases end.
const FIRST: u32 = 1 << 30;

/// A load in progress.
pub struct Steady {
    engine: Box<dyn Engine>,
    plan: Plan,
    rhythm: Rhythm,
    is_quiet: bool,
    agents: u64,
    ticks: u64,
    digest: Digest,
    /// What each store held at first: nothing.
    stores: [(Store, Vec<u32>); 3],
}

/// What a tick came to.
#[derive(Clone, Copy, Debug)]
pub struct Ticked {
    /// Wall time of the whole tick, s.
    pub seconds: f64,
    /// What the host spends of that outside the engine, s; `None` where there is no host.
    pub host: Option<f64>,
    /// Where it went in the engine.
    pub stages: StageSeconds,
    /// What the agents did.
    pub counts: PopulationCensus,
}

impl Steady {
    /// `agents` agents in the world of the flagship; `engine` must be fresh and made for it.
    ///
    /// # Errors
    /// If the device fails.
    pub fn new(
        engine: Box<dyn Engine>,
        mut world: World,
        rhythm: Rhythm,
        is_quiet: bool,
        agents: u64,
    ) -> Result<Self, BenchError> {
        let setup = world.setup().clone();
        let words = |rows: usize| vec![0; setup.topics * rows * setup.cell()];
        let stores = [
            (Store::Nodes, words(setup.nodes())),
            (Store::Older, words(setup.boards())),
            (Store::Mails, words(setup.mails.len())),
        ];
        let mut plan = world.plan(|| Ok::<_, EngineError>(stores[0].1.clone()))?;
        pace(&mut plan, rhythm, agents);
        let mut steady = Self {
            engine,
            plan,
            rhythm,
            is_quiet,
            agents,
            ticks: 0,
            digest: digest::genesis("bench"),
            stores,
        };
        let alias = steady.plan.tick.alias.as_deref().unwrap_or_default();
        let population = &steady.plan.tick.populations[0];
        let board = population.board_first as usize * setup.topics;
        let maker = Maker {
            population,
            kinds: &steady.plan.tick.kinds,
            alias: &alias[board..board + setup.topics],
            first: FIRST,
            period_log2: rhythm.period_log2,
        };
        maker.write(&mut *steady.engine, agents)?;
        Ok(steady)
    }

    /// Runs the next tick.
    ///
    /// # Errors
    /// If the device fails.
    pub fn tick(&mut self) -> Result<Ticked, BenchError> {
        self.forget()?;
        // Quiet ticks never advance: they stop before the first phase ends.
        let start = if self.is_quiet {
            FIRST - self.rhythm.tick
        } else {
            FIRST.wrapping_add((self.ticks as u32).wrapping_mul(self.rhythm.tick))
        };
        let number = self.ticks.to_le_bytes();
        let population = &mut self.plan.tick.populations[0];
        population.key = UVec2::from_array(derive_key(&[b"bench tick", &number]));
        population.think_start = start & crate::model::agent::CLOCK_MASK;
        population.experiment_start = population.think_start;
        let (census, ticked) = self.run()?;
        self.digest = digest::next(&self.digest, self.ticks, &census, &[]);
        self.ticks += 1;
        Ok(ticked)
    }

    /// A tick in which `spawn` looks at every slot, finds all in order, and nobody is due.
    ///
    /// # Errors
    /// If the device fails.
    pub fn spawn(&mut self) -> Result<Ticked, BenchError> {
        let clocks = self.plan.tick.populations[0];
        let population = &mut self.plan.tick.populations[0];
        (population.think_len, population.experiment_len) = (0, 0);
        self.plan.tick.spawn[0] = true;
        let run = self.run();
        self.plan.tick.populations[0] = clocks;
        self.plan.tick.spawn[0] = false;
        Ok(run?.1)
    }

    /// A tick without agents: `share` alone, of all topics.
    ///
    /// # Errors
    /// If the device fails.
    pub fn share(&mut self) -> Result<Ticked, BenchError> {
        self.forget()?;
        self.plan.tick.slots[0] = 0;
        let run = self.run();
        self.plan.tick.slots[0] = self.agents;
        Ok(run?.1)
    }

    /// Counts all agents anew.
    ///
    /// # Errors
    /// If the device fails.
    pub fn recount(&mut self) -> Result<Recount, BenchError> {
        let population = &self.plan.tick.populations[0];
        Ok(self.engine.recount(0, population, self.agents)?)
    }

    /// Where the time of the last tick and recount went.
    pub fn stage_seconds(&self) -> StageSeconds {
        self.engine.stage_seconds()
    }

    /// Digest of the chain of all measured ticks and those before.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The plan of the last tick.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    fn run(&mut self) -> Result<(Census, Ticked), BenchError> {
        let begun = Instant::now();
        let census = self.engine.tick(&self.plan.tick.input())?;
        let seconds = begun.elapsed().as_secs_f64();
        // Tables stay with the engine.
        (self.plan.tick.alias, self.plan.tick.binomial) = (None, None);
        let ticked = Ticked {
            seconds,
            host: None,
            stages: self.engine.stage_seconds(),
            counts: census.populations[0],
        };
        Ok((census, ticked))
    }

    /// Takes back what the boards know.
    fn forget(&mut self) -> Result<(), BenchError> {
        for (store, words) in &self.stores {
            self.engine.write_store(*store, words)?;
        }
        Ok(())
    }
}

/// Puts the first plan of the world into a rhythm: no skill, no depth and no stagger, so that every
/// phase takes exactly one period on either clock.
fn pace(plan: &mut Plan, rhythm: Rhythm, agents: u64) {
    let (mul, shift) = clock_ratio(rhythm.tick, rhythm.tick);
    let population = &mut plan.tick.populations[0];
    population.spawn_from = split(agents);
    population.keep = split(agents);
    (population.think_len, population.experiment_len) = (rhythm.tick, rhythm.tick);
    (population.to_think_mul, population.to_think_shift) = (mul, shift);
    (population.to_experiment_mul, population.to_experiment_shift) = (mul, shift);
    (population.think_rescale, population.experiment_rescale) = (0, 0);
    (population.skill_base, population.skill_sigma) = (0, 0);
    for kind in &mut plan.tick.kinds {
        let units = (rhythm.period_log2 << 16) as i32;
        (kind.think_base, kind.experiment_base, kind.work_slope) = (units, units, 0);
    }
    plan.tick.spawn[0] = false;
    plan.tick.slots[0] = agents;
}
