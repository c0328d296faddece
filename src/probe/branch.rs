//! Runs one branch and counts what it finds.

use serde::Serialize;

use super::{ATTEMPTS_TO_SETTLE, ProbeError, Request, cells};
use crate::record::TickRow;
use crate::scenario::Scenario;
use crate::sim::{Simulation, TickRecord};
use crate::world::{Counterfactual, Inputs, Pace};

/// When the branches of a point count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// Days of a branch before counting.
    pub settle_days: f64,
    /// How soon research answers to a change in the first tick; `None` if nobody works.
    pub pace: Option<Pace>,
}

/// What a branch counted.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Counted {
    /// Seed of the replicate.
    pub seed: u64,
    /// Digest of the run at the point, as `takeoff run` has it after that tick.
    pub digest_before: String,
    /// Digest of the branch at its end.
    pub digest: String,
    /// Ticks of the run at the point.
    pub tick: u64,
    /// Ticks of the branch, settling included.
    pub ticks: u64,
    /// Days counted.
    pub days: f64,
    /// Days counted in the first half.
    pub first_days: f64,
    /// Inputs in the first tick, of the sampled world.
    #[serde(flatten)]
    pub inputs: Inputs,
    /// Training progress of the furthest lab where counting begins, OOM.
    pub oom_from: f64,
    /// Where the first half ends.
    pub oom_middle: f64,
    /// At the end.
    pub oom_to: f64,
    /// Ideas new to the world.
    pub new_ideas: u64,
    /// In the first half.
    pub first_new_ideas: u64,
    /// Experiments that found their idea, researchers.
    pub successes: u64,
    /// Experiments finished, researchers.
    pub attempts: u64,
    /// Researchers at work, mean.
    pub active: f64,
    /// Compute used by experiments over what they own.
    pub utilisation: f64,
    /// Share of the time of those at work that passes in experiments.
    pub waiting_share: f64,
    /// Size of experiments, mean over ticks and labs.
    pub experiment_size: f64,
    /// Share of the time of those at work that the event bound took.
    pub stalled_share: f64,
    /// Topics of which some lab knows the last idea, at the end.
    pub topics_ended: u64,
}

/// Sums over the ticks counted.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    ticks: f64,
    active_hours: f64,
    hours: f64,
    used_a100e_hours: f64,
    owned_a100e_hours: f64,
    hours_experiment: f64,
    hours_stalled: f64,
    size: f64,
}

impl Sums {
    fn add(&mut self, rows: &[TickRow]) {
        self.ticks += 1.0;
        self.hours += rows.first().map_or(0.0, |row| row.tick_hours);
        for row in rows {
            self.active_hours += row.active as f64 * row.tick_hours;
            self.used_a100e_hours += row.used_a100e_hours;
            self.owned_a100e_hours += row.owned_a100e_hours;
            self.hours_experiment += row.hours_experiment;
            self.hours_stalled += row.hours_stalled;
            self.size += row.experiment_size / rows.len() as f64;
        }
    }
}

/// How long the branches of a point settle: as asked, else three attempts at the pace of the first tick, and
/// no less than the lag of news.
pub fn window(scenario: &Scenario, request: &Request, saved: &[u8]) -> Result<Window, ProbeError> {
    let mut base = start(scenario, request, saved, Counterfactual::NEUTRAL)?;
    let day = base.world().day();
    base.step()?;
    let (plan, _) = base.last().expect("it made a tick");
    let pace = base.world().pace(plan);
    let hours = |pace: Pace| (ATTEMPTS_TO_SETTLE * pace.attempt_hours).max(pace.lag_hours);
    let derived = pace.map(|pace| hours(pace) / 24.0);
    Ok(Window {
        settle_days: request
            .settle_days
            .or(derived)
            .ok_or(ProbeError::Idle { day })?,
        pace,
    })
}

fn start(
    scenario: &Scenario,
    request: &Request,
    saved: &[u8],
    cell: Counterfactual,
) -> Result<Simulation, ProbeError> {
    let change = (cell, request.feedback);
    let branch = Simulation::branch(scenario.clone(), request.engine, &mut &saved[..], change)?;
    Ok(branch)
}

/// Runs a branch to the end of its window.
pub fn count(
    scenario: &Scenario,
    request: &Request,
    saved: &[u8],
    cell: Counterfactual,
    window: &Window,
) -> Result<Counted, ProbeError> {
    let mut branch = start(scenario, request, saved, cell)?;
    let from_day = branch.world().day();
    let mut counted = Counted {
        seed: scenario.run.seed,
        digest_before: blake3::Hash::from(*branch.digest()).to_hex().to_string(),
        tick: branch.tick(),
        ..Counted::default()
    };
    let weights = weights(&branch);
    while branch.world().day() < from_day + window.settle_days {
        step(&mut branch, &cell, &weights, &mut counted)?;
    }
    let begin = branch.world().day();
    let (middle, end) = (
        begin + 0.5 * request.horizon_days,
        begin + request.horizon_days,
    );
    counted.oom_from = training_oom(&branch);
    let mut sums = Sums::default();
    while branch.world().day() < end {
        let in_first_half = branch.world().day() < middle;
        let record = step(&mut branch, &cell, &weights, &mut counted)?;
        sums.add(&record.rows);
        let sum = |of: &dyn Fn(&TickRow) -> u64| record.rows.iter().map(of).sum::<u64>();
        let new = sum(&|row| row.world_new);
        counted.new_ideas += new;
        counted.successes += sum(&|row| row.successes);
        counted.attempts += sum(&|row| row.attempts);
        counted.topics_ended = sum(&|row| row.topics_ended);
        if in_first_half {
            counted.first_new_ideas += new;
            counted.first_days = record.day - begin;
            counted.oom_middle = training_oom(&branch);
        }
    }
    counted.days = branch.world().day() - begin;
    counted.oom_to = training_oom(&branch);
    counted.digest = blake3::Hash::from(*branch.digest()).to_hex().to_string();
    means(&mut counted, &sums);
    Ok(counted)
}

fn means(counted: &mut Counted, sums: &Sums) {
    let over = |sum: f64, whole: f64| if whole > 0.0 { sum / whole } else { 0.0 };
    counted.active = over(sums.active_hours, sums.hours);
    counted.utilisation = over(sums.used_a100e_hours, sums.owned_a100e_hours);
    counted.waiting_share = over(sums.hours_experiment, sums.active_hours);
    counted.stalled_share = over(sums.hours_stalled, sums.active_hours);
    counted.experiment_size = over(sums.size, sums.ticks);
}

/// Researchers an agent stands for, log2, by population.
fn weights(branch: &Simulation) -> Vec<u32> {
    let populations = branch.world().state().populations.iter();
    populations
        .map(|population| population.weight_log2)
        .collect()
}

/// One tick; refuses a branch in which agents would have to stand for more researchers than before.
fn step(
    branch: &mut Simulation,
    cell: &Counterfactual,
    weights: &[u32],
    counted: &mut Counted,
) -> Result<TickRecord, ProbeError> {
    let record = branch.step()?;
    if counted.ticks == 0 {
        let (plan, _) = branch.last().expect("it made a tick");
        counted.inputs = plan.inputs();
    }
    counted.ticks += 1;
    let world = branch.world();
    let labs = world.scenario().labs.iter();
    let names = labs.flat_map(|lab| lab.populations.iter().map(move |p| (&lab.name, &p.name)));
    let states = world
        .state()
        .populations
        .iter()
        .zip(&world.setup().populations);
    for ((state, setup), (&before, (lab, population))) in states.zip(weights.iter().zip(names)) {
        if state.weight_log2 > before {
            return Err(ProbeError::NoRoom {
                branch: cells::name(cell),
                day: record.day,
                population: format!("{lab}.{population}"),
                needed: state.active << (state.weight_log2 - before),
                weight: 1 << before,
                room: setup.slots,
                agents_max: world.scenario().run.agents_max,
            });
        }
    }
    Ok(record)
}

/// Training progress of the lab that has most of it, OOM.
fn training_oom(branch: &Simulation) -> f64 {
    let world = branch.world();
    let oom = |lab: &crate::world::LabState| lab.oom(&world.scenario().ideas).training;
    world.state().labs.iter().map(oom).fold(0.0, f64::max)
}
