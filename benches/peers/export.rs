//! Where work comes from: the flagship mix in any size, and the random worlds of the tests.

use takeoff::cpu::{CpuEngine, Options};
use takeoff::model::engine::Engine;

use crate::common;
use crate::work::{State, Work};
use crate::worlds;
use takeoff::model::engine::Tick;

/// Agents of `scenarios/throughput.toml` unsampled.
const FLAGSHIP_AGENTS: f64 = 1e8;
/// The smallest sample there is: smaller worlds keep its topics and have fewer heads on them.
const SAMPLE_MIN: f64 = 0.0125;

/// Hours of the flagship's tick, and of the lag of its boards.
const FLAGSHIP_TICK_HOURS: u64 = 24;
/// Ticks of that length before the work starts.
const FLAGSHIP_TICKS_BEFORE: u64 = 2;

/// `scenarios/throughput.toml` with about so many agents (topics are whole), after its second day. With
/// `tick_hours` below a day (a divisor of it) fewer agents are due in a tick; boards lag by a tick still.
pub fn flagship(agents: u64, ticks: u64, tick_hours: Option<u64>) -> Work {
    let tick_hours = tick_hours.unwrap_or(FLAGSHIP_TICK_HOURS);
    assert_eq!(FLAGSHIP_TICK_HOURS % tick_hours, 0, "a day is whole ticks");
    let share = agents as f64 / FLAGSHIP_AGENTS;
    let sample = share.max(SAMPLE_MIN);
    let headcount = FLAGSHIP_AGENTS * share / sample;
    // Room to spare: a head-count that rounds up must not double the weight of agents.
    let load = common::World::with(
        sample,
        2 * agents,
        &[
            (
                "labs.plenty.populations.everybody.headcount",
                &format!("{headcount:?}"),
            ),
            ("run.tick_hours", &format!("{tick_hours}.0")),
            (
                "labs.plenty.populations.everybody.lag_hours",
                &format!("{tick_hours}.0"),
            ),
        ],
    );
    let load = load.later(FLAGSHIP_TICKS_BEFORE * (FLAGSHIP_TICK_HOURS / tick_hours - 1));
    let mut simulation = load.simulation();
    let setup = simulation.world().setup().clone();
    // Hashes are salted by keys that do not change from tick to tick.
    let mut ahead = load.simulation();
    ahead.step().expect("it runs");
    let populations = &ahead.last().expect("a tick was run").0.tick.populations;
    let start = State::of(&setup, populations, simulation.engine()).expect("it reads");
    let (mut told, mut expected) = (Vec::new(), Vec::new());
    for _ in 0..ticks {
        simulation.step().expect("it runs");
        let (plan, census) = simulation.last().expect("a tick was run");
        told.push(Tick::of(&plan.tick.input()));
        expected.push(census.clone());
    }
    Work {
        setup,
        start,
        ticks: told,
        expected,
    }
}

/// A random world of the tests from its empty start: small, but it takes every branch of the model.
pub fn random(world: &worlds::World) -> Work {
    let setup = world.setup.clone();
    let mut engine = CpuEngine::new(setup.clone(), Options::default()).expect("it fits");
    let ticks: Vec<Tick> = (0..worlds::TICKS).map(|t| world.tick(t).clone()).collect();
    let start = State::of(&setup, &ticks[0].populations, &mut engine).expect("it reads");
    let expected = ticks
        .iter()
        .map(|tick| engine.tick(&tick.input()).expect("it runs"))
        .collect();
    Work {
        setup,
        start,
        ticks,
        expected,
    }
}
