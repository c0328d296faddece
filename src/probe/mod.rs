//! Measured exponents: runs a scenario to chosen days and branches off with one input changed.
//!
//! `branch` runs one branch, `cells` says which there are, `estimate` turns what they counted into
//! exponents, `report` holds it all. `docs/probe.md` has definitions and equations.

mod branch;
mod cells;
mod estimate;
mod report;

pub use branch::Counted;
pub use report::{Measure, Point, Report, Stretch};

use crate::record::RecordError;
use crate::scenario::Scenario;
use crate::sim::{EngineChoice, EngineOptions, SimError, Simulation};
use crate::world::Feedback;
use branch::Window;

/// Points of a probe that was asked for none.
const POINTS: u32 = 5;
/// Attempts of a researcher that are left to settle where no days are given.
const ATTEMPTS_TO_SETTLE: f64 = 3.0;
/// Range of the factors.
const FACTORS: std::ops::RangeInclusive<f64> = 1e-3..=1e3;
/// Most days of a window.
const DAYS_MAX: f64 = 36_500.0;
/// Scenario files hold no larger seed.
const SEED_MAX: u64 = i64::MAX as u64;

/// What to measure.
#[derive(Clone, Debug)]
pub struct Request {
    /// Days to branch from, counted from day 0; empty: equally spaced from day 0 to the last.
    pub at_days: Vec<f64>,
    /// Factors on each input, beside 1.
    pub factors: Vec<f64>,
    /// Days counted in each branch.
    pub horizon_days: f64,
    /// Days of a branch before counting; `None`: as [`World::pace`] says.
    ///
    /// [`World::pace`]: crate::world::World::pace
    pub settle_days: Option<f64>,
    /// Whole runs with seeds from the scenario's on.
    pub replicates: u64,
    /// Partial or total effects.
    pub feedback: Feedback,
    /// Who computes.
    pub engine: (EngineChoice, EngineOptions),
    /// The command that asks for all this, for the report.
    pub command: String,
}

/// Why a probe ended early.
#[derive(Debug, thiserror::Error)]
pub enum ProbeError {
    /// What was asked for makes no sense for the scenario.
    #[error("{0}")]
    Request(String),
    /// A branch has more researchers at work than there are agents for.
    #[error(
        "{branch} on day {day}: researchers of `{population}` at work need {needed} agents of weight {weight}, of {room} that there are: raise run.agents_max ({agents_max}), lower run.sample, or take smaller factors"
    )]
    NoRoom {
        /// The branch, by its factors.
        branch: String,
        /// The day.
        day: f64,
        /// Population, its lab before it.
        population: String,
        /// Agents needed at the weight that the branch began with.
        needed: u64,
        /// That weight, researchers an agent.
        weight: u64,
        /// Agents that there is room for.
        room: u64,
        /// Of the scenario.
        agents_max: u64,
    },
    /// Nobody works at a point, so that nothing says how long to settle.
    #[error("on day {day} nobody works, or never comes to an end: give --settle-days")]
    Idle {
        /// The day.
        day: f64,
    },
    /// A run fails.
    #[error(transparent)]
    Sim(#[from] SimError),
    /// The report cannot be kept.
    #[error(transparent)]
    Kept(#[from] RecordError),
}

/// Who looks on.
pub trait Watch {
    /// A step begins.
    fn begins(&mut self, what: &str);
    /// A replicate is complete.
    ///
    /// # Errors
    /// If the report cannot be kept.
    fn measured(&mut self, report: &Report) -> Result<(), RecordError>;
    /// Should it end early?
    fn is_enough(&self) -> bool;
}

/// What one replicate counted: `[point][cell]`.
type Replicate = Vec<Vec<Counted>>;

/// Runs all replicates; gives what those that came to their end say, `None` if none did.
///
/// # Errors
/// If the request makes no sense, a branch has no room, or a run fails.
pub fn run(
    scenario: &Scenario,
    request: &Request,
    watch: &mut dyn Watch,
) -> Result<Option<Report>, ProbeError> {
    let request = checked(scenario, request)?;
    let mut windows: Vec<Window> = Vec::new();
    let mut done: Vec<Replicate> = Vec::new();
    let mut report = None;
    for replicate in 0..request.replicates {
        let mut scenario = scenario.clone();
        scenario.run.seed += replicate;
        let Some(counted) = one(&scenario, &request, &mut windows, watch)? else {
            break;
        };
        done.push(counted);
        let so_far = report::of(&scenario, &request, &windows, &done);
        watch.measured(&so_far)?;
        report = Some(so_far);
    }
    Ok(report)
}

/// One replicate; `None` if it is to end early. The first says how long branches settle, for all.
fn one(
    scenario: &Scenario,
    request: &Request,
    windows: &mut Vec<Window>,
    watch: &mut dyn Watch,
) -> Result<Option<Replicate>, ProbeError> {
    let (choice, options) = request.engine;
    let mut trunk = Simulation::with_options(scenario.clone(), choice, options)?;
    let cells = cells::of(&request.factors);
    let mut replicate = Vec::new();
    for (index, &day) in request.at_days.iter().enumerate() {
        let seed = scenario.run.seed;
        watch.begins(&format!("seed {seed}: on to day {day}"));
        while trunk.world().day() < day {
            if watch.is_enough() {
                return Ok(None);
            }
            trunk.step()?;
        }
        let mut saved = Vec::new();
        trunk.save(&mut saved)?;
        if index == windows.len() {
            windows.push(branch::window(scenario, request, &saved)?);
        }
        let count = cells.len();
        watch.begins(&format!("seed {seed}: {count} branches from day {day}"));
        let mut counted = Vec::new();
        for &cell in &cells {
            if watch.is_enough() {
                return Ok(None);
            }
            counted.push(branch::count(
                scenario,
                request,
                &saved,
                cell,
                &windows[index],
            )?);
        }
        replicate.push(counted);
    }
    Ok(Some(replicate))
}

/// The request with its days and factors in order, each once.
fn checked(scenario: &Scenario, request: &Request) -> Result<Request, ProbeError> {
    let run = &scenario.run;
    let refused = |why: String| Err(ProbeError::Request(why));
    let mut request = request.clone();
    if request.at_days.is_empty() {
        let last = f64::from(POINTS - 1);
        request.at_days = (0..POINTS)
            .map(|i| run.days * f64::from(i) / last)
            .collect();
    }
    let days = -run.burn_in_days..=run.days;
    if let Some(day) = request.at_days.iter().find(|day| !days.contains(day)) {
        let (first, last) = (days.start(), days.end());
        return refused(format!("day {day} is outside the run: {first} to {last}"));
    }
    if let Some(factor) = request.factors.iter().find(|f| !FACTORS.contains(f)) {
        let (least, most) = (FACTORS.start(), FACTORS.end());
        return refused(format!(
            "a factor of {factor} is not one of {least} to {most}"
        ));
    }
    request.factors.push(1.0);
    for list in [&mut request.at_days, &mut request.factors] {
        list.sort_by(f64::total_cmp);
        list.dedup();
    }
    if request.factors.len() < 2 {
        return refused("a factor of 1 changes nothing: give others".to_owned());
    }
    let least = 2.0 * run.tick_hours / 24.0;
    if !(least..=DAYS_MAX).contains(&request.horizon_days) {
        let days = request.horizon_days;
        return refused(format!(
            "a horizon of {days} days is not one of {least} (two ticks) to {DAYS_MAX}"
        ));
    }
    if let Some(days) = request
        .settle_days
        .filter(|days| !(0.0..=DAYS_MAX).contains(days))
    {
        return refused(format!("{days} days to settle are not 0 to {DAYS_MAX}"));
    }
    if request.replicates == 0 || request.replicates > SEED_MAX - run.seed.min(SEED_MAX) {
        let (count, seed) = (request.replicates, run.seed);
        return refused(format!(
            "{count} replicates from seed {seed} on: no such seeds"
        ));
    }
    Ok(request)
}
