//! A tick of a busy world on the native engine: events a second, with the digest it ends in.
//!
//! `cargo bench --bench tick`. The same function runs, smaller, as a test (`tests/benches.rs`).

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

#[path = "common.rs"]
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

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = tick
}
criterion_main!(benches);
