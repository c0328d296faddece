//! Claim: the load of the benchmarks runs, is busy, and repeats to the same digest from its saved
//! state. So benches cannot rot.

#[path = "../benches/common.rs"]
mod common;

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
