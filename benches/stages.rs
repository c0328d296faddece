//! Every stage alone, on the native engine: agents a second, and events where there are any.
//!
//! `cargo bench --bench stages`. Loads are those of `takeoff bench`; the same functions run, smaller, as
//! a test (`tests/benches.rs`).

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};

#[path = "loads.rs"]
mod loads;

use loads::{LOADS, Stage, stage};

/// Agents: 8 MB of them, and 128 MB, which is more than caches hold.
const AGENTS: [u64; 2] = [1 << 20, 1 << 24];

fn stages(criterion: &mut Criterion) {
    for agents in AGENTS {
        let mut group = criterion.benchmark_group(format!("{agents} agents"));
        group.throughput(Throughput::Elements(agents));
        for (name, load, of) in LOADS {
            let mut steady = loads::steady(load, agents);
            group.bench_function(name, |bencher| {
                bencher.iter_custom(|times| {
                    let seconds: f64 = (0..times).map(|_| stage(&mut steady, of)).sum();
                    Duration::from_secs_f64(seconds)
                });
            });
        }
        // Of nobody: a stage of topics.
        let mut steady = loads::steady(takeoff::bench::Load::Quiet, agents);
        group.throughput(Throughput::Elements(1));
        group.bench_function("share", |bencher| {
            bencher.iter_custom(|times| {
                let seconds: f64 = (0..times).map(|_| stage(&mut steady, Stage::Share)).sum();
                Duration::from_secs_f64(seconds)
            });
        });
        group.finish();
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10);
    targets = stages
}
criterion_main!(benches);
