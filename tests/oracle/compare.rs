//! Holds an engine against the oracle after a tick and names the first thing that differs.

use takeoff::model::census::{COUNTER_NAMES, Census};
use takeoff::model::engine::{Engine, Setup, Store, TickInput};

use crate::scalar::Oracle;
use crate::scalar::agent::Agent;
use crate::scalar::knowledge::Knowledge;

/// Runs one tick on both; what differs first, in the order of stages, populations and ranks.
pub fn step(
    engine: &mut dyn Engine,
    oracle: &mut Oracle,
    setup: &Setup,
    input: &TickInput<'_>,
) -> Result<Census, String> {
    let before: Vec<Vec<Agent>> = (0..input.populations.len())
        .map(|index| oracle.agents(index).to_vec())
        .collect();
    let old_nodes = oracle.read_store(Store::Nodes);
    let expected = oracle.tick(input);
    let found = engine.tick(input).map_err(|error| error.to_string())?;
    agents(engine, oracle, &before)?;
    counters(&expected, &found)?;
    for store in [Store::Older, Store::Mails, Store::Nodes] {
        let words = engine
            .read_store(store)
            .map_err(|error| error.to_string())?;
        let old = (store == Store::Nodes).then_some(old_nodes.as_slice());
        knowledge(setup, store, old, &oracle.read_store(store), &words)?;
    }
    node_counts(setup, &expected, &found)?;
    recounts(engine, oracle, input, &found)?;
    if expected != found {
        return Err(format!("somewhere: census {found:?}, oracle {expected:?}"));
    }
    Ok(expected)
}

fn agents(engine: &mut dyn Engine, oracle: &Oracle, before: &[Vec<Agent>]) -> Result<(), String> {
    // `spawn` comes first in a tick: report what it left before what `research` made of it.
    let mut later = None;
    for (index, before) in before.iter().enumerate() {
        let (mut due, mut work) = (vec![0; before.len()], vec![0; before.len()]);
        engine
            .read_agents(index, 0, &mut due, &mut work)
            .map_err(|error| error.to_string())?;
        for (rank, expected) in oracle.agents(index).iter().enumerate() {
            let found = Agent {
                due: due[rank],
                work: work[rank],
            };
            if found == *expected {
                continue;
            }
            let spawned = oracle.agents_after_spawn(index)[rank];
            let stage = if spawned == *expected {
                "spawn"
            } else {
                "research"
            };
            let message = format!(
                "{stage}: population {index} rank {rank}: {}\n  before  {:?}\n  \
                 spawned {spawned:?}\n  oracle  {expected:?}\n  engine  {found:?}",
                first_field(*expected, found),
                before[rank],
            );
            if stage == "spawn" {
                return Err(message);
            }
            later.get_or_insert(message);
        }
    }
    later.map_or(Ok(()), Err)
}

/// The first field in which two agents differ.
fn first_field(a: Agent, b: Agent) -> &'static str {
    if a.phase() != b.phase() {
        "phase"
    } else if a.due != b.due {
        "due"
    } else if a.topic() != b.topic() {
        "topic"
    } else if a.idea() != b.idea() {
        "idea"
    } else {
        "outcome"
    }
}

fn counters(expected: &Census, found: &Census) -> Result<(), String> {
    for (index, (a, b)) in expected
        .populations
        .iter()
        .zip(&found.populations)
        .enumerate()
    {
        for (name, (a, b)) in COUNTER_NAMES.iter().zip(a.counters.iter().zip(b.counters)) {
            if *a != b {
                let (a, b) = (*a as i64, b as i64);
                return Err(format!(
                    "research: population {index} {name}: oracle {a}, engine {b}"
                ));
            }
        }
        if a.lanes != b.lanes {
            return Err(format!(
                "research: population {index} lanes: oracle {:08x?}, engine {:08x?}",
                a.lanes, b.lanes
            ));
        }
    }
    Ok(())
}

fn knowledge(
    setup: &Setup,
    store: Store,
    old: Option<&[u32]>,
    expected: &[u32],
    found: &[u32],
) -> Result<(), String> {
    let rows = match store {
        Store::Nodes => setup.nodes(),
        Store::Older => setup.boards(),
        Store::Mails => setup.mails.len(),
    };
    if expected.len() != found.len() {
        return Err(format!(
            "share: {store:?} has {} words, not {}",
            found.len(),
            expected.len()
        ));
    }
    let cell = setup.cell();
    for (at, (a, b)) in expected.chunks(cell).zip(found.chunks(cell)).enumerate() {
        if a != b {
            let decoded = |words: &[u32]| {
                let knowledge = Knowledge::from_words(words);
                let beyond: Vec<u32> = knowledge.known.range(knowledge.base..).copied().collect();
                format!("base {} and {beyond:?} {words:08x?}", knowledge.base)
            };
            let old = old.map_or_else(String::new, |old| decoded(&old[at * cell..][..cell]));
            return Err(format!(
                "share: {store:?} topic {} row {}:\n  before {old}\n  oracle {}\n  engine {}",
                at / rows,
                at % rows,
                decoded(a),
                decoded(b)
            ));
        }
    }
    Ok(())
}

fn node_counts(setup: &Setup, expected: &Census, found: &Census) -> Result<(), String> {
    for (node, (a, b)) in expected.nodes.iter().zip(&found.nodes).enumerate() {
        if a != b {
            return Err(format!("share: node {node}: oracle {a:?}, engine {b:?}"));
        }
    }
    for (at, (a, b)) in expected.gains.iter().zip(&found.gains).enumerate() {
        if a != b {
            let kinds = setup.kinds.len();
            let (lab, kind) = (at / kinds, at % kinds);
            return Err(format!(
                "share: gains of lab {lab} kind {kind}: oracle {a}, engine {b}"
            ));
        }
    }
    if expected.node_lanes != found.node_lanes {
        return Err(format!(
            "share: node lanes: oracle {:08x?}, engine {:08x?}",
            expected.node_lanes, found.node_lanes
        ));
    }
    Ok(())
}

/// Both recounts, against the clocks at the end of the tick; the running lanes are the recounted
/// ones.
fn recounts(
    engine: &mut dyn Engine,
    oracle: &Oracle,
    input: &TickInput<'_>,
    census: &Census,
) -> Result<(), String> {
    for (index, (population, &slots)) in input.populations.iter().zip(input.slots).enumerate() {
        let mut after = *population;
        let on = |start: u32, len: u32| (start + len) % (1 << 31);
        after.think_start = on(population.think_start, population.think_len);
        after.experiment_start = on(population.experiment_start, population.experiment_len);
        let expected = oracle.recount(index, &after, slots);
        let found = engine
            .recount(index, &after, slots)
            .map_err(|error| error.to_string())?;
        if expected != found {
            return Err(format!(
                "recount: population {index}:\n  oracle {expected:?}\n  engine {found:?}"
            ));
        }
        if found.lanes != census.populations[index].lanes {
            return Err(format!(
                "recount: population {index}: running lanes drifted"
            ));
        }
    }
    Ok(())
}
