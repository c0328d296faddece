//! One recorded run: a simulation, its folder, checkpoints and an orderly end. Knows nothing of
//! the command line; whoever watches says what to show and when to stop.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::CommandError;
use crate::record::checkpoint::{Checkpoint, Written};
use crate::record::{
    Accumulator, Existing, Identity, MANIFEST, Machine, Manifest, Opened, Recorder, RunFolder,
    RunReader, Status, Summary,
};
use crate::scenario::{Remarks, Scenario};
use crate::sim::{EngineChoice, EngineInfo, SimError, Simulation, TickRecord};

/// Checkpoints take at most this part of the wall time, however short their interval.
const CHECKPOINT_TIME_SHARE: f64 = 0.05;

/// When to write checkpoints and how many bytes they may take.
#[derive(Clone, Copy, Debug)]
pub struct CheckpointPlan {
    /// Wall time between two; zero: after every tick.
    pub interval: Duration,
    /// Bytes of all that are kept.
    pub budget: u64,
}

/// What to run and where to record it.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'run> {
    /// The resolved scenario.
    pub scenario: &'run Scenario,
    /// What its files say about its values.
    pub remarks: &'run Remarks,
    /// Who computes.
    pub engine: EngineChoice,
    /// The run folder.
    pub folder: &'run Path,
    /// What to do when it holds a run.
    pub existing: Existing,
    /// Ticks from the end of burn-in; `None`: all that the scenario plans.
    pub ticks_limit: Option<u64>,
    /// `None`: no checkpoints.
    pub checkpoints: Option<CheckpointPlan>,
}

/// Who watches a run.
pub trait Watcher {
    /// Something worth a line.
    fn say(&mut self, message: &str);
    /// It starts or goes on: `done` ticks of about `planned`.
    fn started(&mut self, machine: &EngineInfo, done: u64, planned: u64);
    /// A tick was recorded; the rows are those of the record.
    fn tick(&mut self, record: &TickRecord, so_far: &Accumulator);
    /// It has ended, in whatever way; nothing more is shown.
    fn ended(&mut self);
    /// Asked before every tick, which it may hold back; false when the run shall end.
    fn goes_on(&mut self) -> bool;
}

/// How a run ended.
#[derive(Debug)]
pub enum Outcome {
    /// It was recorded to its end, or to where it was stopped.
    Ended(Box<(Summary, Manifest)>),
    /// The folder holds it complete: nothing was done.
    AlreadyComplete(Box<Manifest>),
}

/// Runs the plan.
pub fn run(plan: Plan<'_>, watcher: &mut dyn Watcher) -> Result<Outcome, CommandError> {
    let budget = plan
        .checkpoints
        .map_or(u64::MAX, |checkpoints| checkpoints.budget);
    let identity = identity(&plan)?;
    let folder = match RunFolder::open(plan.folder, identity, plan.existing, budget)? {
        Opened::Ready(folder) => *folder,
        Opened::Completed(manifest) => return Ok(Outcome::AlreadyComplete(manifest)),
    };
    let limit = folder.manifest().ticks_limit;
    let (simulation, checkpoint) = match simulation(&plan, &folder, watcher) {
        Ok(ready) => ready,
        Err(error) => {
            folder.abandon();
            return Err(error);
        }
    };
    let engine = simulation.engine_info();
    let recorder = folder.start(machine(&engine), checkpoint.as_ref())?;
    let planned = planned_ticks(&simulation, plan.scenario, limit);
    watcher.started(&engine, recorder.progress().ticks_total(), planned);
    record(simulation, recorder, plan.checkpoints, watcher)
}

/// Steps a simulation into its folder until it is done, stopped or fails. Whatever ends it, the
/// folder keeps every recorded tick.
pub fn record(
    simulation: Simulation,
    recorder: Recorder,
    checkpoints: Option<CheckpointPlan>,
    watcher: &mut dyn Watcher,
) -> Result<Outcome, CommandError> {
    let mut session = Session {
        simulation,
        limit: recorder.manifest().ticks_limit,
        recorder,
        plan: checkpoints,
    };
    let ended = session.run(watcher);
    watcher.ended();
    let ended = ended.and_then(|status| session.topics().map(|()| status));
    match ended {
        Ok(status) => {
            let (summary, manifest) = session.recorder.finish(status, None)?;
            Ok(Outcome::Ended(Box::new((summary, manifest))))
        }
        Err(error) => {
            // The first error is the one to tell; the folder keeps what could be written.
            let _ = session
                .recorder
                .finish(Status::Failed, Some(error.to_string()));
            Err(error)
        }
    }
}

/// The scenario that a run folder holds.
pub fn scenario_of(reader: &RunReader) -> Result<Scenario, CommandError> {
    let manifest = &reader.manifest;
    let scenario =
        Scenario::from_canonical_json(&manifest.scenario.to_string()).map_err(|source| {
            CommandError::Recorded {
                path: reader.path().join(MANIFEST),
                source,
            }
        })?;
    let hash = scenario.hash();
    if hash != manifest.scenario_hash {
        return Err(CommandError::Altered {
            path: reader.path().to_path_buf(),
            problems: vec![format!(
                "`{MANIFEST}`: the hash of its scenario is {hash}, it states {}",
                manifest.scenario_hash
            )],
        });
    }
    Ok(scenario)
}

/// What the manifest says of a scenario.
fn identity(plan: &Plan<'_>) -> Result<Identity, CommandError> {
    let (scenario, remarks) = (plan.scenario, plan.remarks);
    let value: Value = serde_json::from_str(&scenario.canonical_json())
        .map_err(|error| CommandError::Usage(format!("the scenario has no JSON: {error}")))?;
    Ok(Identity {
        scenario_name: scenario.name.clone(),
        scenario: value,
        scenario_hash: scenario.hash(),
        seed: scenario.run.seed,
        sample: scenario.run.sample,
        ticks_limit: plan.ticks_limit,
        sources: remarks.sources.clone(),
        remarks: remarks.of.clone(),
    })
}

fn machine(engine: &EngineInfo) -> Machine {
    Machine {
        engine: engine.engine.clone(),
        adapter: engine.adapter.clone(),
        driver: engine.driver.clone(),
        shader_hashes: engine.shader_hashes.clone(),
    }
}

/// The simulation at the newest checkpoint that can be used, or at its start.
fn simulation(
    plan: &Plan<'_>,
    folder: &RunFolder,
    watcher: &mut dyn Watcher,
) -> Result<(Simulation, Option<Checkpoint>), CommandError> {
    let (checkpoints, messages) = folder.checkpoints()?;
    for message in messages {
        watcher.say(&message);
    }
    for checkpoint in checkpoints {
        let tick = checkpoint.at.tick;
        let mut state = checkpoint.open()?;
        match Simulation::load(plan.scenario.clone(), plan.engine, &mut state) {
            Ok(simulation) => {
                watcher.say(&format!("continuing after tick {tick}"));
                return Ok((simulation, Some(checkpoint)));
            }
            Err(error) => watcher.say(&format!("checkpoint of tick {tick} skipped: {error}")),
        }
    }
    if folder.is_resumed() {
        watcher.say("no checkpoint to continue from: starting from the first tick");
    }
    Ok((Simulation::new(plan.scenario.clone(), plan.engine)?, None))
}

/// Ticks in all, burn-in included; an estimate when a limit counts from the end of burn-in.
fn planned_ticks(simulation: &Simulation, scenario: &Scenario, limit: Option<u64>) -> u64 {
    let all = simulation.ticks_planned();
    let burn_in = (scenario.run.burn_in_days * 24.0 / scenario.run.tick_hours).ceil() as u64;
    limit.map_or(all, |limit| all.min(burn_in.saturating_add(limit)))
}

struct Session {
    simulation: Simulation,
    recorder: Recorder,
    limit: Option<u64>,
    plan: Option<CheckpointPlan>,
}

impl Session {
    fn is_done(&self) -> bool {
        let reached = self.recorder.progress().ticks();
        self.simulation.is_finished() || self.limit.is_some_and(|limit| reached >= limit)
    }

    fn run(&mut self, watcher: &mut dyn Watcher) -> Result<Status, CommandError> {
        let mut due = self
            .plan
            .and_then(|plan| Instant::now().checked_add(plan.interval));
        while !self.is_done() {
            if !watcher.goes_on() {
                if self.plan.is_some() && self.simulation.tick() > 0 {
                    self.checkpoint(watcher);
                }
                return Ok(Status::Interrupted);
            }
            let record = self.simulation.step()?;
            self.recorder
                .record(record.tick, record.rows.clone(), &record.digest)?;
            watcher.tick(&record, self.recorder.progress());
            if let (Some(at), Some(plan)) = (due, self.plan)
                && Instant::now() >= at
            {
                let began = Instant::now();
                self.checkpoint(watcher);
                let spare = began.elapsed().mul_f64(1.0 / CHECKPOINT_TIME_SHARE);
                let interval = if plan.interval.is_zero() {
                    plan.interval
                } else {
                    plan.interval.max(spare)
                };
                due = Instant::now().checked_add(interval);
            }
        }
        Ok(Status::Completed)
    }

    /// Records how far each topic was explored.
    fn topics(&mut self) -> Result<(), CommandError> {
        let rows = self.simulation.topics().map_err(SimError::from)?;
        Ok(self.recorder.topics(&rows)?)
    }

    /// Writes a checkpoint. One that fails is told and costs nothing but itself.
    fn checkpoint(&mut self, watcher: &mut dyn Watcher) {
        let simulation = &mut self.simulation;
        let written = self
            .recorder
            .checkpoint(&mut |out| Ok(simulation.save(out)?));
        match written {
            Ok(Some(Written::OverBudget { budget })) => {
                self.plan = None;
                watcher.say(&format!(
                    "no more checkpoints: one takes more than the budget of {} GiB; raise it with \
                     --checkpoint-gib",
                    budget >> 30
                ));
            }
            Ok(_) => {}
            Err(error) => watcher.say(&format!("checkpoint not written: {error}")),
        }
    }
}
