//! A tick of a busy world on the native engine: events a second, with the digest it ends in.
//!
//! `cargo bench --bench tick`. The same function runs, smaller, as a test (`tests/benches.rs`).

use std::time::Instant;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

#[path = "common.rs"]
mod common;

/// Pairs of ticks with and without the world around.
const REPEATS: usize = 21;

fn tick(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tick");
    for (sample, agents_max) in [(0.0125, 1 << 16), (0.125, 1 << 20)] {
        let world = common::World::new(sample, agents_max);
        println!(
            "{agents_max} agents: {} events a tick, digest {}",
            world.events, world.digest
        );
        group.throughput(Throughput::Elements(world.events));
        group.bench_function(format!("throughput, {agents_max} agents"), |bencher| {
            bencher.iter_batched(
                || world.simulation(),
                |mut simulation| simulation.step().expect("it runs"),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

/// What the whole world around a million agents costs: it must stay under a twentieth of the tick.
fn surroundings(criterion: &mut Criterion) {
    let alone = common::World::new(0.01, 1 << 20);
    let surrounded = common::World::surrounded(0.01, 1 << 20);
    let mut group = criterion.benchmark_group("surroundings");
    for (name, world) in [("none", &alone), ("all", &surrounded)] {
        group.throughput(Throughput::Elements(world.events));
        group.bench_function(format!("a million agents, {name}"), |bencher| {
            bencher.iter_batched(
                || world.simulation(),
                |mut simulation| simulation.step().expect("it runs"),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
    // The same work, event by event, interleaved: what is left of the difference is the host's.
    let seconds_per_event = |world: &common::World| {
        let mut simulation = world.simulation();
        let start = Instant::now();
        let record = simulation.step().expect("it runs");
        start.elapsed().as_secs_f64() / record.events as f64
    };
    let mut ratios: Vec<f64> = (0..REPEATS)
        .map(|_| seconds_per_event(&surrounded) / seconds_per_event(&alone))
        .collect();
    ratios.sort_by(f64::total_cmp);
    println!(
        "the world costs {:+.1}% of a tick of a million agents (median of {REPEATS} pairs, {:+.1}% to {:+.1}%)",
        100.0 * (ratios[REPEATS / 2] - 1.0),
        100.0 * (ratios[0] - 1.0),
        100.0 * (ratios[REPEATS - 1] - 1.0),
    );
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = tick, surroundings
}
criterion_main!(benches);
