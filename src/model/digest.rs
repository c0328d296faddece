//! The digest: hashes of device state, and the chain that a run ends in (`docs/model.md`, "Digest").

use super::census::Census;
use super::rng::pcg4d;

/// Contribution of one node's knowledge of one topic to the node lanes.
#[inline(always)]
pub fn node_hash(node: u32, topic: u32, base: u32, words: &[u32]) -> [u32; 4] {
    let mut hash = pcg4d([node, topic, base, words[0]]);
    for (w, &word) in words.iter().enumerate().skip(1) {
        hash = pcg4d([hash[0] ^ word, hash[1] ^ w as u32, hash[2], hash[3]]);
    }
    hash
}

/// Adds `more` to four lanes, wrapping.
#[inline(always)]
pub fn add_lanes(lanes: &mut [u32; 4], more: [u32; 4]) {
    for (lane, more) in lanes.iter_mut().zip(more) {
        *lane = lane.wrapping_add(more);
    }
}

/// One link of the chain: 32 bytes.
pub type Digest = [u8; 32];

/// The chain before the first tick: blake3 of `"takeoff digest 1"` and the scenario's hash.
pub fn genesis(scenario_hash: &str) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(b"takeoff digest 1");
    hasher.update(scenario_hash.as_bytes());
    *hasher.finalize().as_bytes()
}

/// The chain after a tick: blake3 of the link before, the tick number, the census, and the host's
/// floats as canonical bits. Everything little-endian, in storage order.
///
/// # Panics
/// If a float is NaN: a run must have refused it before.
pub fn next(before: &Digest, tick: u64, census: &Census, host: &[f64]) -> Digest {
    let mut hasher = blake3::Hasher::new();
    hasher.update(before);
    hasher.update(&tick.to_le_bytes());
    let words = |hasher: &mut blake3::Hasher, words: &[u32]| {
        for word in words {
            hasher.update(&word.to_le_bytes());
        }
    };
    for population in &census.populations {
        for counter in population.counters {
            hasher.update(&counter.to_le_bytes());
        }
        words(&mut hasher, &population.lanes);
    }
    for node in &census.nodes {
        words(&mut hasher, &[node.new, node.known, node.news, node.ended]);
    }
    for gain in &census.gains {
        hasher.update(&gain.to_le_bytes());
    }
    words(&mut hasher, &census.node_lanes);
    for value in host {
        assert!(!value.is_nan(), "a float in the digest is NaN");
        // Negative zero and zero are one value.
        hasher.update(&(value + 0.0).to_bits().to_le_bytes());
    }
    *hasher.finalize().as_bytes()
}

/// Hexadecimal text of a link.
pub fn hex(digest: &Digest) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::census::{NodeCensus, PopulationCensus};

    fn census() -> Census {
        Census {
            populations: vec![PopulationCensus::ZERO],
            nodes: vec![NodeCensus::default()],
            gains: vec![0],
            node_lanes: [0; 4],
        }
    }

    #[test]
    fn every_part_of_a_census_reaches_the_chain() {
        let before = genesis("scenario");
        let changes: [fn(&mut Census); 5] = [
            |census| census.populations[0].counters[7] = 1,
            |census| census.populations[0].lanes[3] = 1,
            |census| census.nodes[0].ended = 1,
            |census| census.gains[0] = 1,
            |census| census.node_lanes[0] = 1,
        ];
        let plain = next(&before, 0, &census(), &[1.0]);
        for change in changes {
            let mut changed = census();
            change(&mut changed);
            assert_ne!(next(&before, 0, &changed, &[1.0]), plain);
        }
        assert_ne!(next(&before, 1, &census(), &[1.0]), plain);
        assert_ne!(next(&before, 0, &census(), &[2.0]), plain);
        assert_eq!(
            next(&before, 0, &census(), &[0.0]),
            next(&before, 0, &census(), &[-0.0])
        );
    }

    #[test]
    #[should_panic(expected = "NaN")]
    fn nan_is_refused() {
        next(&genesis("scenario"), 0, &census(), &[f64::NAN]);
    }
}
