//! Claim: each scenario about the world around the researchers shows its mechanism at work, with the same
//! bits on every engine; and against the same file without the mechanism it has the effect that it
//! should, over 20 seeds.
//!
//! A stretch is the scenario itself on the smallest sample, with weekly ticks and a short burn-in. An effect is a
//! paired difference: its mean must pass the stated least effect by three standard errors.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use takeoff::model::digest;
use takeoff::record::TickRow;
use takeoff::scenario::{Overrides, Scenario};
use takeoff::sim::{EngineChoice, Simulation};

/// Seeds of an effect.
const SEEDS: u64 = 20;
/// Standard errors that the mean lies beyond the least effect.
const STANDARD_ERRORS: f64 = 3.0;

/// A hundredth more, in OOM.
const ONE_PERCENT: f64 = 0.00432;

/// Rows of a run, tick by tick.
type Rows = Vec<Vec<TickRow>>;

/// What is looked for, and whether a tick shows it.
type Seen = (&'static str, fn(&[TickRow]) -> bool);

/// A scenario, small.
struct Stretch {
    name: &'static str,
    set: &'static [(&'static str, &'static str)],
    /// What must be true of some tick past burn-in.
    seen: &'static [Seen],
}

/// What a mechanism does.
struct Effect {
    name: &'static str,
    /// Variant of the scenario with it; empty: the scenario.
    with: &'static str,
    /// Variant without it.
    without: &'static str,
    what: &'static str,
    measure: fn(&Rows) -> f64,
    /// The mean difference is beyond this, away from zero.
    least: f64,
}

/// 12 of 1024 topics, weeks, four of them burn-in.
const SMALL: &[(&str, &str)] = &[
    ("run.sample", "0.01171875"),
    ("run.agents_max", "64"),
    ("run.tick_hours", "168.0"),
    ("run.burn_in_days", "28.0"),
    ("run.days", "364.0"),
];
const INDUSTRY: &[(&str, &str)] = &[("labs.industry.populations.automated.lag_hours", "168.0")];

const STRETCHES: &[Stretch] = &[
    Stretch {
        name: "capex-boom",
        set: INDUSTRY,
        seen: &[
            ("chips are paid for", |rows| rows[0].capex_usd > 0.0),
            ("chips arrive", |rows| rows[0].delivered_a100e > 0.0),
            ("chips fail", |rows| rows[0].failed_a100e > 0.0),
            ("chips get old", |rows| rows[0].scrapped_a100e > 0.0),
            ("customers pay", |rows| rows[0].revenue_usd > 0.0),
        ],
    },
    Stretch {
        name: "capex-reset",
        set: &[
            ("labs.industry.populations.automated.lag_hours", "168.0"),
            ("run.days", "728.0"),
        ],
        seen: &[
            ("the frenzy", |rows| rows[0].wave_phase == "frenzy"),
            ("the turning point", |rows| {
                rows[0].wave_phase == "turning-point"
            }),
            ("a gap", |rows| rows[0].revenue_gap_usd_per_year > 6e11),
        ],
    },
    Stretch {
        name: "chip-supply",
        set: INDUSTRY,
        seen: &[
            ("orders wait", |rows| rows[0].backlog_a100e > 1e6),
            ("the outage", |rows| rows[0].events_fired == "outage"),
            ("chips are in production", |rows| {
                rows[0].in_production_a100e > 0.0
            }),
        ],
    },
    Stretch {
        name: "export-controls",
        set: &[
            ("labs.supplied.populations.automated.lag_hours", "168.0"),
            ("labs.cut-off.populations.automated.lag_hours", "168.0"),
        ],
        seen: &[
            ("the controls", |rows| rows[0].events_fired == "controls"),
            ("chips withheld", |rows| {
                rows[0].delivered_a100e > 0.0
                    && rows[1].delivered_a100e == 0.0
                    && rows[1].in_production_a100e > 0.0
            }),
        ],
    },
    Stretch {
        name: "power-limit",
        set: INDUSTRY,
        seen: &[
            ("chips without power", |rows| {
                rows[0].fleet_a100e / 0.01171875 < 0.9 * rows[0].installed_a100e
            }),
            ("energy", |rows| rows[0].energy_mwh > 0.0),
        ],
    },
    Stretch {
        name: "winner-takes-most",
        set: &[
            ("labs.first.populations.automated.lag_hours", "168.0"),
            ("labs.second.populations.automated.lag_hours", "168.0"),
            ("labs.third.populations.automated.lag_hours", "168.0"),
        ],
        seen: &[
            ("customers move", |rows| {
                rows.iter().any(|row| row.market_share > 0.5)
            }),
            ("people move", |rows| {
                rows.iter().any(|row| row.talent_share > 0.43)
            }),
        ],
    },
    Stretch {
        name: "inference-trap",
        set: INDUSTRY,
        seen: &[
            ("selling at a loss", |rows| rows[0].gross_margin < 0.0),
            ("running a model costs more than making it", |rows| {
                rows[0].generation_over_training > 1.0
            }),
            ("tuning", |rows| rows[0].tuning_usd > 0.0),
        ],
    },
    Stretch {
        name: "stagnation",
        set: INDUSTRY,
        seen: &[
            ("quality at its end", |rows| rows[0].quality_oom == 0.5),
            ("more training runs", |rows| rows[0].training_runs >= 4),
        ],
    },
    Stretch {
        name: "kernel-discovery",
        set: INDUSTRY,
        seen: &[
            ("kernels", |rows| rows[0].oom_utilisation > 0.1),
            ("savings buy chips", |rows| {
                rows[0].capex_usd > rows[0].funding_usd
            }),
        ],
    },
    Stretch {
        name: "agent-network",
        set: &[
            ("run.tick_hours", "24.0"),
            ("run.days", "14.0"),
            ("run.agents_max", "1024"),
        ],
        seen: &[
            ("posts", |rows| rows[0].posts > 0.0),
            ("comments", |rows| rows[0].comments > 0.0),
        ],
    },
    Stretch {
        name: "automation-ramp",
        set: &[
            ("labs.industry.populations.automated.lag_hours", "168.0"),
            ("run.burn_in_days", "364.0"),
            ("run.days", "728.0"),
        ],
        seen: &[("models do a part of the work", |rows| {
            0 < rows[0].automated_attempts && rows[0].automated_attempts < rows[0].attempts
        })],
    },
    Stretch {
        name: "regulation-pause",
        set: INDUSTRY,
        seen: &[
            ("the pause", |rows| {
                rows[0].paused == 1 && rows[0].used_a100e_hours == 0.0
            }),
            ("fines", |rows| rows[0].fines_usd > 0.0),
        ],
    },
    Stretch {
        name: "serial-speedup",
        set: &[
            ("labs.industry.populations.automated.lag_hours", "168.0"),
            ("run.speed_tick_hours_max", "none"),
        ],
        seen: &[
            ("serial speed is found", |rows| rows[0].oom_serial > 0.1),
            ("models are faster", |rows| rows[0].speed > 6.0),
        ],
    },
    Stretch {
        name: "labour",
        set: INDUSTRY,
        seen: &[
            ("routine goes", |rows| {
                0.0 < rows[0].demand_routine_code && rows[0].demand_routine_code < 0.1
            }),
            ("strategy gains", |rows| rows[0].demand_strategy > 0.2),
        ],
    },
    Stretch {
        name: "davidson-houlden",
        set: &[("labs.software.populations.automated.lag_hours", "168.0")],
        seen: &[("progress on fixed hardware", |rows| {
            rows[0].oom_training > 0.3
        })],
    },
    Stretch {
        name: "everything",
        set: &[
            ("labs.apex.populations.automated.lag_hours", "168.0"),
            ("labs.boreal.populations.automated.lag_hours", "168.0"),
            ("labs.cobalt.populations.automated.lag_hours", "168.0"),
            ("labs.delta.populations.automated.lag_hours", "168.0"),
            ("labs.echo.populations.automated.lag_hours", "168.0"),
        ],
        seen: &[
            ("five labs", |rows| rows.len() == 5),
            ("a catastrophe", |rows| {
                rows.iter().any(|row| row.written_off_a100e > 0.0)
            }),
            ("loans", |rows| {
                rows.iter().any(|row| row.interest_usd > 0.0)
            }),
            ("posts", |rows| rows.iter().any(|row| row.posts > 0.0)),
            ("sandboxes", |rows| {
                rows.iter().any(|row| row.hours_sandbox > 0.0)
            }),
            ("a condition that came true", |rows| {
                rows[0].events_fired.contains("sharper-customers")
            }),
        ],
    },
];

fn last(rows: &Rows) -> &[TickRow] {
    rows.last().expect("some ticks")
}

/// Training OOM of the first lab at the end.
fn training(rows: &Rows) -> f64 {
    last(rows)[0].oom_training
}

fn installed_oom(rows: &Rows, lab: usize) -> f64 {
    last(rows)[lab].installed_a100e.log10()
}

fn sum(rows: &Rows, column: fn(&TickRow) -> f64) -> f64 {
    rows.iter().map(|rows| column(&rows[0])).sum()
}

const EFFECTS: &[Effect] = &[
    Effect {
        name: "capex-boom",
        with: "",
        without: "without",
        what: "effective compute, OOM",
        measure: |rows| last(rows)[0].oom_effective_compute,
        least: 0.2,
    },
    Effect {
        name: "capex-boom",
        with: "",
        without: "inelastic",
        what: "fleet that serves customers: cheaper use raises total compute (Jevons)",
        measure: |rows| sum(rows, |row| row.serving_share) / rows.len() as f64,
        least: 0.1,
    },
    Effect {
        name: "capex-boom",
        with: "short-lived",
        without: "",
        what: "chips, OOM",
        measure: |rows| installed_oom(rows, 0),
        least: -0.03,
    },
    Effect {
        name: "capex-reset",
        with: "",
        without: "without",
        what: "spending on chips, OOM",
        measure: |rows| sum(rows, |row| row.capex_usd).log10(),
        least: -0.1,
    },
    Effect {
        name: "capex-reset",
        with: "plateau",
        without: "without",
        what: "most book value written down in a tick, trillions of dollars",
        measure: |rows| {
            let written_down = rows.iter().map(|rows| rows[0].impairment_usd);
            written_down.fold(0.0, f64::max) * 1e-12
        },
        least: 0.05,
    },
    Effect {
        name: "chip-supply",
        with: "",
        without: "without",
        what: "chips, OOM",
        measure: |rows| installed_oom(rows, 0),
        least: -0.1,
    },
    Effect {
        name: "export-controls",
        with: "",
        without: "without",
        what: "chips of the lab that is cut off, OOM",
        measure: |rows| installed_oom(rows, 1),
        least: -0.15,
    },
    Effect {
        name: "export-controls",
        with: "",
        without: "nothing-published",
        what: "what the lab that is cut off knows, OOM of ideas, thanks to what is published",
        measure: |rows| (last(rows)[1].known_ideas as f64).log10(),
        least: ONE_PERCENT,
    },
    Effect {
        name: "power-limit",
        with: "",
        without: "without",
        what: "chips that run, OOM",
        measure: |rows| last(rows)[0].fleet_a100e.log10(),
        least: -0.1,
    },
    Effect {
        name: "winner-takes-most",
        with: "",
        without: "without",
        what: "market share of the largest",
        measure: |rows| {
            let shares = last(rows).iter().map(|row| row.market_share);
            shares.fold(0.0, f64::max)
        },
        least: 0.3,
    },
    Effect {
        name: "winner-takes-most",
        with: "",
        without: "without",
        what: "capital of the one that falls behind, OOM",
        measure: |rows| {
            let spent = rows.iter().map(|rows| rows[2].capex_usd);
            spent.sum::<f64>().log10()
        },
        least: -0.3,
    },
    Effect {
        name: "inference-trap",
        with: "",
        without: "without",
        what: "gross margin",
        measure: |rows| last(rows)[0].gross_margin,
        least: -0.5,
    },
    Effect {
        name: "stagnation",
        with: "",
        without: "without",
        what: "training OOM",
        measure: training,
        least: -0.05,
    },
    Effect {
        name: "kernel-discovery",
        with: "",
        without: "without",
        what: "effective compute, OOM",
        measure: |rows| last(rows)[0].oom_effective_compute,
        least: 0.1,
    },
    Effect {
        name: "agent-network",
        with: "",
        without: "none",
        what: "ideas known, OOM",
        measure: |rows| (last(rows)[0].known_ideas as f64).log10(),
        least: ONE_PERCENT,
    },
    Effect {
        name: "agent-network",
        with: "",
        without: "broadcast",
        what: "ideas known, OOM",
        measure: |rows| (last(rows)[0].known_ideas as f64).log10(),
        least: -0.05,
    },
    Effect {
        name: "automation-ramp",
        with: "",
        without: "without",
        what: "share of the work that models do",
        measure: |rows| {
            let models = sum(rows, |row| row.automated_attempts as f64);
            models / sum(rows, |row| row.attempts as f64)
        },
        least: 0.05,
    },
    Effect {
        name: "regulation-pause",
        with: "",
        without: "without",
        what: "training OOM at the end of the pause",
        measure: |rows| {
            let paused = rows.iter().rfind(|rows| rows[0].day <= 273.0);
            paused.expect("ticks before the end of the pause")[0].oom_training
        },
        least: -0.05,
    },
    Effect {
        name: "regulation-pause",
        with: "compute-cap",
        without: "without",
        what: "compute for experiments, OOM",
        measure: |rows| sum(rows, |row| row.owned_a100e_hours).log10(),
        least: -0.1,
    },
    Effect {
        name: "serial-speedup",
        with: "",
        without: "without",
        what: "serial speed, OOM",
        measure: |rows| last(rows)[0].speed.log10(),
        least: 0.2,
    },
    Effect {
        name: "serial-speedup",
        with: "",
        without: "copies",
        what: "automated researchers, OOM",
        measure: |rows| (last(rows)[0].researchers_automated as f64).log10(),
        least: -0.2,
    },
    Effect {
        name: "serial-speedup",
        with: "sandboxes",
        without: "",
        what: "share of thought lost to starting sandboxes",
        measure: |rows| sum(rows, |row| row.hours_sandbox) / sum(rows, |row| row.hours_thought),
        least: 0.04,
    },
    Effect {
        name: "labour",
        with: "",
        without: "no-better-models",
        what: "share of human work that models do",
        measure: |rows| last(rows)[0].substituted_share,
        least: 0.2,
    },
    Effect {
        name: "davidson-houlden",
        with: "",
        without: "our-returns",
        what: "training OOM",
        measure: training,
        least: 0.2,
    },
    Effect {
        name: "everything",
        with: "",
        without: "without",
        what: "market share of the largest",
        measure: |rows| {
            let shares = last(rows).iter().map(|row| row.market_share);
            shares.fold(0.0, f64::max)
        },
        least: 0.2,
    },
];

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

fn golden(name: &str) -> Option<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/mechanisms.txt");
    let text = std::fs::read_to_string(path).expect("golden digests");
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(&format!("{name} ")))?;
    Some(line.to_owned())
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
        if golden(stretch.name).as_ref() != Some(last) {
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
    let hardware = takeoff::gpu::devices().iter().any(|device| device.auto);
    let device = if hardware {
        EngineChoice::Gpu
    } else {
        EngineChoice::Software
    };
    for stretch in STRETCHES {
        let (_, native) = run(load(stretch, "", 1), EngineChoice::Cpu);
        let (_, shaders) = run(load(stretch, "", 1), device);
        assert_eq!(native.len(), shaders.len(), "{}", stretch.name);
        for (tick, (native, shaders)) in native.iter().zip(&shaders).enumerate() {
            assert_eq!(
                native, shaders,
                "{}: first difference at tick {tick}",
                stretch.name
            );
        }
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
fn every_scenario_of_the_world_has_a_stretch_and_an_effect() {
    for entry in std::fs::read_dir(folder()).expect("scenarios/ is there") {
        let path = entry.expect("readable").path();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let name = path
            .file_stem()
            .expect("named")
            .to_string_lossy()
            .into_owned();
        if text.contains("[variants.without]") {
            assert!(
                STRETCHES.iter().any(|stretch| stretch.name == name),
                "{name}"
            );
            assert!(EFFECTS.iter().any(|effect| effect.name == name), "{name}");
        }
    }
}
