//! Claim: each scenario about the world around the researchers shows its mechanism at work, with the same
//! bits on every engine; and against the same file without the mechanism it has the effect that it
//! should, over 20 seeds.
//!
//! A stretch is the scenario itself on the smallest sample, with weekly ticks and a short burn-in. An effect is a
//! paired difference: its mean must pass the stated least effect by three standard errors.

#[path = "mechanisms/effects.rs"]
mod effects;
#[path = "common/shaders.rs"]
mod shaders;
#[path = "mechanisms/stretches.rs"]
mod stretches;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use effects::{EFFECTS, Rows};
use rayon::prelude::*;
use stretches::{SMALL, STRETCHES, Stretch};
use takeoff::model::digest;
use takeoff::scenario::{Overrides, Scenario};
use takeoff::sim::{EngineChoice, Simulation};

/// Seeds of an effect.
const SEEDS: u64 = 20;
/// Standard errors that the mean lies beyond the least effect.
const STANDARD_ERRORS: f64 = 3.0;

/// Lines "name digest".
const GOLDEN: &str = include_str!("golden/mechanisms.txt");

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn load(stretch: &Stretch, variant: &str, seed: u64) -> Scenario {
    let set = SMALL.iter().chain(stretch.set);
    let overrides = Overrides {
        set: set
            .map(|&(key, value)| (key.to_owned(), value.to_owned()))
            .collect(),
        variant: (!variant.is_empty()).then(|| variant.to_owned()),
        seed: Some(seed),
    };
    let path = folder().join(format!("{}.toml", stretch.name));
    Scenario::load(&path, &overrides).unwrap_or_else(|errors| panic!("{}: {errors}", stretch.name))
}

/// Rows and digests of a whole run.
fn run(scenario: Scenario, choice: EngineChoice) -> (Rows, Vec<String>) {
    let mut simulation = Simulation::new(scenario, choice).expect("it fits");
    let (mut rows, mut digests) = (Rows::new(), Vec::new());
    while !simulation.is_finished() {
        let record = simulation.step().expect("it runs");
        digests.push(digest::hex(&record.digest));
        rows.push(record.rows);
    }
    simulation.audit().expect("running counts hold");
    (rows, digests)
}

fn golden(name: &str) -> Option<&'static str> {
    let mut lines = GOLDEN.lines();
    lines.find_map(|line| line.strip_prefix(&format!("{name} ")))
}

#[test]
fn every_mechanism_is_seen_and_its_digest_golden() {
    let mut wrong = Vec::new();
    for stretch in STRETCHES {
        let (rows, digests) = run(load(stretch, "", 1), EngineChoice::Cpu);
        for (what, seen) in stretch.seen {
            let past_burn_in = rows.iter().filter(|rows| rows[0].day > 0.0);
            let found = past_burn_in.into_iter().any(|rows| seen(rows));
            if !found {
                wrong.push(format!("{}: {what}: not seen", stretch.name));
            }
        }
        let last = digests.last().expect("some ticks");
        if golden(stretch.name) != Some(last.as_str()) {
            wrong.push(format!("{} {last}", stretch.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "not as in tests/golden/mechanisms.txt:\n{}",
        wrong.join("\n")
    );
}

#[test]
#[cfg_attr(no_device, ignore = "no Vulkan device")]
fn shaders_agree_at_every_tick() {
    for stretch in STRETCHES {
        let (_, native) = run(load(stretch, "", 1), EngineChoice::Cpu);
        let (_, shaders) = run(load(stretch, "", 1), shaders::device());
        shaders::agree(stretch.name, &native, &shaders);
    }
}

#[test]
fn every_mechanism_has_its_effect() {
    let mut wrong = Vec::new();
    // Several effects look at the same runs: all seeds of a variant.
    let mut runs: BTreeMap<(&str, &str), Vec<Rows>> = BTreeMap::new();
    for effect in EFFECTS {
        let stretch = STRETCHES
            .iter()
            .find(|stretch| stretch.name == effect.name)
            .expect("a stretch");
        let mut measured = |variant: &'static str| -> Vec<f64> {
            let seeds = runs.entry((effect.name, variant)).or_insert_with(|| {
                let seeds = (1..=SEEDS).into_par_iter();
                seeds
                    .map(|seed| run(load(stretch, variant, seed), EngineChoice::Cpu).0)
                    .collect()
            });
            seeds.iter().map(effect.measure).collect()
        };
        let (with, without) = (measured(effect.with), measured(effect.without));
        let pairs = with.iter().zip(&without);
        let differences: Vec<f64> = pairs.map(|(with, without)| with - without).collect();
        let count = SEEDS as f64;
        let mean = differences.iter().sum::<f64>() / count;
        let squares: f64 = differences.iter().map(|x| (x - mean) * (x - mean)).sum();
        let error = (squares / (count - 1.0) / count).sqrt();
        let beyond = (mean - effect.least) * effect.least.signum();
        let line = format!(
            "{} {}- {}: {}: {mean:+.4} (standard error {error:.4}), least {:+}",
            effect.name, effect.with, effect.without, effect.what, effect.least
        );
        println!("{line}");
        // A NaN is wrong as well.
        let holds = beyond >= STANDARD_ERRORS * error;
        if !holds {
            wrong.push(line);
        }
    }
    assert!(wrong.is_empty(), "too small:\n{}", wrong.join("\n"));
}

#[test]
fn every_stretch_has_an_effect_and_every_golden_digest_a_stretch() {
    for stretch in STRETCHES {
        let mut effects = EFFECTS.iter();
        assert!(
            effects.any(|effect| effect.name == stretch.name),
            "{}",
            stretch.name
        );
    }
    for line in GOLDEN.lines() {
        let name = line.split(' ').next().expect("a name");
        assert!(
            STRETCHES.iter().any(|stretch| stretch.name == name),
            "{name}"
        );
    }
}
