//! The flagship mix as a file for other systems, and this system's own run of it:
//!
//! `cargo bench --bench peers -- export FILE --agents 1000000 --ticks 3 --tick-hours 24`
//! `cargo bench --bench peers -- export FILE --random SEED`
//! `cargo bench --bench peers -- run cpu FILE 2` (threads; without a number: one a core)
//! `cargo bench --bench peers -- run gpu FILE`, or `software`
//!
//! `run` answers each line on its standard input with one run of the whole file, as a line of JSON.
//! `benches/peers/run` does all of it; `benches/peers/README.md` has the formats.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::PathBuf;

use takeoff::bench::roofline;
use takeoff::cpu::{CpuEngine, Options};
use takeoff::gpu::{self, GpuEngine};
use takeoff::model::census::Counter;
use takeoff::model::engine::Engine;

#[path = "common.rs"]
#[expect(dead_code, reason = "other benches use more of it")]
mod common;

#[path = "peers/export.rs"]
mod export;

#[path = "peers/work.rs"]
mod work;

#[path = "../tests/common/worlds.rs"]
#[expect(dead_code, reason = "tests use more of it")]
mod worlds;

use work::Work;

/// An engine for the work, and where it runs.
fn engine(kind: &str, work: &Work, threads: usize) -> (Box<dyn Engine>, String) {
    let version = env!("CARGO_PKG_VERSION");
    let setup = work.setup.clone();
    let device = match kind {
        "cpu" => {
            let options = Options {
                threads,
                ..Options::default()
            };
            let engine = CpuEngine::new(setup, options).expect("it fits");
            return (Box::new(engine), version.to_owned());
        }
        "gpu" => gpu::Options::default(),
        // Threads of one agent each: software devices leave long loops.
        "software" => gpu::Options {
            device: gpu::Wanted::Software,
            workgroup: 32,
            block: Some(32),
            balanced: false,
            ..gpu::Options::default()
        },
        other => panic!("{other}: no such engine; cpu, gpu or software"),
    };
    let engine = GpuEngine::new(setup, device).unwrap_or_else(|error| {
        eprintln!("{error}");
        std::process::exit(1)
    });
    let version = format!("{version}, {}", engine.batch().device_name());
    (Box::new(engine), version)
}

/// Runs the file once for each line of standard input.
fn run(kind: &str, path: PathBuf, threads: usize) {
    let work = Work::read(&mut BufReader::new(
        File::open(path).expect("a file of work"),
    ))
    .expect("a file of work");
    let (mut engine, version) = engine(kind, &work, threads);
    let events: Vec<u64> = work.expected.iter().map(events).collect();
    for line in std::io::stdin().lines() {
        line.expect("standard input is text");
        let (seconds, difference) = work.run(&mut *engine).expect("it runs");
        let answer = serde_json::json!({
            "peer": "takeoff",
            "version": version,
            "threads": threads,
            "agents": work.agents(),
            "events": events,
            "seconds": seconds,
            "agrees": difference.unwrap_or_else(|| "bits".to_owned()),
        });
        println!("{answer}");
        std::io::stdout().flush().expect("somebody reads");
    }
}

/// Phases that ended in a tick.
fn events(census: &takeoff::model::census::Census) -> u64 {
    let populations = census.populations.iter();
    populations.map(|p| p.get(Counter::Events)).sum()
}

/// Agents that were due in a tick.
fn due(census: &takeoff::model::census::Census) -> u64 {
    census.populations.iter().map(roofline::due).sum()
}

fn main() {
    // Cargo adds `--bench` when it runs benches.
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let (Some(command), Some(object)) = (args.next(), args.next()) else {
        eprintln!("peers: export FILE or run ENGINE FILE? See the head of benches/peers.rs");
        return;
    };
    let options: Vec<String> = args.collect();
    let option = |name: &str| -> Option<u64> {
        let at = options.iter().position(|option| option == name)?;
        let value = options.get(at + 1).expect("a value after the option");
        Some(value.parse().expect("a number"))
    };
    match command.as_str() {
        "export" => {
            let ticks = option("--ticks").unwrap_or(3);
            let work = match option("--random") {
                Some(seed) => export::random(&worlds::from_rank_zero(seed)),
                None => {
                    let agents = option("--agents").unwrap_or(1_000_000);
                    export::flagship(agents, ticks, option("--tick-hours"))
                }
            };
            let mut file = BufWriter::new(File::create(object).expect("a writable file"));
            work.write(&mut file).expect("the disk takes it");
            file.flush().expect("the disk takes it");
            let events: Vec<u64> = work.expected.iter().map(events).collect();
            let due: Vec<u64> = work.expected.iter().map(due).collect();
            let agents = work.agents();
            println!("{agents} agents, due by tick: {due:?}, events: {events:?}");
        }
        "run" => {
            let path = options.first().expect("a file of work");
            let threads = options
                .get(1)
                .map_or(0, |threads| threads.parse().expect("a number of threads"));
            run(&object, path.into(), threads);
        }
        other => panic!("{other}: no such command; export or run"),
    }
}
