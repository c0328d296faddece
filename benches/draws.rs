//! The draws of agents as a stream of bytes, for a battery of randomness tests:
//!
//! `cargo bench --bench draws -- rank | dieharder -a -g 200`
//!
//! The argument says what varies fastest, as neighbours in the stream are neighbours in it: `rank` (agents beside
//! each other draw for the same thing), `purpose` (one agent draws for one event after the other) or `tick` (an agent draws
//! for the same thing day by day). The stream ends when nobody reads it, or after `bytes` given as the second argument.

use std::io::{BufWriter, Write};

use takeoff::model::rng::{Pair, counter, derive_key, purpose, threefry};

/// Agents, events and ticks of a block of the stream.
const RANKS: u64 = 1 << 16;
const EVENTS: u32 = 16;
const TICKS: u64 = 64;

/// What an event draws for.
const PURPOSES: [u32; 4] = [
    purpose::CANDIDATE,
    purpose::CANDIDATE + 1,
    purpose::THINK,
    purpose::EXPERIMENT,
];

/// The key of a population's tick, as the world makes it.
fn tick_key(tick: u64) -> Pair {
    let seed = 1u64.to_le_bytes();
    derive_key(&[
        b"tick",
        &seed,
        b"frontier",
        b"automated",
        &tick.to_le_bytes(),
    ])
}

/// Writes draws until there are `bytes` of them or `out` refuses.
fn stream(order: &str, bytes: u64, out: &mut dyn Write) {
    let mut left = bytes;
    let mut put = |key: Pair, rank: u64, event: u32, purpose: u32| {
        let draw = threefry(key, counter(rank, event, purpose));
        left = left.saturating_sub(8);
        out.write_all(bytemuck::bytes_of(&draw)).is_ok() && left > 0
    };
    for block in 0.. {
        let ranks = block * RANKS..(block + 1) * RANKS;
        let events = (0..EVENTS).flat_map(|event| PURPOSES.map(|purpose| (event, purpose)));
        let going = match order {
            "rank" => (0..TICKS).map(tick_key).all(|key| {
                events.clone().all(|(event, purpose)| {
                    ranks.clone().all(|rank| put(key, rank, event, purpose))
                })
            }),
            "purpose" => (0..TICKS).map(tick_key).all(|key| {
                ranks.clone().all(|rank| {
                    let mut events = events.clone();
                    events.all(|(event, purpose)| put(key, rank, event, purpose))
                })
            }),
            "tick" => {
                let keys: Vec<Pair> = (0..TICKS).map(tick_key).collect();
                ranks.clone().all(|rank| {
                    events.clone().all(|(event, purpose)| {
                        keys.iter().all(|&key| put(key, rank, event, purpose))
                    })
                })
            }
            other => panic!("{other}: no such order; rank, purpose or tick"),
        };
        if !going {
            break;
        }
    }
}

fn main() {
    // Cargo adds `--bench` when it runs benches.
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let Some(order) = args.next() else {
        eprintln!("draws: rank, purpose or tick? See the head of benches/draws.rs");
        return;
    };
    let bytes = args
        .next()
        .map_or(u64::MAX, |bytes| bytes.parse().expect("a number of bytes"));
    let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    stream(&order, bytes, &mut out);
}
