//! States that a world could be in after long, made directly: agents in every phase, full boards.

use takeoff::model::engine::{Setup, Store};

use crate::scalar::agent::Agent;
use crate::scalar::draws::threefry;
use crate::scalar::knowledge::Knowledge;
use takeoff::model::engine::Tick;

/// Agents by population, stores in the documented layout.
pub struct State {
    pub agents: Vec<Vec<Agent>>,
    pub stores: Vec<(Store, Vec<u32>)>,
}

/// Dice of a seed.
struct Dice {
    seed: u64,
    rolls: u32,
}

impl Dice {
    /// Below `end`.
    fn below(&mut self, end: u32) -> u32 {
        self.rolls += 1;
        threefry([self.seed as u32, 0x57a7e], [self.rolls, 0])[0] % end
    }
}

impl State {
    /// A state for tick `first` of a world.
    pub fn any(setup: &Setup, first: &Tick, seed: u64) -> Self {
        let dice = &mut Dice { seed, rolls: 0 };
        let older = rows(dice, setup, setup.boards());
        // What a board knows includes what it knew.
        let mut nodes = rows(dice, setup, setup.nodes());
        for (node, older) in nodes.iter_mut().zip(&older) {
            node.iter_mut()
                .zip(older)
                .for_each(|(now, older)| now.join(older));
        }
        // An idea in hand lay in a window once, and bases only rise.
        let in_reach: Vec<u32> = (0..setup.topics)
            .map(|topic| {
                let bases = nodes[..setup.boards()].iter().map(|row| row[topic].base);
                let end = bases.min().unwrap_or(0) + 32 * setup.window_words as u32;
                end.min(setup.kinds[setup.topic_kind[topic] as usize].ideas)
            })
            .collect();
        let agents = (setup.populations.iter().zip(&first.populations))
            .map(|(population, tick)| {
                let starts = [tick.think_start, tick.experiment_start];
                (0..population.slots)
                    .map(|_| any_agent(dice, setup, &in_reach, starts))
                    .collect()
            })
            .collect();
        let mails = rows(dice, setup, setup.mails.len());
        let stores = [
            (Store::Nodes, nodes),
            (Store::Older, older),
            (Store::Mails, mails),
        ];
        let stores = stores.map(|(store, rows)| (store, words(setup, &rows)));
        Self {
            agents,
            stores: stores.into(),
        }
    }

    /// Every slot is visited.
    pub fn slots(&self) -> Vec<u64> {
        self.agents
            .iter()
            .map(|agents| agents.len() as u64)
            .collect()
    }
}

fn any_agent(dice: &mut Dice, setup: &Setup, in_reach: &[u32], starts: [u32; 2]) -> Agent {
    let topic = dice.below(setup.topics as u32);
    let idea = dice.below(in_reach[topic as usize]);
    let longest = 1 << (4 + dice.below(27));
    let left = u64::from(dice.below(longest));
    let (thinking, experiment) = (u64::from(starts[0]) + left, u64::from(starts[1]) + left);
    match dice.below(4) {
        0 => Agent::ABSENT,
        1 => Agent::waiting(thinking),
        2 => Agent::new(false, thinking, topic, idea, false),
        _ => Agent::new(true, experiment, topic, idea, dice.below(2) == 1),
    }
}

/// What rows know of every topic.
fn rows(dice: &mut Dice, setup: &Setup, count: usize) -> Vec<Vec<Knowledge>> {
    let row = |dice: &mut Dice| {
        (0..setup.topics)
            .map(|topic| {
                let ideas = setup.kinds[setup.topic_kind[topic] as usize].ideas;
                any_knowledge(dice, ideas, 32 * setup.window_words as u32)
            })
            .collect()
    };
    (0..count).map(|_| row(dice)).collect()
}

/// Some ideas of a window that starts early or late; now and then all ideas that there are.
fn any_knowledge(dice: &mut Dice, ideas: u32, reach: u32) -> Knowledge {
    let base = match dice.below(8) {
        0 => ideas,
        1 => dice.below(ideas),
        _ => dice.below(ideas.min(60)),
    };
    let mut known = Knowledge {
        base,
        known: (0..base).collect(),
    };
    let density = dice.below(9);
    known
        .known
        .extend((base..ideas.min(base + reach)).filter(|_| dice.below(8) < density));
    known.normalise();
    known
}

fn words(setup: &Setup, rows: &[Vec<Knowledge>]) -> Vec<u32> {
    (0..setup.topics)
        .flat_map(|topic| {
            rows.iter()
                .flat_map(move |row| row[topic].to_words(setup.window_words))
        })
        .collect()
}
