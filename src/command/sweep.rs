//! `takeoff sweep`: many runs of a scenario file into a sweep folder.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::{CommandError, Exit, analyse, figures, interrupt, output};
use crate::record::{self, Existing};
use crate::sim::EngineChoice;
use crate::study::dataset::shard_runs;
use crate::study::outcome::RunRow;
use crate::study::runner::{self, Ended, Watcher, Workers};
use crate::study::{Dataset, Opened, Plan, Request, Shard};

/// Time between two lines when stderr is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// The options of the command.
#[derive(Clone, Debug)]
pub struct Options {
    /// What is swept.
    pub request: Request,
    /// Which part of it.
    pub shard: Shard,
    /// Who computes.
    pub engine: EngineChoice,
    /// Runs at a time; 0: as many as there are cores.
    pub jobs: usize,
    /// The sweep folder; `None`: a new one under `sweeps`.
    pub out: Option<PathBuf>,
    /// What to do with one that is there.
    pub existing: Existing,
    /// No progress.
    pub quiet: bool,
    /// The analysis as JSON on stdout.
    pub json: bool,
}

/// Runs the command.
pub fn execute(options: &Options) -> Result<Exit, CommandError> {
    interrupt::listen();
    let plan = Plan::new(&options.request).map_err(crate::study::StudyError::from)?;
    let name = &plan.identity().scenario_name;
    let folder = match &options.out {
        Some(folder) => folder.clone(),
        None => record::numbered_folder(Path::new("sweeps"), name, options.existing)?,
    };
    if options.existing == Existing::Resume && !folder.join(record::MANIFEST).exists() {
        let folder = folder.display();
        output::tell(&format!("nothing to continue in `{folder}`: a new sweep"));
    }
    let opened = Dataset::open(
        &folder,
        plan.identity().clone(),
        options.shard,
        options.existing,
    )?;
    let dataset = match opened {
        Opened::Ready(dataset) => *dataset,
        Opened::Completed(manifest) => {
            output::tell(&format!(
                "`{}` is complete ({} runs): nothing to do; --force sweeps again",
                folder.display(),
                shard_runs(&manifest).len()
            ));
            return analyse::show(&folder, options.json).map(|()| Exit::Success);
        }
    };
    let missing = dataset.missing().len();
    let mut progress = Progress::new(name, &plan, missing, options.quiet);
    let ended = runner::run(&plan, &dataset, workers(options, missing), &mut progress);
    progress.finish();
    if ended? == Ended::Stopped {
        output::tell(&format!(
            "interrupted, {} runs are missing; continue with the same command, --out {} and --resume",
            dataset.missing().len(),
            folder.display()
        ));
        return Ok(Exit::Interrupted);
    }
    dataset.complete()?;
    analyse::show(&folder, options.json).map(|()| Exit::Success)
}

/// As many runs at a time as there are cores, and what cores are left for each.
fn workers(options: &Options, missing: usize) -> Workers {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let jobs = if options.jobs == 0 {
        cores
    } else {
        options.jobs
    };
    let jobs = jobs.min(missing).max(1);
    Workers {
        engine: options.engine,
        jobs,
        threads: (cores / jobs).max(1),
    }
}

/// How a sweep advances, on stderr.
struct Progress {
    name: String,
    quiet: bool,
    bar: Option<ProgressBar>,
    runs: usize,
    done: usize,
    failed: usize,
    events: f64,
    started: Instant,
    shown: Instant,
}

impl Progress {
    fn new(name: &str, plan: &Plan, missing: usize, quiet: bool) -> Self {
        if !quiet {
            output::tell(&format!(
                "{name}: {missing} of {} runs to make, {} uncertain values",
                plan.runs(),
                plan.identity().parameters.len()
            ));
        }
        let bar = (!quiet && std::io::stderr().is_terminal()).then(|| {
            let target = ProgressDrawTarget::stderr_with_hz(8);
            let bar = ProgressBar::with_draw_target(Some(missing as u64), target);
            let style = ProgressStyle::with_template("{wide_bar} {pos}/{len}  {msg}");
            bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self {
            name: name.to_owned(),
            quiet,
            bar,
            runs: missing,
            done: 0,
            failed: 0,
            events: 0.0,
            started: Instant::now(),
            shown: Instant::now(),
        }
    }

    fn line(&self) -> String {
        let seconds = self.started.elapsed().as_secs_f64().max(1e-9);
        let left = (self.runs - self.done) as f64 / (self.done as f64 / seconds);
        let failed = match self.failed {
            0 => String::new(),
            failed => format!("  {failed} failed"),
        };
        format!(
            "{} events, {} events/s  {} left{failed}",
            figures::count(self.events),
            figures::count(self.events / seconds),
            figures::wall(left)
        )
    }

    fn finish(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        if !self.quiet {
            let took = figures::wall(self.started.elapsed().as_secs_f64());
            output::tell(&format!(
                "{}: {} runs in {took}  {}",
                self.name,
                self.done,
                self.line()
            ));
        }
    }
}

impl Watcher for Progress {
    fn ended(&mut self, row: &RunRow) {
        self.done += 1;
        match &row.ended {
            Ok(outcome) => self.events += outcome.get("events").unwrap_or(0.0),
            Err(reason) => {
                self.failed += 1;
                // The first says what is the matter; all are in the dataset.
                if self.failed == 1 {
                    output::tell(&format!("run {} failed: {reason}", row.run));
                }
            }
        }
        match &self.bar {
            Some(bar) => {
                bar.set_position(self.done as u64);
                bar.set_message(self.line());
            }
            None if !self.quiet && self.shown.elapsed() >= LINE_EVERY => {
                output::tell(&format!(
                    "{}: {} of {} runs  {}",
                    self.name,
                    self.done,
                    self.runs,
                    self.line()
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
