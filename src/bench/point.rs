//! One point: make the world, warm up, measure, hold it against the floor.

use std::time::Instant;

use super::BenchError;
use super::flagship::{Flagship, TICKS_BEFORE};
use super::load::{self, Load, Rhythm};
use super::measure::{Request, engine, options};
use super::rates::{self, Rates};
use super::report::{Point, Spread, Stages};
use super::roofline::{self, Floor, Work};
use super::steady::{Steady, Ticked};
use crate::model::census::{Counter, PopulationCensus, Recount};
use crate::model::digest;
use crate::model::layout::PopulationTick;
use crate::sim::EngineChoice;
use crate::world::World;

/// What all repeats of a point came to.
struct Repeats {
    ticked: Vec<Ticked>,
    census: Vec<f64>,
    spawn: f64,
    population: PopulationTick,
    digest: String,
    ticks: u64,
    setup: f64,
}

/// Measures a load at a number of agents.
///
/// # Errors
/// If the engine is not there or fails, or counts what cannot be.
pub fn measure(
    request: &Request,
    choice: EngineChoice,
    load: Load,
    agents: u64,
    rates: &Rates,
) -> Result<Point, BenchError> {
    let setup = World::new(load::scenario(agents)?).setup().clone();
    let repeats = match load.rhythm() {
        Some(rhythm) => steady(request, choice, load, rhythm, agents)?,
        None => flagship(request, choice, load, agents)?,
    };
    let median = |of: &dyn Fn(&Ticked) -> f64| Spread::of(repeats.ticked.iter().map(of)).median;
    let counts = total(&repeats.ticked);
    let times = repeats.ticked.len() as f64;
    let events = |ticked: &Ticked| ticked.counts.get(Counter::Events) as f64;
    let tick_s = Spread::of(repeats.ticked.iter().map(|ticked| ticked.seconds));
    let stages_s = Stages {
        spawn: repeats.spawn,
        research: median(&|ticked| ticked.stages.research),
        share: median(&|ticked| ticked.stages.share),
        census: Spread::of(repeats.census.iter().copied()).median,
        transfer: median(&|ticked| {
            let stages = ticked.stages;
            (stages.tick - stages.spawn - stages.research - stages.share).max(0.0)
        }),
        host: repeats.ticked[0]
            .host
            .is_some()
            .then(|| median(&|ticked| ticked.host.unwrap_or(0.0))),
    };
    // Of one tick: repeats of the flagship are the same, those of other loads alike.
    let work = Work {
        agents,
        counts: &mean(&counts, repeats.ticked.len() as u64),
        population: &repeats.population,
        table_bytes: rates::table_bytes(&setup),
        seconds: (tick_s.median, stages_s.research),
    };
    Ok(Point {
        load: load.name(),
        agents,
        topics: setup.topics as u64,
        due_asked: load.due(),
        due_share: roofline::due(&counts) as f64 / times / agents as f64,
        events_per_tick: counts.get(Counter::Events) as f64 / times,
        events_per_s: Spread::of(repeats.ticked.iter().map(|t| events(t) / t.seconds)),
        agent_ticks_per_s: agents as f64 / tick_s.median,
        tick_s,
        year_s: 365.0 * tick_s.median,
        stages_s,
        floor: Floor::new(&work, rates),
        digest: repeats.digest,
        ticks: repeats.ticks,
        setup_s: repeats.setup,
    })
}

/// Ticks of a load without a host, one after another.
fn steady(
    request: &Request,
    choice: EngineChoice,
    load: Load,
    rhythm: Rhythm,
    agents: u64,
) -> Result<Repeats, BenchError> {
    let begun = Instant::now();
    let world = World::new(load::scenario(agents)?);
    let (made, _) = engine(choice, &world, agents, options(request))?;
    let mut steady = Steady::new(made, world, rhythm, load == Load::Quiet, agents)?;
    for _ in 0..load.warm_up() {
        steady.tick()?;
    }
    let setup = begun.elapsed().as_secs_f64();
    let (mut ticked, mut census) = (Vec::new(), Vec::new());
    for _ in 0..request.repeats {
        ticked.push(steady.tick()?);
        let recount = steady.recount()?;
        census.push(steady.stage_seconds().census);
        audit(load, agents, &ticked[ticked.len() - 1], &recount)?;
    }
    let digest = digest::hex(steady.digest());
    Ok(Repeats {
        spawn: steady.spawn()?.stages.spawn,
        population: steady.plan().tick.populations[0],
        ticks: (load.warm_up() + request.repeats) as u64,
        ticked,
        census,
        digest,
        setup,
    })
}

/// The same day again and again, each time from the start of the run: it must end in the same digest.
fn flagship(
    request: &Request,
    choice: EngineChoice,
    load: Load,
    agents: u64,
) -> Result<Repeats, BenchError> {
    let (mut ticked, mut census, mut setups) = (Vec::new(), Vec::new(), Vec::new());
    let mut ended: Option<(String, PopulationTick, f64)> = None;
    for repeat in 0..request.repeats {
        let begun = Instant::now();
        let world = World::new(load::scenario(agents)?);
        let (made, _) = engine(choice, &world, agents, options(request))?;
        let mut flagship = Flagship::new(world, made)?;
        setups.push(begun.elapsed().as_secs_f64());
        ticked.push(flagship.tick()?);
        let recount = flagship.recount()?;
        census.push(flagship.census_seconds());
        audit(load, agents, &ticked[repeat], &recount)?;
        let (found, population) = (digest::hex(flagship.digest()), flagship.population());
        let spawn = flagship.spawn()?.stages.spawn;
        match &ended {
            Some((expected, ..)) if *expected != found => {
                return Err(BenchError::Differs {
                    load: load.name(),
                    agents,
                    what: format!("repeat {}", repeat + 1),
                    found,
                    expected: expected.clone(),
                });
            }
            Some(_) => {}
            None => ended = Some((found, population, spawn)),
        }
    }
    let (digest, population, spawn) = ended.expect("at least one repeat");
    Ok(Repeats {
        ticked,
        census,
        spawn,
        population,
        digest,
        ticks: TICKS_BEFORE + 1,
        setup: Spread::of(setups).median,
    })
}

/// Holds the running hashes against those of a recount.
fn audit(load: Load, agents: u64, ticked: &Ticked, recount: &Recount) -> Result<(), BenchError> {
    let running = ticked.counts.lanes;
    if running == recount.lanes {
        return Ok(());
    }
    Err(BenchError::Audit {
        load: load.name(),
        agents,
        running,
        recount: recount.lanes,
    })
}

fn total(ticked: &[Ticked]) -> PopulationCensus {
    let mut sum = PopulationCensus::ZERO;
    for ticked in ticked {
        sum.merge(&ticked.counts);
    }
    sum
}

fn mean(counts: &PopulationCensus, ticks: u64) -> PopulationCensus {
    PopulationCensus {
        counters: counts.counters.map(|counter| counter / ticks),
        ..*counts
    }
}
