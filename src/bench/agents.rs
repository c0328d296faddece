//! Agents of a load without a host: a pure function of rank, so that 10^9 of them are made in seconds,
//! the same on any engine and any number of threads.

use rayon::prelude::*;

use crate::model::agent;
use crate::model::digest;
use crate::model::engine::{Engine, EngineError};
use crate::model::fixed;
use crate::model::layout::{AliasEntry, KindTick, PopulationTick};
use crate::model::rng::{Pair, derive_key, pcg4d};

/// Agents made at a time.
const BATCH: u64 = 1 << 22;
/// Agents of a task.
const PART: usize = 1 << 14;

/// What agents are made from.
pub struct Maker<'a> {
    /// Clocks, traits and breadth of the population.
    pub population: &'a PopulationTick,
    /// Its kinds.
    pub kinds: &'a [KindTick],
    /// Popularity, as a board of the population sees it.
    pub alias: &'a [AliasEntry],
    /// Clock value from which on phases end.
    pub first: u32,
    /// log2 of the clock units over which they end.
    pub period_log2: u32,
}

impl Maker<'_> {
    /// The agent of `rank`: half of them think, half are in experiments, about ideas that are open while
    /// nothing is known, of topics drawn by popularity; ends are spread evenly over the period.
    fn agent(&self, key: Pair, rank: u64) -> (u32, u32) {
        let draw = pcg4d([rank as u32, (rank >> 32) as u32, key[0], key[1]]);
        let end = self.first.wrapping_add(draw[0] >> (32 - self.period_log2));
        let wide = u64::from(draw[1]) * self.alias.len() as u64;
        let (column, fraction) = ((wide >> 32) as u32, wide as u32);
        let entry = self.alias[column as usize];
        let (topic, kind) = if fraction < entry.threshold {
            (column, entry.other >> 20 & 15)
        } else {
            (entry.other & agent::TOPIC_MASK, entry.other >> 24 & 15)
        };
        let kind = &self.kinds[kind as usize];
        let open = self.population.breadth.min(kind.idea_end);
        let work = agent::pack(topic, fixed::mul_hi(draw[2], open));
        if draw[2] & 1 == 0 {
            return (end & agent::CLOCK_MASK, work);
        }
        let succeeds = fixed::chance(kind.odds_base, draw[3]);
        (
            end & agent::CLOCK_MASK | agent::ON_EXPERIMENT,
            work | if succeeds { agent::OUTCOME } else { 0 },
        )
    }

    /// Writes `agents` agents into population 0 of an engine, and the sum of their hashes.
    ///
    /// # Errors
    /// If the device fails.
    pub fn write(&self, engine: &mut dyn Engine, agents: u64) -> Result<(), EngineError> {
        let key = derive_key(&[b"bench agents"]);
        let salt = self.population.traits_key.to_array();
        let (mut due, mut work) = (Vec::new(), Vec::new());
        let mut lanes = [0; 4];
        for from in (0..agents).step_by(BATCH as usize) {
            let count = BATCH.min(agents - from) as usize;
            due.resize(count, 0);
            work.resize(count, 0);
            let parts = due.par_chunks_mut(PART).zip(work.par_chunks_mut(PART));
            let more = parts.enumerate().map(|(part, (due, work))| {
                let mut lanes = [0; 4];
                for (slot, (due, work)) in due.iter_mut().zip(work).enumerate() {
                    let rank = from + (part * PART + slot) as u64;
                    (*due, *work) = self.agent(key, rank);
                    digest::add_lanes(&mut lanes, agent::hash(salt, rank, *due, *work));
                }
                lanes
            });
            let sum = |mut a: [u32; 4], b| {
                digest::add_lanes(&mut a, b);
                a
            };
            digest::add_lanes(&mut lanes, more.reduce(|| [0; 4], sum));
            engine.write_agents(0, from, &due, &work)?;
        }
        engine.write_lanes(0, lanes);
        Ok(())
    }
}
