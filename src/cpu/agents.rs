//! What stages have in common that work on agents: where agents lie, what they are at, their hashes.

use super::arithmetic::{pcg4d, splat};
use super::crew::{Divide, front};
use super::lanes::{Lanes, Mask};
use crate::model::agent;
use crate::model::layout::PopulationTick;
use crate::model::rng::Pair;

/// Agents of a population with ranks that follow one another.
pub struct Agents<'a> {
    /// Rank of the first.
    pub from: u64,
    /// Their first words.
    pub due: &'a mut [u32],
    /// Their second words.
    pub work: &'a mut [u32],
}

impl Divide for Agents<'_> {
    fn len(&self) -> usize {
        self.due.len()
    }

    fn take(&mut self, count: usize) -> Self {
        let taken = Self {
            from: self.from,
            due: front(&mut self.due, count),
            work: front(&mut self.work, count),
        };
        self.from += count as u64;
        taken
    }
}

/// Lanes by what their agents are at.
pub struct Phases<M> {
    pub thinking: M,
    pub experiment: M,
    pub waiting: M,
}

/// What the agents in `mask` are at; the absent are at nothing.
#[inline(always)]
pub fn phases<L: Lanes>(due: L, work: L, mask: L::Mask) -> Phases<L::Mask> {
    let present = mask & work.lt_signed(L::splat(0));
    let experiment = present & due.lt_signed(L::splat(0));
    let idle = (work & L::splat(agent::TOPIC_MASK)).eq(L::splat(agent::TOPIC_MASK));
    Phases {
        thinking: present & !experiment & !idle,
        experiment,
        waiting: present & !experiment & idle,
    }
}

/// Start of the tick on the clock of each agent's phase.
#[inline(always)]
pub fn tick_start<L: Lanes>(population: &PopulationTick, on_experiment: L::Mask) -> L {
    L::select(
        on_experiment,
        L::splat(population.experiment_start),
        L::splat(population.think_start),
    )
}

/// Sums of agents' hashes, by lane of the digest and of the vector.
pub struct Hashes<L> {
    salt: Pair,
    sums: [L; 4],
}

impl<L: Lanes> Hashes<L> {
    /// None yet, of a population.
    #[inline(always)]
    pub fn new(population: &PopulationTick) -> Self {
        Self {
            salt: population.traits_key.to_array(),
            sums: [L::splat(0); 4],
        }
    }

    /// Adds the agents in `mask`, who are present.
    #[inline(always)]
    pub fn add(&mut self, rank: [L; 2], due: L, work: L, mask: L::Mask) {
        let hash = self.of(rank, due, work);
        for (sum, hash) in self.sums.iter_mut().zip(hash) {
            *sum = *sum + L::select(mask, hash, L::splat(0));
        }
    }

    /// Takes the agents in `mask` away, who are present.
    #[inline(always)]
    pub fn subtract(&mut self, rank: [L; 2], due: L, work: L, mask: L::Mask) {
        let hash = self.of(rank, due, work);
        for (sum, hash) in self.sums.iter_mut().zip(hash) {
            *sum = *sum - L::select(mask, hash, L::splat(0));
        }
    }

    #[inline(always)]
    fn of(&self, [low, high]: [L; 2], due: L, work: L) -> [L; 4] {
        let salt = splat::<L>(self.salt);
        pcg4d([low ^ salt[0], high ^ salt[1], due, work])
    }

    /// Lanes of the digest.
    #[inline(always)]
    pub fn lanes(&self) -> [u32; 4] {
        let mut lanes = [0; 4];
        for (lane, sum) in lanes.iter_mut().zip(self.sums) {
            *lane = sum.sum(L::Mask::first(L::COUNT)) as u32;
        }
        lanes
    }
}
