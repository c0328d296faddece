//! Claim: every shipped scenario loads, in every variant, on one calibration of ideas; and a stretch
//! of each has its golden digests on every engine of this machine.
//!
//! The stretch is a small sample of the scenario's own world, so long that every phase, counter, board,
//! topology and lag is seen at work past burn-in; what is not is listed with the reason. A changed
//! golden digest needs a line in CHANGELOG.md.

#[path = "common/seen.rs"]
mod seen;
#[path = "common/shaders.rs"]
mod shaders;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use seen::Seen;
use takeoff::model::digest;
use takeoff::scenario::{Overrides, Scenario, variants};
use takeoff::sim::{EngineChoice, Simulation};

/// Changes that make a stretch small, the days after day 0 that it runs, and what of the scenario is not
/// at work in it.
struct Stretch {
    name: &'static str,
    set: &'static [(&'static str, &'static str)],
    days: f64,
    idle: &'static [Idle],
}

/// What is not seen, as `Seen` names it, and why not. What is listed must not be seen: the list is
/// neither longer nor shorter than the truth.
struct Idle {
    at: &'static str,
    what: &'static [&'static [&'static str]],
    why: &'static str,
}

/// Nobody hits the bound on events: scenarios set it so that none should.
const STALLS: &[&str] = &["stall_think", "stall_experiment", "stalled"];
/// Whoever is there stays: head-count and compute never shrink.
const LEAVING: &[&str] = &["left_time", "deactivated"];
/// No rank goes: no weight doubles.
const RETIRING: &[&str] = &[
    "retired_thinking",
    "retired_experiment",
    "retired_waiting",
    "forgone_think",
    "forgone_experiment",
];
/// There are open ideas for all, so that only newcomers wait, and not past their tick.
const IDEALESS: &[&str] = &["delta_waiting", "agents waiting"];
/// Nobody comes.
const COMING: &[&str] = &["wait_time", "busy_waiting", "spawned"];

const STEADY_PEOPLE: Idle = Idle {
    at: "frontier.people",
    what: &[STALLS, LEAVING, RETIRING, IDEALESS],
    why: "humans are few, steady or more from day to day, and think slowly",
};

const NO_TOPIC_ENDS: Idle = Idle {
    at: "world",
    what: &[&["topics ended"]],
    why: "the stretch is too short for a topic's last idea",
};

const STRETCHES: &[Stretch] = &[
    Stretch {
        name: "smoke",
        set: &[],
        days: 30.0,
        idle: &[
            Idle {
                what: &[STALLS, LEAVING, RETIRING, IDEALESS, COMING],
                why: "the head-count is constant from the start of burn-in",
                ..STEADY_PEOPLE
            },
            Idle {
                at: "second.people",
                what: &[STALLS, LEAVING, RETIRING, IDEALESS, COMING],
                why: "the head-count is constant from the start of burn-in",
            },
            Idle {
                at: "frontier.copies",
                what: &[STALLS, RETIRING, IDEALESS, &["weights", "finds of others"]],
                why: "agents_max holds all copies, so that no weight doubles",
            },
            NO_TOPIC_ENDS,
        ],
    },
    Stretch {
        name: "human-baseline",
        set: &[("run.sample", "0.25")],
        days: 60.0,
        idle: &[STEADY_PEOPLE, NO_TOPIC_ENDS],
    },
    Stretch {
        name: "situational-awareness",
        set: &[("run.agents_max", "4096")],
        days: 80.0,
        idle: &[
            STEADY_PEOPLE,
            Idle {
                at: "frontier.people",
                what: &[&["board 3 new"]],
                why: "its dozen people find nothing that is new to their board",
            },
            Idle {
                at: "frontier.automated",
                what: &[&["retired_waiting"]],
                why: "no weight doubles while ideas run out",
            },
        ],
    },
    Stretch {
        name: "compute-bottleneck",
        set: &[("run.agents_max", "4096")],
        days: 125.0,
        idle: &[
            STEADY_PEOPLE,
            Idle {
                at: "frontier.automated",
                what: &[STALLS, &["retired_waiting"]],
                why: "compute, not ideas, keeps them waiting, and few are at work",
            },
        ],
    },
    Stretch {
        name: "copies-or-speed",
        set: &[("run.agents_max", "4096")],
        days: 100.0,
        idle: &[
            STEADY_PEOPLE,
            Idle {
                at: "frontier.people",
                what: &[&["board 3 new"]],
                why: "its dozen people find nothing that is new to their board",
            },
            Idle {
                at: "frontier.automated",
                what: &[STALLS],
                why: "copies stay at 5 times human speed",
            },
        ],
    },
    Stretch {
        name: "no-sharing",
        set: &[("run.agents_max", "4096")],
        days: 80.0,
        idle: &[
            STEADY_PEOPLE,
            Idle {
                at: "frontier.automated",
                what: &[&["retired_waiting"]],
                why: "no weight doubles while ideas run out",
            },
        ],
    },
    Stretch {
        name: "throughput",
        set: &[("run.sample", "0.0625"), ("run.agents_max", "8192")],
        days: 3.0,
        idle: &[
            Idle {
                at: "plenty.everybody",
                what: &[STALLS, LEAVING, RETIRING, IDEALESS],
                why: "a constant number on more compute than it can use",
            },
            Idle {
                at: "plenty.everybody",
                what: &[&[
                    "board 4 heard",
                    "board 10 heard",
                    "board 11 heard",
                    "board 15 heard",
                ]],
                why: "so many agents find what their board could hear of in the same tick",
            },
            NO_TOPIC_ENDS,
        ],
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

/// Runs a stretch, in which everything must be at work; day and digest after each tick.
fn digests(of: &Stretch, choice: EngineChoice) -> Vec<(f64, String)> {
    let mut simulation = Simulation::new(stretch(of), choice).expect("it fits");
    let mut digests = Vec::new();
    let mut seen = Seen::default();
    while simulation.world().day() < of.days {
        let record = simulation.step().expect("it runs");
        digests.push((record.day, digest::hex(&record.digest)));
        seen.tick(&simulation);
    }
    simulation.audit().expect("running counts hold");
    check_idle(of, &seen.idle(&simulation));
    digests
}

/// What was idle in a stretch is what it lists, no more and no less.
fn check_idle(of: &Stretch, idle: &[String]) {
    let mut listed = BTreeMap::new();
    for entry in of.idle {
        for what in entry.what.concat() {
            listed.insert(format!("{} {what}", entry.at), entry.why);
        }
    }
    let mut wrong = Vec::new();
    for name in idle.iter().filter(|name| !listed.contains_key(*name)) {
        wrong.push(format!("{}: {name}: not seen at work", of.name));
    }
    for (name, why) in listed {
        if !idle.contains(&name) {
            let name = format!("{}: {name} is at work", of.name);
            wrong.push(format!("{name}, though {why}: take it off the list"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_scenario_has_a_stretch() {
    for file in files() {
        let name = file
            .file_stem()
            .expect("named")
            .to_string_lossy()
            .into_owned();
        let here = STRETCHES.iter().any(|stretch| stretch.name == name);
        // Those about the world around the researchers, each golden digest of which has a stretch.
        let mut others = include_str!("golden/mechanisms.txt").lines();
        let there = others.any(|line| line.starts_with(&format!("{name} ")));
        assert!(here || there, "{name}");
    }
}

/// Scenarios whose question is about the ideas themselves.
const OTHER_IDEAS: &[&str] = &["davidson-houlden", "serial-speedup"];

#[test]
fn all_share_the_ideas_of_the_human_baseline() {
    let baseline = load(&folder().join("human-baseline.toml"), &Overrides::default());
    for file in files() {
        let scenario = load(&file, &Overrides::default());
        let shares = scenario.ideas_hash() == baseline.ideas_hash();
        let other = OTHER_IDEAS.contains(&scenario.name.as_str());
        assert_eq!(shares, !other, "{}", file.display());
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

/// Lines "name day digest" of `tests/golden/digests.txt`; of a stretch that was made longer the earlier
/// day stays, so that one sees that its bits did.
fn golden() -> Vec<(String, f64, String)> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/digests.txt");
    let text = std::fs::read_to_string(path).expect("golden digests");
    let parts = |line: &str| {
        let parts: Vec<_> = line.split(' ').collect();
        let [name, day, digest] = parts[..] else {
            panic!("{line}: not a name, a day and a digest")
        };
        (
            name.to_owned(),
            day.parse().expect("a day"),
            digest.to_owned(),
        )
    };
    text.lines().map(parts).collect()
}

#[test]
fn digests_are_golden() {
    let golden = golden();
    let mut wrong = Vec::new();
    for stretch in STRETCHES {
        let digests = digests(stretch, EngineChoice::Cpu);
        let of_stretch = golden.iter().filter(|line| line.0 == stretch.name);
        let mut days: Vec<f64> = of_stretch.map(|line| line.1).collect();
        let (last, _) = digests.last().expect("some ticks");
        if !days.contains(last) {
            days.push(*last);
        }
        for day in days {
            let (_, digest) = digests
                .iter()
                .find(|(at, _)| *at == day)
                .unwrap_or_else(|| panic!("{}: no tick ends on day {day}", stretch.name));
            let line = (stretch.name.to_owned(), day, digest.clone());
            if !golden.contains(&line) {
                wrong.push(format!("{} {day} {digest}", stretch.name));
            }
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
        shaders::agree(stretch.name, &native, &digests(stretch, shaders::device()));
    }
}
