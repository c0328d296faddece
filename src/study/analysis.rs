//! What a sweep says: bands over time, chances, times, how far it has converged, and which of the
//! uncertain values matter.

use std::path::Path;

use serde::Serialize;

use super::StudyError;
use super::dataset::{RUNS, TICKS, part_file, parts, shard_runs};
use super::manifest::{Identity, Manifest, Shard};
use super::outcome::days_to;
use super::sensitivity::{self, Sensitivity};
use crate::record::table::{Reader, Table, Values};
use crate::statistics::bands::{bands, quantile_estimate};
use crate::statistics::convergence::{convergence, doublings};
use crate::statistics::estimate::{Estimate, EstimateError};
use crate::statistics::proportion::wilson;
use crate::statistics::survival::{Observation, Survival};

/// Quantiles of a band: its median and the ends of the 50, 80 and 95% intervals.
pub const QUANTILES: [f64; 7] = [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975];

/// Chance that an interval covers.
pub const CONFIDENCE: f64 = 0.95;

/// The measure that is analysed unless another is asked for.
pub const HEADLINE: &str = "oom_training";

/// OOMs whose chances and times are told.
const OOMS: std::ops::RangeInclusive<u64> = 1..=6;

/// What a sweep says.
#[derive(Clone, Debug, Serialize)]
pub struct Analysis {
    /// Name of the scenario.
    pub scenario: String,
    /// Runs that ended.
    pub runs: usize,
    /// Reasons of those that failed, and how many did.
    pub failed: Vec<(String, usize)>,
    /// Events of all runs.
    pub events: f64,
    /// The measure.
    pub of: String,
    /// Its quantiles over runs, by [`QUANTILES`].
    pub quantiles: Vec<(f64, Interval)>,
    /// Its median from the first so many runs.
    pub convergence: Vec<(usize, Interval)>,
    /// Training OOMs at the frontier since day 0, over time.
    pub bands: Vec<BandAt>,
    /// Chance of so many OOMs within so many days.
    pub chances: Vec<Chance>,
    /// Days to so many OOMs.
    pub times: Vec<Time>,
    /// What the uncertain values do to the measure; null without any.
    pub sensitivity: Option<Sensitivity>,
}

/// A figure with its confidence interval; null where the data give no limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Interval {
    /// The figure.
    pub value: Option<f64>,
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
}

impl From<Estimate> for Interval {
    fn from(estimate: Estimate) -> Self {
        let finite = |x: f64| x.is_finite().then_some(x);
        Self {
            value: finite(estimate.value),
            low: finite(estimate.low),
            high: finite(estimate.high),
        }
    }
}

/// Quantiles at a time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BandAt {
    /// Days from day 0.
    pub day: f64,
    /// Runs that have come so far.
    pub runs: usize,
    /// By [`QUANTILES`].
    pub quantiles: Vec<Interval>,
}

/// The chance of a number of OOMs within a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Chance {
    /// Training OOMs.
    pub oom: u64,
    /// Days from day 0.
    pub within_days: f64,
    /// Share of the runs, with Wilson's interval.
    pub share: Interval,
}

/// When a number of OOMs is reached: Kaplan and Meier, runs that end before count as censored.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Time {
    /// Training OOMs.
    pub oom: u64,
    /// Runs that reached them.
    pub reached: usize,
    /// Days at the quantiles 10, 50 and 90%; null where too few runs come so far.
    pub days: [Interval; 3],
    /// Day, and the share of runs that has come so far by then; from day 0 to the end of the longest.
    pub course: Vec<(f64, Interval)>,
}

/// Days at which a course is told.
const COURSE_DAYS: usize = 121;

/// Analyses the sweep in a folder.
///
/// # Errors
/// If it is no complete sweep, or has no such measure.
pub fn analyse(folder: &Path, of: &str) -> Result<Analysis, StudyError> {
    let manifest = Manifest::read(folder)?;
    let runs = read_runs(folder, &manifest)?;
    let ended = measure(&runs, "sim_days")?;
    let values = measure(&runs, of)?;
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    let median = |values: &[f64]| quantile_estimate(values, 0.5, CONFIDENCE);
    let counts = doublings(8, known.len());
    Ok(Analysis {
        scenario: manifest.sweep.scenario_name.clone(),
        runs: runs.rows(),
        failed: failures(&runs),
        events: measure(&runs, "events")?.iter().flatten().sum(),
        of: of.to_owned(),
        quantiles: QUANTILES
            .iter()
            .map(|&p| Ok((p, quantile_estimate(&known, p, CONFIDENCE)?.into())))
            .collect::<Result<_, EstimateError>>()
            .map_err(unanswerable)?,
        convergence: convergence(&known, &counts, median)
            .map_err(unanswerable)?
            .into_iter()
            .map(|(runs, estimate)| (runs, estimate.into()))
            .collect(),
        bands: frontier_bands(folder, &manifest)?,
        chances: chances(&runs, &ended)?,
        times: times(&runs, &ended)?,
        sensitivity: whole_sensitivity(&manifest, &runs, &values)?,
    })
}

/// Sensitivities need every point of the design.
fn whole_sensitivity(
    manifest: &Manifest,
    runs: &Table,
    values: &[Option<f64>],
) -> Result<Option<Sensitivity>, StudyError> {
    let Identity { parameters, .. } = &manifest.sweep;
    if manifest.shard != Shard::WHOLE || parameters.is_empty() {
        return Ok(None);
    }
    sensitivity::of(&manifest.sweep, runs, values).map(Some)
}

pub(super) fn unanswerable(error: EstimateError) -> StudyError {
    StudyError::Unanswerable(error.to_string())
}

/// The rows of `runs/` that are there.
///
/// # Errors
/// If a file cannot be read.
pub fn read_runs(folder: &Path, manifest: &Manifest) -> Result<Table, StudyError> {
    read(folder, manifest, RUNS, |_| true)
}

fn read(
    folder: &Path,
    manifest: &Manifest,
    kind: &str,
    wanted: impl Fn(&str) -> bool,
) -> Result<Table, StudyError> {
    let mut all = Table::default();
    for part in parts(&shard_runs(manifest)) {
        let path = part_file(folder, kind, part.start / super::dataset::PART_RUNS);
        if !path.exists() {
            return Err(StudyError::Incomplete(format!(
                "`{}` is not complete: continue it with `takeoff sweep … --resume`",
                folder.display()
            )));
        }
        let reader = Reader::open(&path).map_err(StudyError::malformed(&path))?;
        for group in 0..reader.groups() {
            let group = reader.group(group, &wanted);
            let group = group.map_err(StudyError::malformed(&path))?;
            super::dataset::append(&mut all, &group, &path)?;
        }
    }
    Ok(all)
}

/// A measure of every run; `None` of those that failed or have none.
fn measure(runs: &Table, name: &str) -> Result<Vec<Option<f64>>, StudyError> {
    match runs.get(name) {
        Some(Values::RealsOrNull(values)) => Ok(values.clone()),
        _ => {
            let names = super::outcome::measure_names().collect::<Vec<_>>();
            let why = format!(
                "no measure is called `{name}`; there are {}",
                names.join(", ")
            );
            Err(StudyError::Unanswerable(why))
        }
    }
}

fn failures(runs: &Table) -> Vec<(String, usize)> {
    let Some(Values::TextsOrNull(reasons)) = runs.get("failed") else {
        return Vec::new();
    };
    let mut counts = std::collections::BTreeMap::new();
    for reason in reasons.iter().flatten() {
        *counts.entry(reason.clone()).or_insert(0) += 1;
    }
    counts.into_iter().collect()
}

/// Bands of the training OOMs of the lab that is ahead, since day 0.
fn frontier_bands(folder: &Path, manifest: &Manifest) -> Result<Vec<BandAt>, StudyError> {
    let wanted = |name: &str| ["run", "day", "oom_training"].contains(&name);
    let ticks = read(folder, manifest, TICKS, wanted)?;
    let (Some(run), Some(day), Some(oom)) = (
        ticks.counts("run"),
        ticks.reals("day"),
        ticks.reals("oom_training"),
    ) else {
        return Ok(Vec::new());
    };
    let every = manifest.sweep.every_days;
    let (mut series, mut has_base): (Vec<Vec<f64>>, Vec<bool>) = Default::default();
    let (mut last, mut stood_for) = (None, f64::NAN);
    for row in 0..ticks.rows() {
        if last != Some(run[row]) {
            series.push(Vec::new());
            // Without burn-in nothing was found before the first tick.
            has_base.push(day[row] <= 0.0);
            (last, stood_for) = (Some(run[row]), f64::NAN);
        }
        // The first tick on or after a multiple of the interval stands for it; one that ends a run
        // between two stands for none.
        let at = libm::floor(day[row] / every) as usize;
        let values = series.last_mut().expect("just pushed");
        if at == values.len() {
            values.push(oom[row]);
            stood_for = day[row];
        } else if day[row] == stood_for {
            // Another lab at the same tick.
            values[at] = values[at].max(oom[row]);
        }
    }
    for (values, has_base) in series.iter_mut().zip(has_base) {
        let base = values.first().filter(|_| has_base).copied().unwrap_or(0.0);
        values.iter_mut().for_each(|value| *value -= base);
    }
    let bands = bands(&series, &QUANTILES, CONFIDENCE).map_err(unanswerable)?;
    let bands = bands.into_iter().enumerate();
    Ok(bands
        .map(|(at, band)| BandAt {
            day: at as f64 * every,
            runs: band.runs,
            quantiles: band.quantiles.into_iter().map(Interval::from).collect(),
        })
        .collect())
}

/// Each run that did not fail: when it reached so many OOMs, or ended.
fn observations(
    runs: &Table,
    ended: &[Option<f64>],
    oom: u64,
) -> Result<Vec<Observation>, StudyError> {
    let days = measure(runs, &days_to(oom))?;
    let pairs = days.iter().zip(ended);
    Ok(pairs
        .filter_map(|(reached, ended)| {
            Some(Observation {
                time: reached.or(*ended)?,
                reached: reached.is_some(),
            })
        })
        .collect())
}

fn chances(runs: &Table, ended: &[Option<f64>]) -> Result<Vec<Chance>, StudyError> {
    let shortest = ended
        .iter()
        .flatten()
        .copied()
        .fold(f64::INFINITY, f64::min);
    if !shortest.is_finite() {
        return Ok(Vec::new());
    }
    // Times that every run lived to see.
    let years = [0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0].map(|years| years * 365.0);
    let mut within: Vec<f64> = years.into_iter().filter(|days| *days < shortest).collect();
    within.push(shortest);
    let mut chances = Vec::new();
    for oom in OOMS {
        let observed = observations(runs, ended, oom)?;
        for &days in &within {
            let reached = observed
                .iter()
                .filter(|run| run.reached && run.time <= days);
            let share = wilson(reached.count(), observed.len(), CONFIDENCE);
            chances.push(Chance {
                oom,
                within_days: days,
                share: share.map_err(unanswerable)?.into(),
            });
        }
    }
    Ok(chances)
}

fn times(runs: &Table, ended: &[Option<f64>]) -> Result<Vec<Time>, StudyError> {
    let mut times = Vec::new();
    for oom in OOMS {
        let observed = observations(runs, ended, oom)?;
        let reached = observed.iter().filter(|run| run.reached).count();
        if reached == 0 {
            continue;
        }
        let survival = Survival::new(&observed).map_err(unanswerable)?;
        let day = |p| survival.quantile(p, CONFIDENCE).map(Interval::from);
        times.push(Time {
            oom,
            reached,
            days: [
                day(0.1).map_err(unanswerable)?,
                day(0.5).map_err(unanswerable)?,
                day(0.9).map_err(unanswerable)?,
            ],
            course: course(&survival, &observed)?,
        });
    }
    Ok(times)
}

/// The share of runs that has come so far, over time.
fn course(
    survival: &Survival,
    observed: &[Observation],
) -> Result<Vec<(f64, Interval)>, StudyError> {
    let last = observed.iter().map(|run| run.time).fold(0.0, f64::max);
    let days = (0..COURSE_DAYS).map(|at| last * at as f64 / (COURSE_DAYS - 1) as f64);
    days.map(|day| {
        let share = survival.reached_by(day, CONFIDENCE).map_err(unanswerable)?;
        Ok((day, share.into()))
    })
    .collect()
}
