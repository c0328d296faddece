//! A tick of a busy world on the native engine: events a second, with the digest it ends in.
//!
//! `cargo bench --bench tick`. The same function runs, smaller, as a test (`tests/benches.rs`).

use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

#[path = "common.rs"]
#[expect(dead_code, reason = "the peers use more of it")]
mod common;

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
    let alone = common::World::new(0.0125, 1 << 21);
    let surrounded = common::World::surrounded(0.0125, 1 << 21);
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
    let million = median_seconds(11, || {
        let mut simulation = surrounded.simulation();
        let start = Instant::now();
        simulation.step().expect("it runs");
        start.elapsed()
    });
    let cost = host_seconds(&surrounded) - host_seconds(&alone);
    println!(
        "the world costs {:.1} us a tick on the host: {:.4}% of a tick of a million agents ({:.1} ms)",
        1e6 * cost,
        100.0 * cost / million,
        1e3 * million,
    );
}

/// What the host does in the tick: plan it, and take in what was counted.
fn host_seconds(load: &common::World) -> f64 {
    let mut simulation = load.simulation();
    let before = simulation.world().clone();
    simulation.step().expect("it runs");
    let (_, census) = simulation.last().expect("a tick was run");
    median_seconds(1001, || {
        let mut world = before.clone();
        let start = Instant::now();
        let plan = world.plan(|| Err("tables are not due")).expect("planned");
        let reports = world.absorb(&plan, census);
        let elapsed = start.elapsed();
        assert!(reports.is_some(), "the counts are of this tick");
        elapsed
    })
}

fn median_seconds(repeats: usize, mut run: impl FnMut() -> Duration) -> f64 {
    let mut times: Vec<f64> = (0..repeats).map(|_| run().as_secs_f64()).collect();
    times.sort_by(f64::total_cmp);
    times[repeats / 2]
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = tick, surroundings
}
criterion_main!(benches);
