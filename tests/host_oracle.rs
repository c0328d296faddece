//! Claim: whole runs have the digests that `docs/model.md` says, as read by a second author.
//!
//! The host oracle in `tests/oracle/host/` plans and absorbs every tick, the scalar oracle in
//! `tests/oracle/` is its device; in every tick of shipped and of written scenarios the device is
//! told the same words and their link of the digest chain is the program's. The written ones take every branch that the host oracle
//! lists. Whole shipped runs are made with the native engine as the device, for time.

#[path = "oracle/mod.rs"]
#[expect(dead_code, reason = "what tests/oracle.rs compares engines by")]
mod scalar;

#[path = "oracle/host/mod.rs"]
mod host;

use std::collections::BTreeSet;
use std::path::Path;

use host::{Device, Host, branches, compare};
use scalar::Oracle;
use takeoff::cpu::{CpuEngine, Options};
use takeoff::model::census::Census;
use takeoff::model::engine::{Engine, Setup, Store, TickInput};
use takeoff::scenario::{Overrides, Scenario};
use takeoff::sim::{EngineChoice, Simulation};

impl Device for Oracle {
    fn tick(&mut self, input: &TickInput<'_>) -> Census {
        Oracle::tick(self, input)
    }

    fn nodes(&mut self) -> Vec<u32> {
        self.read_store(Store::Nodes)
    }
}

impl Device for CpuEngine {
    fn tick(&mut self, input: &TickInput<'_>) -> Census {
        Engine::tick(self, input).expect("it runs")
    }

    fn nodes(&mut self) -> Vec<u32> {
        self.read_store(Store::Nodes).expect("it reads")
    }
}

fn scalar_device(setup: Setup) -> Box<dyn Device> {
    Box::new(Oracle::new(setup))
}

fn native_device(setup: Setup) -> Box<dyn Device> {
    Box::new(CpuEngine::new(setup, Options::default()).expect("it fits"))
}

/// A shipped scenario, changed.
fn shipped(name: &str, set: &[(&str, &str)]) -> Scenario {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("scenarios/{name}.toml"));
    let changes = set
        .iter()
        .map(|&(key, value)| (key.to_owned(), value.to_owned()));
    let overrides = Overrides {
        set: changes.collect(),
        ..Overrides::default()
    };
    Scenario::load(&path, &overrides).unwrap_or_else(|errors| panic!("{errors}"))
}

/// A scenario written for this test.
fn written(name: &str, text: &str) -> Scenario {
    Scenario::parse(Path::new(name), text, &Overrides::default())
        .unwrap_or_else(|errors| panic!("{errors}"))
}

/// Runs the program and the oracle side by side until they part; the branches taken.
fn follow(
    name: &str,
    scenario: &Scenario,
    ticks: u64,
    device: fn(Setup) -> Box<dyn Device>,
) -> BTreeSet<&'static str> {
    let mut simulation = Simulation::new(scenario.clone(), EngineChoice::Cpu).expect("it fits");
    let mut host = Host::new(scenario.clone());
    compare::setups(&host.setup(), simulation.world().setup())
        .unwrap_or_else(|difference| panic!("{name}, {difference}"));
    let mut device = device(host.setup());
    for tick in 0..ticks {
        let digest = simulation.step().expect("it runs").digest;
        let (plan, census) = host.step(device.as_mut());
        let (their_plan, their_census) = simulation.last().expect("a tick was made");
        let theirs = simulation.world().digest_values(their_plan);
        compare::plans(scenario, &plan, their_plan)
            .and_then(|()| compare::counts(scenario, &census, their_census))
            .and_then(|()| compare::floats(scenario, &host.floats(&plan), &theirs))
            .unwrap_or_else(|difference| panic!("{name}, tick {tick}, {difference}"));
        assert_eq!(host.digest, digest, "{name}, tick {tick}, the digest alone");
    }
    host.reached
}

#[test]
fn shipped_scenarios_have_the_documented_digests() {
    let small = [
        ("run.agents_max", "512"),
        ("run.sample", "0.015625"),
        ("run.burn_in_days", "30"),
    ];
    let human = [("run.agents_max", "64"), ("run.sample", "0.03125")];
    let load = [("run.agents_max", "4096"), ("run.sample", "0.015625")];
    for (name, set, ticks) in [
        ("smoke", &[][..], 75),
        ("human-baseline", &human, 400),
        ("situational-awareness", &small, 100),
        ("compute-bottleneck", &small, 100),
        ("copies-or-speed", &small, 100),
        ("no-sharing", &small, 100),
        ("throughput", &load, 3),
    ] {
        follow(name, &shipped(name, set), ticks, scalar_device);
    }
}

#[test]
fn whole_shipped_runs_have_the_documented_digests() {
    let small = [("run.agents_max", "512"), ("run.sample", "0.015625")];
    let fast = [
        ("run.agents_max", "512"),
        ("run.sample", "0.015625"),
        ("labs.frontier.populations.automated.copies_max", "1e6"),
        ("labs.frontier.populations.automated.speed_max", "100"),
    ];
    for (name, set) in [
        ("situational-awareness", &small[..]),
        ("copies-or-speed", &fast),
    ] {
        follow(name, &shipped(name, set), 730, native_device);
    }
}

#[test]
fn written_scenarios_take_every_branch() {
    let texts = [
        ("networks.toml", include_str!("oracle/host/networks.toml")),
        ("feedback.toml", include_str!("oracle/host/feedback.toml")),
    ];
    let mut reached = BTreeSet::new();
    for (name, text) in texts {
        reached.extend(follow(name, &written(name, text), 100, scalar_device));
    }
    let all: BTreeSet<&str> = branches::ALL.iter().copied().collect();
    let missing: Vec<_> = all.difference(&reached).collect();
    assert!(missing.is_empty(), "no scenario takes {missing:?}");
}
