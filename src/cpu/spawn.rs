//! Stage `spawn`: fits the slots of a population to its size before the tick.
//!
//! Twin of `shaders/spawn.wgsl`; the text of both is `docs/model.md`, "Spawn".

use super::agents::{Agents, Hashes, Phases, phases, tick_start};
use super::arithmetic::{Ranks, counter, splat, threefry};
use super::lanes::{LANES_MAX, Lanes, Mask};
use crate::model::agent;
use crate::model::census::{Counter, PopulationCensus};
use crate::model::fixed::PHASE_UNITS_MAX;
use crate::model::layout::{self, PopulationTick};
use crate::model::rng::{SPAWN_EVENT, purpose};

/// The stage as one thread runs it.
pub struct Spawn<'a, L> {
    /// What the agents are told.
    population: &'a PopulationTick,
    census: PopulationCensus,
    /// Change of the digest.
    hashes: Hashes<L>,
    /// Of the chunk at hand; what follows are slots in it.
    ranks: Ranks,
    keep: u32,
    spawn_from: u32,
    active: u32,
}

impl<'a, L: Lanes> Spawn<'a, L> {
    /// Nothing done yet.
    #[inline(always)]
    pub fn new(population: &'a PopulationTick) -> Self {
        Self {
            population,
            census: PopulationCensus::ZERO,
            hashes: Hashes::new(population),
            ranks: Ranks::new(0, 0),
            keep: 0,
            spawn_from: 0,
            active: 0,
        }
    }

    /// Retires, rescales and starts agents of a chunk.
    #[inline(always)]
    pub fn run(&mut self, chunk: &mut Agents<'_>) {
        let population = self.population;
        let (from, len) = (chunk.from, chunk.due.len() as u64);
        let [keep, spawn_from, active] =
            [population.keep, population.spawn_from, population.active].map(layout::merge);
        let is_idle = population.think_rescale == 0
            && population.experiment_rescale == 0
            && from + len <= keep.min(spawn_from);
        if is_idle {
            return;
        }
        // The slot of a rank, or the nearest in the chunk.
        let slot = |rank: u64| rank.saturating_sub(from).min(len) as u32;
        self.ranks = Ranks::new(from, chunk.due.len());
        (self.keep, self.spawn_from, self.active) = (slot(keep), slot(spawn_from), slot(active));
        let vectors = chunk.due.chunks_mut(L::COUNT);
        let vectors = vectors.zip(chunk.work.chunks_mut(L::COUNT));
        for (vector, (due, work)) in vectors.enumerate() {
            let slot = (vector * L::COUNT) as u32;
            if due.len() == L::COUNT {
                self.fit(slot, due, work, L::Mask::first(L::COUNT));
            } else {
                let count = due.len();
                let (mut all_due, mut all_work) = ([0; LANES_MAX], [0; LANES_MAX]);
                all_due[..count].copy_from_slice(due);
                all_work[..count].copy_from_slice(work);
                self.fit(slot, &mut all_due, &mut all_work, L::Mask::first(count));
                due.copy_from_slice(&all_due[..count]);
                work.copy_from_slice(&all_work[..count]);
            }
        }
    }

    /// What was counted, with the change of the digest.
    #[inline(always)]
    pub fn census(mut self) -> PopulationCensus {
        self.census.lanes = self.hashes.lanes();
        self.census
    }

    /// One vector of slots, from `first` on; those in `mask` are in the chunk.
    #[inline(always)]
    fn fit(&mut self, first: u32, due: &mut [u32], work: &mut [u32], mask: L::Mask) {
        let slot = L::splat(first) + L::indices();
        let (old_due, old_work) = (L::load(due), L::load(work));
        let present = mask & old_work.lt_signed(L::splat(0));
        let on_experiment = present & old_due.lt_signed(L::splat(0));
        let (clock, left) = self.left(old_due, on_experiment);

        let gone = present & !slot.lt(L::splat(self.keep));
        if gone.any() {
            self.retire(old_due, old_work, left, gone);
        }
        let fresh = mask
            & !old_work.lt_signed(L::splat(0))
            & !slot.lt(L::splat(self.spawn_from))
            & slot.lt(L::splat(self.active));
        let flag = old_due & L::splat(agent::ON_EXPERIMENT);
        let ends = flag | (clock + left) & L::splat(agent::CLOCK_MASK);
        let mut new_due = L::select(gone, L::splat(0), L::select(present, ends, old_due));
        let mut new_work = L::select(gone, L::splat(0), old_work);
        if fresh.any() {
            new_due = L::select(fresh, self.start(slot), new_due);
            new_work = L::select(fresh, L::splat(agent::WAITING), new_work);
            self.count(Counter::Spawned, fresh, 1);
            self.count(Counter::DeltaWaiting, fresh, 1);
        }

        let changed = !(new_due.eq(old_due) & new_work.eq(old_work));
        if (mask & changed).any() {
            let rank = self.ranks.at(slot);
            let (before, after) = (present & changed, (present & changed & !gone) | fresh);
            self.hashes.subtract(rank, old_due, old_work, before);
            self.hashes.add(rank, new_due, new_work, after);
            new_due.store(due);
            new_work.store(work);
        }
    }

    /// Clocks of the phases and times left on them, in the units of the tick.
    #[inline(always)]
    fn left(&self, due: L, on_experiment: L::Mask) -> (L, L) {
        let population = self.population;
        let clock = tick_start::<L>(population, on_experiment);
        let left = (due - clock) & L::splat(agent::CLOCK_MASK);
        let left = L::select(
            on_experiment,
            rescale(left, population.experiment_rescale),
            rescale(left, population.think_rescale),
        );
        (clock, left)
    }

    /// Ends of the wait of fresh agents, who begin somewhere in the stagger.
    #[inline(always)]
    fn start(&self, slot: L) -> L {
        let population = self.population;
        let draw = threefry(
            splat(population.key.to_array()),
            counter(self.ranks.at(slot), L::splat(SPAWN_EVENT), purpose::SPAWN),
        );
        let wait = draw[0].mul_hi(L::splat(population.stagger));
        (L::splat(population.think_start) + wait) & L::splat(agent::CLOCK_MASK)
    }

    /// Counts agents whose ranks are gone.
    #[inline(always)]
    fn retire(&mut self, due: L, work: L, left: L, gone: L::Mask) {
        let Phases {
            thinking,
            experiment,
            waiting,
        } = phases(due, work, gone);
        for (retired, change, mask) in [
            (Counter::RetiredThinking, Counter::DeltaThinking, thinking),
            (
                Counter::RetiredExperiment,
                Counter::DeltaExperiment,
                experiment,
            ),
            (Counter::RetiredWaiting, Counter::DeltaWaiting, waiting),
        ] {
            self.count(retired, mask, 1);
            self.count(change, mask, -1);
        }
        self.census.add(Counter::ForgoneThink, left.sum(thinking));
        self.census
            .add(Counter::ForgoneExperiment, left.sum(experiment));
    }

    #[inline(always)]
    fn count(&mut self, counter: Counter, mask: L::Mask, each: i64) {
        let sum = i64::from(mask.count()) * each;
        self.census.add(counter, sum as u64);
    }
}

/// Remaining times after a change of unit by 2^`by`: rounded up, so that nothing ends early, and kept
/// below the longest phase.
#[inline(always)]
fn rescale<L: Lanes>(left: L, by: i32) -> L {
    let bits = by.unsigned_abs().min(31);
    if by >= 0 {
        let rest = left & !L::splat(u32::MAX << bits);
        let part = L::select(rest.eq(L::splat(0)), L::splat(0), L::splat(1));
        left.shr(L::splat(bits)) + part
    } else {
        let over = L::splat(PHASE_UNITS_MAX >> bits).lt(left);
        L::select(over, L::splat(PHASE_UNITS_MAX), left.shl(L::splat(bits)))
    }
}
