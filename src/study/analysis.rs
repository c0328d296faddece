//! What a sweep says: bands over time, chances, times, how far it has converged, and which of the
//! uncertain values matter.

use std::path::Path;

use serde::Serialize;

use super::StudyError;
use super::dataset::{RUNS, TICKS, open_part, part_file, parts, shard_runs};
use super::manifest::{Identity, Manifest, Shard};
use super::outcome::days_to;
use super::plan::Design;
use super::sensitivity::{self, Sensitivity};
use crate::record::summary::STALLED_SHARE_MAX;
use crate::record::table::{Table, Values};
use crate::statistics::bands::{bands, clustered_quantile};
use crate::statistics::convergence::doublings;
use crate::statistics::estimate::{Estimate, EstimateError};
use crate::statistics::proportion::clustered_wilson;
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
    /// Whether points are draws from the ranges, so that shares of the runs are chances. If not, there are no
    /// quantiles, bands, chances and times.
    pub draws: bool,
    /// Which part of the sweep is analysed, `i/n`.
    pub shard: String,
    /// Runs that ended.
    pub runs: usize,
    /// Reasons of those that failed, and how many did.
    pub failed: Vec<(String, usize)>,
    /// Runs that lost more agent time to the event bound than [`STALLED_SHARE_MAX`]: their results are not valid.
    pub not_valid: usize,
    /// Events of all runs.
    pub events: f64,
    /// The measure.
    pub of: String,
    /// Its quantiles over runs, by [`QUANTILES`]; of days to some OOMs, Kaplan's and Meier's.
    pub quantiles: Vec<(f64, Interval)>,
    /// Its median from the first so many runs; only where those are a smaller sweep of the same design.
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
    /// Share of the runs that did not fail, with Wilson's interval.
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

/// Slack in comparing a day with a multiple of the days between two bands.
const ROUNDING: f64 = 1e-12;

/// Days at which a course is told.
const COURSE_DAYS: usize = 121;

/// Analyses the sweep in a folder.
///
/// # Errors
/// If it is no complete sweep, or has no such measure.
pub fn analyse(folder: &Path, of: &str) -> Result<Analysis, StudyError> {
    let manifest = Manifest::read(folder)?;
    let runs = read_runs(folder, &manifest)?;
    let clusters = clusters(&manifest.sweep, &runs);
    let answers = Answers::of(&runs, of, &clusters)?;
    let draws = !manifest.sweep.design.compares();
    let when = |asked: bool| if asked { runs.rows() } else { 0 };
    let stalled = measure(&runs, "stalled_share")?;
    let stalled = stalled.into_iter().flatten();
    Ok(Analysis {
        scenario: manifest.sweep.scenario_name.clone(),
        draws,
        shard: manifest.shard.to_string(),
        runs: runs.rows(),
        failed: failures(&runs),
        not_valid: stalled.filter(|&share| share > STALLED_SHARE_MAX).count(),
        events: measure(&runs, "events")?.iter().flatten().sum(),
        of: of.to_owned(),
        quantiles: answers.quantiles(when(draws))?,
        convergence: answers.convergence(when(grows(&manifest)))?,
        bands: if draws {
            frontier_bands(folder, &manifest, &clusters)?
        } else {
            Vec::new()
        },
        chances: chances(&runs, &clusters, draws)?,
        times: times(&runs, &clusters, draws)?,
        sensitivity: whole_sensitivity(&manifest, &runs, &answers)?,
    })
}

/// The cluster of each run: runs at one point are alike in all but the seed, which is all that differs where
/// nothing is uncertain.
fn clusters(sweep: &Identity, runs: &Table) -> Vec<u32> {
    let of = if sweep.parameters.is_empty() {
        "run"
    } else {
        "point"
    };
    let numbers = runs.counts(of).unwrap_or_default();
    numbers.iter().map(|&number| number as u32).collect()
}

/// Are the first runs of a sweep those of a smaller one?
fn grows(manifest: &Manifest) -> bool {
    matches!(
        manifest.sweep.design,
        Design::Random { .. } | Design::Sobol { .. }
    ) && manifest.shard == Shard::WHOLE
}

/// A measure of every run, and what some of them say of it.
pub(super) struct Answers<'a> {
    /// By run; of a time that was not reached, infinite; `None` of runs that failed or have none.
    pub values: Vec<Option<f64>>,
    /// When runs ended, of a time that may lie beyond it.
    ended: Option<Vec<Option<f64>>>,
    clusters: &'a [u32],
}

impl<'a> Answers<'a> {
    fn of(runs: &Table, of: &str, clusters: &'a [u32]) -> Result<Self, StudyError> {
        let mut values = measure(runs, of)?;
        let is_time = (1..=super::outcome::OOMS).any(|oom| days_to(oom) == of);
        let ended = is_time.then(|| measure(runs, "sim_days")).transpose()?;
        for (value, ended) in values.iter_mut().zip(ended.iter().flatten()) {
            *value = value.or(ended.map(|_| f64::INFINITY));
        }
        Ok(Self {
            values,
            ended,
            clusters,
        })
    }

    /// A quantile over the runs of these numbers, in their order; `None` if none of them has a value.
    pub fn quantile(
        &self,
        rows: impl Iterator<Item = usize>,
        p: f64,
    ) -> Result<Option<Interval>, StudyError> {
        let known = rows.filter_map(|row| Some((row, self.values[row]?)));
        let (rows, values): (Vec<usize>, Vec<f64>) = known.unzip();
        if rows.is_empty() {
            return Ok(None);
        }
        let count = distinct(rows.iter().map(|&row| self.clusters[row]));
        let estimate = match &self.ended {
            None => clustered_quantile(&values, count, p, CONFIDENCE),
            Some(ended) => {
                let one = |(&row, &value): (&usize, &f64)| {
                    let time = value.min(ended[row].unwrap_or(f64::INFINITY));
                    let reached = value.is_finite();
                    Observation { time, reached }
                };
                let observed: Vec<_> = rows.iter().zip(&values).map(one).collect();
                let survival = Survival::new(&observed).and_then(|all| all.in_clusters(count));
                survival.and_then(|survival| survival.quantile(p, CONFIDENCE))
            }
        };
        Ok(Some(estimate.map_err(unanswerable)?.into()))
    }

    fn quantiles(&self, runs: usize) -> Result<Vec<(f64, Interval)>, StudyError> {
        let of = |&p: &f64| Ok(self.quantile(0..runs, p)?.map(|quantile| (p, quantile)));
        let found = QUANTILES.iter().map(of);
        found.filter_map(Result::transpose).collect()
    }

    fn convergence(&self, runs: usize) -> Result<Vec<(usize, Interval)>, StudyError> {
        if runs == 0 {
            return Ok(Vec::new());
        }
        // Points are added, whole.
        let per_point = runs / distinct(self.clusters.iter().copied()).max(1);
        let first = |points: usize| -> Result<Option<(usize, Interval)>, StudyError> {
            let median = self.quantile(0..points * per_point, 0.5)?;
            Ok(median.map(|median| (points * per_point, median)))
        };
        let counts = doublings(8, runs / per_point).into_iter();
        counts.map(first).filter_map(Result::transpose).collect()
    }
}

/// Different numbers in a row of numbers in which equal ones are neighbours.
fn distinct(numbers: impl Iterator<Item = u32>) -> usize {
    let mut last = None;
    numbers
        .filter(|&number| last.replace(number) != Some(number))
        .count()
}

/// Sensitivities need every point of the design.
fn whole_sensitivity(
    manifest: &Manifest,
    runs: &Table,
    answers: &Answers<'_>,
) -> Result<Option<Sensitivity>, StudyError> {
    let Identity { parameters, .. } = &manifest.sweep;
    if manifest.shard != Shard::WHOLE || parameters.is_empty() {
        return Ok(None);
    }
    sensitivity::of(&manifest.sweep, runs, answers).map(Some)
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
        let before = all.rows();
        let reader = open_part(&path, &manifest.sweep)?;
        for group in 0..reader.groups() {
            let group = reader.group(group, &wanted);
            let group = group.map_err(StudyError::malformed(&path))?;
            super::dataset::append(&mut all, &group, &path)?;
        }
        let runs = all.counts("run").unwrap_or_default();
        if kind == RUNS && !runs[before..].iter().copied().eq(part.map(u64::from)) {
            return Err(StudyError::Malformed {
                path,
                why: "it does not hold the runs of this part".to_owned(),
            });
        }
    }
    Ok(all)
}

/// A measure of every run; `None` of those that failed or have none.
fn measure(runs: &Table, name: &str) -> Result<Vec<Option<f64>>, StudyError> {
    match runs.get(name) {
        Some(Values::RealsOrNull(values)) => Ok(values.clone()),
        // A shard may have no runs.
        None if runs.rows() == 0 && super::outcome::measure_names().any(|known| known == name) => {
            Ok(Vec::new())
        }
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
fn frontier_bands(
    folder: &Path,
    manifest: &Manifest,
    clusters: &[u32],
) -> Result<Vec<BandAt>, StudyError> {
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
    let first = u64::from(shard_runs(manifest).start);
    // A run that failed has no ticks.
    let mut series = vec![Vec::new(); clusters.len()];
    let rows: Vec<usize> = (0..ticks.rows()).collect();
    for rows in rows.chunk_by(|&one, &other| run[one] == run[other]) {
        let series: &mut Vec<f64> = &mut series[(run[rows[0]] - first) as usize];
        let mut base = 0.0;
        for labs in rows.chunk_by(|&one, &other| day[one] == day[other]) {
            let ahead = labs.iter().map(|&row| oom[row]).fold(f64::MIN, f64::max);
            if series.is_empty() {
                // Without burn-in nothing was found before the first tick.
                base = if day[labs[0]] <= 0.0 { ahead } else { 0.0 };
                series.push(0.0);
            }
            // The first tick on or after a multiple of the interval stands for it; a long one for several.
            let reached = day[labs[0]] * (1.0 + ROUNDING);
            while series.len() as f64 * every <= reached {
                series.push(ahead - base);
            }
        }
    }
    let bands = bands(&series, clusters, &QUANTILES, CONFIDENCE).map_err(unanswerable)?;
    let bands = bands.into_iter().enumerate();
    Ok(bands
        .map(|(at, band)| BandAt {
            day: at as f64 * every,
            runs: band.runs,
            quantiles: band.quantiles.into_iter().map(Interval::from).collect(),
        })
        .collect())
}

/// Each run that did not fail: when it reached so many OOMs, or ended; and of how many clusters those runs are.
fn observations(
    runs: &Table,
    clusters: &[u32],
    oom: u64,
) -> Result<(Vec<Observation>, usize), StudyError> {
    let (days, ended) = (measure(runs, &days_to(oom))?, measure(runs, "sim_days")?);
    let pairs = days.iter().zip(&ended).zip(clusters);
    let known = pairs.filter_map(|((reached, ended), cluster)| {
        let observed = Observation {
            time: reached.or(*ended)?,
            reached: reached.is_some(),
        };
        Some((observed, *cluster))
    });
    let (observed, clusters): (Vec<_>, Vec<_>) = known.unzip();
    Ok((observed, distinct(clusters.into_iter())))
}

fn chances(runs: &Table, clusters: &[u32], draws: bool) -> Result<Vec<Chance>, StudyError> {
    let ended = measure(runs, "sim_days")?;
    let shortest = ended
        .iter()
        .flatten()
        .copied()
        .fold(f64::INFINITY, f64::min);
    if !draws || !shortest.is_finite() {
        return Ok(Vec::new());
    }
    // Times that every run lived to see.
    let years = [0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0].map(|years| years * 365.0);
    let mut within: Vec<f64> = years.into_iter().filter(|days| *days < shortest).collect();
    within.push(shortest);
    let mut chances = Vec::new();
    for oom in OOMS {
        let (observed, clusters) = observations(runs, clusters, oom)?;
        for &days in &within {
            let reached = observed
                .iter()
                .filter(|run| run.reached && run.time <= days);
            let share = clustered_wilson(reached.count(), observed.len(), clusters, CONFIDENCE);
            chances.push(Chance {
                oom,
                within_days: days,
                share: share.map_err(unanswerable)?.into(),
            });
        }
    }
    Ok(chances)
}

fn times(runs: &Table, clusters: &[u32], draws: bool) -> Result<Vec<Time>, StudyError> {
    let mut times = Vec::new();
    for oom in OOMS.filter(|_| draws) {
        let (observed, clusters) = observations(runs, clusters, oom)?;
        let reached = observed.iter().filter(|run| run.reached).count();
        if reached == 0 {
            continue;
        }
        let survival = Survival::new(&observed).and_then(|all| all.in_clusters(clusters));
        let survival = survival.map_err(unanswerable)?;
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
