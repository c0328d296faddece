//! Claim: every shipped scenario loads, in every variant, on one calibration of ideas; and a stretch
//! of each, past burn-in, ends in its golden digest on every engine of this machine.
//!
//! The stretch is a small sample of the scenario's own world, long enough that everything it has is
//! seen at work. A changed golden digest needs a line in CHANGELOG.md.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use takeoff::model::digest;
use takeoff::scenario::{Overrides, Scenario, variants};
use takeoff::sim::{EngineChoice, Simulation};

/// Changes that make a stretch small, and the days after day 0 that it runs.
struct Stretch {
    name: &'static str,
    set: &'static [(&'static str, &'static str)],
    days: f64,
}

const STRETCHES: &[Stretch] = &[
    Stretch {
        name: "smoke",
        set: &[],
        days: 30.0,
    },
    Stretch {
        name: "human-baseline",
        set: &[("run.sample", "0.25")],
        days: 60.0,
    },
    Stretch {
        name: "situational-awareness",
        set: &[("run.agents_max", "4096")],
        days: 45.0,
    },
    Stretch {
        name: "compute-bottleneck",
        set: &[("run.agents_max", "4096")],
        days: 45.0,
    },
    Stretch {
        name: "copies-or-speed",
        set: &[("run.agents_max", "4096")],
        days: 45.0,
    },
    Stretch {
        name: "no-sharing",
        set: &[("run.agents_max", "4096")],
        days: 45.0,
    },
    Stretch {
        name: "throughput",
        set: &[("run.sample", "0.0625"), ("run.agents_max", "8192")],
        days: 3.0,
    },
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios")
}

fn files() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder()).expect("scenarios/ is there");
    let mut files: Vec<_> = entries
        .map(|entry| entry.expect("readable").path())
        .collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    files.sort();
    files
}

fn load(path: &Path, overrides: &Overrides) -> Scenario {
    Scenario::load(path, overrides).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The scenario of a stretch.
fn stretch(stretch: &Stretch) -> Scenario {
    let set = stretch
        .set
        .iter()
        .map(|&(key, value)| (key.to_owned(), value.to_owned()));
    let overrides = Overrides {
        set: set.collect(),
        ..Overrides::default()
    };
    load(&folder().join(format!("{}.toml", stretch.name)), &overrides)
}

/// Runs a stretch; the digest after each tick.
fn digests(of: &Stretch, choice: EngineChoice) -> Vec<String> {
    let mut simulation = Simulation::new(stretch(of), choice).expect("it fits");
    let mut digests = Vec::new();
    let mut seen = [0; 4];
    while simulation.world().day() < of.days {
        let record = simulation.step().expect("it runs");
        digests.push(digest::hex(&record.digest));
        for row in &record.rows {
            for (sum, count) in
                seen.iter_mut()
                    .zip([row.attempts, row.scooped, row.world_new, row.agents])
            {
                *sum += count;
            }
        }
    }
    simulation.audit().expect("running counts hold");
    assert!(
        seen.iter().all(|&count| count > 0),
        "{}: not at work, {seen:?}",
        of.name
    );
    digests
}

#[test]
fn every_scenario_has_a_stretch() {
    for file in files() {
        let name = file
            .file_stem()
            .expect("named")
            .to_string_lossy()
            .into_owned();
        assert!(
            STRETCHES.iter().any(|stretch| stretch.name == name),
            "{name}"
        );
    }
}

#[test]
fn all_share_the_ideas_of_the_human_baseline() {
    let baseline = load(&folder().join("human-baseline.toml"), &Overrides::default());
    for file in files() {
        let scenario = load(&file, &Overrides::default());
        assert_eq!(
            scenario.ideas_hash(),
            baseline.ideas_hash(),
            "{}",
            file.display()
        );
        for variant in variants(&file).expect("readable") {
            load(
                &file,
                &Overrides {
                    variant: Some(variant),
                    ..Overrides::default()
                },
            );
        }
    }
}

/// Lines "name digest" of `tests/golden/digests.txt`.
fn golden() -> BTreeMap<String, String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/digests.txt");
    let text = std::fs::read_to_string(path).expect("golden digests");
    let pair = |line: &str| {
        let (name, digest) = line.split_once(' ').expect("name and digest");
        (name.to_owned(), digest.to_owned())
    };
    text.lines().map(pair).collect()
}

#[test]
fn digests_are_golden() {
    let golden = golden();
    let mut wrong = Vec::new();
    for stretch in STRETCHES {
        let digests = digests(stretch, EngineChoice::Cpu);
        let last = digests.last().expect("some ticks");
        if golden.get(stretch.name) != Some(last) {
            wrong.push(format!("{} {last}", stretch.name));
        }
    }
    assert!(
        wrong.is_empty(),
        "not as in tests/golden/digests.txt:\n{}",
        wrong.join("\n")
    );
}

#[test]
#[cfg_attr(no_device, ignore = "no Vulkan device")]
fn shaders_agree_at_every_tick() {
    for stretch in STRETCHES {
        let native = digests(stretch, EngineChoice::Cpu);
        let shaders = digests(stretch, EngineChoice::Software);
        for (tick, (native, shaders)) in native.iter().zip(&shaders).enumerate() {
            assert_eq!(
                native, shaders,
                "{}: first difference at tick {tick}",
                stretch.name
            );
        }
    }
}
