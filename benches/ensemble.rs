//! What many small runs cost against one run of as many agents.
//!
//! `cargo bench --bench ensemble -- ENGINE RUNS AGENTS [TURNS]`, with `cpu`, `gpu` or `software`: whole
//! runs of the flagship scenario, from making the world to the last day. `one` is one run of RUNS x
//! AGENTS agents; `apart` makes RUNS runs one after the other; `together` is one ensemble of them, on
//! engines that take one. They take turns; the native engine has one thread. Digests are of the runs'
//! ends, in order: `apart` and `together` must agree.

use std::time::Instant;

use takeoff::bench::load;
use takeoff::scenario::Scenario;
use takeoff::sim::{
    EngineChoice, EngineInfo, EngineOptions, Ensemble, Simulation, batches, make_engine,
};
use takeoff::world::World;

/// What whole runs came to.
struct Course {
    events: u64,
    ticks: u64,
    digest: blake3::Hasher,
}

impl Course {
    fn new() -> Self {
        Self {
            events: 0,
            ticks: 0,
            digest: blake3::Hasher::new(),
        }
    }
}

fn scenario(agents: u64, seed: u64) -> Scenario {
    let mut scenario = load::scenario(agents).expect("there is a world of so many");
    scenario.run.seed = seed;
    scenario
}

fn apart(choice: EngineChoice, runs: u64, agents: u64) -> Course {
    let mut course = Course::new();
    let options = EngineOptions {
        threads: 1,
        ..EngineOptions::default()
    };
    let template = scenario(agents, 0);
    for seed in 0..runs {
        let mut scenario = template.clone();
        scenario.run.seed = seed;
        let world = World::new(scenario);
        let (engine, _) = make_engine(choice, &world, options).expect("it fits");
        let mut run = Simulation::with_engine(world, engine, EngineInfo::default());
        while !run.is_finished() {
            course.events += run.step().expect("it runs").events;
            course.ticks += 1;
        }
        course.digest.update(run.digest());
    }
    course
}

fn together(choice: EngineChoice, runs: u64, agents: u64) -> Course {
    let mut course = Course::new();
    let template = scenario(agents, 0);
    let scenarios = (0..runs).map(|seed| {
        let mut scenario = template.clone();
        scenario.run.seed = seed;
        scenario
    });
    let mut ensemble = Ensemble::new(scenarios.collect(), choice).expect("it fits");
    while !ensemble.is_finished() {
        let outcomes = ensemble.step().expect("the device runs");
        for record in outcomes.into_iter().flatten() {
            course.events += record.expect("it runs").events;
        }
        course.ticks += 1;
    }
    for run in 0..ensemble.len() {
        course.digest.update(ensemble.digest(run));
    }
    course
}

/// Seconds that the process has computed; 0 where the system does not say.
fn user_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = after_name.split_whitespace().nth(11);
    ticks
        .and_then(|ticks| ticks.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 100.0
}

fn measure(name: &str, run: impl FnOnce() -> Course) {
    let (begun, user) = (Instant::now(), user_seconds());
    let course = run();
    println!(
        "{name:<9} {:>8.3} s wall {:>8.2} s user {:>12} events {:>6} ticks  {}",
        begun.elapsed().as_secs_f64(),
        user_seconds() - user,
        course.events,
        course.ticks,
        &course.digest.finalize().to_hex()[..16],
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| a != "--bench")
        .collect();
    let [engine, numbers @ ..] = arguments.as_slice() else {
        println!("ENGINE RUNS AGENTS [TURNS]");
        return;
    };
    let choice = match engine.as_str() {
        "gpu" => EngineChoice::Gpu,
        "software" => EngineChoice::Software,
        _ => EngineChoice::Cpu,
    };
    let number = |at: usize, fallback: u64| match numbers.get(at) {
        Some(text) => text.parse().expect("a number"),
        None => fallback,
    };
    let (runs, agents, turns) = (number(0, 1000), number(1, 10_000), number(2, 3));
    for _ in 0..turns {
        measure("one", || apart(choice, 1, runs * agents));
        // Engines of one run each take long on a device: a few tell.
        let few = if choice == EngineChoice::Cpu {
            runs
        } else {
            runs.min(20)
        };
        measure(&format!("apart {few}"), || apart(choice, few, agents));
        if batches(choice) {
            measure("together", || together(choice, runs, agents));
        }
    }
}
