//! Claim: a sampled world, and agents that stand for several researchers, give the results of the whole
//! one: the numbers of ideas known converge as the sample grows and as `agents_max` grows.
//!
//! Tolerances: ideas are counted, not their gains, whose heavy tail would drown the comparison. The
//! design allows 5% for samples down to 12 topics (popular topics are lumped together), here on
//! top of three standard errors between seeds; and 5% for weights, whose researchers share one topic.

use std::path::Path;

use takeoff::scenario::{Overrides, Scenario};
use takeoff::sim::{EngineChoice, Simulation};

/// Ideas known, of the whole world's scale, and the largest weight, at the end of a run with `set`.
fn run(file: &str, seed: u64, set: &[(&str, String)]) -> (f64, u64) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenarios")
        .join(file);
    let set = set
        .iter()
        .map(|(key, value)| ((*key).to_owned(), value.clone()))
        .collect();
    let overrides = Overrides {
        set,
        seed: Some(seed),
        ..Overrides::default()
    };
    let scenario = Scenario::load(&path, &overrides).unwrap_or_else(|errors| panic!("{errors}"));
    let mut simulation = Simulation::new(scenario, EngineChoice::Cpu).expect("it fits");
    let mut last = (0.0, 0);
    while !simulation.is_finished() {
        let record = simulation.step().expect("it runs");
        let row = &record.rows[0];
        last = (
            row.known_ideas as f64 / simulation.world().sample(),
            row.weight,
        );
    }
    last
}

#[test]
fn ideas_known_converge_in_the_sample() {
    let known = |sample: f64, seeds: u64| {
        let set = [
            ("run.sample", sample.to_string()),
            ("run.burn_in_days", "180.0".to_owned()),
            ("run.days", "60.0".to_owned()),
        ];
        (1..=seeds)
            .map(|seed| run("human-baseline.toml", seed, &set).0)
            .collect::<Vec<_>>()
    };
    let (whole, whole_error) = mean(&known(1.0, 3));
    for sample in [0.25, 0.0625, 0.02] {
        let (ideas, error) = mean(&known(sample, 8));
        let difference = ideas / whole - 1.0;
        let standard_error = (error + whole_error) / whole;
        println!(
            "sample {sample}: {:.2}% ({:.2}%)",
            100.0 * difference,
            100.0 * standard_error
        );
        assert!(
            difference.abs() < 0.05 + 3.0 * standard_error,
            "sample {sample}: {difference}"
        );
    }
}

/// Mean and its standard error.
fn mean(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares: f64 = values
        .iter()
        .map(|value| (value - mean) * (value - mean))
        .sum();
    (mean, libm::sqrt(squares / (count - 1.0) / count))
}

#[test]
fn ideas_known_converge_in_agents_max() {
    let known = |agents_max: u64| {
        let set = [
            ("run.sample", "0.125".to_owned()),
            ("run.burn_in_days", "60.0".to_owned()),
            ("run.days", "60.0".to_owned()),
            ("run.agents_max", agents_max.to_string()),
        ];
        run("situational-awareness.toml", 1, &set)
    };
    let (whole, weight) = known(1 << 20);
    assert_eq!(weight, 1);
    let mut last = f64::INFINITY;
    for agents_max in [1 << 11, 1 << 13, 1 << 15] {
        let (ideas, weight) = known(agents_max);
        let error = ideas / whole - 1.0;
        println!(
            "agents_max {agents_max}: weight {weight}, {:.2}%",
            100.0 * error
        );
        assert!(
            weight > 1 && error.abs() < 0.05,
            "agents_max {agents_max}: {error}"
        );
        last = error;
    }
    assert!(last.abs() < 0.02, "{last}");
}
