//! Stages `spawn` and `research` of a population: a thread runs both on a chunk while it is in its cache.

use std::time::{Duration, Instant};

use super::agents::Agents;
use super::crew::{Divide, Pile};
use super::lanes::{Kernel, Lanes};
use super::research::{Desk, Flow, World};
use super::spawn::Spawn;
use crate::model::census::PopulationCensus;
use crate::model::layout::{KindTick, PopulationTick};

/// What one thread does.
pub struct Advance<'a, 'b, const W: usize> {
    /// What is around the agents.
    pub world: &'a World<'a>,
    /// What they are told.
    pub population: &'a PopulationTick,
    /// What they are told of each kind.
    pub kinds: &'a [KindTick],
    /// Does the stage `spawn` run?
    pub spawns: bool,
    /// The agents.
    pub pile: &'a Pile<Agents<'b>>,
    /// Agents of a chunk.
    pub chunk: usize,
    /// What the thread works in.
    pub desk: &'a mut Desk,
}

/// What a thread came to.
pub struct Advanced {
    /// What it counted.
    pub census: PopulationCensus,
    /// Time in `spawn`.
    pub spawn: Duration,
    /// Time in all.
    pub all: Duration,
}

impl<const W: usize> Kernel for Advance<'_, '_, W> {
    type Output = Advanced;

    #[inline(always)]
    fn run<L: Lanes>(self) -> Advanced {
        let begun = Instant::now();
        let mut spawning = Duration::ZERO;
        let mut spawn = Spawn::<L>::new(self.population);
        let mut flow = Flow::<L, W>::new(self.world, self.population, self.kinds);
        while let Some(mut agents) = self.pile.next() {
            while agents.len() > 0 {
                let mut chunk = agents.take(self.chunk.min(agents.len()));
                if self.spawns {
                    let begun = Instant::now();
                    spawn.run(&mut chunk);
                    spawning += begun.elapsed();
                }
                flow.run(chunk, self.desk);
            }
        }
        let mut census = spawn.census();
        census.merge(&flow.census());
        Advanced {
            census,
            spawn: spawning,
            all: begun.elapsed(),
        }
    }
}
