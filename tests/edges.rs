//! Claim: at the edges of what a scenario may say, and of what a software device can do, a run ends in
//! the right bits or in an error, never in a panic or in other bits.

use std::path::Path;

use takeoff::model::digest;
use takeoff::scenario::{Overrides, Scenario};
use takeoff::sim::{EngineChoice, SimError, Simulation};

/// The smoke scenario with `set`; `None` if it is refused.
fn smoke(set: &[(&str, &str)]) -> Option<Scenario> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/smoke.toml");
    let set = set
        .iter()
        .map(|&(key, value)| (key.to_owned(), value.to_owned()));
    let overrides = Overrides {
        set: set.collect(),
        ..Overrides::default()
    };
    Scenario::load(&path, &overrides).ok()
}

/// Digests of `ticks` ticks.
fn digests(simulation: &mut Simulation, ticks: usize) -> Result<Vec<String>, SimError> {
    (0..ticks)
        .map(|_| Ok(digest::hex(&simulation.step()?.digest)))
        .collect()
}

#[test]
fn a_state_that_was_saved_loaded_and_saved_again_goes_on_the_same() {
    // A small agents_max, so that binomial tables are in use.
    let scenario = smoke(&[("run.agents_max", "64")]).expect("it is allowed");
    let mut simulation = Simulation::new(scenario.clone(), EngineChoice::Cpu).expect("it fits");
    digests(&mut simulation, 50).expect("it runs");
    let mut saved = Vec::new();
    simulation.save(&mut saved).expect("memory takes it");
    let expected = digests(&mut simulation, 20).expect("it runs");
    for _ in 0..3 {
        let mut input = saved.as_slice();
        let mut loaded =
            Simulation::load(scenario.clone(), EngineChoice::Cpu, &mut input).expect("it loads");
        saved.clear();
        loaded.save(&mut saved).expect("memory takes it");
        assert_eq!(digests(&mut loaded, 20).expect("it runs"), expected);
        loaded.audit().expect("running counts hold");
    }
}

#[test]
#[cfg_attr(no_software, ignore = "no software Vulkan device")]
fn software_agrees_when_agents_are_very_busy() {
    // Mesa's rasteriser leaves loops after 65,535 iterations of a thread: blocks of many busy
    // agents a thread came to other bits here.
    let scenario = smoke(&[("labs.frontier.fleet_a100e", "1e7")]).expect("it is allowed");
    let run = |choice| {
        let mut simulation = Simulation::new(scenario.clone(), choice).expect("it fits");
        digests(&mut simulation, 75).expect("it runs")
    };
    assert_eq!(run(EngineChoice::Cpu), run(EngineChoice::Software));
}

#[test]
fn software_refuses_more_loops_than_it_runs() {
    let scenario = smoke(&[("run.events_max_per_tick", "4000")]).expect("it is allowed");
    let refused = Simulation::new(scenario, EngineChoice::Software);
    assert!(matches!(refused, Err(SimError::SoftwareLoops { .. })));
}

#[test]
fn extreme_values_end_in_bits_or_in_an_error() {
    let copies = "labs.frontier.populations.copies";
    let people = "labs.frontier.populations.people";
    let cases: &[(&str, &str)] = &[
        ("labs.frontier.fleet_a100e", "1e12"),
        ("labs.frontier.fleet_a100e", "1e-9"),
        (&format!("{people}.hours_per_week"), "1e-9"),
        (&format!("{people}.headcount"), "1e12"),
        (&format!("{copies}.native_speed"), "1e-9"),
        (&format!("{copies}.tokens_per_human_second"), "1e-9"),
        (&format!("{copies}.copies_max"), "1e-9"),
        (&format!("{copies}.boards"), "200"),
        ("run.speed_tick_hours_max", "1e-9"),
        (
            "ideas.kinds.training-methods.success_reference_size",
            "1e-9",
        ),
        ("ideas.kinds.training-methods.think_hours", "1e-9"),
        ("ideas.kinds.training-methods.experiment_a100e_hours", "1e9"),
        ("labs.frontier.experience_reference_hours", "1e-9"),
        ("labs.frontier.experience_skill_exponent", "1"),
    ];
    let mut ran = 0;
    for case in cases {
        let Some(scenario) = smoke(&[*case]) else {
            continue;
        };
        let mut simulation = Simulation::new(scenario, EngineChoice::Cpu).expect("it fits");
        match digests(&mut simulation, 45) {
            Ok(_) => simulation.audit().map(drop).expect("running counts hold"),
            Err(error) => assert!(matches!(error, SimError::NotFinite { .. }), "{error}"),
        }
        ran += 1;
    }
    assert!(
        ran > cases.len() / 2,
        "{ran} of {} were allowed",
        cases.len()
    );
}
