//! The host oracle: "The host" of `docs/model.md` a second time, written from the text.
//!
//! It shares only data structures with `takeoff`: the resolved scenario, the words of a tick, the
//! census. Its device is whatever runs a tick: the scalar oracle, or an engine.

mod absorb;
pub mod branches;
mod chain;
mod clock;
pub mod compare;
mod landscape;
mod market;
mod plan;
mod policy;
mod staff;
mod tables;
mod wiring;
mod words;

use std::collections::BTreeSet;

use takeoff::model::census::Census;
use takeoff::model::engine::{PopulationSetup, Setup, TickInput};
use takeoff::scenario::{IdeaKind, Scenario, Series};

use clock::Clock;
use landscape::Landscape;
use market::Shares;
pub use plan::Plan;
use staff::Staff;
use wiring::Wiring;

/// What runs the device's part of ticks.
pub trait Device {
    fn tick(&mut self, input: &TickInput<'_>) -> Census;
    /// Current knowledge, `[(topic * nodes + node) * cell]`.
    fn nodes(&mut self) -> Vec<u32>;
}

/// A whole run: the host's state between ticks.
pub struct Host {
    scenario: Scenario,
    landscape: Landscape,
    wiring: Wiring,
    labs: Vec<Lab>,
    staff: Vec<Staff>,
    /// Hours since the start of burn-in.
    hours: f64,
    tick: u64,
    /// Hours of the last delivery, by lag class.
    delivered: Vec<f64>,
    /// Hours of the last turn, by population.
    turned: Vec<f64>,
    /// Hours of the next rebuild of the popularity tables.
    rebuild: f64,
    /// News on each board after the last tick.
    news: Vec<u32>,
    /// Customers and people, once their market is open.
    shares: Option<Shares>,
    /// Lowest entry of the normal table.
    least_normal: i32,
    /// Weights of which the device has binomial tables.
    tabulated: Vec<u32>,
    pub digest: [u8; 32],
    /// Branches of the text that were taken so far, see `branches::ALL`.
    pub reached: BTreeSet<&'static str>,
}

/// What the host remembers of a lab.
#[derive(Clone, Debug)]
pub struct Lab {
    /// By kind, 2^-32 OOM.
    gains: Vec<u64>,
    clock: Clock,
    correction: f64,
    debt: f64,
    /// D of the last tick.
    demand: f64,
    /// Drive when it was last taken.
    drive: f64,
    /// Researcher-hours in experiments of the last tick.
    experiment_hours: f64,
    /// Waiting share and utilisation of the last tick, if anything ran.
    seen: Option<(f64, f64)>,
    surplus: f64,
    experience: f64,
    quality: f64,
    run: Option<Run>,
}

/// A training run under way.
#[derive(Clone, Copy, Debug)]
struct Run {
    days: f64,
    hours: f64,
    a100e_hours: f64,
    /// Training OOM at its start.
    algorithms: f64,
    /// log10 of the effective compute of the first run.
    first: Option<f64>,
}

/// OOMs of progress.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    pub training: f64,
    pub inference: f64,
    pub utilisation: f64,
    pub tools: f64,
    pub serial: f64,
}

impl Host {
    pub fn new(scenario: Scenario) -> Self {
        let wiring = Wiring::of(&scenario);
        let landscape = Landscape::of(&scenario.ideas, scenario.run.sample);
        let labs = scenario.labs.iter().map(|lab| Lab {
            gains: vec![0; scenario.ideas.kinds.len()],
            clock: Clock::default(),
            correction: 1.0,
            debt: 0.0,
            demand: 0.0,
            drive: 0.0,
            experiment_hours: 0.0,
            seen: None,
            surplus: 0.0,
            experience: 0.0,
            quality: 0.0,
            run: lab.training.as_ref().map(|training| Run {
                days: training.run_days,
                hours: 0.0,
                a100e_hours: 0.0,
                algorithms: 0.0,
                first: None,
            }),
        });
        let staff = wiring
            .teams
            .iter()
            .map(|&team| Staff::new(&scenario, team))
            .collect();
        Self {
            labs: labs.collect(),
            staff,
            hours: 0.0,
            tick: 0,
            delivered: vec![0.0; wiring.classes.len()],
            turned: vec![0.0; wiring.teams.len()],
            rebuild: 0.0,
            news: vec![0; *wiring.lab_boards.last().expect("a last") as usize],
            shares: None,
            least_normal: tables::normal()[0],
            tabulated: vec![0; wiring.teams.len()],
            digest: chain::first(&scenario),
            reached: BTreeSet::new(),
            landscape,
            wiring,
            scenario,
        }
    }

    /// What the device is set up with.
    pub fn setup(&self) -> Setup {
        let run = &self.scenario.run;
        let slots = run.agents_max;
        Setup {
            window_words: self.scenario.ideas.window_words as usize,
            topics: self.landscape.topics,
            kinds: self.landscape.gains.clone(),
            topic_kind: self.landscape.topic_kind.clone(),
            ideas_key: tables::key(&[b"ideas", &run.seed.to_le_bytes()]),
            populations: vec![
                PopulationSetup {
                    slots,
                    rank_first: 0
                };
                self.staff.len()
            ],
            lab_boards: self.wiring.lab_boards.clone(),
            edge_start: self.wiring.edge_start.clone(),
            edges: self.wiring.edges.clone(),
            mails: self.wiring.mails.clone(),
            classes: self.wiring.classes.len(),
        }
    }

    /// One tick on a device: what it was told, what it counted.
    pub fn step(&mut self, device: &mut dyn Device) -> (Plan, Census) {
        let plan = self.plan(device);
        let census = device.tick(&plan.input());
        self.absorb(&plan, &census);
        let floats = self.floats(&plan);
        self.digest = chain::next(&self.digest, self.tick, &census, &floats);
        self.tick += 1;
        (plan, census)
    }

    /// Notes that a branch of the text was taken, on a condition.
    fn mark_if(&mut self, taken: bool, branch: &'static str) {
        debug_assert!(branches::ALL.contains(&branch), "{branch} is not listed");
        if taken {
            self.reached.insert(branch);
        }
    }

    /// The host's part of the digest.
    pub fn floats(&self, plan: &Plan) -> Vec<f64> {
        let mut floats = vec![self.hours];
        for (index, (lab, plan)) in self.labs.iter().zip(&plan.labs).enumerate() {
            let oom = self.progress(index);
            floats.extend([oom.training, oom.inference, oom.utilisation, oom.tools]);
            floats.extend([plan.fleet, plan.compute, plan.size]);
            floats.extend([lab.debt, lab.experiment_hours, lab.surplus]);
            floats.extend([lab.quality, lab.experience]);
        }
        floats.extend(self.market_floats());
        for (staff, plan) in self.staff.iter().zip(&plan.staff) {
            floats.extend([plan.force.headcount, plan.force.speed, staff.weight()]);
            floats.extend([staff.keep as f64, staff.active as f64]);
        }
        floats
    }

    /// Days from the end of burn-in.
    fn day(&self) -> f64 {
        self.hours / 24.0 - self.scenario.run.burn_in_days
    }

    /// What the lab's ideas have brought.
    fn progress(&self, lab: usize) -> Progress {
        let mut sum = Progress::default();
        for (&gains, kind) in self.labs[lab].gains.iter().zip(&self.scenario.ideas.kinds) {
            let gain = gains as f64 / 4_294_967_296.0;
            sum.training += gain * kind.gain_to.training;
            sum.inference += gain * kind.gain_to.inference;
            sum.utilisation += gain * kind.gain_to.utilisation;
            sum.tools += gain * kind.gain_to.tools;
            sum.serial += gain * kind.gain_to.serial;
        }
        sum
    }
}

/// log2 values in Q16.
fn q16(x: f64) -> i32 {
    libm::round(65536.0 * x.clamp(-4096.0, 4096.0)) as i32
}

/// Sigmas in Q12.
fn q12(x: f64) -> i32 {
    libm::round(4096.0 * x) as i32
}

/// A series on a day.
fn value(series: &Series, day: f64) -> f64 {
    let (first, last) = (series.points[0], series.points[series.points.len() - 1]);
    if day <= first.0 {
        return first.1;
    }
    if day > last.0 {
        return last.1 * libm::exp(libm::log(series.growth_per_year) * ((day - last.0) / 365.0));
    }
    let next = series.points.partition_point(|point| point.0 < day);
    let (a, b) = (series.points[next - 1], series.points[next]);
    if day == b.0 {
        return b.1;
    }
    a.1 * libm::exp((libm::log(b.1) - libm::log(a.1)) * ((day - a.0) / (b.0 - a.0)))
}

/// Averages over kinds, by their shares of topics.
fn over_kinds(scenario: &Scenario, of: impl Fn(&IdeaKind) -> f64) -> f64 {
    let kinds = &scenario.ideas.kinds;
    kinds.iter().map(|kind| kind.topic_share * of(kind)).sum()
}
