//! The content of `summary.json`: what a run comes down to.
//!
//! Everything counts from the end of burn-in (rows with `day` > 0) unless its name says `total`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::bound::{Bound, BoundHours};
use super::columns::TickRow;
use super::months::Month;

/// Stalled share of agent time above which a run is not valid.
pub const STALLED_SHARE_MAX: f64 = 0.001;

/// OOMs of each kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Ooms {
    /// Training efficiency: the headline.
    pub training: f64,
    /// Inference efficiency.
    pub inference: f64,
    /// Hardware utilisation.
    pub utilisation: f64,
    /// Research productivity.
    pub tools: f64,
    /// Growth of effective compute.
    pub effective_compute: f64,
}

impl Ooms {
    pub(super) fn of(row: &TickRow) -> Ooms {
        Ooms {
            training: row.oom_training,
            inference: row.oom_inference,
            utilisation: row.oom_utilisation,
            tools: row.oom_tools,
            effective_compute: libm::log10(row.effective_compute_a100e.max(f64::MIN_POSITIVE)),
        }
    }

    pub(super) fn since(self, base: Ooms) -> Ooms {
        Ooms {
            training: self.training - base.training,
            inference: self.inference - base.inference,
            utilisation: self.utilisation - base.utilisation,
            tools: self.tools - base.tools,
            effective_compute: self.effective_compute - base.effective_compute,
        }
    }
}

/// Sums over rows. As recorded: of the sample.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Counts {
    /// Largest head-count of all labs together, weight included.
    pub researchers_max: f64,
    /// Ends of phases.
    pub events: f64,
    /// Ideas taken up.
    pub attempts: f64,
    /// Experiments that found their idea.
    pub successes: f64,
    /// Found ideas new to the world.
    pub world_new: f64,
    /// Experiment compute used, A100e-hours.
    pub used_a100e_hours: f64,
    /// Tokens of automated researchers.
    pub tokens: f64,
    /// Floating-point operations.
    pub flop: f64,
}

impl Counts {
    pub(super) fn divided(&self, sample: f64) -> Counts {
        Counts {
            researchers_max: self.researchers_max / sample,
            events: self.events / sample,
            attempts: self.attempts / sample,
            successes: self.successes / sample,
            world_new: self.world_new / sample,
            used_a100e_hours: self.used_a100e_hours / sample,
            tokens: self.tokens / sample,
            flop: self.flop / sample,
        }
    }
}

/// The steepest stretch of at most 365 days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Fastest {
    /// Training OOM gained in it.
    pub oom: f64,
    /// Its first day.
    pub from_day: f64,
    /// Its last day.
    pub to_day: f64,
}

/// An event of the scenario that fired.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FiredEvent {
    /// Its name.
    pub name: String,
    /// Start of the first tick with its values.
    pub day: f64,
    /// Calendar date of that day.
    pub date: String,
    /// Number of that tick.
    pub tick: u64,
}

/// What the rows do not say.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Name of the scenario.
    pub scenario: String,
    /// Seed of the run.
    pub seed: u64,
    /// Fraction of the world that is simulated.
    pub sample: f64,
    /// Status of the run, the word in the manifest.
    pub status: String,
    /// Engine of the last session.
    pub engine: String,
    /// Wall time of all sessions, seconds.
    pub wall_s: f64,
    /// Last link of the digest chain, hex.
    pub digest: String,
}

/// The content of `summary.json`. Keys are only ever added.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// Name of the scenario.
    pub scenario: String,
    /// Seed of the run.
    pub seed: u64,
    /// Status of the run.
    pub status: String,
    /// Last link of the digest chain, hex.
    pub digest: String,
    /// Engine of the last session.
    pub engine: String,
    /// Wall time of all sessions, seconds.
    pub wall_s: f64,
    /// Ticks from the end of burn-in.
    pub ticks: u64,
    /// Ticks with burn-in.
    pub ticks_total: u64,
    /// Days from the end of burn-in.
    pub sim_days: f64,
    /// Events from the end of burn-in, as simulated.
    pub events: u64,
    /// Events with burn-in, as simulated.
    pub events_total: u64,
    /// Largest head-count of all labs together, as simulated.
    pub researchers_max: u64,
    /// The lab furthest ahead at the end; empty before day 0.
    pub leader: String,
    /// OOMs since day 0: training of the frontier, the others of the leader.
    pub oom: Ooms,
    /// Training OOM a year since day 0; null before day 0.
    pub oom_per_year: Option<f64>,
    /// "n" to the day by whose end n training OOMs were found; null: not reached.
    pub days_to_oom: BTreeMap<u64, Option<f64>>,
    /// The steepest stretch of at most 365 days; null before day 0.
    pub fastest_12_months: Option<Fastest>,
    /// 1 - world-new ideas / successes; null without successes.
    pub duplicate_share: Option<f64>,
    /// Scooped / (scooped + successes + failures); null without any.
    pub scooped_share: Option<f64>,
    /// Used / owned experiment compute; null without any.
    pub utilisation: Option<f64>,
    /// Agent time lost to the event bound; null without agents.
    pub stalled_share: Option<f64>,
    /// False when more than 0.1% of agent time was lost to the event bound.
    pub valid: bool,
    /// What bound progress most of the time: `labour`, `compute`, `ideas`; null before day 0.
    pub bound: Option<Bound>,
    /// Share of simulated time that each of them bound.
    pub bound_share: BoundHours,
    /// Fraction of the world that is simulated.
    pub sample: f64,
    /// Sums as simulated.
    pub sampled: Counts,
    /// Sums of the world: `sampled` / `sample`.
    pub world: Counts,
    /// One entry a month of 365/12 days from day 0; the last may be shorter.
    pub months: Vec<Month>,
    /// Events that fired, in that order, burn-in included.
    pub events_fired: Vec<FiredEvent>,
}

/// `part / whole`; `None` when the whole is nothing.
pub(super) fn ratio(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| part / whole)
}
