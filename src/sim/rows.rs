//! From a lab's report to the row that is recorded.

use crate::record::TickRow;
use crate::scenario::date_after;
use crate::world::{LabReport, World};

/// Rows of a tick, labs in order. Head-counts are rounded to whole researchers.
pub fn rows(world: &World, tick: u64, labs: Vec<LabReport>) -> Vec<TickRow> {
    let date = date_after(&world.scenario().run.start_date, world.day());
    labs.into_iter()
        .map(|lab| row(world, tick, &date, lab))
        .collect()
}

fn row(world: &World, tick: u64, date: &str, lab: LabReport) -> TickRow {
    // Below 2^53, where f64 counts whole heads, and sums over labs fit.
    let heads = |count: f64| libm::round(count.min(9.0e15)) as u64;
    let researchers = lab.researchers_human + lab.researchers_automated;
    TickRow {
        tick,
        day: world.day(),
        date: date.to_owned(),
        tick_hours: lab.tick_hours,
        oom_training: lab.oom.training,
        oom_inference: lab.oom.inference,
        oom_utilisation: lab.oom.utilisation,
        oom_tools: lab.oom.tools,
        effective_compute_a100e: lab.effective_compute_a100e,
        human_years_per_year: lab.human_years_per_year,
        researchers: heads(researchers),
        researchers_human: heads(lab.researchers_human),
        researchers_automated: heads(lab.researchers_automated),
        active: heads(lab.active),
        idle: heads((researchers - lab.active).max(0.0)),
        agents: lab.agents,
        weight: lab.weight,
        speed: lab.speed,
        quality_oom: lab.quality_oom,
        fleet_a100e: lab.fleet_a100e,
        experiment_a100e: lab.experiment_a100e,
        owned_a100e_hours: lab.owned_a100e_hours,
        used_a100e_hours: lab.used_a100e_hours,
        debt_a100e_hours: lab.debt_a100e_hours,
        utilisation: lab.utilisation,
        waiting_share: lab.waiting_share,
        experiment_size: lab.experiment_size,
        events: lab.events,
        attempts: lab.attempts,
        successes: lab.successes,
        failures: lab.attempts.saturating_sub(lab.successes),
        scooped: lab.scooped,
        board_new: lab.board_new,
        lab_new: lab.lab_new,
        world_new: lab.world_new,
        duplicates: lab.successes.saturating_sub(lab.world_new),
        known_ideas: lab.known_ideas,
        topics_ended: lab.topics_ended,
        hours_thought: lab.hours_thought,
        hours_experiment: lab.hours_experiment,
        hours_idle: lab.hours_idle,
        hours_stalled: lab.hours_stalled,
        tokens: lab.tokens,
        flop: lab.flop,
        oom_effective_compute: lab.oom_effective_compute,
        events_fired: world.fired_at(tick).join("; "),
        lab: lab.lab,
    }
}
