//! Claim: timing stages changes no bit, and an engine says of every stage that ran how long it took, by
//! the device's clock and by waiting. How long is not asserted.

#[path = "common/worlds.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod worlds;

use takeoff::cpu::{self, CpuEngine};
use takeoff::gpu::{Clock, GpuEngine, Options, Wanted};
use takeoff::model::census::Census;
use takeoff::model::engine::{Engine, StageSeconds};
use worlds::{TICKS, World};

/// Runs all ticks of a world; gives the census of each, and what the last tick and a recount took.
fn run(world: &World, engine: &mut dyn Engine) -> (Vec<Census>, Vec<StageSeconds>) {
    let (mut censuses, mut times) = (Vec::new(), Vec::new());
    for t in 0..TICKS {
        let tick = world.tick(t);
        censuses.push(engine.tick(&tick.input()).expect("it runs"));
        engine
            .recount(0, &tick.populations[0], tick.slots[0])
            .expect("it runs");
        times.push(engine.stage_seconds());
    }
    (censuses, times)
}

fn holds(world: &World, times: &[StageSeconds]) {
    for (t, times) in (0..TICKS).zip(times) {
        let stages = times.spawn + times.research + times.share;
        let place = format!("seed {}, tick {t}: {times:?}", world.seed);
        assert!(times.research > 0.0 && times.share > 0.0, "{place}");
        assert!(times.census > 0.0, "{place}");
        assert!(stages <= times.tick, "{place}");
        assert_eq!(
            times.spawn > 0.0,
            world.tick(t).spawn.contains(&true),
            "{place}"
        );
    }
}

#[test]
fn the_native_engine_says_where_its_ticks_went() {
    let world = worlds::world(1);
    let options = cpu::Options {
        threads: 2,
        chunk: 64,
        ..cpu::Options::default()
    };
    let mut engine = CpuEngine::new(world.setup.clone(), options).expect("worlds are small");
    let (_, times) = run(&world, &mut engine);
    holds(&world, &times);
}

#[test]
#[cfg_attr(no_software, ignore = "no software Vulkan device")]
fn a_device_says_where_its_ticks_went_and_computes_the_same() {
    let world = worlds::world(1);
    let options = Options {
        device: Wanted::Software,
        workgroup: 32,
        block: Some(64),
        ..Options::default()
    };
    let engine = || GpuEngine::new(world.setup.clone(), options).expect("worlds are small");
    let (expected, _) = run(&world, &mut engine());
    for clock in [Clock::Device, Clock::Wall] {
        let mut engine = engine();
        engine.time_stages(clock).expect("it can be timed");
        let (found, times) = run(&world, &mut engine);
        assert_eq!(found, expected, "{clock:?}");
        assert!(
            times
                .iter()
                .all(|times| times.timestamps == (clock == Clock::Device))
        );
        holds(&world, &times);
    }
}
