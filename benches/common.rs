//! The load of benchmarks: the flagship scenario after its second tick, in any sample.

use std::path::Path;

use takeoff::model::digest;
use takeoff::scenario::{Overrides, Scenario};
use takeoff::sim::{EngineChoice, Simulation};

/// A saved simulation that is about to run a busy tick.
pub struct World {
    scenario: Scenario,
    saved: Vec<u8>,
    /// Events of the tick.
    pub events: u64,
    /// Digest after it.
    pub digest: String,
}

/// Everything that can be around the researchers of `scenarios/throughput.toml`.
const SURROUNDINGS: &[(&str, &str)] = &[
    (
        "supply",
        "{ wafer_capacity_a100e_per_year = 1e12, packaging_capacity_a100e_per_year = 1e12 }",
    ),
    ("demand", "{ tokens_per_day = 1e15 }"),
    (
        "market",
        "{ talent_exponent = 1.0, capital_exponent = 1.0 }",
    ),
    ("wave", "{}"),
    (
        "regulation",
        "{ licence_days = 1.0, fine_revenue_share = 0.01 }",
    ),
    ("labour", "{}"),
    ("labs.plenty.training", "{ run_days = 2.0 }"),
    ("labs.plenty.training_share", "0.0"),
    ("labs.plenty.fleet", "{}"),
    ("labs.plenty.energy", "{ contracted_mw = 1e12 }"),
    (
        "labs.plenty.money",
        "{ capex_usd_per_year = 1e12, debt_usd = 1e9 }",
    ),
    (
        "labs.plenty.overheads",
        "{ job_seconds = 1.0, sandbox_seconds = 0.001 }",
    ),
];

impl World {
    /// `scenarios/throughput.toml` in a sample, with so many agents at the most.
    pub fn new(sample: f64, agents_max: u64) -> Self {
        Self::with(sample, agents_max, &[])
    }

    /// The same with chips, power, money, customers, rules and everything else switched on.
    pub fn surrounded(sample: f64, agents_max: u64) -> Self {
        Self::with(sample, agents_max, SURROUNDINGS)
    }

    /// The same with other keys set.
    pub fn with(sample: f64, agents_max: u64, set: &[(&str, &str)]) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/throughput.toml");
        let mut set: Vec<(String, String)> = set
            .iter()
            .map(|&(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        set.push(("run.sample".to_owned(), sample.to_string()));
        set.push(("run.agents_max".to_owned(), agents_max.to_string()));
        let overrides = Overrides {
            set,
            ..Overrides::default()
        };
        let scenario = Scenario::load(&path, &overrides).unwrap_or_else(|e| panic!("{e}"));
        let mut simulation = Simulation::new(scenario.clone(), EngineChoice::Cpu).expect("it fits");
        for _ in 0..2 {
            simulation.step().expect("it runs");
        }
        Self::of(scenario, simulation)
    }

    /// So many ticks later.
    pub fn later(self, ticks: u64) -> Self {
        let mut simulation = self.simulation();
        for _ in 0..ticks {
            simulation.step().expect("it runs");
        }
        Self::of(self.scenario, simulation)
    }

    fn of(scenario: Scenario, mut simulation: Simulation) -> Self {
        let mut saved = Vec::new();
        simulation.save(&mut saved).expect("memory takes it");
        let record = simulation.step().expect("it runs");
        Self {
            scenario,
            saved,
            events: record.events,
            digest: digest::hex(&record.digest),
        }
    }

    /// The simulation before the tick.
    pub fn simulation(&self) -> Simulation {
        Simulation::load(
            self.scenario.clone(),
            EngineChoice::Cpu,
            &mut self.saved.as_slice(),
        )
        .expect("what was saved loads")
    }
}
