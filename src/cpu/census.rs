//! Stage `census`: counts the agents of a population anew, to hold the running counts against.
//!
//! Twin of `shaders/census.wgsl`; the text of both is `docs/model.md`, "Census".

use crate::model::agent::{self, Phase};
use crate::model::census::Recount;
use crate::model::digest;
use crate::model::layout::PopulationTick;

/// Counts agents with ranks `from..from + due.len()`.
pub fn census(population: &PopulationTick, from: u64, due: &[u32], work: &[u32]) -> Recount {
    let mut count = Recount::default();
    let salt = population.traits_key.to_array();
    for (slot, (&due, &work)) in due.iter().zip(work).enumerate() {
        let left = |clock: u32| u64::from(due.wrapping_sub(clock) & agent::CLOCK_MASK);
        match agent::phase(due, work) {
            Phase::Absent => continue,
            Phase::Waiting => count.waiting += 1,
            Phase::Thinking => {
                count.thinking += 1;
                count.think_left += left(population.think_start);
            }
            Phase::Experiment => {
                count.experiment += 1;
                count.experiment_left += left(population.experiment_start);
            }
        }
        digest::add_lanes(
            &mut count.lanes,
            agent::hash(salt, from + slot as u64, due, work),
        );
    }
    count
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
