//! Claim: the native engine does what `docs/model.md` says, to the bit, as read by a second author.
//!
//! After every tick of every world, agents, counters, knowledge, gains, digest lanes and recounts
//! of the engine are those of the scalar oracle in `tests/oracle/`. The suite takes every branch
//! that the oracle lists and makes every counter non-zero.

#[path = "common/worlds.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod worlds;

#[path = "oracle/mod.rs"]
mod scalar;

#[path = "oracle/arithmetic.rs"]
mod arithmetic;

#[path = "oracle/compare.rs"]
mod compare;

#[path = "oracle/states.rs"]
mod states;

#[path = "oracle/topologies.rs"]
mod topologies;

use std::collections::BTreeSet;

use compare::step;
use scalar::{Oracle, branches};
use takeoff::cpu::{CpuEngine, Options};
use takeoff::model::census::{COUNTER_NAMES, COUNTERS};
use takeoff::model::engine::Tick;
use takeoff::model::engine::{Engine, Setup};
use takeoff::model::layout::KindTick;
use topologies::Topology;

/// What worlds made the model do.
#[derive(Default)]
struct Coverage {
    /// Bits that were set in each counter.
    counters: [u64; COUNTERS],
    branches: BTreeSet<&'static str>,
}

/// The engine under test. Small tasks: several threads share a population.
fn engine(setup: &Setup) -> CpuEngine {
    CpuEngine::new(
        setup.clone(),
        Options {
            threads: 2,
            chunk: 256,
            ..Options::default()
        },
    )
    .unwrap()
}

/// Steps both, from empty slots and boards, through a world whose ticks `told` gives.
fn run(name: &str, setup: &Setup, coverage: &mut Coverage, told: impl Fn(u64) -> Tick) {
    follow(
        name,
        setup,
        (&mut engine(setup), &mut Oracle::new(setup.clone())),
        coverage,
        told,
    );
}

/// Steps both on from where they are.
fn follow(
    name: &str,
    setup: &Setup,
    (engine, oracle): (&mut CpuEngine, &mut Oracle),
    coverage: &mut Coverage,
    told: impl Fn(u64) -> Tick,
) {
    for t in 0..worlds::TICKS {
        let census = step(engine, oracle, setup, &told(t).input())
            .unwrap_or_else(|difference| panic!("{name}, tick {t}, {difference}"));
        for population in &census.populations {
            for (seen, count) in coverage.counters.iter_mut().zip(population.counters) {
                *seen |= count;
            }
        }
    }
    coverage.branches.extend(&oracle.reached);
}

fn random_worlds(coverage: &mut Coverage) {
    for seed in 0..24 {
        let world = worlds::world(seed);
        run(
            &format!("world {}", world.seed),
            &world.setup,
            coverage,
            |t| world.tick(t).clone(),
        );
    }
}

fn exchanges(coverage: &mut Coverage) {
    for (seed, topology) in (40..).zip(topologies::ALL.into_iter().cycle().take(10)) {
        let world = worlds::world(seed);
        let mut setup = world.setup.clone();
        topologies::rewire(&mut setup, topology);
        let name = format!("world {seed} with {topology:?}");
        run(&name, &setup, coverage, |t| {
            topologies::retime(world.tick(t), t)
        });
    }
}

/// Worlds at the ends of scales: certain and hopeless odds, shortest and longest phases, no noise,
/// no events at all.
fn extremes(coverage: &mut Coverage) {
    type Change = fn(&mut Tick);
    let worlds: [(&str, u64, Change); 7] = [
        ("certain", 60, |tick| {
            each_kind(tick, |kind| kind.odds_base = 4 << 16)
        }),
        ("hopeless", 61, |tick| {
            each_kind(tick, |kind| kind.odds_base = -(36 << 16))
        }),
        ("instant", 62, |tick| {
            each_kind(tick, |kind| kind.think_base = -(20 << 16));
            each_kind(tick, |kind| kind.experiment_base = -(20 << 16));
        }),
        ("endless", 63, |tick| {
            each_kind(tick, |kind| kind.experiment_base = 40 << 16)
        }),
        ("flat", 64, |tick| {
            each_kind(tick, |kind| {
                (kind.score_slope, kind.odds_base) = (0, 1 << 16)
            });
            tick.populations
                .iter_mut()
                .for_each(|population| population.taste_noise = [0; 16]);
        }),
        ("stalled", 65, |tick| {
            tick.populations
                .iter_mut()
                .for_each(|population| population.events_max = 0);
        }),
        ("crowded", 68, crowded),
    ];
    for (name, seed, change) in worlds {
        let world = worlds::world(seed);
        run(name, &world.setup, coverage, |t| {
            let mut tick = world.tick(t).clone();
            change(&mut tick);
            tick
        });
    }
}

/// Worlds that begin in the middle of things: any phase, late ideas, ended topics, half-read news.
fn written_states(coverage: &mut Coverage) {
    for seed in 70..82 {
        let world = worlds::world(seed);
        let setup = &world.setup;
        let (mut engine, mut oracle) = (engine(setup), Oracle::new(setup.clone()));
        let first = world.tick(0);
        let state = states::State::any(setup, first, seed);
        for (index, agents) in state.agents.iter().enumerate() {
            let (due, work): (Vec<u32>, Vec<u32>) = agents.iter().map(|a| (a.due, a.work)).unzip();
            oracle.write_agents(index, 0, &due, &work);
            engine.write_agents(index, 0, &due, &work).unwrap();
            let tick = &first.populations[index];
            let lanes = oracle.recount(index, tick, agents.len() as u64).lanes;
            engine.write_lanes(index, lanes);
        }
        for (store, words) in &state.stores {
            oracle.write_store(*store, words);
            engine.write_store(*store, words).unwrap();
            assert_eq!(
                &oracle.read_store(*store),
                words,
                "the oracle reads what was written"
            );
        }
        let name = format!("world {seed} from the middle");
        let told = |t| Tick {
            slots: state.slots(),
            ..world.tick(t).clone()
        };
        follow(&name, setup, (&mut engine, &mut oracle), coverage, told);
    }
}

/// Weighted agents at both thresholds of their others: 8 finds an open idea or one more, so that
/// many open ideas tell spreading from flooding; odds at the last row of the binomial table.
fn crowded(tick: &mut Tick) {
    const OPEN: u32 = 128;
    each_kind(tick, |kind| {
        (kind.idea_end, kind.odds_base, kind.odds_slope) = (1000, -(24 << 16), 0);
    });
    for population in &mut tick.populations {
        (
            population.weight_log2,
            population.binomial_table,
            population.breadth,
        ) = (11, 0, OPEN);
        (population.skill_base, population.skill_sigma) = (0, 200);
    }
    let entry = |column: u32| (8 * OPEN + column % 2) << 12;
    tick.binomial = Some((0..193 * 256).map(entry).collect());
}

fn each_kind(tick: &mut Tick, change: impl FnMut(&mut KindTick)) {
    tick.kinds.iter_mut().for_each(change);
}

#[test]
fn the_suite_agrees_and_takes_every_branch() {
    let mut coverage = Coverage::default();
    random_worlds(&mut coverage);
    exchanges(&mut coverage);
    extremes(&mut coverage);
    written_states(&mut coverage);
    for (name, seen) in COUNTER_NAMES.iter().zip(coverage.counters) {
        assert_ne!(seen, 0, "no world reaches the counter {name}");
    }
    let all: BTreeSet<&str> = branches::ALL.iter().copied().collect();
    let missing: Vec<_> = all.difference(&coverage.branches).collect();
    assert!(missing.is_empty(), "no world takes {missing:?}");
}

#[test]
fn boards_that_never_exchange_keep_apart() {
    let world = worlds::world(45);
    let mut setup = world.setup.clone();
    topologies::rewire(&mut setup, Topology::None);
    let mut coverage = Coverage::default();
    run("apart", &setup, &mut coverage, |t| {
        topologies::retime(world.tick(t), t)
    });
    let heard = ["mail: all ideas cross", "mail: some ideas cross"];
    assert!(
        heard
            .iter()
            .all(|branch| !coverage.branches.contains(branch))
    );
}
