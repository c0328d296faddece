//! What a run of a sweep comes down to: a row of `runs/`.

use serde::{Deserialize, Serialize};

use super::manifest::{Identity, Parameter};
use super::plan::RunPlan;
use crate::record::Summary;
use crate::record::table::{Table, Values};

/// Training OOMs whose days are told.
pub const OOMS: u64 = 12;

/// A run that has ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunRow {
    /// Number of the run.
    pub run: u32,
    /// Number of its point in the design.
    pub point: u32,
    /// Its number among the runs at that point.
    pub replicate: u32,
    /// Its seed.
    pub seed: u64,
    /// TOML literals of the uncertain values.
    pub values: Vec<String>,
    /// What came out, or why nothing did.
    pub ended: Result<Outcome, String>,
}

/// What came out of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Last link of the digest chain, hex.
    pub digest: String,
    /// What bound progress most of the time; empty before day 0.
    pub bound: String,
    /// By [`MEASURES`].
    pub measures: Vec<Option<f64>>,
}

/// A number that a run comes down to.
#[derive(Clone, Copy, Debug)]
pub struct Measure {
    /// Name of the column.
    pub name: &'static str,
    /// Unit; `1` for pure numbers.
    pub unit: &'static str,
    /// What it means, one line.
    pub doc: &'static str,
    get: fn(&Summary) -> Option<f64>,
}

macro_rules! measures {
    ($($name:literal, $unit:literal, $doc:literal, $get:expr;)*) => {
        /// Every measure, in the order of the columns; more are only ever added at the end.
        pub const MEASURES: &[Measure] = &[$(Measure {
            name: $name,
            unit: $unit,
            doc: $doc,
            get: $get,
        }),*];
    };
}

measures! {
    "sim_days", "days", "Days from the end of burn-in.", |s| Some(s.sim_days);
    "ticks", "ticks", "Ticks from the end of burn-in.", |s| Some(s.ticks as f64);
    "events", "events", "Events with burn-in, as simulated.", |s| Some(s.events_total as f64);
    "researchers_max", "researchers", "Largest head-count of all labs together, world.",
        |s| Some(s.world.researchers_max);
    "oom_training", "OOM", "Training efficiency since day 0: the headline.",
        |s| Some(s.oom.training);
    "oom_inference", "OOM", "Inference efficiency of the leader.", |s| Some(s.oom.inference);
    "oom_utilisation", "OOM", "Hardware utilisation of the leader.", |s| Some(s.oom.utilisation);
    "oom_tools", "OOM", "Research productivity of the leader.", |s| Some(s.oom.tools);
    "oom_effective_compute", "OOM", "Growth of the leader's effective compute.",
        |s| Some(s.oom.effective_compute);
    "oom_per_year", "OOM/year", "Training efficiency a year.", |s| s.oom_per_year;
    "fastest_12_months_oom", "OOM", "Training efficiency in the steepest stretch of 365 days.",
        |s| s.fastest_12_months.map(|fastest| fastest.oom);
    "duplicate_share", "1", "1 - ideas new to the world / successes.", |s| s.duplicate_share;
    "scooped_share", "1", "Attempts dropped because the idea was known by then.",
        |s| s.scooped_share;
    "utilisation", "1", "Used / owned experiment compute.", |s| s.utilisation;
    "stalled_share", "1", "Agent time lost to the event bound; above 0.001 a run is not valid.",
        |s| s.stalled_share;
    "bound_labour", "1", "Share of the time that labour bound.", |s| Some(s.bound_share.labour);
    "bound_compute", "1", "Share of the time that compute bound.", |s| Some(s.bound_share.compute);
    "bound_ideas", "1", "Share of the time that ideas bound.", |s| Some(s.bound_share.ideas);
    "successes", "attempts", "Experiments that found their idea, world.",
        |s| Some(s.world.successes);
    "world_new", "ideas", "Found ideas new to the world, world.", |s| Some(s.world.world_new);
    "used_a100e_hours", "A100e h", "Experiment compute used, world.",
        |s| Some(s.world.used_a100e_hours);
}

impl Outcome {
    /// Of a summary.
    pub fn of(summary: &Summary) -> Self {
        let days = (1..=OOMS).map(|oom| summary.days_to_oom.get(&oom).copied().flatten());
        Self {
            digest: summary.digest.clone(),
            bound: summary.bound.map_or("", |bound| bound.word()).to_owned(),
            measures: MEASURES
                .iter()
                .map(|measure| (measure.get)(summary))
                .chain(days)
                .collect(),
        }
    }
}

impl Outcome {
    /// The measure of a name.
    pub fn get(&self, name: &str) -> Option<f64> {
        let index = measure_names().position(|measure| measure == name)?;
        self.measures[index]
    }
}

/// Names of the measures and of the days to each OOM, in the order of [`Outcome::measures`].
pub fn measure_names() -> impl Iterator<Item = String> {
    let days = (1..=OOMS).map(days_to);
    MEASURES
        .iter()
        .map(|measure| measure.name.to_owned())
        .chain(days)
}

/// Name of the column with the day by whose end so many training OOMs were found.
pub fn days_to(oom: u64) -> String {
    format!("days_to_{oom}_oom")
}

impl RunRow {
    /// The row of a run that ended so.
    pub fn new(plan: RunPlan, ended: Result<Outcome, String>) -> Self {
        Self {
            run: plan.run,
            point: plan.point,
            replicate: plan.replicate,
            seed: plan.seed,
            values: plan.values,
            ended,
        }
    }
}

/// Rows as the columns of `runs/`.
pub fn table_of(sweep: &Identity, rows: &[RunRow]) -> Table {
    let count = |get: fn(&RunRow) -> u64| Values::Counts(rows.iter().map(get).collect());
    let mut columns = vec![
        ("run".to_owned(), count(|row| row.run.into())),
        ("point".to_owned(), count(|row| row.point.into())),
        ("replicate".to_owned(), count(|row| row.replicate.into())),
        ("seed".to_owned(), count(|row| row.seed)),
    ];
    for (index, parameter) in sweep.parameters.iter().enumerate() {
        let values = parameter_values(parameter, rows.iter().map(|row| &*row.values[index]));
        columns.push((parameter.key.clone(), values));
    }
    let outcome = |row: &RunRow, get: fn(&Outcome) -> &str| {
        row.ended
            .as_ref()
            .ok()
            .map(|outcome| get(outcome).to_owned())
    };
    let reasons = rows.iter().map(|row| row.ended.as_ref().err().cloned());
    let digests = rows
        .iter()
        .map(|row| outcome(row, |outcome| &outcome.digest));
    let bounds = rows
        .iter()
        .map(|row| outcome(row, |outcome| &outcome.bound));
    columns.push(("failed".to_owned(), Values::TextsOrNull(reasons.collect())));
    columns.push(("digest".to_owned(), Values::TextsOrNull(digests.collect())));
    columns.push(("bound".to_owned(), Values::TextsOrNull(bounds.collect())));
    for (index, name) in measure_names().enumerate() {
        let values = rows
            .iter()
            .map(|row| row.ended.as_ref().ok()?.measures[index]);
        columns.push((name, Values::RealsOrNull(values.collect())));
    }
    Table { columns }
}

/// Literals as reals where all of the parameter's are numbers, else as texts.
fn parameter_values<'a>(parameter: &Parameter, literals: impl Iterator<Item = &'a str>) -> Values {
    let choices = parameter.spread["choice"].as_array();
    let number = |literal: &str| literal.parse::<f64>().ok();
    let words = choices.into_iter().flatten();
    let is_numeric = words
        .filter_map(|choice| choice.as_str())
        .all(|choice| number(choice).is_some());
    if is_numeric {
        let numbers = literals.map(|literal| number(literal).unwrap_or(f64::NAN));
        Values::Reals(numbers.collect())
    } else {
        Values::Texts(
            literals
                .map(|literal| literal.trim_matches('"').to_owned())
                .collect(),
        )
    }
}
