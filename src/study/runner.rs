//! Runs what a sweep folder lacks, several at a time.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::StudyError;
use super::dataset::{Dataset, ticks_of};
use super::outcome::{Outcome, RunRow};
use super::plan::{Plan, RunPlan};
use crate::record::manifest::Status;
use crate::record::summary::Facts;
use crate::record::table::Table;
use crate::record::{Accumulator, TickRow};
use crate::scenario::{Scenario, ScenarioErrors};
use crate::sim::{EngineChoice, EngineOptions, Simulation, make_engine};
use crate::world::World;

/// How runs are shared out. No result depends on it.
#[derive(Clone, Copy, Debug)]
pub struct Workers {
    /// Who computes.
    pub engine: EngineChoice,
    /// Runs at a time.
    pub jobs: usize,
    /// Threads of the native engine of each.
    pub threads: usize,
}

/// Who watches a sweep; called by one thread at a time.
pub trait Watcher: Send {
    /// A run has ended and is on disk.
    fn ended(&mut self, row: &RunRow);
    /// True when the sweep shall stop; runs under way are given up and made again later.
    fn is_stopped(&self) -> bool;
}

/// How a sweep ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// Every run is on disk.
    Done,
    /// It was stopped.
    Stopped,
}

/// What workers share.
struct Shared<'sweep, 'watcher> {
    plan: &'sweep Plan,
    dataset: &'sweep Dataset,
    workers: Workers,
    missing: Vec<u32>,
    next: AtomicUsize,
    stop: AtomicBool,
    watcher: Mutex<&'watcher mut dyn Watcher>,
}

/// Makes the runs that `dataset` lacks.
///
/// # Errors
/// If a disk refuses, or the engine is not there at all. A run that fails is a row with its reason.
pub fn run(
    plan: &Plan,
    dataset: &Dataset,
    workers: Workers,
    watcher: &mut dyn Watcher,
) -> Result<Ended, StudyError> {
    let shared = Shared {
        plan,
        dataset,
        workers,
        missing: dataset.missing(),
        next: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
        watcher: Mutex::new(watcher),
    };
    on_threads(workers.jobs, || shared.work())?;
    if shared.dataset.missing().is_empty() {
        Ok(Ended::Done)
    } else {
        Ok(Ended::Stopped)
    }
}

/// Does the same work on several threads at once; gives the first error.
pub(super) fn on_threads(
    threads: usize,
    work: impl Fn() -> Result<(), StudyError> + Sync,
) -> Result<(), StudyError> {
    let results: Vec<Result<(), StudyError>> = std::thread::scope(|scope| {
        let start = |_| scope.spawn(&work);
        let threads: Vec<_> = (0..threads.max(1)).map(start).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().expect("a run's panic is caught"))
            .collect()
    });
    results.into_iter().collect()
}

impl Shared<'_, '_> {
    /// Runs until none is left; an error stops the other workers too.
    fn work(&self) -> Result<(), StudyError> {
        while !self.is_stopped() {
            let Some(&run) = self.missing.get(self.next.fetch_add(1, Ordering::Relaxed)) else {
                return Ok(());
            };
            let Some((row, ticks)) = self.one(self.plan.run(run)) else {
                return Ok(());
            };
            if let Err(error) = self.dataset.add(&row, &ticks) {
                self.stop.store(true, Ordering::Relaxed);
                return Err(error);
            }
            let mut watcher = self.watcher.lock().expect("a watcher does not panic");
            watcher.ended(&row);
        }
        Ok(())
    }

    fn is_stopped(&self) -> bool {
        let asked = || {
            self.watcher
                .lock()
                .expect("a watcher does not panic")
                .is_stopped()
        };
        self.stop.load(Ordering::Relaxed) || asked()
    }

    /// One run to its end; `None` if it was stopped.
    fn one(&self, plan: RunPlan) -> Option<(RunRow, Table)> {
        let run = plan.run;
        let mut kept = Thinned::new(self.plan.every_days());
        let ended = outcome_of(
            || self.plan.scenario(&plan),
            self.workers,
            &mut |rows| kept.add(rows),
            &|| self.stop.load(Ordering::Relaxed) || self.poll(),
        );
        match ended {
            Ok(Some(outcome)) => {
                let ticks = ticks_of(run, &kept.finish());
                Some((RunRow::new(plan, Ok(outcome)), ticks))
            }
            Ok(None) => None,
            Err(reason) => Some((RunRow::new(plan, Err(reason)), ticks_of(run, &[]))),
        }
    }

    /// Asks the watcher, unless another worker is at it.
    fn poll(&self) -> bool {
        self.watcher
            .try_lock()
            .is_ok_and(|watcher| watcher.is_stopped())
    }
}

/// Makes a scenario and simulates it to its end; `None` if it was stopped, asked after every tick.
/// The reason of a failure, a panic too, is a line. `keep` gets the rows of each tick.
pub(super) fn outcome_of(
    scenario: impl FnOnce() -> Result<Scenario, ScenarioErrors>,
    workers: Workers,
    keep: &mut dyn FnMut(Vec<TickRow>),
    is_stopped: &dyn Fn() -> bool,
) -> Result<Option<Outcome>, String> {
    let made = catch_unwind(AssertUnwindSafe(|| {
        let scenario = scenario().map_err(|errors| first_line(&errors))?;
        simulate(scenario, workers, keep, is_stopped)
    }));
    made.unwrap_or_else(|panic| Err(format!("panicked: {}", words(&*panic))))
}

fn simulate(
    scenario: Scenario,
    workers: Workers,
    keep: &mut dyn FnMut(Vec<TickRow>),
    is_stopped: &dyn Fn() -> bool,
) -> Result<Option<Outcome>, String> {
    let options = EngineOptions {
        threads: workers.threads,
        ..EngineOptions::default()
    };
    let (name, seed, sample) = (
        scenario.name.clone(),
        scenario.run.seed,
        scenario.run.sample,
    );
    let world = World::new(scenario);
    let engine = make_engine(workers.engine, &world, options);
    let (engine, info) = engine.map_err(|error| error.to_string())?;
    let engine_name = info.engine.clone();
    let mut simulation = Simulation::with_engine(world, engine, info);
    let mut sums = Accumulator::default();
    while !simulation.is_finished() {
        if is_stopped() {
            return Ok(None);
        }
        let record = simulation.step().map_err(|error| error.to_string())?;
        sums.add_tick(&record.rows);
        keep(record.rows);
    }
    let summary = sums.finish(Facts {
        scenario: name,
        seed,
        sample,
        status: Status::Completed.word().to_owned(),
        engine: engine_name,
        wall_s: 0.0,
        digest: crate::model::digest::hex(simulation.digest()),
    });
    Ok(Some(Outcome::of(&summary)))
}

/// What is wrong with a scenario, in a line.
fn first_line(errors: &ScenarioErrors) -> String {
    let problem = errors.problems.first();
    problem.map_or_else(
        || errors.to_string(),
        |problem| format!("{}: {} (is {})", problem.key, problem.fault, problem.value),
    )
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_default()
}

/// The first tick that ends on or after each multiple of some days from day 0, and the last tick.
struct Thinned {
    every_days: f64,
    next: f64,
    kept: Vec<TickRow>,
    last: Vec<TickRow>,
}

impl Thinned {
    fn new(every_days: f64) -> Self {
        Self {
            every_days,
            next: 0.0,
            kept: Vec::new(),
            last: Vec::new(),
        }
    }

    fn add(&mut self, rows: Vec<TickRow>) {
        let day = rows.first().map_or(f64::NEG_INFINITY, |row| row.day);
        if day < self.next {
            self.last = rows;
            return;
        }
        self.last.clear();
        self.kept.extend(rows);
        self.next = (libm::floor(day / self.every_days) + 1.0) * self.every_days;
    }

    fn finish(mut self) -> Vec<TickRow> {
        self.kept.append(&mut self.last);
        self.kept
    }
}
