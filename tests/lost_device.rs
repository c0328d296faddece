//! Claim: a device that is lost at any moment, or has too little memory, ends a run in an error that
//! says so; recorded ticks are kept, and the run goes on from them to the same bits.

#[path = "common/worlds.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod worlds;

use std::path::Path;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use takeoff::command::recorded::{self, CheckpointPlan, Watcher};
use takeoff::command::{CommandError, Exit};
use takeoff::gpu::{GpuEngine, Options, Wanted, devices};
use takeoff::model::census::{Census, Recount};
use takeoff::model::engine::{Engine, EngineError, Setup, StageSeconds, Store, TickInput};
use takeoff::model::layout::PopulationTick;
use takeoff::record::{
    Accumulator, Existing, Identity, Machine, Opened, RunFolder, RunReader, Status,
};
use takeoff::scenario::{Overrides, Remarks, Scenario};
use takeoff::sim::{EngineChoice, EngineInfo, SimError, Simulation, TickRecord};
use takeoff::world::World;

/// A hardware GPU if there is one, else a software device.
fn options() -> Options {
    if devices().iter().any(|device| device.auto) {
        return Options::default();
    }
    Options {
        device: Wanted::Software,
        workgroup: 32,
        block: Some(32),
        ..Options::default()
    }
}

fn engine(setup: &Setup) -> GpuEngine {
    GpuEngine::new(setup.clone(), options()).unwrap_or_else(|error| panic!("{error}"))
}

/// An engine whose device is lost when a tick begins.
struct Doomed {
    engine: GpuEngine,
    ticks_left: u32,
}

impl Engine for Doomed {
    fn tick(&mut self, input: &TickInput<'_>) -> Result<Census, EngineError> {
        if self.ticks_left == 0 {
            self.engine.batch().device().destroy();
        }
        self.ticks_left = self.ticks_left.saturating_sub(1);
        self.engine.tick(input)
    }

    fn recount(
        &mut self,
        index: usize,
        population: &PopulationTick,
        slots: u64,
    ) -> Result<Recount, EngineError> {
        self.engine.recount(index, population, slots)
    }

    fn read_agents(
        &mut self,
        population: usize,
        from: u64,
        due: &mut [u32],
        work: &mut [u32],
    ) -> Result<(), EngineError> {
        self.engine.read_agents(population, from, due, work)
    }

    fn write_agents(
        &mut self,
        population: usize,
        from: u64,
        due: &[u32],
        work: &[u32],
    ) -> Result<(), EngineError> {
        self.engine.write_agents(population, from, due, work)
    }

    fn write_lanes(&mut self, population: usize, lanes: [u32; 4]) {
        self.engine.write_lanes(population, lanes);
    }

    fn read_store(&mut self, store: Store) -> Result<Vec<u32>, EngineError> {
        self.engine.read_store(store)
    }

    fn write_store(&mut self, store: Store, words: &[u32]) -> Result<(), EngineError> {
        self.engine.write_store(store, words)
    }

    fn stage_seconds(&self) -> StageSeconds {
        self.engine.stage_seconds()
    }
}

/// Nobody.
struct Unwatched;

impl Watcher for Unwatched {
    fn say(&mut self, _message: &str) {}
    fn started(&mut self, _machine: &EngineInfo, _done: u64, _planned: u64) {}
    fn tick(&mut self, _record: &TickRecord, _so_far: &Accumulator) {}
    fn ended(&mut self) {}
    fn goes_on(&mut self) -> bool {
        true
    }
}

/// Ticks of the run, and the tick at whose start its device is lost.
const TICKS: u64 = 40;
const LOST_AT: u64 = 35;

fn smoke() -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/smoke.toml");
    Scenario::load(&path, &Overrides::default()).unwrap_or_else(|errors| panic!("{errors}"))
}

fn fresh_folder(path: &Path, scenario: &Scenario) -> RunFolder {
    let identity = Identity {
        scenario_name: scenario.name.clone(),
        scenario: serde_json::from_str(&scenario.canonical_json()).expect("it is JSON"),
        scenario_hash: scenario.hash(),
        seed: scenario.run.seed,
        sample: scenario.run.sample,
        ticks_limit: None,
        sources: Vec::new(),
        remarks: Default::default(),
    };
    match RunFolder::open(path, identity, Existing::Refuse, u64::MAX) {
        Ok(Opened::Ready(folder)) => *folder,
        other => panic!("{other:?}"),
    }
}

/// Checkpoints after every tick.
const CHECKPOINTS: CheckpointPlan = CheckpointPlan {
    interval: Duration::ZERO,
    budget: u64::MAX,
};

#[test]
#[cfg_attr(no_device, ignore = "no Vulkan device")]
fn a_run_whose_device_is_lost_keeps_its_ticks_and_goes_on() {
    let scenario = smoke();
    let mut whole = Simulation::new(scenario.clone(), EngineChoice::Cpu).expect("it fits");
    let expected: Vec<_> = (0..TICKS)
        .map(|tick| (tick, whole.step().expect("it runs").digest))
        .collect();
    for checkpoints in [None, Some(CHECKPOINTS)] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("run");
        let recorder = fresh_folder(&path, &scenario)
            .start(Machine::default(), None)
            .expect("it starts");
        let world = World::new(scenario.clone());
        let doomed = Doomed {
            engine: engine(world.setup()),
            ticks_left: LOST_AT as u32,
        };
        let run = Simulation::with_engine(world, Box::new(doomed), EngineInfo::default());
        let error = recorded::record(run, recorder, checkpoints, &mut Unwatched)
            .expect_err("its device is lost");
        assert_eq!(error.exit(), Exit::Engine);
        let told = error.to_string();
        for part in ["the device failed: it was lost", "--resume"] {
            assert!(told.contains(part), "{told}");
        }
        assert!(
            matches!(
                error,
                CommandError::Sim(SimError::Engine(EngineError::Device(_)))
            ),
            "{error:?}"
        );

        let reader = RunReader::open(&path).expect("a run folder");
        assert_eq!(reader.manifest.status, Status::Failed);
        assert_eq!(reader.manifest.error.as_ref(), Some(&told));
        assert_eq!(reader.problems().expect("readable"), [""; 0]);
        assert_eq!(
            reader.digests().expect("readable"),
            expected[..LOST_AT as usize]
        );

        let plan = recorded::Plan {
            scenario: &scenario,
            remarks: &Remarks::default(),
            engine: EngineChoice::Cpu,
            folder: &path,
            existing: Existing::Resume,
            ticks_limit: Some(TICKS - 30),
            checkpoints,
        };
        recorded::run(plan, &mut Unwatched).expect("it goes on");
        let reader = RunReader::open(&path).expect("a run folder");
        assert_eq!(reader.manifest.status, Status::Completed);
        assert_eq!(reader.digests().expect("readable"), expected);
    }
}

/// Another thread takes the device away while ticks, recounts and transfers go on.
#[test]
#[cfg_attr(no_device, ignore = "no Vulkan device")]
fn a_device_lost_in_the_middle_of_anything_is_an_error_and_stays_one() {
    let world = worlds::world(1);
    for millis in [0, 1, 5, 20, 60, 150] {
        eprintln!("seed {}, lost after {millis} ms", world.seed);
        let mut engine = engine(&world.setup);
        let device = engine.batch().device().clone();
        let (started, wait) = mpsc::channel();
        let thief = std::thread::spawn(move || {
            wait.recv().expect("the run starts");
            std::thread::sleep(Duration::from_millis(millis));
            device.destroy();
        });
        started.send(()).expect("the thief waits");
        let deadline = Instant::now() + Duration::from_secs(60);
        let mut t = 0;
        let error = loop {
            assert!(Instant::now() < deadline, "the loss was never told");
            if let Err(error) = all_calls(&mut engine, &world, t % worlds::TICKS)
                .into_iter()
                .collect::<Result<Vec<_>, _>>()
            {
                break error;
            }
            t += 1;
        };
        thief.join().expect("it took the device");
        assert!(matches!(error, EngineError::Device(_)), "{error}");
        for (call, result) in all_calls(&mut engine, &world, 0).into_iter().enumerate() {
            assert!(result.is_err(), "call {call} on a lost device, {millis} ms");
        }
    }
}

/// Everything that talks to the device, once each.
fn all_calls(
    engine: &mut GpuEngine,
    world: &worlds::World,
    t: u64,
) -> Vec<Result<(), EngineError>> {
    let tick = world.tick(t);
    let (mut due, mut work) = (vec![0; 8], vec![0; 8]);
    let words = vec![0; world.setup.topics * world.setup.boards() * world.setup.cell()];
    vec![
        engine.tick(&tick.input()).map(|_| ()),
        engine
            .recount(0, &tick.populations[0], tick.slots[0])
            .map(|_| ()),
        engine.read_agents(0, 0, &mut due, &mut work),
        engine.write_agents(0, 0, &due, &work),
        engine.read_store(Store::Nodes).map(|_| ()),
        engine.write_store(Store::Older, &words),
    ]
}

/// Under a limit on the address space it is the driver who refuses, after the budget let the run pass.
#[cfg(target_os = "linux")]
#[test]
#[cfg_attr(no_software, ignore = "no software Vulkan device")]
fn a_driver_without_memory_is_an_error_with_sizes_and_leaves_no_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |agents: u64| {
        let out = folder.path().join(agents.to_string());
        let ended = std::process::Command::new("sh")
            .args(["-c", "ulimit -v 8000000; exec \"$0\" \"$@\""])
            .arg(env!("CARGO_BIN_EXE_takeoff"))
            .args([
                "run",
                "scenarios/smoke.toml",
                "--engine",
                "software",
                "--ticks",
                "1",
            ])
            .args(["--set", "run.sample=1.0", "--set"])
            .arg(format!("run.agents_max={agents}"))
            .arg("--out")
            .arg(&out)
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .expect("a shell");
        (ended, out)
    };
    // The limit alone is no obstacle.
    let (ended, out) = run(4096);
    assert!(ended.status.success(), "{ended:?}");
    assert!(out.exists());
    // 8 GiB of agents are.
    let (ended, out) = run(1 << 30);
    let told = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(6), "{told}");
    for part in ["the run needs ", " MiB on ", "lower run.agents_max"] {
        assert!(told.contains(part), "{told}");
    }
    assert!(!out.exists());
}
