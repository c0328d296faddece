//! `takeoff calibrate`: parameters with which runs come out as targets say.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{CommandError, Exit, calibrated, figures, interrupt, output};
use crate::record::atomic;
use crate::sim::EngineChoice;
use crate::study::calibrate::{self, AbcRequest, Problem, Provenance, Request, Setting, Watcher};
use crate::study::plan::Way;
use crate::study::runner::Workers;

/// Time between two lines when stderr is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The options of the command.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is fitted to what.
    pub request: Request,
    /// A sweep of it: the posterior over its runs, instead of least squares.
    pub sweep: Option<PathBuf>,
    /// Part of the sweep's runs that is accepted.
    pub accept: f64,
    /// Who computes.
    pub engine: EngineChoice,
    /// Runs at a time; 0: as many as there are cores.
    pub jobs: usize,
    /// The scenario file to write.
    pub out: Option<PathBuf>,
    /// No progress.
    pub quiet: bool,
    /// The result as JSON on stdout.
    pub json: bool,
}

/// Runs the command.
pub fn execute(options: &Options) -> Result<Exit, CommandError> {
    interrupt::listen();
    match &options.sweep {
        Some(folder) => from_sweep(options, folder),
        None => by_least_squares(options),
    }
}

fn by_least_squares(options: &Options) -> Result<Exit, CommandError> {
    let problem = Problem::new(&options.request)?;
    if let Some(out) = &options.out {
        // Before the runs: it would be a pity to find out after them.
        let middle = problem.literals(&vec![0.5; problem.parameters.len()]);
        let settings: Vec<_> = middle
            .into_iter()
            .map(|(key, literal)| Setting {
                key,
                literal,
                comment: String::new(),
            })
            .collect();
        calibrate::check_out(out, &provenance(options, Vec::new()), &settings)?;
    }
    let mut progress = Progress::new(&problem, options.quiet);
    let found = calibrate::fit(&problem, &options.request, workers(options), &mut progress);
    progress.finish();
    let Some(found) = found? else {
        output::tell("interrupted: nothing was written");
        return Ok(Exit::Interrupted);
    };
    show(
        options,
        &found,
        &calibrated::of_fit(&found),
        &found.warnings,
    )?;
    if found.targets.iter().any(|target| !target.is_met) {
        return Ok(not_reached(options));
    }
    let notes = calibrated::notes_of_fit(&found);
    write(
        options,
        notes,
        &calibrated::settings_of_fit(&found, &problem),
    )
}

fn from_sweep(options: &Options, folder: &Path) -> Result<Exit, CommandError> {
    let mut overrides = crate::scenario::Overrides {
        set: options.request.set.clone(),
        seed: options.request.seed,
        ..Default::default()
    };
    overrides
        .set
        .extend(options.request.parameters.iter().cloned());
    let found = calibrate::posterior(&AbcRequest {
        sweep: crate::study::Request {
            scenario: options.request.scenario.clone(),
            overrides,
            design: Some(Way::Random),
            points: 1,
            levels: 1,
            replicates: 1,
            seeds: None,
            every_days: 1.0,
        },
        folder: folder.to_path_buf(),
        targets: options.request.targets.clone(),
        accept: options.accept,
    })?;
    show(
        options,
        &found,
        &calibrated::of_posterior(&found),
        &found.warnings,
    )?;
    if !found.warnings.is_empty() {
        return Ok(not_reached(options));
    }
    let notes = calibrated::notes_of_posterior(&found);
    write(options, notes, &calibrated::settings_of_posterior(&found))
}

/// What is to be said when targets are missed: nothing is written that looks calibrated.
fn not_reached(options: &Options) -> Exit {
    let wrote = match &options.out {
        Some(out) => format!("; `{}` was not written", out.display()),
        None => String::new(),
    };
    output::tell(&format!("not calibrated: a target is not reached{wrote}"));
    Exit::Failure
}

fn show(
    options: &Options,
    found: &impl serde::Serialize,
    table: &str,
    warnings: &[String],
) -> Result<(), CommandError> {
    for warning in warnings {
        output::tell(&format!("warning: {warning}"));
    }
    if options.json {
        let text = serde_json::to_string_pretty(found).expect("a calibration is plain data");
        return output::print(&text);
    }
    output::print(table)
}

fn write(
    options: &Options,
    notes: Vec<String>,
    settings: &[Setting],
) -> Result<Exit, CommandError> {
    if let Some(out) = &options.out {
        let provenance = provenance(options, notes);
        calibrate::check_out(out, &provenance, settings)?;
        let text = calibrate::text(out, &provenance, settings)?;
        atomic::write(out, text.as_bytes())?;
        output::tell(&format!("wrote `{}`", out.display()));
    }
    Ok(Exit::Success)
}

fn provenance(options: &Options, notes: Vec<String>) -> Provenance {
    Provenance {
        scenario: options.request.scenario.clone(),
        command: command_line(options),
        set: options.request.set.clone(),
        notes,
    }
}

/// The command again: what the result depends on, and where it goes.
fn command_line(options: &Options) -> String {
    let request = &options.request;
    let mut words = vec!["takeoff".to_owned(), "calibrate".to_owned()];
    words.push(request.scenario.display().to_string());
    let mut give = |option: &str, value: String| words.extend([option.to_owned(), value]);
    for (key, value) in &request.set {
        give("--set", format!("{key}={value}"));
    }
    if let Some(seed) = request.seed {
        give("--seed", seed.to_string());
    }
    for (key, range) in &request.parameters {
        give("--param", format!("{key}={range}"));
    }
    for (key, to) in &request.ties {
        give("--tie", format!("{key}={to}"));
    }
    for target in &request.targets {
        give("--target", target.to_string());
    }
    match &options.sweep {
        Some(folder) => {
            give("--sweep", folder.display().to_string());
            give("--accept", options.accept.to_string());
        }
        None => {
            give("--seeds", request.seeds.to_string());
            if let Some(starts) = request.starts {
                give("--starts", starts.to_string());
            }
        }
    }
    if let Some(out) = &options.out {
        give("--out", out.display().to_string());
    }
    let quoted: Vec<_> = words.iter().map(|word| quoted(word)).collect();
    quoted.join(" ")
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./=:±+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// As many runs at a time as there are cores; devices take one.
fn workers(options: &Options) -> Workers {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = match (options.engine, options.jobs) {
        (EngineChoice::Gpu | EngineChoice::Software, _) => 1,
        (EngineChoice::Cpu | EngineChoice::Auto, 0) => cores,
        (EngineChoice::Cpu | EngineChoice::Auto, jobs) => jobs,
    };
    Workers {
        engine: options.engine,
        jobs,
        threads: (cores / jobs).max(1),
    }
}

/// How a calibration advances, on stderr.
struct Progress {
    name: String,
    quiet: bool,
    bar: Option<ProgressBar>,
    asked: usize,
    done: usize,
    started: Instant,
    shown: Instant,
}

impl Progress {
    fn new(problem: &Problem, quiet: bool) -> Self {
        if !quiet {
            output::tell(&format!(
                "{}: {} parameters to {} targets, {} seeds a point",
                problem.name,
                problem.parameters.len(),
                problem.targets.len(),
                problem.seeds.end - problem.seeds.start,
            ));
        }
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(8);
            let bar = ProgressBar::with_draw_target(Some(0), target);
            let style = ProgressStyle::with_template("{wide_bar} {pos}/{len} runs so far");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self {
            name: problem.name.clone(),
            quiet,
            bar,
            asked: 0,
            done: 0,
            started: Instant::now(),
            shown: Instant::now(),
        }
    }

    fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        if !self.quiet {
            let took = figures::wall(self.started.elapsed().as_secs_f64());
            output::tell(&format!("{}: {} runs in {took}", self.name, self.done));
        }
    }
}

impl Watcher for Progress {
    fn asked(&mut self, runs: usize) {
        self.asked += runs;
        if let Some(bar) = &self.bar {
            bar.set_length(self.asked as u64);
        }
    }

    fn ran(&mut self) {
        self.done += 1;
        match &self.bar {
            Some(bar) => bar.set_position(self.done as u64),
            None if !self.quiet && self.shown.elapsed() >= LINE_EVERY => {
                output::tell(&format!(
                    "{}: {} of {} runs so far",
                    self.name, self.done, self.asked
                ));
                self.shown = Instant::now();
            }
            None => {}
        }
    }

    fn is_stopped(&self) -> bool {
        interrupt::is_asked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_a_shell() {
        assert_eq!(quoted("oom_per_year=0.48±0.06"), "oom_per_year=0.48±0.06");
        assert_eq!(quoted("a={ x = 1 }"), "'a={ x = 1 }'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
