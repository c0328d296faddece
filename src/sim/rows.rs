//! From a lab's report to the row that is recorded.

use crate::record::{TickRow, TopicRow};
use crate::scenario::date_after;
use crate::world::economy::{a100e, usd};
use crate::world::{LabReport, TopicState, World};

/// Rows of a tick, labs in order. Head-counts are rounded to whole researchers.
pub fn rows(world: &World, tick: u64, labs: Vec<LabReport>) -> Vec<TickRow> {
    let date = date_after(&world.scenario().run.start_date, world.day());
    labs.into_iter()
        .map(|lab| row(world, tick, &date, lab))
        .collect()
}

/// How far each lab has come in each topic, labs in order, from the words of all nodes.
pub fn topics(world: &World, nodes: &[u32]) -> Vec<TopicRow> {
    let states = world.topics(nodes);
    states.iter().map(|state| topic(world, state)).collect()
}

fn topic(world: &World, state: &TopicState) -> TopicRow {
    let scenario = world.scenario();
    let kind = &scenario.ideas.kinds[state.kind];
    TopicRow {
        lab: scenario.labs[state.lab].name.clone(),
        topic: state.topic as u64,
        kind: kind.name.clone(),
        popularity: state.popularity,
        ideas: u64::from(state.ideas),
        known_below: u64::from(state.known_below),
        known_ideas: u64::from(state.known_ideas),
        harder_oom: kind.level_oom_per_idea * f64::from(state.known_below),
    }
}

fn row(world: &World, tick: u64, date: &str, lab: LabReport) -> TickRow {
    // Below 2^53, where f64 counts whole heads, and sums over labs fit.
    let heads = |count: f64| libm::round(count.min(9.0e15)) as u64;
    let economy = lab.economy;
    let (chips, flows, costs) = (economy.chips, economy.flows, economy.costs);
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
        oom_serial: lab.oom.serial,
        automated_attempts: lab.automated_attempts,
        posts: lab.posts,
        comments: lab.comments,
        hours_sandbox: lab.hours_sandbox,
        training_runs: lab.training_runs,
        training_share: economy.resources.training_share,
        inference_share: economy.resources.inference_share,
        serving_share: economy.resources.serving_share,
        paused: u64::from(economy.resources.paused),
        installed_a100e: economy.installed_a100e,
        ordered_a100e: a100e(chips.ordered),
        started_a100e: a100e(chips.started),
        delivered_a100e: a100e(chips.delivered),
        failed_a100e: a100e(chips.ageing.failed),
        scrapped_a100e: a100e(chips.ageing.scrapped),
        written_off_a100e: a100e(chips.ageing.written_off),
        backlog_a100e: economy.backlog_a100e,
        in_production_a100e: economy.in_production_a100e,
        chip_price_usd: economy.chip_price_usd,
        contracted_mw: economy.contracted_mw,
        energy_mwh: economy.energy_mwh,
        training_run_gwh: economy.training_run_gwh,
        revenue_usd: usd(flows.revenue),
        funding_usd: usd(flows.funding),
        borrowed_usd: usd(flows.borrowed),
        capex_usd: usd(flows.capex),
        energy_usd: usd(flows.energy),
        hosting_usd: usd(flows.hosting),
        salaries_usd: usd(flows.salaries),
        interest_usd: usd(flows.interest),
        repaid_usd: usd(flows.repaid),
        fines_usd: usd(flows.fines),
        defaulted_usd: usd(flows.defaulted),
        cash_usd: economy.cash_usd,
        debt_usd: economy.debt_usd,
        book_usd: economy.book_usd,
        depreciation_usd: usd(chips.ageing.depreciation),
        impairment_usd: usd(chips.ageing.impairment),
        training_usd: usd(costs.training),
        tuning_usd: usd(costs.tuning),
        generation_usd: usd(costs.generation),
        generation_over_training: economy.generation_over_training,
        gross_margin: economy.gross_margin,
        reference_run_usd: economy.reference_run_usd,
        reference_run_days: economy.reference_run_days,
        adopted_share: economy.adopted_share,
        price_usd_per_million_tokens: economy.price_usd_per_million_tokens,
        served_tokens: economy.served_tokens,
        unserved_tokens: economy.unserved_tokens,
        market_share: economy.market_share,
        talent_share: economy.talent_share,
        hired_people: economy.hired_people,
        delegations: economy.delegations,
        wave_phase: economy.wave_phase.to_owned(),
        revenue_gap_usd_per_year: economy.revenue_gap_usd_per_year,
        demand_pattern: economy.role_demand[0],
        demand_routine_code: economy.role_demand[1],
        demand_formulation: economy.role_demand[2],
        demand_strategy: economy.role_demand[3],
        substituted_share: economy.substituted_share,
        oom_effective_compute: lab.oom_effective_compute,
        events_fired: world.fired_at(tick).join("; "),
        lab: lab.lab,
    }
}
