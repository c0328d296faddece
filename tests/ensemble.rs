//! The claim: every run of an ensemble has the ticks, rows, digests and the end that it has alone on
//! the native engine, whatever the others do.

use std::path::{Path, PathBuf};

use takeoff::scenario::{Overrides, Scenario};
use takeoff::sim::{EngineChoice, Ensemble, SimError, Simulation, TickRecord, batches};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

/// The smoke scenario with another seed, `set`, and what `text` adds at its end.
fn smoke(seed: u64, set: &[(&str, &str)], text: &str) -> Scenario {
    let smoke = std::fs::read_to_string(folder().join("smoke.toml")).expect("it is shipped");
    let set = set
        .iter()
        .map(|&(key, value)| (key.to_owned(), value.to_owned()));
    let overrides = Overrides {
        seed: Some(seed),
        set: set.collect(),
        ..Overrides::default()
    };
    let path = folder().join("test.toml");
    Scenario::parse(&path, &(smoke + text), &overrides).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Together these ask for more compute than there is, once both have fired.
const TOO_MUCH: &str = r#"
[[events]]
name = "more-experiments"
when = { day = 12.0 }
set.labs.frontier.experiment_share = 0.45

[[events]]
name = "more-inference"
when = { day = 10.0 }
set.labs.frontier.inference_share = 0.9
set.labs.frontier.experiment_share = 0.0
"#;

/// Runs of one shape that differ in seed, length, tick, parameters, events, weights and wiring.
fn scenarios() -> Vec<Scenario> {
    let days = |days| ("run.days", days);
    let copies = "labs.frontier.populations.copies";
    let lag = format!("{copies}.lag_hours");
    let topology = format!("{copies}.topology");
    vec![
        smoke(1, &[days("30")], ""),
        smoke(2, &[days("12"), ("run.popularity_rebuild_days", "3")], ""),
        smoke(3, &[days("25"), ("run.agents_max", "64")], ""),
        smoke(4, &[], TOO_MUCH),
        smoke(5, &[days("20"), ("run.tick_hours", "12")], ""),
        smoke(
            6,
            &[days("20"), (&lag, "168"), (&topology, "broadcast")],
            "",
        ),
        smoke(7, &[days("20"), ("labs.second.fleet_a100e", "2e6")], ""),
        smoke(1, &[days("30")], ""),
    ]
}

/// A run's ticks, and the error that ended it if one did.
type Course = (Vec<TickRecord>, Option<String>);

fn alone(scenario: Scenario) -> Course {
    let mut simulation = Simulation::new(scenario, EngineChoice::Cpu).expect("it fits");
    let mut records = Vec::new();
    while !simulation.is_finished() {
        match simulation.step() {
            Ok(record) => records.push(record),
            Err(error) => return (records, Some(error.to_string())),
        }
    }
    (records, None)
}

fn together(mut ensemble: Ensemble) -> Vec<Course> {
    let mut courses = vec![(Vec::new(), None); ensemble.len()];
    while !ensemble.is_finished() {
        let outcomes = ensemble.step().expect("the device runs");
        assert!(outcomes.iter().any(Option::is_some), "a tick of no run");
        for ((records, end), outcome) in courses.iter_mut().zip(outcomes) {
            assert!(
                end.is_none() || outcome.is_none(),
                "a run went on after its end"
            );
            match outcome {
                Some(Ok(record)) => records.push(record),
                Some(Err(error)) => *end = Some(error.to_string()),
                None => {}
            }
        }
    }
    assert!(
        ensemble
            .step()
            .expect("nothing to run")
            .iter()
            .all(Option::is_none)
    );
    courses
}

/// A hardware GPU if there is one, else a software device.
fn device() -> EngineChoice {
    if batches(EngineChoice::Auto) {
        EngineChoice::Gpu
    } else {
        EngineChoice::Software
    }
}

#[test]
#[cfg_attr(
    no_device,
    ignore = "no Vulkan device; TAKEOFF_REQUIRE_GPU=1 makes that a failure"
)]
fn every_run_has_the_course_it_has_alone() {
    let ensemble = Ensemble::new(scenarios(), device()).expect("one shape, and it fits");
    let courses = together(ensemble);
    for (run, (scenario, (records, end))) in scenarios().into_iter().zip(courses).enumerate() {
        let (expected, expected_end) = alone(scenario);
        for (expected, found) in expected.iter().zip(&records) {
            assert_eq!(expected, found, "run {run}, tick {}", expected.tick);
        }
        assert_eq!(expected.len(), records.len(), "run {run}");
        assert_eq!(expected_end, end, "run {run}");
        assert_eq!(run == 3, end.is_some(), "run {run}");
    }
}

#[test]
fn the_native_engine_takes_no_ensemble() {
    let refused = Ensemble::new(vec![smoke(1, &[], "")], EngineChoice::Cpu);
    assert!(matches!(refused, Err(SimError::NoBatch)));
}
