//! The command line of sweeps.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Changes, Engine, existing, key_value, seed};
use crate::command::{analyse, calibrate, merge, sweep};
use crate::scenario::Overrides;
use crate::study::calibrate::Target;
use crate::study::plan::Way;
use crate::study::{self, Request, Seeds, Shard};

#[derive(Args)]
pub(super) struct Sweep {
    /// Scenario file, TOML
    scenario: PathBuf,
    #[command(flatten)]
    changes: Changes,
    /// Make a value uncertain: KEY=LOW..HIGH, KEY=log:LOW..HIGH, KEY=[a, b, c], or a distribution as
    /// in a scenario file; may be repeated
    #[arg(long, value_name = "KEY=RANGE", value_parser = uncertain)]
    param: Vec<(String, String)>,
    /// How points are chosen [default: sobol; random seeds where nothing is uncertain]
    #[arg(long, value_enum)]
    design: Option<DesignWord>,
    /// Points at most; one-at-a-time and grid have as many as they have
    #[arg(long, value_name = "N", default_value = "256",
        value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Quantiles of each number in a grid
    #[arg(long, value_name = "N", default_value = "3",
        value_parser = clap::value_parser!(u32).range(1..))]
    levels: u32,
    /// Runs at each point, with seeds in a row
    #[arg(long, value_name = "N", default_value = "1",
        value_parser = clap::value_parser!(u32).range(1..))]
    replicates: u32,
    /// Which seeds runs have [default: own for random, sobol and lhs; common for designs that compare]
    #[arg(long, value_enum)]
    seeds: Option<SeedsWord>,
    /// Days between two recorded ticks of a run; its last tick is recorded too
    #[arg(long, value_name = "DAYS", default_value = "7", value_parser = days)]
    every_days: f64,
    /// Make the i-th of n parts of the runs; `takeoff merge` puts parts together
    #[arg(long, value_name = "I/N", default_value = "1/1")]
    shard: Shard,
    /// Who computes; the results are the same bits
    #[arg(long, value_enum, default_value = "auto")]
    engine: Engine,
    /// Runs at a time on the CPU engine; 0: one a core
    #[arg(long, value_name = "N", default_value = "0",
        value_parser = clap::value_parser!(u16).range(0..=4096))]
    jobs: u16,
    /// Sweep folder [default: a new one, sweeps/SCENARIO-N]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Replace the sweep that the folder holds
    #[arg(long, conflicts_with = "resume")]
    force: bool,
    /// Make the runs that the folder lacks
    #[arg(long)]
    resume: bool,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
    /// Print the analysis as JSON in place of tables
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub(super) struct Merge {
    /// Folders of all shards of a sweep
    #[arg(required = true)]
    shards: Vec<PathBuf>,
    /// Folder to make
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

#[derive(Args)]
pub(super) struct Analyse {
    /// Sweep folder
    folder: PathBuf,
    /// Measure of a run: a column of `runs/` [default: oom_training]
    #[arg(long, value_name = "MEASURE")]
    of: Option<String>,
    /// Print JSON in place of tables
    #[arg(long)]
    json: bool,
}

/// By least squares over runs that share seeds; with --sweep, the posterior over a sweep's runs by
/// approximate Bayesian computation.
#[derive(Args)]
pub(super) struct Calibrate {
    /// Scenario file, TOML
    scenario: PathBuf,
    /// What to fit and within which range, as `takeoff sweep` takes it: KEY=LOW..HIGH,
    /// KEY=log:LOW..HIGH or a distribution; up to 4, with --sweep those of the sweep
    #[arg(long, value_name = "KEY=RANGE", value_parser = uncertain)]
    param: Vec<(String, String)>,
    /// Keep the ratio that KEY has in the file to PARAM, a key that is fitted; may be repeated
    #[arg(long, value_name = "KEY=PARAM", value_parser = key_value, conflicts_with = "sweep")]
    tie: Vec<(String, String)>,
    /// Column of `runs/` and what it shall be: MEASURE=VALUE, MEASURE=VALUE±SD (or +-), or
    /// MEASURE=P10..P90; may be repeated
    #[arg(long, value_name = "MEASURE=VALUE", required = true)]
    target: Vec<Target>,
    /// Set a key of the scenario before it is fitted; may be repeated
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
    /// First seed of the runs, in place of the file's
    #[arg(long, value_name = "N", value_parser = seed, allow_negative_numbers = true)]
    seed: Option<u64>,
    /// Runs at each point, with seeds in a row, the same at every point
    #[arg(long, value_name = "N", default_value = "8", conflicts_with = "sweep",
        value_parser = clap::value_parser!(u32).range(2..=4096))]
    seeds: u32,
    /// Points of the ranges at which the search may begin, besides the file's values [default: 8 a
    /// parameter]
    #[arg(long, value_name = "N", conflicts_with = "sweep",
        value_parser = clap::value_parser!(u32).range(1..=65_536))]
    starts: Option<u32>,
    /// Learn from the runs of this sweep folder, made with the same scenario and options
    #[arg(long, value_name = "DIR")]
    sweep: Option<PathBuf>,
    /// Part of the sweep's runs that is accepted
    #[arg(long, value_name = "PART", default_value = "0.2", value_parser = part, requires = "sweep")]
    accept: f64,
    /// Who computes; the results are the same bits
    #[arg(long, value_enum, default_value = "auto")]
    engine: Engine,
    /// Runs at a time on the CPU engine; 0: one a core
    #[arg(long, value_name = "N", default_value = "0",
        value_parser = clap::value_parser!(u16).range(0..=4096))]
    jobs: u16,
    /// Write a scenario file that includes the given one and sets what was fitted
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Show no progress
    #[arg(long)]
    quiet: bool,
    /// Print JSON in place of tables
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum DesignWord {
    /// Independent draws
    Random,
    /// Sobol's sequence, scrambled
    Sobol,
    /// Latin hypercube
    Lhs,
    /// Every combination of --levels quantiles of each value, and of every choice
    Grid,
    /// Medians, then each value alone at its 10% and 90% quantiles
    OneAtATime,
    /// Morris's trajectories, for screening
    Morris,
    /// Saltelli's matrices, for Sobol indices
    Saltelli,
}

impl From<DesignWord> for Way {
    fn from(word: DesignWord) -> Self {
        match word {
            DesignWord::Random => Self::Random,
            DesignWord::Sobol => Self::Sobol,
            DesignWord::Lhs => Self::Lhs,
            DesignWord::Grid => Self::Grid,
            DesignWord::OneAtATime => Self::OneAtATime,
            DesignWord::Morris => Self::Morris,
            DesignWord::Saltelli => Self::Saltelli,
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
enum SeedsWord {
    /// The same at every point
    Common,
    /// Every run its own
    Own,
}

impl From<SeedsWord> for Seeds {
    fn from(word: SeedsWord) -> Self {
        match word {
            SeedsWord::Common => Self::Common,
            SeedsWord::Own => Self::Own,
        }
    }
}

impl From<Sweep> for sweep::Options {
    fn from(sweep: Sweep) -> Self {
        let mut overrides = Overrides::from(sweep.changes);
        overrides.set.extend(sweep.param);
        Self {
            request: Request {
                scenario: sweep.scenario,
                overrides,
                design: sweep.design.map(Way::from),
                points: sweep.runs,
                levels: sweep.levels,
                replicates: sweep.replicates,
                seeds: sweep.seeds.map(Seeds::from),
                every_days: sweep.every_days,
            },
            shard: sweep.shard,
            engine: sweep.engine.into(),
            jobs: sweep.jobs.into(),
            out: sweep.out,
            existing: existing(sweep.force, sweep.resume),
            quiet: sweep.quiet,
            json: sweep.json,
        }
    }
}

impl From<Merge> for merge::Options {
    fn from(merge: Merge) -> Self {
        Self {
            shards: merge.shards,
            out: merge.out,
        }
    }
}

impl From<Analyse> for analyse::Options {
    fn from(analyse: Analyse) -> Self {
        Self {
            folder: analyse.folder,
            of: analyse.of,
            json: analyse.json,
        }
    }
}

impl From<Calibrate> for calibrate::Options {
    fn from(calibrate: Calibrate) -> Self {
        Self {
            request: study::calibrate::Request {
                scenario: calibrate.scenario,
                set: calibrate.set,
                seed: calibrate.seed,
                parameters: calibrate.param,
                ties: calibrate.tie,
                targets: calibrate.target,
                seeds: calibrate.seeds,
                starts: calibrate.starts,
            },
            sweep: calibrate.sweep,
            accept: calibrate.accept,
            engine: calibrate.engine.into(),
            jobs: calibrate.jobs.into(),
            out: calibrate.out,
            quiet: calibrate.quiet,
            json: calibrate.json,
        }
    }
}

fn part(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(part) if 0.0 < part && part <= 1.0 => Ok(part),
        _ => Err("expected a part above 0, at most 1".to_owned()),
    }
}

/// A range as the distribution that a scenario file would have.
fn uncertain(text: &str) -> Result<(String, String), String> {
    let (key, range) = key_value(text)?;
    let (name, ends) = match range.strip_prefix("log:") {
        Some(ends) => ("loguniform", ends),
        None => ("uniform", range.as_str()),
    };
    let number = |text: &str| text.trim().parse::<f64>().ok().filter(|x| x.is_finite());
    let ends = ends.split_once("..");
    let ends = ends.and_then(|(low, high)| Some((number(low)?, number(high)?)));
    let distribution = match ends {
        Some((low, high)) => format!("{{ {name} = {{ low = {low:?}, high = {high:?} }} }}"),
        None if range.starts_with('[') => format!("{{ choice = {range} }}"),
        None if range.starts_with('{') => range,
        None => {
            return Err(
                "expected KEY=LOW..HIGH, KEY=log:LOW..HIGH, KEY=[a, b] or a distribution such as \
                 KEY={ lognormal = { p10 = 1, p90 = 10 } }"
                    .to_owned(),
            );
        }
    };
    Ok((key, distribution))
}

fn days(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(days) if (1.0 / 64.0..=36_500.0).contains(&days) => Ok(days),
        _ => Err("expected 1/64 to 36500 days".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_become_distributions() {
        let of = |text| uncertain(text).map(|(_, value)| value);
        let uniform = "{ uniform = { low = 1.0, high = 2.5 } }";
        assert_eq!(of("a.b=1..2.5").as_deref(), Ok(uniform));
        let loguniform = "{ loguniform = { low = 1e-7, high = 100.0 } }";
        assert_eq!(of("a.b=log:1e-7..1e2").as_deref(), Ok(loguniform));
        assert_eq!(of("a=[1, 2]").as_deref(), Ok("{ choice = [1, 2] }"));
        for wrong in ["a=1", "a=1..", "a=..2", "a=nan..1", "=1..2", "a=x..y"] {
            assert!(uncertain(wrong).is_err(), "{wrong}");
        }
    }
}
