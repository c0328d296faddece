//! Engine by engine, point by point: look at memory, measure the device, measure loads, save.

use super::BenchError;
use super::load::{self, Load};
use super::machine;
use super::point;
use super::rates;
use super::report::{EngineReport, Point, Report};
use crate::gpu::{self, Wanted};
use crate::model::engine::{Engine, EngineError, Setup};
use crate::record::RecordError;
use crate::sim::{EngineChoice, EngineInfo, EngineOptions, SimError, make_engine};
use crate::world::World;

/// What to measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// Engines, one after another.
    pub engines: Vec<EngineChoice>,
    /// Numbers of agents.
    pub agents: Vec<u64>,
    /// Loads at each of them.
    pub loads: Vec<Load>,
    /// Threads of the native engine; 0: one a core.
    pub threads: usize,
    /// Threads of a workgroup on devices; `None`: as suits them.
    pub workgroup: Option<u32>,
    /// Agents that a workgroup visits on devices; `None`: as suits their number.
    pub block: Option<u32>,
    /// Measured ticks of a point, at least 1.
    pub repeats: usize,
    /// Bytes in which the device's rates are measured, at the most.
    pub working_set: u64,
}

/// Who looks on while it is measured.
pub trait Watch {
    /// What is done next.
    fn begins(&mut self, what: &str);

    /// There is a report to keep: an empty one, then one more point, then its end.
    ///
    /// # Errors
    /// If it cannot be kept: the bench ends.
    fn measured(&mut self, report: &Report) -> Result<(), RecordError>;

    /// Is the bench to end after this point?
    fn is_enough(&self) -> bool;
}

/// How a bench ended.
pub type Outcome = Result<Report, Failure>;

/// What ended it early.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The measurement.
    #[error(transparent)]
    Bench(#[from] BenchError),
    /// Whoever keeps the report.
    #[error(transparent)]
    Kept(#[from] RecordError),
}

/// Measures every load at every number of agents on every engine. Memory is looked at before anything
/// is measured.
///
/// # Errors
/// If an engine is not there, the agents do not fit, digests differ, or the report cannot be kept.
pub fn run(request: &Request, watch: &mut dyn Watch) -> Outcome {
    let setups = check(request)?;
    let mut report = Report::begun(request.repeats as u64);
    // A report that cannot be kept is better known now.
    watch.measured(&report)?;
    for &choice in &request.engines {
        let (engine, wanted) = begun(request, choice, &setups, watch)?;
        report.engines.push(engine);
        for &agents in &request.agents {
            for &load in &request.loads {
                let last = report.engines.len() - 1;
                let to = report.engines[last].engine.clone();
                watch.begins(&format!("{to}: {}, {agents} agents", load.name()));
                let rates = report.engines[last].rates.clone();
                let point = point::measure(request, wanted, load, agents, &rates)?;
                compare(&report, &point)?;
                report.engines[last].points.push(point);
                watch.measured(&report)?;
                if watch.is_enough() {
                    return Ok(report);
                }
            }
        }
    }
    report.close();
    watch.measured(&report)?;
    Ok(report)
}

pub(super) fn options(request: &Request) -> EngineOptions {
    EngineOptions {
        threads: request.threads,
        timed: true,
        workgroup: request.workgroup,
        block: request.block,
    }
}

/// Makes the largest engine of each kind and drops it: the existing checks of memory speak before
/// anything was measured. Gives the setups by number of agents.
fn check(request: &Request) -> Result<Vec<Setup>, BenchError> {
    let mut setups = Vec::new();
    let mut largest: Option<(u64, World)> = None;
    for &agents in &request.agents {
        let world = World::new(load::scenario(agents)?);
        setups.push(world.setup().clone());
        if largest.as_ref().is_none_or(|(most, _)| agents > *most) {
            largest = Some((agents, world));
        }
    }
    if let Some((agents, world)) = &largest {
        for &choice in &request.engines {
            engine(choice, world, *agents, options(request))?;
        }
    }
    Ok(setups)
}

/// An engine for a world of so many agents; too many are refused as such.
pub(super) fn engine(
    choice: EngineChoice,
    world: &World,
    agents: u64,
    options: EngineOptions,
) -> Result<(Box<dyn Engine>, EngineInfo), BenchError> {
    make_engine(choice, world, options).map_err(|error| match error {
        SimError::Engine(EngineError::Memory {
            needed_mib,
            available_mib,
            device,
        }) => BenchError::Memory {
            agents,
            needed_mib,
            available_mib,
            device,
        },
        other => other.into(),
    })
}

/// What `auto` stands for here.
fn resolved(choice: EngineChoice) -> EngineChoice {
    match choice {
        EngineChoice::Auto if gpu::devices().iter().any(|device| device.auto) => EngineChoice::Gpu,
        EngineChoice::Auto => EngineChoice::Cpu,
        other => other,
    }
}

/// The head of an engine's report, with its rates.
fn begun(
    request: &Request,
    choice: EngineChoice,
    setups: &[Setup],
    watch: &mut dyn Watch,
) -> Result<(EngineReport, EngineChoice), BenchError> {
    let choice = resolved(choice);
    let least = request.agents.iter().min().copied().unwrap_or(1);
    let world = World::new(load::scenario(least)?);
    let (made, info) = engine(choice, &world, least, options(request))?;
    let timestamps = made.stage_seconds().timestamps;
    drop(made);
    watch.begins(&format!("{}: what the device can do", info.engine));
    let tables = rates::table_sizes(setups);
    let bytes = request.working_set.min(memory_for_rates());
    let rates = match choice {
        EngineChoice::Gpu => rates::device(Wanted::Hardware, request.working_set, &tables)?,
        EngineChoice::Software => rates::device(Wanted::Software, bytes, &tables)?,
        EngineChoice::Cpu | EngineChoice::Auto => rates::native(request.threads, bytes, &tables)?,
    };
    let is_native = choice == EngineChoice::Cpu;
    let threads = match request.threads {
        0 => std::thread::available_parallelism().map_or(1, |n| n.get() as u64),
        threads => threads as u64,
    };
    let native_features = machine::features().into_iter().map(str::to_owned);
    let mut features = info.features;
    if is_native {
        features.splice(0..0, native_features);
    }
    let report = EngineReport {
        engine: info.engine,
        adapter: info.adapter,
        driver: info.driver,
        backend: info.backend,
        features,
        threads: is_native.then_some(threads),
        workgroup: request.workgroup,
        block: request.block,
        timestamps,
        rates,
        points: Vec::new(),
    };
    Ok((report, choice))
}

/// A quarter of what is free: the rest belongs to others.
fn memory_for_rates() -> u64 {
    let free = machine::Machine::here().available_bytes;
    if free == 0 { u64::MAX } else { free / 4 }
}

/// Holds a point against the same one of engines before.
fn compare(report: &Report, point: &Point) -> Result<(), BenchError> {
    let others = report.engines.iter().flat_map(|engine| &engine.points);
    for other in others {
        let is_same = other.load == point.load && other.agents == point.agents;
        if is_same && other.digest != point.digest {
            return Err(BenchError::Differs {
                load: point.load.clone(),
                agents: point.agents,
                what: "this engine".to_owned(),
                found: point.digest.clone(),
                expected: other.digest.clone(),
            });
        }
    }
    Ok(())
}
