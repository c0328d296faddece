//! The claim: every engine computes the same bits, however agents are cut into threads, workgroups,
//! blocks, chunks and submits. All census words, recounts, agents and stores are compared after every
//! tick; a failure names the first difference.

#[path = "common/worlds.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod worlds;

use takeoff::cpu::{self, CpuEngine, Instructions};
use takeoff::gpu::{GpuEngine, Options, Wanted, devices};
use takeoff::model::agent;
use takeoff::model::census::{COUNTER_NAMES, COUNTERS, Census};
use takeoff::model::engine::Tick;
use takeoff::model::engine::{Engine, EngineError, Setup, Store};
use worlds::{TICKS, World};

/// An engine under test and how it was cut.
struct Twin {
    name: String,
    engine: Box<dyn Engine>,
}

fn native(setup: &Setup, options: cpu::Options) -> Twin {
    let engine = CpuEngine::new(setup.clone(), options);
    Twin {
        name: format!("cpu, {options:?}"),
        engine: Box::new(engine.expect("worlds are small")),
    }
}

/// A hardware GPU if there is one, else a software device.
fn wanted() -> Wanted {
    if devices().iter().any(|device| device.auto) {
        Wanted::Hardware
    } else {
        Wanted::Software
    }
}

fn device(setup: &Setup, workgroup: u32, block: u32, chunk_agents: u64) -> Twin {
    let balanced = wanted() == Wanted::Hardware;
    let options = Options {
        device: wanted(),
        workgroup,
        block: Some(block),
        balanced,
        chunk_agents,
        memory: None,
    };
    device_cut(setup, options)
}

fn device_cut(setup: &Setup, options: Options) -> Twin {
    let engine = GpuEngine::new(setup.clone(), options).unwrap_or_else(|error| {
        panic!(
            "{error}\nthe driver manifests of this machine promise a device: {:?}",
            devices()
        )
    });
    let on = engine.batch().device_name();
    Twin {
        name: format!("{on}, {options:?}"),
        engine: Box::new(engine),
    }
}

/// Steps the twins side by side; the first is the reference. Calls `seen` with its census.
fn step_together(world: &World, twins: &mut [Twin], mut seen: impl FnMut(&Census)) {
    for t in 0..TICKS {
        let tick = world.tick(t);
        let (reference, others) = twins.split_first_mut().expect("a reference");
        let census = reference
            .engine
            .tick(&tick.input())
            .expect("the reference runs");
        for other in others {
            let found = other.engine.tick(&tick.input()).unwrap_or_else(|error| {
                panic!("seed {}, tick {t}, {}: {error}", world.seed, other.name)
            });
            let place = format!("seed {}, tick {t}, {}", world.seed, other.name);
            compare_agents(
                &place,
                world,
                tick,
                &mut *reference.engine,
                &mut *other.engine,
            );
            compare_stores(&place, world, &mut *reference.engine, &mut *other.engine);
            compare_census(&place, world, &census, &found);
        }
        seen(&census);
    }
}

fn compare_agents(
    place: &str,
    world: &World,
    tick: &Tick,
    reference: &mut dyn Engine,
    other: &mut dyn Engine,
) {
    for (p, population) in world.setup.populations.iter().enumerate() {
        let agents = |engine: &mut dyn Engine| -> Result<_, EngineError> {
            let mut due = vec![0; population.slots as usize];
            let mut work = due.clone();
            engine.read_agents(p, 0, &mut due, &mut work)?;
            let recount = engine.recount(p, &tick.populations[p], tick.slots[p])?;
            Ok((due, work, recount))
        };
        let expected = agents(reference).expect("the reference reads");
        let found = agents(other).unwrap_or_else(|error| panic!("{place}: {error}"));
        let spawned = if tick.spawn[p] {
            "spawn or research"
        } else {
            "research"
        };
        for slot in 0..population.slots as usize {
            let (e, f) = (
                (expected.0[slot], expected.1[slot]),
                (found.0[slot], found.1[slot]),
            );
            assert!(
                e == f,
                "{place}: {spawned}, population {p}, rank {}: \
                 {} differs, due {:#x} work {:#x} ({:?}) expected, {:#x} {:#x} ({:?}) found",
                population.rank_first + slot as u64,
                if e.0 == f.0 { "work" } else { "due" },
                e.0,
                e.1,
                agent::phase(e.0, e.1),
                f.0,
                f.1,
                agent::phase(f.0, f.1),
            );
        }
        assert_eq!(expected.2, found.2, "{place}: recount of population {p}");
    }
}

fn compare_stores(place: &str, world: &World, reference: &mut dyn Engine, other: &mut dyn Engine) {
    let (setup, cell) = (&world.setup, world.setup.cell());
    let rows = [
        (Store::Nodes, setup.nodes()),
        (Store::Older, setup.boards()),
        (Store::Mails, setup.mails.len()),
    ];
    for (store, rows) in rows {
        let expected = reference.read_store(store).expect("the reference reads");
        let found = other
            .read_store(store)
            .unwrap_or_else(|error| panic!("{place}: {error}"));
        assert_eq!(expected.len(), found.len(), "{place}: {store:?}");
        if let Some(at) = (0..found.len()).find(|&at| expected[at] != found[at]) {
            let (topic, row, word) = (at / cell / rows, at / cell % rows, at % cell);
            panic!(
                "{place}: share (or a find of research), {store:?}, topic {topic}, row {row}, \
                 word {word}: {:#x} expected, {:#x} found",
                expected[at], found[at]
            );
        }
    }
}

fn compare_census(place: &str, world: &World, expected: &Census, found: &Census) {
    for (p, (e, f)) in expected
        .populations
        .iter()
        .zip(&found.populations)
        .enumerate()
    {
        for (c, name) in COUNTER_NAMES.iter().enumerate() {
            assert_eq!(
                e.counters[c], f.counters[c],
                "{place}: {name} of population {p}"
            );
        }
        assert_eq!(e.lanes, f.lanes, "{place}: lanes of population {p}");
    }
    for (n, (e, f)) in expected.nodes.iter().zip(&found.nodes).enumerate() {
        assert_eq!(e, f, "{place}: share, node {n}");
    }
    let kinds = world.setup.kinds.len();
    for (i, (e, f)) in expected.gains.iter().zip(&found.gains).enumerate() {
        assert_eq!(
            e,
            f,
            "{place}: share, gains of lab {}, kind {}",
            i / kinds,
            i % kinds
        );
    }
    assert_eq!(expected, found, "{place}: sizes or node lanes");
}

/// Worlds that all claims are checked on: every window size eight times.
const SEEDS: u64 = 24;

/// Threads, chunks: one task, many tasks, tasks of odd size.
#[test]
fn native_engine_does_not_depend_on_threads_chunks_or_instructions() {
    for seed in 0..SEEDS {
        let world = worlds::world(seed);
        let cuts = [(1, 1 << 20), (1, 7), (2, 64), (5, 333)];
        let cut = |instructions, (threads, chunk)| cpu::Options {
            threads,
            chunk,
            instructions,
        };
        let mut twins = cuts
            .map(|cuts| native(&world.setup, cut(Instructions::best(), cuts)))
            .into_iter()
            .collect::<Vec<Twin>>();
        for instructions in Instructions::all() {
            twins.push(native(&world.setup, cut(instructions, (1, 333))));
        }
        step_together(&world, &mut twins, |_| {});
    }
}

/// What the generator is for: without this the comparisons could agree on nothing having happened.
#[test]
fn worlds_reach_every_counter() {
    let mut totals = [0u64; COUNTERS];
    let (mut new, mut news, mut ended, mut gains, mut wide) = (0u64, 0u64, 0u64, 0u64, 0);
    for seed in 0..SEEDS {
        let world = worlds::world(seed);
        step_together(
            &world,
            &mut [native(&world.setup, cpu::Options::default())],
            |census| {
                for population in &census.populations {
                    for (total, count) in totals.iter_mut().zip(population.counters) {
                        *total |= count;
                        // Positive counts beyond 32 bits, for the carries.
                        wide += u64::from(count >> 32 != 0 && count < 1 << 62);
                    }
                }
                for node in &census.nodes {
                    new += u64::from(node.new);
                    news += u64::from(node.news);
                    ended += u64::from(node.ended);
                }
                gains = census.gains.iter().copied().fold(gains, u64::max);
            },
        );
    }
    for (name, total) in COUNTER_NAMES.iter().zip(totals) {
        assert_ne!(total, 0, "{name} is zero in all worlds");
    }
    assert!(new > 0 && news > 0 && ended > 0, "{new} {news} {ended}");
    assert!(
        gains >> 32 != 0 && wide > 0,
        "no sum leaves 32 bits: {gains} {wide}"
    );
}

/// Worlds that a device runs: five of each window size; a software device needs seconds for one.
const DEVICE_SEEDS: u64 = 15;

/// Every world once, its cut changing from seed to seed.
#[test]
#[cfg_attr(
    no_device,
    ignore = "no Vulkan device; TAKEOFF_REQUIRE_GPU=1 makes that a failure"
)]
fn device_has_the_bits_of_the_native_engine() {
    for seed in 0..DEVICE_SEEDS {
        let world = worlds::world(seed);
        let workgroup = [32, 64, 128, 256][(seed % 4) as usize];
        let block = workgroup * [1, 2, 3, 16, 9][(seed % 5) as usize];
        let chunk = [u64::from(block), 4096, 1 << 20][(seed / 2 % 3) as usize];
        let mut twins = [
            native(&world.setup, cpu::Options::default()),
            device(&world.setup, workgroup, block, chunk),
        ];
        step_together(&world, &mut twins, |_| {});
    }
}

/// One world for each window size, in all cuts: workgroups x blocks x chunks.
#[test]
#[cfg_attr(
    no_device,
    ignore = "no Vulkan device; TAKEOFF_REQUIRE_GPU=1 makes that a failure"
)]
fn device_does_not_depend_on_workgroups_blocks_or_chunks() {
    for seed in [4, 5, 6] {
        let world = worlds::world(seed);
        let mut twins = vec![native(&world.setup, cpu::Options::default())];
        for workgroup in [32, 64, 256] {
            for (block, chunk) in [(1, 1), (5, 2000), (8, 1 << 20)] {
                twins.push(device(&world.setup, workgroup, workgroup * block, chunk));
            }
        }
        // Blocks of two agents a thread: a software device's first subgroup takes up most of them, and
        // stays below its bound on loops.
        for balanced in [false, true] {
            let options = Options {
                device: wanted(),
                workgroup: 32,
                block: Some(64),
                balanced,
                ..Options::default()
            };
            twins.push(device_cut(&world.setup, options));
        }
        step_together(&world, &mut twins, |_| {});
    }
}

/// A state written into a fresh device goes on as if it had always been there.
#[test]
#[cfg_attr(
    no_device,
    ignore = "no Vulkan device; TAKEOFF_REQUIRE_GPU=1 makes that a failure"
)]
fn device_resumes_what_it_is_given() {
    let world = worlds::world(1);
    let mut source = native(&world.setup, cpu::Options::default()).engine;
    let mut target = device(&world.setup, 64, 128, 1000).engine;
    for t in 0..TICKS {
        let tick = world.tick(t);
        let census = source.tick(&tick.input()).expect("the reference runs");
        if t == 10 {
            copy_state(&world, &census, &mut *source, &mut *target);
        } else if t > 10 {
            let mut input = tick.input();
            // The device has not seen the tables of earlier ticks.
            let alias = world.tick(t - t % 5).alias.clone();
            let binomial = (0..=t).rev().find_map(|t| world.tick(t).binomial.clone());
            (input.alias, input.binomial) = (alias.as_deref(), binomial.as_deref());
            let found = target.tick(&input).expect("the device runs");
            compare_census(&format!("tick {t}"), &world, &census, &found);
        }
    }
}

fn copy_state(world: &World, census: &Census, source: &mut dyn Engine, target: &mut dyn Engine) {
    for (p, population) in world.setup.populations.iter().enumerate() {
        let (mut due, mut work) = (
            vec![0; population.slots as usize],
            vec![0; population.slots as usize],
        );
        source
            .read_agents(p, 0, &mut due, &mut work)
            .expect("the reference reads");
        target
            .write_agents(p, 0, &due, &work)
            .expect("the device writes");
        target.write_lanes(p, census.populations[p].lanes);
    }
    for store in [Store::Nodes, Store::Older, Store::Mails] {
        let words = source.read_store(store).expect("the reference reads");
        target
            .write_store(store, &words)
            .expect("the device writes");
    }
}

/// A budget too small is an error that names sizes, not a crash.
#[test]
#[cfg_attr(
    no_device,
    ignore = "no Vulkan device; TAKEOFF_REQUIRE_GPU=1 makes that a failure"
)]
fn device_refuses_what_does_not_fit() {
    let world = worlds::world(0);
    let software = !devices().iter().any(|device| device.auto);
    let device = if software {
        Wanted::Software
    } else {
        Wanted::Hardware
    };
    let options = Options {
        device,
        memory: Some(1 << 10),
        ..Options::default()
    };
    match GpuEngine::new(world.setup.clone(), options) {
        Err(EngineError::Memory { .. }) => {}
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("1 KiB held a run"),
    }
    for (workgroup, block) in [(64, 96), (64, 0), (48, 48), (512, 512), (64, 1 << 21)] {
        let options = Options {
            device,
            workgroup,
            block: Some(block),
            ..Options::default()
        };
        let made = GpuEngine::new(world.setup.clone(), options);
        assert!(
            matches!(made, Err(EngineError::Cut(_))),
            "workgroups of {workgroup}, blocks of {block}"
        );
    }
}
