//! Stage `census`: counts the agents of a population anew, to hold the running counts against.
//!
//! Twin of `shaders/census.wgsl`; the text of both is `docs/model.md`, "Census".

use super::agents::{Agents, Hashes, phases};
use super::arithmetic::Ranks;
use super::crew::Pile;
use super::lanes::{Kernel, LANES_MAX, Lanes, Mask};
use crate::model::agent;
use crate::model::census::Recount;
use crate::model::digest;
use crate::model::layout::PopulationTick;

/// What one thread counts.
pub struct Count<'a, 'b> {
    /// The agents' clocks and salt.
    pub population: &'a PopulationTick,
    /// The agents.
    pub pile: &'a Pile<Agents<'b>>,
}

impl Kernel for Count<'_, '_> {
    type Output = Recount;

    #[inline(always)]
    fn run<L: Lanes>(self) -> Recount {
        let mut counter = Counter::<L> {
            population: self.population,
            count: Recount::default(),
            hashes: Hashes::new(self.population),
        };
        while let Some(agents) = self.pile.next() {
            counter.add_all(&agents);
        }
        Recount {
            lanes: counter.hashes.lanes(),
            ..counter.count
        }
    }
}

struct Counter<'a, L> {
    population: &'a PopulationTick,
    count: Recount,
    hashes: Hashes<L>,
}

impl<L: Lanes> Counter<'_, L> {
    #[inline(always)]
    fn add_all(&mut self, agents: &Agents<'_>) {
        let mut slot = 0;
        while slot < agents.due.len() {
            let (due, work) = (&agents.due[slot..], &agents.work[slot..]);
            let rank = agents.from + slot as u64;
            if due.len() >= L::COUNT {
                self.add(rank, L::load(due), L::load(work));
            } else {
                // Slots beyond the end count as empty.
                let (mut last_due, mut last_work) = ([0; LANES_MAX], [0; LANES_MAX]);
                last_due[..due.len()].copy_from_slice(due);
                last_work[..work.len()].copy_from_slice(work);
                self.add(rank, L::load(&last_due), L::load(&last_work));
            }
            slot += L::COUNT;
        }
    }

    /// Counts a vector of agents from a rank on.
    #[inline(always)]
    fn add(&mut self, rank: u64, due: L, work: L) {
        let count = &mut self.count;
        let all = L::Mask::first(L::COUNT);
        let phases = phases(due, work, all);
        let mask = L::splat(agent::CLOCK_MASK);
        let think_left = (due - L::splat(self.population.think_start)) & mask;
        let experiment_left = (due - L::splat(self.population.experiment_start)) & mask;
        count.thinking += u64::from(phases.thinking.count());
        count.experiment += u64::from(phases.experiment.count());
        count.waiting += u64::from(phases.waiting.count());
        count.think_left += think_left.sum(phases.thinking);
        count.experiment_left += experiment_left.sum(phases.experiment);
        let ranks = Ranks::new(rank, L::COUNT).at(L::indices());
        let present = work.lt_signed(L::splat(0));
        self.hashes.add(ranks, due, work, present);
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
