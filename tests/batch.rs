//! The claim: every run of a batch has the bits that it has alone, whatever the others do, however
//! agents are cut into workgroups, blocks and chunks, and however long the others run.

#[path = "common/worlds.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod worlds;

use takeoff::cpu::{self, CpuEngine};
use takeoff::gpu::{GpuBatch, Options, Wanted, devices};
use takeoff::model::engine::{Batch, Engine, EngineError, Setup, Store};
use worlds::{TICKS, World};

/// A hardware GPU if there is one, else a software device.
fn options(workgroup: u32, block: u32, chunk_agents: u64) -> Options {
    let hardware = devices().iter().any(|device| device.auto);
    Options {
        device: if hardware {
            Wanted::Hardware
        } else {
            Wanted::Software
        },
        workgroup,
        block: Some(block),
        balanced: hardware,
        chunk_agents,
        memory: None,
    }
}

fn batch(worlds: &[World], options: Options) -> GpuBatch {
    let setups = worlds.iter().map(|world| world.setup.clone()).collect();
    GpuBatch::new(setups, options).unwrap_or_else(|error| panic!("{error}"))
}

/// Does a run take part in tick `t` of the batch? Run 0 always does; the others end one after the
/// other, and run 3 rests for three ticks.
fn runs(replicate: usize, t: u64) -> bool {
    let rests = replicate == 3 && (4..7).contains(&t);
    !rests && (replicate == 0 || t < TICKS - 3 * replicate as u64)
}

/// Steps a batch and each of its runs alone on the native engine; compares every census, and at the
/// end all knowledge and agents. Gives how many inputs had no new tables where a neighbour's had.
fn step_together(worlds: &[World], options: Options) -> usize {
    let mut together = batch(worlds, options);
    assert_eq!(together.replicates(), worlds.len());
    let alone = |world: &World| CpuEngine::new(world.setup.clone(), cpu::Options::default());
    let mut alone: Vec<CpuEngine> = worlds
        .iter()
        .map(|world| alone(world).expect("worlds are small"))
        .collect();
    let mut done = vec![0; worlds.len()];
    let mut mixed = 0;
    for t in 0..TICKS {
        let take = |replicate: usize| runs(replicate, t).then_some(done[replicate]);
        let inputs: Vec<_> = (0..worlds.len())
            .map(|replicate| Some(worlds[replicate].tick(take(replicate)?).input()))
            .collect();
        let tables: Vec<bool> = inputs
            .iter()
            .flatten()
            .map(|input| input.alias.is_some())
            .collect();
        mixed += usize::from(tables.contains(&true) && tables.contains(&false));
        let found = together.tick(&inputs).expect("the device runs");
        for (replicate, input) in inputs.iter().enumerate() {
            let place = format!(
                "seed {}, tick {t} of the batch, {options:?}",
                worlds[replicate].seed
            );
            let expected = input.as_ref().map(|input| alone[replicate].tick(input));
            let expected = expected.transpose().expect("the reference runs");
            assert_eq!(expected, found[replicate], "{place}");
        }
        for (replicate, done) in done.iter_mut().enumerate() {
            *done += u64::from(runs(replicate, t));
        }
    }
    for (replicate, world) in worlds.iter().enumerate() {
        let place = format!("seed {}, {options:?}", world.seed);
        let expected = alone[replicate].read_store(Store::Nodes).expect("it reads");
        let found = together.read_nodes(replicate..replicate + 1);
        assert_eq!(expected, found.expect("it reads"), "{place}");
        let populations = world.setup.populations.len();
        for (own, population) in world.setup.populations.iter().enumerate() {
            let mut expected = (vec![0; population.slots as usize], Vec::new());
            expected.1 = expected.0.clone();
            let mut found = expected.clone();
            alone[replicate]
                .read_agents(own, 0, &mut expected.0, &mut expected.1)
                .expect("it reads");
            let index = replicate * populations + own;
            together
                .read_agents(index, 0, &mut found.0, &mut found.1)
                .expect("it reads");
            assert!(expected == found, "{place}: agents of population {own}");
        }
    }
    mixed
}

/// Shapes of every window size, each with its own cut and number of runs; the last is a run alone.
#[test]
#[cfg_attr(
    no_device,
    ignore = "no Vulkan device; TAKEOFF_REQUIRE_GPU=1 makes that a failure"
)]
fn every_run_of_a_batch_has_the_bits_it_has_alone() {
    // Workgroup, blocks, chunk, runs.
    let cuts = [
        (32, 1, 1 << 20, 5),
        (64, 3, 1500, 5),
        (128, 2, 256, 4),
        (256, 1, 1 << 20, 2),
        (64, 2, 1 << 20, 5),
        (32, 3, 1 << 20, 1),
    ];
    let mut mixed = 0;
    for (shape, (workgroup, blocks, chunk, runs)) in (0..).zip(cuts) {
        let world = |i| worlds::alike(shape, 5 * shape + i);
        let worlds: Vec<World> = (0..runs).map(world).collect();
        mixed += step_together(&worlds, options(workgroup, workgroup * blocks, chunk));
    }
    assert!(mixed > 0, "all runs had new tables in the same ticks");
}

/// What another run does, or that there is one, reaches no census: the same run between others.
#[test]
#[cfg_attr(
    no_device,
    ignore = "no Vulkan device; TAKEOFF_REQUIRE_GPU=1 makes that a failure"
)]
fn equal_runs_of_a_batch_stay_equal() {
    let worlds: Vec<World> = [7, 8, 7].map(|seed| worlds::alike(4, seed)).into();
    let mut batch = batch(&worlds, options(32, 64, 1 << 20));
    for t in 0..TICKS {
        let inputs: Vec<_> = worlds
            .iter()
            .map(|world| Some(world.tick(t).input()))
            .collect();
        let found = batch.tick(&inputs).expect("the device runs");
        assert_eq!(found[0], found[2], "tick {t}");
        assert_ne!(found[0], found[1], "tick {t}");
    }
}

#[test]
fn runs_of_unlike_shapes_are_refused_by_what_differs() {
    let like = || worlds::alike(1, 1).setup;
    type Change = fn(&mut Setup);
    let changes: [(&str, Change); 6] = [
        ("window words", |setup| setup.window_words *= 2),
        ("topics", |setup| setup.topics += 1),
        ("kinds", |setup| setup.kinds.push(setup.kinds[0])),
        ("populations", |setup| {
            setup.populations.push(setup.populations[0]);
        }),
        ("boards", |setup| {
            *setup.lab_boards.last_mut().expect("labs") += 1;
        }),
        ("labs", |setup| {
            let boards = setup.boards() as u32;
            setup.lab_boards.push(boards);
        }),
    ];
    for (what, change) in changes {
        let mut other = like();
        change(&mut other);
        let told = match GpuBatch::new(vec![like(), like(), other], options(64, 64, 1 << 20)) {
            Err(error @ EngineError::Unlike { .. }) => error.to_string(),
            Err(error) => panic!("{what}: {error}"),
            Ok(_) => panic!("runs with other {what} advanced together"),
        };
        assert!(told.starts_with("run 2 of the batch has "), "{told}");
        assert!(told.contains(what), "{told}");
    }
}

#[test]
#[cfg_attr(
    no_device,
    ignore = "no Vulkan device; TAKEOFF_REQUIRE_GPU=1 makes that a failure"
)]
fn a_batch_that_does_not_fit_is_refused_with_the_numbers() {
    let setups = vec![worlds::alike(1, 1).setup; 7];
    let options = Options {
        memory: Some(1 << 10),
        ..options(64, 64, 1 << 20)
    };
    let error = GpuBatch::new(setups, options)
        .err()
        .expect("1 KiB holds no batch");
    let told = error.to_string();
    assert!(matches!(error, EngineError::BatchMemory { .. }), "{told}");
    assert!(told.starts_with("7 runs together need "), "{told}");
}
