//! The report of a probe. `docs/probe.md` has every key.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::branch::{Counted, Window};
use super::{Replicate, Request, cells, estimate};
use crate::scenario::Scenario;
use crate::statistics::exponents::NAMES;
use crate::statistics::replicates::Figure;
use crate::world::{Counterfactual, Feedback};

/// How progress is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// Ideas new to the world.
    Ideas,
    /// Training efficiency of the furthest lab, OOM.
    Oom,
}

impl Measure {
    /// Both, in the order of the report.
    pub const ALL: [Measure; 2] = [Measure::Ideas, Measure::Oom];

    /// Over the days counted.
    pub fn progress(self, counted: &Counted) -> f64 {
        match self {
            Measure::Ideas => counted.new_ideas as f64,
            Measure::Oom => counted.oom_to - counted.oom_from,
        }
    }

    /// Over the first half of them.
    pub fn first_progress(self, counted: &Counted) -> f64 {
        match self {
            Measure::Ideas => counted.first_new_ideas as f64,
            Measure::Oom => counted.oom_middle - counted.oom_from,
        }
    }

    /// As in the JSON.
    pub fn name(self) -> &'static str {
        match self {
            Measure::Ideas => "ideas",
            Measure::Oom => "oom",
        }
    }
}

/// Everything measured so far.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// `takeoff-probe`.
    pub format: &'static str,
    /// 1.
    pub format_version: u64,
    /// Version of takeoff.
    pub version: &'static str,
    /// The command that asks for it.
    pub command: String,
    /// Name of the scenario.
    pub scenario: String,
    /// Of the model, whatever the seed: blake3 as in the digest, with the first seed.
    pub model_hash: String,
    /// Of the replicates that are complete.
    pub seeds: Vec<u64>,
    /// Replicates asked for.
    pub replicates: u64,
    /// Fraction of the world that is simulated.
    pub sample: f64,
    /// `held`: partial effects; `live`: total ones.
    pub feedback: &'static str,
    /// Factors, 1 included.
    pub factors: Vec<f64>,
    /// Days asked to be counted.
    pub horizon_days: f64,
    /// Probability that intervals are to cover.
    pub confidence: f64,
    /// Resamples behind them.
    pub resamples: u32,
    /// Ascending days.
    pub points: Vec<Point>,
    /// From each point to the next; empty with live feedback.
    pub path: Vec<Stretch>,
}

/// What was measured at one day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Day asked for.
    pub at_day: f64,
    /// Days of a branch before counting.
    pub settle_days: f64,
    /// Mean time of an attempt of the slowest population that counts, hours; null if nobody works.
    pub attempt_hours: Option<f64>,
    /// Lag of news, hours.
    pub lag_hours: Option<f64>,
    /// By measure, by name of the exponent.
    pub exponents: BTreeMap<Measure, BTreeMap<&'static str, Estimated>>,
    /// Every branch.
    pub branches: Vec<Branch>,
}

/// The branch of some factors in all replicates.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Branch {
    /// Factor on researchers.
    pub researchers: f64,
    /// On experiment compute.
    pub compute: f64,
    /// On serial speed.
    pub speed: f64,
    /// Ideas new to the world, per day, mean.
    pub ideas_per_day: f64,
    /// Training progress, OOM per day, mean.
    pub oom_per_day: f64,
    /// 1 - new ideas / successes; `None` without any.
    pub duplicate_share: Option<f64>,
    /// What each replicate counted.
    pub replicates: Vec<Counted>,
}

/// Returns from one point to the next.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stretch {
    /// Day of the first point.
    pub from_day: f64,
    /// Of the second.
    pub to_day: f64,
    /// How progress is counted.
    pub measure: Measure,
    /// OOM by which an OOM slows the next at equal inputs.
    pub beta: Estimated,
    /// lambda / beta.
    pub r: Estimated,
}

/// A figure: null, or value and limits.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimated(pub Figure);

impl Serialize for Estimated {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Known {
            value: f64,
            low: Option<f64>,
            high: Option<f64>,
        }
        let Figure { value, interval } = self.0;
        let known = value.map(|value| Known {
            value,
            low: interval.map(|(low, _)| low),
            high: interval.map(|(_, high)| high),
        });
        known.serialize(serializer)
    }
}

impl Report {
    /// As JSON.
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a report is plain data")
    }
}

impl Point {
    /// The branch without a change.
    pub fn base(&self) -> Option<&Branch> {
        let neutral = |b: &&Branch| (b.researchers, b.compute, b.speed) == (1.0, 1.0, 1.0);
        self.branches.iter().find(neutral)
    }

    /// An exponent by its name; none if there is no such name.
    pub fn exponent(&self, measure: Measure, name: &str) -> Figure {
        let found = self.exponents.get(&measure).and_then(|all| all.get(name));
        found.map_or_else(Figure::default, |estimated| estimated.0)
    }
}

/// The report of the replicates so far; `scenario` is that of the last of them.
pub(super) fn of(
    scenario: &Scenario,
    request: &Request,
    windows: &[Window],
    done: &[Replicate],
) -> Report {
    let cells = cells::of(&request.factors);
    let first = scenario.run.seed + 1 - done.len() as u64;
    let estimates = Measure::ALL.map(|measure| estimate::of(measure, &cells, done, first));
    let mut points = Vec::new();
    for (at, window) in windows.iter().enumerate() {
        let exponents = Measure::ALL
            .iter()
            .zip(&estimates)
            .map(|(measure, estimates)| {
                let figures = estimates.points[at].iter().map(|&figure| Estimated(figure));
                (*measure, NAMES.into_iter().zip(figures).collect())
            });
        let branch = |(index, cell): (usize, &Counterfactual)| {
            branch(
                cell,
                done.iter().map(|one| one[at][index].clone()).collect(),
            )
        };
        points.push(Point {
            at_day: request.at_days[at],
            settle_days: window.settle_days,
            attempt_hours: window.pace.map(|pace| pace.attempt_hours),
            lag_hours: window.pace.map(|pace| pace.lag_hours),
            exponents: exponents.collect(),
            branches: cells.iter().enumerate().map(branch).collect(),
        });
    }
    let mut path = Vec::new();
    for (at, days) in request.at_days.windows(2).enumerate() {
        for (measure, estimates) in Measure::ALL.into_iter().zip(&estimates) {
            let [beta, r] = estimates.stretches[at].map(Estimated);
            let (from_day, to_day) = (days[0], days[1]);
            path.push(Stretch {
                from_day,
                to_day,
                measure,
                beta,
                r,
            });
        }
    }
    let is_held = request.feedback == Feedback::Held;
    let model = Scenario {
        run: crate::scenario::Run {
            seed: first,
            ..scenario.run.clone()
        },
        ..scenario.clone()
    };
    Report {
        format: "takeoff-probe",
        format_version: 1,
        version: env!("CARGO_PKG_VERSION"),
        command: request.command.clone(),
        scenario: scenario.name.clone(),
        model_hash: model.model_hash(),
        seeds: (first..=scenario.run.seed).collect(),
        replicates: request.replicates,
        sample: scenario.run.sample,
        feedback: if is_held { "held" } else { "live" },
        factors: request.factors.clone(),
        horizon_days: request.horizon_days,
        confidence: estimate::CONFIDENCE,
        resamples: estimate::RESAMPLES,
        points,
        path: if is_held { path } else { Vec::new() },
    }
}

fn branch(cell: &Counterfactual, replicates: Vec<Counted>) -> Branch {
    let sum = |of: &dyn Fn(&Counted) -> f64| replicates.iter().map(of).sum::<f64>();
    let days = sum(&|one| one.days);
    let (new, successes) = (
        sum(&|one| one.new_ideas as f64),
        sum(&|one| one.successes as f64),
    );
    Branch {
        researchers: cell.researchers,
        compute: cell.compute,
        speed: cell.speed,
        ideas_per_day: new / days,
        oom_per_day: sum(&|one| one.oom_to - one.oom_from) / days,
        duplicate_share: (successes > 0.0).then(|| 1.0 - new / successes),
        replicates,
    }
}
