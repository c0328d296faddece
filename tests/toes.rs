//! Claim: stepping on toes comes out as probability says.
//!
//! In one tick of one attempt each, A researchers on one board find the sum over ideas of
//! 1 - (1 - q)^A, q being an idea's chance to be found by one of them; so the parallelisation
//! exponent tends to 1 when open ideas far outnumber researchers. Tolerance: four standard errors;
//! found ideas are negatively associated, so their variance is at most the sum of P (1 - P).
//!
//! The table of `docs/model.md` is `cargo test --release --test toes -- --ignored --nocapture`.

#[path = "common/scenarios.rs"]
mod scenarios;

use glam::UVec2;
use takeoff::cpu::{CpuEngine, Options};
use takeoff::model::engine::{Engine, PopulationSetup, Setup, TickInput};
use takeoff::model::layout::{
    AliasEntry, BoardTick, KindGain, KindTick, PopulationTick, TASTE_MAX, clock_ratio, split,
};
use takeoff::model::tables;
use takeoff::scenario::{PopulationKind, Scenario};
use takeoff::sim::{EngineChoice, Simulation};

const TOPICS: usize = 64;
const BREADTH: u32 = 16;
/// log2 of the success probability, Q16: a half.
const HALF: i32 = -(1 << 16);

/// Ideas found in one tick by `agents` fresh researchers who each make one attempt: think for 1024
/// units, experiment for 1024, and start to think again in a tick of 3000.
fn found(agents: u64, weights: &[f64], seed: u32) -> u32 {
    let setup = Setup {
        window_words: 1,
        topics: TOPICS,
        kinds: vec![KindGain {
            ideas: 1023,
            ..KindGain::default()
        }],
        topic_kind: vec![0; TOPICS],
        ideas_key: [1, 2],
        populations: vec![PopulationSetup {
            slots: agents,
            rank_first: 0,
        }],
        lab_boards: vec![0, 1],
        edge_start: vec![0, 0],
        edges: Vec::new(),
        mails: Vec::new(),
        classes: 0,
    };
    let mut engine = CpuEngine::new(setup, Options::default()).expect("it fits");
    let (mul, shift) = clock_ratio(3000, 3000);
    let population = PopulationTick {
        key: UVec2::new(seed, 7),
        traits_key: UVec2::new(seed, 8),
        active: split(agents),
        keep: split(agents),
        think_len: 3000,
        experiment_len: 3000,
        to_experiment_mul: mul,
        to_experiment_shift: shift,
        to_think_mul: mul,
        to_think_shift: shift,
        stagger: 1,
        events_max: 16,
        board_count: 1,
        breadth: BREADTH,
        taste_noise: [0; TASTE_MAX],
        ..bytemuck::Zeroable::zeroed()
    };
    let kind = KindTick {
        think_base: 10 << 16,
        experiment_base: 10 << 16,
        odds_base: HALF,
        idea_end: 1023,
        ..KindTick::default()
    };
    let mut alias = vec![AliasEntry::default(); TOPICS];
    tables::alias(weights, &[0; TOPICS], &mut alias);
    let census = engine
        .tick(&TickInput {
            populations: &[population],
            kinds: &[kind],
            boards: &[BoardTick {
                read_threshold: u32::MAX,
                turn: 0,
            }],
            classes: &[],
            slots: &[agents],
            spawn: &[true],
            alias: Some(&alias),
            binomial: None,
        })
        .expect("the CPU engine runs");
    census.nodes[0].new
}

/// Expected finds and the bound on their variance.
fn expected(agents: u64, weights: &[f64]) -> (f64, f64) {
    let total: f64 = weights.iter().sum();
    let mut sums = (0.0, 0.0);
    for weight in weights {
        let q = 0.5 * weight / total / f64::from(BREADTH);
        let p = 1.0 - libm::pow(1.0 - q, agents as f64);
        sums.0 += f64::from(BREADTH) * p;
        sums.1 += f64::from(BREADTH) * p * (1.0 - p);
    }
    sums
}

#[test]
fn finds_of_a_tick_are_as_probability_says() {
    let even = vec![1.0; TOPICS];
    let uneven = tables::popularity(TOPICS as u32, 0.01, 0.8);
    for weights in [&even, &uneven] {
        for agents in [10, 100, 1000, 10_000] {
            let seeds = 30;
            let sum: u32 = (0..seeds).map(|seed| found(agents, weights, seed)).sum();
            let (mean, variance) = expected(agents, weights);
            let error = f64::from(sum) / f64::from(seeds) - mean;
            let standard_error = libm::sqrt(variance / f64::from(seeds));
            println!("{agents} researchers: {mean:.2} expected, {error:+.3} ({standard_error:.3})");
            assert!(
                error.abs() < 4.0 * standard_error,
                "{agents}: {error}, {standard_error}"
            );
        }
    }
}

#[test]
fn exponent_tends_to_one_when_ideas_are_many() {
    let even = vec![1.0; TOPICS];
    let finds = |agents, seeds| {
        (0..seeds)
            .map(|seed| found(agents, &even, seed))
            .sum::<u32>()
    };
    // 8 and 16 researchers on 1,024 open ideas: at most 16 x 0.5 / 1024 / 2 of finds collide.
    let (few, twice) = (f64::from(finds(8, 200)), f64::from(finds(16, 200)));
    let lambda = libm::log2(twice / few);
    let standard_error = libm::sqrt(1.0 / few + 1.0 / twice) * std::f64::consts::LOG2_E;
    assert!(
        (lambda - 1.0).abs() < 4.0 * standard_error + 0.01,
        "{lambda} ({standard_error})"
    );
    // 20,000 and 40,000: nearly every open idea is found either way.
    let (many, twice) = (f64::from(finds(20_000, 5)), f64::from(finds(40_000, 5)));
    assert!(libm::log2(twice / many) < 0.001);
}

/// Ideas new to the world in days 15 to 30 of `researchers` humans with all the compute they can use,
/// on ideas that get no harder; `None` if they came to the last idea of a topic.
fn rate(researchers: f64, change: impl Fn(&mut Scenario)) -> Option<f64> {
    let mut scenario = scenarios::mean_field(1024, 1.0, 0.0, 1e-9);
    scenario.run.tick_hours = 24.0;
    scenario.run.days = 30.0;
    scenario.run.agents_max = 1 << 22;
    scenario.ideas.breadth = 32;
    scenario.ideas.popularity_exponent = 0.8;
    scenario.ideas.kinds[0].success_probability = 0.3;
    let lab = &mut scenario.labs[0];
    lab.fleet_a100e = scenarios::constant(1e12);
    lab.populations[0].kind = PopulationKind::Human {
        headcount: scenarios::constant(researchers),
        hours_per_week: 40.0,
    };
    lab.populations[0].boards = 8;
    lab.populations[0].lag_hours = 24.0;
    change(&mut scenario);
    let mut simulation = Simulation::new(scenario, EngineChoice::Cpu).expect("it fits");
    let mut new = 0;
    while !simulation.is_finished() {
        let record = simulation.step().expect("it runs");
        if record.rows[0].topics_ended > 0 {
            return None;
        }
        if record.day > 15.0 {
            new += record.rows[0].world_new;
        }
    }
    Some(new as f64)
}

#[test]
#[ignore = "prints the table of docs/model.md; minutes in release"]
fn table_of_exponents() {
    type Change = fn(&mut Scenario);
    let changes: [(&str, Change); 6] = [
        ("lag 7 d", |s| s.labs[0].populations[0].lag_hours = 168.0),
        ("tournament of 4", |s| {
            s.labs[0].populations[0].taste_max = 4
        }),
        ("breadth 128", |s| {
            s.ideas.window_words = 4;
            s.ideas.breadth = 128;
        }),
        ("z 0.8, breadth 32, lag 1 d", |_| {}),
        ("even popularity (z = 0)", |s| {
            s.ideas.popularity_exponent = 0.0
        }),
        ("breadth 8", |s| s.ideas.breadth = 8),
    ];
    println!("| setting | tick | N = 1e3 | 1e4 | 1e5 | 1e6 |\n|---|---|---|---|---|---|");
    for (name, change) in changes {
        for tick_hours in [24.0, 12.0] {
            let at = |count: f64| {
                rate(count, |scenario| {
                    change(scenario);
                    scenario.run.tick_hours = tick_hours;
                })
            };
            let lambda = |researchers: f64| {
                let more = at(researchers * std::f64::consts::SQRT_2)?;
                let fewer = at(researchers / std::f64::consts::SQRT_2)?;
                Some(format!("{:.2}", libm::log2(more / fewer)))
            };
            let row = [1e3, 1e4, 1e5, 1e6].map(|n| lambda(n).unwrap_or_else(|| "–".to_owned()));
            let row = row.join(" | ");
            println!("| {name} | {tick_hours} h | {row} |");
        }
    }
}
