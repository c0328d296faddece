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

impl World {
    /// `scenarios/throughput.toml` in a sample, with so many agents at the most.
    pub fn new(sample: f64, agents_max: u64) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/throughput.toml");
        let set = vec![
            ("run.sample".to_owned(), sample.to_string()),
            ("run.agents_max".to_owned(), agents_max.to_string()),
        ];
        let overrides = Overrides {
            set,
            ..Overrides::default()
        };
        let scenario = Scenario::load(&path, &overrides).unwrap_or_else(|e| panic!("{e}"));
        let mut simulation = Simulation::new(scenario.clone(), EngineChoice::Cpu).expect("it fits");
        for _ in 0..2 {
            simulation.step().expect("it runs");
        }
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
