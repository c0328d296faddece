//! "Digest" of `docs/model.md`: the chain over a run.

use takeoff::model::census::Census;
use takeoff::scenario::{Run, Scenario};

/// The link before the first tick.
pub fn first(scenario: &Scenario) -> [u8; 32] {
    let scenario = Scenario {
        name: String::new(),
        question: String::new(),
        run: Run {
            days: 0.0,
            ..scenario.run.clone()
        },
        ..scenario.clone()
    };
    let json = serde_json::to_string(&scenario).expect("plain data");
    let mut text = b"takeoff digest 1".to_vec();
    text.extend(blake3::hash(json.as_bytes()).to_hex().as_bytes());
    *blake3::hash(&text).as_bytes()
}

/// The link after a tick.
pub fn next(before: &[u8; 32], tick: u64, census: &Census, host: &[f64]) -> [u8; 32] {
    let mut text = before.to_vec();
    text.extend(tick.to_le_bytes());
    for population in &census.populations {
        for counter in population.counters {
            text.extend(counter.to_le_bytes());
        }
        for lane in population.lanes {
            text.extend(lane.to_le_bytes());
        }
    }
    for node in &census.nodes {
        for count in [node.new, node.known, node.news, node.ended] {
            text.extend(count.to_le_bytes());
        }
    }
    for gain in &census.gains {
        text.extend(gain.to_le_bytes());
    }
    for lane in census.node_lanes {
        text.extend(lane.to_le_bytes());
    }
    for &value in host {
        let value = if value == 0.0 { 0.0 } else { value };
        text.extend(value.to_bits().to_le_bytes());
    }
    *blake3::hash(&text).as_bytes()
}
