//! Claim: the load of the benchmarks runs, is busy, and repeats to the same digest from its saved
//! state. So benches cannot rot.

#[path = "../benches/common.rs"]
#[expect(dead_code, reason = "the peers use more of it")]
mod common;

#[path = "../benches/loads.rs"]
mod loads;

use takeoff::bench::Load;
use takeoff::bench::roofline::due;
use takeoff::model::census::Counter;
use takeoff::model::digest;

#[test]
fn the_load_is_busy_and_repeats() {
    for world in [
        common::World::new(0.0125, 1 << 14),
        common::World::surrounded(0.0125, 1 << 14),
    ] {
        is_busy_and_repeats(&world);
    }
}

fn is_busy_and_repeats(world: &common::World) {
    assert!(world.events > 10_000, "{} events", world.events);
    for _ in 0..2 {
        let record = world.simulation().step().expect("it runs");
        assert_eq!(digest::hex(&record.digest), world.digest);
        assert_eq!(record.events, world.events);
    }
}

/// Every stage runs in its load and takes some time; passes of a stage alone change no agent.
#[test]
fn every_stage_runs_alone() {
    for (name, load, stage) in loads::LOADS {
        let mut steady = loads::steady(load, 1 << 12);
        for _ in 0..2 {
            assert!(loads::stage(&mut steady, stage) > 0.0, "{name}");
        }
        let before = steady.recount().expect("it runs");
        loads::stage(&mut steady, loads::Stage::Spawn);
        loads::stage(&mut steady, loads::Stage::Share);
        let after = steady.recount().expect("it runs");
        assert_eq!(before, after, "{name}");
    }
}

/// The load of each stage is the one that its name says.
#[test]
fn loads_have_the_events_of_their_names() {
    let agents = 1 << 12;
    for (load, each) in [
        (Load::Quiet, 0),
        (Load::Due(1.0), agents),
        (Load::Busy, 12 * agents),
    ] {
        let mut steady = loads::steady(load, agents);
        for _ in 0..3 {
            let counts = steady.tick().expect("it runs").counts;
            assert_eq!(counts.get(Counter::Events), each, "{load:?}");
            let asked = load.due().expect("no host") * agents as f64;
            assert_eq!(due(&counts) as f64, asked, "{load:?}");
        }
    }
}
