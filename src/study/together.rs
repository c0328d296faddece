//! Runs of a sweep that a device advances together.

use rayon::prelude::*;

use super::StudyError;
use super::course::Course;
use super::dataset::{Dataset, ticks_of};
use super::outcome::RunRow;
use super::plan::{Plan, RunPlan};
use super::runner::{Ended, Watcher, reason_of};
use crate::model::engine::EngineError;
use crate::sim::{EngineChoice, EngineOptions, Ensemble, SimError, make_batch};
use crate::world::World;

/// Runs that are begun together: enough to fill a device with small ones, few enough that a kill
/// costs little.
const RUNS_MAX: usize = 1024;

/// A run and its world, at its start.
struct Begun {
    plan: RunPlan,
    world: World,
}

/// What the parts of a sweep share.
struct Together<'sweep> {
    plan: &'sweep Plan,
    dataset: &'sweep Dataset,
    engine: EngineChoice,
    watcher: &'sweep mut dyn Watcher,
}

/// Makes the runs that `dataset` lacks on an engine that advances runs together.
///
/// # Errors
/// If a disk refuses or the device fails. A run that fails is a row with its reason.
pub fn run(
    plan: &Plan,
    dataset: &Dataset,
    engine: EngineChoice,
    watcher: &mut dyn Watcher,
) -> Result<Ended, StudyError> {
    let mut together = Together {
        plan,
        dataset,
        engine,
        watcher,
    };
    for runs in dataset.missing().chunks(RUNS_MAX) {
        for group in together.begin(runs)? {
            if together.group(group)? == Ended::Stopped {
                return Ok(Ended::Stopped);
            }
        }
    }
    Ok(Ended::Done)
}

impl Together<'_> {
    /// The worlds of runs, those of one shape together; runs that are refused end here.
    fn begin(&mut self, runs: &[u32]) -> Result<Vec<Vec<Begun>>, StudyError> {
        let begin = |&run: &u32| {
            let run = self.plan.run(run);
            let scenario = self
                .plan
                .scenario(&run)
                .map_err(|errors| reason_of(&errors));
            (run, scenario.map(World::new))
        };
        let begun: Vec<_> = runs.par_iter().map(begin).collect();
        let mut groups: Vec<Vec<Begun>> = Vec::new();
        for (plan, world) in begun {
            let world = match world {
                Ok(world) => world,
                Err(reason) => {
                    self.failed(plan, reason)?;
                    continue;
                }
            };
            let shape = world.setup().shape();
            let same = |group: &&mut Vec<Begun>| group[0].world.setup().shape() == shape;
            match groups.iter_mut().find(same) {
                Some(group) => group.push(Begun { plan, world }),
                None => groups.push(vec![Begun { plan, world }]),
            }
        }
        Ok(groups)
    }

    /// Advances runs of one shape to their ends, in halves where they do not fit the device.
    fn group(&mut self, mut group: Vec<Begun>) -> Result<Ended, StudyError> {
        let worlds: Vec<World> = group.iter().map(|begun| begun.world.clone()).collect();
        match make_batch(self.engine, &worlds, EngineOptions::default()) {
            Ok((batch, info)) => {
                let plans = group.into_iter().map(|begun| begun.plan).collect();
                self.advance(plans, Ensemble::with_batch(worlds, batch, info))
            }
            Err(SimError::Engine(EngineError::BatchMemory { .. })) if group.len() > 1 => {
                let rest = group.split_off(group.len() / 2);
                match self.group(group)? {
                    Ended::Stopped => Ok(Ended::Stopped),
                    Ended::Done => self.group(rest),
                }
            }
            // No device at all is an error of the sweep; what one run asks for is its own.
            Err(error @ SimError::Engine(EngineError::NoAdapter { .. })) => {
                Err(StudyError::Device(error.to_string()))
            }
            Err(error) if group.len() == 1 => {
                let plan = group.remove(0).plan;
                self.failed(plan, error.to_string()).map(|()| Ended::Done)
            }
            Err(_) => {
                for begun in group {
                    if self.group(vec![begun])? == Ended::Stopped {
                        return Ok(Ended::Stopped);
                    }
                }
                Ok(Ended::Done)
            }
        }
    }

    fn advance(
        &mut self,
        plans: Vec<RunPlan>,
        mut ensemble: Ensemble,
    ) -> Result<Ended, StudyError> {
        let course = |run| {
            let scenario = ensemble.world(run).base();
            Course::new(scenario, self.plan.every_days())
        };
        let courses = (0..plans.len()).map(course);
        let mut runs: Vec<_> = plans.into_iter().zip(courses).map(Some).collect();
        while !ensemble.is_finished() {
            if self.watcher.is_stopped() {
                return Ok(Ended::Stopped);
            }
            let outcomes = ensemble.step();
            let outcomes = outcomes.map_err(|error| StudyError::Device(error.to_string()))?;
            for (index, outcome) in outcomes.into_iter().enumerate() {
                let Some(outcome) = outcome else { continue };
                let Some((plan, mut course)) = runs[index].take() else {
                    continue;
                };
                match outcome {
                    Ok(record) => course.add(record.rows),
                    Err(error) => {
                        self.failed(plan, error.to_string())?;
                        continue;
                    }
                }
                if !ensemble.world(index).is_finished() {
                    runs[index] = Some((plan, course));
                    continue;
                }
                let (outcome, ticks) = course.finish(plan.run, ensemble.digest(index));
                let row = RunRow::new(plan, Ok(outcome));
                self.dataset.add(&row, &ticks)?;
                self.watcher.ended(&row);
            }
        }
        Ok(Ended::Done)
    }

    fn failed(&mut self, plan: RunPlan, reason: String) -> Result<(), StudyError> {
        let nothing = ticks_of(plan.run, &[]);
        let row = RunRow::new(plan, Err(reason));
        self.dataset.add(&row, &nothing)?;
        self.watcher.ended(&row);
        Ok(())
    }
}
