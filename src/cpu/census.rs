//! Stage `census`: counts the agents of a population anew, to hold the running counts against.
//!
//! Twin of `shaders/census.wgsl`; the text of both is `docs/model.md`, "Census".

use super::arithmetic::{Ranks, pcg4d, splat};
use super::lanes::{Kernel, LANES_MAX, Lanes, Mask};
use crate::model::agent;
use crate::model::census::Recount;
use crate::model::digest;
use crate::model::layout::PopulationTick;

/// Counts agents with ranks `from..from + due.len()`.
pub struct Count<'a> {
    /// Their clocks and salt.
    pub population: &'a PopulationTick,
    /// Rank of the first.
    pub from: u64,
    /// Their first words.
    pub due: &'a [u32],
    /// Their second words.
    pub work: &'a [u32],
}

impl Kernel for Count<'_> {
    type Output = Recount;

    #[inline(always)]
    fn run<L: Lanes>(self) -> Recount {
        let mut count = Recount::default();
        let mut hashes = [L::splat(0); 4];
        let mut slot = 0;
        while slot < self.due.len() {
            let left = self.due.len() - slot;
            if left >= L::COUNT {
                let due = L::load(&self.due[slot..]);
                self.add(
                    slot,
                    due,
                    L::load(&self.work[slot..]),
                    &mut count,
                    &mut hashes,
                );
            } else {
                // Slots beyond the end count as empty.
                let (mut due, mut work) = ([0; LANES_MAX], [0; LANES_MAX]);
                due[..left].copy_from_slice(&self.due[slot..]);
                work[..left].copy_from_slice(&self.work[slot..]);
                self.add(slot, L::load(&due), L::load(&work), &mut count, &mut hashes);
            }
            slot += L::COUNT;
        }
        for (sum, hash) in count.lanes.iter_mut().zip(hashes) {
            *sum = hash.sum(L::Mask::first(L::COUNT)) as u32;
        }
        count
    }
}

impl Count<'_> {
    /// Counts one vector.
    #[inline(always)]
    fn add<L: Lanes>(
        &self,
        slot: usize,
        due: L,
        work: L,
        count: &mut Recount,
        hashes: &mut [L; 4],
    ) {
        let present = work.lt_signed(L::splat(0));
        let experiment = present & due.lt_signed(L::splat(0));
        let idle = (work & L::splat(agent::TOPIC_MASK)).eq(L::splat(agent::TOPIC_MASK));
        let waiting = present & !experiment & idle;
        let thinking = present & !experiment & !idle;
        let mask = L::splat(agent::CLOCK_MASK);
        let think_left = (due - L::splat(self.population.think_start)) & mask;
        let experiment_left = (due - L::splat(self.population.experiment_start)) & mask;
        count.thinking += u64::from(thinking.count());
        count.experiment += u64::from(experiment.count());
        count.waiting += u64::from(waiting.count());
        count.think_left += think_left.sum(thinking);
        count.experiment_left += experiment_left.sum(experiment);
        let slots = L::splat(slot as u32) + L::indices();
        let salt = splat::<L>(self.population.traits_key.to_array());
        let [low, high] = Ranks::new(self.from, self.due.len()).at(slots);
        let hash = pcg4d([low ^ salt[0], high ^ salt[1], due, work]);
        for (sum, hash) in hashes.iter_mut().zip(hash) {
            *sum = *sum + L::select(present, hash, L::splat(0));
        }
    }
}

/// The sum of two counts.
pub fn add(mut a: Recount, b: Recount) -> Recount {
    a.thinking += b.thinking;
    a.experiment += b.experiment;
    a.waiting += b.waiting;
    a.think_left += b.think_left;
    a.experiment_left += b.experiment_left;
    digest::add_lanes(&mut a.lanes, b.lanes);
    a
}
