//! Many runs that advance together: their agents by the same dispatches, their worlds side by side.
//!
//! Every run has the ticks and digests that it has alone. It ends when its days are over or its world
//! fails; the others go on.

use std::ops::Range;

use rayon::prelude::*;

use super::host::Host;
use super::{EngineChoice, EngineInfo, EngineOptions, SimError, TickRecord, engines};
use crate::model::census::Census;
use crate::model::digest::Digest;
use crate::model::engine::{Batch, EngineError, TickInput};
use crate::scenario::Scenario;
use crate::world::{Plan, World};

/// What a tick came to for one run; `None` once it has ended.
pub type Outcome = Option<Result<TickRecord, SimError>>;

/// What a run wants to do next; `None` once it has ended.
type Planned = Option<Result<Plan, SimError>>;

/// Runs in progress, all of one [`crate::model::engine::Shape`].
pub struct Ensemble {
    runs: Vec<Run>,
    batch: Box<dyn Batch>,
    info: EngineInfo,
    /// Words of a run's nodes.
    node_words: usize,
}

struct Run {
    host: Host,
    /// Its world could not go on.
    has_failed: bool,
}

impl Ensemble {
    /// Runs at the start of their burn-in.
    ///
    /// # Errors
    /// If their shapes differ, the engine is not one that advances runs together, or it cannot hold
    /// them all.
    pub fn new(scenarios: Vec<Scenario>, choice: EngineChoice) -> Result<Self, SimError> {
        let worlds: Vec<World> = scenarios.into_par_iter().map(World::new).collect();
        let (batch, info) = engines::make_batch(choice, &worlds, EngineOptions::default())?;
        Ok(Self::with_batch(worlds, batch, info))
    }

    /// Runs of `worlds` on `batch`, which must be fresh and made for the worlds' setups.
    pub fn with_batch(worlds: Vec<World>, batch: Box<dyn Batch>, info: EngineInfo) -> Self {
        let node_words = worlds.first().map_or(0, |world| {
            let setup = world.setup();
            setup.topics * setup.nodes() * setup.cell()
        });
        let run = |world| Run {
            host: Host::new(world),
            has_failed: false,
        };
        Self {
            runs: worlds.into_par_iter().map(run).collect(),
            batch,
            info,
            node_words,
        }
    }

    /// Who computes.
    pub fn engine_info(&self) -> &EngineInfo {
        &self.info
    }

    /// Number of runs, also of those that have ended.
    pub fn len(&self) -> usize {
        self.runs.len()
    }

    /// Is there no run at all?
    pub fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Have all runs ended?
    pub fn is_finished(&self) -> bool {
        !self.runs.iter().any(Run::goes_on)
    }

    /// The world of a run.
    pub fn world(&self, run: usize) -> &World {
        &self.runs[run].host.world
    }

    /// The digest of a run so far.
    pub fn digest(&self, run: usize) -> &Digest {
        &self.runs[run].host.digest
    }

    /// The device side.
    pub fn batch(&self) -> &dyn Batch {
        &*self.batch
    }

    /// Runs one tick of every run that has not ended. An outcome that is an error ends its run, with
    /// the error that it would end in alone.
    ///
    /// # Errors
    /// If the device fails; the state of all runs is then lost.
    pub fn step(&mut self) -> Result<Vec<Outcome>, SimError> {
        let plans = self.plan()?;
        let inputs: Vec<_> = plans.iter().map(input).collect();
        let censuses = if inputs.iter().any(Option::is_some) {
            self.batch.tick(&inputs)?
        } else {
            vec![None; self.runs.len()]
        };
        drop(inputs);
        let parts = self.runs.par_iter_mut().zip(plans).zip(censuses);
        let outcomes = parts.map(|((run, plan), census)| run.absorb(plan?, census));
        Ok(outcomes.collect())
    }

    /// The plans of all runs that go on.
    fn plan(&mut self) -> Result<Vec<Planned>, EngineError> {
        let due = self.tables_due();
        let (first, words) = (due.start, self.node_words);
        let nodes = if due.is_empty() {
            Vec::new()
        } else {
            self.batch.read_nodes(due)?
        };
        let plan = |(index, run): (usize, &mut Run)| {
            let own = || Ok(nodes[(index - first) * words..][..words].to_vec());
            run.goes_on().then(|| run.host.plan(own))
        };
        Ok(self.runs.par_iter_mut().enumerate().map(plan).collect())
    }

    /// From the first to the last run that needs new popularity tables.
    fn tables_due(&self) -> Range<usize> {
        let is_due = |run: &Run| run.goes_on() && run.host.world.needs_tables();
        let first = self.runs.iter().position(is_due);
        let last = self.runs.iter().rposition(is_due);
        first
            .zip(last)
            .map_or(0..0, |(first, last)| first..last + 1)
    }
}

/// What the device is told of a run; nothing if it has ended or could not be planned.
fn input(planned: &Planned) -> Option<TickInput<'_>> {
    let plan = planned.as_ref()?.as_ref().ok()?;
    Some(plan.tick.input())
}

impl Run {
    fn goes_on(&self) -> bool {
        !self.has_failed && !self.host.world.is_finished()
    }

    fn absorb(&mut self, plan: Result<Plan, SimError>, census: Option<Census>) -> Outcome {
        let absorb = |plan: Plan| {
            let census = census.expect("a census for every input");
            self.host.absorb(&plan, &census)
        };
        let outcome = plan.and_then(absorb);
        self.has_failed = outcome.is_err();
        Some(outcome)
    }
}
