//! Stage `spawn`: fits the slots of a population to its size before the tick.
//!
//! Twin of `shaders/spawn.wgsl`; the text of both is `docs/model.md`, "Spawn".

use crate::model::agent::{self, Phase};
use crate::model::census::{Counter, PopulationCensus};
use crate::model::fixed;
use crate::model::layout::{self, PopulationTick};
use crate::model::rng::{self, purpose};

/// Retires, rescales and starts agents with ranks `from..from + due.len()`.
pub fn spawn(
    population: &PopulationTick,
    from: u64,
    due: &mut [u32],
    work: &mut [u32],
) -> PopulationCensus {
    let mut census = PopulationCensus::ZERO;
    let salt = population.traits_key.to_array();
    for (slot, (due, work)) in due.iter_mut().zip(work).enumerate() {
        let rank = from + slot as u64;
        let old = (*due, *work);
        (*due, *work) = fit(population, rank, old, &mut census);
        if (*due, *work) != old {
            census.exchange_hash(
                agent::hash(salt, rank, old.0, old.1),
                agent::hash(salt, rank, *due, *work),
            );
        }
    }
    census
}

/// The agent of `rank` after spawn.
fn fit(
    population: &PopulationTick,
    rank: u64,
    (due, work): (u32, u32),
    census: &mut PopulationCensus,
) -> (u32, u32) {
    let phase = agent::phase(due, work);
    if phase == Phase::Absent {
        let fresh = layout::merge(population.spawn_from)..layout::merge(population.active);
        return if fresh.contains(&rank) {
            start(population, rank, census)
        } else {
            (due, work)
        };
    }
    let (clock, by) = if phase == Phase::Experiment {
        (population.experiment_start, population.experiment_rescale)
    } else {
        (population.think_start, population.think_rescale)
    };
    let left = rescale(due.wrapping_sub(clock) & agent::CLOCK_MASK, by);
    if rank >= layout::merge(population.keep) {
        retire(phase, left, census);
        return (0, 0);
    }
    (
        due & agent::ON_EXPERIMENT | clock.wrapping_add(left) & agent::CLOCK_MASK,
        work,
    )
}

/// A fresh agent that begins somewhere in the stagger.
fn start(population: &PopulationTick, rank: u64, census: &mut PopulationCensus) -> (u32, u32) {
    let counter = rng::counter(rank, rng::SPAWN_EVENT, purpose::SPAWN);
    let draw = rng::threefry(population.key.to_array(), counter);
    let wait = fixed::mul_hi(draw[0], population.stagger);
    census.add(Counter::Spawned, 1);
    census.add(Counter::DeltaWaiting, 1);
    (
        population.think_start.wrapping_add(wait) & agent::CLOCK_MASK,
        agent::WAITING,
    )
}

/// Counts an agent whose rank is gone.
fn retire(phase: Phase, left: u32, census: &mut PopulationCensus) {
    let one_less = 1u64.wrapping_neg();
    match phase {
        Phase::Thinking => {
            census.add(Counter::RetiredThinking, 1);
            census.add(Counter::DeltaThinking, one_less);
            census.add(Counter::ForgoneThink, u64::from(left));
        }
        Phase::Experiment => {
            census.add(Counter::RetiredExperiment, 1);
            census.add(Counter::DeltaExperiment, one_less);
            census.add(Counter::ForgoneExperiment, u64::from(left));
        }
        Phase::Waiting | Phase::Absent => {
            census.add(Counter::RetiredWaiting, 1);
            census.add(Counter::DeltaWaiting, one_less);
        }
    }
}

/// Remaining time after a change of unit by 2^`by`: rounded up, so that nothing ends early, and kept
/// below the longest phase.
fn rescale(left: u32, by: i32) -> u32 {
    if by >= 0 {
        let (down, rest) = (left >> by.min(31), left & !(u32::MAX << by.min(31)));
        down + u32::from(rest != 0)
    } else {
        let up = by.unsigned_abs().min(31);
        if left > fixed::PHASE_UNITS_MAX >> up {
            fixed::PHASE_UNITS_MAX
        } else {
            left << up
        }
    }
}
