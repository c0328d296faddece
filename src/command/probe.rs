//! `takeoff probe`: measured exponents as tables, and a report in a file.

use std::path::PathBuf;

use super::figures::{aligned, count, percent};
use super::{CommandError, Exit, interrupt, output};
use crate::probe::{self, Measure, Point, Report, Request, Watch};
use crate::record::summary::STALLED_SHARE_MAX;
use crate::record::{RecordError, atomic};
use crate::scenario::{Overrides, Scenario};
use crate::sim::{EngineChoice, EngineOptions};
use crate::statistics::replicates::Figure;
use crate::world::Feedback;

/// The options of the command.
#[derive(Clone, Debug)]
pub struct Options {
    /// The scenario file.
    pub scenario: PathBuf,
    /// What changes it.
    pub overrides: Overrides,
    /// Days to branch from; empty: equally spaced.
    pub at_days: Vec<f64>,
    /// Factors on the inputs.
    pub factors: Vec<f64>,
    /// Days counted.
    pub horizon_days: f64,
    /// Days before.
    pub settle_days: Option<f64>,
    /// Whole runs.
    pub replicates: u64,
    /// Partial or total effects.
    pub feedback: Feedback,
    /// Who computes.
    pub engine: EngineChoice,
    /// Threads of the native engine; 0: one a core.
    pub threads: usize,
    /// File for the report, JSON.
    pub json: Option<PathBuf>,
    /// Show no progress.
    pub quiet: bool,
}

/// Runs the command.
pub fn execute(options: &Options) -> Result<Exit, CommandError> {
    interrupt::listen();
    let scenario = Scenario::load(&options.scenario, &options.overrides)?;
    let request = Request {
        at_days: options.at_days.clone(),
        factors: options.factors.clone(),
        horizon_days: options.horizon_days,
        settle_days: options.settle_days,
        replicates: options.replicates,
        feedback: options.feedback,
        engine: (
            options.engine,
            EngineOptions {
                threads: options.threads,
                ..EngineOptions::default()
            },
        ),
        command: command(options),
    };
    let report = probe::run(&scenario, &request, &mut Keeper { options })?;
    let complete = report
        .as_ref()
        .map_or(0, |report| report.seeds.len() as u64);
    if let Some(report) = &report {
        output::print(&tables(report))?;
    }
    if complete == options.replicates {
        return Ok(Exit::Success);
    }
    let asked = options.replicates;
    output::tell(&format!(
        "interrupted: {complete} of {asked} replicates are complete"
    ));
    Ok(Exit::Interrupted)
}

struct Keeper<'a> {
    options: &'a Options,
}

impl Watch for Keeper<'_> {
    fn begins(&mut self, what: &str) {
        if !self.options.quiet {
            output::tell(what);
        }
    }

    fn measured(&mut self, report: &Report) -> Result<(), RecordError> {
        match &self.options.json {
            Some(path) => atomic::write(path, (report.json() + "\n").as_bytes()),
            None => Ok(()),
        }
    }

    fn is_enough(&self) -> bool {
        interrupt::is_asked()
    }
}

/// The command that gives this report again, on any engine.
fn command(options: &Options) -> String {
    let list = |values: &[f64]| -> String {
        let texts: Vec<String> = values.iter().map(f64::to_string).collect();
        texts.join(",")
    };
    let mut text = format!("takeoff probe {}", options.scenario.display());
    for (key, value) in &options.overrides.set {
        text += &format!(" --set '{key}={value}'");
    }
    if let Some(seed) = options.overrides.seed {
        text += &format!(" --seed {seed}");
    }
    if let Some(variant) = &options.overrides.variant {
        text += &format!(" --variant {variant}");
    }
    if !options.at_days.is_empty() {
        text += &format!(" --at {}", list(&options.at_days));
    }
    text += &format!(" --factors {}", list(&options.factors));
    text += &format!(" --horizon-days {}", options.horizon_days);
    if let Some(days) = options.settle_days {
        text += &format!(" --settle-days {days}");
    }
    text += &format!(" --replicates {}", options.replicates);
    if options.feedback == Feedback::Live {
        text += " --live";
    }
    text
}

fn tables(report: &Report) -> String {
    let effects = match report.feedback {
        "held" => "feedback held: partial effects",
        _ => "feedback live: total effects",
    };
    let seeds: Vec<String> = report.seeds.iter().map(u64::to_string).collect();
    let mut text = format!(
        "{}, seeds {}; {effects}; {} days counted in each branch\n\n{}\n",
        report.scenario,
        seeds.join(", "),
        report.horizon_days,
        bases(report),
    );
    text += &format!(
        "Exponents, with intervals of {:.0}% over {} replicates\n{}\n",
        100.0 * report.confidence,
        report.seeds.len(),
        exponents(report),
    );
    if !report.path.is_empty() {
        text += &format!("Returns along the path\n{}\n", path(report));
    }
    for point in &report.points {
        text += &grid(report, point);
    }
    text += &warnings(report);
    text + &format!("command  {}\n", report.command)
}

/// What the unchanged branch of each point is like.
fn bases(report: &Report) -> String {
    let header = [
        "day",
        "settled",
        "OOM",
        "researchers",
        "active",
        "speed",
        "A100e",
        "used",
        "in experiments",
        "size",
        "ideas/day",
        "OOM/day",
        "duplicates",
    ];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for point in &report.points {
        let Some(base) = point.base() else { continue };
        let replicates = &base.replicates;
        let mean = |of: &dyn Fn(&probe::Counted) -> f64| {
            replicates.iter().map(of).sum::<f64>() / replicates.len() as f64
        };
        rows.push(vec![
            format!("{}", point.at_day),
            format!("{:.1} d", point.settle_days),
            format!("{:.3}", mean(&|one| one.oom_from)),
            count(mean(&|one| one.inputs.researchers)),
            count(mean(&|one| one.active)),
            format!("{:.2}", mean(&|one| one.inputs.speed)),
            count(mean(&|one| one.inputs.experiment_a100e)),
            percent(Some(mean(&|one| one.utilisation))),
            percent(Some(mean(&|one| one.waiting_share))),
            format!("{:.1e}", mean(&|one| one.experiment_size)),
            count(base.ideas_per_day),
            format!("{:.2e}", base.oom_per_day),
            percent(base.duplicate_share),
        ]);
    }
    format!(
        "The branch without a change, of {} of the world\n{}",
        percent(Some(report.sample)),
        aligned(&rows, &[])
    )
}

fn exponents(report: &Report) -> String {
    let shown = [
        ("lambda", "lambda"),
        ("labour", "labour"),
        ("compute", "compute"),
        ("speed", "speed"),
        ("labour_share", "labour share"),
        ("rho", "rho"),
        ("beta_depth", "beta (depth)"),
    ];
    let mut header = vec!["day".to_owned(), "of".to_owned()];
    header.extend(shown.map(|(_, title)| title.to_owned()));
    let mut rows = vec![header];
    for point in &report.points {
        for measure in Measure::ALL {
            let mut row = vec![format!("{}", point.at_day), measure.name().to_owned()];
            row.extend(shown.map(|(name, _)| figure(point.exponent(measure, name))));
            rows.push(row);
        }
    }
    aligned(&rows, &[1])
}

fn path(report: &Report) -> String {
    let header = ["from day", "to", "of", "beta", "r"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    for stretch in &report.path {
        rows.push(vec![
            format!("{}", stretch.from_day),
            format!("{}", stretch.to_day),
            stretch.measure.name().to_owned(),
            figure(stretch.beta.0),
            figure(stretch.r.0),
        ]);
    }
    aligned(&rows, &[2])
}

/// Ideas per day of every branch of a point, over those of the unchanged one.
fn grid(report: &Report, point: &Point) -> String {
    let base = point.base().map_or(0.0, |base| base.ideas_per_day);
    let rate = |researchers: f64, compute: f64, speed: f64| {
        let found = point.branches.iter().find(|branch| {
            (branch.researchers, branch.compute, branch.speed) == (researchers, compute, speed)
        });
        match found {
            Some(branch) if base > 0.0 => format!("{:.3}", branch.ideas_per_day / base),
            _ => "-".to_owned(),
        }
    };
    let mut header = vec!["researchers".to_owned()];
    header.extend(
        report
            .factors
            .iter()
            .map(|factor| format!("compute x{factor}")),
    );
    header.push("speed, alone".to_owned());
    let mut rows = vec![header];
    for &factor in &report.factors {
        let mut row = vec![format!("x{factor}")];
        row.extend(
            report
                .factors
                .iter()
                .map(|&compute| rate(factor, compute, 1.0)),
        );
        row.push(rate(1.0, 1.0, factor));
        rows.push(row);
    }
    format!(
        "Ideas a day from day {}, over the branch without a change\n{}\n",
        point.at_day,
        aligned(&rows, &[])
    )
}

/// What makes a measurement doubtful.
fn warnings(report: &Report) -> String {
    let mut text = String::new();
    for point in &report.points {
        let all = || point.branches.iter().flat_map(|branch| &branch.replicates);
        let day = point.at_day;
        let stalled = all().map(|one| one.stalled_share).fold(0.0, f64::max);
        if stalled > STALLED_SHARE_MAX {
            let lost = percent(Some(stalled));
            text += &format!(
                "NOT VALID  day {day}: the event bound took {lost} of the time of a branch\n"
            );
        }
        let ended = all().map(|one| one.topics_ended).max().unwrap_or(0);
        if ended > 0 {
            text += &format!("ENDED  day {day}: {ended} topics have come to their last idea\n");
        }
    }
    text
}

/// 0.53 [0.47, 0.58].
fn figure(figure: Figure) -> String {
    match (figure.value, figure.interval) {
        (None, _) => "-".to_owned(),
        (Some(value), None) => format!("{value:.2}"),
        (Some(value), Some((low, high))) => format!("{value:.2} [{low:.2}, {high:.2}]"),
    }
}
