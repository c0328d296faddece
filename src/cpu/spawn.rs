//! Stage `spawn`: fits the slots of a population to its size before the tick.
//!
//! Twin of `shaders/spawn.wgsl`; the text of both is `docs/model.md`, "Spawn".

use super::arithmetic::{Ranks, counter, pcg4d, splat, threefry};
use super::lanes::{Kernel, LANES_MAX, Lanes, Mask};
use crate::model::agent;
use crate::model::census::{Counter, PopulationCensus};
use crate::model::fixed::PHASE_UNITS_MAX;
use crate::model::layout::{self, PopulationTick};
use crate::model::rng::{SPAWN_EVENT, purpose};

/// Retires, rescales and starts agents with ranks `from..from + due.len()`.
pub struct Spawn<'a> {
    /// What they are told.
    pub population: &'a PopulationTick,
    /// Rank of the first.
    pub from: u64,
    /// Their first words.
    pub due: &'a mut [u32],
    /// Their second words.
    pub work: &'a mut [u32],
}

impl Spawn<'_> {
    /// Can the stage change anything here?
    fn is_idle(&self) -> bool {
        let population = self.population;
        let end = self.from + self.due.len() as u64;
        population.think_rescale == 0
            && population.experiment_rescale == 0
            && end <= layout::merge(population.keep)
            && end <= layout::merge(population.spawn_from)
    }

    /// The slot of a rank, or the nearest in the chunk.
    fn slot(&self, rank: u64) -> u32 {
        rank.saturating_sub(self.from).min(self.due.len() as u64) as u32
    }
}

impl Kernel for Spawn<'_> {
    type Output = PopulationCensus;

    #[inline(always)]
    fn run<L: Lanes>(self) -> PopulationCensus {
        if self.is_idle() {
            return PopulationCensus::ZERO;
        }
        let mut fit = Fit {
            keep: self.slot(layout::merge(self.population.keep)),
            spawn_from: self.slot(layout::merge(self.population.spawn_from)),
            active: self.slot(layout::merge(self.population.active)),
            population: self.population,
            ranks: Ranks::new(self.from, self.due.len()),
            census: PopulationCensus::ZERO,
            hashes: [L::splat(0); 4],
        };
        for (vector, (due, work)) in self
            .due
            .chunks_mut(L::COUNT)
            .zip(self.work.chunks_mut(L::COUNT))
            .enumerate()
        {
            let slot = (vector * L::COUNT) as u32;
            if due.len() == L::COUNT {
                fit.fit(slot, due, work, L::Mask::first(L::COUNT));
            } else {
                let count = due.len();
                let (mut all_due, mut all_work) = ([0; LANES_MAX], [0; LANES_MAX]);
                all_due[..count].copy_from_slice(due);
                all_work[..count].copy_from_slice(work);
                fit.fit(slot, &mut all_due, &mut all_work, L::Mask::first(count));
                due.copy_from_slice(&all_due[..count]);
                work.copy_from_slice(&all_work[..count]);
            }
        }
        for (sum, hash) in fit.census.lanes.iter_mut().zip(fit.hashes) {
            *sum = hash.sum(L::Mask::first(L::COUNT)) as u32;
        }
        fit.census
    }
}

/// The stage in one chunk; places are slots of the chunk.
struct Fit<'a, L> {
    population: &'a PopulationTick,
    ranks: Ranks,
    keep: u32,
    spawn_from: u32,
    active: u32,
    census: PopulationCensus,
    /// Change of the digest, by lane of the digest and of the vector.
    hashes: [L; 4],
}

impl<L: Lanes> Fit<'_, L> {
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
            self.retire(old_work, left, on_experiment, gone);
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
            self.exchange(slot, [old_due, old_work], present & changed, false);
            self.exchange(
                slot,
                [new_due, new_work],
                (present & changed & !gone) | fresh,
                true,
            );
            new_due.store(due);
            new_work.store(work);
        }
    }

    /// Clocks of the phases and times left on them, in the units of the tick.
    #[inline(always)]
    fn left(&self, due: L, on_experiment: L::Mask) -> (L, L) {
        let population = self.population;
        let clock = L::select(
            on_experiment,
            L::splat(population.experiment_start),
            L::splat(population.think_start),
        );
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
    fn retire(&mut self, work: L, left: L, on_experiment: L::Mask, gone: L::Mask) {
        let idle = (work & L::splat(agent::TOPIC_MASK)).eq(L::splat(agent::TOPIC_MASK));
        let experiment = gone & on_experiment;
        let waiting = gone & !on_experiment & idle;
        let thinking = gone & !on_experiment & !idle;
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

    /// Adds agents to the digest, or takes them from it.
    #[inline(always)]
    fn exchange(&mut self, slot: L, [due, work]: [L; 2], mask: L::Mask, adds: bool) {
        let salt = splat::<L>(self.population.traits_key.to_array());
        let [low, high] = self.ranks.at(slot);
        let hash = pcg4d([low ^ salt[0], high ^ salt[1], due, work]);
        for (sum, hash) in self.hashes.iter_mut().zip(hash) {
            let change = L::select(mask, hash, L::splat(0));
            *sum = if adds { *sum + change } else { *sum - change };
        }
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
