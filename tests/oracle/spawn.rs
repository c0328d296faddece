//! "Spawn" of `docs/model.md`: one slot before anything else happens in a tick.

use takeoff::model::census::{Counter, PopulationCensus};
use takeoff::model::layout::PopulationTick;

use super::agent::{Agent, Phase};
use super::draws::{address, threefry};
use super::numbers::hi;
use super::{Ranks, pair, shift_phase};

/// Fills, rescales or empties a slot; which branch that was.
pub fn spawn(
    slot: &mut Agent,
    rank: u64,
    p: &PopulationTick,
    count: &mut PopulationCensus,
) -> &'static str {
    let ranks = Ranks::of(p);
    let phase = slot.phase();
    if phase == Phase::Absent {
        if ranks.spawn_from <= rank && rank < ranks.active {
            let u = threefry(pair(p.key), address(rank, 4095, 18));
            *slot = Agent::waiting(u64::from(p.think_start) + u64::from(hi(u[0], p.stagger)));
            count.add(Counter::Spawned, 1);
            shift_phase(count, Phase::Waiting, 1);
            return "spawn: fresh";
        }
        return "spawn: stays empty";
    }
    let experiment = phase == Phase::Experiment;
    let (start, rescale) = if experiment {
        (p.experiment_start, p.experiment_rescale)
    } else {
        (p.think_start, p.think_rescale)
    };
    let left = rescaled(u64::from(slot.offset(start)), rescale);
    if rank >= ranks.keep {
        *slot = Agent::ABSENT;
        shift_phase(count, phase, -1);
        return match phase {
            Phase::Thinking => {
                count.add(Counter::RetiredThinking, 1);
                count.add(Counter::ForgoneThink, left);
                "spawn: retired thinking"
            }
            Phase::Experiment => {
                count.add(Counter::RetiredExperiment, 1);
                count.add(Counter::ForgoneExperiment, left);
                "spawn: retired in an experiment"
            }
            Phase::Waiting | Phase::Absent => {
                count.add(Counter::RetiredWaiting, 1);
                "spawn: retired waiting"
            }
        };
    }
    *slot = Agent::new(
        experiment,
        u64::from(start) + left,
        slot.topic(),
        slot.idea(),
        slot.outcome(),
    );
    match rescale {
        0 => "spawn: kept",
        1.. => "spawn: unit grew",
        _ if left == (1 << 30) - 1 => "spawn: unit shrank to the longest phase",
        _ => "spawn: unit shrank",
    }
}

/// What is left of a phase after its clock's unit grew by 2^k.
fn rescaled(left: u64, k: i32) -> u64 {
    let left = u128::from(left);
    let new = if k >= 0 {
        left.div_ceil(1 << k)
    } else {
        (left << -k).min((1 << 30) - 1)
    };
    new as u64
}
