//! Runs what a sweep folder lacks: on a device together, on the native engine several at a time, a
//! thread or more each.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::StudyError;
use super::course::Course;
use super::dataset::{Dataset, ticks_of};
use super::outcome::RunRow;
use super::plan::{Plan, RunPlan};
use super::together;
use crate::model::digest::Digest;
use crate::record::table::Table;
use crate::scenario::{Scenario, ScenarioErrors};
use crate::sim::{EngineChoice, EngineOptions, Simulation, batches, make_engine};
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
    if batches(workers.engine) {
        return together::run(plan, dataset, workers.engine, watcher);
    }
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
        let ended = course_of(
            || self.plan.scenario(&plan),
            self.workers,
            self.plan.every_days(),
            &|| self.stop.load(Ordering::Relaxed) || self.poll(),
        );
        match ended {
            Ok(Some((course, digest))) => {
                let (outcome, ticks) = course.finish(run, &digest);
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
/// The reason of a failure, a panic too, is a line.
pub(super) fn course_of(
    scenario: impl FnOnce() -> Result<Scenario, ScenarioErrors>,
    workers: Workers,
    every_days: f64,
    is_stopped: &dyn Fn() -> bool,
) -> Result<Option<(Course, Digest)>, String> {
    let made = catch_unwind(AssertUnwindSafe(|| {
        let scenario = scenario().map_err(|errors| reason_of(&errors))?;
        simulate(scenario, workers, every_days, is_stopped)
    }));
    made.unwrap_or_else(|panic| Err(format!("panicked: {}", words(&*panic))))
}

fn simulate(
    scenario: Scenario,
    workers: Workers,
    every_days: f64,
    is_stopped: &dyn Fn() -> bool,
) -> Result<Option<(Course, Digest)>, String> {
    let options = EngineOptions {
        threads: workers.threads,
        ..EngineOptions::default()
    };
    let mut course = Course::new(&scenario, every_days);
    let world = World::new(scenario);
    let engine = make_engine(workers.engine, &world, options);
    let (engine, info) = engine.map_err(|error| error.to_string())?;
    let mut simulation = Simulation::with_engine(world, engine, info);
    while !simulation.is_finished() {
        if is_stopped() {
            return Ok(None);
        }
        let record = simulation.step().map_err(|error| error.to_string())?;
        course.add(record.rows);
    }
    Ok(Some((course, *simulation.digest())))
}

/// What is wrong with a scenario, in a line.
pub(super) fn reason_of(errors: &ScenarioErrors) -> String {
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
